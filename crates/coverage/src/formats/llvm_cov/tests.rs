//! What exports hold, and what they should not.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&dump(&parse_llvm_cov(&mut text.as_bytes()).unwrap()));
}

/// An export of one element.
fn export(files: &str, functions: &str) -> String {
    format!(
        r#"{{"data":[{{"files":[{files}],"functions":[{functions}],"totals":{{}}}}],"type":"llvm.coverage.json.export","version":"3.1.0"}}"#
    )
}

fn summary(lines: (u32, u32), functions: (u32, u32), branches: (u32, u32)) -> String {
    let unit =
        |(covered, count): (u32, u32)| format!(r#"{{"count":{count},"covered":{covered},"percent":0.5}}"#);
    let (lines, functions, branches) = (unit(lines), unit(functions), unit(branches));
    format!(r#"{{"branches":{branches},"functions":{functions},"lines":{lines},"regions":{{"count":1}}}}"#)
}

fn file(name: &str, segments: &str, branches: &str, summary: &str) -> String {
    format!(
        r#"{{"branches":[{branches}],"expansions":[{{"x":[]}}],"filename":"{name}","segments":[{segments}],"summary":{summary}}}"#
    )
}

const SEGMENTS: &str =
    "[1,1,2,true,true,false],[2,3,0,true,true,false],[2,9,2,true,false,false],[3,2,0,false,false,false]";

#[test]
fn lines_branches_and_functions() {
    let branches = "[2,3,2,9,2,0,0,0,4],[1,5,1,9,0,0,0,0,4],[2,3,2,7,1,1,0,0,4]";
    let functions = r#"{"branches":[],"count":2,"filenames":["a.rs"],"name":"f","regions":[[1,1,3,2,2,0,0,0]]},
{"count":0,"filenames":["std.rs"],"name":"other","regions":[[1,1,3,2,2,0,0,0]]}"#;
    check(
        &export(&file("a.rs", SEGMENTS, branches, &summary((3, 3), (1, 1), (3, 6))), functions),
        &expect![[r#"
            a.rs (lines)
              lines 1:2 2:2 3:2
              branch 1:5,0 Plain -
              branch 1:5,1 Plain -
              branch 2:3,0 Plain 1
              branch 2:3,1 Plain 1
              branch 2:3,2 Plain 2
              branch 2:3,3 Plain 0
              declared lines 3/3 branches 3/6 functions 1/1
              function 1-? f x2
              lines 3/3 branches 3/6 functions 1/1
            total lines 3/3 branches 3/6 functions 1/1
            complete
        "#]],
    );
}

#[test]
fn instances_of_one_function_are_one() {
    let functions = r#"{"count":0,"filenames":["a.rs"],"name":"f::<i32>","regions":[[1,1,3,2,0,0,0,0]]},
{"count":2,"filenames":["a.rs"],"name":"f::<u8>","regions":[[1,1,3,2,2,0,0,0]]},
{"count":0,"filenames":["a.rs"],"name":"closure","regions":[[1,8,1,9,0,0,0,0]]}"#;
    let branches = "[2,3,2,9,2,0,0,0,4],[2,3,2,9,0,1,0,0,4]";
    check(
        &export(&file("a.rs", SEGMENTS, branches, &summary((3, 3), (1, 2), (2, 2))), functions),
        &expect![[r#"
            a.rs (lines)
              lines 1:2 2:2 3:2
              branch 2:3,0 Plain 2
              branch 2:3,1 Plain 1
              declared lines 3/3 branches 2/2 functions 1/2
              function 1-? f::<i32> x0 = f::<u8> x2
              function 1-? closure x0
              lines 3/3 branches 2/2 functions 1/2
            total lines 3/3 branches 2/2 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn a_function_is_where_its_first_region_of_code_is() {
    let functions = r#"{"count":1,"filenames":["macro.rs","a.rs"],"name":"f",
"regions":[[9,1,9,2,1,0,1,1],[5,1,5,9,1,0,1,3],[1,1,3,2,1,1,0,0],[7,1,7,2,1,0,0,0]]}"#;
    let files = [file("macro.rs", "", "", "{}"), file("a.rs", SEGMENTS, "", "{}")].join(",");
    check(
        &export(&files, functions),
        &expect![[r#"
            a.rs (lines)
              lines 1:2 2:2 3:2
              function 1-? f x1
              lines 3/3 functions 1/1
            macro.rs (lines)
              no data
            total lines 3/3 functions 1/1
            complete
        "#]],
    );
}

#[test]
fn totals_hold_and_differences_are_said() {
    let functions = r#"{"count":1,"filenames":["a.rs"],"name":"f","regions":[[1,1,3,2,1,0,0,0]]}"#;
    let text = export(&file("a.rs", SEGMENTS, "", &summary((3, 4), (2, 2), (0, 0))), functions);
    check(
        &text.replace("\"totals\":{}", &format!("\"totals\":{}", summary((9, 9), (2, 2), (0, 0)))),
        &expect![[r#"
            a.rs (lines)
              lines 1:2 2:2 3:2
              declared lines 3/4 branches 0/0 functions 2/2
              function 1-? f x1
              lines 3/4 functions 2/2
            total lines 3/4 functions 2/2
            1:189 totals-differ: the summary of a.rs declares 3/4 lines and holds, though its segments come to 3/3: llvm-cov adds up the lines of each function, and of several instances takes the larger numbers
            1:189 totals-differ: the summary of a.rs declares 2/2 functions and holds, though its functions come to 1/1
            1:458 totals-differ: `totals` declares 9/9 lines, the files come to 3/4
            complete
        "#]],
    );
}

#[test]
fn a_summary_alone() {
    let files = format!(r#"{{"filename":"a.rs","summary":{}}}"#, summary((3, 4), (1, 2), (0, 0)));
    let text = export(&files, "").replace("\"functions\":[],", "");
    check(
        &text,
        &expect![[r#"
        a.rs (lines)
          summary only
          lines 3/4 functions 1/2
        total lines 3/4 functions 1/2
        1:39 summary-only: totals of a.rs without lines
        complete
    "#]],
    );
}

#[test]
fn several_exports_in_one() {
    let one = file("a.rs", SEGMENTS, "[2,3,2,9,2,0,0,0,4]", &summary((3, 3), (0, 0), (1, 2)));
    let other = file("a.rs", SEGMENTS, "[2,3,2,9,0,5,0,0,4]", &summary((3, 3), (0, 0), (1, 2)));
    let third = file("b.rs", "", "", "{}");
    check(
        &format!(r#"{{"data":[{{"files":[{one}]}},{{"files":[{other},{third}]}}]}}"#),
        &expect![[r#"
            a.rs (lines)
              lines 1:4 2:4 3:4
              branch 2:3,0 Plain 2
              branch 2:3,1 Plain 5
              lines 3/3 branches 2/2
            b.rs (lines)
              no data
            total lines 3/3 branches 2/2
            1:400 repeated-key: this file was there before; both are united
            complete
        "#]],
    );
}

#[test]
fn functions_before_files() {
    let functions = r#"{"count":1,"filenames":["a.rs"],"name":"f","regions":[[1,1,3,2,1,0,0,0]]},
{"count":1,"filenames":["std.rs"],"name":"g","regions":[[1,1,3,2,1,0,0,0]]}"#;
    let file = file("a.rs", SEGMENTS, "", "{}");
    check(
        &format!(r#"{{"data":[{{"functions":[{functions}],"files":[{file}]}}]}}"#),
        &expect![[r#"
            a.rs (lines)
              lines 1:2 2:2 3:2
              function 1-? f x1
              lines 3/3 functions 1/1
            total lines 3/3 functions 1/1
            complete
        "#]],
    );
}

#[test]
fn odd_counts_and_malformed_records() {
    let segments = "[1,1,-3,true,true,false],[2,1,18446744073709551616,1,1,0],[3,1,1e3,true,true,false],[4,1,0],\
        [0,1,1,true,true,false],\"x\",[4,1,0,false,false,\"x\"]";
    let branches = "[1,1,1],[0,1,1,1,1,1],[1,1,1,2,\"x\",1]";
    let functions = r#"{"filenames":["a.rs"],"name":"f","regions":[[1,1,3,2,1,0,0,0]]},
{"count":1,"filenames":["a.rs"],"name":"g","regions":[[1,1,3,2,1,4294967295,0,0]]},
{"count":1,"filenames":[],"name":"h","regions":[]}, 7"#;
    let files = [
        file("a.rs", segments, branches, "{}"),
        r#"{"segments":[]}"#.to_owned(),
        r#"{"filename":"c.rs"}"#.to_owned(),
    ];
    check(
        &export(&files.join(","), functions),
        &expect![[r#"
            a.rs (lines)
              lines 1:0 2:18446744073709551615 3:18446744073709551615 4:1000
              lines 3/4
            c.rs (lines)
              no data
            total lines 3/4
            1:39 malformed-record: a branch without its place or its counts
                | {\"data\":[{\"files\":[{\"branches\":[[1,1,1],[0,1,1,1,1,1],[1,1,1,2,\"x\",1]],\"expansions\":[{\"x\":[]}],\"filename\":\"a.rs\",\"segm…
            1:53 malformed-record: a branch without its place or its counts
                | …iles\":[{\"branches\":[[1,1,1],[0,1,1,1,1,1],[1,1,1,2,\"x\",1]],\"expansions\":[{\"x\":[]}],\"filename\":\"a.rs\",\"segments\":[[1,1,-3…
            1:64 malformed-record: a value of another kind than expected
                | …anches\":[[1,1,1],[0,1,1,1,1,1],[1,1,1,2,\"x\",1]],\"expansions\":[{\"x\":[]}],\"filename\":\"a.rs\",\"segments\":[[1,1,-3,true,true,…
            1:69 malformed-record: a branch without its place or its counts
                | …s\":[[1,1,1],[0,1,1,1,1,1],[1,1,1,2,\"x\",1]],\"expansions\":[{\"x\":[]}],\"filename\":\"a.rs\",\"segments\":[[1,1,-3,true,true,false…
            1:131 negative-count: a count below zero, read as 0
                | …[]}],\"filename\":\"a.rs\",\"segments\":[[1,1,-3,true,true,false],[2,1,18446744073709551616,1,1,0],[3,1,1e3,true,true,false],[…
            1:156 overflowing-count: a count beyond 64 bits, read as the largest number
                | …egments\":[[1,1,-3,true,true,false],[2,1,18446744073709551616,1,1,0],[3,1,1e3,true,true,false],[4,1,0],[0,1,1,true,true,f…
            1:189 not-an-integer: a count that is not written as an integer
                | …],[2,1,18446744073709551616,1,1,0],[3,1,1e3,true,true,false],[4,1,0],[0,1,1,true,true,false],\"x\",[4,1,0,false,false,\"x\"]…
            1:216 malformed-record: half of a segment
                | …,1,1,0],[3,1,1e3,true,true,false],[4,1,0],[0,1,1,true,true,false],\"x\",[4,1,0,false,false,\"x\"]],\"summary\":{}},{\"segments\"…
            1:219 line-zero: line 0: lines are counted from 1
                | …1,0],[3,1,1e3,true,true,false],[4,1,0],[0,1,1,true,true,false],\"x\",[4,1,0,false,false,\"x\"]],\"summary\":{}},{\"segments\":[]…
            1:242 malformed-record: a value of another kind than expected
                | …,false],[4,1,0],[0,1,1,true,true,false],\"x\",[4,1,0,false,false,\"x\"]],\"summary\":{}},{\"segments\":[]},{\"filename\":\"c.rs\"}],…
            1:265 malformed-record: a value of another kind than expected
                | …true,true,false],\"x\",[4,1,0,false,false,\"x\"]],\"summary\":{}},{\"segments\":[]},{\"filename\":\"c.rs\"}],\"functions\":[{\"filename…
            1:285 empty-name: a file without a name
            1:301 malformed-record: c.rs without segments and without a summary
            1:335 malformed-record: a function without its count, its file or its place
            2:1 malformed-record: a function without its count, its file or its place
            3:53 malformed-record: a value of another kind than expected
                | …filenames\":[],\"name\":\"h\",\"regions\":[]}, 7],\"totals\":{}}],\"type\":\"llvm.coverage.json.export\",\"version\":\"3.1.0\"}
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn a_few_bytes_can_not_claim_all_lines() {
    let segments = "[1,1,1,true,true,false],[4294967295,1,0,false,false,false]";
    check(
        &export(&file("a.rs", segments, "", "{}"), ""),
        &expect![[r#"
            a.rs (lines)
              no data
            total no data
            1:77 malformed-record: segments over more lines than any source has
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn what_was_read_before_the_end_is_kept() {
    let files = file("a.rs", SEGMENTS, "", &summary((3, 3), (1, 1), (0, 0)));
    check(
        &format!(r#"{{"data":[{{"files":[{files},{{"filename":"b.rs","segments":[[1,"#),
        &expect![[r#"
        a.rs (lines)
          lines 1:2 2:2 3:2
          declared lines 3/3 branches 0/0 functions 1/1
          lines 3/3 functions 1/1
        total lines 3/3 functions 1/1
        1:403 truncated: the report ends in the middle of the document
            | …:1}}},{\"filename\":\"b.rs\",\"segments\":[[1,
        NOT COMPLETE
    "#]],
    );
}
