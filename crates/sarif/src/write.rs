//! SARIF 2.1.0 as GitHub takes it, written from the model.
//!
//! GitHub refuses a file with more than 20 runs or more than 10 MB when compressed, and keeps the 5,000 worst results of a
//! run (limits of code scanning, as documented in 2026). So the worst are kept here, the cut is declared in the run's
//! properties, and runs are dealt out to as many files as are needed. A run is never split: half a category would close the
//! alerts of the other half.

mod advisory;
mod place;
mod rule;

use std::io::Write;

use gatewright_core::report::{Change, Severity};

use crate::clean::UNKNOWN;
use crate::identity::fingerprint;
use crate::json::write_text;
use crate::model::{Alert, Kind, Run, Suppression, SuppressionKind, SuppressionStatus};

pub(crate) use advisory::{ADVISORY, read_advisory, write_advisory};

/// What a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most results of a run.
    pub results: usize,
    /// The most rules of a run: those that no result has go first.
    pub rules: usize,
    /// The most runs of a file.
    pub runs: usize,
    /// The most bytes of a file, compressed.
    pub compressed: usize,
}

impl Limits {
    /// Those of GitHub's code scanning.
    pub const GITHUB: Self = Self { results: 5_000, rules: 25_000, runs: 20, compressed: 10_000_000 };
    /// None.
    pub const NONE: Self =
        Self { results: usize::MAX, rules: usize::MAX, runs: usize::MAX, compressed: usize::MAX };
}

/// A run that is to be written.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its results, by their place in the run, with how bad each is.
    pub alerts: Vec<(usize, Severity)>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// SARIF.
    pub text: String,
    /// Of each run in it: its category, how many results stand in it and how many were cut.
    pub runs: Vec<WrittenRun>,
}

/// A run that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRun {
    /// `automationDetails.id`.
    pub id: String,
    /// How many results stand in it.
    pub results: usize,
    /// How many were left out because there are too many.
    pub cut: usize,
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes runs into as many files as they need; without a run, one file that says so.
pub fn write_sarif(runs: &[Outgoing<'_>], limits: Limits) -> Vec<Written> {
    let mut files: Vec<(Written, usize)> = Vec::new();
    for run in runs {
        let (text, written, size) = fitting(run, limits);
        let fits = files.last().is_some_and(|(file, used)| {
            file.runs.len() < limits.runs && used.saturating_add(size) <= limits.compressed
        });
        match files.last_mut().filter(|_| fits) {
            Some((file, used)) => {
                file.text.push_str(",\n");
                file.text.push_str(&text);
                file.runs.push(written);
                *used = used.saturating_add(size);
            }
            None => files.push((Written { text: beginning(text), runs: vec![written] }, size)),
        }
    }
    if files.is_empty() {
        files.push((Written { text: beginning(String::new()), runs: Vec::new() }, 0));
    }
    let whole = |(mut file, _): (Written, usize)| {
        file.text.push_str("\n]}\n");
        file
    };
    files.into_iter().map(whole).collect()
}

/// The text of a file up to its first run's end. It is long, and not copied.
fn beginning(mut run: String) -> String {
    run.insert_str(0, &format!("{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[\n"));
    run
}

/// What a result takes, about.
const USUAL_BYTES: usize = 500;

/// A run as text, with as many of its worst results as fit, and its compressed size.
fn fitting(outgoing: &Outgoing<'_>, limits: Limits) -> (String, WrittenRun, usize) {
    let mut worst = outgoing.alerts.clone();
    // Of equals the same ones stay, whatever order the tool writes them in.
    let print = |at: usize| fingerprint(&outgoing.run.alerts[at]).unwrap_or_default();
    worst.sort_by(|(left, bad), (right, worse)| {
        worse.cmp(bad).then_with(|| print(*left).cmp(print(*right))).then(left.cmp(right))
    });
    let mut most = worst.len().min(limits.results);
    loop {
        let mut kept: Vec<usize> = worst[..most].iter().map(|(at, _)| *at).collect();
        kept.sort_unstable();
        let cut = worst.len() - most;
        let mut text = String::with_capacity(most * USUAL_BYTES);
        write_run(outgoing.run, &kept, cut, limits.rules, &mut text);
        // What is short fits uncompressed.
        let size = if text.len() <= limits.compressed / 20 { text.len() } else { compressed(&text) };
        if size <= limits.compressed || most == 0 {
            let id = outgoing.run.automation_id.clone().unwrap_or_default();
            return (text, WrittenRun { id, results: kept.len(), cut }, size);
        }
        most /= 2;
    }
}

fn compressed(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Counter(0), flate2::Compression::fast());
    // A counter takes everything.
    drop(encoder.write_all(text.as_bytes()));
    encoder.finish().map_or(usize::MAX, |counter| counter.0)
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes the members of an object one by one.
pub(crate) struct Members<'o> {
    out: &'o mut String,
    is_first: bool,
}

