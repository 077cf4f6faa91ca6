//! Findings held against those of an earlier commit.

use proptest::prelude::*;

use super::*;
use crate::fault::Faults;
use crate::identity::{LINE_HASH, fingerprint, identify};
use crate::model::{Advisory, Alert, Package, Place, Rule};

/// A finding in code, with a line hash.
fn code(rule: usize, file: &str, line: u32, hash: &str, message: &str) -> Alert {
    let place = Place { path: RepoPath::new(file).ok(), ..Place::line(file, line) };
    let mut alert = Alert { rule, places: vec![place], message: message.into(), ..Alert::default() };
    set_fingerprint(&mut alert, hash);
    alert
}

fn package(ids: &[&str], version: &str) -> Alert {
    let mut ids = ids.iter().map(|id| (*id).to_owned());
    let id = ids.next().unwrap();
    let package =
        Package { kind: "npm".into(), name: "left".into(), version: Some(version.into()), purl: None };
    let advisory = Advisory { id, aliases: ids.collect(), package, ..Advisory::default() };
    let place = Place { path: RepoPath::new("package-lock.json").ok(), ..Place::file("package-lock.json") };
    Alert {
        advisory: Some(Box::new(advisory)),
        places: vec![place],
        message: "left is vulnerable".into(),
        ..Alert::default()
    }
}

fn of(tool: &str, alerts: Vec<Alert>) -> Run {
    Run {
        rules: (0..4).map(|rule| Rule::new(format!("G10{rule}"))).collect(),
        alerts,
        ..Run::of(tool, None, "")
    }
}

fn changes(comparison: &Comparison) -> Vec<Option<Change>> {
    comparison.standings.iter().flatten().map(|standing| standing.change).collect()
}

const NEW: Option<Change> = Some(Change::New);
const SAME: Option<Change> = Some(Change::Unchanged);
const UPDATED: Option<Change> = Some(Change::Updated);

/// Holds one tool's findings against its earlier ones.
fn held(before: Vec<Alert>, now: Vec<Alert>) -> (Vec<Option<Change>>, usize) {
    let before = Snapshot::of(&[of("t", before)]);
    let stored = Snapshot::from_bytes(&before.to_bytes_within(1 << 22).unwrap()).unwrap();
    assert_eq!(stored, before);
    let comparison = compare(&[of("t", now)], &stored, &[]);
    (changes(&comparison), comparison.absent.len())
}

#[test]
fn moved_lines_are_followed_and_what_is_gone_is_named() {
    let before = vec![
        code(0, "a.go", 3, "aa:1", "x"),
        code(0, "a.go", 9, "bb:1", "y"),
        code(1, "b.go", 1, "cc:1", "z"),
    ];
    let now = vec![
        code(0, "a.go", 14, "bb:1", "y"),
        code(0, "a.go", 8, "aa:1", "x"),
        code(2, "b.go", 1, "cc:1", "z"),
    ];
    let comparison = compare(&[of("t", now)], &Snapshot::of(&[of("t", before)]), &[]);
    assert_eq!(changes(&comparison), [SAME, SAME, NEW]);
    let [gone] = &comparison.absent[..] else { panic!("one is gone") };
    assert_eq!(&*gone.source.tool, "t");
    assert_eq!(
        (&*gone.entry.rule, &*gone.entry.file, gone.entry.line, &*gone.entry.message),
        ("G101", "b.go", 1, "z")
    );
    assert_eq!((comparison.count(Change::New), comparison.count(Change::Absent)), (1, 1));
}

#[test]
fn digits_in_messages_neither_part_nor_join() {
    let before = vec![code(0, "a.go", 1, "", "uses G101 here, line 1")];
    assert_eq!(held(before.clone(), vec![code(0, "a.go", 2, "", "uses G101 here, line 2")]), (vec![SAME], 0));
    assert_eq!(held(before, vec![code(0, "a.go", 2, "", "uses G102 here, line 2")]), (vec![NEW], 1));
}

