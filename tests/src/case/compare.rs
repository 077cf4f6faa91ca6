//! Comparing what came out with `expected/`. Only files that are there are compared, and `exit` always is:
//!
//! | file | holds |
//! |---|---|
//! | `exit` | the exit status |
//! | `shown.json` | the emulator's verdict: annotations kept and dropped, outputs, masks, result |
//! | `summary.md` | the job summary as it is shown |
//! | `stdout.txt`, `stderr.txt` | what was printed |
//! | `report.json` | the report that the output `report` names, or the laptop's |
//! | `sarif.json` | the file that `sarif-file` names |
//! | `files/<path>` | a file of the checkout afterwards |
//!
//! Folders, commits, the version and the report's digest are replaced by `[ROOT]`, `[TEMP]`, `[HOME]`,
//! `[BASE_SHA]`, `[HEAD_SHA]`, `[MERGE_SHA]`, `[VERSION]` and `[REPORT_SHA256]`, the port of a fake by `[PORT]`; JSON is
//! laid out anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};
use similar::TextDiff;

use super::execute::Finished;
use super::plan::Plan;
use super::stage::Stage;
use crate::emulator::{Disk, Order, Part, Setting, Shown, StepRun, Stream, judge};

/// Whether to compare or to write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A difference is an error.
    Compare,
    /// What came out is what is expected from now on.
    Update,
}

/// What came out, by the name of the file in `expected/`; normalised.
pub type Actual = BTreeMap<String, String>;

const NAMES: [&str; 7] =
    ["exit", "shown.json", "summary.md", "stdout.txt", "stderr.txt", "report.json", "sarif.json"];

/// Everything that can be expected of a finished run; of the files of the checkout, those that are.
pub fn collect(plan: &Plan, stage: &Stage, finished: &Finished, expected: &Path) -> Result<Actual> {
    let mut actual = Actual::new();
    let exit = finished.code.map_or_else(|| "ended by a signal".to_owned(), |code| code.to_string());
    actual.insert("exit".to_owned(), exit + "\n");
    let shown = (!plan.laptop).then(|| show(plan, stage, finished)).transpose()?;
    let outputs = shown.as_ref().map(|shown| shown.outputs.clone()).unwrap_or_default();
    let report_path = outputs.get("report").filter(|path| !path.is_empty()).map_or_else(
        || stage.root.join(&plan.folder).join(format!(".gatewright/{}.json", plan.binary)),
        |path| stage.root.join(&plan.folder).join(path),
    );
    let report = fs::read(&report_path).ok();
    let normal = Normal { plan, stage, report_digest: report.as_deref().map(hex_digest) };
    let mut text = |name: &str, bytes: &[u8]| {
        let text = normal.text(&String::from_utf8_lossy(bytes));
        if !text.is_empty() {
            actual.insert(name.to_owned(), text);
        }
    };
    text("stdout.txt", &finished.stdout);
    text("stderr.txt", &finished.stderr);
    if let Some(shown) = &shown {
        text(
            "summary.md",
            shown.summaries.iter().map(|summary| summary.text.as_str()).collect::<String>().as_bytes(),
        );
        text("shown.json", verdict(shown)?.as_bytes());
    }
    if let Some(report) = &report {
        text("report.json", pretty(report).as_bytes());
    }
    if let Some(sarif) = option(plan, "sarif-file") {
        let path = stage.root.join(&plan.folder).join(stage.fill(&sarif));
        text("sarif.json", pretty(&fs::read(path).unwrap_or_default()).as_bytes());
    }
    for name in files_below(expected)? {
        if let Some(path) = name.strip_prefix("files/") {
            text(&name, pretty(&fs::read(stage.root.join(path)).unwrap_or_default()).as_bytes());
        }
    }
    Ok(actual)
}

/// Compares with a folder `expected/`, or rewrites it. An empty one gets the usual files.
pub fn settle(expected: &Path, actual: &Actual, plan: &Plan, mode: Mode) -> Result<()> {
    let mut names = files_below(expected)?;
    if let Some(stray) =
        names.iter().find(|name| !NAMES.contains(&name.as_str()) && !name.starts_with("files/"))
    {
        bail!("`expected/{stray}` is none of {} or files/", NAMES.join(", "));
    }
    if mode == Mode::Update {
        let usual = if plan.laptop {
            ["stdout.txt", "stderr.txt"].as_slice()
        } else {
            &["shown.json", "summary.md", "stderr.txt"]
        };
        if names.is_empty() {
            names.extend(usual.iter().map(|&name| name.to_owned()).filter(|name| actual.contains_key(name)));
        }
        names.push("exit".to_owned());
        return names.iter().try_for_each(|name| write(&expected.join(name), actual.get(name)));
    }
    let mut differences = String::new();
    for name in &names {
        let wanted = fs::read_to_string(expected.join(name)).with_context(|| name.clone())?;
        let got = actual.get(name).map_or("", String::as_str);
        if wanted != got {
            differences += &diff(name, &wanted, got);
        }
    }
    if !differences.is_empty() {
        if !names.iter().any(|name| name == "stderr.txt")
            && let Some(stderr) = actual.get("stderr.txt")
        {
            write!(differences, "stderr was:\n{stderr}")?;
        }
        bail!("what came out differs\n{differences}");
    }
    Ok(())
}

