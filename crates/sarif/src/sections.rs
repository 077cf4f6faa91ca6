//! What people read: the headline, the worst findings with new ones first, the upgrades that clear most, and who looked.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::report::{
    Block, Cell, Change, Column, Finding, FindingOutcome, Inline, Report, Section, Severity,
};

use crate::evidence::{BaselineUnderReview, Evidence, ListUnderReview, ListVersion, ScanReport};
use crate::fault::Weight;
use crate::findings::{CATEGORY, stands};
use crate::policy::Policy;
use crate::severity::severity;
use crate::write::Limits;

/// Findings that the summary names.
const MOST_ROWS: usize = 50;
/// Upgrades that it names.
const MOST_UPGRADES: usize = 20;
/// Characters of a message in a table.
const MOST_MESSAGE: usize = 160;

fn standing(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| {
        finding.category == CATEGORY && finding.outcome == FindingOutcome::Fail && finding.waiver.is_none()
    })
}

/// `2 critical, 1 high (1 new), 4 low from gosec and Trivy; 3 waived`.
pub(crate) fn headline(evidence: &Evidence, report: &Report) -> String {
    if evidence.is_empty() {
        return "nothing was scanned".to_owned();
    }
    let compared = matches!(evidence.baseline, BaselineUnderReview::Found { .. });
    let mut parts = Vec::new();
    for severity in Severity::ALL {
        let of = || standing(report).filter(|finding| finding.severity == severity);
        let new = of().filter(|finding| finding.change == Some(Change::New)).count();
        let new = if compared && new > 0 { format!(" ({new} new)") } else { String::new() };
        match of().count() {
            0 => {}
            count => parts.push(format!("{count} {severity}{new}")),
        }
    }
    let found = if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") };
    let waived = report
        .findings
        .iter()
        .filter(|finding| finding.category == CATEGORY && finding.waiver.is_some())
        .count();
    let waived = if waived > 0 { format!("; {waived} waived") } else { String::new() };
    let tools = evidence.tools();
    let by = match tools.as_slice() {
        [] => String::new(),
        [one] => format!(" by {one}"),
        [few @ .., last] if few.len() < 4 => format!(" by {} and {last}", few.join(", ")),
        many => format!(" by {} scanners", many.len()),
    };
    format!("{found}{by}{waived}")
}

/// The sections, most important first.
pub(crate) fn sections(evidence: &Evidence, policy: &Policy, report: &Report) -> Vec<Section> {
    let all = [
        found(evidence, report),
        upgrades(report),
        gone(evidence),
        scanners(evidence),
        lists(evidence),
        remarks(evidence, policy, report),
        odd(report),
    ];
    all.into_iter().flatten().collect()
}

fn section(id: &str, title: impl Into<String>, rank: u32, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.into(), rank, collapsed: false, blocks, gate: None }
}

fn text(words: impl Into<String>) -> Block {
    Block::Text { content: vec![Inline::text(words)] }
}

fn found(evidence: &Evidence, report: &Report) -> Option<Section> {
    let compared = matches!(evidence.baseline, BaselineUnderReview::Found { .. });
    let mut worst: Vec<&Finding> = standing(report).collect();
    if worst.is_empty() {
        return None;
    }
    let total = worst.len();
    worst.sort_by_key(|finding| {
        let is_old = compared && finding.change != Some(Change::New);
        (!finding.properties.contains_key("gates"), is_old, std::cmp::Reverse(finding.severity))
    });
    let has_fix = worst.iter().take(MOST_ROWS).any(|finding| finding.properties.contains_key("fixed"));
    let mut columns =
        vec![Column::left("Severity"), Column::left("Rule"), Column::left("Where"), Column::left("What")];
    if has_fix {
        columns.push(Column::left("Fixed in"));
    }
    columns.push(Column::left("Found by"));
    let has_gates = worst.iter().any(|finding| finding.properties.contains_key("gates"));
    if has_gates {
        columns.push(Column::left("Gate"));
    }
    let row = |finding: &&Finding| -> Vec<Cell> {
        let property = |key: &str| finding.properties.get(key).unwrap_or_default().to_owned();
        let is_new = compared && finding.change == Some(Change::New);
        let mut severity = vec![Inline::strong(finding.severity.as_str())];
        if is_new {
            severity.push(Inline::text(", new"));
        }
        let place = finding.location.as_ref().map(|at| match at.line {
            Some(line) => Inline::lines(&at.path, line, at.end_line.unwrap_or(line)),
            None => Inline::file(&at.path),
        });
        let mut row = vec![
            severity,
            vec![Inline::code(&finding.rule)],
            place.into_iter().collect(),
            vec![Inline::text(short(&finding.message))],
        ];
        if has_fix {
            row.push(vec![Inline::text(property("fixed").replace(' ', ", "))]);
        }
        row.push(vec![Inline::text(property("tool"))]);
        if has_gates {
            row.push(vec![Inline::text(property("gates"))]);
        }
        row
    };
    let rows: Vec<Vec<Cell>> = worst.iter().take(MOST_ROWS).map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    if total > MOST_ROWS {
        blocks.push(text(format!("{} more are in the report.", total - MOST_ROWS)));
    }
    Some(section("findings", "Findings", 10, blocks))
}

