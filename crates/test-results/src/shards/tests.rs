//! Lists that real programs printed, what is told to each, and how even the shards are.

use std::collections::BTreeSet;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::history::History;
use crate::history::tests::about;
use crate::model::{Occurrence, Outcome, TestName};
use crate::{Collector, Sink};

fn units(names: &[&str]) -> Vec<Unit> {
    names.iter().map(|name| Unit::named(name)).collect()
}

fn shown(runner: Runner, listing: &str) -> String {
    match parse_listing(runner, listing) {
        Ok(units) => units.iter().map(|unit| format!("{}\n", unit.line())).collect(),
        Err(error) => format!("{error}\n{}\n", error.help()),
    }
}

/// A history of one run: suite, class, name, file, milliseconds.
fn recorded(tests: &[(&str, &str, &str, &str, u64)]) -> History {
    let mut collector = Collector::listing(usize::MAX);
    for variant in ["linux", "windows"] {
        collector.begin(0, variant, None);
        for (suite, class, name, file, milliseconds) in tests {
            let mut run = Occurrence::new(TestName { suite, class, name, file }, Outcome::Passed);
            run.duration = Some(Nanoseconds(milliseconds * 1_000_000));
            collector.take(&run);
        }
    }
    History::next(None, &collector.finish(), about("base"))
}

