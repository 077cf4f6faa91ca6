//! What scanners say, in one shape. It follows SARIF 2.1.0, and keeps apart what SARIF has no place for but a gate needs:
//! packages, advisories, scores, reachability. What is not looked at here is kept as JSON and written again.

use gatewright_core::RepoPath;
use gatewright_core::report::{Change, Severity};

/// What one run of one tool over one target found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Who looked.
    pub tool: Tool,
    /// What it can find; each id once.
    pub rules: Vec<Rule>,
    /// What it found.
    pub alerts: Vec<Alert>,
    /// `automationDetails.id`, as written: the category up to its last slash.
    pub automation_id: Option<String>,
    /// What was looked at, where that tells two runs of one tool apart: an image, a lock file, a binary.
    pub target: Option<String>,
    /// What columns count.
    pub columns: Columns,
    /// Folders that places are relative to: the id and its URI, as `originalUriBaseIds` has them.
    pub bases: Vec<(String, String)>,
    /// Findings that the tool itself left out because somebody told it to, where it says how many.
    pub left_out: u64,
    /// Members of the SARIF run that are written again as they are.
    pub rest: Properties,
    /// Its property bag.
    pub properties: Properties,
}

/// Who looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tool {
    /// Its name: `gosec`.
    pub name: String,
    /// Its name with more words.
    pub full_name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its version, of three numbers.
    pub semantic_version: Option<String>,
    /// Its id.
    pub guid: Option<String>,
    /// Where it is described.
    pub information_uri: Option<String>,
    /// Other members of the driver, written again as they are.
    pub rest: Properties,
}

/// JSON members that are passed on: key and value, the value as JSON text. Sorted by nothing: in the order of the file.
pub type Properties = Vec<(Box<str>, Box<str>)>;

/// What a tool can find.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its name, where it has one besides.
    pub name: Option<String>,
    /// One sentence.
    pub short: Option<String>,
    /// Some sentences.
    pub full: Option<String>,
    /// What to do, as text.
    pub help: Option<String>,
    /// What to do, as Markdown.
    pub help_markdown: Option<String>,
    /// Where it is described.
    pub help_uri: Option<String>,
    /// The level of its results, where they have none.
    pub level: Option<Level>,
    /// `security-severity`.
    pub score: Option<Score>,
    /// `tags`.
    pub tags: Vec<String>,
    /// `precision`: how sure it is.
    pub confidence: Option<Confidence>,
    /// Ids that it had before.
    pub deprecated_ids: Vec<String>,
    /// Messages that results refer to by id, as text.
    pub messages: Vec<(String, String)>,
    /// Other members, written again as they are.
    pub rest: Properties,
    /// Its property bag, without what is above.
    pub properties: Properties,
}

impl Rule {
    /// A rule with an id and nothing else.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Whether it is about weaknesses: GitHub then shows a security alert.
    pub fn is_security(&self) -> bool {
        self.tags.iter().any(|tag| tag == "security")
    }
}

/// One thing found. GitHub's word for what SARIF calls a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alert {
    /// The rule, as an index into the run's.
    pub rule: usize,
    /// What kind of result it is.
    pub kind: Kind,
    /// How bad, as written, or as the standard's order finds it.
    pub level: Option<Level>,
    /// What is wrong.
    pub message: String,
    /// The same as Markdown.
    pub markdown: Option<String>,
    /// Where it is; the first place is the one that counts.
    pub places: Vec<Place>,
    /// Other places that explain it.
    pub related: Vec<Place>,
    /// The vulnerable package, where it is about one.
    pub advisory: Option<Box<Advisory>>,
    /// A score of its own.
    pub score: Option<Score>,
    /// The word that the tool itself uses for how bad it is.
    pub severity: Option<Severity>,
    /// How sure the tool is.
    pub confidence: Option<Confidence>,
    /// Weaknesses: `CWE-78`.
    pub cwes: Vec<String>,
    /// It is about a secret: what it shows of the source has to be taken out.
    pub is_secret: bool,
    /// The thing it is about, where the place alone does not say: a resource, a container layer.
    pub subject: Option<String>,
    /// Who accepted it; nothing where nobody looked.
    pub suppressions: Option<Vec<Suppression>>,
    /// How it stands against the baseline of the file it was read from.
    pub change: Option<Change>,
    /// `partialFingerprints`.
    pub partial_fingerprints: Vec<(Box<str>, Box<str>)>,
    /// `fingerprints`.
    pub fingerprints: Vec<(Box<str>, Box<str>)>,
    /// Other members, written again as they are.
    pub rest: Properties,
    /// Its property bag.
    pub properties: Properties,
    /// Where it stands in the file it was read from: line and column.
    pub origin: (u32, u32),
}