/// `1 finding`, `2 findings`.
fn findings(count: u64) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

fn short(message: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    match line.char_indices().nth(MOST_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Upgrades by how many findings each clears.
fn upgrades(report: &Report) -> Option<Section> {
    let standing: BTreeSet<&str> = standing(report).map(|finding| finding.fingerprint.as_str()).collect();
    let mut by_package: BTreeMap<(String, String), (u64, Severity, BTreeSet<String>)> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| standing.contains(finding.fingerprint.as_str())) {
        let property = |key: &str| finding.properties.get(key).map(str::to_owned);
        let (Some(package), Some(fixed)) = (property("package"), property("fixed")) else { continue };
        let version = property("version").unwrap_or_default();
        let entry_version = version.clone();
        let entry = by_package.entry((package, version)).or_insert((0, Severity::Info, BTreeSet::new()));
        entry.0 += 1;
        entry.1 = entry.1.max(finding.severity);
        // Of the versions that mend it, the nearest one that is later.
        let mut later: Vec<&str> =
            fixed.split(' ').filter(|to| compare_versions(to, &entry_version).is_gt()).collect();
        later.sort_by(|left, right| compare_versions(left, right));
        let nearest = later.first().copied().or_else(|| fixed.split(' ').next());
        entry.2.extend(nearest.map(str::to_owned));
    }
    if by_package.is_empty() {
        return None;
    }
    let mut all: Vec<_> = by_package.into_iter().collect();
    all.sort_by(|(left_key, left), (right_key, right)| {
        (right.0, right.1, left_key).cmp(&(left.0, left.1, right_key))
    });
    let total = all.len();
    let row = |((package, version), (count, worst, fixed)): (
        (String, String),
        (u64, Severity, BTreeSet<String>),
    )| {
        let mut fixed: Vec<String> = fixed.into_iter().collect();
        // The greatest of the versions that mend something mends all of it, where they are of one line.
        fixed.sort_by(|left, right| compare_versions(left, right));
        let to = fixed.last().cloned().unwrap_or_default();
        vec![
            vec![Inline::code(package)],
            vec![Inline::text(version)],
            vec![Inline::text(to)],
            vec![Inline::text(count.to_string())],
            vec![Inline::text(worst.as_str())],
        ]
    };
    let rows: Vec<Vec<Cell>> = all.into_iter().take(MOST_UPGRADES).map(row).collect();
    let columns = vec![
        Column::left("Package"),
        Column::left("From"),
        Column::left("To"),
        Column::right("Clears"),
        Column::left("Worst"),
    ];
    let mut blocks = vec![Block::Table { columns, rows }];
    if total > MOST_UPGRADES {
        blocks.push(text(format!("{} more are in the report.", total - MOST_UPGRADES)));
    }
    Some(section("upgrades", "Upgrades that clear most", 20, blocks))
}

/// Numbers as numbers, and what is no number as text.
fn compare_versions(left: &str, right: &str) -> std::cmp::Ordering {
    let parts = |version: &str| -> Vec<(u64, String)> {
        let parts = version.trim_start_matches('v').split(['.', '-', '+', '~', ':']);
        parts
            .map(|part| part.parse().map_or((0, part.to_owned()), |number| (number, String::new())))
            .collect()
    };
    parts(left).cmp(&parts(right))
}

fn gone(evidence: &Evidence) -> Option<Section> {
    if evidence.gone.is_empty() {
        return None;
    }
    let row = |gone: &crate::Gone| -> Vec<Cell> {
        vec![
            vec![Inline::text(&*gone.source.tool)],
            vec![Inline::code(&*gone.entry.rule)],
            vec![Inline::code(&*gone.entry.file)],
            vec![Inline::text(short(&gone.entry.message))],
        ]
    };
    let rows: Vec<Vec<Cell>> = evidence.gone.iter().take(MOST_ROWS).map(row).collect();
    let columns = ["Found by", "Rule", "Where", "What"].map(Column::left).to_vec();
    let mut blocks = vec![Block::Table { columns, rows }];
    if evidence.gone.len() > MOST_ROWS {
        blocks.push(text(format!("{} more are gone.", evidence.gone.len() - MOST_ROWS)));
    }
    let mut section =
        section("gone", format!("Gone since the baseline: {}", evidence.gone.len()), 40, blocks);
    section.collapsed = true;
    Some(section)
}

/// Who looked, and what each found: also what is waived.
fn scanners(evidence: &Evidence) -> Option<Section> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (run, of_report) in evidence.runs.iter().zip(&evidence.of_report) {
        let alerts = || run.alerts.iter().filter(|alert| stands(alert));
        let count = |wanted: Severity| {
            alerts().filter(|alert| severity(&run.tool.name, &run.rules[alert.rule], alert) == wanted).count()
        };
        let source = &evidence.reports[*of_report];
        let mut row = vec![
            vec![Inline::text(match &run.tool.version {
                Some(version) => format!("{} {}", run.tool.name, version.trim_start_matches('v')),
                None => run.tool.name.clone(),
            })],
            vec![Inline::code(&*source.shown)],
        ];
        row.extend(Severity::ALL.map(|severity| vec![Inline::text(count(severity).to_string())]));
        row.push(vec![Inline::text(lost(source))]);
        rows.push(row);
    }
    let is_other = |report: &&ScanReport| match &report.content {
        Ok(content) => content.is_empty_list,
        Err(_) => true,
    };
    for report in evidence.reports.iter().filter(is_other) {
        let what = report.tool.clone().unwrap_or_else(|| "?".to_owned());
        let mut row = vec![vec![Inline::text(what)], vec![Inline::code(&*report.shown)]];
        row.extend(Severity::ALL.map(|_| vec![Inline::text(if report.content.is_ok() { "0" } else { "–" })]));
        row.push(vec![Inline::text(lost(report))]);
        rows.push(row);
    }
    if rows.is_empty() {
        return None;
    }
    let mut columns = vec![Column::left("Scanner"), Column::left("Report")];
    columns.extend(Severity::ALL.map(|severity| Column::right(severity.as_str())));
    columns.push(Column::left("Whole"));
    let joined: usize = evidence.groups.iter().map(|group| group.len() - 1).sum();
    let mut blocks = vec![Block::Table { columns, rows }];
    if joined > 0 {
        let (what, they) =
            if joined == 1 { ("result is", "it counts") } else { ("results are", "they count") };
        blocks.push(text(format!(
            "{joined} {what} of a vulnerability that another scanner found too: {they} once above, and each scanner's SARIF has its own."
        )));
    }
    Some(section("scanners", "Scanners", 30, blocks))
}

