//! Cobertura as it is written: snapshots, what comes back, hostile names.

use expect_test::expect;

use super::*;
use crate::model::{Branch, BranchTally, LineHits};
use crate::{Block, Grouping, Span};

fn written(picture: &Picture) -> String {
    let mut out = Vec::new();
    write_cobertura(picture, 1_700_000_000, &mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "X")
}

fn sample() -> Picture {
    let first = FileCoverage {
        lines: vec![LineHits::new(1, 2), LineHits::new(2, 0), LineHits::new(5, u64::MAX)],
        branches: vec![Branch::numbered(1, 0, 0, Some(3)), Branch::numbered(1, 0, 1, None)],
        tallies: vec![BranchTally::new(5, 2, 3)],
        functions: vec![
            Function::new("lost", None, None, Grouping::ByName, 1),
            Function::new("f<int>", Some(2), None, Grouping::ByName, 0),
        ],
        ..FileCoverage::in_lines()
    };
    let span = Span { start_line: 3, end_line: 4, start_column: 1, end_column: 9 };
    let second = FileCoverage { blocks: vec![Block::new(span, 4, 1)], ..FileCoverage::in_statements() };
    [("src/a/a.c".to_owned(), first), ("main.go".to_owned(), second.clone()), ("src/z.go".to_owned(), second)]
        .into_iter()
        .collect()
}

#[test]
fn packages_are_folders_and_classes_are_files() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <coverage line-rate="0.8571" branch-rate="0.6000" lines-covered="6" lines-valid="7" branches-covered="3" branches-valid="5" complexity="0" version="gatewright X" timestamp="1700000000000">
        <sources><source>.</source></sources>
        <packages>
        <package name="." line-rate="1" branch-rate="0" complexity="0"><classes>
        <class name="main.go" filename="main.go" line-rate="1" branch-rate="0" complexity="0">
        <methods></methods>
        <lines>
        <line number="3" hits="1" branch="false"/>
        <line number="4" hits="1" branch="false"/>
        </lines></class>
        </classes></package>
        <package name="src" line-rate="1" branch-rate="0" complexity="0"><classes>
        <class name="z.go" filename="src/z.go" line-rate="1" branch-rate="0" complexity="0">
        <methods></methods>
        <lines>
        <line number="3" hits="1" branch="false"/>
        <line number="4" hits="1" branch="false"/>
        </lines></class>
        </classes></package>
        <package name="src/a" line-rate="0.6666" branch-rate="0.6000" complexity="0"><classes>
        <class name="a.c" filename="src/a/a.c" line-rate="0.6666" branch-rate="0.6000" complexity="0">
        <methods>
        <method name="lost" signature="" line-rate="1" branch-rate="0" complexity="0"><lines></lines></method>
        <method name="f&lt;int&gt;" signature="" line-rate="0" branch-rate="0" complexity="0"><lines><line number="2" hits="0"/></lines></method></methods>
        <lines>
        <line number="1" hits="2" branch="true" condition-coverage="50% (1/2)"/>
        <line number="2" hits="0" branch="false"/>
        <line number="5" hits="9223372036854775807" branch="true" condition-coverage="66% (2/3)"/>
        </lines></class>
        </classes></package>
        </packages>
        </coverage>
    "#]].assert_eq(&written(&sample()));
}

#[test]
fn nothing_measured_is_still_a_document() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <coverage line-rate="0" branch-rate="0" lines-covered="0" lines-valid="0" branches-covered="0" branches-valid="0" complexity="0" version="gatewright X" timestamp="1700000000000">
        <sources><source>.</source></sources>
        <packages>
        </packages>
        </coverage>
    "#]].assert_eq(&written(&Picture::default()));
}

#[test]
fn names_stay_inside_their_attributes() {
    let functions = vec![Function::new("operator<\"'&\u{0}", Some(1), None, Grouping::ByName, 1)];
    let file = FileCoverage { functions, lines: vec![LineHits::new(1, 1)], ..FileCoverage::in_lines() };
    let path = "a\"/><class name=\"x\u{1b}\n]]>/b<!--.c".to_owned();
    let text = written(&[(path, file)].into_iter().collect());
    assert_eq!(text.matches("<class ").count(), 1, "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\0') && !text.contains("<!--"), "{text}");
    assert!(text.contains("name=\"operator&lt;&quot;&#39;&amp;\u{fffd}\""), "{text}");
    // Outside of attributes there is no foreign text, so quotes come in pairs on every line.
    assert!(text.lines().all(|line| line.matches('"').count() % 2 == 0), "{text}");
}

#[test]
fn rates_are_floored() {
    let rates = [(0, 0), (0, 3), (2, 3), (99_999, 100_000), (3, 3)];
    assert_eq!(
        rates.map(|(covered, total)| rate(Ratio::new(covered, total))),
        ["0", "0", "0.6666", "0.9999", "1"]
    );
}

/// The content model and the required attributes of the DTD 04, as far as a document of ours can break them.
#[test]
fn the_document_has_the_shape_of_the_dtd() {
    let shape: &[(&str, &[&str], &[&str])] = &[
        (
            "coverage",
            &["sources", "packages"],
            &[
                "line-rate",
                "branch-rate",
                "lines-covered",
                "lines-valid",
                "branches-covered",
                "branches-valid",
                "complexity",
                "version",
                "timestamp",
            ],
        ),
        ("sources", &["source"], &[]),
        ("source", &[], &[]),
        ("packages", &["package"], &[]),
        ("package", &["classes"], &["name", "line-rate", "branch-rate", "complexity"]),
        ("classes", &["class"], &[]),
        ("class", &["methods", "lines"], &["name", "filename", "line-rate", "branch-rate", "complexity"]),
        ("methods", &["method"], &[]),
        ("method", &["lines"], &["name", "signature", "line-rate", "branch-rate", "complexity"]),
        ("lines", &["line"], &[]),
        ("line", &[], &["number", "hits"]),
    ];
    let text = written(&sample());
    let mut open: Vec<&str> = Vec::new();
    for tag in text.split('<').skip(2).map(|tag| tag.split_once('>').unwrap().0) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        let (_, _, required) = shape.iter().find(|(known, _, _)| *known == name).unwrap();
        for attribute in *required {
            assert!(tag.contains(&format!(" {attribute}=\"")), "<{tag}> has no {attribute}");
        }
        if let Some(parent) = open.last() {
            let children = shape.iter().find(|(known, _, _)| known == parent).unwrap().1;
            assert!(children.contains(&name), "<{name}> in <{parent}>");
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty());
}
