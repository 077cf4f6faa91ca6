//! Reports in JSON of any size.

use std::fmt::Write;

use super::Numbers;

/// A report of a kind, if there is one of this name.
pub(crate) fn make(kind: &str, size: usize) -> Option<Vec<u8>> {
    let mut text = String::with_capacity(size + size / 8);
    let mut numbers = Numbers(1);
    match kind {
        "coveragepy" => coveragepy(&mut text, size, &mut numbers),
        "istanbul" => istanbul(&mut text, size, &mut numbers),
        "llvm-cov" => llvm_cov(&mut text, size, &mut numbers),
        "simplecov" => simplecov(&mut text, size, &mut numbers),
        _ => return None,
    }
    Some(text.into_bytes())
}

/// Calls `file` with its number until the text is long enough, with a comma between.
fn files(text: &mut String, size: usize, mut file: impl FnMut(&mut String, usize)) {
    let mut number = 0;
    while number == 0 || text.len() < size {
        if number > 0 {
            text.push(',');
        }
        file(text, number);
        number += 1;
    }
}

/// As `coverage json` writes it, with branches, functions and contexts.
fn coveragepy(text: &mut String, size: usize, numbers: &mut Numbers) {
    const SUMMARY: &str =
        r#"{"covered_lines": 2, "percent_covered": 100.0, "percent_covered_display": "100"}"#;
    text.push_str(r#"{"meta": {"format": 3, "version": "7.17.3", "branch_coverage": true, "show_contexts": false}, "files": {"#);
    files(text, size, |text, file| {
        let lines: Vec<(usize, bool)> =
            (1..400).filter(|_| numbers.below(2) > 0).map(|line| (line, line % 7 != 0)).collect();
        let list = |ran: bool, from: usize, to: usize| {
            let of = lines.iter().filter(|(line, has_run)| *has_run == ran && (from..to).contains(line));
            of.map(|(line, _)| line.to_string()).collect::<Vec<_>>().join(", ")
        };
        let branches = |ran: bool| {
            let of = lines.iter().filter(|(line, has_run)| *has_run == ran && line % 5 == 0);
            of.map(|(line, _)| format!("[{line}, {}]", line + 1)).collect::<Vec<_>>().join(", ")
        };
        let put = |text: &mut String, from: usize, to: usize| {
            write!(
                text,
                r#"{{"executed_lines": [{}], "summary": {SUMMARY}, "missing_lines": [{}], "excluded_lines": [], "executed_branches": [{}], "missing_branches": [{}]"#,
                list(true, from, to), list(false, from, to), branches(true), branches(false)
            )
            .expect("a String takes it");
        };
        write!(text, "\"src/package{:03}/module{file:05}.py\": ", file / 30).expect("a String takes it");
        put(text, 1, 400);
        text.push_str(", \"functions\": {");
        for function in 0..20 {
            write!(text, "\"Class{file}.method_{function}\": ").expect("a String takes it");
            put(text, function * 20, function * 20 + 20);
            write!(text, ", \"start_line\": {}}}, ", function * 20 + 1).expect("a String takes it");
        }
        text.push_str("\"\": ");
        put(text, 1, 2);
        text.push_str("}}, \"classes\": {}}");
    });
    text.push_str("}, \"totals\": {}}");
}

/// As nyc writes it.
fn istanbul(text: &mut String, size: usize, numbers: &mut Numbers) {
    let mut range = |text: &mut String, line: u64| {
        let (start, end) = (numbers.below(40), numbers.below(90));
        write!(
            text,
            r#"{{"start":{{"line":{line},"column":{start}}},"end":{{"line":{},"column":{end}}}}}"#,
            line + end % 2
        )
        .expect("a String takes it");
    };
    text.push('{');
    files(text, size, |text, file| {
        let path = format!("/builds/project/packages/module{:03}/src/file{file:05}.ts", file / 30);
        write!(text, "\"{path}\": {{\"path\":\"{path}\",\"statementMap\":{{").expect("a String takes it");
        for id in 0..300 {
            write!(text, "{}\"{id}\":", if id > 0 { "," } else { "" }).expect("a String takes it");
            range(text, id + 2);
        }
        text.push_str("},\"fnMap\":{");
        for id in 0..30 {
            write!(
                text,
                "{}\"{id}\":{{\"name\":\"(anonymous_{id})\",\"decl\":",
                if id > 0 { "," } else { "" }
            )
            .expect("a String takes it");
            range(text, id * 10 + 1);
            text.push_str(",\"loc\":");
            range(text, id * 10 + 1);
            write!(text, ",\"line\":{}}}", id * 10 + 1).expect("a String takes it");
        }
        text.push_str("},\"branchMap\":{");
        for id in 0..60 {
            write!(text, "{}\"{id}\":{{\"loc\":", if id > 0 { "," } else { "" }).expect("a String takes it");
            range(text, id * 5 + 2);
            text.push_str(",\"type\":\"cond-expr\",\"locations\":[");
            range(text, id * 5 + 2);
            text.push(',');
            range(text, id * 5 + 2);
            write!(text, "],\"line\":{}}}", id * 5 + 2).expect("a String takes it");
        }
        for (key, count) in [("s", 300_u64), ("f", 30)] {
            write!(text, "}},\"{key}\":{{").expect("a String takes it");
            for id in 0..count {
                write!(text, "{}\"{id}\":{}", if id > 0 { "," } else { "" }, id * id % 1000)
                    .expect("a String takes it");
            }
        }
        text.push_str("},\"b\":{");
        for id in 0..60 {
            write!(text, "{}\"{id}\":[{},{}]", if id > 0 { "," } else { "" }, id % 3, id % 7)
                .expect("a String takes it");
        }
        text.push_str("},\"_coverageSchema\":\"1a1c01bbd47fc00a2c39e90264f33305004495a9\"}\n");
    });
    text.push('}');
}

/// As `cargo llvm-cov --json --branch` writes it: a third files, two thirds functions.
fn llvm_cov(text: &mut String, size: usize, numbers: &mut Numbers) {
    let mut paths = Vec::new();
    let summary = r#"{"branches":{"count":0,"covered":0,"notcovered":0,"percent":0},"functions":{"count":0,"covered":0,"percent":0},"lines":{"count":0,"covered":0,"percent":0}}"#;
    text.push_str("{\"data\":[{\"files\":[");
    files(text, size / 3, |text, file| {
        let path = format!("/builds/project/crates/module{:03}/src/file{file:05}.rs", file / 30);
        text.push_str("{\"branches\":[");
        for branch in 0..40 {
            let comma = if branch > 0 { "," } else { "" };
            let (line, taken) = (branch * 20 + 3, numbers.below(4));
            write!(text, "{comma}[{line},9,{line},29,{taken},{},0,0,4]", taken % 2)
                .expect("a String takes it");
        }
        write!(text, "],\"mcdc_records\":[],\"expansions\":[],\"filename\":\"{path}\",\"segments\":[")
            .expect("a String takes it");
        for segment in 0..400 {
            let comma = if segment > 0 { "," } else { "" };
            let (line, count) = (segment * 2 + 1, numbers.below(100));
            write!(text, "{comma}[{line},5,{count},true,true,false],[{line},41,0,false,false,false]")
                .expect("a String takes it");
        }
        write!(text, "],\"summary\":{summary}}}").expect("a String takes it");
        paths.push(path);
    });
    text.push_str("],\"functions\":[");
    files(text, size, |text, function| {
        let path = &paths[function % paths.len()];
        let count = numbers.below(9);
        write!(text, "{{\"branches\":[[19,9,19,29,{count},0,0,0,4]],\"mcdc_records\":[],\"count\":{count},\"filenames\":[\"{path}\"],\"name\":\"_RINvNtCsdMciQJEin7G_9intervals3odd{function}pickReEB4_\",\"regions\":[")
            .expect("a String takes it");
        for region in 0..30 {
            let comma = if region > 0 { "," } else { "" };
            let line = function / paths.len() * 3 + region;
            write!(text, "{comma}[{},8,{},23,{count},0,0,0]", line + 1, line + 1).expect("a String takes it");
        }
        text.push_str("]}");
    });
    write!(text, "],\"totals\":{summary}}}],\"type\":\"llvm.coverage.json.export\",\"version\":\"3.1.0\"}}")
        .expect("a String takes it");
}

/// As `SimpleCov` keeps it, one value a line.
fn simplecov(text: &mut String, size: usize, numbers: &mut Numbers) {
    text.push_str("{\n  \"RSpec\": {\n    \"coverage\": {\n");
    files(text, size, |text, file| {
        writeln!(
            text,
            "      \"/builds/project/app/models/module{:03}/file{file:05}.rb\": {{\n        \"lines\": [",
            file / 30
        )
        .expect("a String takes it");
        for line in 0..300 {
            let comma = if line < 299 { "," } else { "" };
            match numbers.below(3) {
                0 => writeln!(text, "          null{comma}"),
                _ => writeln!(text, "          {}{comma}", numbers.below(50)),
            }
            .expect("a String takes it");
        }
        text.push_str("        ],\n        \"branches\": {\n");
        for branch in 0..10 {
            let comma = if branch < 9 { "," } else { "" };
            let (id, line) = (branch * 3, branch * 20 + 3);
            writeln!(text, "          \"[:if, {id}, {line}, 4, {line}, 42]\": {{\n            \"[:then, {}, {line}, 4, {line}, 29]\": 0,\n            \"[:else, {}, {line}, 4, {line}, 42]\": 1\n          }}{comma}", id + 1, id + 2)
                .expect("a String takes it");
        }
        text.push_str("        }\n      }");
    });
    text.push_str("\n    },\n    \"timestamp\": 1700000000\n  }\n}\n");
}