/// A published vulnerability, or another statement about a package, of which a package is affected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advisory {
    /// Its id as the tool calls it: `GHSA-…`, `CVE-…`, `GO-…`.
    pub id: String,
    /// Other ids of the same, without the tool's own.
    pub aliases: Vec<String>,
    /// The package.
    pub package: Package,
    /// Versions in which it is mended; the least first where that is known.
    pub fixed_in: Vec<String>,
    /// Whether the vulnerable part is used.
    pub reach: Reach,
    /// The likelihood of exploitation, where the tool's data has it.
    pub epss: Option<Epss>,
    /// It is known to be exploited, says the tool's data.
    pub is_exploited: bool,
    /// It is published where.
    pub url: Option<String>,
    /// Whether the project names the package itself, where that is known.
    pub is_direct: Option<bool>,
    /// Which version of which direct dependency brings the mended one along.
    pub upgrade: Option<String>,
}

/// A package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The type of its package URL: `npm`, `golang`, `cargo`, `pypi`, `deb`.
    pub kind: String,
    /// Its whole name as its ecosystem writes it: `@babel/core`, `golang.org/x/net`.
    pub name: String,
    /// Its version, where it is known.
    pub version: Option<String>,
    /// Its package URL: the tool's own, or what kind, name and version make.
    pub purl: Option<String>,
}

/// Whether the vulnerable part of a package is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nobody looked.
    #[default]
    Unknown,
    /// It is not used: the module is required, nothing of it imported.
    Required,
    /// The package is imported, the vulnerable symbol not called.
    Imported,
    /// It is called.
    Called,
}

/// A score of FIRST's Exploit Prediction Scoring System, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epss {
    /// The probability of exploitation within 30 days.
    pub probability: u32,
    /// The share of vulnerabilities with the same or a lower score.
    pub percentile: u32,
}

/// How bad, from 0.0 to 10.0, in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// 0 to 100.
    pub tenths: u8,
}

impl Score {
    /// Reads a number from 0.0 to 10.0; further digits are cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let value: f64 = text.trim().parse().ok()?;
        if !(0.0..=10.0).contains(&value) {
            return None;
        }
        // Between two tenths the lower one: 8.99 is not 9.0. The small term undoes what binary fractions lose.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        Some(Self { tenths: (value * 10.0 + 1e-9).floor() as u8 })
    }

    /// The word for it: 9.0 and above is critical, from 7.0 high, from 4.0 medium, from 0.1 low.
    pub fn severity(self) -> Option<Severity> {
        match self.tenths {
            90.. => Some(Severity::Critical),
            70..=89 => Some(Severity::High),
            40..=69 => Some(Severity::Medium),
            1..=39 => Some(Severity::Low),
            0 => None,
        }
    }

    /// As `security-severity` has it: `7.5`.
    pub fn shown(self) -> String {
        format!("{}.{}", self.tenths / 10, self.tenths % 10)
    }
}

/// SARIF's levels; from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `none`
    None,
    /// `note`
    Note,
    /// `warning`
    Warning,
    /// `error`
    Error,
}

impl Level {
    /// SARIF's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.as_str() == word)
    }

    /// The level that is meant by a word, whatever its case; words of other scales mean theirs.
    pub fn meant(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Self::parse(&word).or(match word.as_str() {
            "critical" | "high" | "fatal" => Some(Self::Error),
            "medium" | "moderate" => Some(Self::Warning),
            "low" | "info" | "information" => Some(Self::Note),
            _ => None,
        })
    }
}

