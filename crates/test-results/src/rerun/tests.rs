//! The commands, word by word: those for reports of real programs, and those for each language of names.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::model::{Detail, Occurrence, Outcome, Subject, TestName};
use crate::text::Excerpt;
use crate::{Collector, Sink};

/// Failures: suite, class, name, file.
fn failures(tests: &[(&str, &str, &str, &str)]) -> Vec<Failure> {
    let mut collector = Collector::default();
    collector.begin(0, "", None);
    for (suite, class, name, file) in tests {
        collector.take(&Occurrence::new(TestName { suite, class, name, file }, Outcome::Failed));
    }
    collector.finish().failures
}

fn commands(format: Format, failures: &[Failure]) -> Vec<Command> {
    rerun_commands(&failures.iter().map(|failure| (format, failure)).collect::<Vec<_>>())
}

fn shown(commands: &[Command]) -> String {
    let line = |command: &Command| {
        let Command { tool, command, covered, left_out } = command;
        let rest = if *left_out > 0 { format!(", {left_out} left out") } else { String::new() };
        format!("{tool} ({covered}{rest}): {command}\n")
    };
    commands.iter().map(line).collect()
}

fn check(format: Format, tests: &[(&str, &str, &str, &str)], expected: &Expect) {
    expected.assert_eq(&shown(&commands(format, &failures(tests))));
}

/// The commands for a report of a real program.
fn check_report(report: &[u8], expected: &Expect) {
    let mut collector = Collector::default();
    collector.begin(0, "", None);
    let parsed = crate::read(&mut &report[..], &mut collector).unwrap();
    expected.assert_eq(&shown(&commands(parsed.format, &collector.finish().failures)));
}