/// Whether a report is whole, in a word or two.
fn lost(report: &ScanReport) -> String {
    match &report.content {
        Err(_) => "unreadable".to_owned(),
        Ok(content) => {
            let of = |weight: Weight| -> u64 {
                content
                    .faults
                    .counts()
                    .filter(|(kind, _)| kind.weight() == weight)
                    .map(|(_, count)| count)
                    .sum()
            };
            match (of(Weight::Lost), of(Weight::Repaired)) {
                (0, 0) => "yes".to_owned(),
                (0, repaired) => format!("yes, {repaired} put right"),
                (lost, _) => format!("no, {lost} lost"),
            }
        }
    }
}

/// What lists of other tools accept here. A tool leaves out what its own list accepts: that is not in its report.
fn lists(evidence: &Evidence) -> Option<Section> {
    let row = |list: &ListUnderReview| -> Vec<Cell> {
        let version = match &list.version {
            ListVersion::Here => "",
            ListVersion::Base { is_changed: false } => "the base's",
            ListVersion::Base { is_changed: true } => "the base's; the change's own counts once it is merged",
            ListVersion::HereInstead { .. } => "the change's own",
            ListVersion::None { .. } => "none",
        };
        let number = |count: usize| vec![Inline::text(count.to_string())];
        vec![
            vec![Inline::code(&*list.shown)],
            vec![Inline::text(list.speaks_for)],
            number(list.entries),
            number(list.used.accepted),
            number(list.used.expired),
            number(list.used.odd),
            vec![Inline::text(version)],
        ]
    };
    let rows: Vec<Vec<Cell>> = evidence.lists.iter().map(row).collect();
    let columns = vec![
        Column::left("List"),
        Column::left("Speaks for"),
        Column::right("Entries"),
        Column::right("Accept here"),
        Column::right("Expired"),
        Column::right("Not understood"),
        Column::left("Which counts"),
    ];
    let table = Block::Table { columns, rows };
    (!evidence.lists.is_empty()).then(|| section("lists", "Lists of what is accepted", 35, vec![table]))
}