#[test]
fn equal_lines_are_taken_in_their_order() {
    let before = vec![code(0, "a.go", 3, "aa:1", "x"), code(0, "a.go", 5, "aa:2", "x")];
    let now = vec![
        code(0, "a.go", 4, "aa:2", "x"),
        code(0, "a.go", 6, "aa:3", "x"),
        code(0, "a.go", 2, "aa:1", "x"),
    ];
    assert_eq!(held(before, now), (vec![SAME, NEW, SAME], 0));
    // Two findings on a line that say different things.
    let before = vec![code(0, "a.go", 3, "aa:1", "x"), code(0, "a.go", 3, "aa:1", "y")];
    let now = vec![code(0, "a.go", 3, "aa:1", "y")];
    let comparison = compare(&[of("t", now)], &Snapshot::of(&[of("t", before)]), &[]);
    assert_eq!((changes(&comparison), &*comparison.absent[0].entry.message), (vec![SAME], "x"));
}

#[test]
fn a_changed_line_is_known_by_its_message_to_the_nearest() {
    let before = vec![code(0, "a.go", 10, "aa:1", "x"), code(0, "a.go", 50, "bb:1", "x")];
    let now = vec![code(0, "a.go", 49, "cc:1", "x")];
    let comparison = compare(&[of("t", now)], &Snapshot::of(&[of("t", before)]), &[]);
    assert_eq!((changes(&comparison), comparison.absent[0].entry.line), (vec![UPDATED], 10));
}

#[test]
fn renamed_files_are_followed_with_git_and_without() {
    let all = |file: &str| {
        // The second and the third can't be told apart by rule and hash alone.
        vec![
            code(0, file, 3, "aa:1", "x"),
            code(0, file, 5, "bb:1", "y"),
            code(0, file, 7, "bb:2", "y"),
            code(1, file, 9, "", "z 5"),
        ]
    };
    assert_eq!(held(all("old/a.go"), all("new/a.go")), (vec![UPDATED; 4], 0));
    let other = vec![code(1, "new.go", 1, "dd:1", "another line, another file")];
    let before = Snapshot::of(&[of("t", vec![code(1, "old.go", 1, "cc:1", "another line, another file")])]);
    assert_eq!(changes(&compare(&[of("t", other.clone())], &before, &[])), [NEW]);
    let renames = [(RepoPath::new("old.go").unwrap(), RepoPath::new("new.go").unwrap())];
    assert_eq!(changes(&compare(&[of("t", other)], &before, &renames)), [UPDATED]);
}

fn identified(alert: Alert) -> Run {
    let mut runs = [of("t", vec![alert])];
    identify(&mut runs, &mut |_| None, &mut Faults::default());
    let [run] = runs;
    run
}

#[test]
fn an_alias_published_later_reopens_nothing() {
    let first = identified(package(&["GHSA-a"], "1"));
    let print = fingerprint(&first.alerts[0]).unwrap().to_owned();
    let mut snapshot = Snapshot::of(&[first]);
    for (ids, change) in
        [(&["CVE-1", "GHSA-a"][..], UPDATED), (&["CVE-1", "GHSA-a"], SAME), (&["USN-1", "CVE-1"], UPDATED)]
    {
        let mut runs = [identified(package(ids, "1"))];
        assert_ne!(fingerprint(&runs[0].alerts[0]), Some(&*print));
        let comparison = compare(&runs, &snapshot, &[]);
        assert_eq!((changes(&comparison), comparison.absent.len()), (vec![change], 0));
        comparison.apply(&mut runs);
        assert_eq!(fingerprint(&runs[0].alerts[0]), Some(&*print));
        snapshot = Snapshot::of(&runs);
    }
    // Another CVE id that shares an alias is another vulnerability.
    let other = compare(&[identified(package(&["CVE-2", "USN-1"], "1"))], &snapshot, &[]);
    assert_eq!((changes(&other), other.absent.len()), (vec![NEW], 1));
}

