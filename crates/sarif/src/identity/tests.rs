//! What makes a finding the same finding.

use std::cell::RefCell;

use super::*;
use crate::model::{Package, Rule};

const SOURCE: &str = "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n";

fn run_of(alerts: Vec<Alert>) -> Run {
    let rules = vec![Rule::new("R0"), Rule::new("R1"), Rule::new("yanked")];
    Run { rules, alerts, ..Run::of("tool", None, "") }
}

fn at(path: &str, line: u32) -> Alert {
    let path_in = RepoPath::new(path).ok();
    Alert { places: vec![Place { path: path_in, ..Place::line(path, line) }], ..Alert::default() }
}

fn package(id: &str, aliases: &[&str], name: &str, version: &str) -> Alert {
    let package =
        Package { kind: "cargo".into(), name: name.into(), version: Some(version.into()), purl: None };
    let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    let advisory = Advisory { id: id.into(), aliases, package, ..Advisory::default() };
    Alert { advisory: Some(Box::new(advisory)), rule: 2, ..at("Cargo.lock", 1) }
}

fn identified(alerts: Vec<Alert>) -> (Vec<String>, Faults) {
    let mut runs = [run_of(alerts)];
    let mut faults = Faults::default();
    let mut read = |path: &RepoPath| (path.as_str() == "a.py").then(|| SOURCE.as_bytes().into());
    identify(&mut runs, &mut read, &mut faults);
    let prints = runs[0].alerts.iter().map(|alert| fingerprint(alert).unwrap().to_owned()).collect();
    (prints, faults)
}

fn with(mut alert: Alert, key: &str, value: &str) -> Alert {
    alert.partial_fingerprints.push((key.into(), value.into()));
    alert
}

#[test]
fn a_finding_on_a_line_has_the_hash_of_the_line_unless_it_has_one() {
    let kept = with(at("a.py", 1), LINE_HASH, "abc:7");
    let beside = with(at("a.py", 5), "other/v1", "abc");
    let (prints, faults) = identified(vec![at("a.py", 2), at("a.py", 2), kept, beside, at("a.py", 8)]);
    assert_eq!(
        prints,
        ["bb609acbe9138d60:1", "bb609acbe9138d60:1", "abc:7", "54517377da7028d2:1", "c129715d7a2bc9a3:1"]
    );
    assert!(faults.is_empty());
}

#[test]
fn each_file_is_read_once_for_all_runs() {
    let mut runs = [run_of(vec![at("a.py", 1), at("b.py", 1), at("a.py", 3)]), run_of(vec![at("a.py", 2)])];
    let asked = RefCell::new(Vec::new());
    let mut read = |path: &RepoPath| {
        asked.borrow_mut().push(path.to_string());
        (path.as_str() == "a.py").then(|| Arc::from(SOURCE.as_bytes()))
    };
    identify(&mut runs, &mut read, &mut Faults::default());
    assert_eq!(*asked.borrow(), ["a.py", "b.py"]);
    assert_eq!(fingerprint(&runs[1].alerts[0]), Some("bb609acbe9138d60:1"));
}

#[test]
fn two_crates_under_one_rule_stay_two_and_a_bump_stays_one() {
    let (prints, _) = identified(vec![
        package("yanked", &[], "left", "1.0.0"),
        package("yanked", &[], "right", "1.0.0"),
        package("yanked", &[], "left", "2.0.0"),
    ]);
    assert_ne!(prints[0], prints[1]);
    assert_eq!(without_count(&prints[0]), without_count(&prints[2]));
    assert!(prints[0].ends_with(":1") && prints[1].ends_with(":1") && prints[2].ends_with(":2"));
    let (bumped, _) = identified(vec![package("yanked", &[], "left", "1.0.1")]);
    assert_eq!(bumped[0], prints[0]);
}

#[test]
fn a_hash_that_two_packages_share_is_not_kept() {
    let one = with(package("a", &[], "left", "1"), LINE_HASH, "c129715d7a2bc9a3:1");
    let two = with(package("b", &[], "right", "1"), LINE_HASH, "c129715d7a2bc9a3:1");
    let other = Alert { rule: 0, ..one.clone() };
    let (prints, faults) = identified(vec![one, two, other]);
    assert_ne!(prints[0], prints[1]);
    assert_eq!(prints[2], "c129715d7a2bc9a3:1");
    assert_eq!(faults.count(FaultKind::ConstantFingerprint), 2);
}

