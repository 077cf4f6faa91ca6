//! What joins, and what must not.

use proptest::prelude::*;

use super::*;
use crate::model::{Alert, Package, Place};

#[derive(Clone, Debug)]
struct Said {
    tool: usize,
    ids: Vec<&'static str>,
    package: &'static str,
    version: Option<&'static str>,
    file: &'static str,
}

fn alert(said: &Said) -> Alert {
    let package = Package {
        kind: "npm".into(),
        name: said.package.into(),
        version: said.version.map(str::to_owned),
        purl: None,
    };
    let mut ids = said.ids.iter().map(|id| (*id).to_owned());
    let id = ids.next().unwrap_or_default();
    let advisory = Advisory { id, aliases: ids.collect(), package, ..Advisory::default() };
    Alert { advisory: Some(Box::new(advisory)), places: vec![Place::file(said.file)], ..Alert::default() }
}

/// One run a finding.
fn runs(said: &[Said]) -> Vec<Run> {
    let run =
        |said: &Said| Run { alerts: vec![alert(said)], ..Run::of(&format!("tool{}", said.tool), None, "") };
    said.iter().map(run).collect()
}

fn groups(said: &[Said]) -> Vec<Vec<usize>> {
    join(&runs(said)).iter().map(|group| group.iter().map(|at| at.run).collect()).collect()
}

fn said(tool: usize, ids: &[&'static str]) -> Said {
    Said { tool, ids: ids.to_vec(), package: "left-pad", version: Some("1.0.0"), file: "package-lock.json" }
}

#[test]
fn one_cve_from_three_tools_is_one() {
    let all = [said(0, &["CVE-1"]), said(1, &["GHSA-a", "CVE-1"]), said(2, &["cve-1", "GHSA-b"])];
    assert_eq!(groups(&all), [[0, 1, 2]]);
}

#[test]
fn an_alias_joins_no_two_cves() {
    let all = [
        said(0, &["CVE-1", "GHSA-a"]),
        said(1, &["CVE-2", "GHSA-a"]),
        said(2, &["GHSA-a", "CVE-1", "CVE-2"]),
    ];
    assert_eq!(groups(&all), [[0], [1], [2]]);
    // One names a CVE id and the other does not: nobody knows.
    assert_eq!(groups(&[said(0, &["CVE-1", "GHSA-a"]), said(1, &["GHSA-a"])]), [[0], [1]]);
    assert_eq!(
        groups(&[said(0, &["GO-1", "GHSA-a"]), said(1, &["GHSA-a"]), said(2, &["GHSA-b"])]),
        [vec![0, 1], vec![2]]
    );
}

#[test]
fn another_package_or_version_is_another_finding() {
    let one = said(0, &["CVE-1"]);
    let of = |version: Option<&'static str>| Said { tool: 1, version, ..one.clone() };
    assert_eq!(groups(&[one.clone(), Said { package: "right-pad", ..of(None) }]), [[0], [1]]);
    assert_eq!(groups(&[one.clone(), of(Some("2.0.0"))]), [[0], [1]]);
    assert_eq!(groups(&[one.clone(), of(None)]), [[0, 1]]);
    // Which of the two is meant can't be told.
    assert_eq!(groups(&[one.clone(), of(Some("2.0.0")), Said { tool: 2, ..of(None) }]), [[0], [1], [2]]);
}

#[test]
fn manifests_tell_apart_what_a_tool_has_twice() {
    let of = |tool, file| Said { file, ..said(tool, &["CVE-1"]) };
    assert_eq!(groups(&[of(0, "a/package-lock.json"), of(1, "somewhere/else")]), [[0, 1]]);
    let all = [
        of(0, "a/package-lock.json"),
        of(0, "b/package-lock.json"),
        of(1, "a/package.json"),
        of(1, "b/package.json"),
    ];
    assert_eq!(groups(&all), [[0, 2], [1, 3]]);
    let all = [of(0, "a/dev.txt"), of(0, "a/all.txt"), of(1, "a/all.txt")];
    assert_eq!(groups(&all), [vec![0], vec![1, 2]]);
}

#[test]
fn findings_in_code_stay_alone() {
    let code = || Run {
        alerts: vec![Alert { places: vec![Place::line("a.py", 1)], ..Alert::default() }],
        ..Run::default()
    };
    assert_eq!(join(&[code(), code()]).len(), 2);
}

fn any_said() -> impl Strategy<Value = Said> {
    let id =
        prop_oneof![Just("CVE-1"), Just("CVE-2"), Just("GHSA-a"), Just("GHSA-b"), Just("GO-1"), Just("")];
    let version = prop_oneof![Just(None), Just(Some("1")), Just(Some("2"))];
    let file = prop_oneof![Just(""), Just("a/x"), Just("a/y"), Just("b/x")];
    (0..3_usize, proptest::collection::vec(id, 0..4), prop_oneof![Just("p"), Just("q")], version, file)
        .prop_map(|(tool, ids, package, version, file)| Said { tool, ids, package, version, file })
}

proptest! {
    #[test]
    fn every_finding_is_in_one_group_and_no_group_has_two_cves(all in proptest::collection::vec(any_said(), 0..14)) {
        let groups = groups(&all);
        let mut members: Vec<usize> = groups.concat();
        members.sort_unstable();
        prop_assert_eq!(members, (0..all.len()).collect::<Vec<_>>());
        for group in groups.iter().filter(|group| group.len() > 1) {
            let ids = || group.iter().flat_map(|at| &all[*at].ids);
            let cves: BTreeSet<_> = ids().filter(|id| id.starts_with("CVE-")).collect();
            prop_assert!(cves.len() < 2);
            let versions: BTreeSet<_> = group.iter().filter_map(|at| all[*at].version).collect();
            prop_assert!(versions.len() < 2);
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (all, order) in proptest::collection::vec(any_said(), 0..14)
            .prop_flat_map(|all| { let count = all.len(); (Just(all), Just((0..count).collect::<Vec<_>>()).prop_shuffle()) })
    ) {
        let shuffled: Vec<Said> = order.iter().map(|at| all[*at].clone()).collect();
        let mut back: Vec<Vec<usize>> = groups(&shuffled)
            .into_iter()
            .map(|group| { let mut group: Vec<_> = group.into_iter().map(|at| order[at]).collect(); group.sort_unstable(); group })
            .collect();
        back.sort_unstable();
        prop_assert_eq!(back, groups(&all));
    }
}

#[test]
fn two_images_are_two_things_to_mend() {
    let of = |targets: &[Option<&str>]| -> Vec<Vec<usize>> {
        let said: Vec<Said> = (0..targets.len()).map(|tool| said(tool, &["CVE-1"])).collect();
        let mut runs = runs(&said);
        for (run, target) in runs.iter_mut().zip(targets) {
            run.target = target.map(str::to_owned);
        }
        join(&runs).iter().map(|group| group.iter().map(|at| at.run).collect()).collect()
    };
    assert_eq!(of(&[Some("acme/a:1"), Some("acme/b:1")]), [[0], [1]]);
    assert_eq!(of(&[Some("docker.io/library/alpine:3"), Some("alpine@sha256:00")]), [[0, 1]]);
    // A folder, or a report that does not say what it is about, goes with the only image.
    assert_eq!(of(&[Some("acme/a:1"), Some("."), None]), [[0, 1, 2]]);
    assert_eq!(of(&[Some("acme/a:1"), None, Some("acme/b:1")]), [[0], [1], [2]]);
}
