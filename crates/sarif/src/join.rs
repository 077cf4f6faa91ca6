//! What several tools say of one vulnerable package, seen as one. Joined findings count once at the gate, in sums and where
//! they are shown; each tool's own run keeps all of its results, so that no alert comes and goes with another tool.
//!
//! Two findings are of one vulnerability if both name exactly one CVE id, the same, or if neither names a CVE id and they
//! share another one. An alias never makes two CVE ids one: an advisory of a distribution may list many. They must be on
//! one package, in one version where both know theirs, and not in two images. Where a tool has several such findings, for it looked at several
//! manifests, those of one folder join, and then those of one file. Findings in code never join: two tools on one line may
//! well mean two things.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::identity::{PackageKey, cves, file_of, ids_of};
use crate::model::{Advisory, Run};

mod image;

use image::image_of;

/// A finding: its run and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlertAt {
    /// The index of the run.
    pub run: usize,
    /// The index in the run's alerts.
    pub alert: usize,
}

/// Every finding in exactly one group, most of them alone. Groups and what is in them are in the order of the runs.
pub fn join(runs: &[Run]) -> Vec<Vec<AlertAt>> {
    let mut groups: Vec<Vec<AlertAt>> = Vec::new();
    let mut packages: BTreeMap<PackageKey, Vec<Finding<'_>>> = BTreeMap::new();
    for (run_at, run) in runs.iter().enumerate() {
        for (alert_at, alert) in run.alerts.iter().enumerate() {
            let at = AlertAt { run: run_at, alert: alert_at };
            match &alert.advisory {
                None => groups.push(vec![at]),
                Some(advisory) => {
                    let key = PackageKey::of(&advisory.package);
                    let finding = Finding {
                        at,
                        tool: &run.tool.name,
                        file: file_of(alert),
                        image: run.target.as_deref().and_then(image_of).unwrap_or_default(),
                        advisory,
                        ids: ids_of(advisory),
                    };
                    packages.entry(key).or_default().push(finding);
                }
            }
        }
    }
    for (package, findings) in &packages {
        for same in by_vulnerability(findings).into_iter().flat_map(by_image) {
            for same in by_version(&package.kind, same) {
                groups.extend(
                    by_manifest(same).into_iter().map(|group| group.iter().map(|one| one.at).collect()),
                );
            }
        }
    }
    groups.iter_mut().for_each(|group: &mut Vec<AlertAt>| group.sort_unstable());
    groups.sort_unstable();
    groups
}

/// What is known of a finding in a package.
struct Finding<'r> {
    at: AlertAt,
    tool: &'r str,
    file: &'r str,
    /// The image that was scanned; empty where none is known to have been.
    image: String,
    advisory: &'r Advisory,
    ids: BTreeSet<String>,
}

type Group<'f, 'r> = Vec<&'f Finding<'r>>;

fn by_vulnerability<'f, 'r>(findings: &'f [Finding<'r>]) -> Vec<Group<'f, 'r>> {
    let mut of_cve: BTreeMap<&str, Group<'f, 'r>> = BTreeMap::new();
    let mut without = Vec::new();
    let mut groups = Vec::new();
    for finding in findings {
        let mut cves = cves(&finding.ids);
        match (cves.next(), cves.next()) {
            (None, _) => without.push(finding),
            (Some(cve), None) => of_cve.entry(cve).or_default().push(finding),
            (Some(_), Some(_)) => groups.push(vec![finding]),
        }
    }
    groups.extend(of_cve.into_values());
    groups.extend(by_shared_id(without));
    groups
}

/// None of these names a CVE id, so that a chain of shared ids is harmless.
fn by_shared_id<'f, 'r>(findings: Group<'f, 'r>) -> Vec<Group<'f, 'r>> {
    fn root(parents: &mut [usize], mut at: usize) -> usize {
        while parents[at] != at {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        at
    }
    let mut parents: Vec<usize> = (0..findings.len()).collect();
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        for id in &finding.ids {
            let holder = *holders.entry(id).or_insert(at);
            let (left, right) = (root(&mut parents, holder), root(&mut parents, at));
            parents[left.max(right)] = left.min(right);
        }
    }
    let mut groups: BTreeMap<usize, Group<'f, 'r>> = BTreeMap::new();
    for (at, finding) in findings.into_iter().enumerate() {
        groups.entry(root(&mut parents, at)).or_default().push(finding);
    }
    groups.into_values().collect()
}

/// Two images are two things to mend, whatever is in both.
fn by_image<'f, 'r>(findings: Group<'f, 'r>) -> Vec<Group<'f, 'r>> {
    let mut groups: BTreeMap<&str, Group<'f, 'r>> = BTreeMap::new();
    for finding in findings {
        groups.entry(&finding.image).or_default().push(finding);
    }
    with_unknown(groups)
}

fn by_version<'f, 'r>(kind: &str, findings: Group<'f, 'r>) -> Vec<Group<'f, 'r>> {
    with_unknown(split(findings, |finding| version(kind, finding.advisory)))
}

/// Those that do not know theirs join the others only if there is a single one: else nobody can tell which.
fn with_unknown<'f, 'r>(mut groups: BTreeMap<&str, Group<'f, 'r>>) -> Vec<Group<'f, 'r>> {
    if groups.len() == 2
        && let Some(unknown) = groups.remove("")
    {
        groups.values_mut().for_each(|known| known.extend(&unknown));
    }
    groups.into_values().collect()
}

/// Go's versions are written with and without a `v`.
fn version<'a>(kind: &str, advisory: &'a Advisory) -> &'a str {
    let version = advisory.package.version.as_deref().unwrap_or_default().trim();
    if kind == "golang" { version.strip_prefix('v').unwrap_or(version) } else { version }
}

fn by_manifest<'f, 'r>(findings: Group<'f, 'r>) -> Vec<Group<'f, 'r>> {
    let folder = |file: &'r str| file.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !has_tool_twice(&findings) {
        return vec![findings];
    }
    let mut groups = Vec::new();
    for group in split(findings, |finding| folder(finding.file)).into_values() {
        if has_tool_twice(&group) {
            groups.extend(split(group, |finding| finding.file).into_values());
        } else {
            groups.push(group);
        }
    }
    groups
}

fn has_tool_twice(findings: &[&Finding<'_>]) -> bool {
    let mut tools = BTreeSet::new();
    findings.iter().any(|finding| !tools.insert(finding.tool))
}

fn split<'f, 'r>(
    findings: Group<'f, 'r>,
    key: impl Fn(&Finding<'r>) -> &'r str,
) -> BTreeMap<&'r str, Group<'f, 'r>> {
    let mut groups: BTreeMap<&str, Group<'f, 'r>> = BTreeMap::new();
    for finding in findings {
        groups.entry(key(finding)).or_default().push(finding);
    }
    groups
}

#[cfg(test)]
mod tests;
