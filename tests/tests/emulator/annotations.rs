//! Fix-ups, paths, messages and the ten places.

use expect_test::expect;
use gatewright_tests::emulator::annotations::shown_path;
use gatewright_tests::emulator::{Fixup, Kind, Level, Os, Part, Reason, Setting, Stream, judge};

use super::{composite, messages, prints, shown, step, text, texts};

fn fixed(properties: &str) -> (String, Vec<Fixup>) {
    let shown = shown(&format!("::error file=a,{properties}::m"));
    (text(&shown.annotations[0]), shown.fixups)
}

#[test]
fn lines_and_columns_are_fixed_up_in_order() {
    use Fixup::{
        ColumnFromEndColumn, ColumnsBackwards, ColumnsOverLines, ColumnsWithoutLine, LineFromEndLine,
        LinesBackwards,
    };
    for (properties, annotation, fixups) in [
        ("line=1", "error a 1: m", &[][..]),
        ("line=1,endLine=2", "error a 1-2: m", &[]),
        ("line=1,endLine=1,col=2,endColumn=2", "error a 1-1 col 2-2: m", &[]),
        ("line=1,col=2", "error a 1 col 2: m", &[]),
        ("endLine=3", "error a 3-3: m", &[LineFromEndLine]),
        ("endLine=3,col=1", "error a 3-3 col 1: m", &[LineFromEndLine]),
        ("line=1,endColumn=4", "error a 1 col 4-4: m", &[ColumnFromEndColumn]),
        ("endColumn=4", "error a 0: m", &[ColumnFromEndColumn, ColumnsWithoutLine]),
        ("col=4,endColumn=5", "error a 0: m", &[ColumnsWithoutLine]),
        ("line=1,endLine=2,col=1", "error a 1-2: m", &[ColumnsOverLines]),
        ("line=7,endLine=07,col=1", "error a 7-7: m", &[ColumnsOverLines]),
        ("line=2,endLine=1", "error a 0: m", &[LinesBackwards]),
        ("line=2,endLine=1,col=1", "error a 0: m", &[ColumnsOverLines, LinesBackwards]),
        ("line=1,col=5,endColumn=4", "error a 1: m", &[ColumnsBackwards]),
        ("line=x,endLine=2", "error a 2-2: m", &[LineFromEndLine]),
        ("line=x", "error a 0: m", &[]),
        ("line=1,col=x,endColumn=3", "error a 1 col 3-3: m", &[ColumnFromEndColumn]),
        ("line=1,endLine=x,col=2", "error a 1 col 2: m", &[]),
        ("line= +5 ", "error a 5: m", &[]),
        ("line=99999999999", "error a 0: m", &[]),
        ("line=1.5", "error a 0: m", &[]),
    ] {
        assert_eq!(fixed(properties), (annotation.to_owned(), fixups.to_vec()), "{properties}");
    }
}

#[test]
fn a_place_is_the_log_line_without_file_and_line() {
    assert_eq!(
        texts(&shown("one\n::error::a\n::error line=3::b\n::error file=f::c\n::error line=0::d")),
        ["error @2: a", "error 3: b", "error f 0: c", "error 0 @5: d"]
    );
}

#[test]
fn the_workspace_is_cut_off_as_text() {
    let path = |os: Os, workspace: &str, file: &str| {
        shown_path(file, &Setting { os, workspace: workspace.to_owned(), ..Setting::default() })
    };
    for (os, workspace, file, expected) in [
        (Os::Linux, "/w/repo", "/w/repo/src/a.rs", "src/a.rs"),
        (Os::Linux, "/w/repo/", "/w/repo/src/a.rs", "src/a.rs"),
        (Os::Linux, "/w/repo", "/w/repo-two/a.rs", "/w/repo-two/a.rs"),
        (Os::Linux, "/w/repo", "/w/repo", "/w/repo"),
        (Os::Linux, "/w/repo", "/w/Repo/a.rs", "/w/Repo/a.rs"),
        (Os::MacOs, "/w/repo", "/w/Repo/a.rs", "a.rs"),
        (Os::Linux, "/w/repo", "./src/a.rs", "./src/a.rs"),
        (Os::Linux, "/w/repo", "/w/repo/x/../a.rs", "x/../a.rs"),
        (Os::Linux, "/w/repo", "src\\a.rs", "src\\a.rs"),
        (Os::Linux, "/w/repo", "/w/repo/src\\a.rs", "src\\a.rs"),
        (Os::Linux, "/w/repo", "/w/./repo/a.rs", "/w/./repo/a.rs"),
        (Os::Windows, "D:\\a\\repo", "D:\\a\\repo\\src\\a.rs", "src/a.rs"),
        (Os::Windows, "D:\\a\\repo", "d:/A/repo/src/a.rs", "src/a.rs"),
        (Os::Windows, "D:\\a\\repo", "src/a.rs", "src/a.rs"),
        (Os::Windows, "D:\\a\\repo", "src\\a.rs", "src\\a.rs"),
        (Os::Windows, "D:\\a\\repo", "src/sub\\a.rs", "src/sub/a.rs"),
        (Os::Windows, "D:\\a\\repo", "E:\\x\\a.rs", "E:\\x\\a.rs"),
    ] {
        assert_eq!(path(os, workspace, file), expected, "{os:?} {file}");
    }
}