impl<'o> Members<'o> {
    pub(crate) fn begin(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, is_first: true }
    }

    /// The key; the value is for the caller to write.
    pub(crate) fn key(&mut self, key: &str) -> &mut String {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        write_text(key, self.out);
        self.out.push(':');
        self.out
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        write_text(text, self.key(key));
    }

    pub(crate) fn optional(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key).push_str(json);
    }

    pub(crate) fn all(&mut self, rest: &[(Box<str>, Box<str>)]) {
        for (key, json) in rest {
            self.raw(key, json);
        }
    }

    pub(crate) fn texts<S: AsRef<str>>(&mut self, key: &str, texts: impl IntoIterator<Item = S>) {
        let out = self.key(key);
        out.push('[');
        for (number, text) in texts.into_iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            write_text(text.as_ref(), out);
        }
        out.push(']');
    }

    pub(crate) fn end(self) {
        self.out.push('}');
    }
}

/// `{"text": …}`
pub(crate) fn message(text: &str, markdown: Option<&str>, out: &mut String) {
    let mut members = Members::begin(out);
    members.text("text", text);
    members.optional("markdown", markdown);
    members.end();
}

fn write_run(run: &Run, kept: &[usize], cut: usize, most_rules: usize, out: &mut String) {
    let (rules, places) = rule::chosen(run, kept, most_rules);
    let mut members = Members::begin(out);
    write_tool(run, &rules, members.key("tool"));
    if let Some(id) = &run.automation_id {
        members.key("automationDetails").push_str("{\"id\":");
        write_text(id, members.out);
        members.out.push('}');
    }
    members.text("columnKind", "utf16CodeUnits");
    members.all(&run.rest);
    let mut properties: Vec<(Box<str>, Box<str>)> = Vec::new();
    let mine = ["gatewright/resultsCut", "gatewright/target"];
    properties.extend(run.properties.iter().filter(|(key, _)| !mine.contains(&key.as_ref())).cloned());
    // What was cut before is cut still.
    let known = run.properties.iter().find(|(key, _)| key.as_ref() == "gatewright/resultsCut");
    let cut = cut + known.and_then(|(_, json)| json.parse::<usize>().ok()).unwrap_or_default();
    if cut > 0 {
        properties.push(("gatewright/resultsCut".into(), cut.to_string().into()));
    }
    if let Some(target) = &run.target {
        let mut json = String::new();
        write_text(target, &mut json);
        properties.push(("gatewright/target".into(), json.into()));
    }
    if !properties.is_empty() {
        let mut bag = Members::begin(members.key("properties"));
        bag.all(&properties);
        bag.end();
    }
    // All results of a run have suppressions, or none.
    let any_suppressed = kept.iter().any(|at| run.alerts[*at].suppressions.is_some());
    let any_compared = kept.iter().all(|at| run.alerts[*at].change.is_some());
    let out = members.key("results");
    out.push('[');
    for (number, at) in kept.iter().enumerate() {
        out.push_str(if number > 0 { ",\n" } else { "\n" });
        let alert = &run.alerts[*at];
        write_alert(run, alert, places[alert.rule], (any_suppressed, any_compared), out);
    }
    out.push(']');
    members.end();
}

fn write_tool(run: &Run, rules: &[usize], out: &mut String) {
    let tool = &run.tool;
    out.push_str("{\"driver\":");
    let mut driver = Members::begin(out);
    driver.text("name", &tool.name);
    driver.optional("fullName", tool.full_name.as_deref());
    driver.optional("version", tool.version.as_deref());
    driver.optional("semanticVersion", tool.semantic_version.as_deref());
    driver.optional("guid", tool.guid.as_deref());
    driver.optional("informationUri", tool.information_uri.as_deref());
    driver.all(&tool.rest);
    let list = driver.key("rules");
    list.push('[');
    for (number, at) in rules.iter().enumerate() {
        list.push_str(if number > 0 { ",\n" } else { "\n" });
        rule::write(&run.rules[*at], list);
    }
    list.push(']');
    driver.end();
    out.push('}');
}