#[test]
fn the_canonical_id_does_not_depend_on_which_name_the_tool_takes() {
    let (ghsa, _) = identified(vec![package("GHSA-AAAA-bbbb-cccc", &["cve-2024-1"], "left", "1")]);
    let (cve, _) = identified(vec![package("CVE-2024-1", &["GHSA-aaaa-bbbb-cccc"], "left", "1")]);
    assert_eq!(ghsa, cve);
    let id =
        |id: &str, aliases: &[&str]| canonical_id(package(id, aliases, "x", "1").advisory.as_ref().unwrap());
    assert_eq!(id("GHSA-x", &["RUSTSEC-1", "PYSEC-1"]).as_deref(), Some("PYSEC-1"));
    assert_eq!(id("CVE-2", &["CVE-1", "USN-5"]).as_deref(), Some("USN-5"));
    assert_eq!(id("", &[""]), None);
}

#[test]
fn findings_without_a_line_are_told_apart_by_what_they_are_about() {
    let about = |subject: &str, message: &str| Alert {
        subject: Some(subject.into()),
        message: message.into(),
        ..at("main.tf", 0)
    };
    let (prints, _) = identified(vec![
        about("bucket.a", "open for 5 days"),
        about("bucket.b", "open for 5 days"),
        about("bucket.a", "open for 60 days"),
        about("bucket.a", "open for 7 days"),
        about("bucket.a", "not encrypted"),
    ]);
    let hashes: BTreeSet<_> = prints.iter().map(|print| without_count(print)).collect();
    assert_eq!(hashes.len(), 3);
    // By their words, and not by their place in the list.
    let counts: Vec<_> = prints.iter().map(|print| print.rsplit_once(':').unwrap().1).collect();
    assert_eq!(counts, ["1", "1", "2", "3", "1"]);
    // A line that the file does not have, and a file that is not there.
    let (prints, _) = identified(vec![at("a.py", 99), at("gone.py", 3), at("gone.py", 3)]);
    assert!(prints[0] != prints[1] && prints[1].ends_with(":1") && prints[2].ends_with(":2"));
}

#[test]
fn the_words_of_a_secret_are_in_no_hash() {
    let secret = |words: &str| Alert { is_secret: true, message: words.into(), ..at("gone.env", 3) };
    assert_eq!(identified(vec![secret("hunter2")]).0, identified(vec![secret("hunter3")]).0);
}

#[test]
fn what_all_results_share_identifies_nothing() {
    let login = |line| with(at("a.py", line), "matchBasedId/v1", "requires login");
    let mut runs = [run_of(vec![login(1), login(2)]), run_of(vec![login(1)])];
    for alert in &mut runs[0].alerts {
        alert.fingerprints.push(("matchBasedId/v1".into(), "requires login".into()));
        alert.partial_fingerprints.push((LINE_HASH.into(), "requires login".into()));
    }
    let mut faults = Faults::default();
    identify(&mut runs, &mut |_| Some(SOURCE.as_bytes().into()), &mut faults);
    assert_eq!(faults.count(FaultKind::ConstantFingerprint), 3);
    let expected = "the fingerprint `matchBasedId/v1` of all 2 results that have it is `requires login`";
    assert_eq!(faults.kept()[0].message, expected);
    let [first, second] = &runs[0].alerts[..] else { panic!("two alerts") };
    assert!(first.fingerprints.is_empty() && first.partial_fingerprints.len() == 1);
    assert_eq!(fingerprint(second), Some("bb609acbe9138d60:1"));
    // One alone may be right.
    assert_eq!(runs[1].alerts[0].partial_fingerprints.len(), 2);
    // Two rules on one line share a true line hash.
    let (prints, faults) =
        identified(vec![with(at("x", 1), LINE_HASH, "ab:1"), with(at("x", 1), LINE_HASH, "ab:1")]);
    assert_eq!((prints.join(" "), faults.is_empty()), ("ab:1 ab:1".to_owned(), true));
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let alerts = vec![
        package("yanked", &[], "left", "1.0.0"),
        package("yanked", &[], "left", "2.0.0"),
        Alert { message: "b".into(), ..at("none", 0) },
        Alert { message: "a 1".into(), ..at("none", 0) },
        Alert { message: "a 2".into(), ..at("none", 0) },
    ];
    let (prints, _) = identified(alerts.clone());
    let (mut backwards, _) = identified(alerts.into_iter().rev().collect());
    backwards.reverse();
    assert_eq!(prints, backwards);
}

#[test]
fn to_identify_twice_changes_nothing() {
    let mut runs = [run_of(vec![at("a.py", 1), package("CVE-1", &[], "left", "1"), at("gone", 0)])];
    let mut read = |path: &RepoPath| (path.as_str() == "a.py").then(|| Arc::from(SOURCE.as_bytes()));
    identify(&mut runs, &mut read, &mut Faults::default());
    let once = runs.clone();
    identify(&mut runs, &mut read, &mut Faults::default());
    assert_eq!(runs, once);
}
