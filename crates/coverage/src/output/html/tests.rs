//! The HTML report without a browser: its parts, its escaping, the same bytes for the same values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::model::{Branch, BranchTally, Function, LineHits};
use crate::{Block, Grouping, Span};

type Written = BTreeMap<String, String>;

struct Content {
    picture: Picture,
    title: String,
    changed: BTreeMap<String, ChangedLines>,
    source: Option<String>,
    form: Form,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            picture: Picture::default(),
            title: "t".to_owned(),
            changed: BTreeMap::new(),
            source: None,
            form: Form::BySize,
        }
    }
}

impl Content {
    fn of(path: &str, file: FileCoverage) -> Self {
        Self { picture: [(path.to_owned(), file)].into_iter().collect(), ..Self::default() }
    }

    fn write(&self) -> Written {
        let points = [TrendPoint { label: self.title.clone(), ratio: Ratio::new(1, 2) }];
        let groups = [Group { kind: "flag", name: &self.title, totals: self.picture.totals() }];
        let report = HtmlReport {
            title: &self.title,
            subject: &[("commit", &self.title)],
            totals: self.picture.totals(),
            picture: &self.picture,
            patch: None,
            changed: &self.changed,
            baseline: Some(Baseline {
                name: &self.title,
                totals: Totals::default(),
                file: &|path| path.ends_with("old.rs").then(Totals::default),
            }),
            trend: &points,
            groups: &groups,
            minimum: "79.5".parse().ok(),
            blob: Some("https://example.org/blob/abc"),
            source: &|_| self.source.clone(),
            form: self.form,
        };
        let mut written = Written::new();
        let mut sink = |path: &str, bytes: Vec<u8>| {
            assert!(
                written.insert(path.to_owned(), String::from_utf8(bytes).unwrap()).is_none(),
                "{path} twice"
            );
            Ok(())
        };
        write_html(&report, &mut sink).unwrap();
        written
    }
}