fn write_alert(
    run: &Run,
    alert: &Alert,
    rule: usize,
    (suppressed, compared): (bool, bool),
    out: &mut String,
) {
    let mut members = Members::begin(out);
    members.text("ruleId", &run.rules[alert.rule].id);
    members.raw("ruleIndex", &rule.to_string());
    if alert.kind != Kind::Fail {
        members.text("kind", alert.kind.as_str());
    }
    members.optional("level", alert.level.map(crate::model::Level::as_str));
    message(&alert.message, alert.markdown.as_deref(), members.key("message"));
    place::write_all("locations", &alert.places, true, &mut members);
    if !alert.related.is_empty() {
        place::write_all("relatedLocations", &alert.related, false, &mut members);
    }
    for (key, list) in
        [("partialFingerprints", &alert.partial_fingerprints), ("fingerprints", &alert.fingerprints)]
    {
        if !list.is_empty() {
            let mut texts = Members::begin(members.key(key));
            list.iter().for_each(|(key, value)| texts.text(key, value));
            texts.end();
        }
    }
    if let Some(change) = alert.change.filter(|_| compared) {
        members.text("baselineState", state(change));
    }
    if suppressed {
        let out = members.key("suppressions");
        out.push('[');
        let mut known: Vec<String> = Vec::new();
        for suppression in alert.suppressions.iter().flatten() {
            let mut text = String::new();
            write_suppression(suppression, &mut text);
            if !known.contains(&text) {
                known.push(text);
            }
        }
        out.push_str(&known.join(","));
        out.push(']');
    }
    members.all(&alert.rest);
    write_properties(alert, &mut members);
    members.end();
}

pub(crate) fn state(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Unchanged => "unchanged",
        Change::Updated => "updated",
        Change::Absent => "absent",
    }
}

fn write_suppression(suppression: &Suppression, out: &mut String) {
    let mut members = Members::begin(out);
    members.text(
        "kind",
        match suppression.kind {
            SuppressionKind::InSource => "inSource",
            SuppressionKind::External => "external",
        },
    );
    members.text(
        "status",
        match suppression.status {
            SuppressionStatus::Accepted => "accepted",
            SuppressionStatus::UnderReview => "underReview",
            SuppressionStatus::Rejected => "rejected",
        },
    );
    members.optional("justification", suppression.justification.as_deref());
    let has_bag = suppression.rest.iter().any(|(key, _)| key.as_ref() == "properties");
    members.all(&suppression.rest);
    if let Some(expires) = suppression.expires.as_deref().filter(|_| !has_bag) {
        members.key("properties").push_str("{\"expiryUtc\":");
        write_text(expires, members.out);
        members.out.push('}');
    }
    members.end();
}

/// Members of a result's property bag that are written anew, so that what was read is not written twice.
const OWN: [&str; 6] = [
    ADVISORY,
    "gatewright/severity",
    "gatewright/subject",
    "gatewright/secret",
    "gatewright/cwes",
    "security-severity",
];

fn write_properties(alert: &Alert, members: &mut Members<'_>) {
    let kept: Vec<&(Box<str>, Box<str>)> =
        alert.properties.iter().filter(|(key, _)| !OWN.contains(&key.as_ref())).collect();
    let has_own = alert.advisory.is_some()
        || alert.severity.is_some()
        || alert.subject.is_some()
        || alert.is_secret
        || alert.score.is_some()
        || !alert.cwes.is_empty();
    if kept.is_empty() && !has_own {
        return;
    }
    let mut bag = Members::begin(members.key("properties"));
    // What the schema did not have comes last, as it does when it is read.
    for (key, json) in kept.iter().filter(|(key, _)| key.as_ref() != UNKNOWN) {
        bag.raw(key, json);
    }
    if let Some(score) = alert.score {
        bag.text("security-severity", &score.shown());
    }
    bag.optional("gatewright/severity", alert.severity.map(Severity::as_str));
    bag.optional("gatewright/subject", alert.subject.as_deref());
    if alert.is_secret {
        bag.raw("gatewright/secret", "true");
    }
    if !alert.cwes.is_empty() {
        bag.texts("gatewright/cwes", &alert.cwes);
    }
    if let Some(advisory) = &alert.advisory {
        write_advisory(advisory, bag.key(ADVISORY));
    }
    for (key, json) in kept.iter().filter(|(key, _)| key.as_ref() == UNKNOWN) {
        bag.raw(key, json);
    }
    bag.end();
}