/// What was put right in reports.
fn odd(report: &Report) -> Option<Section> {
    let odd: Vec<&Finding> = report.findings.iter().filter(|finding| finding.rule == "odd-scan").collect();
    if odd.is_empty() {
        return None;
    }
    let mut blocks: Vec<Block> =
        odd.iter().take(MOST_UPGRADES).map(|finding| text(finding.message.clone())).collect();
    if odd.len() > MOST_UPGRADES {
        blocks.push(text(format!("{} more are in the report.", odd.len() - MOST_UPGRADES)));
    }
    let mut section = section("odd", "Put right in reports", 55, blocks);
    section.collapsed = true;
    Some(section)
}

fn remarks(evidence: &Evidence, policy: &Policy, report: &Report) -> Option<Section> {
    let mut blocks = Vec::new();
    match &evidence.baseline {
        BaselineUnderReview::Found { how } => blocks.push(text(format!("Compared with {how}."))),
        BaselineUnderReview::NotApplicable(why) if policy.gates.iter().any(crate::Gate::asks_for_new) => {
            blocks
                .push(text(format!("Nothing is compared: {why}. Gates that ask what is new do not apply.")));
        }
        _ => {}
    }
    let files = evidence.runs.len().div_ceil(Limits::GITHUB.runs);
    if files > 1 {
        blocks.push(text(format!(
            "GitHub takes {} runs a file, and there are {}: `sarif-file` is written as {files} files, the second with `-2` behind \
             its name. Upload all of them.",
            Limits::GITHUB.runs,
            evidence.runs.len()
        )));
    }
    for why in &evidence.inconclusive {
        blocks.push(text(why.clone()));
    }
    let kept = |alert: &&crate::Alert| stands(alert);
    for run in &evidence.runs {
        let count = run.alerts.iter().filter(kept).count();
        if count > Limits::GITHUB.results {
            let id = run.automation_id.clone().unwrap_or_default();
            blocks.push(text(format!(
                "{} found {count} things in the category {id}: GitHub keeps {} of a run, so the SARIF has the worst of them; the gate judges all.",
                run.tool.name,
                Limits::GITHUB.results
            )));
        }
        if run.left_out > 0 {
            blocks.push(text(format!(
                "{} says that it left out {} by its own lists and markers.",
                run.tool.name,
                findings(run.left_out)
            )));
        }
    }
    let threats = &evidence.threats;
    if let Some(date) = threats.scored_on {
        blocks.push(text(format!("Probabilities of exploitation (EPSS) are of {date}.")));
    }
    if let Some(version) = &threats.catalogue {
        blocks.push(text(format!("Known exploited vulnerabilities (KEV) are of the catalogue {version}.")));
    }
    for pattern in &evidence.idle_exclusions {
        blocks.push(text(format!("`{pattern}` excludes nothing.")));
    }
    let refused =
        report.findings.iter().filter(|finding| finding.properties.contains_key("acceptance")).count();
    if refused > 0 {
        blocks.push(text(format!(
            "Accepted by a marker or list that does not count: {}. The report says why.",
            findings(refused as u64)
        )));
    }
    (!blocks.is_empty()).then(|| section("remarks", "What else there is to say", 50, blocks))
}