#[test]
fn reports_of_real_programs_are_recognised() {
    check_report(
        include_bytes!("../../testdata/go-test.json"),
        &expect![[r#"
        go test (1): go test example.com/demo/bad
        go test (1): go test example.com/demo/maine
        go test (1): go test -run '^TestSlow$' example.com/demo/slow
        go test (1): go test -run '^TestPanics$/^sub$' example.com/demo/panics
        go test (1): go test -run '^TestTable$/^two$' example.com/demo/pkg
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/cargo-test.json"),
        &expect![[r#"
        cargo test (3): cargo test -- --exact fails returns should
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/pytest.xml"),
        &expect![[r#"
        pytest (5): pytest test_demo.py::test_fails test_demo.py::test_fails_and_teardown_error 'test_demo.py::test_param[2]' test_demo.py::test_setup_error test_demo.py::test_teardown_error
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/pytest-collection-error.xml"),
        &expect![[r#"
        pytest (1): pytest test_import.py
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/node.xml"),
        &expect![[r#"
        node:test (2): node --test '--test-name-pattern=(fails|inner # with hash)$'
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/node.tap"),
        &expect![[r#"
        node:test (2): node --test '--test-name-pattern=(fails|inner # with hash)$'
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/surefire-DemoTest.xml"),
        &expect![[r#"
        Maven (4): mvn test -Dsurefire.failIfNoSpecifiedTests=false '-Dtest=org.demo.DemoTest#fails+flickers+rows+throwsError'
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/surefire-SetupTest.xml"),
        &expect![[r#"
        Maven (1): mvn test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=org.demo.SetupTest
    "#]],
    );
    check_report(
        include_bytes!("../../testdata/ctest.xml"),
        &expect![[r#"
        CTest (3): ctest -R '^(fails|missing|slow)$'
    "#]],
    );
    check_report(include_bytes!("../../testdata/test-more.tap"), &expect![[r""]]);
}

#[test]
fn go_takes_an_expression_for_each_level() {
    let package = "example.com/shop/store";
    check(
        Format::GoTest,
        &[
            (package, "", "TestPut", ""),
            (package, "", "TestGet", ""),
            ("example.com/shop", "", "TestOne", ""),
        ],
        &expect![[r#"
            go test (2): go test -run '^(TestGet|TestPut)$' example.com/shop/store
            go test (1): go test -run '^TestOne$' example.com/shop
        "#]],
    );
    check(
        Format::GoTest,
        &[
            (package, "", "TestPut/a_b/c", ""),
            (package, "", "TestPut/x(1)|$", ""),
            (package, "", "TestAll", ""),
        ],
        &expect![[r#"
            go test (3): go test -run '^TestAll$|^TestPut$/^a_b$/^c$|^TestPut$/^x\(1\)\|\$$' example.com/shop/store
        "#]],
    );
    check(
        Format::JUnit,
        &[(package, "store", "TestPut/a", "")],
        &expect![[r#"
        go test (1): go test -run '^TestPut$/^a$' example.com/shop/store
    "#]],
    );
}

#[test]
fn a_package_that_does_not_build_is_run_whole() {
    let mut tests = failures(&[("example.com/a", "", "TestA", ""), ("example.com/a", "", "(build)", "")]);
    tests[1].subject = Subject::OutsideTests;
    expect![[r#"
        go test (2): go test example.com/a
    "#]]
    .assert_eq(&shown(&commands(Format::GoTest, &tests)));
}

#[test]
fn each_program_is_told_in_its_own_language() {
    check(
        Format::Libtest,
        &[("cart", "", "tests::adds", ""), ("", "", "src/lib.rs - add (line 1)", "")],
        &expect![[r#"
            cargo test (1): cargo test -- --exact tests::adds
            cargo test (1): cargo test --doc
        "#]],
    );
    check(
        Format::Libtest,
        &[("shop::cart", "", "adds", "")],
        &expect![[r#"
        nextest (1): cargo nextest run -E '(package(=shop) & binary(=cart) & test(=adds))'
    "#]],
    );
    check(
        Format::JUnit,
        &[("shop::cart", "shop::cart", "adds", ""), ("shop", "shop", "tests::adds", "")],
        &expect![[r#"
            nextest (2): cargo nextest run -E '(binary_id(=shop) & test(=tests::adds)) | (binary_id(=shop::cart) & test(=adds))'
        "#]],
    );
    check(
        Format::JUnit,
        &[
            ("pytest", "tests.unit.test_cart.TestTotal.TestInner", "test_x", ""),
            ("pytest", "tests.unit.test_cart", "test_add[a b-it's]", ""),
            ("pytest", "Tests.Test_cart.TestTotal", "test_y", "Tests/Test_cart.py"),
        ],
        &expect![[r#"
            pytest (3): pytest Tests/Test_cart.py::TestTotal::test_y tests/unit/test_cart.py::TestTotal::TestInner::test_x 'tests/unit/test_cart.py::test_add[a b-it'\''s]'
        "#]],
    );
    check(
        Format::JUnit,
        &[
            ("cart", "cart adds (1) + $2", "cart adds (1) + $2", "src/cart/add.test.js"),
            ("b", "b", "b", "src/b c.spec.ts"),
        ],
        &expect![[r#"
            jest (2): npx jest --runTestsByPath 'src/b c.spec.ts' src/cart/add.test.js -t '(b|cart adds \(1\) \+ \$2)$'
        "#]],
    );
    check(
        Format::JUnit,
        &[("src/a.test.ts", "src/a.test.ts", "cart > adds", "")],
        &expect![[r#"
        vitest (1): npx vitest run src/a.test.ts -t '(cart adds)$'
    "#]],
    );
    check(
        Format::Mocha,
        &[("", "", "cart adds", "/w/test/cart.js")],
        &expect![[r#"
        mocha (1): npx mocha /w/test/cart.js --grep '^(cart adds)$'
    "#]],
    );
    check(
        Format::JUnit,
        &[
            ("org.demo.ATest", "org.demo.ATest", "one", ""),
            ("org.demo.ATest", "org.demo.ATest", "rows(int)[2]", ""),
            ("org.demo.BTest", "org.demo.BTest", "adds two numbers", ""),
            ("org.demo.BTest", "org.demo.BTest", "two", ""),
        ],
        &expect![[r#"
            Maven (4): mvn test -Dsurefire.failIfNoSpecifiedTests=false '-Dtest=org.demo.ATest#one+rows,org.demo.BTest'
        "#]],
    );
    check(
        Format::JUnit,
        &[("org.demo.ATest", "org.demo.ATest", "one()", "")],
        &expect![[r#"
        Gradle (1): ./gradlew test --tests org.demo.ATest.one
    "#]],
    );
    check(
        Format::Trx,
        &[
            ("", "Shop.Tests.Cart", "Adds", ""),
            ("", "Shop.Tests.Cart", "Rows(a: \"x|y\")", ""),
            ("", "", "no class", ""),
        ],
        &expect![[r#"
            dotnet test (2): dotnet test --filter 'FullyQualifiedName=Shop.Tests.Cart.Adds|FullyQualifiedName~Shop.Tests.Cart.Rows'
        "#]],
    );
    check(
        Format::Tap,
        &[("t/a b.t", "", "first", "")],
        &expect![[r#"
        prove (1): prove -v 't/a b.t'
    "#]],
    );
}

#[test]
fn rspec_is_told_the_line() {
    let mut tests = failures(&[("", "", "adds", "./spec/cart_spec.rb")]);
    tests[0].line = 12;
    expect![[r#"
        RSpec (1): rspec ./spec/cart_spec.rb:12
    "#]]
    .assert_eq(&shown(&commands(Format::RSpec, &tests)));
}

#[test]
fn where_it_is_not_sure_there_is_no_command() {
    for format in [Format::JUnit, Format::Ctrf, Format::Dart, Format::Tap, Format::Trx] {
        assert_eq!(commands(format, &failures(&[("some suite", "", "some test", "")])), []);
    }
    assert_eq!(commands(Format::JUnit, &failures(&[("s", "C", "t", "a.php")])), []);
    assert_eq!(commands(Format::GoTest, &failures(&[("", "", "TestA", "")])), []);
}

#[test]
fn what_finds_no_room_is_counted() {
    let names: Vec<String> =
        (0..2000).map(|number| format!("tests::a_test_with_a_long_name_{number}")).collect();
    let tests: Vec<_> = names.iter().map(|name| ("", "", name.as_str(), "")).collect();
    let all = commands(Format::Libtest, &failures(&tests));
    assert_eq!(all.len(), 1);
    assert!(all[0].command.len() <= MOST_LENGTH && all[0].covered > 50, "{}", all[0].covered);
    assert_eq!(all[0].covered + all[0].left_out, 2000);
    let packages: Vec<String> = (0..30).map(|number| format!("example.com/p{number}")).collect();
    let tests: Vec<_> = packages.iter().map(|package| (package.as_str(), "", "TestA", "")).collect();
    let all = commands(Format::GoTest, &failures(&tests));
    assert_eq!((all.len(), all[9].left_out), (MOST_COMMANDS, 20));
    assert!(all[..9].iter().all(|command| command.left_out == 0));
    // A name that can't be pasted safely is not: a control character, an invisible one, an option.
    let hostile = [
        ("", "", "a\u{1b}[2Jb", ""),
        ("", "", "a\u{202e}b", ""),
        ("", "", "--nocapture", ""),
        ("", "", "fine", ""),
    ];
    check(
        Format::Libtest,
        &hostile,
        &expect![[r#"
        cargo test (1, 3 left out): cargo test -- --exact fine
    "#]],
    );
}

#[test]
fn node_is_recognised_by_its_own_words() {
    let mut tests = failures(&[("", "", "adds (1)", "")]);
    let text = Excerpt::whole("location: '/w/a.test.mjs:4:1'\nfailureType: 'testCodeFailure'\n");
    tests[0].detail = Detail { text, ..Detail::default() };
    expect![[r#"
        node:test (1): node --test '--test-name-pattern=(adds \(1\))$'
    "#]]
    .assert_eq(&shown(&commands(Format::Tap, &tests)));
}

proptest! {
    #[test]
    fn no_failure_panics(number in 0..Format::ALL.len(), suite in "\\PC{0,12}", class in "[A-Za-z.:/ ]{0,12}", name in "\\PC{0,20}", file in "[a-z./-]{0,10}") {
        let tests = failures(&[(&suite, &class, &name, &file)]);
        for command in commands(Format::ALL[number], &tests) {
            prop_assert!(!command.command.contains('\n'));
            prop_assert!(command.covered <= 1);
        }
    }
}
