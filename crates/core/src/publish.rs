//! After the verdict: files, standard output, the job summary and the step's outputs. A failed write is reported and
//! becomes exit 3; it never changes a verdict in silence, and what can still be shown is shown.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Hasher;
use crate::action::{Outcome, SarifWriter};
use crate::answer::Answer;
use crate::escape::{json_in_log, log_text, xml_in_log};
use crate::failure::{EXIT_FAILED, EXIT_PASSED, Failure};
use crate::input::shared::{Format, SharedInputs};
use crate::render::{
    LinkBase, PagePartsOwned, Palette, SUMMARY_MOST_BYTES, TerminalStyle, annotations, render_annotations,
    render_html, render_junit, render_sarif, render_summary, render_terminal,
};
use crate::report::{FindingOutcome, Report, Subject};
use crate::runner::{Environment, Outputs, write_atomically, write_atomically_by, write_folder};
use crate::session::{Judged, user_path};
use crate::workspace::{Workspace, normal};

/// How a run shows itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show {
    pub(crate) format: Format,
    pub(crate) palette: Palette,
    pub(crate) unfolded: bool,
}

/// What a run is published with.
#[derive(Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) workspace: &'a Workspace,
    pub(crate) show: Show,
    /// Does what the action asks for besides, and says what was done.
    pub(crate) perform: &'a dyn Fn() -> Result<Vec<String>, Failure>,
}

/// Where the report went, for readers and outputs.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// Whether the verdict is one: of many gates, some may have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Everything was judged.
    Yes,
    /// Something could not be judged: the output `verdict` stays empty.
    No,
}

/// Writes and shows everything, and says with which status to exit.
pub(crate) fn publish(
    stage: Stage<'_>,
    outcome: &Outcome,
    shared: &SharedInputs,
    stands: Stands,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let Stage { environment, workspace, show, perform } = stage;
    let report = &outcome.report;
    let written = write_files(environment, workspace, outcome, shared);
    // What is asked for besides comes before anything is shown: a run in which it fails has no verdict.
    let done = if written.is_ok() { perform() } else { Ok(Vec::new()) };
    let links = link_base(environment, report);
    let most = usize::from(shared.annotations);
    let shown = show_report(
        outcome,
        &links,
        most,
        show,
        written.as_ref().ok(),
        done.as_deref().unwrap_or_default(),
        out,
    );
    // Exit 3 is no verdict: the job summary must not show a pass above the failure that follows.
    let written = written?;
    done?;
    let summary = if shared.summary { append_summary(environment, report, &links) } else { Ok(()) };
    // A reader who closed the pipe has seen enough.
    shown.or_else(|error| {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Ok(())
        } else {
            Err(cannot_write("standard output", &error))
        }
    })?;
    summary?;
    write_outputs(environment, outcome, &written, stands)?;
    Ok(if report.verdict.failed { EXIT_FAILED } else { EXIT_PASSED })
}

/// Writes one gate's report of many; nothing is shown.
pub(crate) fn write_report(
    environment: &Environment,
    workspace: &Workspace,
    outcome: &Outcome,
    shared: &SharedInputs,
) -> Result<(), Failure> {
    write_files(environment, workspace, outcome, shared).map(|_| ())
}

fn cannot_write(what: &str, error: &io::Error) -> Failure {
    let help = match error.kind() {
        io::ErrorKind::AlreadyExists => "Name a folder that is empty or not there yet.",
        _ => "Check the folder's permissions and the space left on the disk.",
    };
    Failure::cannot_judge(format!("{what} can't be written: {error}"), help)
}