#[test]
fn lists_of_real_programs_are_read() {
    expect![[r"
        example.com/shop
        example.com/shop/api
        example.com/shop/store
    "]]
    .assert_eq(&shown(Runner::Go, include_str!("../../testdata/listings/go-list.txt")));
    expect![[r"
        tests::adds
        tests::deep::nested
        tests::slow
        adds
        whole
    "]]
    .assert_eq(&shown(Runner::Cargo, include_str!("../../testdata/listings/cargo-terse.txt")));
    let nextest = expect![[r"
        shop tests::adds
        shop tests::deep::nested
        shop::cart adds
        shop::cart whole
    "]];
    nextest.assert_eq(&shown(Runner::Nextest, include_str!("../../testdata/listings/nextest.txt")));
    nextest.assert_eq(&shown(Runner::Nextest, include_str!("../../testdata/listings/nextest-human.txt")));
    nextest.assert_eq(&shown(Runner::Nextest, include_str!("../../testdata/listings/nextest.json")));
    expect![[r"
        test_top.py::test_top
        tests/unit/test_cart.py::test_add[1]
        tests/unit/test_cart.py::test_add[a b]
        tests/unit/test_cart.py::test_add[a::b[c]]
        tests/unit/test_cart.py::test_add[\xe9]
        tests/unit/test_cart.py::test_add[$(id)']
        tests/unit/test_cart.py::TestTotal::test_sum
        tests/unit/test_cart.py::TestTotal::TestInner::test_x
    "]]
    .assert_eq(&shown(Runner::Pytest, include_str!("../../testdata/listings/pytest.txt")));
    expect![[r"
        test_top.py
        tests/unit/test_cart.py
    "]]
    .assert_eq(&shown(Runner::Pytest, include_str!("../../testdata/listings/pytest-files.txt")));
    expect![[r"
        /builds/shop/src/b c.spec.js
        /builds/shop/src/cart/add.test.js
    "]]
    .assert_eq(&shown(Runner::Jest, include_str!("../../testdata/listings/jest.txt")));
    assert_eq!(shown(Runner::Jest, r#"["/a.test.js"]"#), "/a.test.js\n");
}

#[test]
fn what_is_not_understood_is_no_list() {
    expect![[r"
        the list for go names no test
        Make the list with `go list ./...`, of its standard output only.
    "]]
    .assert_eq(&shown(Runner::Go, "\n"));
    expect![[r"
        line 2 of the list for go is not understood: `go: downloading example.com/x v1.0.0`
        Make the list with `go list ./...`, of its standard output only.
    "]]
    .assert_eq(&shown(Runner::Go, "a\ngo: downloading example.com/x v1.0.0\n"));
    expect![[r#"
        line 1 of the list for cargo is not understood: `running 3 tests`
        Make the list with `cargo test --tests -- --list --format terse`, of its standard output only.
    "#]]
    .assert_eq(&shown(Runner::Cargo, "running 3 tests\n"));
    expect![[r"
        the list for pytest names 1 tests, and says that there are 2
        Make the list with `pytest --collect-only -q`, of its standard output only.
    "]]
    .assert_eq(&shown(Runner::Pytest, "a.py::test_a\n\n2/5 tests collected (3 deselected) in 0.01s\n"));
    expect![[r"
        line 3 of the list for pytest is not understood: `==================================== ERRORS ====================================`
        Make the list with `pytest --collect-only -q`, of its standard output only.
    "]]
    .assert_eq(&shown(Runner::Pytest, &format!("a.py::test_a\n\n{0} ERRORS {0}\n", "=".repeat(36))));
    expect![[r"
        the list for nextest is not understood: missing field `rust-suites` at line 1 column 2
        Make the list with `cargo nextest list --message-format json`, of its standard output only.
    "]]
    .assert_eq(&shown(Runner::Nextest, "{}"));
    expect![[r"
        the test `--nocapture` can't be told to run by its name
        Rename it, without control characters and a hyphen in front.
    "]]
    .assert_eq(&shown(Runner::Cargo, "--nocapture: test\n"));
    expect![[r#"
        the list for cargo has the documentation test `src/lib.rs - add (line 1)`, and those can't be split
        Make the list with `cargo test --tests -- --list --format terse`, and run `cargo test --doc` in a job of its own.
    "#]]
    .assert_eq(&shown(Runner::Cargo, include_str!("../../testdata/listings/cargo-terse-doc.txt")));
    assert_eq!(shown(Runner::Cargo, "a: test\nb: bench\n\n1 test, 1 benchmark\n"), "a\n");
}

#[test]
fn recorded_times_balance_the_shards() {
    let history = recorded(&[
        ("example.com/slow", "", "TestA", "", 4000),
        ("example.com/slow", "", "TestB", "", 4000),
        ("example.com/a", "", "TestA", "", 3000),
        ("example.com/b", "", "TestA", "", 3000),
    ]);
    let listed = units(&["example.com/a", "example.com/b", "example.com/new", "example.com/slow"]);
    let shards = split(Runner::Go, &listed, 2, Some(&history));
    assert_eq!(shards.unknown, 1);
    let lists: Vec<String> = shards.shards.iter().map(|shard| shards.line(shard)).collect();
    assert_eq!(lists, ["example.com/slow", "example.com/a example.com/b example.com/new"]);
    let rows = shards.matrix(100_000);
    expect![[r#"{"include":[{"args":"example.com/slow","estimate-seconds":8,"name":"1/2","shard":1,"shards":2},{"args":"example.com/a example.com/b example.com/new","estimate-seconds":9,"name":"2/2","shard":2,"shards":2}]}"#]]
        .assert_eq(&rows.to_string());
    assert!(
        shards
            .matrix(100)
            .to_string()
            .starts_with(r#"{"include":[{"estimate-seconds":8,"name":"1/2","shard":1"#)
    );
    assert_eq!(shards.list(&shards.shards[1]), "example.com/a\nexample.com/b\nexample.com/new\n");
    // The order of the list means nothing, and what is in it twice counts once.
    let mut other = listed.clone();
    other.reverse();
    other.push(listed[0].clone());
    assert_eq!(split(Runner::Go, &other, 2, Some(&history)), shards);
}

#[test]
fn there_are_no_more_shards_than_units() {
    let shards = split(Runner::Go, &units(&["a", "b", "c"]), 8, None);
    assert_eq!(shards.shards.iter().map(|shard| shard.units.len()).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(split(Runner::Go, &units(&["a", "b"]), 0, None).shards.len(), 1);
    let none = split(Runner::Go, &[], 4, None);
    assert_eq!((none.shards.len(), none.matrix(100).to_string().as_str()), (0, r#"{"include":[]}"#));
}

/// Whether each unit of a list finds its time: none is unknown, and the estimates are those of the units alone.
fn times(runner: Runner, listed: &[Unit], history: &History) -> Vec<u64> {
    let units: Vec<&Unit> = listed.iter().collect();
    let found = durations::durations(runner, &units, Some(history));
    found.iter().map(|duration| duration.map_or(0, |time| time.0.div_ceil(31_000_000))).collect()
}

#[test]
fn units_find_their_tests_in_the_history() {
    // 31 ms lie a little under a step.
    let cargo = recorded(&[("shop", "", "tests::adds", "", 31), ("cart", "", "adds", "", 62)]);
    assert_eq!(times(Runner::Cargo, &units(&["tests::adds", "adds", "new"]), &cargo), [1, 2, 0]);
    let unit = |binary: &str, name: &str| Unit { binary: binary.into(), name: name.into() };
    let listed =
        [unit("my-shop", "t"), unit("my-shop::cart", "t"), unit("my-shop::bin/tool", "t"), unit("x", "t")];
    let junit = recorded(&[
        ("my-shop", "my-shop", "t", "", 31),
        ("my-shop::cart", "my-shop::cart", "t", "", 62),
        ("my-shop::bin/tool", "my-shop::bin/tool", "t", "", 124),
    ]);
    assert_eq!(times(Runner::Nextest, &listed, &junit), [1, 2, 4, 0]);
    let events = recorded(&[
        ("my-shop::my_shop", "", "t", "", 31),
        ("my-shop::cart", "", "t", "", 62),
        ("my-shop::tool", "", "t", "", 124),
    ]);
    assert_eq!(times(Runner::Nextest, &listed, &events), [1, 2, 4, 0]);
    let pytest = recorded(&[
        ("pytest", "tests.unit.test_cart", "test_add[a::b[c]]", "", 31),
        ("pytest", "tests.unit.test_cart.TestTotal.TestInner", "test_x", "", 62),
        ("pytest", "test_top", "test_top", "", 31),
    ]);
    let nodes = [
        "tests/unit/test_cart.py::test_add[a::b[c]]",
        "tests/unit/test_cart.py::TestTotal::TestInner::test_x",
        "test_top.py",
        "tests/unit/test_cart.py",
        "tests/unit/test_car.py",
    ];
    assert_eq!(times(Runner::Pytest, &units(&nodes), &pytest), [1, 2, 1, 3, 0]);
    let jest = recorded(&[
        ("cart", "cart adds", "cart adds", "src/cart/add.test.js", 31),
        ("cart", "cart adds", "cart adds 2", "src/cart/add.test.js", 31),
        ("src/b c.spec.js", "", "b", "src\\b c.spec.js", 62),
    ]);
    let files = ["/builds/shop/src/cart/add.test.js", "/builds/shop/src/b c.spec.js", "/builds/add.test.js"];
    assert_eq!(times(Runner::Jest, &units(&files), &jest), [2, 2, 0]);
}

#[test]
fn each_program_is_told_its_shard() {
    let line = |runner: Runner, listing: &str| {
        let shards = split(runner, &parse_listing(runner, listing).unwrap(), 1, None);
        format!("{} {}\n", runner.run_command(), shards.line(&shards.shards[0]))
    };
    let lines: String = [
        line(Runner::Go, include_str!("../../testdata/listings/go-list.txt")),
        line(Runner::Cargo, include_str!("../../testdata/listings/cargo-terse.txt")),
        line(Runner::Nextest, include_str!("../../testdata/listings/nextest.txt")),
        line(Runner::Pytest, include_str!("../../testdata/listings/pytest.txt")),
        line(Runner::Pytest, "-a.py: 3\n"),
        line(Runner::Jest, include_str!("../../testdata/listings/jest.txt")),
    ]
    .concat();
    expect![[r#"
        go test example.com/shop example.com/shop/api example.com/shop/store
        cargo test --tests -- --exact adds tests::adds tests::deep::nested tests::slow whole
        cargo nextest run -E 'binary_id(=shop) & (test(=tests::adds) | test(=tests::deep::nested))' -E 'binary_id(=shop::cart) & (test(=adds) | test(=whole))'
        pytest test_top.py::test_top tests/unit/test_cart.py::TestTotal::TestInner::test_x tests/unit/test_cart.py::TestTotal::test_sum 'tests/unit/test_cart.py::test_add[$(id)'\'']' 'tests/unit/test_cart.py::test_add[1]' 'tests/unit/test_cart.py::test_add[\xe9]' 'tests/unit/test_cart.py::test_add[a b]' 'tests/unit/test_cart.py::test_add[a::b[c]]'
        pytest ./-a.py
        npx jest --runTestsByPath '/builds/shop/src/b c.spec.js' /builds/shop/src/cart/add.test.js
    "#]].assert_eq(&lines);
}

#[test]
fn no_argument_is_longer_than_a_system_takes() {
    let listed: Vec<Unit> = (0..20_000)
        .map(|number| Unit { binary: "b".into(), name: format!("tests::a_rather_long_name_{number}") })
        .collect();
    let shards = split(Runner::Nextest, &listed, 2, None);
    let arguments = shards.arguments(&shards.shards[0]);
    assert!(arguments.len() > 4 && arguments.iter().all(|argument| argument.len() < 100_000));
    let tests: usize = arguments.iter().map(|argument| argument.matches("test(=").count()).sum();
    assert_eq!(tests, 10_000);
}

/// The least that the longest shard can take, by trying every split.
fn best(times: &[u64], loads: &mut [u64]) -> u64 {
    let Some((first, rest)) = times.split_first() else {
        return loads.iter().max().copied().unwrap_or_default();
    };
    (0..loads.len())
        .map(|shard| {
            loads[shard] += first;
            let longest = best(rest, loads);
            loads[shard] -= first;
            longest
        })
        .min()
        .unwrap_or_default()
}

/// Packages that take so many milliseconds, or are not known.
fn timed(times: &[Option<u64>]) -> (Vec<Unit>, History) {
    let names: Vec<String> = (0..times.len()).map(|number| format!("example.com/p{number}")).collect();
    let known: Vec<_> = names
        .iter()
        .zip(times)
        .filter_map(|(name, time)| time.map(|time| (name.as_str(), "", "TestA", "", time)))
        .collect();
    (names.iter().map(|name| Unit::named(name)).collect(), recorded(&known))
}

proptest! {
    #[test]
    fn every_unit_is_assigned_once(times in prop::collection::vec(prop::option::of(0_u64..5000), 0..60), most in 0_usize..20) {
        let (listed, history) = timed(&times);
        let shards = split(Runner::Go, &listed, most, Some(&history));
        let assigned: Vec<&Unit> = shards.shards.iter().flat_map(|shard| &shard.units).collect();
        prop_assert_eq!(assigned.len(), listed.len());
        prop_assert_eq!(assigned.into_iter().collect::<BTreeSet<_>>(), listed.iter().collect::<BTreeSet<_>>());
        prop_assert_eq!(shards.shards.len(), most.max(1).min(listed.len()));
        prop_assert!(shards.shards.iter().all(|shard| !shard.units.is_empty()));
        prop_assert_eq!(shards.unknown, times.iter().filter(|time| time.is_none()).count());
        prop_assert_eq!(&split(Runner::Go, &listed, most, Some(&history)), &shards);
        // No machine waits while another has more than one unit that it could have had.
        let loads: Vec<u64> = shards.shards.iter().map(|shard| shard.estimate.0).collect();
        let total: u64 = loads.iter().sum();
        let units: Vec<&Unit> = listed.iter().collect();
        let known = durations::durations(Runner::Go, &units, Some(&history));
        let largest = known.iter().flatten().map(|time| time.0).max().unwrap_or(UNKNOWN.0);
        if let Some(longest) = loads.iter().max() {
            let count = loads.len() as u64;
            prop_assert!(longest * count <= total + (count - 1) * largest);
        }
    }

    #[test]
    fn it_is_within_four_thirds_of_the_best(times in prop::collection::vec(1_u64..5000, 1..8), most in 1_usize..4) {
        let (listed, history) = timed(&times.iter().copied().map(Some).collect::<Vec<_>>());
        let shards = split(Runner::Go, &listed, most, Some(&history));
        let units: Vec<&Unit> = listed.iter().collect();
        let known: Vec<u64> = durations::durations(Runner::Go, &units, Some(&history)).iter().flatten().map(|time| time.0).collect();
        let count = shards.shards.len();
        let best = best(&known, &mut vec![0; count]);
        let longest = shards.shards.iter().map(|shard| shard.estimate.0).max().unwrap();
        // (4/3 - 1/(3 m)) of the best, in whole numbers.
        prop_assert!(longest * 3 * count as u64 <= best * (4 * count as u64 - 1));
    }

    #[test]
    fn no_list_panics(text in "([a-z:./ {}\\[\\]\"0-9=>-]|\n|: test|::|    ){0,60}", runner in 0_usize..5) {
        if let Ok(units) = parse_listing(Runner::ALL[runner], &text) {
            let shards = split(Runner::ALL[runner], &units, 3, None);
            prop_assert!(shards.shards.iter().all(|shard| !shards.line(shard).contains('\n')));
        }
    }
}
