//! From groups of results to findings of the report.

use std::collections::BTreeSet;

use gatewright_core::report::{
    ALIASES_PROPERTY, Change, Confidence as Sure, Finding, FindingOutcome, Location, Properties, Related,
    Rule, Severity,
};
use gatewright_core::{RepoPath, fingerprint};

use crate::accept::{Acceptance, acceptance};
use crate::evidence::Evidence;
use crate::gate::Facts;
use crate::identity;
use crate::join::AlertAt;
use crate::model::{Advisory, Alert, Confidence, Kind, Place, Reach, Score};
use crate::policy::Policy;
use crate::severity::severity;

/// The field that findings of scanners belong to.
pub(crate) const CATEGORY: &str = "security";
/// Other places of one finding that are told.
const MOST_RELATED: usize = 5;
/// No message is shown longer.
const MOST_MESSAGE: usize = 2_000;

/// A group of results, seen as one.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The results; the first is the one that is shown.
    pub(crate) group: Vec<AlertAt>,
    pub(crate) severity: Severity,
    pub(crate) score: Option<Score>,
    pub(crate) epss: Option<u32>,
    pub(crate) is_exploited: bool,
    pub(crate) is_fixable: bool,
    pub(crate) reach: Reach,
    pub(crate) is_secret: bool,
    pub(crate) change: Option<Change>,
    /// Where there is more to name than one tool and its rule: most findings have neither.
    names: Option<Box<Names>>,
}

/// Who found a vulnerability, and what it is called.
#[derive(Clone, Debug)]
struct Names {
    tools: Vec<String>,
    ids: Vec<String>,
}

impl Known {
    /// Who found it.
    pub(crate) fn tools<'a>(&'a self, evidence: &'a Evidence) -> &'a [String] {
        let own = || std::slice::from_ref(&evidence.runs[self.group[0].run].tool.name);
        self.names.as_ref().map_or_else(own, |names| &names.tools)
    }

    /// Its rule and all aliases.
    fn ids<'a>(&'a self, evidence: &'a Evidence) -> &'a [String] {
        let own = || std::slice::from_ref(&evidence.rule(self.group[0]).id);
        self.names.as_ref().map_or_else(own, |names| &names.ids)
    }

    fn path<'a>(&self, evidence: &'a Evidence) -> Option<&'a RepoPath> {
        evidence.alert(self.group[0]).places.first()?.path.as_ref()
    }

    pub(crate) fn facts<'a>(&'a self, evidence: &'a Evidence) -> Facts<'a> {
        Facts {
            severity: self.severity,
            score: self.score,
            epss: self.epss,
            is_exploited: self.is_exploited,
            is_fixable: self.is_fixable,
            // Without a baseline everything is new: a state says so.
            is_new: !matches!(self.change, Some(Change::Unchanged | Change::Updated)),
            reach: self.reach,
            is_secret: self.is_secret,
            tools: self.tools(evidence),
            ids: self.ids(evidence),
            path: self.path(evidence).map(RepoPath::as_str),
        }
    }
}

/// Every group that is a finding, with the finding. Results that say that something is in order, or gone, are none.
pub(crate) fn findings<'a>(
    evidence: &'a Evidence,
    policy: &'a Policy,
) -> impl Iterator<Item = (Known, Finding)> + 'a {
    evidence.groups.iter().filter_map(|group| finding(evidence, policy, group))
}

fn finding(evidence: &Evidence, policy: &Policy, group: &[AlertAt]) -> Option<(Known, Finding)> {
    let mut group: Vec<AlertAt> = group.iter().copied().filter(|at| stands(evidence.alert(*at))).collect();
    let bad = |at: AlertAt| severity(evidence.tool(at), evidence.rule(at), evidence.alert(at));
    // The one that is shown: the worst, and of those the one with a line, by the name that most people know, that says most.
    group.sort_by_key(|at| {
        let alert = evidence.alert(*at);
        let says = alert
            .advisory
            .as_ref()
            .map_or(0, |advisory| usize::from(!advisory.fixed_in.is_empty()) + advisory.aliases.len());
        let has_line =
            alert.places.first().is_some_and(|place| place.path.is_some() && place.region.is_some());
        let has_cve = evidence.rule(*at).id.starts_with("CVE-");
        (std::cmp::Reverse(bad(*at)), !has_line, !has_cve, std::cmp::Reverse(says), *at)
    });
    let first = *group.first()?;
    let known = known(evidence, group, bad(first));
    let (alert, rule) = (evidence.alert(first), evidence.rule(first));
    let mut finding = Finding {
        rule: rule.id.clone(),
        category: CATEGORY.into(),
        severity: known.severity,
        confidence: match alert.confidence.or(rule.confidence) {
            Some(Confidence::Low) => Sure::Low,
            Some(Confidence::Medium) => Sure::Medium,
            _ => Sure::High,
        },
        message: message(evidence, first, &known),
        location: known.path(evidence).map(|path| location(path.clone(), alert.places.first())),
        help: Some(help(alert, rule.help_uri.as_deref())),
        fixes: Vec::new(),
        fingerprint: finding_fingerprint(evidence, first),
        related: related(evidence, &known),
        properties: Properties::default(),
        outcome: match alert.kind {
            Kind::Fail => FindingOutcome::Fail,
            Kind::Open | Kind::Review => FindingOutcome::Unknown,
            Kind::Pass | Kind::Informational | Kind::NotApplicable => FindingOutcome::NotApplicable,
        },
        change: known.change,
        waiver: None,
        gate: None,
    };
    properties(evidence, &known, first, &mut finding);
    accept(evidence, policy, &known, &mut finding);
    Some((known, finding))
}

