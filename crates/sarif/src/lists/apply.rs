//! Writes what lists accept onto the results, and says what is to be said about the lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gatewright_core::RepoPath;

use super::{About, AcceptanceList, Class, Instant, ListEntry, ListKind, PackagePattern, Stance, Statement};
use crate::accept::{AboutEntry, EntryTrouble};
use crate::findings::stands;
use crate::identity::{ids_of, normal_id};
use crate::model::{Alert, Package, Rule, Run, Suppression, SuppressionKind, SuppressionStatus};

/// What of a list was of use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListUse {
    /// Results that it accepts.
    pub accepted: usize,
    /// Entries that have expired.
    pub expired: usize,
    /// Entries that can't be understood.
    pub odd: usize,
}

/// What is known of the product that was scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnProduct {
    /// The repository: `owner/name`.
    pub repository: Option<String>,
}

/// Marks every result that a list accepts at this moment. Gives what is to be said about entries, and how each list was used.
pub fn apply(
    runs: &mut [Run],
    lists: &[AcceptanceList],
    now: Instant,
    own: &OwnProduct,
) -> (Vec<AboutEntry>, Vec<ListUse>) {
    let mut uses = vec![ListUse::default(); lists.len()];
    let mut matched: BTreeSet<(usize, usize)> = BTreeSet::new();
    let index = Index::of(lists);
    for run in &mut *runs {
        let kinds: Vec<bool> =
            lists.iter().map(|list| list.kind.is_some_and(|kind| kind.is_of(&run.tool.name))).collect();
        if !kinds.contains(&true) {
            continue;
        }
        let Run { tool, rules, alerts, target, .. } = run;
        for alert in alerts.iter_mut().filter(|alert| stands(alert)) {
            let subject = Subject::of(&tool.name, &rules[alert.rule], alert, target.as_deref(), own);
            let fitting: Vec<(usize, usize)> = index
                .candidates(&subject)
                .into_iter()
                .filter(|(list, entry)| kinds[*list] && lists[*list].entries[*entry].fits(&subject))
                .collect();
            let accepting = accepting(lists, &fitting, now);
            matched.extend(fitting);
            if let Some((list, entry)) = accepting {
                let suppression = lists[list].suppression(&lists[list].entries[entry]);
                alert.suppressions.get_or_insert_default().push(suppression);
                uses[list].accepted += 1;
            }
        }
    }
    let looked = runs.iter().any(looks_for_vulnerabilities);
    let mut about = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        uses[at].odd = list.odd.len() + list.more_odd;
        about.extend(list.about_odd());
        for (number, entry) in list.entries.iter().enumerate() {
            if entry.has_expired(now) {
                uses[at].expired += 1;
                about.push(list.about(entry, EntryTrouble::Expired));
            } else if looked && entry.ought_to_match() && !matched.contains(&(at, number)) {
                about.push(list.about(entry, EntryTrouble::Unmatched));
            }
        }
    }
    (about, uses)
}

/// The entry by which a result is accepted. Of statements on one product the latest counts, and all products that fit must
/// agree.
fn accepting(lists: &[AcceptanceList], fitting: &[(usize, usize)], now: Instant) -> Option<(usize, usize)> {
    let mut latest: BTreeMap<&str, (Instant, (usize, usize), Stance)> = BTreeMap::new();
    let mut first = None;
    for &(list, number) in fitting {
        let entry = &lists[list].entries[number];
        match &entry.statement {
            None if entry.has_expired(now) => {}
            None => first = first.or(Some((list, number))),
            Some(Statement { product, time, stance, .. }) => {
                let known = latest.entry(product).or_insert((*time, (list, number), *stance));
                if known.0 <= *time {
                    *known = (*time, (list, number), *stance);
                }
            }
        }
    }
    let stands = latest.values().any(|(_, _, stance)| *stance == Stance::Stands);
    let stated = latest.values().next().filter(|_| !stands).map(|(_, at, _)| *at);
    first.or(stated)
}

/// Whether a clean report of a tool says that known vulnerabilities are gone.
fn looks_for_vulnerabilities(run: &Run) -> bool {
    const TOOLS: [&str; 9] =
        ["trivy", "grype", "osv", "govulncheck", "npm", "cargo-audit", "cargo audit", "pip-audit", "snyk"];
    let name = run.tool.name.to_ascii_lowercase();
    TOOLS.iter().any(|tool| name.contains(tool)) || run.alerts.iter().any(|alert| alert.advisory.is_some())
}

/// What entries are held against.
struct Subject<'a> {
    ids: BTreeSet<String>,
    class: Option<Class>,
    places: Vec<&'a str>,
    package: Option<Package>,
    has_fix: Option<bool>,
    fingerprints: BTreeSet<String>,
    target: Option<&'a str>,
    own: &'a OwnProduct,
}

