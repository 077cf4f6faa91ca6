//! Findings as scanners of a large repository write them: two tools' SARIF, a file before and after half of its paths were
//! renamed, and a long source file.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;

use super::{Input, Numbers, made_once};
use crate::total::Total;

/// Results of each file: as many as GitHub reads of one run.
pub(in crate::bench) const RESULTS: u32 = 25_000;

/// Results of a source file.
const RESULTS_PER_FILE: u32 = 20;

/// What a made file is to hold.
struct Wanted<'a> {
    tool: &'a str,
    /// The seed of what is found.
    seed: u64,
    /// What the path of a source file is.
    path: fn(u32) -> String,
}

/// `a.sarif` and, beside it, `b.sarif`, of two tools. All results count.
pub(in crate::bench) fn two_tools(folder: &Path) -> Result<Input> {
    let of = |name: &str, tool: &str, seed| {
        let wanted =
            Wanted { tool, seed, path: |file| format!("internal/pkg{:03}/source_{file}.go", file / 10) };
        made_once(&folder.join(name), |out| sarif(out, &wanted))
    };
    let (first, second) = (of("a.sarif", "first-scanner", 1)?, of("b.sarif", "second-scanner", 2)?);
    let total = Total { covered: u64::from(2 * RESULTS), total: u64::from(2 * RESULTS) };
    Ok(Input { bytes: first.bytes + second.bytes, total, word: "results", ..first })
}

/// `now.sarif` and, beside it, `before.sarif`, in which every second file is called otherwise. None of the results is new.
pub(in crate::bench) fn renamed(folder: &Path) -> Result<Input> {
    let of = |name: &str, path| {
        made_once(&folder.join(name), |out| sarif(out, &Wanted { tool: "scanner", seed: 3, path }))
    };
    let before = of("before.sarif", |file| format!("internal/pkg{:03}/source_{file}.go", file / 10))?;
    let now = of("now.sarif", |file| {
        let folder = if file % 2 == 0 { "internal" } else { "moved" };
        format!("{folder}/pkg{:03}/source_{file}.go", file / 10)
    })?;
    let bytes = before.bytes + now.bytes;
    Ok(Input { bytes, word: "results known from before", ..now })
}

fn sarif(out: &mut impl Write, wanted: &Wanted<'_>) -> Result<Total> {
    let mut numbers = Numbers(wanted.seed);
    let tool = wanted.tool;
    write!(
        out,
        "{{\n  \"version\": \"2.1.0\",\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"runs\": [{{\n    \
         \"automationDetails\": {{ \"id\": \"{tool}/\" }},\n    \"columnKind\": \"utf16CodeUnits\",\n    \
         \"tool\": {{ \"driver\": {{ \"name\": \"{tool}\", \"version\": \"1.2.3\", \"rules\": ["
    )?;
    for rule in 0..40 {
        let comma = if rule > 0 { "," } else { "" };
        write!(
            out,
            "{comma}\n      {{ \"id\": \"G{rule:03}\", \"shortDescription\": {{ \"text\": \"The rule {rule} of this tool.\" }}, \
             \"defaultConfiguration\": {{ \"level\": \"warning\" }}, \"properties\": {{ \"tags\": [\"security\"], \
             \"security-severity\": \"{}.5\" }} }}",
            rule % 9 + 1
        )?;
    }
    write!(out, "\n    ] }} }},\n    \"results\": [")?;
    for index in 0..RESULTS {
        let (rule, comma) = (numbers.below(40), if index > 0 { "," } else { "" });
        let line = u64::from(index % RESULTS_PER_FILE) * 37 + numbers.below(30) + 1;
        let path = (wanted.path)(index / RESULTS_PER_FILE);
        let hash = numbers.below(1 << 31) << 31 | numbers.below(1 << 31);
        let function = numbers.below(900);
        write!(
            out,
            "{comma}\n      {{\n        \"ruleId\": \"G{rule:03}\",\n        \"ruleIndex\": {rule},\n        \
             \"level\": \"warning\",\n        \"message\": {{ \"text\": \"A value that comes from outside reaches the \
             function that opens files of type {} here\" }},\n        \
             \"locations\": [{{ \"physicalLocation\": {{ \"artifactLocation\": {{ \"uri\": \"{path}\" }},\n          \
             \"region\": {{ \"startLine\": {line}, \"startColumn\": 5, \"endLine\": {line}, \"endColumn\": 40, \
             \"snippet\": {{ \"text\": \"\\tcontent, err := load(name_{function})\\n\" }} }} }} }}],\n        \
             \"partialFingerprints\": {{ \"primaryLocationLineHash\": \"{hash:x}:1\" }}\n      }}",
            word(function)
        )?;
    }
    write!(out, "\n    ]\n  }}]\n}}\n")?;
    Ok(Total { covered: u64::from(RESULTS), total: u64::from(RESULTS) })
}

