//! Waivers: a finding is accepted by a named person, for a reason, until a day. Expired and unmatched waivers are
//! findings themselves, so that the list stays short and true.

use crate::date::Date;
use crate::glob::Pattern;
use crate::report::{
    ALIASES_PROPERTY, Block, Cell, Column, Finding, FindingOutcome, Inline, Location, RuleInfo,
    SECTION_PROPERTY, Section, Severity, WaiverMark,
};

/// An entry of `waivers` in the configuration.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule that it accepts.
    pub rule: String,
    /// The files it holds for; without one, everywhere.
    pub path: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Where it is written.
    pub written_at: Location,
}

/// The field that findings about waivers belong to.
const CATEGORY: &str = "waiver";

/// A waiver's last day has passed.
pub const EXPIRED_WAIVER: RuleInfo = RuleInfo {
    id: "expired-waiver",
    title: "A waiver has expired",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Mend what it accepted and remove it, or have its owner renew the date.",
};

/// A waiver accepts nothing any more.
pub const UNMATCHED_WAIVER: RuleInfo = RuleInfo {
    id: "unmatched-waiver",
    title: "A waiver matches no finding",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Remove it, or correct its rule or path.",
};

/// Marks what the waivers accept and adds findings about the waivers themselves.
pub fn apply(waivers: &[Waiver], today: Date, findings: &mut Vec<Finding>) {
    let mut about_waivers = Vec::new();
    for waiver in waivers {
        let accepted: Vec<&mut Finding> =
            findings.iter_mut().filter(|finding| waiver.accepts(finding)).collect();
        if accepted.is_empty() {
            about_waivers.push(waiver.finding(&UNMATCHED_WAIVER, "accepts nothing here"));
        } else if waiver.until < today {
            about_waivers.push(waiver.finding(&EXPIRED_WAIVER, &format!("expired on {}", waiver.until)));
        } else {
            for finding in accepted {
                finding.waiver.get_or_insert_with(|| Box::new(waiver.mark()));
            }
        }
    }
    findings.extend(about_waivers);
}

/// What is waived, for people: accepted is not the same as absent.
pub fn section(findings: &[Finding]) -> Option<Section> {
    let row = |finding: &Finding| -> Option<Vec<Cell>> {
        let waiver =
            finding.waiver.as_ref().filter(|_| !finding.properties.contains_key(SECTION_PROPERTY))?;
        let place = finding.location.as_ref().map(|at| match (at.line, at.end_line) {
            (Some(first), last) => Inline::lines(&at.path, first, last.unwrap_or(first)),
            (None, _) => Inline::file(&at.path),
        });
        Some(vec![
            vec![Inline::code(&finding.rule)],
            place.into_iter().collect(),
            vec![Inline::text(waiver.until.as_deref().unwrap_or("no date"))],
            vec![Inline::text(&waiver.owner)],
            vec![Inline::text(&waiver.reason)],
        ])
    };
    let rows: Vec<Vec<Cell>> = findings.iter().filter_map(row).collect();
    let columns = ["Rule", "Where", "Until", "Owner", "Reason"].map(Column::left).to_vec();
    let mut blocks = Vec::new();
    let has_waived = !rows.is_empty();
    if has_waived {
        blocks.push(Block::Table { columns, rows });
    }
    // A list of waivers stays short and true only if somebody sees what is wrong with it, also where all is green.
    let about = findings.iter().filter(|finding| finding.category == CATEGORY);
    blocks.extend(about.map(|finding| Block::Text { content: vec![Inline::text(&*finding.message)] }));
    (!blocks.is_empty()).then(|| Section {
        id: "waived".to_owned(),
        title: if has_waived { "Waived findings" } else { "Waivers" }.to_owned(),
        rank: 60,
        collapsed: false,
        blocks,
        gate: None,
    })
}

impl Waiver {
    fn accepts(&self, finding: &Finding) -> bool {
        let path_fits = match (&self.path, &finding.location) {
            (None, _) => true,
            (Some(pattern), Some(location)) => pattern.is_match(location.path.as_str()),
            (Some(_), None) => false,
        };
        let is_named = finding.rule == self.rule
            || finding
                .properties
                .get(ALIASES_PROPERTY)
                .is_some_and(|aliases| aliases.split(' ').any(|alias| alias == self.rule));
        is_named && finding.outcome == FindingOutcome::Fail && path_fits
    }

    fn mark(&self) -> WaiverMark {
        WaiverMark {
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            until: Some(self.until.to_string()),
        }
    }

    fn finding(&self, rule: &RuleInfo, what: &str) -> Finding {
        let place = self.path.as_ref().map(|path| format!(" in `{}`", path.text())).unwrap_or_default();
        let message = format!("The waiver of `{}`{place} by {} {what}.", self.rule, self.owner);
        let mut finding = Finding::new(rule, CATEGORY, message).at(self.written_at.clone());
        finding.fingerprint = crate::fingerprint(&[rule.id, &self.rule, &place, &self.owner]);
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RepoPath;

    const RULE: RuleInfo =
        RuleInfo { id: "odd", title: "Odd", severity: Severity::High, since: "0.1.0", help: "Make it even." };

    fn waiver(rule: &str, path: &str, until: &str) -> Waiver {
        Waiver {
            rule: rule.to_owned(),
            path: Some(Pattern::new(path).unwrap()),
            reason: "legacy".to_owned(),
            owner: "ada".to_owned(),
            until: until.parse().unwrap(),
            written_at: Location::lines(RepoPath::new(".github/gatewright.yml").unwrap(), 7, 7),
        }
    }

    fn rules_after(waivers: &[Waiver]) -> (bool, Vec<String>) {
        let place = Location::file(RepoPath::new("src/old/a.rs").unwrap());
        let mut findings = vec![Finding::new(&RULE, "test", "odd").at(place)];
        apply(waivers, "2026-11-21".parse().unwrap(), &mut findings);
        (findings[0].waiver.is_some(), findings[1..].iter().map(|finding| finding.rule.clone()).collect())
    }

    #[test]
    fn a_waiver_holds_through_its_last_day() {
        assert_eq!(rules_after(&[waiver("odd", "src/old/**", "2026-11-21")]), (true, vec![]));
        assert_eq!(
            rules_after(&[waiver("odd", "src/old/**", "2026-11-20")]),
            (false, vec!["expired-waiver".to_owned()])
        );
    }

    #[test]
    fn a_waiver_may_name_another_id_of_the_same() {
        let mut finding = Finding::new(&RULE, "test", "odd");
        finding.properties.insert(ALIASES_PROPERTY, "CVE-2026-1 GHSA-x".to_owned());
        let mut waiver = waiver("GHSA-x", "src/*", "2027-01-01");
        waiver.path = None;
        let mut findings = vec![finding];
        apply(&[waiver], "2026-11-21".parse().unwrap(), &mut findings);
        assert!(findings[0].waiver.is_some() && findings.len() == 1);
    }

    #[test]
    fn a_waiver_that_accepts_nothing_is_found() {
        assert_eq!(
            rules_after(&[waiver("odd", "src/*", "2027-01-01")]),
            (false, vec!["unmatched-waiver".to_owned()])
        );
        assert_eq!(
            rules_after(&[waiver("even", "**", "2027-01-01")]),
            (false, vec!["unmatched-waiver".to_owned()])
        );
    }
}
