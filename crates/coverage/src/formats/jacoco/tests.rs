//! What `JaCoCo` reports say, and each trap of them.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) -> Parsed {
    let parsed = parse_jacoco(&mut text.as_bytes()).unwrap();
    expected.assert_eq(&dump(&parsed));
    parsed
}

/// One source file `p/A.java` with these lines and counters.
fn source(lines: &str) -> String {
    format!(
        "<report><package name=\"p\"><sourcefile name=\"A.java\">\n{lines}\n</sourcefile></package></report>"
    )
}

#[test]
fn lines_arms_and_methods() {
    check(
        r#"<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="x"><sessioninfo id="a" start="1" dump="2"/>
<package name="com/example">
  <class name="com/example/A" sourcefilename="A.java">
    <method name="&lt;init&gt;" desc="()V" line="3"><counter type="INSTRUCTION" missed="0" covered="3"/><counter type="LINE" missed="0" covered="1"/><counter type="METHOD" missed="0" covered="1"/></method>
    <method name="run" desc="(I)V" line="5"><counter type="INSTRUCTION" missed="9" covered="0"/><counter type="METHOD" missed="1" covered="0"/></method>
    <method name="bare" desc="()V"><counter type="INSTRUCTION" missed="1" covered="1"/></method>
    <method name="none" desc="()V"/>
    <counter type="METHOD" missed="1" covered="2"/>
  </class>
  <class name="com/example/A$1" sourcefilename="A.java"><method name="run" desc="(I)V" line="5"><counter type="METHOD" missed="0" covered="1"/></method></class>
  <sourcefile name="A.java">
    <line nr="3" mi="0" ci="3" mb="0" cb="0"/>
    <line nr="5" mi="2" ci="4" mb="2" cb="0"/>
    <line nr="6" mi="9" ci="0" mb="1" cb="3"/>
    <counter type="LINE" missed="1" covered="2"/>
    <counter type="BRANCH" missed="3" covered="3"/>
    <counter type="METHOD" missed="1" covered="3"/>
  </sourcefile>
</package>
<counter type="LINE" missed="1" covered="2"/><counter type="BRANCH" missed="3" covered="3"/><counter type="METHOD" missed="1" covered="3"/>
</report>
"#,
        &expect![[r#"
            com/example/A.java (lines)
              flags
              lines 3:1 5:1 6:0
              branches 5: 0/2
              branches 6: 3/4
              function ?-? A.bare()V x1
              function 3-? A.<init>()V x1
              function 5-? A$1.run(I)V x1
              function 5-? A.run(I)V x0
              lines 2/3 branches 3/6 functions 3/4
            total lines 2/3 branches 3/6 functions 3/4
            complete
        "#]],
    );
}

#[test]
fn equal_files_of_two_modules_stay_two() {
    let package = |ci| {
        format!(
            "<package name=\"p\"><class name=\"p/A\" sourcefilename=\"A.java\"><method name=\"f\" desc=\"()V\" line=\"1\"><counter type=\"METHOD\" missed=\"0\" covered=\"{ci}\"/></method></class><sourcefile name=\"A.java\"><line nr=\"1\" mi=\"1\" ci=\"{ci}\"/></sourcefile></package>"
        )
    };
    let (one, two, three) = (package(0), package(1), package(2));
    let parsed = check(
        &format!(
            "<report><group name=\"all\"><group name=\"core\">{one}</group><group name=\"a &amp; b\">{two}</group></group>{three}<package name=\"\"><sourcefile name=\"Main.kt\"><line nr=\"1\" ci=\"1\"/></sourcefile></package></report>"
        ),
        &expect![[r#"
            Main.kt (lines)
              flags
              lines 1:1
              lines 1/1
            all/a & b/p/A.java (lines)
              flags
              lines 1:1
              function 1-? A.f()V x1
              lines 1/1 functions 1/1
            all/core/p/A.java (lines)
              flags
              lines 1:0
              function 1-? A.f()V x0
              lines 0/1 functions 0/1
            p/A.java (lines)
              flags
              lines 1:1
              function 1-? A.f()V x1
              lines 1/1 functions 1/1
            total lines 3/4 functions 2/3
            complete
        "#]],
    );
    let modules = [("all/a & b/p/A.java", "all/a & b"), ("all/core/p/A.java", "all/core")];
    let modules = modules.map(|(path, module)| (path.to_owned(), module.to_owned()));
    assert_eq!(parsed.places, Places::Packages { modules: modules.into() });
}

#[test]
fn lines_that_do_not_say_whether_they_ran_are_totals_only() {
    check(
        &source(
            "<line nr=\"1\"/>\n<line nr=\"2\" mb=\"1\" cb=\"1\"/>\n<counter type=\"LINE\" missed=\"1\" covered=\"1\"/><counter type=\"BRANCH\" missed=\"1\" covered=\"1\"/><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/>",
        ),
        &expect![[r#"
            p/A.java (lines)
              flags
              branches 2: 1/2
              summary only
              lines 1/2 branches 1/2 functions 1/1
            total lines 1/2 branches 1/2 functions 1/1
            1:27 summary-only: totals without lines
                | <sourcefile name=\"A.java\">
            complete
        "#]],
    );
    check(
        &source("<line nr=\"1\"/>"),
        &expect![[r#"
            p/A.java (lines)
              flags
              no data
            total no data
            1:27 malformed-record: lines that do not say whether they ran, and no counter does
                | <sourcefile name=\"A.java\">
            NOT COMPLETE
        "#]],
    );
    check(
        &source("<line nr=\"1\"/><line nr=\"2\" ci=\"1\"/>"),
        &expect![[r#"
            p/A.java (lines)
              flags
              lines 2:1
              lines 1/1
            total lines 1/1
            1:27 malformed-record: lines that do not say whether they ran, and no counter does
                | <sourcefile name=\"A.java\">
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn counters_that_differ_are_named() {
    check(
        r#"<report><package name="p">
<class name="p/A"><method name="f" desc="()V"><counter type="METHOD" missed="1" covered="0"/></method></class>
<class name="p/B" sourcefilename="B.java"><method name="f" desc="()V"><counter type="METHOD" missed="1" covered="0"/></method></class>
<sourcefile name="B.java"><line nr="1" mi="0" ci="1"/>
<counter type="LINE" missed="5" covered="5"/><counter type="METHOD" missed="0" covered="1"/></sourcefile></package>
<counter type="LINE" missed="1" covered="1"/><counter type="METHOD" missed="2" covered="0"/></report>"#,
        &expect![[r#"
            p/B.java (lines)
              flags
              lines 1:1
              function ?-? B.f()V x0
              lines 1/1 functions 0/1
            total lines 1/1 functions 0/1
            4:1 totals-differ: the file declares 5/10 lines, its units add up to 1/1
                | <sourcefile name=\"B.java\">
            4:1 totals-differ: the file declares 1/1 functions, its units add up to 0/1
                | <sourcefile name=\"B.java\">
            6:1 totals-differ: the report declares 1/2 lines, its units add up to 1/1, because some classes name no source file
                | <counter type=\"LINE\" missed=\"1\" covered=\"1\"/>
            6:1 totals-differ: the report declares 0/2 functions, its units add up to 0/1, because some classes name no source file
                | <counter type=\"LINE\" missed=\"1\" covered=\"1\"/>
            complete
        "#]],
    );
    check(
        &source("<line nr=\"1\" mi=\"0\" ci=\"1\"/><counter type=\"METHOD\" missed=\"1\" covered=\"2\"/>"),
        &expect![[r#"
            p/A.java (lines)
              flags
              lines 1:1
              declared lines 0/0 branches 0/0 functions 2/3
              lines 1/1 functions 2/3
            total lines 1/1 functions 2/3
            complete
        "#]],
    );
}

#[test]
fn what_is_broken_is_said_and_the_rest_is_read() {
    check(
        &source(
            "<line nr=\"0\" ci=\"1\"/><line ci=\"1\"/><line nr=\"2\" ci=\"x\"/>\n<line nr=\"3\" ci=\"1\" mb=\"\"/><line nr=\"4\" ci=\"1\"/><counter type=\"LINE\" missed=\"x\" covered=\"1\"/><counter type=\"LINE\"/>",
        ),
        &expect![[r#"
            p/A.java (lines)
              flags
              lines 4:1
              lines 1/1
            total lines 1/1
            2:11 line-zero: line 0: lines are counted from 1
                | <line nr=\"0\" ci=\"1\"/>
            2:22 malformed-record: a line without a number
                | <line ci=\"1\"/>
            2:53 malformed-record: the count is no number
                | <line nr=\"2\" ci=\"x\"/>
            3:25 undefined-value: a count without a value
                | <line nr=\"3\" ci=\"1\" mb=\"\"/>
            3:78 malformed-record: the count is no number
                | <counter type=\"LINE\" missed=\"x\" covered=\"1\"/>
            3:94 malformed-record: a counter without its numbers
                | <counter type=\"LINE\"/>
            3:94 malformed-record: a counter without its numbers
                | <counter type=\"LINE\"/>
            NOT COMPLETE
        "#]],
    );
    check(
        "<report><package name=\"p\"><sourcefile><line nr=\"1\" ci=\"1\"/></sourcefile>",
        &expect![[r#"
            total no data
            1:27 empty-name: a source file without a name
                | <sourcefile>
            1:73 truncated: the report ends inside of <package>
            NOT COMPLETE
        "#]],
    );
    check(
        "<coverage><package/></coverage>",
        &expect![[r#"
        total no data
        1:1 malformed-record: no root of JaCoCo
            | <coverage>
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn names_that_many_others_start_with_are_bounded() {
    let long = "x".repeat(MAX_PREFIX / 2);
    let source = "<sourcefile name=\"A.java\"><line nr=\"1\" ci=\"1\"/></sourcefile>";
    let package = |name: &str| format!("<package name=\"{name}\">{source}</package>");
    let text = format!(
        "<report><group name=\"{long}\">{}{}</group>{}</report>",
        package(&long),
        package("p"),
        package("p")
    );
    let parsed = parse_jacoco(&mut text.as_bytes()).unwrap();
    assert_eq!(parsed.diagnostics.count(Kind::OverlongLine), 1);
    assert!(!parsed.complete);
    let lengths: Vec<_> = parsed.picture.files().map(|(path, _)| path.len()).collect();
    assert_eq!(lengths, ["p/A.java".len(), long.len() + "/p/A.java".len()]);
}
