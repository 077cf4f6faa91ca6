//! What makes a finding the same finding tomorrow: one fingerprint for each, `primaryLocationLineHash`, the only one that
//! GitHub's code scanning looks at, beside rule and path.
//!
//! - One that the tool wrote is kept: to replace it would close every alert and open it again.
//! - A finding on a line of a file has the line's hash, so that it moves with its line.
//! - A vulnerable package has a hash of the advisory's canonical id, the package without its version, and the manifest: a
//!   bump that stays vulnerable is the same finding, and two packages on line 1 of one lock file stay two.
//! - What has no line has a hash of rule, path, subject, logical names, and the message without its whole numbers. The
//!   message is in it because the rest may be all the same (`yanked`, for every crate of a lock file); its numbers are
//!   not, because they count lines, versions and days. Of a secret the message is left out, for nobody may guess the
//!   secret from its hash; the line stands for it.
//!
//! Findings of one rule, file and hash of ours are numbered `:1`, `:2` by what they say, whatever order they came in.
//!
//! It must not know where files lie: it is handed their bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use gatewright_core::RepoPath;

use crate::fault::{FaultKind, Faults};
use crate::line_hash::line_hashes;
use crate::model::{Advisory, Alert, Place, Run};

mod ids;
mod message;
mod package;

pub use ids::{canonical_id, cves, ids_of, inner_id, normal_id};
pub use message::without_numbers;
pub(crate) use package::CRATES;
pub use package::{PackageKey, url_version};

/// The key of the fingerprint that counts.
pub const LINE_HASH: &str = "primaryLocationLineHash";

/// Hands out the bytes of a file of the repository, if it is there and can be read.
pub type ReadFile<'f> = dyn FnMut(&RepoPath) -> Option<Arc<[u8]>> + 'f;

/// Gives every finding of these runs its fingerprint. Each file is asked for once. Places must have been found before.
pub fn identify(runs: &mut [Run], read: &mut ReadFile<'_>, faults: &mut Faults) {
    for run in &mut *runs {
        drop_constants(run, faults);
        drop_shared_by_packages(run, faults);
    }
    hash_lines(runs, read);
    runs.iter_mut().for_each(number_the_others);
}

/// The fingerprint that counts, where a finding has one.
pub fn fingerprint(alert: &Alert) -> Option<&str> {
    let (_, value) = alert.partial_fingerprints.iter().find(|(key, _)| key.as_ref() == LINE_HASH)?;
    Some(value.as_ref()).filter(|value| !value.trim().is_empty())
}

/// Gives a finding its fingerprint, in place of one that it had.
pub fn set_fingerprint(alert: &mut Alert, value: &str) {
    match alert.partial_fingerprints.iter_mut().find(|(key, _)| key.as_ref() == LINE_HASH) {
        Some((_, old)) => *old = value.into(),
        None => alert.partial_fingerprints.push((LINE_HASH.into(), value.into())),
    }
}

/// A hash without the number of its occurrence: what stands before `:n`.
pub fn without_count(fingerprint: &str) -> &str {
    match fingerprint.rsplit_once(':') {
        Some((hash, count)) if !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) => hash,
        _ => fingerprint,
    }
}

/// The file of a finding: its path in the repository, or what the tool wrote.
pub(crate) fn file_of(alert: &Alert) -> &str {
    alert.places.first().map_or("", |place| place.path.as_ref().map_or(place.uri.as_str(), RepoPath::as_str))
}

/// The line of a finding, 0 where it has none.
pub(crate) fn line_of(alert: &Alert) -> u32 {
    alert.places.first().and_then(|place| place.region.as_ref()).map_or(0, |region| region.start_line)
}

/// The id of a finding's rule.
pub(crate) fn rule_of<'r>(run: &'r Run, alert: &Alert) -> &'r str {
    run.rules.get(alert.rule).map_or("", |rule| rule.id.as_str())
}

/// `fingerprints` or `partialFingerprints`.
type Bag = fn(&mut Alert) -> &mut Vec<(Box<str>, Box<str>)>;

/// What is the same for all results that have it tells none from another: `requires login`, in place of a fingerprint.
/// Equal line hashes may well be true, of two rules on one line or of two copies of a file, so those need another shape too.
fn drop_constants(run: &mut Run, faults: &mut Faults) {
    let bags: [Bag; 2] = [|alert| &mut alert.partial_fingerprints, |alert| &mut alert.fingerprints];
    for bag in bags {
        let mut seen: BTreeMap<Box<str>, (Box<str>, u32, _)> = BTreeMap::new();
        let mut varying = HashSet::new();
        for alert in &mut run.alerts {
            let origin = alert.origin;
            for (key, value) in bag(alert) {
                let (first, count, _) = seen.entry(key.clone()).or_insert_with(|| (value.clone(), 0, origin));
                *count += 1;
                if first != value || (key.as_ref() == LINE_HASH && is_hash(value)) {
                    varying.insert(key.clone());
                }
            }
        }
        seen.retain(|key, (_, count, _)| *count > 1 && !varying.contains(key));
        for (key, (value, count, origin)) in &seen {
            faults.say(FaultKind::ConstantFingerprint, *origin, || {
                format!("the fingerprint `{key}` of all {count} results that have it is `{value}`")
            });
        }
        if !seen.is_empty() {
            run.alerts.iter_mut().for_each(|alert| bag(alert).retain(|(key, _)| !seen.contains_key(key)));
        }
    }
}

