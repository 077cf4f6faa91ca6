//! The HTML report without a browser: its parts, its escaping, the same bytes for the same values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::output::tests::{HOSTILE, Run, collect, runs};
use crate::{Outcome, Results};

type Written = BTreeMap<String, String>;

fn nothing(_: TestId) -> TestNotes {
    TestNotes::default()
}

fn write(results: Results, title: &str, notes: &dyn Fn(TestId) -> TestNotes) -> Written {
    let evidence = Evidence::new(Vec::new(), results, &|path, _| gatewright_core::RepoPath::new(path).ok());
    let reasons = [title.to_owned()];
    let report = HtmlReport {
        title,
        verdict: "fail",
        headline: title,
        reasons: &reasons,
        subject: &[("commit", title)],
        evidence: &evidence,
        notes,
        blob: Some("https://example.org/blob/abc"),
    };
    let mut written = Written::new();
    let mut sink = |path: &str, bytes: Vec<u8>| {
        assert!(written.insert(path.to_owned(), String::from_utf8(bytes).unwrap()).is_none(), "{path} twice");
        Ok(())
    };
    write_html(&report, &mut sink).unwrap();
    written
}

/// What stands in the data element of this name.
fn element(page: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let rest = page.split_once(&start).unwrap().1;
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn sample() -> Vec<Run> {
    let mut fails =
        Run::new("pkg", "fails", Outcome::Failed).saying("E", "\n1 != 2\nmore", "- left\n+ right\n");
    fails.names[3] = "tests/a.py".to_owned();
    (fails.line, fails.duration) = (12, Some(crate::Nanoseconds(1_204_000_000)));
    fails.properties = [("owner", "core"), ("attachment", "a.png")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    vec![Run::new("pkg", "passes", Outcome::Passed), fails, Run::new("other", "later", Outcome::Skipped)]
}

#[test]
fn a_small_report_is_one_file() {
    let results = collect(&sample());
    let failing = results.failures[0].id;
    let notes = |id: TestId| TestNotes {
        is_new: true,
        standing: "it is new".to_owned(),
        quarantine: (id == failing).then(|| "core until 2030".to_owned()),
        history: (id == failing)
            .then(|| HistoryStrip { outcomes: vec![PastOutcome::Passed; 70], rate: "3 %".to_owned() }),
    };
    let written = write(results, "t", &notes);
    assert_eq!(written.keys().collect::<Vec<_>>(), ["index.html"]);
    let page = &written["index.html"];
    let index = element(page, "index");
    assert_eq!(index["counts"].to_string(), "[1,0,0,1,1]");
    assert_eq!(
        (index["outcomes"].to_string(), index["names"].to_string()),
        ("\"pfs\"".to_owned(), r#"["passes","fails","later"]"#.to_owned())
    );
    assert_eq!(index["times"].to_string(), "[-1,1204000,-1]");
    assert_eq!(index["history"].to_string(), "[-1,0,-1]");
    assert_eq!(index["histories"][0][0].as_str().map(str::len), Some(MOST_HISTORY));
    let row = &index["failures"][0];
    assert_eq!(
        row.as_array().map(|row| row[..6].to_vec()),
        serde_json::from_str(r#"[1,0,0,"1 != 2","tests/a.py:12",3]"#).ok()
    );
    assert_eq!(
        element(page, "pack0")[0].to_string(),
        r#"{"files":["a.png"],"gap":0,"head":"- left\n+ right\n","kind":"E","line":1,"message":"\n1 != 2\nmore","properties":[["owner","core"]],"quarantine":"core until 2030","report":"","runs":1,"standing":"it is new"}"#
    );
    assert!(!page.contains("file:;") && page.contains("default-src 'none'"));
    assert!(page.contains("<h2>failed: pkg › fails</h2>"), "without scripts there is the list of failures");
}

#[test]
fn many_words_are_scripts_beside_the_page() {
    let text = "x".repeat(4000);
    let runs: Vec<Run> = (0..400)
        .map(|number| {
            Run::new("s", &format!("test {number}"), Outcome::Failed).saying("E", &number.to_string(), &text)
        })
        .collect();
    let written = write(collect(&runs), "t", &nothing);
    let index = element(&written["index.html"], "index");
    let scripts: Vec<_> = written.keys().filter(|path| path.starts_with("data/")).collect();
    assert_eq!(index["packs"].as_array().map(Vec::len), Some(scripts.len()));
    assert!((5..9).contains(&scripts.len()), "{}", scripts.len());
    for (number, row) in index["failures"].as_array().unwrap().iter().enumerate() {
        let pack = usize::try_from(row[1].as_u64().unwrap()).unwrap();
        let name = index["packs"][pack].as_str().unwrap();
        let script =
            written[&format!("data/{name}.js")].strip_prefix(&format!("gatewright(\"{name}\",")).unwrap();
        let words: Value = serde_json::from_str(script.strip_suffix(");\n").unwrap()).unwrap();
        let slot = usize::try_from(row[2].as_u64().unwrap()).unwrap();
        assert_eq!(words[slot]["head"], text, "{number}");
    }
    assert!(written["index.html"].contains("'self' file:;"));
    assert_eq!(written, write(collect(&runs), "t", &nothing), "the same report is the same to the byte");
    let same: Vec<Run> = runs.into_iter().map(|run| run.saying("E", "m", &text)).collect();
    assert_eq!(write(collect(&same), "t", &nothing).len(), 3, "what says the same is written once");
}

#[test]
fn a_run_beyond_the_roster_lists_what_matters_and_says_so() {
    let mut runs = sample();
    for number in 0..2000 {
        let mut run = Run::new("s", &format!("test {number}"), Outcome::Passed);
        run.duration = Some(crate::Nanoseconds(number * 1_000_000));
        runs.push(run);
    }
    let written = write(collect(&runs), "t", &nothing);
    let index = element(&written["index.html"], "index");
    assert_eq!(index["cut"].to_string(), "[21,2003]");
    assert_eq!(index["names"][0], "fails");
    assert_eq!(index["counts"].to_string(), "[1,0,0,1,2001]");
}

#[test]
fn nothing_at_all_is_a_page() {
    let written = write(Results::default(), "t", &nothing);
    assert_eq!(element(&written["index.html"], "index")["names"].to_string(), "[]");
}

#[test]
fn hostile_text_ends_nothing() {
    let page = |text: &str| {
        let mut run = Run::new(text, text, Outcome::Failed).saying(text, text, text);
        run.names[1] = text.to_owned();
        run.properties = vec![(text.to_owned(), text.to_owned())];
        let notes = |_| TestNotes {
            is_new: true,
            standing: text.to_owned(),
            quarantine: Some(text.to_owned()),
            history: Some(HistoryStrip { outcomes: vec![PastOutcome::Failed], rate: text.to_owned() }),
        };
        write(collect(&[run]), text, &notes).remove("index.html").unwrap()
    };
    let (plain, hostile) = (page("a"), page(HOSTILE));
    for tag in ["<script", "</script", "<!--", "<h1", "<h2", "<title", "<x", "</noscript"] {
        assert_eq!(hostile.matches(tag).count(), plain.matches(tag).count(), "{tag}");
    }
    assert!(!hostile.contains(['\u{2028}', '\u{2029}', '\0', '\u{1b}']));
    let words = &element(&hostile, "pack0")[0];
    assert_eq!((&words["head"], &words["message"]), (&Value::from(HOSTILE), &Value::from(HOSTILE)));
    assert_eq!(element(&hostile, "index")["names"][0], HOSTILE);
}

proptest! {
    #[test]
    fn any_text_is_a_text_of_json_and_of_scripts(text in "\\PC{0,30}|[<>&\"'\\\\/!\\-\u{0}-\u{1f}\u{7f}\u{2028}\u{2029}]{0,30}") {
        let out = data::script_json(&text);
        prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        let breaks = ['<', '>', '&', '\u{2028}', '\u{2029}', '\n', '\r', '\0'];
        prop_assert!(!out.contains(breaks));
    }

    #[test]
    fn any_results_are_a_report(runs in runs()) {
        let results = collect(&runs);
        let (tests, failures) = (results.table.len(), results.failures.len());
        let page = write(results, "t", &nothing).remove("index.html").unwrap();
        let index = element(&page, "index");
        prop_assert_eq!(index["names"].as_array().unwrap().len(), tests);
        prop_assert_eq!(index["outcomes"].as_str().unwrap().len(), tests);
        prop_assert_eq!(index["failures"].as_array().unwrap().len(), failures);
    }
}