fn write_files(
    environment: &Environment,
    workspace: &Workspace,
    outcome: &Outcome,
    shared: &SharedInputs,
) -> Result<Written, Failure> {
    let path = match &shared.report_file {
        Some(path) => user_path(workspace, path),
        None => report_path(environment, workspace, &outcome.report)
            .map_err(|error| cannot_write("the report", &error))?,
    };
    let chosen = [
        Some(path.clone()),
        shared.sarif_file.as_deref().map(|file| user_path(workspace, file)),
        shared.html_file.as_deref().map(|file| user_path(workspace, file)),
    ];
    let own = own_files(workspace, outcome);
    let sarif = match &shared.sarif_file {
        Some(path) => sarif_files(&user_path(workspace, path), outcome)?,
        None => Vec::new(),
    };
    let parts = sarif.iter().skip(1).map(|(path, _)| path.clone());
    let chosen: Vec<PathBuf> = chosen.into_iter().flatten().chain(own).chain(parts).collect();
    refuse_overwriting(workspace, outcome, &chosen)?;
    let write = |path: &Path, bytes: &[u8]| {
        write_atomically(path, bytes).map_err(|error| cannot_write(&format!("`{}`", path.display()), &error))
    };
    let sha256 = write_json(&path, &outcome.report)?;
    for (path, bytes) in &sarif {
        write(path, bytes)?;
    }
    if let Some(page) = &shared.html_file {
        let mut bytes = Vec::new();
        let parts = outcome.page.as_ref().map(PagePartsOwned::parts).unwrap_or_default();
        render_html(&outcome.report, &link_base(environment, &outcome.report), parts, &mut bytes)
            .map_err(|error| cannot_write("HTML", &error))?;
        write(&user_path(workspace, page), &bytes)?;
    }
    for file in &outcome.files {
        write(&workspace.directory.join(&file.path), &file.bytes)?;
    }
    for text in &outcome.texts {
        write(&workspace.directory.join(&text.path), (text.write)(&outcome.report).as_bytes())?;
    }
    for stream in &outcome.streams {
        let path = workspace.directory.join(&stream.path);
        write_atomically_by(&path, &*stream.write)
            .map_err(|error| cannot_write(&format!("`{}`", path.display()), &error))?;
    }
    for folder in &outcome.folders {
        let path = normal(&workspace.directory.join(&folder.path));
        write_folder(&path, &|sink| (folder.write)(&outcome.report, sink))
            .map_err(|error| cannot_write(&format!("the folder `{}`", path.display()), &error))?;
    }
    Ok(Written { path, sha256 })
}

/// Writes a report piece by piece, for one of many thousand findings is large, and says its hash.
fn write_json(path: &Path, report: &Report) -> Result<String, Failure> {
    let hash = RefCell::new(String::new());
    write_atomically_by(path, &|out| {
        let mut out = io::BufWriter::new(Hashing { out, hasher: Hasher::default() });
        serde_json::to_writer_pretty(&mut out, report)?;
        out.write_all(b"\n")?;
        let hashing = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        *hash.borrow_mut() = hashing.hasher.finish();
        Ok(())
    })
    .map_err(|error| cannot_write(&format!("`{}`", path.display()), &error))?;
    Ok(hash.into_inner())
}

/// Hashes what it passes on.
struct Hashing<'a> {
    out: &'a mut dyn Write,
    hasher: Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The SARIF of a report, with the path of each file that it needs: `a.sarif`, `a-2.sarif`.
fn sarif_files(first: &Path, outcome: &Outcome) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let Some(SarifWriter(write)) = &outcome.sarif else {
        let mut bytes = Vec::new();
        render_sarif(&outcome.report, &mut bytes).map_err(|error| cannot_write("SARIF", &error))?;
        return Ok(vec![(first.to_path_buf(), bytes)]);
    };
    let ending = first.extension().map_or(String::new(), |ending| format!(".{}", ending.to_string_lossy()));
    let stem = first.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = |number: usize| match number {
        0 => first.to_path_buf(),
        number => first.with_file_name(format!("{stem}-{}{ending}", number + 1)),
    };
    let texts = write(&outcome.report).into_iter().enumerate();
    Ok(texts.map(|(number, text)| (path(number), text.into_bytes())).collect())
}

/// The files that a gate was told to write.
pub(crate) fn chosen_files(workspace: &Workspace, judged: &Judged) -> Vec<PathBuf> {
    let shared = &judged.shared;
    let named = [&shared.report_file, &shared.sarif_file, &shared.html_file];
    let own = own_files(workspace, &judged.outcome);
    named.into_iter().flatten().map(|path| user_path(workspace, path)).chain(own).collect()
}