/// Hexadecimal digits, with or without a number behind them.
fn is_hash(value: &str) -> bool {
    let digits = without_count(value);
    (1..=128).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A line hash that two packages of one rule and file share would make one alert of them. So it is of every tool that puts
/// all of a lock file on its first line, once an uploader has filled in the hash of that line.
fn drop_shared_by_packages(run: &mut Run, faults: &mut Faults) {
    let mut packages: HashMap<(usize, &str, &str), BTreeSet<PackageKey>> = HashMap::new();
    for alert in &run.alerts {
        if let (Some(advisory), Some(value)) = (&alert.advisory, fingerprint(alert)) {
            let key = (alert.rule, file_of(alert), value);
            packages.entry(key).or_default().insert(PackageKey::of(&advisory.package));
        }
    }
    packages.retain(|_, packages| packages.len() > 1);
    if packages.is_empty() {
        return;
    }
    let is_shared = |alert: &Alert| {
        fingerprint(alert).is_some_and(|value| packages.contains_key(&(alert.rule, file_of(alert), value)))
    };
    let shared: Vec<usize> = (0..run.alerts.len())
        .filter(|at| is_shared(&run.alerts[*at]) && run.alerts[*at].advisory.is_some())
        .collect();
    for at in shared {
        let alert = &mut run.alerts[at];
        faults.say(FaultKind::ConstantFingerprint, alert.origin, || {
            format!("`{LINE_HASH}` is the same for several packages of one rule")
        });
        alert.partial_fingerprints.retain(|(key, _)| key.as_ref() != LINE_HASH);
    }
}

/// A finding that is to have the hash of its line.
fn wanted_line(alert: &Alert) -> Option<(&RepoPath, u32)> {
    if fingerprint(alert).is_some() || alert.advisory.is_some() {
        return None;
    }
    let path = alert.places.first()?.path.as_ref()?;
    Some((path, line_of(alert))).filter(|(_, line)| *line > 0)
}

fn hash_lines(runs: &mut [Run], read: &mut ReadFile<'_>) {
    let mut files: BTreeMap<RepoPath, BTreeMap<u32, Vec<(usize, usize)>>> = BTreeMap::new();
    for (run_at, run) in runs.iter().enumerate() {
        for (at, alert) in run.alerts.iter().enumerate() {
            if let Some((path, line)) = wanted_line(alert) {
                if !files.contains_key(path) {
                    files.insert(path.clone(), BTreeMap::new());
                }
                if let Some(lines) = files.get_mut(path) {
                    lines.entry(line).or_default().push((run_at, at));
                }
            }
        }
    }
    for (path, lines) in files {
        let Some(bytes) = read(&path) else { continue };
        let wanted: Vec<u32> = lines.keys().copied().collect();
        for (hash, alerts) in line_hashes(&bytes, &wanted).into_iter().zip(lines.values()) {
            let Some(text) = hash.map(|hash| hash.to_string()) else { continue };
            for (run, at) in alerts {
                set_fingerprint(&mut runs[*run].alerts[*at], &text);
            }
        }
    }
}

/// What has no hash by now gets one of what it is about.
fn number_the_others(run: &mut Run) {
    let mut equal: HashMap<(String, &str, &str), Vec<usize>> = HashMap::new();
    for (at, alert) in run.alerts.iter().enumerate() {
        if fingerprint(alert).is_none() {
            let rule = rule_of(run, alert);
            let hash = alert.advisory.as_ref().map_or_else(
                || hash_of_place(rule, alert),
                |advisory| hash_of_package(rule, file_of(alert), advisory),
            );
            equal.entry((hash, rule, file_of(alert))).or_default().push(at);
        }
    }
    let mut numbered = Vec::new();
    for ((hash, _, _), mut alerts) in equal {
        alerts.sort_by_cached_key(|at| order_key(&run.alerts[*at]));
        numbered.extend(alerts.into_iter().enumerate().map(|(nth, at)| (at, format!("{hash}:{}", nth + 1))));
    }
    for (at, text) in numbered {
        set_fingerprint(&mut run.alerts[at], &text);
    }
}

/// What tells findings of one hash from each other.
fn order_key(alert: &Alert) -> impl Ord + use<> {
    let package = alert.advisory.as_ref().map(|advisory| {
        let package = &advisory.package;
        (package.version.clone(), package.purl.clone(), advisory.id.clone())
    });
    let region = alert.places.first().and_then(|place| place.region.as_ref());
    let region =
        region.map(|region| (region.start_line, region.start_column, region.end_line, region.end_column));
    (package, region, alert.message.clone())
}

fn hash_of_package(rule: &str, file: &str, advisory: &Advisory) -> String {
    let id = canonical_id(advisory).unwrap_or_else(|| rule.to_owned());
    gatewright_core::fingerprint(&["package", &id, &PackageKey::of(&advisory.package).to_string(), file])
}

fn hash_of_place(rule: &str, alert: &Alert) -> String {
    let logical = alert.places.first().map_or(&[][..], |place: &Place| &place.logical);
    let about = if alert.is_secret { line_of(alert).to_string() } else { without_numbers(&alert.message) };
    let subject = alert.subject.as_deref().unwrap_or_default();
    let mut parts = vec!["place", rule, file_of(alert), subject, &about];
    parts.extend(logical.iter().map(String::as_str));
    gatewright_core::fingerprint(&parts)
}

#[cfg(test)]
mod tests;