/// Whether a result is about something that is there.
pub(crate) fn stands(alert: &Alert) -> bool {
    let is_said = !matches!(alert.kind, Kind::Pass | Kind::NotApplicable);
    is_said && alert.change != Some(Change::Absent)
}

fn known(evidence: &Evidence, group: Vec<AlertAt>, severity: Severity) -> Known {
    let alerts = || group.iter().map(|at| evidence.alert(*at));
    let advisories = || alerts().filter_map(|alert| alert.advisory.as_deref());
    let mut ids: BTreeSet<String> = advisories().flat_map(identity::ids_of).collect();
    ids.extend(group.iter().map(|at| evidence.rule(*at).id.clone()));
    ids.extend(group.iter().filter_map(|at| identity::inner_id(&evidence.rule(*at).id)));
    let ids: Vec<String> = ids.into_iter().collect();
    let mut tools: Vec<String> = group.iter().map(|at| evidence.tool(*at).to_owned()).collect();
    tools.sort();
    tools.dedup();
    let own_epss = advisories().filter_map(|advisory| advisory.epss).map(|epss| epss.probability).max();
    let score = alerts().filter_map(|alert| alert.score).max();
    // Nothing is new that one of the tools knows.
    let changes: Vec<Change> = alerts().filter_map(|alert| alert.change).collect();
    let change =
        [Change::Unchanged, Change::Updated, Change::New].into_iter().find(|change| changes.contains(change));
    let reach = advisories().map(|advisory| advisory.reach).max().unwrap_or_default();
    let is_plain = group.len() == 1 && ids.len() == 1;
    Known {
        severity,
        score: score.filter(|score| score.tenths > 0),
        epss: evidence.threats.epss(&ids).map(|epss| epss.probability).max(own_epss),
        is_exploited: advisories().any(|advisory| advisory.is_exploited)
            || evidence.threats.is_exploited(&ids),
        is_fixable: advisories().any(|advisory| !advisory.fixed_in.is_empty()),
        reach,
        is_secret: alerts().any(|alert| alert.is_secret),
        change,
        names: (!is_plain).then(|| Box::new(Names { tools, ids })),
        group,
    }
}

fn finding_fingerprint(evidence: &Evidence, at: AlertAt) -> String {
    let alert = evidence.alert(at);
    let place = alert.places.first();
    let path = place.map_or("", |place| place.path.as_ref().map_or(place.uri.as_str(), RepoPath::as_str));
    let category = evidence.runs[at.run].automation_id.as_deref().unwrap_or_default();
    let own = identity::fingerprint(alert).unwrap_or_default();
    fingerprint(&[evidence.tool(at), category, &evidence.rule(at).id, path, own])
}

fn location(path: RepoPath, place: Option<&Place>) -> Location {
    let Some(region) = place.and_then(|place| place.region.as_ref()) else { return Location::file(path) };
    Location {
        line: Some(region.start_line),
        end_line: region.end_line.or(Some(region.start_line)),
        column: region.start_column,
        end_column: region.end_column,
        path,
    }
}

