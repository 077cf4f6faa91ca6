//! What Cobertura reports say, and each trap of them.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) {
    let parsed = parse_cobertura(&mut text.as_bytes()).unwrap();
    expected.assert_eq(&dump(&parsed));
}

/// One class of `src/a.py` with these lines.
fn class(lines: &str) -> String {
    format!(
        "<coverage><packages><package><classes>\n<class filename=\"src/a.py\"><lines>\n{lines}\n</lines></class>\n</classes></package></packages></coverage>\n"
    )
}

#[test]
fn a_file_is_all_its_classes_and_methods_repeat_lines() {
    check(
        r#"<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage complexity="NaN" line-rate="NaN" lines-valid="4" lines-covered="2" branches-valid="2" branches-covered="1">
  <sources><source> /app/src </source><source>
    C:\build &amp; more
  </source><source/></sources>
  <packages><package name="p" complexity="0.0"><classes>
    <class name="A" filename="A.java" complexity="NaN">
      <methods>
        <method name="&lt;init&gt;" signature="()V"><lines><line number="1" hits="3"/></lines></method>
        <method name="run" signature="(I)V"><lines><line number="3" hits="0"/><line number="2" hits="1"/></lines></method>
      </methods>
      <lines>
        <line number="1" hits="3"/>
        <line number="2" hits="1" branch="true" condition-coverage="50% (1/2)"/>
      </lines>
    </class>
    <class name="A$B" filename="A.java"><methods/><lines>
        <line number="2" hits="0"/>
        <line number="3" hits="0"/>
    </lines></class>
  </classes></package></packages>
</coverage>
"#,
        &expect![[r#"
            A.java (lines)
              lines 1:3 2:1 3:0
              branches 2: 1/2
              function 1-? <init>()V x3
              function 2-? run(I)V x1
              lines 2/3 branches 1/2 functions 2/2
            total lines 2/3 branches 1/2 functions 2/2
            3:1 totals-differ: the report declares 2/4 lines, its lines add up to 2/3, because it counts a line anew for each class or instance that names it
                | <coverage complexity=\"NaN\" line-rate=\"NaN\" lines-valid=\"4\" lines-covered=\"2\" branches-valid=\"2\" branches-covered=\"1\">
            complete
        "#]],
    );
}

#[test]
fn numbers_of_the_wild() {
    check(
        &class(
            r#"<line number="1" hits="1.0"/>
<line number="2" hits="9223372036854775808"/>
<line number="3" hits="99999999999999999999"/>
<line number="4" hits="-1"/>
<line number="5" hits="2e3"/>
<line number="0" hits="1"/>
<line number="-1" hits="1"/>
<line number="undefined" hits="1"/>
<line number="6" hits=""/>
<line number="7"/>
<line hits="7"/>
<line number="8" hits="x"/>
<line number="4294967296" hits="1"/>
<line number='9' hits='1' />"#,
        ),
        &expect![[r#"
            src/a.py (lines)
              lines 1:1 2:9223372036854775808 3:18446744073709551615 4:0 5:2000 9:1
              lines 5/6
            total lines 5/6
            5:24 overflowing-count: a count beyond 64 bits, read as the largest number
                | <line number=\"3\" hits=\"99999999999999999999\"/>
            6:24 negative-count: a count below zero, read as 0
                | <line number=\"4\" hits=\"-1\"/>
            8:15 line-zero: line 0: lines are counted from 1
                | <line number=\"0\" hits=\"1\"/>
            9:15 malformed-record: the line number is no number
                | <line number=\"-1\" hits=\"1\"/>
            10:15 undefined-value: a line number without a value
                | <line number=\"undefined\" hits=\"1\"/>
            11:24 undefined-value: a count without a value
                | <line number=\"6\" hits=\"\"/>
            12:1 malformed-record: a line without hits
                | <line number=\"7\"/>
            13:1 malformed-record: a line without a number
                | <line hits=\"7\"/>
            14:24 malformed-record: the count is no number
                | <line number=\"8\" hits=\"x\"/>
            15:15 malformed-record: the line number is no number
                | <line number=\"4294967296\" hits=\"1\"/>
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn branches_are_counted_however_they_are_written() {
    check(
        &class(
            r#"<line number="1" hits="1" branch="True" condition-coverage="100% (2/2)"/>
<line number="2" hits="1" branch="TRUE" condition-coverage="66.67% ( 2 / 3 )"/>
<line number="3" hits="1" branch="false" condition-coverage="50% (1/2)"/>
<line number="4" hits="1" condition-coverage="50% (1/2)"/>
<line number="5" hits="1" branch="true" missing-branches="6,exit"/>
<line number="6" hits="0" branch="true" missing-branches="7,9"/>
<line number="7" hits="1" branch="true"/>
<line number="8" hits="1" branch="true"><conditions><condition number="0" type="jump" coverage="50%"/><condition number="1" type="jump" coverage="100%"/></conditions></line>
<line number="9" hits="1" branch="true"><conditions><condition coverage="0.0%"/><condition coverage="0.5"/></conditions></line>
<line number="10" hits="1" branch="true" condition-coverage="0% (0/0)"/>
<line number="11" hits="1" branch="true" condition-coverage="200% (4/2)"/>
<line number="1" hits="5" branch="true" condition-coverage="25% (1/4)"/>"#,
        ),
        &expect![[r#"
            src/a.py (lines)
              lines 1:5 2:1 3:1 4:1 5:1 6:0 7:1 8:1 9:1 10:1 11:1
              branches 1: 2/4
              branches 4: 1/2
              branches 5: 1/3
              branches 6: 0/2
              branches 8: 3/4
              branches 9: 1/4
              branches 11: 2/2
              lines 10/11 branches 10/21
            total lines 10/11 branches 10/21
            complete
        "#]],
    );
}

#[test]
fn totals_that_differ_say_why_if_it_is_known() {
    let class = |lines: &str| format!("<class filename=\"a.hpp\">{lines}</class>");
    let line = "<methods/><lines><line number=\"1\" hits=\"1\"/></lines>";
    check(
        &format!("<coverage lines-valid=\"2\" lines-covered=\"2\">{0}{0}</coverage>", class(line)),
        &expect![[r#"
            a.hpp (lines)
              lines 1:1
              lines 1/1
            total lines 1/1
            1:1 totals-differ: the report declares 2/2 lines, its lines add up to 1/1, because it counts a line anew for each class or instance that names it
                | <coverage lines-valid=\"2\" lines-covered=\"2\">
            complete
        "#]],
    );
    let method = "<methods><method name=\"f\"><lines/></method></methods><lines/>";
    check(
        &format!(
            "<coverage lines-valid=\"3\" lines-covered=\"2\">{}{}</coverage>",
            class(line),
            class(method)
        ),
        &expect![[r#"
            a.hpp (lines)
              lines 1:1
              lines 1/1
            total lines 1/1
            1:1 totals-differ: the report declares 2/3 lines, its lines add up to 1/1, because the lines of some functions are not in it
                | <coverage lines-valid=\"3\" lines-covered=\"2\">
            complete
        "#]],
    );
    check(
        &format!(
            "<coverage lines-valid=\"9\" lines-covered=\"1\" branches-valid=\"0\" branches-covered=\"0\">{}</coverage>",
            class(line)
        ),
        &expect![[r#"
            a.hpp (lines)
              lines 1:1
              lines 1/1
            total lines 1/1
            1:1 totals-differ: the report declares 1/9 lines, its lines add up to 1/1
                | <coverage lines-valid=\"9\" lines-covered=\"1\" branches-valid=\"0\" branches-covered=\"0\">
            complete
        "#]],
    );
}

#[test]
fn classes_without_a_name_and_documents_of_another_kind() {
    check(
        "<coverage>\n <class name=\"x\"><lines><line number=\"1\" hits=\"1\"/></lines></class>\n <class filename=\" \"/>\n</coverage>",
        &expect![[r#"
            total no data
            2:2 empty-name: a class without a file name
                | <class name=\"x\">
            3:2 empty-name: a class without a file name
                | <class filename=\" \"/>
            NOT COMPLETE
        "#]],
    );
    check(
        "<project><class filename=\"a\"/></project>",
        &expect![[r#"
        total no data
        1:1 malformed-record: no root of Cobertura
            | <project>
        NOT COMPLETE
    "#]],
    );
    check(
        "",
        &expect![[r#"
        total no data
        1:1 truncated: the report has no element at all
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn what_is_broken_is_said_and_the_rest_is_read() {
    check(
        &class(
            r#"<line number="1" hits="1"/><line number="2 hits="1"/>
<line number=3 hits="1"/>
<line number="4" hits="1"></lone>
<line number="5" hits="1"/>
</line>
<line number="6" hits="1" <line number="7" hits="1"/>
<line number="8" hits="1/>
<line number="9" hits="1"/>< 3 <=>"#,
        ),
        &expect![[r#"
            src/a.py (lines)
              lines 1:1 4:1 7:1 9:1
              lines 4/4
            total lines 4/4
            3:51 malformed-record: an attribute without a value
                | <line number=\"2 hits=\"1\"/>
            4:14 malformed-record: the value of an attribute needs quotes
                | <line number=3 hits=\"1\"/>
            5:27 malformed-record: the end of no element
                | </lone>
            8:27 malformed-record: no attribute may start here
                | <line number=\"6\" hits=\"1\" 
            10:1 malformed-record: the value of an attribute has no end
                | <line number=\"8\" hits=\"1/>
            10:28 malformed-record: no tag starts like this
                | < 3 <=>
            10:32 malformed-record: no tag starts like this
                | <=>
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn a_report_that_is_cut_keeps_what_came_before() {
    let whole = class("<line number=\"1\" hits=\"1\"/>\n<line number=\"2\" hits=\"0\"/>");
    let at = whole.find("hits=\"0\"").unwrap();
    check(
        &whole[..at],
        &expect![[r#"
        src/a.py (lines)
          lines 1:1
          lines 1/1
        total lines 1/1
        4:1 truncated: the report ends inside of a tag
            | <line number=\"2\" 
        NOT COMPLETE
    "#]],
    );
    check(
        &whole[..at - 17],
        &expect![[r#"
        src/a.py (lines)
          lines 1:1
          lines 1/1
        total lines 1/1
        3:1 truncated: the report ends inside of <lines>
        NOT COMPLETE
    "#]],
    );
    check(
        &format!("{whole}<coverage/>\nrest\n"),
        &expect![[r#"
        src/a.py (lines)
          lines 1:1 2:0
          lines 1/2
        total lines 1/2
        7:1 malformed-record: a second root: one document is one report
            | <coverage/>
        8:1 malformed-record: text outside of the document's root
            | rest
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn names_are_decoded_and_nothing_grows() {
    check(
        r#"<!DOCTYPE coverage [
  <!-- don't -->
  <!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">
]>
<coverage><class filename="src/&lt;a&gt; &#233;&#xE9;&amp;lt;.py"><lines><line number="1" hits="1"/></lines></class>
<class filename="&lol2;/b.py"><lines><line number="1" hits="1"/></lines></class></coverage>"#,
        &expect![[r#"
            &lol2;/b.py (lines)
              lines 1:1
              lines 1/1
            src/<a> éé&lt;.py (lines)
              lines 1:1
              lines 1/1
            total lines 2/2
            1:1 entity-not-expanded: the document declares entities of its own; they are never expanded
                | <!DOCTYPE coverage [
            6:18 entity-not-expanded: an entity that XML itself does not know is left as it is
                | <class filename=\"&lol2;/b.py\">
            complete
        "#]],
    );
}

#[test]
fn scoverage_counts_statements() {
    check(
        r#"<scoverage statement-count="4"><packages><package name="p"><classes>
<class name="A" filename="p/A.scala"><methods><method name="p/A/f"><statements>
<statement source="/x/p/A.scala" start="10" end="20" line="3" branch="false" invocation-count="2" ignored="false"/>
<statement start="21" end="30" line="3" branch="true" invocation-count="0" ignored="false"/>
<statement start="31" end="40" line="4" branch="false" invocation-count="1" ignored="true"/>
<statement line="5" invocation-count="1"/>
<statement line="x" invocation-count="1"/>
</statements></method></methods></class></classes></package></packages></scoverage>"#,
        &expect![[r#"
            p/A.scala (statements)
              3.10,3.20 1 x2
              3.21,3.30 1 x0
              5.3,5.3 1 x1
              lines 3:2 5:1
              branch 3:21,30 Plain 0
              statements 2/3 lines 2/2 branches 0/1
            total statements 2/3 lines 2/2 branches 0/1
            7:18 malformed-record: the line number is no number
                | <statement line=\"x\" invocation-count=\"1\"/>
            NOT COMPLETE
        "#]],
    );
}