#[test]
fn a_bump_that_stays_vulnerable_is_not_new() {
    let before = Snapshot::of(&[identified(package(&["CVE-1"], "1"))]);
    assert_eq!(changes(&compare(&[identified(package(&["CVE-1"], "2"))], &before, &[])), [UPDATED]);
    assert_eq!(changes(&compare(&[identified(package(&["CVE-1"], "1"))], &before, &[])), [SAME]);
}

#[test]
fn another_package_of_the_same_rule_on_the_same_line_is_another_finding() {
    let of_package = |name: &str, file: &str| {
        let mut alert = package(&["yanked"], "1");
        alert.advisory.as_mut().unwrap().package.name = name.into();
        alert.places = vec![Place { path: RepoPath::new(file).ok(), ..Place::line(file, 1) }];
        set_fingerprint(&mut alert, "c129715d7a2bc9a3:1");
        alert
    };
    assert_eq!(
        held(vec![of_package("a", "Cargo.lock")], vec![of_package("b", "Cargo.lock")]),
        (vec![NEW], 1)
    );
    let moved = of_package("a", "app/Cargo.lock");
    assert_eq!(held(vec![of_package("a", "Cargo.lock")], vec![moved]), (vec![UPDATED], 0));
}

#[test]
fn nothing_is_said_of_tools_that_ran_on_one_side_only() {
    let one = |tool: &str| of(tool, vec![code(0, "a.go", 1, "aa:1", "x")]);
    let before = Snapshot::of(&[one("gosec"), one("trivy")]);
    let comparison = compare(&[one("gosec"), one("semgrep")], &before, &[]);
    assert_eq!(changes(&comparison), [SAME, None]);
    assert_eq!(comparison.inconclusive.len(), 1);
    assert_eq!(&*comparison.inconclusive[0].source.tool, "trivy");
    assert_eq!(&*comparison.unknown[0].tool, "semgrep");
    assert!(comparison.absent.is_empty());
    // A tool that found nothing then did run.
    let before = Snapshot::of(&[of("gosec", Vec::new())]);
    assert_eq!(changes(&compare(&[one("gosec")], &before, &[])), [NEW]);
}

#[test]
fn categories_are_kept_apart_and_a_single_one_may_change_its_name() {
    let one =
        |id: &str| Run { automation_id: Some(id.into()), ..of("t", vec![code(0, "a.go", 1, "aa:1", "x")]) };
    let before = Snapshot::of(&[one("api/1"), one("web/1")]);
    assert_eq!(changes(&compare(&[one("web/2"), one("api/2")], &before, &[])), [SAME, SAME]);
    assert_eq!(changes(&compare(&[one("api/2"), one("app/2")], &before, &[])), [SAME, None]);
    assert_eq!(changes(&compare(&[one("all/2")], &Snapshot::of(&[one("1")]), &[])), [SAME]);
}

#[test]
fn an_earlier_report_of_another_tool_chain_is_a_baseline_too() {
    let mut alert = code(0, "a.go", 3, "", "x 1");
    alert.partial_fingerprints.clear();
    alert.places[0] = Place::line("./src/../a.go", 3);
    let mut before = [of("t", vec![alert])];
    identify(&mut before, &mut |_| None, &mut Faults::default());
    let now = of("t", vec![code(0, "a.go", 5, "aa:1", "x 2"), code(0, "b.go", 5, "ab:1", "x 2")]);
    let comparison = compare(&[now], &Snapshot::of(&before), &[]);
    assert_eq!((changes(&comparison), comparison.absent.len()), (vec![SAME, NEW], 0));
}

#[test]
fn what_a_secret_says_is_not_stored() {
    let secret = Alert { is_secret: true, ..code(0, "a.env", 1, "aa:1", "the password is hunter2") };
    let snapshot = Snapshot::of(&[of("t", vec![secret])]);
    assert!(!format!("{snapshot:?}").contains("hunter2"));
}