/// What the action itself writes: files and folders.
fn own_files<'a>(workspace: &'a Workspace, outcome: &'a Outcome) -> impl Iterator<Item = PathBuf> + 'a {
    let files = outcome.files.iter().map(|file| &file.path);
    files
        .chain(outcome.streams.iter().map(|stream| &stream.path))
        .chain(outcome.texts.iter().map(|text| &text.path))
        .chain(outcome.folders.iter().map(|folder| &folder.path))
        .map(|path| normal(&workspace.directory.join(path)))
}

/// What was read must not be written over, and no two outputs may be one file.
fn refuse_overwriting(workspace: &Workspace, outcome: &Outcome, chosen: &[PathBuf]) -> Result<(), Failure> {
    let read: Vec<PathBuf> =
        outcome.report.sources.iter().map(|source| normal(&workspace.root.join(&source.path))).collect();
    for (number, path) in chosen.iter().enumerate() {
        let what = match () {
            () if read.contains(path) => "a report that is judged",
            () if chosen[..number].contains(path) => "another output",
            () => continue,
        };
        return Err(Failure::usage(
            format!("`{}` would be written over: it is {what}", path.display()),
            "Give every output file a path of its own.",
        ));
    }
    Ok(())
}

/// Inside Actions a new file below the runner's temporary folder; on a laptop always the same one, in a folder that
/// ignores itself.
fn report_path(environment: &Environment, workspace: &Workspace, report: &Report) -> io::Result<PathBuf> {
    own_path(environment, workspace, &report.subject.action, report.subject.name.as_deref(), "json")
}