impl<'a> Subject<'a> {
    fn of(
        tool: &str,
        rule: &'a Rule,
        alert: &'a Alert,
        target: Option<&'a str>,
        own: &'a OwnProduct,
    ) -> Self {
        let advisory = alert.advisory.as_deref();
        let mut ids: BTreeSet<String> = advisory.map(ids_of).unwrap_or_default();
        ids.extend(std::iter::once(&rule.id).chain(&rule.deprecated_ids).map(|id| normal_id(id)));
        let mut package = advisory.map(|advisory| advisory.package.clone());
        if tool.to_ascii_lowercase().contains("grype")
            && advisory.is_none()
            && let Some((id, name)) = id_and_package(&rule.id)
        {
            ids.insert(normal_id(id));
            package = Some(Package { name: name.to_owned(), ..Package::default() });
        }
        let places = alert.places.iter().flat_map(|place| {
            let written = place.uri.strip_prefix("./").unwrap_or(&place.uri).trim_start_matches('/');
            [place.path.as_ref().map(RepoPath::as_str), Some(written)]
        });
        Self {
            ids,
            class: class(rule, alert),
            places: places.flatten().filter(|place| !place.is_empty()).collect(),
            package,
            has_fix: advisory.map(|advisory| !advisory.fixed_in.is_empty()),
            fingerprints: fingerprints(rule, alert),
            target,
            own,
        }
    }
}

/// What kind of finding it is, where that can be told.
fn class(rule: &Rule, alert: &Alert) -> Option<Class> {
    let is_tagged = |word: &str| rule.tags.iter().any(|tag| tag.eq_ignore_ascii_case(word));
    if alert.is_secret || is_tagged("secret") {
        Some(Class::Secret)
    } else if alert.advisory.is_some() || is_tagged("vulnerability") {
        Some(Class::Vulnerability)
    } else if is_tagged("misconfiguration") {
        Some(Class::Misconfiguration)
    } else if is_tagged("license") {
        Some(Class::Licence)
    } else {
        None
    }
}

/// Id and package in a rule of Grype's SARIF: `CVE-2026-1-name`, `GHSA-xxxx-xxxx-xxxx-name`.
fn id_and_package(rule: &str) -> Option<(&str, &str)> {
    let dashes = if rule.starts_with("GHSA-") { 4 } else { 3 };
    let (at, _) = rule.match_indices('-').nth(dashes - 1)?;
    Some((&rule[..at], &rule[at + 1..]))
}

/// The fingerprints by which Gitleaks knows a finding: those in its report, and the ones that it makes of what it says.
fn fingerprints(rule: &Rule, alert: &Alert) -> BTreeSet<String> {
    let known = alert.fingerprints.iter().map(|(_, value)| value.replace('\\', "/"));
    let mut all: BTreeSet<String> = known.collect();
    let commit = alert.partial_fingerprints.iter().find(|(key, _)| key.as_ref() == "commitSha");
    for place in &alert.places {
        let Some(region) = &place.region else { continue };
        let path = place.path.as_ref().map(RepoPath::as_str);
        for file in std::iter::once(place.uri.as_str()).chain(path) {
            let own = format!("{file}:{}:{}", rule.id, region.start_line);
            all.extend(commit.map(|(_, commit)| format!("{commit}:{own}")));
            all.insert(own);
        }
    }
    // One with a commit is also known without it.
    let without: Vec<String> = all
        .iter()
        .filter_map(|one| one.splitn(4, ':').nth(3).and(one.split_once(':')).map(|(_, rest)| rest.to_owned()))
        .collect();
    all.extend(without);
    all
}

/// Which entries can be about a finding: those that name one of its ids or fingerprints, and those that name none.
struct Index<'a> {
    by_name: HashMap<&'a str, Vec<(usize, usize)>>,
    nameless: Vec<(usize, usize)>,
}

impl<'a> Index<'a> {
    fn of(lists: &'a [AcceptanceList]) -> Self {
        let mut index = Self { by_name: HashMap::new(), nameless: Vec::new() };
        for (at, list) in lists.iter().enumerate() {
            for (number, entry) in list.entries.iter().enumerate() {
                let names = entry.ids.iter().chain(&entry.fingerprint);
                let mut has_name = false;
                for name in names {
                    index.by_name.entry(name).or_default().push((at, number));
                    has_name = true;
                }
                if !has_name {
                    index.nameless.push((at, number));
                }
            }
        }
        index
    }

    /// In the order of the lists.
    fn candidates(&self, subject: &Subject<'_>) -> BTreeSet<(usize, usize)> {
        let names = subject.ids.iter().chain(&subject.fingerprints);
        let named = names.filter_map(|name| self.by_name.get(name.as_str())).flatten();
        named.chain(&self.nameless).copied().collect()
    }
}