#[test]
fn a_containers_path_is_translated_first() {
    let mounts = [("/__w", "/builds/work"), ("/github/home", "/builds/work/_temp/home")];
    let setting = Setting {
        container: mounts.map(|(inside, outside)| (inside.to_owned(), outside.to_owned())).to_vec(),
        ..Setting::default()
    };
    assert_eq!(shown_path("/__w/repo/repo/src/a.rs", &setting), "src/a.rs");
    assert_eq!(shown_path("/__work/a.rs", &setting), "/__work/a.rs");
    assert_eq!(shown_path("/github/home/a", &setting), "/builds/work/_temp/home/a");
}

#[test]
fn a_message_is_masked_and_then_cut_at_4096_units() {
    let setting = Setting { secrets: vec!["s".repeat(5000)], ..Setting::default() };
    let message = |text: &str| {
        let shown = judge(&prints(&format!("::error::{text}")), &setting);
        assert_eq!(shown.log[0].strip_prefix("##[error]"), Some(shown.annotations[0].message.as_str()));
        shown.annotations[0].message.clone()
    };
    assert_eq!(message(&format!("{}end", "s".repeat(5000))), "***end");
    assert_eq!(message(&"a".repeat(4096)).len(), 4096);
    assert_eq!(message(&"a".repeat(4097)), "a".repeat(4096));
    assert_eq!(message(&"😀".repeat(2049)), "😀".repeat(2048), "each takes two units");
    assert_eq!(message(&format!("a{}", "😀".repeat(2048))), format!("a{}\u{fffd}", "😀".repeat(2047)));
}

#[test]
fn a_blank_message_wastes_a_place() {
    let shown = shown(&format!("::error::\n::error:: %0A\n{}", "::error::x\n".repeat(9)));
    assert_eq!(shown.annotations.len(), 8);
    let reasons: Vec<_> = shown.dropped.iter().map(|dropped| dropped.reason).collect();
    assert_eq!(reasons, [Reason::Blank, Reason::Blank, Reason::KindCap]);
    assert_eq!(shown.log[..3], ["##[error] ", "", "##[error]x"]);
}

#[test]
fn ten_of_a_kind_first_come_first_kept() {
    let mut printed = String::new();
    for number in 1..=12 {
        printed += &format!("::error::e{number}\n::warning::w{number}\n::notice::n{number}\n");
    }
    let shown = shown(&printed);
    let count = |level: Level| shown.annotations.iter().filter(|kept| kept.level == level).count();
    assert_eq!([Level::Error, Level::Warning, Level::Notice].map(count), [10; 3]);
    let dropped: Vec<_> = shown.dropped.iter().map(|dropped| dropped.annotation.message.as_str()).collect();
    assert_eq!(dropped, ["e11", "w11", "n11", "e12", "w12", "n12"]);
    assert_eq!(shown.log.len(), 36, "all of them are in the log");
}

#[test]
fn inner_steps_of_a_composite_share_the_places() {
    let part = |text: &str| prints(&text.repeat(4)).parts.remove(0);
    let parts = vec![part("::error::a\n"), part("::error::b\n"), part("::error::c\n::warning::w\n")];
    let shown = judge(&composite(parts), &Setting::default());
    assert_eq!(messages(&shown).concat(), "aaaabbbbcwcwww");
    assert_eq!(shown.dropped.len(), 2);
}

#[test]
fn an_exit_status_adds_an_error_except_for_node() {
    let ends = |kind: Kind, errors: usize| {
        let printed = vec![(Stream::Stdout, "::error::x\n".repeat(errors).into_bytes())];
        let shown =
            judge(&step(Part { kind, printed, exit_code: 3, ..Part::default() }), &Setting::default());
        assert_eq!(shown.why, ["exit code 3"]);
        messages(&shown).iter().skip(errors).map(|&message| message.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ends(Kind::Run, 9), ["Process completed with exit code 3."]);
    assert_eq!(ends(Kind::Run, 10), [""; 0], "dropped, where ten errors of ours came before");
    assert_eq!(ends(Kind::Docker, 0), ["Docker run failed with exit code 3"]);
    assert_eq!(ends(Kind::Node, 0), [""; 0]);
}

#[test]
fn the_verdict_is_stable_json() {
    let mut step =
        prints("::error file=a.rs,line=1,endLine=2,title=T%3A::m%0An\n::warning::\n::add-mask::hush\n");
    step.parts[0].files.output = b"verdict=fail\n".to_vec();
    step.parts[0].files.summary = b"# Summary\n".to_vec();
    step.parts[0].exit_code = 1;
    let json = serde_json::to_string_pretty(&judge(&step, &Setting::default())).unwrap();
    expect![[r###"
        {
          "result": "failure",
          "why": [
            "exit code 1"
          ],
          "annotations": [
            {
              "level": "error",
              "message": "m\nn",
              "file": "a.rs",
              "line": 1,
              "endLine": 2,
              "title": "T:"
            },
            {
              "level": "error",
              "message": "Process completed with exit code 1.",
              "logLine": 3
            }
          ],
          "dropped": [
            {
              "reason": "blank",
              "level": "warning",
              "message": ""
            }
          ],
          "outputs": {
            "verdict": "fail"
          },
          "masks": [
            "hush"
          ],
          "summaries": [
            {
              "state": "accepted",
              "bytes": 10
            }
          ],
          "commands": [
            {
              "name": "error",
              "outcome": "obeyed"
            },
            {
              "name": "warning",
              "outcome": "obeyed"
            },
            {
              "name": "add-mask",
              "outcome": "obeyed"
            }
          ],
          "log": [
            "##[error]m",
            "n",
            "##[error]Process completed with exit code 1."
          ]
        }"###]]
    .assert_eq(&json);
}
