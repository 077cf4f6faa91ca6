//! Line hashes, by the standard's SDK, which computes them in the same way as GitHub's own action does.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{LIMIT, valid};
use crate::command::{self, scrubbed};
use crate::copy;
use crate::e2e::Judge;

/// Files that hash in odd ways. One that begins with a byte-order mark is not among them: the SDK drops the mark, which
/// GitHub's action keeps, and so do we.
const FILES: [(&str, &str); 12] = [
    ("lf.txt", "alpha\nbeta\n\ngamma\n"),
    ("crlf.txt", "alpha\r\nbeta\r\n\r\ngamma\r\n"),
    ("cr.txt", "alpha\rbeta\r\rgamma\r"),
    ("mixed.txt", "alpha\nbeta\r\ngamma\rdelta\r\n\nend"),
    ("tabs.txt", "\talpha\n \t beta \t\n\t\t\n gam\tma"),
    ("unicode.txt", "é漢🙂\n🙂🙂\nﬁn\u{301}\n\u{2028}x\u{85}y\n"),
    ("nul.txt", "a\0b\nc\u{b}d\u{c}e\u{a0}f\n"),
    ("same.txt", "x = 1\nx = 1\nx = 1\n\nx = 1\n"),
    (
        "long.txt",
        "a line of more than a hundred units, which is how far the window of a line's hash reaches; this one does: 0123456789\nend\n",
    ),
    ("no-newline.txt", "only"),
    ("newline.txt", "\n"),
    ("spaced name é.txt", "a\nb\nc\n"),
];

/// Every line of every file has a result; the hash of each must be the SDK's.
pub(super) fn judge(judge: &Judge) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut results = Vec::new();
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text)?;
        // As SARIF counts lines: a line feed, a carriage return, or both.
        let lines =
            text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n').matches('\n').count() + 1;
        results.extend((1..=lines).map(|line| result(name, line)));
    }
    for (name, text) in random() {
        let lines = text.lines().count();
        fs::write(folder.path().join(&name), text)?;
        results.extend((1..=lines).map(|line| result(&name, line)));
    }
    let rule = json!({ "id": "made-up", "shortDescription": { "text": "Made up" } });
    let root = folder.path().canonicalize()?;
    let log = json!({ "version": "2.1.0", "runs": [{
        // Without it the SDK does not find the sources.
        "originalUriBaseIds": { "SRCROOT": { "uri": format!("file://{}/", root.display()) } },
        "tool": { "driver": { "name": "made-up", "rules": [rule] } },
        "results": results,
    }] });
    fs::write(folder.path().join("in.sarif"), serde_json::to_vec(&log)?)?;
    copy::commit(folder.path())?;
    let theirs = by_multitool(judge, folder.path())?;
    let ours = by_us(judge, folder.path())?;
    ensure!(ours.len() == results.len(), "{} results of {} came back", ours.len(), results.len());
    let mut count = 0;
    for (place, theirs) in &theirs {
        let found = ours.iter().find(|(other, _)| other == place);
        let (_, found) = found.with_context(|| format!("no result came back at {place:?}"))?;
        ensure!(found == theirs, "the hash at {place:?} is {found}, by the SDK it is {theirs}");
        count += 1;
    }
    ensure!(count == results.len(), "the SDK hashed {count} of {} lines", results.len());
    Ok(format!("{count} lines of {} files", FILES.len() + random().count()))
}

fn result(name: &str, line: usize) -> Value {
    let uri = name.replace(' ', "%20").replace('é', "%C3%A9");
    json!({ "ruleId": "made-up", "ruleIndex": 0, "message": { "text": format!("At {line}.") }, "locations": [{
        "physicalLocation": { "artifactLocation": { "uri": uri, "uriBaseId": "SRCROOT" }, "region": { "startLine": line } },
    }] })
}

/// Files of random words and line ends, the same in every run.
fn random() -> impl Iterator<Item = (String, String)> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    (0..20).map(move |number| {
        let pieces = ["x", "if (a) {", " ", "\t", "é", "🙂", "0", "return;", "}", "漢字"];
        let mut text = String::new();
        for _ in 0..=next(60) {
            for _ in 0..next(12) {
                text.push_str(pieces[next(pieces.len())]);
            }
            text.push_str(["\n", "\r\n"][next(2)]);
        }
        (format!("random-{number}.txt"), text)
    })
}

/// A place and the hash there.
type Hashed = ((String, u64), String);

fn by_multitool(judge: &Judge, folder: &Path) -> Result<Vec<Hashed>> {
    let mut rewrite = scrubbed(&valid::multitool_folder(judge)?.join("Sarif.Multitool"));
    rewrite.args(["rewrite", "in.sarif", "--insert", "RollingHashPartialFingerprints"]);
    rewrite.args(["--output", "theirs.sarif", "--log", "ForceOverwrite"]);
    command::stdout(rewrite.current_dir(folder), LIMIT)?;
    hashes(&folder.join("theirs.sarif"))
}

fn by_us(judge: &Judge, folder: &Path) -> Result<Vec<Hashed>> {
    let mut gate = scrubbed(&judge.binaries.join("security-sarif"));
    gate.args(["in.sarif", "--sarif-file", "ours.sarif"]);
    let finished = command::capture(gate.current_dir(folder), LIMIT)?;
    hashes(&folder.join("ours.sarif")).with_context(|| finished.stderr)
}

fn hashes(file: &Path) -> Result<Vec<Hashed>> {
    let log: Value = serde_json::from_slice(&fs::read(file)?)?;
    let results = log["runs"][0]["results"].as_array().context("no results")?;
    let of = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str()?.to_owned();
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str()?.to_owned();
        Some(((uri, place["region"]["startLine"].as_u64()?), hash))
    };
    Ok(results.iter().filter_map(of).collect())
}
