//! Reading files, checking each for what GitHub refuses whole, and packing those that it takes.

use std::cell::Cell;
use std::io::Read as _;

use gatewright_core::RepoPath;
use gatewright_core::action::Context;
use gatewright_core::report::{Finding, Location, RuleInfo, Severity};
use gatewright_core::workspace::{FoundFile, HashedReader};
use gatewright_github::code_scanning::Packed;

use crate::locate::{self, Step};
use crate::log::{Log, Unreadable, parse};
use crate::rules;

/// A file is read into memory; one of 10 MB of gzip has some 500 MB at most.
const MOST_BYTES: u64 = 1 << 30;
/// So many findings of a file get their line.
const MOST_WALKS: u32 = 40;

/// A file, checked.
#[derive(Clone, Debug)]
pub(crate) struct SarifFile {
    /// Its path for readers.
    pub(crate) shown: String,
    /// Its path in the repository, if it lies there.
    pub(crate) path: Option<RepoPath>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// What it holds; nothing where it is no SARIF.
    pub(crate) log: Log,
    /// What travels; nothing where the file is not to be sent.
    pub(crate) packed: Option<Packed>,
}

/// A file while it is checked.
pub(crate) struct Checked<'a> {
    /// Its path for readers.
    pub(crate) shown: &'a str,
    /// Its path in the repository, if it lies there.
    pub(crate) path: Option<&'a RepoPath>,
    pub(crate) text: &'a [u8],
    pub(crate) log: &'a Log,
    /// Where absolute addresses begin.
    pub(crate) checkout_uri: &'a str,
    /// How many more lines are looked for: each is a walk through the file.
    pub(crate) walks: Cell<u32>,
}

impl Checked<'_> {
    /// The scheme that absolute addresses must have.
    pub(crate) fn scheme(&self) -> &str {
        self.checkout_uri.split(':').next().unwrap_or_default()
    }

    /// A finding about a value of the file: it is named, and its line is shown.
    pub(crate) fn finding(&self, rule: &RuleInfo, message: &str, at: &[Step]) -> Finding {
        let place = if at.is_empty() { String::new() } else { format!(" ({})", locate::shown(at)) };
        let finding = Finding::new(rule, rules::CATEGORY, format!("{}: {message}{place}", self.shown));
        let Some(path) = self.path else { return finding };
        let left = self.walks.get();
        let line = if at.is_empty() || left == 0 { None } else { locate::line(self.text, at) };
        self.walks.set(left.saturating_sub(1));
        let location = match line {
            Some(line) => Location::lines(path.clone(), line, line),
            None => Location::file(path.clone()),
        };
        finding.at(location)
    }
}

/// Whether a finding is about something that makes GitHub refuse the file.
pub(crate) fn refuses(finding: &Finding) -> bool {
    finding.severity >= Severity::High
}

/// Reads and checks files in their order.
pub(crate) fn read(
    ctx: &Context<'_>,
    found: &[FoundFile],
    checkout_uri: &str,
) -> (Vec<SarifFile>, Vec<Finding>) {
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    for file in found {
        ctx.note(format!("reading {}", file.shown));
        let path = ctx.workspace.repo_path(&file.path);
        let (text, sha256) = match bytes(file) {
            Ok(read) => read,
            Err(message) => {
                findings.push(rules::invalid_sarif::unreadable(&file.shown, path.as_ref(), &message));
                files.push(SarifFile {
                    shown: file.shown.clone(),
                    path,
                    bytes: 0,
                    sha256: String::new(),
                    log: Log::default(),
                    packed: None,
                });
                continue;
            }
        };
        let (log, packed, found) = check(&file.shown, path.as_ref(), &text, checkout_uri);
        findings.extend(found);
        let bytes = text.len() as u64;
        files.push(SarifFile { shown: file.shown.clone(), path, bytes, sha256, log, packed });
    }
    let clashes = rules::duplicate_run::between(&files);
    for (index, finding) in clashes {
        files[index].packed = None;
        findings.push(finding);
    }
    (files, findings)
}

/// What a file holds, what travels of it, and what is wrong with it.
pub(crate) fn check(
    shown: &str,
    path: Option<&RepoPath>,
    text: &[u8],
    checkout_uri: &str,
) -> (Log, Option<Packed>, Vec<Finding>) {
    let (log, unreadable): (Log, Option<Unreadable>) = match parse(text) {
        Ok(log) => (log, None),
        Err(unreadable) => (Log::default(), Some(unreadable)),
    };
    let file = Checked { shown, path, text, log: &log, checkout_uri, walks: Cell::new(MOST_WALKS) };
    if let Some(unreadable) = unreadable {
        let finding = rules::invalid_sarif::no_sarif(&file, &unreadable);
        return (log, None, vec![finding]);
    }
    let mut findings = rules::check(&file);
    if findings.iter().any(refuses) {
        return (log, None, findings);
    }
    let packed = Packed::of(text);
    findings.extend(rules::over_limit::too_large(&file, packed.bytes));
    let packed = (!findings.iter().any(refuses)).then_some(packed);
    (log, packed, findings)
}

fn bytes(file: &FoundFile) -> Result<(Vec<u8>, String), String> {
    let io = |error: std::io::Error| format!("it can't be read: {error}");
    let mut reader = HashedReader::open(&file.path).map_err(io)?;
    // A buffer that grows would take twice the file's size.
    let size = std::fs::metadata(&file.path).map_or(0, |about| about.len()).min(MOST_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    reader.by_ref().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it has more than {MOST_BYTES} bytes"));
    }
    let (_, sha256) = reader.finish().map_err(io)?;
    Ok((bytes, sha256))
}