/// SARIF's kinds of result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `fail`
    #[default]
    Fail,
    /// `pass`
    Pass,
    /// `open`
    Open,
    /// `review`
    Review,
    /// `informational`
    Informational,
    /// `notApplicable`
    NotApplicable,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Fail, Self::Pass, Self::Open, Self::Review, Self::Informational, Self::NotApplicable];

    /// SARIF's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::Open => "open",
            Self::Review => "review",
            Self::Informational => "informational",
            Self::NotApplicable => "notApplicable",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How sure a tool is. The order is from a guess to certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely.
    Medium,
    /// Nearly certain.
    High,
    /// Certain.
    VeryHigh,
}

impl Confidence {
    /// The word of `precision`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very-high",
        }
    }

    /// The confidence of a word, whatever its case.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Low, Self::Medium, Self::High, Self::VeryHigh];
        all.into_iter().find(|confidence| confidence.as_str().eq_ignore_ascii_case(word))
    }
}

/// What columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// UTF-16 code units, as they are written.
    #[default]
    Utf16,
    /// Characters.
    CodePoints,
    /// Bytes of UTF-8.
    Bytes,
    /// Nothing that can be relied on: they are left out.
    Unusable,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The file as the tool wrote it: a path or a URI.
    pub uri: String,
    /// The id of the folder that it is relative to, where the tool names one.
    pub base: Option<String>,
    /// The file of the repository, once it was found.
    pub path: Option<RepoPath>,
    /// The part of the file.
    pub region: Option<Region>,
    /// What this place has to do with it.
    pub message: Option<String>,
    /// Names of functions or resources, fully qualified.
    pub logical: Vec<String>,
    /// Other members of the SARIF location, written again as they are.
    pub rest: Properties,
}

impl Place {
    /// A whole file.
    pub fn file(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    /// One line of a file, or the whole file where the line is 0.
    pub fn line(uri: impl Into<String>, line: u32) -> Self {
        let region = (line > 0).then(|| Region { start_line: line, ..Region::default() });
        Self { region, ..Self::file(uri) }
    }

    /// Part of a file.
    pub fn region(uri: impl Into<String>, region: Region) -> Self {
        Self { region: Some(region), ..Self::file(uri) }
    }
}

/// A part of a file: lines from 1, columns from 1, the end column behind the last character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The first line.
    pub start_line: u32,
    /// The first column.
    pub start_column: Option<u32>,
    /// The last line.
    pub end_line: Option<u32>,
    /// The column behind the last.
    pub end_column: Option<u32>,
    /// What stands there.
    pub snippet: Option<String>,
}

/// Somebody accepted a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where that is written.
    pub kind: SuppressionKind,
    /// What became of it.
    pub status: SuppressionStatus,
    /// Why.
    pub justification: Option<String>,
    /// Until when, as written: `expiryUtc`.
    pub expires: Option<String>,
    /// Other members, written again as they are.
    pub rest: Properties,
}

/// Where an acceptance is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionKind {
    /// In the source, by a marker.
    InSource,
    /// Elsewhere: in a list.
    External,
}

/// What became of a request to accept a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionStatus {
    /// Accepted, or nothing said.
    Accepted,
    /// Not decided.
    UnderReview,
    /// Refused.
    Rejected,
}

impl Run {
    /// Says in it that the tool's results may not be whole, whatever the tool says.
    pub fn mark_incomplete(&mut self) {
        const KEY: &str = "invocations";
        const FAILED: &str = "\"executionSuccessful\":false";
        match self.rest.iter_mut().find(|(key, _)| key.as_ref() == KEY) {
            Some((_, json)) => *json = json.replace("\"executionSuccessful\":true", FAILED).into(),
            None => self.rest.push((KEY.into(), format!("[{{{FAILED}}}]").into())),
        }
    }

    /// A run of a tool that found nothing yet.
    pub fn of(name: &str, version: Option<&str>, information_uri: &str) -> Self {
        let tool = Tool {
            name: name.to_owned(),
            version: version.map(str::to_owned).filter(|version| !version.is_empty()),
            information_uri: Some(information_uri.to_owned()),
            ..Tool::default()
        };
        Self { tool, ..Self::default() }
    }
}