/// A file of ours: `<action>[-<name>].<ending>`, as the report is.
pub(crate) fn own_path(
    environment: &Environment,
    workspace: &Workspace,
    action: &str,
    name: Option<&str>,
    ending: &str,
) -> io::Result<PathBuf> {
    if let Some(temp) = environment.file("RUNNER_TEMP").filter(|_| environment.in_actions()) {
        let folder = temp.join("gatewright");
        fs::create_dir_all(&folder)?;
        for number in 1..10_000 {
            let path = folder.join(format!("{action}-{number}.{ending}"));
            match File::create_new(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        return Err(io::Error::other("ten thousand reports lie there already"));
    }
    let folder = workspace.root.join(".gatewright");
    fs::create_dir_all(&folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        write_atomically(&ignore, b"*\n")?;
    }
    let name = name.map(|name| format!("-{name}")).unwrap_or_default();
    Ok(folder.join(format!("{action}{name}.{ending}")))
}

fn link_base(environment: &Environment, report: &Report) -> LinkBase {
    LinkBase { blob: blob(environment, &report.subject) }
}

/// Where the files of the judged commit can be seen.
pub(crate) fn blob(environment: &Environment, subject: &Subject) -> Option<String> {
    let server = environment.get("GITHUB_SERVER_URL").filter(|server| server.starts_with("https://"))?;
    let (repository, sha) = (subject.repository.as_ref()?, subject.head_sha.as_ref()?);
    Some(format!("{server}/{repository}/blob/{sha}"))
}

fn show_report(
    outcome: &Outcome,
    links: &LinkBase,
    most: usize,
    show: Show,
    written: Option<&Written>,
    done: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let out: &mut dyn Write = &mut io::BufWriter::new(out);
    let report = &outcome.report;
    let style = TerminalStyle { palette: show.palette, unfolded: show.unfolded };
    match show.format {
        Format::Json => {
            writeln!(out, "{}", json_in_log(&serde_json::to_string_pretty(report)?))?;
        }
        Format::Sarif => {
            let sarif = match &outcome.sarif {
                Some(SarifWriter(write)) => write(report).join("\n"),
                None => text(&|bytes| render_sarif(report, bytes))?,
            };
            out.write_all(json_in_log(&sarif).as_bytes())?;
        }
        Format::Markdown => {
            out.write_all(log_text(&render_summary(report, links, SUMMARY_MOST_BYTES)).as_bytes())?;
        }
        Format::Junit => {
            out.write_all(xml_in_log(&text(&|bytes| render_junit(report, bytes))?).as_bytes())?;
        }
        Format::Human => {
            render_terminal(report, &annotations(report, most), style, out)?;
            say_where(written, show.palette, out)?;
            say_done(done, show.palette, out)?;
        }
        Format::Github => {
            render_terminal(report, &[], style, out)?;
            say_where(written, show.palette, out)?;
            say_done(done, show.palette, out)?;
            render_annotations(&annotations(report, most), out)?;
        }
    }
    out.flush()
}

/// What a renderer writes, as text.
fn text(render: &dyn Fn(&mut Vec<u8>) -> io::Result<()>) -> io::Result<String> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn say_where(written: Option<&Written>, palette: Palette, out: &mut dyn Write) -> io::Result<()> {
    match written {
        Some(written) => {
            writeln!(out, "\n{} {}", palette.dim("report:"), log_text(&written.path.display().to_string()))
        }
        None => Ok(()),
    }
}

fn say_done(done: &[String], palette: Palette, out: &mut dyn Write) -> io::Result<()> {
    done.iter().try_for_each(|text| writeln!(out, "{} {}", palette.dim("done:"), log_text(text)))
}

/// Shows what a verb answers; there is no report and no verdict.
pub(crate) fn publish_answer(
    stage: Stage<'_>,
    outcome: &Outcome,
    answer: &Answer,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let Stage { environment, workspace, show, perform } = stage;
    outcome.files.iter().try_for_each(|file| {
        let path = workspace.directory.join(&file.path);
        write_atomically(&path, &file.bytes)
            .map_err(|error| cannot_write(&format!("`{}`", path.display()), &error))
    })?;
    let done = perform()?;
    let out: &mut dyn Write = &mut io::BufWriter::new(out);
    let shown = match show.format {
        Format::Json | Format::Sarif | Format::Junit => answer.write_json(&done, out),
        Format::Human | Format::Github | Format::Markdown => {
            answer.write_text(show.palette, out).and_then(|()| say_done(&done, show.palette, out))
        }
    };
    match shown.and_then(|()| out.flush()) {
        // A reader who closed the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(cannot_write("standard output", &error));
        }
        _ => {}
    }
    if let Some(path) = environment.file("GITHUB_OUTPUT").filter(|_| environment.in_actions()) {
        let outputs = Outputs::new(&path);
        outcome.outputs.iter().try_for_each(|(name, value)| write_output(&outputs, name, value))?;
    }
    Ok(EXIT_PASSED)
}

/// Appends the summary within what is left of the step's limit.
fn append_summary(environment: &Environment, report: &Report, links: &LinkBase) -> Result<(), Failure> {
    let Some(path) = environment.file("GITHUB_STEP_SUMMARY").filter(|_| environment.in_actions()) else {
        return Ok(());
    };
    let taken =
        fs::metadata(&path).map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
    let text = render_summary(report, links, SUMMARY_MOST_BYTES.saturating_sub(taken));
    append(&path, &text).map_err(|error| cannot_write("the job summary", &error))
}

pub(crate) fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

fn write_output(outputs: &Outputs, name: &str, value: &str) -> Result<(), Failure> {
    outputs.write(name, value).map_err(|error| {
        Failure::cannot_judge(error.to_string(), "Check that the runner's output file can be written.")
    })
}

/// Writes the step's outputs.
fn write_outputs(
    environment: &Environment,
    outcome: &Outcome,
    written: &Written,
    stands: Stands,
) -> Result<(), Failure> {
    let Some(path) = environment.file("GITHUB_OUTPUT").filter(|_| environment.in_actions()) else {
        return Ok(());
    };
    let outputs = Outputs::new(&path);
    let write = |name: &str, value: &str| write_output(&outputs, name, value);
    let report = &outcome.report;
    let counts = |finding: &&crate::report::Finding| {
        finding.outcome == FindingOutcome::Fail && finding.waiver.is_none()
    };
    write("verdict", if stands == Stands::Yes { report.verdict.result.as_str() } else { "" })?;
    write("report", &written.path.to_string_lossy())?;
    write("report-sha256", &written.sha256)?;
    write("findings", &report.findings.iter().filter(counts).count().to_string())?;
    outcome.outputs.iter().try_for_each(|(name, value)| write(name, value))
}