impl ListEntry {
    fn has_expired(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether it should accept something: tools leave out what their own lists accept, but none goes by OpenVEX unasked, and
    /// what is mended is nowhere.
    fn ought_to_match(&self) -> bool {
        self.statement.as_ref().is_some_and(|statement| statement.stance == Stance::NotAffected)
    }

    fn fits(&self, subject: &Subject<'_>) -> bool {
        let id_fits = self.ids.is_empty() || self.ids.iter().any(|id| subject.ids.contains(id));
        let class_fits = self.class.is_none_or(|class| subject.class.is_none_or(|known| known == class));
        let path_fits = self.paths.is_empty()
            || self.paths.iter().any(|pattern| subject.places.iter().any(|place| pattern.is_match(place)));
        let is_meant =
            |pattern: &PackagePattern| subject.package.as_ref().is_some_and(|package| pattern.fits(package));
        let package_fits = self.packages.is_empty() || self.packages.iter().any(is_meant);
        let fingerprint_fits =
            self.fingerprint.as_ref().is_none_or(|fingerprint| subject.fingerprints.contains(fingerprint));
        let fix_fits = self.has_fix.is_none_or(|has_fix| subject.has_fix == Some(has_fix));
        let folder_fits = self.folder.as_ref().is_none_or(|folder| {
            subject
                .places
                .iter()
                .any(|place| place.rsplit_once('/').map_or("", |(own, _)| own) == folder.as_str())
        });
        let statement_fits =
            self.statement.as_ref().is_none_or(|statement| statement.about.fits(subject, &is_meant));
        id_fits
            && class_fits
            && path_fits
            && package_fits
            && fingerprint_fits
            && fix_fits
            && folder_fits
            && statement_fits
    }
}

impl About {
    fn fits(&self, subject: &Subject<'_>, is_meant: &dyn Fn(&PackagePattern) -> bool) -> bool {
        match self {
            Self::Product(product, package) => {
                package.as_ref().is_some_and(is_meant) || is_own(product, subject) == Some(true)
            }
            Self::Component(product, component) => {
                is_meant(component) && is_own(product, subject) != Some(false)
            }
        }
    }
}

/// Whether a product is the one that was scanned, where that can be told: the repository, or the image.
fn is_own(product: &str, subject: &Subject<'_>) -> Option<bool> {
    let product = product.trim().to_ascii_lowercase();
    if let Some(rest) = product.strip_prefix("pkg:oci/") {
        let name = rest.split(['@', '?', '#']).next().unwrap_or_default();
        let image = subject.target?.to_ascii_lowercase();
        // `registry.example.org:5000/team/name:tag@sha256:…`
        let image = image.split('@').next().unwrap_or_default();
        let last = image.rsplit('/').next().unwrap_or_default();
        return Some(last.split(':').next() == Some(name));
    }
    let repository = subject.own.repository.as_ref()?.to_ascii_lowercase();
    let rest = ["pkg:github/", "pkg:golang/github.com/", "https://github.com/", "github.com/"]
        .iter()
        .find_map(|start| product.strip_prefix(start))?;
    let rest = rest.split(['@', '?', '#']).next().unwrap_or_default();
    Some(rest.trim_end_matches('/').trim_end_matches(".git") == repository)
}

impl AcceptanceList {
    fn suppression(&self, entry: &ListEntry) -> Suppression {
        let uri = serde_json::json!({"physicalLocation": {
            "artifactLocation": {"uri": self.shown},
            "region": {"startLine": entry.line.max(1)},
        }});
        Suppression {
            kind: SuppressionKind::External,
            status: SuppressionStatus::Accepted,
            justification: entry.reason.clone(),
            expires: entry.until.map(Instant::last_second_before),
            rest: vec![("location".into(), uri.to_string().into())],
        }
    }

    fn about(&self, entry: &ListEntry, trouble: EntryTrouble) -> AboutEntry {
        let what = match (self.kind, trouble) {
            (Some(ListKind::OpenVex), _) => "statement on",
            _ => "entry",
        };
        let message = match trouble {
            EntryTrouble::Expired => {
                let until = entry.until.map(|until| until.to_string()).unwrap_or_default();
                format!("The {what} `{}` of {} expired on {until}.", entry.named, self.shown)
            }
            _ => format!("The {what} `{}` of {} accepts nothing here.", entry.named, self.shown),
        };
        AboutEntry { message, at: self.at(entry.line), trouble }
    }

    fn about_odd(&self) -> Vec<AboutEntry> {
        let last = self.odd.len().saturating_sub(1);
        let about = |(number, odd): (usize, &super::OddEntry)| {
            let place = match odd.line {
                0 => self.shown.clone(),
                line => format!("{}:{line}", self.shown),
            };
            let more = match self.more_odd {
                more @ 1.. if number == last => format!(" (and {more} more like it)"),
                _ => String::new(),
            };
            let message = format!("{place}: {}{more}. It accepts nothing.", odd.message);
            AboutEntry { message, at: self.at(odd.line), trouble: EntryTrouble::Unreadable }
        };
        self.odd.iter().enumerate().map(about).collect()
    }
}
