//! LCOV as it is written: snapshots, and that what is read back has the same figures.

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::laws::picture;
use crate::model::{BranchTally, LineHits};
use crate::{Block, Grouping, LineView, Span, read};

fn written(picture: &Picture) -> String {
    let mut out = Vec::new();
    write_lcov(picture, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn file(path: &str, file: FileCoverage) -> Picture {
    [(path.to_owned(), file)].into_iter().collect()
}

#[test]
fn every_unit_has_its_records() {
    let coverage = FileCoverage {
        lines: vec![LineHits::new(1, 2), LineHits::new(2, 0), LineHits::new(5, u64::MAX)],
        branches: vec![
            Branch::numbered(1, 0, 1, Some(3)),
            Branch::numbered(1, 4, 0, None),
            Branch::labelled(2, "x > 1, y", Some(0)),
            Branch::labelled(2, "x > 1, z", Some(1)),
        ],
        tallies: vec![BranchTally::new(5, 1, 3)],
        functions: vec![
            Function::new("lost", None, None, Grouping::ByName, 1),
            Function::new("7,odd", Some(1), None, Grouping::ByName, 0),
            Function::new("f<int>", Some(3), None, Grouping::ByLine, 0),
            Function::new("f<char>", Some(3), None, Grouping::ByLine, 4),
        ],
        ..FileCoverage::in_lines()
    };
    expect![[r#"
        TN:
        SF:src/a.c
        FN:1,1,7,odd
        FN:1,lost
        FN:3,f<int>
        FNDA:0,7,odd
        FNDA:1,lost
        FNDA:4,f<int>
        FNF:3
        FNH:2
        BRDA:1,0,1,3
        BRDA:1,4,0,-
        BRDA:2,0,0,0
        BRDA:2,0,1,1
        BRDA:5,0,0,1
        BRDA:5,0,1,0
        BRDA:5,0,2,0
        BRF:7
        BRH:3
        DA:1,2
        DA:2,0
        DA:5,18446744073709551615
        LF:3
        LH:2
        end_of_record
    "#]]
    .assert_eq(&written(&file("src/a.c", coverage)));
}

#[test]
fn statements_become_the_lines_that_they_span() {
    let span = |start_line, end_line| Span { start_line, end_line, start_column: 1, end_column: 9 };
    let blocks = vec![Block::new(span(3, 5), 4, 1), Block::new(span(5, 6), 1, 0)];
    let coverage = FileCoverage { blocks, ..FileCoverage::in_statements() };
    expect![[r#"
        TN:
        SF:a.go
        DA:3,1
        DA:4,1
        DA:5,1
        DA:6,0
        LF:4
        LH:3
        end_of_record
    "#]]
    .assert_eq(&written(&file("a.go", coverage)));
}

#[test]
fn totals_without_lines_are_read_again() {
    let text = "TN:\nSF:a.x\nBRF:1\nBRH:0\nLF:0\nLH:0\nend_of_record\n";
    let read = read(&mut text.as_bytes()).unwrap();
    assert_eq!(read.picture.ratio(Unit::Branches), Ratio::new(0, 1));
    assert_eq!(written(&read.picture), text);
}

#[test]
fn a_name_can_not_begin_a_record() {
    let functions = vec![Function::new("f\nDA:9,9", Some(1), None, Grouping::ByName, 1)];
    let coverage = FileCoverage { functions, ..FileCoverage::in_lines() };
    let text = written(&file("a\r\nend_of_record\nSF:b", coverage));
    assert!(text.contains("SF:a\u{fffd}\u{fffd}end_of_record\u{fffd}SF:b\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("SF:") || line.starts_with("DA:")).count(), 1);
}

#[test]
fn a_block_over_all_lines_is_written_as_totals() {
    let span = Span { start_line: 1, end_line: u32::MAX, start_column: 1, end_column: 9 };
    let coverage = FileCoverage { blocks: vec![Block::new(span, 1, 1)], ..FileCoverage::in_statements() };
    expect![[r#"
        TN:
        SF:a.go
        LF:4294967295
        LH:4294967295
        end_of_record
    "#]]
    .assert_eq(&written(&file("a.go", coverage)));
}

proptest! {
    #[test]
    fn what_was_written_reads_the_same(picture in picture()) {
        // Declared totals are what no record can tell, and control characters in names are shown, not kept.
        let picture: Picture = picture
            .into_iter()
            .filter(|(path, file)| is_listed(file) && !path.chars().any(char::is_control))
            .map(|(path, file)| (path, FileCoverage { declared: None, ..file }))
            .collect();
        if picture.is_empty() {
            return Ok(());
        }
        let text = written(&picture);
        let back = read(&mut text.as_bytes()).unwrap();
        prop_assert!(back.complete, "{:?}\n{text}", back.diagnostics);
        let view = |file: &FileCoverage| -> LineView { file.line_view() };
        for (path, file) in picture.files() {
            let Some(same) = back.picture.file(path) else { return Err(TestCaseError::fail(format!("no {path}"))) };
            prop_assert_eq!(view(same), view(file), "{}", text);
            for unit in [Unit::Lines, Unit::Branches, Unit::Functions] {
                prop_assert_eq!(same.ratio(unit), file.ratio(unit), "{:?} of {}\n{}", unit, path, text);
            }
        }
        prop_assert_eq!(back.picture.files().len(), picture.files().len());
        // Written again it is the same to the byte.
        prop_assert_eq!(written(&back.picture), text);
    }
}