fn write(file: &Path, text: Option<&String>) -> Result<()> {
    match text {
        Some(text) => {
            fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
            fs::write(file, text)?;
        }
        None if file.exists() => fs::remove_file(file)?,
        None => {}
    }
    Ok(())
}

fn diff(name: &str, wanted: &str, got: &str) -> String {
    let diff = TextDiff::from_lines(wanted, got);
    let header = (format!("expected/{name}"), format!("actual {name}"));
    format!("{}\n", diff.unified_diff().context_radius(3).header(&header.0, &header.1))
}

/// What a reader of the run would see. The runner does not keep the order between the streams, so both orders
/// must show the same annotations.
fn show(plan: &Plan, stage: &Stage, finished: &Finished) -> Result<Shown> {
    let part = Part {
        kind: plan.kind,
        printed: vec![(Stream::Stdout, finished.stdout.clone()), (Stream::Stderr, finished.stderr.clone())],
        files: finished.files.clone(),
        exit_code: finished.code.unwrap_or(-1),
        ..Part::default()
    };
    let step =
        StepRun { kind: plan.kind, id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() };
    let setting = |order: Order| Setting {
        os: plan.os,
        workspace: stage.root.display().to_string(),
        secrets: plan.secrets.clone(),
        debug: plan.debug,
        disk: Disk::Real,
        order,
        ..Setting::default()
    };
    let shown = judge(&step, &setting(Order::StderrFirst));
    let other = judge(&step, &setting(Order::AsWritten));
    let said = |shown: &Shown| {
        let mut said: Vec<_> = shown
            .annotations
            .iter()
            .map(|annotation| {
                format!("{:?} {:?} {:?}", annotation.level, annotation.file, annotation.message)
            })
            .collect();
        said.sort();
        said
    };
    ensure!(said(&shown) == said(&other), "what is shown depends on which stream the runner reads first");
    Ok(shown)
}

/// The verdict without the log, which `stdout.txt` and `stderr.txt` show better, and without commands that
/// were simply obeyed.
fn verdict(shown: &Shown) -> Result<String> {
    let mut value = serde_json::to_value(shown)?;
    let object = value.as_object_mut().context("a verdict is an object")?;
    object.remove("log");
    if let Some(Value::Array(commands)) = object.get_mut("commands") {
        commands.retain(|command| command["outcome"] != "obeyed");
        if commands.is_empty() {
            object.remove("commands");
        }
    }
    for list in ["annotations", "dropped", "summaries"] {
        for entry in object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(entry) = entry.as_object_mut() {
                entry.remove("logLine");
                // The length of a temporary path is nobody's business.
                entry.remove("bytes");
            }
        }
    }
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// JSON laid out anew; anything else as it is.
fn pretty(bytes: &[u8]) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => format!("{value:#}\n"),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The value of an option, from the arguments or its variable.
fn option(plan: &Plan, name: &str) -> Option<String> {
    let flag = format!("--{name}");
    let mut args = plan.args.iter();
    while let Some(arg) = args.next() {
        if *arg == flag {
            return args.next().cloned();
        }
        if let Some(value) = arg.strip_prefix(&flag).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
    }
    let variable = format!("INPUT_{}", name.replace('-', "_").to_uppercase());
    plan.env.iter().find(|(name, _)| *name == variable).map(|(_, value)| value.clone())
}

struct Normal<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    report_digest: Option<String>,
}

impl Normal<'_> {
    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let stage = self.stage;
        for (path, name) in [(&stage.root, "[ROOT]"), (&stage.temp, "[TEMP]"), (&stage.home, "[HOME]")] {
            text = text.replace(&path.display().to_string(), name);
        }
        for (name, sha) in stage.names() {
            text = text.replace(&sha, name);
            text = text.replace(&sha[..10], &name.replace(']', ":10]"));
        }
        if let Some(digest) = &self.report_digest {
            text = text.replace(digest, "[REPORT_SHA256]");
        }
        self.version(&without_port(&text))
    }

    /// The version where it is ours: after a name of ours, or under a version's key.
    fn version(&self, text: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let before = [
            format!("{} ", self.plan.binary),
            "gatewright ".to_owned(),
            format!("{} v", self.plan.binary),
            "\"version\": \"".to_owned(),
            "\"semanticVersion\": \"".to_owned(),
        ];
        before.iter().fold(text.to_owned(), |text, before| {
            text.replace(&format!("{before}{version}"), &format!("{before}[VERSION]"))
        })
    }
}

fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}

/// The files below a folder as paths with `/`, sorted; none where there is no folder.
fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Vec<_> = folder.is_dir().then(String::new).into_iter().collect();
    while let Some(prefix) = open.pop() {
        for entry in fs::read_dir(folder.join(&prefix))? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push(path + "/");
            } else if entry.file_type()?.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The text with the port of a fake on this machine replaced, as it is written plainly and in a summary.
fn without_port(text: &str) -> String {
    const HOST: &str = "127.0.0.1";
    let mut parts = text.split(HOST);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(HOST);
        let port =
            [":", "&#58;<!-- -->"].into_iter().find_map(|colon| Some((colon, part.strip_prefix(colon)?)));
        let rest =
            port.map(|(colon, rest)| (colon, rest.trim_start_matches(|digit: char| digit.is_ascii_digit())));
        match rest.filter(|(colon, rest)| colon.len() + rest.len() < part.len()) {
            Some((colon, rest)) => out.push_str(&format!("{colon}[PORT]{rest}")),
            None => out.push_str(part),
        }
    }
    out
}