/// The message as one short text; of a package what is vulnerable and where it is mended comes first.
fn message(evidence: &Evidence, at: AlertAt, known: &Known) -> String {
    let (alert, rule) = (evidence.alert(at), evidence.rule(at));
    let words = alert.message.trim();
    let mut text = match &alert.advisory {
        Some(advisory) => {
            let title = rule.short.as_deref().filter(|short| *short != rule.id && *short != words);
            let what = title.unwrap_or_else(|| words.lines().next().unwrap_or_default());
            format!("{}: {} ({}).", package(advisory), what.trim_end_matches('.'), shown_id(advisory))
        }
        None => words.to_owned(),
    };
    if known.is_exploited {
        text.push_str(" It is known to be exploited.");
    }
    if known.path(evidence).is_none()
        && let Some(place) = alert.places.first().filter(|place| !place.uri.is_empty())
    {
        text = format!("{}: {text}", place.uri);
    }
    match text.char_indices().nth(MOST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `name 1.2.3`.
pub(crate) fn package(advisory: &Advisory) -> String {
    match &advisory.package.version {
        Some(version) => format!("{} {version}", advisory.package.name),
        None => advisory.package.name.clone(),
    }
}

/// The id that most people know it by.
pub(crate) fn shown_id(advisory: &Advisory) -> String {
    let ids = identity::ids_of(advisory);
    let cve = identity::cves(&ids).next().map(str::to_owned);
    cve.unwrap_or_else(|| advisory.id.clone())
}

fn help(alert: &Alert, uri: Option<&str>) -> String {
    if let Some(advisory) = &alert.advisory {
        let name = &advisory.package.name;
        let upgrade = advisory
            .upgrade
            .as_ref()
            .map(|upgrade| format!("Upgrade {upgrade}, which brings the mended {name} along."));
        let fixed = advisory
            .fixed_in
            .first()
            .map(|_| format!("Upgrade {name} to {}.", advisory.fixed_in.join(" or ")));
        let none =
            || format!("No version of {name} that mends it is known: replace it, or accept it with a date.");
        return upgrade.or(fixed).unwrap_or_else(none);
    }
    let mend = "end it, or accept it in `waivers` with an owner, a reason and a last day.";
    uri.map_or_else(|| format!("M{mend}"), |uri| format!("See {uri}; m{mend}"))
}

fn related(evidence: &Evidence, known: &Known) -> Vec<Related> {
    let first = known.group[0];
    let own = evidence.alert(first).places.iter().skip(1).chain(&evidence.alert(first).related);
    let own = own.map(|place| (place, place.message.clone().unwrap_or_else(|| "also here".to_owned())));
    let others = known.group.iter().skip(1).filter_map(|at| {
        let tool = evidence.tool(*at);
        evidence
            .alert(*at)
            .places
            .first()
            .map(|place| (place, format!("{tool} calls it {}", evidence.rule(*at).id)))
    });
    let related = |(place, message): (&Place, String)| {
        Some(Related { location: location(place.path.clone()?, Some(place)), message })
    };
    own.chain(others).filter_map(related).take(MOST_RELATED).collect()
}

fn properties(evidence: &Evidence, known: &Known, first: AlertAt, finding: &mut Finding) {
    let alert = evidence.alert(first);
    let mut set = |key: &'static str, value: String| {
        if !value.is_empty() {
            finding.properties.insert(key, value);
        }
    };
    set("tool", known.tools(evidence).join(", "));
    let qualified = known.group.iter().map(|at| format!("{}/{}", evidence.tool(*at), evidence.rule(*at).id));
    let rule = &evidence.rule(first).id;
    // Of an advisory that names two CVEs, a waiver of one of them does not speak for the other.
    let is_cve = |id: &str| id.to_ascii_uppercase().starts_with("CVE-") && identity::inner_id(id).is_none();
    let ids = known.ids(evidence);
    let has_many = ids.iter().filter(|id| is_cve(id)).count() > 1;
    let aliases: BTreeSet<String> = ids
        .iter()
        .filter(|id| *id != rule && !(has_many && is_cve(id)))
        .cloned()
        .chain(qualified)
        .filter(|id| !id.contains(' '))
        .collect();
    set(ALIASES_PROPERTY, aliases.into_iter().collect::<Vec<_>>().join(" "));
    set("cvss", known.score.map(Score::shown).unwrap_or_default());
    set(
        "epss",
        known.epss.map(|epss| format!("{}.{:06}", epss / 1_000_000, epss % 1_000_000)).unwrap_or_default(),
    );
    if known.is_exploited {
        set("kev", "true".to_owned());
    }
    set("cwe", alert.cwes.join(" "));
    set("subject", alert.subject.clone().unwrap_or_default());
    if let Some(advisory) = &alert.advisory {
        set("package", advisory.package.name.clone());
        set("version", advisory.package.version.clone().unwrap_or_default());
        set("fixed", advisory.fixed_in.join(" "));
        if known.reach != Reach::Unknown {
            set("reach", known.reach.as_str().to_owned());
        }
    }
}

/// A finding is accepted where each of its results is: one tool's marker does not speak for another tool.
fn accept(evidence: &Evidence, policy: &Policy, known: &Known, finding: &mut Finding) {
    let mut marks = Vec::new();
    for at in &known.group {
        match acceptance(evidence.alert(*at), evidence.tool(*at), policy.inline_markers, evidence.today) {
            Acceptance::Accepted(mark) => marks.push(mark),
            Acceptance::Refused { why, .. } => {
                finding.properties.insert("acceptance", format!("does not count: {why}"));
                return;
            }
            Acceptance::None => return,
        }
    }
    finding.waiver = marks.into_iter().next().map(Box::new);
}

/// The rule that a finding names, for readers of the report.
pub(crate) fn rule(evidence: &Evidence, of: &Known, finding: &Finding) -> Rule {
    let rule = evidence.rule(of.group[0]);
    let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    Rule {
        id: rule.id.clone(),
        title: first_line(rule.short.as_deref().unwrap_or(&rule.id)),
        severity: finding.severity,
        since: String::new(),
        help: finding.help.clone().unwrap_or_default(),
    }
}
