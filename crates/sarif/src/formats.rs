//! The formats: which one a file is of, by its content alone, and reading it.
//!
//! A reader gets the values of a file and gives the runs in it. It trusts nothing: what is missing or of another type is a
//! fault, and the rest counts.

mod actionlint;
mod advisory;
mod bandit;
mod cargo_audit;
mod checkov;
mod code;
#[cfg(test)]
mod dump_code;
#[cfg(test)]
mod dump_packages;
mod eslint;
mod gitleaks;
mod gosec;
mod govulncheck;
mod grype;
mod hadolint;
mod npm_audit;
mod osv_scanner;
mod pip_audit;
mod sarif;
mod semgrep;
mod shellcheck;
mod text;
mod trivy;
mod zizmor;

use crate::fault::{FaultKind, Faults};
use crate::json::{self, Document, Value};
use crate::model::Run;

pub(crate) use text::unpacked;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// SARIF 2.1.0.
    Sarif,
    /// `gosec -fmt json`
    Gosec,
    /// `govulncheck -format json`
    Govulncheck,
    /// `trivy … --format json`
    Trivy,
    /// `grype -o json`
    Grype,
    /// `osv-scanner --format json`
    OsvScanner,
    /// `gitleaks … --report-format json`
    Gitleaks,
    /// `semgrep --json`
    Semgrep,
    /// `bandit -f json`
    Bandit,
    /// `checkov -o json`
    Checkov,
    /// `hadolint -f json`
    Hadolint,
    /// `npm audit --json`
    NpmAudit,
    /// `cargo audit --json`
    CargoAudit,
    /// `pip-audit -f json`
    PipAudit,
    /// `actionlint -format '{{json .}}'`
    Actionlint,
    /// `zizmor --format json`
    Zizmor,
    /// `shellcheck -f json1` or `-f json`
    Shellcheck,
    /// `eslint -f json`
    Eslint,
}

/// A format: how it is recognised, and its reader.
struct Reader {
    format: Format,
    /// What reports call it.
    name: &'static str,
    detects: fn(&Document<'_>) -> bool,
    read: fn(&Document<'_>, &mut Faults) -> Vec<Run>,
}

/// In the order in which they are tried: no two recognise the same file.
const READERS: [Reader; 18] = [
    Reader { format: Format::Sarif, name: "SARIF", detects: sarif::detects, read: sarif::read },
    Reader { format: Format::Gosec, name: "gosec", detects: gosec::detects, read: gosec::read },
    Reader {
        format: Format::Govulncheck,
        name: "govulncheck",
        detects: govulncheck::detects,
        read: govulncheck::read,
    },
    Reader { format: Format::Trivy, name: "Trivy", detects: trivy::detects, read: trivy::read },
    Reader { format: Format::Grype, name: "Grype", detects: grype::detects, read: grype::read },
    Reader {
        format: Format::OsvScanner,
        name: "osv-scanner",
        detects: osv_scanner::detects,
        read: osv_scanner::read,
    },
    Reader { format: Format::Gitleaks, name: "Gitleaks", detects: gitleaks::detects, read: gitleaks::read },
    Reader { format: Format::Semgrep, name: "Semgrep", detects: semgrep::detects, read: semgrep::read },
    Reader { format: Format::Bandit, name: "Bandit", detects: bandit::detects, read: bandit::read },
    Reader { format: Format::Checkov, name: "Checkov", detects: checkov::detects, read: checkov::read },
    Reader { format: Format::Hadolint, name: "Hadolint", detects: hadolint::detects, read: hadolint::read },
    Reader {
        format: Format::NpmAudit,
        name: "npm audit",
        detects: npm_audit::detects,
        read: npm_audit::read,
    },
    Reader {
        format: Format::CargoAudit,
        name: "cargo audit",
        detects: cargo_audit::detects,
        read: cargo_audit::read,
    },
    Reader {
        format: Format::PipAudit,
        name: "pip-audit",
        detects: pip_audit::detects,
        read: pip_audit::read,
    },
    Reader {
        format: Format::Actionlint,
        name: "actionlint",
        detects: actionlint::detects,
        read: actionlint::read,
    },
    Reader { format: Format::Zizmor, name: "zizmor", detects: zizmor::detects, read: zizmor::read },
    Reader {
        format: Format::Shellcheck,
        name: "ShellCheck",
        detects: shellcheck::detects,
        read: shellcheck::read,
    },
    Reader { format: Format::Eslint, name: "ESLint", detects: eslint::detects, read: eslint::read },
];

impl Format {
    /// Every format.
    pub fn all() -> impl Iterator<Item = Self> {
        READERS.iter().map(|reader| reader.format)
    }

    /// The run that a tool means by an empty list: it looked, and found nothing. Nothing for tools that never write one.
    pub fn empty_run(self) -> Option<Run> {
        const WRITE_ONE: [Format; 5] =
            [Format::Gitleaks, Format::Hadolint, Format::Actionlint, Format::Zizmor, Format::Shellcheck];
        let reader = READERS.iter().find(|reader| reader.format == self && WRITE_ONE.contains(&self))?;
        let document = json::parse("[]", &mut Faults::default());
        (reader.read)(&document, &mut Faults::default()).pop()
    }

    /// What reports call it.
    pub fn name(self) -> &'static str {
        READERS.iter().find(|reader| reader.format == self).map_or("", |reader| reader.name)
    }
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The format it is of.
    pub format: Format,
    /// The runs in it.
    pub runs: Vec<Run>,
    /// All that is wrong with it.
    pub faults: Faults,
    /// How many documents stood in it without a result, as in an empty list: the tool can't be told then.
    pub is_empty_list: bool,
    /// It is a bare `null`, which only Gitleaks means as an empty list.
    pub is_null: bool,
}

/// Why a file can't be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is no JSON.
    #[error("line {line}, column {column}: {message}; this is no JSON{looks_like}")]
    NoJson {
        /// From 1.
        line: u32,
        /// From 1.
        column: u32,
        /// What was found, and what was expected.
        message: String,
        /// What it looks like, with a comma in front; empty where nobody knows.
        looks_like: &'static str,
    },
    /// It is JSON of no format that is known.
    #[error("this is JSON of no scanner that is known: {found}")]
    Unknown {
        /// What it has at its top.
        found: String,
    },
    /// The tool wrote that it failed, in place of results.
    #[error("{tool} wrote an error in place of results: {message}")]
    ToolFailed {
        /// The tool.
        tool: &'static str,
        /// Its words.
        message: String,
    },
    /// It is compressed, and what it holds can't be taken out.
    #[error("it can't be unpacked: {0}")]
    Compressed(String),
}

