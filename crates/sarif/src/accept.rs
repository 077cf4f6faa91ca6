//! What somebody accepted elsewhere: by a marker in the source, in a scanner's report, or in another tool's list.

use gatewright_core::date::Date;
use gatewright_core::report::{Location, WaiverMark};

use crate::model::{Alert, Suppression, SuppressionKind, SuppressionStatus};
use crate::policy::InlineMarkers;

/// An entry of another tool's list that is worth a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutEntry {
    /// What is to be said: a full sentence.
    pub message: String,
    /// Where it is written.
    pub at: Option<Location>,
    /// What it is about.
    pub trouble: EntryTrouble,
}

/// What can be the matter with an entry of another tool's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryTrouble {
    /// Its day has passed.
    Expired,
    /// It matches nothing, and should.
    Unmatched,
    /// It can't be understood.
    Unreadable,
}

/// How a result's acceptances stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Nobody accepted it.
    None,
    /// Somebody did.
    Accepted(WaiverMark),
    /// Somebody did, and it does not count.
    Refused {
        /// Why not: `expired on 2026-11-01`.
        why: String,
        /// It has expired.
        has_expired: bool,
    },
}

/// What the acceptances of a result come to. One that is refused or under review takes all others with it, and one that has
/// expired accepts nothing.
pub fn acceptance(alert: &Alert, tool: &str, policy: InlineMarkers, today: Option<Date>) -> Acceptance {
    let refused = |why: &str| Acceptance::Refused { why: why.to_owned(), has_expired: false };
    let all = alert.suppressions.as_deref().unwrap_or_default();
    if all.is_empty() {
        return Acceptance::None;
    }
    if all.iter().any(|one| one.status != SuppressionStatus::Accepted) {
        return refused("it is refused or under review");
    }
    // A day that nobody can read is no day: what it accepts counts.
    let is_unclear = |one: &Suppression| {
        one.expires
            .as_deref()
            .is_some_and(|text| text.get(..10).is_none_or(|day| day.parse::<Date>().is_err()))
    };
    if all.iter().any(is_unclear) {
        return refused("its last day can't be read");
    }
    let expired = |one: &Suppression| {
        let until: Date = one.expires.as_deref()?.get(..10)?.parse().ok()?;
        (today.is_some_and(|today| until < today)).then_some(until)
    };
    let standing: Vec<&Suppression> = all.iter().filter(|one| expired(one).is_none()).collect();
    let Some(first) = standing.first() else {
        let until = all.iter().filter_map(expired).max();
        let until = until.map(|until| format!("expired on {until}")).unwrap_or_default();
        return Acceptance::Refused { why: until, has_expired: true };
    };
    let reason = standing.iter().find_map(|one| one.justification.as_deref());
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match (policy, reason) {
        (InlineMarkers::Ignore, _) => return refused("`inline-markers` is `ignore`"),
        (InlineMarkers::RequireReason, None) => return refused("it gives no reason"),
        _ => {}
    }
    let owner = match first.kind {
        SuppressionKind::InSource => format!("a marker for {tool} in the source"),
        SuppressionKind::External => written_at(first).unwrap_or_else(|| format!("a list of {tool}")),
    };
    let until = standing.iter().filter_map(|one| one.expires.as_deref()?.get(..10).map(str::to_owned)).min();
    Acceptance::Accepted(WaiverMark { owner, reason: reason.unwrap_or("no reason given").to_owned(), until })
}

/// Where an acceptance is written, where it says so: `.trivyignore:3`.
fn written_at(suppression: &Suppression) -> Option<String> {
    let (_, location) = suppression.rest.iter().find(|(key, _)| key.as_ref() == "location")?;
    let location: serde_json::Value = serde_json::from_str(location).ok()?;
    let place = &location["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().filter(|uri| !uri.is_empty())?;
    let line = place["region"]["startLine"].as_u64().map(|line| format!(":{line}"));
    Some(format!("{uri}{}", line.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(status: SuppressionStatus, reason: Option<&str>, expires: Option<&str>) -> Suppression {
        Suppression {
            kind: SuppressionKind::InSource,
            status,
            justification: reason.map(str::to_owned),
            expires: expires.map(str::to_owned),
            rest: Vec::new(),
        }
    }

    fn of(all: Vec<Suppression>, policy: InlineMarkers) -> String {
        let alert = Alert { suppressions: Some(all), ..Alert::default() };
        match acceptance(&alert, "gosec", policy, "2026-11-21".parse().ok()) {
            Acceptance::None => "none".to_owned(),
            Acceptance::Accepted(mark) => format!("{}: {} {:?}", mark.owner, mark.reason, mark.until),
            Acceptance::Refused { why, .. } => format!("refused: {why}"),
        }
    }

    #[test]
    fn the_stricter_reading_counts() {
        use InlineMarkers::{Honour, Ignore, RequireReason};
        use SuppressionStatus::{Accepted, Rejected, UnderReview};
        assert_eq!(of(vec![], Honour), "none");
        assert_eq!(
            of(vec![one(Accepted, Some("test"), None)], Honour),
            "a marker for gosec in the source: test None"
        );
        assert_eq!(of(vec![one(Accepted, Some(" "), None)], RequireReason), "refused: it gives no reason");
        assert_eq!(of(vec![one(Accepted, Some("x"), None)], Ignore), "refused: `inline-markers` is `ignore`");
        let mixed = vec![one(Accepted, Some("x"), None), one(Rejected, None, None)];
        assert_eq!(of(mixed, Honour), "refused: it is refused or under review");
        assert_eq!(of(vec![one(UnderReview, None, None)], Honour), "refused: it is refused or under review");
        assert_eq!(
            of(vec![one(Accepted, Some("x"), Some("2026-13-45"))], Honour),
            "refused: its last day can't be read"
        );
        let until = |date: &str| vec![one(Accepted, Some("x"), Some(date))];
        assert_eq!(of(until("2026-11-20T23:59:59Z"), Honour), "refused: expired on 2026-11-20");
        assert!(of(until("2026-11-21T00:00:00Z"), Honour).contains("Some(\"2026-11-21\")"));
    }
}