/// A number in letters: a peer takes digits of messages for lines.
fn word(mut number: u64) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
        if number == 0 {
            return word;
        }
    }
}

/// `source.rs` of about so many megabytes, and `line.sarif` beside it with a result on its first line. All lines count.
pub(in crate::bench) fn source(folder: &Path, megabytes: u64) -> Result<Input> {
    const WORDS: [&str; 12] = [
        "let",
        "mut",
        "value",
        "=",
        "self.next()",
        "if",
        "x > 0 {",
        "}",
        "return",
        "Some(y);",
        "match",
        "// why",
    ];
    let source = made_once(&folder.join("source.rs"), |out: &mut BufWriter<_>| {
        let (mut numbers, mut bytes, mut lines) = (Numbers(4), 0, 1);
        while bytes < megabytes * 1_000_000 {
            let mut line = "    ".repeat(usize::try_from(numbers.below(4))?);
            for _ in 0..numbers.below(16) {
                line.push_str(WORDS[usize::try_from(numbers.below(12))?]);
                line.push(' ');
            }
            line.push('\n');
            out.write_all(line.as_bytes())?;
            bytes += line.len() as u64;
            lines += 1;
        }
        Ok(Total { covered: lines, total: lines })
    })?;
    made_once(&folder.join("line.sarif"), |out| {
        let text = "{\"version\": \"2.1.0\", \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"runs\": [{\
            \"tool\": {\"driver\": {\"name\": \"scanner\"}}, \"results\": [{\"ruleId\": \"G1\", \
            \"message\": {\"text\": \"here\"}, \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ";
        let uri = source.file.display();
        write!(out, "{text}\"file://{uri}\"}}, \"region\": {{\"startLine\": 1}}}}}}]}}]}}]}}")?;
        Ok(Total { covered: 1, total: 1 })
    })?;
    Ok(Input { word: "lines", ..source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_made_is_sarif_of_the_promised_size() {
        let folder = tempfile::tempdir().unwrap();
        let input = renamed(folder.path()).unwrap();
        assert!((22_000_000..30_000_000).contains(&input.bytes), "{}", input.bytes);
        let results = |name: &str| {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            let json: Value = serde_json::from_str(&text).unwrap();
            json["runs"][0]["results"].as_array().unwrap().clone()
        };
        let (before, now) = (results("before.sarif"), results("now.sarif"));
        let differing = before.iter().zip(&now).filter(|(before, now)| before != now).count();
        assert_eq!((before.len(), now.len(), differing), (25_000, 25_000, 12_500));
    }

    #[test]
    fn the_source_has_as_many_lines_as_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let input = source(folder.path(), 1).unwrap();
        let text = fs::read_to_string(&input.file).unwrap();
        assert_eq!(text.split('\n').count() as u64, input.total.total);
        let log = fs::read_to_string(folder.path().join("line.sarif")).unwrap();
        assert!(serde_json::from_str::<Value>(&log).is_ok(), "{log}");
    }
}
