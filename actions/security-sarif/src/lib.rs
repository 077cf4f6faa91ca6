//! `security-sarif`: from inputs to a report on text files. What a text is held to is
//! known by `judge`; how it is shown, by `gatewright-core`.

mod inputs;
pub mod judge;
pub mod rules;

use std::path::Path;

use gatewright_core::Failure;
use gatewright_core::action::{About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout};
use gatewright_core::report::Source;
use gatewright_core::workspace::HashedReader;

use crate::judge::{Text, count_lines, judge, longest};

pub use inputs::Inputs;

/// Where such files usually lie.
const WELL_KNOWN: [&str; 2] = ["NOTES.md", "docs/NOTES.md"];

const ABOUT: About = About {
    name: "security-sarif",
    version: env!("CARGO_PKG_VERSION"),
    title: "Security sarif",
    summary: "Judges text files: none may have more lines than it should.",
    files: Some(FilesAbout { what: "Text files", well_known: &WELL_KNOWN }),
    reads_base: false,
    verbs: &[],
    lists: &[],
    outputs: &[OutputAbout {
        name: "longest",
        description: "lines of the longest file; empty where no file was read",
    }],
    measures: &[MeasureAbout {
        name: "text.lines",
        description: "lines of the longest file; the scope `file:<path>` counts those of one",
    }],
    rules: &rules::INFOS,
};

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run)
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let well_known = WELL_KNOWN.map(str::to_owned);
    let given = !ctx.patterns.is_empty();
    let found = ctx.workspace.find(if given { ctx.patterns } else { &well_known });
    if let Some((pattern, message)) = found.wrong.first() {
        return Err(Failure::usage(
            format!("`{pattern}` in `files` is no glob: {message}"),
            "Correct it; `*` stays in a folder, `**` crosses folders.",
        ));
    }
    let mut missing = if given { found.empty } else { Vec::new() };
    if found.files.is_empty() && missing.is_empty() {
        missing
            .push(format!("any of {}", if given { ctx.patterns.join(", ") } else { well_known.join(", ") }));
    }
    let mut texts = Vec::new();
    let mut sources = Vec::new();
    for file in found.files {
        ctx.note(format!("reading {}", file.shown));
        let (lines, bytes, sha256) = read(&file.path).map_err(|error| {
            Failure::cannot_judge(
                format!("{} can't be read: {error}", file.shown),
                "Check that it is a file and that this user may read it.",
            )
        })?;
        sources.push(Source { path: file.shown.clone(), format: "text".to_owned(), bytes, sha256 });
        texts.push(Text { path: ctx.workspace.repo_path(&file.path), shown: file.shown, lines });
    }
    let mut report = judge(&texts, &missing, &inputs.policy());
    report.sources = sources;
    let outputs =
        vec![("longest".to_owned(), longest(&texts).map(|lines| lines.to_string()).unwrap_or_default())];
    Ok(Outcome { report, outputs, ..Outcome::default() })
}

fn read(path: &Path) -> std::io::Result<(u64, u64, String)> {
    let mut reader = HashedReader::open(path)?;
    let lines = count_lines(&mut reader)?;
    let (bytes, sha256) = reader.finish()?;
    Ok((lines, bytes, sha256))
}
