//! What Clover reports say, and each trap of them.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;
use crate::model::LineHits;

fn check(text: &str, expected: &Expect) {
    let parsed = parse_clover(&mut text.as_bytes()).unwrap();
    expected.assert_eq(&dump(&parsed));
}

/// One file `a.php` with these lines and metrics.
fn file(lines: &str) -> String {
    format!(
        "<coverage generated=\"1\"><project>\n<file name=\"a.php\">\n{lines}\n</file></project></coverage>"
    )
}

#[test]
fn files_of_projects_and_packages() {
    check(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1" clover="4.5.2">
  <project name="x" timestamp="1">
    <metrics statements="5" coveredstatements="4" conditionals="6" coveredconditionals="3" methods="1" coveredmethods="1" loc="9"/>
    <package name="p"><metrics statements="99"/>
      <file path="/src/p/A.java" name="A.java"><metrics loc="9" statements="4" coveredstatements="4" conditionals="6" coveredconditionals="3" methods="1" coveredmethods="1"/>
        <class name="A"><metrics statements="77"/></class>
        <line num="2" type="method" signature="run(List&lt;A&gt;) : int" count="2" complexity="1"/>
        <line num="3" type="stmt" count="2"/>
        <line num="4" type="stmt" count="1"/>
        <line num="4" type="cond" truecount="64" falsecount="0"/>
        <line num="4" type="stmt" count="1"/>
        <line num="4" type="cond" truecount="3" falsecount="5"/>
        <line num="5" type="cond" truecount="0" falsecount="0"/>
        <line num="6" type="other" count="1"/>
      </file>
    </package>
    <file name="b.java"><line num="1" type="stmt" count="0"/></file>
  </project>
  <testproject><file name="test.java"><line num="1" type="stmt" count="1"/></file></testproject>
</coverage>
"#,
        &expect![[r#"
            /src/p/A.java (statements)
              3.1,3.1 1 x2
              4.1,4.1 1 x1
              4.2,4.2 1 x1
              6.1,6.1 1 x1
              lines 3:2 4:64 5:0 6:1
              branches 4: 3/4
              branches 5: 0/2
              function 2-? run(List<A>) : int x2
              statements 4/4 lines 3/4 branches 3/6 functions 1/1
            b.java (statements)
              1.1,1.1 1 x0
              lines 1:0
              statements 0/1 lines 0/1
            total statements 4/5 lines 3/5 branches 3/6 functions 1/1
            complete
        "#]],
    );
}

#[test]
fn conditions_of_istanbul_are_statements_and_count_arms() {
    check(
        &file(
            "<metrics statements=\"3\" coveredstatements=\"2\" conditionals=\"7\" coveredconditionals=\"4\" methods=\"2\" coveredmethods=\"1\"/>\n<line num=\"1\" count=\"2\" type=\"cond\" truecount=\"3\" falsecount=\"1\"/>\n<line num=\"2\" count=\"0\" type=\"cond\" truecount=\"0\" falsecount=\"2\"/>\n<line num=\"3\" count=\"1\" type=\"cond\" truecount=\"1\" falsecount=\"0\"/>",
        ),
        &expect![[r#"
            a.php (statements)
              1.1,1.1 1 x2
              2.1,2.1 1 x0
              3.1,3.1 1 x1
              lines 1:2 2:0 3:1
              branches 1: 3/4
              branches 2: 0/2
              branches 3: 1/1
              declared lines 0/0 branches 0/0 functions 1/2
              statements 2/3 lines 2/3 branches 4/7 functions 1/2
            total statements 2/3 lines 2/3 branches 4/7 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn phpunit_writes_some_totals_only_and_lines_behind_the_end() {
    check(
        &file(
            "<line num=\"3\" type=\"method\" name=\"one\" count=\"1\"/>\n<line num=\"5\" type=\"method\" name=\"two\" count=\"1\"/>\n<line num=\"6\" type=\"stmt\" count=\"1\"/>\n<line num=\"7\" type=\"stmt\" count=\"0\"/>\n<line num=\"8\" type=\"stmt\" count=\"1\"/><line num=\"9\" type=\"method\" count=\"1\"/>\n<metrics loc=\"7\" statements=\"3\" coveredstatements=\"2\" conditionals=\"4\" coveredconditionals=\"1\" methods=\"2\" coveredmethods=\"1\"/>",
        ),
        &expect![[r#"
            a.php (statements)
              3.1,3.1 1 x1
              6.1,6.1 1 x1
              7.1,7.1 1 x0
              lines 3:1 6:1 7:0
              declared lines 0/0 branches 1/4 functions 0/0
              function 3-? one x1
              function 5-? two x1
              statements 2/3 lines 2/3 branches 1/4 functions 2/2
            total statements 2/3 lines 2/3 branches 1/4 functions 2/2
            8:1 totals-differ: the file declares 1/2 functions, its lines add up to 2/2, because it calls a method covered only if all of it ran
                | <metrics loc=\"7\" statements=\"3\" coveredstatements=\"2\" conditionals=\"4\" coveredconditionals=\"1\" methods=\"2\" coveredmethod…
            8:1 line-beyond-end: 2 entries behind line 7, the last one of the file
                | <metrics loc=\"7\" statements=\"3\" coveredstatements=\"2\" conditionals=\"4\" coveredconditionals=\"1\" methods=\"2\" coveredmethod…
            complete
        "#]],
    );
}

#[test]
fn statements_that_phpunit_hides_behind_methods_are_found() {
    let method = |line| format!("<line num=\"{line}\" type=\"method\" name=\"f\" count=\"{}\"/>", line % 2);
    let metrics = |statements| format!("<metrics statements=\"{statements}\" coveredstatements=\"1\"/>");
    let stmt = "<line num=\"4\" type=\"stmt\" count=\"1\"/>";
    for (statements, found) in [(1, vec![4]), (2, vec![4, 9]), (3, vec![3, 4, 9]), (4, vec![4])] {
        let text = file(&format!("{}{stmt}{}{}", method(3), method(9), metrics(statements)));
        let parsed = parse_clover(&mut text.as_bytes()).unwrap();
        let lines = parsed.picture.file("a.php").unwrap().lines().to_vec();
        assert_eq!(lines.iter().map(LineHits::line).collect::<Vec<_>>(), found);
    }
}

#[test]
fn what_is_broken_is_said_and_the_rest_is_read() {
    check(
        &file(
            "<line num=\"1\" type=\"stmt\"/><line type=\"stmt\" count=\"1\"/><line num=\"2\" type=\"cond\" truecount=\"1\"/>\n<line num=\"3\" type=\"stmt\" count=\"-1\"/><line num=\"4\" type=\"cond\" count=\"1\"/><line num=\"0\" type=\"stmt\" count=\"1\"/>",
        ),
        &expect![[r#"
            a.php (statements)
              3.1,3.1 1 x0
              4.1,4.1 1 x1
              lines 3:0 4:1
              statements 1/2 lines 1/2
            total statements 1/2 lines 1/2
            3:1 malformed-record: a line without a count
                | <line num=\"1\" type=\"stmt\"/>
            3:28 malformed-record: a line without a number
                | <line type=\"stmt\" count=\"1\"/>
            3:57 malformed-record: a line without a count
                | <line num=\"2\" type=\"cond\" truecount=\"1\"/>
            4:34 negative-count: a count below zero, read as 0
                | <line num=\"3\" type=\"stmt\" count=\"-1\"/>
            4:87 line-zero: line 0: lines are counted from 1
                | <line num=\"0\" type=\"stmt\" count=\"1\"/>
            NOT COMPLETE
        "#]],
    );
    check(
        "<coverage><project><file path=\"\"><line num=\"1\" type=\"stmt\" count=\"1\"/></file></project></coverage>",
        &expect![[r#"
            total no data
            1:20 empty-name: a file without a name
                | <file path=\"\">
            NOT COMPLETE
        "#]],
    );
    check(
        "<report/>",
        &expect![[r#"
        total no data
        1:1 malformed-record: no root of Clover
            | <report/>
        NOT COMPLETE
    "#]],
    );
    check(
        "<coverage><project><file name=\"a\"><line num=\"1\" type=\"stmt\" count=\"1\"/>",
        &expect![[r#"
            a (statements)
              1.1,1.1 1 x1
              lines 1:1
              statements 1/1 lines 1/1
            total statements 1/1 lines 1/1
            1:72 truncated: the report ends inside of <file>
            NOT COMPLETE
        "#]],
    );
}