impl ReadError {
    /// The next step: a full sentence.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "Let the scanner end before this step, and see in its log why it wrote nothing.",
            Self::NoJson { .. } => {
                "Have the scanner write SARIF or its own JSON into a file, without its log."
            }
            Self::Unknown { .. } => {
                "Have the scanner write SARIF 2.1.0, or leave this file out of `files` if no scanner wrote it."
            }
            Self::ToolFailed { .. } => "Mend that, and scan again.",
            Self::Compressed(_) => "Make it again: the file was cut off or changed.",
        }
    }
}

/// Reads a file whole.
///
/// # Errors
/// It is empty, no JSON, of no known format, or the tool's word that it failed. Anything less is a fault.
pub fn read(bytes: &[u8]) -> Result<Parsed, ReadError> {
    let mut faults = Faults::default();
    let bytes = text::unpacked(bytes)?;
    let text = npm_audit::without_log(text::decoded(&bytes, &mut faults), &mut faults);
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    // Older versions of Gitleaks write this where they found nothing.
    if text.trim() == "null" {
        return Ok(Parsed {
            format: Format::Gitleaks,
            runs: Vec::new(),
            faults,
            is_empty_list: true,
            is_null: true,
        });
    }
    let mut document = json::parse(&text, &mut faults);
    document.drop_empty_lists();
    let Some(root) = document.root().filter(|root| root.members().is_some() || root.array().is_some()) else {
        return Err(no_json(&text, &faults));
    };
    if let Some(error) = tool_error(&document) {
        return Err(error);
    }
    // An empty list says that a tool found nothing, and not which one.
    if root.array().is_some_and(<[Value<'_>]>::is_empty) && !faults.lose_results() {
        return Ok(Parsed {
            format: Format::Gitleaks,
            runs: Vec::new(),
            faults,
            is_empty_list: true,
            is_null: false,
        });
    }
    let Some(reader) = READERS.iter().find(|reader| (reader.detects)(&document)) else {
        return Err(ReadError::Unknown { found: text::top(root) });
    };
    let runs = (reader.read)(&document, &mut faults);
    Ok(Parsed { format: reader.format, runs, faults, is_empty_list: false, is_null: false })
}

/// npm writes its failure as JSON.
fn tool_error(document: &Document<'_>) -> Option<ReadError> {
    let root = document.root()?;
    let error = root.get("error")?;
    let is_npm =
        error.has(&["summary"]) || (error.has(&["code"]) && root.get("auditReportVersion").is_none());
    let words = ["summary", "detail", "code"].iter().filter_map(|key| error.get(key)?.text());
    let own = root.get("message").and_then(Value::text);
    let message: Vec<&str> = own.into_iter().chain(words).filter(|word| !word.is_empty()).collect();
    is_npm.then(|| ReadError::ToolFailed {
        tool: "npm audit",
        message: json::excerpt(&message.join(": ")).into_owned(),
    })
}

fn no_json(text: &str, faults: &Faults) -> ReadError {
    let looks_like = text::looks_like(text);
    let fault =
        faults.kept().iter().find(|fault| matches!(fault.kind, FaultKind::Syntax | FaultKind::Truncated));
    let (line, column, message) = fault.map_or_else(
        || (1, 1, "a single word or number".to_owned()),
        |fault| (fault.line, fault.column, fault.message.clone()),
    );
    ReadError::NoJson { line, column, message, looks_like }
}