fn many(count: u32) -> Vec<Alert> {
    let one = |at: u32| {
        let hash = gatewright_core::fingerprint(&[&at.to_string()]);
        let message = format!("Potential file inclusion via variable number {at} of function f{}", at % 977);
        code(
            at as usize % 4,
            &format!("internal/pkg{:03}/file_{}.go", at / 100, at / 20),
            at % 20 * 7 + 1,
            &format!("{}:1", &hash[..16]),
            &message,
        )
    };
    (0..count).map(one).collect()
}

#[test]
fn a_large_one_is_small() {
    let snapshot = Snapshot::of(&[of("t", many(25_000))]);
    let bytes = snapshot.to_bytes_within(4 << 20).unwrap();
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    assert_eq!(Snapshot::from_bytes(&bytes).unwrap(), snapshot);
    let silent = snapshot.to_bytes_within(bytes.len() - 1).unwrap();
    assert!(silent.len() < bytes.len());
    let silent = Snapshot::from_bytes(&silent).unwrap();
    let comparison = compare(&[of("t", many(25_000))], &silent, &[]);
    assert_eq!((comparison.count(Change::Unchanged), comparison.absent.len()), (25_000, 0));
    assert_eq!(snapshot.to_bytes_within(1000), Err(SnapshotError::TooLarge));
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let bytes = Snapshot::of(&[of("t", many(10))]).to_bytes_within(4 << 20).unwrap();
    let head = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert_eq!(Snapshot::from_bytes(b"{}"), Err(SnapshotError::NotOne));
    assert_eq!(Snapshot::from_bytes(b"gatewright.sarif-snapshot/x\n"), Err(SnapshotError::NotOne));
    let later = [b"gatewright.sarif-snapshot/2\n", &bytes[head..]].concat();
    assert_eq!(Snapshot::from_bytes(&later), Err(SnapshotError::Later(2)));
    for end in 0..bytes.len() {
        assert!(Snapshot::from_bytes(&bytes[..end]).is_err());
    }
    assert!(Snapshot::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
}

#[derive(Clone, Debug)]
struct Told {
    rule: usize,
    file: u8,
    line: u32,
    hash: u8,
    words: u8,
    number: u32,
}

fn told() -> impl Strategy<Value = Vec<Told>> {
    let one = (0..2_usize, 0..3_u8, 1..6_u32, 0..4_u8, 0..3_u8, 0..20_u32);
    let one = one.prop_map(|(rule, file, line, hash, words, number)| Told {
        rule,
        file,
        line,
        hash,
        words,
        number,
    });
    proptest::collection::vec(one, 0..16)
}

fn alerts(told: &[Told]) -> Vec<Alert> {
    let one = |told: &Told| {
        let hash = if told.hash == 0 { String::new() } else { format!("a{}:{}", told.hash, told.line) };
        let words = format!("w{} of {}", ["a", "b", "c"][usize::from(told.words)], told.number);
        code(told.rule, &format!("dir/{}.go", told.file), told.line, &hash, &words)
    };
    told.iter().map(one).collect()
}

/// What is said of findings, whatever their order.
fn sorted(run: &Run, comparison: &Comparison) -> Vec<String> {
    let said = run.alerts.iter().zip(&comparison.standings[0]);
    let mut said: Vec<String> = said
        .map(|(alert, standing)| {
            format!(
                "{} {:?} {} {:?}",
                alert.rule,
                alert.places,
                alert.message,
                (fingerprint(alert), standing)
            )
        })
        .collect();
    said.sort();
    said
}

fn shuffled(told: impl Strategy<Value = Vec<Told>>) -> impl Strategy<Value = (Vec<Told>, Vec<Told>)> {
    told.prop_flat_map(|told| (Just(told.clone()), Just(told).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_order_of_the_input_does_not_matter(
        (before, before_shuffled) in shuffled(told()),
        (now, now_shuffled) in shuffled(told()),
    ) {
        let (one, other) = (Snapshot::of(&[of("t", alerts(&before))]), Snapshot::of(&[of("t", alerts(&before_shuffled))]));
        prop_assert_eq!(&one, &other);
        let (run, run_shuffled) = (of("t", alerts(&now)), of("t", alerts(&now_shuffled)));
        let left = compare(std::slice::from_ref(&run), &one, &[]);
        let right = compare(std::slice::from_ref(&run_shuffled), &other, &[]);
        prop_assert_eq!(sorted(&run, &left), sorted(&run_shuffled, &right));
        prop_assert_eq!(&left.absent, &right.absent);
        // Each old finding is one of now, or gone.
        let linked = left.count(Change::Unchanged) + left.count(Change::Updated);
        prop_assert_eq!(linked + left.absent.len(), before.len());
    }

    #[test]
    fn what_is_identical_is_unchanged(before in told()) {
        let (all, gone) = held(alerts(&before), alerts(&before));
        prop_assert_eq!(all, vec![SAME; before.len()]);
        prop_assert_eq!(gone, 0);
    }

    #[test]
    fn moved_lines_and_other_numbers_make_nothing_new(before in told(), by in 1..50_u32) {
        let mut now = alerts(&before);
        for alert in &mut now {
            alert.message = alert.message.replace(" of ", &format!(" of {by}"));
            alert.places[0].region.as_mut().unwrap().start_line += by;
        }
        let (all, gone) = held(alerts(&before), now);
        prop_assert!(all.iter().all(|change| *change == SAME), "{:?}", all);
        prop_assert_eq!(gone, 0);
    }

}

// These are slow without optimisation.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn half_of_the_files_renamed_makes_nothing_new(count in 1..200_u32) {
        let renamed = |alert: &mut Alert| {
            let place = &mut alert.places[0];
            let path = place.path.clone().unwrap();
            if path.as_str().len().is_multiple_of(2) || path.as_str().ends_with("1.go") {
                place.path = RepoPath::new(&format!("moved/{path}")).ok();
            }
        };
        let mut now = many(count);
        now.iter_mut().for_each(renamed);
        let (all, gone) = held(many(count), now);
        prop_assert!(!all.contains(&NEW));
        prop_assert_eq!(gone, 0);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<proptest::sample::Index>()) {
        let head = b"gatewright.sarif-snapshot/1\n".to_vec();
        prop_assert!(Snapshot::from_bytes(&bytes).is_err());
        let mut packed = head.clone();
        stream::Writer::of(&bytes).pack_into(&mut packed);
        let _ = Snapshot::from_bytes(&packed);
        // A true one, changed in one place before it is packed.
        let whole = Snapshot::of(&[of("t", many(12))]).to_bytes_within(1 << 20).unwrap();
        let mut inner = stream::unpack(&whole[head.len()..], 1 << 20).unwrap();
        let at = at.index(inner.len());
        inner[at] = inner[at].wrapping_add(bytes.first().copied().unwrap_or(1));
        let mut packed = head;
        stream::Writer::of(&inner).pack_into(&mut packed);
        let _ = Snapshot::from_bytes(&packed);
    }
}

#[test]
fn a_finding_without_any_fingerprint_is_held_by_its_message() {
    let mut alert = code(0, "a.go", 1, "", "x");
    alert.partial_fingerprints.retain(|(key, _)| key.as_ref() != LINE_HASH);
    assert_eq!(held(vec![alert.clone()], vec![alert]), (vec![SAME], 0));
}

#[test]
fn what_is_the_same_to_the_letter_comes_before_what_differs_in_numbers() {
    // Without a line of a file, the number behind the hash goes by the message: `22` comes before `80`.
    let before = vec![code(0, "Dockerfile", 1, "aa:1", "port 80 is open")];
    let now = vec![
        code(0, "Dockerfile", 1, "aa:1", "port 22 is open"),
        code(0, "Dockerfile", 1, "aa:2", "port 80 is open"),
    ];
    assert_eq!(held(before, now), (vec![NEW, SAME], 0));
    // The line was edited.
    let before = vec![code(0, "Dockerfile", 4, "aa:1", "port 80 is open")];
    let now = vec![
        code(0, "Dockerfile", 4, "bb:1", "port 22 is open"),
        code(0, "Dockerfile", 4, "bb:2", "port 80 is open"),
    ];
    assert_eq!(held(before, now), (vec![NEW, UPDATED], 0));
    // The file moved.
    let before = vec![code(0, "Dockerfile", 4, "aa:1", "port 80 is open")];
    let now = vec![
        code(0, "app/Dockerfile", 4, "aa:1", "port 22 is open"),
        code(0, "app/Dockerfile", 4, "aa:2", "port 80 is open"),
    ];
    assert_eq!(held(before, now), (vec![NEW, UPDATED], 0));
}

#[test]
fn of_two_versions_the_equal_one_is_the_same() {
    let at = |version: &str, hash: &str, message: &str| {
        let mut alert = package(&["CVE-2021-1"], version);
        alert.message = message.into();
        set_fingerprint(&mut alert, hash);
        alert
    };
    let before = vec![at("4.0.0", "aa:1", "left 4.0.0")];
    let now = vec![at("3.0.0", "aa:1", "left 3.0.0"), at("4.0.0", "aa:2", "left 4.0.0")];
    assert_eq!(held(before.clone(), now), (vec![NEW, SAME], 0));
    let now = vec![at("3.0.0", "aa:1", "left is bad"), at("4.0.0", "aa:2", "left is bad")];
    assert_eq!(held(before, now), (vec![NEW, UPDATED], 0));
}

fn any_alert() -> impl Strategy<Value = Alert> {
    let of_code =
        (0..2_usize, 0..2_u32, 1..4_u32, 0..3_u32, 0..4_u32).prop_map(|(rule, file, line, hash, port)| {
            let hash = if hash == 0 { String::new() } else { format!("a{hash}:1") };
            code(rule, &format!("{file}.go"), line, &hash, &format!("port {port} is open"))
        });
    let of_package = (0..3_u32, 0..3_u32, 0..3_u32).prop_map(|(id, alias, version)| {
        let mut alert = package(&[&format!("CVE-{id}"), &format!("GHSA-{alias}")], &format!("{version}.0"));
        alert.message = format!("left {version}.0 is vulnerable");
        alert
    });
    prop_oneof![of_code, of_package]
}

proptest! {
    #[test]
    fn what_is_identical_on_both_sides_is_never_new(
        both in proptest::collection::vec(any_alert(), 1..6),
        old in proptest::collection::vec(any_alert(), 0..6),
        new in proptest::collection::vec(any_alert(), 0..6),
        is_identified in any::<bool>(),
    ) {
        let run = |more: &[Alert]| {
            let mut runs = [of("t", [more, &both].concat())];
            if is_identified {
                identify(&mut runs, &mut |_| None, &mut Faults::default());
            }
            runs
        };
        let comparison = compare(&run(&new), &Snapshot::of(&run(&old)), &[]);
        // Of several that are equal, any may be the one that was there: as many as were there are not new.
        for alert in &both {
            let is_equal = |other: &&Alert| *other == alert;
            let were = old.iter().chain(&both).filter(is_equal).count();
            let known = new.iter().chain(&both).zip(&comparison.standings[0]);
            let known = known.filter(|(other, standing)| *other == alert && standing.change != NEW).count();
            let are = new.iter().chain(&both).filter(is_equal).count();
            prop_assert!(known >= were.min(are), "{known} of {were} before, {are} now: {alert:?}");
        }
    }
}