/// What stands in the data element of this name.
fn element(page: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let rest = page.split_once(&start).unwrap().1;
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn line_file(lines: &[(u32, u64)]) -> FileCoverage {
    FileCoverage {
        lines: lines.iter().map(|(line, hits)| LineHits::new(*line, *hits)).collect(),
        ..FileCoverage::in_lines()
    }
}

#[test]
fn a_small_report_is_one_file() {
    let file = FileCoverage {
        branches: vec![Branch::numbered(1, 0, 0, Some(2)), Branch::numbered(1, 0, 1, None)],
        tallies: vec![BranchTally::new(2, 1, 2)],
        functions: vec![Function::new("f", Some(1), None, Grouping::ByName, 2)],
        ..line_file(&[(1, 2), (2, u64::MAX), (3, 0)])
    };
    let mut content = Content::of("src/a.rs", file);
    content.picture.insert("src/old.rs".to_owned(), line_file(&[(1, 0)]));
    content.source = Some("\u{feff}fn f() {\n}\n".to_owned());
    let ranges = vec![LineRange { first: 2, last: 9 }];
    content.changed.insert("src/a.rs".to_owned(), ChangedLines { ranges, ratio: None });
    let written = content.write();
    assert_eq!(written.keys().collect::<Vec<_>>(), ["index.html"]);
    let page = &written["index.html"];
    let index = element(page, "index");
    assert_eq!(index["totals"].to_string(), "[0,0,2,4,2,4,1,1]");
    assert_eq!(index["folders"].to_string(), r#"["src/"]"#);
    assert_eq!(
        index["files"].to_string(),
        r#"[[0,"a.rs",0,0,1,[0,0,2,3,2,4,1,1],[1,2],1],[0,"old.rs",0,1,1,[0,0,0,1,0,0,0,0],0,[0,0]]]"#
    );
    assert_eq!(index["minimum"].to_string(), "79.5");
    let pack = element(page, "pack0");
    assert_eq!(
        pack[0].to_string(),
        r#"{"b":[[1,1,2,"0,0",2,"0,1",null],[2,1,2]],"c":[2,9],"f":[[1,"f",2]],"h":[1,1,2,2,2,"18446744073709551615",3,3,0],"s":"fn f() {\n}\n"}"#
    );
    assert!(!page.contains("file:;") && page.contains("default-src 'none'"));
}

#[test]
fn a_large_report_is_a_folder_of_scripts_and_streams() {
    let mut content = Content { source: Some("x".repeat(60_000)), ..Content::default() };
    for number in 0..60 {
        content.picture.insert(format!("a/{number:03}.rs"), line_file(&[(1, number)]));
    }
    let written = content.write();
    let scripts: Vec<_> = written.keys().filter(|path| path.starts_with("data/")).collect();
    assert_eq!(scripts.len(), 12);
    for path in scripts {
        let name = path.strip_prefix("data/").unwrap().strip_suffix(".js").unwrap();
        assert!(
            name.len() == 16 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            "{name}"
        );
        let script = written[path].strip_prefix(&format!("gatewright(\"{name}\",")).unwrap();
        assert!(serde_json::from_str::<Value>(script.strip_suffix(");\n").unwrap()).is_ok());
    }
    let index = element(&written["index.html"], "index");
    for file in index["files"].as_array().unwrap() {
        let pack = usize::try_from(file[2].as_u64().unwrap()).unwrap();
        let name = index["packs"][pack].as_str().unwrap();
        assert!(written.contains_key(&format!("data/{name}.js")));
    }
    assert_eq!(content.write(), written, "the same report is the same to the byte");
    content.form = Form::SingleFile;
    assert_eq!(content.write().len(), 1);
}

#[test]
fn names_that_differ_in_case_share_no_file() {
    let mut content = Content { form: Form::Folder, ..Content::default() };
    for path in ["src/A.rs", "src/a.rs", "CON", "a:b", "nul.txt", "../../etc/passwd"] {
        content.picture.insert(path.to_owned(), line_file(&[(1, 1)]));
    }
    let written = content.write();
    assert_eq!(written.len(), 2);
    assert!(
        written.keys().all(|path| path == "index.html" || path.starts_with("data/")),
        "{:?}",
        written.keys()
    );
}

#[test]
fn an_unreadable_source_is_counts_without_text() {
    let written = Content::of("a.rs", line_file(&[(3, 1), (4, 1), (5, 0)])).write();
    let pack = element(&written["index.html"], "pack0");
    assert!(pack[0]["s"].is_null());
    assert_eq!(pack[0]["h"].to_string(), "[3,4,1,5,5,0]");
}

#[test]
fn a_block_over_all_lines_stays_one_run() {
    let span = Span { start_line: 1, end_line: u32::MAX, start_column: 1, end_column: 9 };
    let file = FileCoverage { blocks: vec![Block::new(span, 1, 0)], ..FileCoverage::in_statements() };
    let written = Content::of("a.go", file).write();
    assert!(written["index.html"].len() < 100_000);
}

#[test]
fn nothing_at_all_is_a_page() {
    let written = Content::default().write();
    assert_eq!(element(&written["index.html"], "index")["files"].to_string(), "[]");
}

/// What ends scripts, opens comments, breaks strings, or reorders text.
const HOSTILE: &str =
    "</script><script>alert(1)</script><!--<script>\"'`\\\u{2028}\u{2029}\u{202e}\u{0}\r\n]]>&amp;${x}";

#[test]
fn hostile_text_ends_nothing() {
    let functions = vec![Function::new(HOSTILE, Some(1), None, Grouping::ByName, 1)];
    let branches = vec![Branch::labelled(1, HOSTILE, None)];
    let file = FileCoverage { branches, functions, ..line_file(&[(1, 1)]) };
    let plain = Content::of("a", file.clone()).write();
    let mut content = Content::of(HOSTILE, file);
    content.title = HOSTILE.to_owned();
    content.source = Some(HOSTILE.to_owned());
    let page = content.write().remove("index.html").unwrap();
    for tag in ["<script", "</script", "<!--", "<h1", "<title"] {
        assert_eq!(page.matches(tag).count(), plain["index.html"].matches(tag).count(), "{tag}");
    }
    assert!(!page.contains('\u{2028}') && !page.contains('\u{2029}') && !page.contains('\0'));
    let pack = element(&page, "pack0");
    assert_eq!(pack[0]["s"], HOSTILE);
    assert_eq!(pack[0]["f"][0][1], HOSTILE);
    assert_eq!(pack[0]["b"][0][3], HOSTILE);
    assert_eq!(element(&page, "index")["title"], HOSTILE);
}

#[test]
fn only_a_link_to_the_web_is_a_link() {
    let content = Content::default();
    let report = HtmlReport {
        title: "t",
        subject: &[],
        totals: Totals::default(),
        picture: &content.picture,
        patch: None,
        changed: &content.changed,
        baseline: None,
        trend: &[],
        groups: &[],
        minimum: None,
        blob: Some("javascript:alert(1)"),
        source: &|_| None,
        form: Form::BySize,
    };
    let mut page = String::new();
    write_html(&report, &mut |_, bytes| {
        page = String::from_utf8(bytes).unwrap();
        Ok(())
    })
    .unwrap();
    assert!(element(&page, "index").get("blob").is_none());
}

proptest! {
    #[test]
    fn any_text_is_a_text_of_json_and_of_scripts(text in "\\PC{0,30}|[<>&\"'\\\\/!\\-\u{0}-\u{1f}\u{7f}\u{2028}\u{2029}]{0,30}") {
        let mut out = String::new();
        data::text(&mut out, &text);
        prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        let breaks = ['<', '>', '&', '\u{2028}', '\u{2029}', '\n', '\r', '\0'];
        prop_assert!(!out.contains(breaks));
    }

    #[test]
    fn any_picture_is_a_report(picture in crate::laws::picture()) {
        let content = Content { picture, ..Content::default() };
        let page = content.write().remove("index.html").unwrap();
        let index = element(&page, "index");
        prop_assert_eq!(index["files"].as_array().unwrap().len(), content.picture.files().len());
    }
}
