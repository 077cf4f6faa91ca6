//! Places, columns, rules and secrets, put into one shape.

use std::sync::Arc;

use expect_test::{Expect, expect};
use gatewright_core::RepoPath;

use super::*;
use crate::model::{Alert, Rule};

/// One file, and a repository at `/srv/app`.
struct OneFile(&'static str);

impl Sources for OneFile {
    fn locate(&self, path: &str) -> Option<RepoPath> {
        let path = path.strip_prefix("/srv/app/").unwrap_or(path);
        RepoPath::new(path).ok().filter(|path| path.as_str() == "src/a b.go")
    }

    fn is_outside(&self, path: &str) -> bool {
        path.starts_with('/')
    }

    fn read(&self, path: &RepoPath) -> Option<Arc<[u8]>> {
        (path.as_str() == "src/a b.go").then(|| self.0.as_bytes().into())
    }
}

fn placed(uri: &str, base: Option<&str>) -> String {
    let place = Place { base: base.map(str::to_owned), ..Place::file(uri) };
    let alert = Alert { places: vec![place], ..Alert::default() };
    let mut run = Run { rules: vec![Rule::new("r")], alerts: vec![alert], ..Run::of("t", None, "") };
    run.bases = vec![("SRC".to_owned(), "file:///srv/app/src/".to_owned())];
    let mut faults = Faults::default();
    normalise(&mut run, &OneFile("x\n"), &mut faults);
    let alert = &run.alerts[0];
    let foreign = if faults.count(FaultKind::ForeignPath) > 0 { " foreign" } else { "" };
    let Some(place) = alert.places.first() else { return format!("none{foreign}:{}", alert.message) };
    let path = place.path.as_ref().map_or_else(|| format!("({})", place.uri), RepoPath::to_string);
    format!("{path}{foreign}")
}

#[test]
fn a_file_is_found_however_it_is_written() {
    for uri in
        ["src/a b.go", "./src/a%20b.go", "file:///srv/app/src/a%20b.go", "/srv/app/src/a b.go", "src\\a b.go"]
    {
        assert_eq!(placed(uri, None), "src/a b.go", "{uri}");
    }
    assert_eq!(placed("a%20b.go", Some("SRC")), "src/a b.go");
    assert_eq!(
        placed("src/a b.go", Some("%SRCROOT%")),
        "src/a b.go",
        "a base that nobody defines is the root"
    );
    assert_eq!(placed("/etc/passwd", None), "none foreign: (in /etc/passwd)");
    assert_eq!(placed("../../etc/passwd", None), "none foreign: (in /../../etc/passwd)");
    assert_eq!(placed("https://example.com/a", None), "none foreign: (in https://example.com/a)");
    assert_eq!(placed("C:\\x\\a.go", None), "(C:/x/a.go)");
    assert_eq!(placed("%zz", None), "(%zz)");
}

fn columns(kind: Columns, line: &'static str, start: u32, end: u32) -> String {
    let region =
        Region { start_line: 1, start_column: Some(start), end_column: Some(end), ..Region::default() };
    let alert = Alert { places: vec![Place::region("src/a b.go", region)], ..Alert::default() };
    let mut run =
        Run { columns: kind, rules: vec![Rule::new("r")], alerts: vec![alert], ..Run::of("t", None, "") };
    normalise(&mut run, &OneFile(line), &mut Faults::default());
    let region = run.alerts[0].places[0].region.clone().unwrap();
    format!("{:?} {:?}", region.start_column, region.end_column)
}

#[test]
fn columns_become_utf16() {
    let line = "é😀x = 1\n";
    assert_eq!(columns(Columns::Bytes, line, 7, 8), "Some(4) Some(5)");
    assert_eq!(columns(Columns::CodePoints, line, 3, 4), "Some(4) Some(5)");
    assert_eq!(columns(Columns::Utf16, line, 4, 5), "Some(4) Some(5)");
    assert_eq!(columns(Columns::Bytes, line, 4, 8), "None None", "in the middle of a character");
    assert_eq!(columns(Columns::Utf16, line, 3, 5), "None None", "in the middle of a pair");
    assert_eq!(columns(Columns::Bytes, line, 7, 99), "None None", "behind the line");
    assert_eq!(columns(Columns::Unusable, line, 1, 2), "None None");
    assert_eq!(columns(Columns::Utf16, "abc\n", 2, 2), "Some(2) None", "an empty region");
}

#[test]
fn lines_that_are_not_there_are_left_out() {
    let of = |start_line, end_line| {
        let region = Region { start_line, end_line, ..Region::default() };
        let alert = Alert { places: vec![Place::region("src/a b.go", region)], ..Alert::default() };
        let mut run = Run { rules: vec![Rule::new("r")], alerts: vec![alert], ..Run::of("t", None, "") };
        let mut faults = Faults::default();
        normalise(&mut run, &OneFile("1\n2\n3\n"), &mut faults);
        let region = run.alerts[0].places[0].region.as_ref();
        (region.map(|region| (region.start_line, region.end_line)), faults.count(FaultKind::BadRegion))
    };
    assert_eq!(of(3, None), (Some((3, None)), 0));
    assert_eq!(of(3, Some(4)), (Some((3, Some(3))), 0), "the line behind the last");
    assert_eq!(of(4, None), (None, 1));
}

/// What is left of a result of a scanner for secrets.
fn check_secret(message: &str, snippet: &str, expected: &Expect) {
    let region = Region { start_line: 1, snippet: Some(snippet.to_owned()), ..Region::default() };
    let mut place = Place::region("x", region);
    place.rest = vec![("contextRegion".into(), "{\"snippet\":{\"text\":\"hunter2hunter2\"}}".into())];
    let alert = Alert {
        message: message.to_owned(),
        places: vec![place],
        partial_fingerprints: vec![
            ("email".into(), "ada@example.com".into()),
            ("commitSha".into(), "1".into()),
        ],
        rest: vec![("codeFlows".into(), "[\"hunter2hunter2\"]".into())],
        properties: vec![("author".into(), "\"Ada\"".into()), ("x".into(), "\"hunter2hunter2\"".into())],
        ..Alert::default()
    };
    let rule = Rule { help: Some("as in hunter2hunter2".to_owned()), ..Rule::new("hardcoded-password") };
    let mut run = Run { rules: vec![rule], alerts: vec![alert], ..Run::of("any", None, "") };
    normalise(&mut run, &OneFile(""), &mut Faults::default());
    let text = format!("{run:?}");
    for part in ["hunter", "unter2", "example.com", "Ada"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
    expected.assert_eq(&run.alerts[0].message);
}

#[test]
fn a_secret_is_nowhere() {
    let snippet = "password = \"hunter2hunter2\"";
    check_secret(
        "Possible hardcoded password: 'hunter2hunter2'",
        snippet,
        &expect!["Possible hardcoded password: '[REDACTED]'"],
    );
    check_secret(
        "AWS key AKIA5EXAMPLE7Q2HZ3PX in src/deployment-2026/very_long_names/config.yaml",
        snippet,
        &expect!["AWS key [REDACTED] in src/deployment-2026/very_long_names/config.yaml"],
    );
    check_secret("it's hunter2hunter2, isn't it", snippet, &expect!["it's [REDACTED], isn't it"]);
}

#[test]
fn addresses_are_replaced_in_source() {
    let region = Region {
        start_line: 1,
        snippet: Some("# by ada@example.com, a@b, x@y.z1".to_owned()),
        ..Region::default()
    };
    let alert = Alert { places: vec![Place::region("x", region)], ..Alert::default() };
    let mut run = Run { rules: vec![Rule::new("r")], alerts: vec![alert], ..Run::of("t", None, "") };
    normalise(&mut run, &OneFile(""), &mut Faults::default());
    let snippet = run.alerts[0].places[0].region.as_ref().unwrap().snippet.as_deref();
    assert_eq!(snippet, Some("# by [REDACTED], a@b, x@y.z1"));
    assert!(
        run.rest
            .iter()
            .any(|(key, json)| key.as_ref() == "redactionTokens" && json.as_ref() == "[\"[REDACTED]\"]")
    );
}

#[test]
fn rules_say_what_github_wants() {
    let long = "x".repeat(2000);
    let rule = Rule {
        tags: (0..12).map(|tag| tag.to_string()).chain(["security".to_owned()]).collect(),
        full: Some(long),
        ..Rule::new("r")
    };
    let alert = Alert { message: "First sentence. Second.".to_owned(), ..Alert::default() };
    let mut run = Run { rules: vec![rule], alerts: vec![alert], ..Run::of("t", None, "no uri") };
    normalise(&mut run, &OneFile(""), &mut Faults::default());
    let rule = &run.rules[0];
    assert_eq!(rule.short.as_deref(), Some("First sentence."));
    assert_eq!(rule.full.as_ref().map(|full| full.chars().count()), Some(1024));
    assert_eq!((rule.tags.len(), rule.tags[0].as_str()), (10, "security"));
    assert!(rule.help.is_some() && run.tool.information_uri.is_none());
}
