//! Istanbul's JSON, coverage.py's, llvm-cov's, and the result set of `SimpleCov`, each laid out as its producer does.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Input, Line, Scale, Source, Wording};
use crate::total::Total;

/// Istanbul's, with files below the folder itself: nyc leaves others out.
pub(in crate::bench) fn istanbul(folder: &Path, scale: Scale) -> Result<Input> {
    let place = |line: u64, from: u32, to: u32| -> String {
        format!(
            "{{\"start\":{{\"line\":{line},\"column\":{from}}},\"end\":{{\"line\":{line},\"column\":{to}}}}}"
        )
    };
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let path = folder.join(format!("package{}/{}.js", source.package, source.name));
        let path = Value::from(path.to_string_lossy()).to_string();
        write!(out, "{path}: {{\"path\":{path},\"statementMap\":")?;
        object(out, &source.lines, |line| place(line.number, 2, 30))?;
        let functions: Vec<_> = source.functions().collect();
        out.push_str(",\"fnMap\":");
        object(out, &functions, |lines| {
            let first = lines[0].number;
            let place = place(first, 0, 10);
            format!("{{\"name\":\"function{first}\",\"decl\":{place},\"loc\":{place},\"line\":{first}}}")
        })?;
        let branches: Vec<_> = source.lines.iter().filter(|line| line.arms.is_some()).collect();
        out.push_str(",\"branchMap\":");
        object(out, &branches, |line| {
            let (line, all, one, other) = (
                line.number,
                place(line.number, 2, 30),
                place(line.number, 8, 12),
                place(line.number, 14, 20),
            );
            format!("{{\"loc\":{all},\"type\":\"cond-expr\",\"locations\":[{one},{other}],\"line\":{line}}}")
        })?;
        out.push_str(",\"s\":");
        object(out, &source.lines, |line| line.hits.to_string())?;
        out.push_str(",\"f\":");
        object(out, &functions, |lines| lines[0].hits.to_string())?;
        out.push_str(",\"b\":");
        object(out, &branches, |line| {
            let arms = line.arms.unwrap_or_default();
            format!("[{},{}]", u64::from(arms > 0), u64::from(arms > 1))
        })?;
        out.push_str("}\n");
        Ok(())
    };
    let wording = Wording { bytes_per_line: 127, head: "{", between: ",", source: &source, tail: "}\n" };
    wording.report(&folder.join("coverage-final.json"), scale)
}

/// `{"0":…,"1":…}`
fn object<T>(out: &mut String, items: &[T], value: impl Fn(&T) -> String) -> Result<()> {
    for (index, item) in items.iter().enumerate() {
        write!(out, "{}\"{index}\":{}", if index == 0 { "{" } else { "," }, value(item))?;
    }
    out.push_str(if items.is_empty() { "{}" } else { "}" });
    Ok(())
}

/// coverage.py's, with branches, and the same lines once more for functions and classes.
pub(in crate::bench) fn coverage_py(folder: &Path, scale: Scale) -> Result<Input> {
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let path = format!("package{}/{}.py", source.package, source.name);
        let whole = of_coverage_py(&source.lines);
        let functions = source.functions().map(|lines| {
            let body = of_coverage_py(lines);
            format!("\"function{}\": {{{body}, \"start_line\": {}}}", lines[0].number, lines[0].number)
        });
        let functions: Vec<_> = functions.collect();
        write!(
            out,
            "\"{path}\": {{{whole}, \"functions\": {{{}}}, \"classes\": {{\"\": {{{whole}, \"start_line\": 1}}}}}}",
            functions.join(", ")
        )?;
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 50,
        head: "{\"meta\": {\"format\": 3, \"version\": \"7.17.3\", \"timestamp\": \"2026-01-01T00:00:00.000000\", \
            \"branch_coverage\": true, \"show_contexts\": false}, \"files\": {",
        between: ", ",
        source: &source,
        tail: "}, \"totals\": {\"covered_lines\": 1, \"num_statements\": 2, \"percent_covered\": 50.0}}\n",
    };
    wording.report(&folder.join("coverage.json"), scale)
}

fn of_coverage_py(lines: &[Line]) -> String {
    let list = |wanted: &dyn Fn(&Line) -> Option<String>| {
        format!("[{}]", lines.iter().filter_map(wanted).collect::<Vec<_>>().join(", "))
    };
    let executed = list(&|line| (line.hits > 0).then(|| line.number.to_string()));
    let missing = list(&|line| (line.hits == 0).then(|| line.number.to_string()));
    // The first arm goes on to the next line, the second leaves.
    let arm = |line: &Line, ran: bool| {
        let arms = line.arms?;
        let arms = [(line.number + 1, arms > 0), (0, arms > 1)].into_iter().filter(|(_, hit)| *hit == ran);
        let arms: Vec<_> = arms.map(|(to, _)| format!("[{}, {to}]", line.number)).collect();
        (!arms.is_empty()).then(|| arms.join(", "))
    };
    let (ran, left) = (list(&|line| arm(line, true)), list(&|line| arm(line, false)));
    let covered = lines.iter().filter(|line| line.hits > 0).count();
    let total = lines.len();
    format!(
        "\"executed_lines\": {executed}, \"summary\": {{\"covered_lines\": {covered}, \"num_statements\": {total}, \
         \"percent_covered\": 50.0, \"percent_covered_display\": \"50\", \"missing_lines\": {}, \"excluded_lines\": 0, \
         \"num_branches\": 0, \"num_partial_branches\": 0, \"covered_branches\": 0, \"missing_branches\": 0}}, \
         \"missing_lines\": {missing}, \"excluded_lines\": [], \"executed_branches\": {ran}, \"missing_branches\": {left}",
        total - covered
    )
}

/// llvm-cov's export: a segment for each line, and functions with their regions at the end.
pub(in crate::bench) fn llvm_cov(folder: &Path, scale: Scale) -> Result<Input> {
    let functions = std::cell::RefCell::new(String::new());
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let path = format!("/builds/project/crates/package{}/src/{}.rs", source.package, source.name);
        write!(
            out,
            "{{\"branches\":[],\"mcdc_records\":[],\"expansions\":[],\"filename\":\"{path}\",\"segments\":["
        )?;
        for (index, line) in source.lines.iter().enumerate() {
            let Line { number, hits, .. } = line;
            let comma = if index == 0 { "" } else { "," };
            // From here to there on one line, and nothing behind it.
            write!(out, "{comma}[{number},5,{hits},true,true,false],[{number},60,0,false,false,false]")?;
        }
        let Total { covered, total } = source.total();
        let count = source.functions().count();
        let ran = source.functions().filter(|lines| lines[0].hits > 0).count();
        let pair = |covered: u64, total: u64| json!({"count": total, "covered": covered, "percent": 50.0});
        let summary = json!({
            "branches": {"count": 0, "covered": 0, "notcovered": 0, "percent": 0},
            "mcdc": {"count": 0, "covered": 0, "notcovered": 0, "percent": 0},
            "functions": pair(ran as u64, count as u64),
            "instantiations": pair(ran as u64, count as u64),
            "lines": pair(covered, total),
            "regions": {"count": total, "covered": covered, "notcovered": total - covered, "percent": 50.0},
        });
        write!(out, "],\"summary\":{summary}}}")?;
        let mut functions = functions.borrow_mut();
        for lines in source.functions() {
            let first = &lines[0];
            let comma = if functions.is_empty() { "" } else { "," };
            let name = format!("_RNvCs1234_7package{}_{}", source.package, first.number);
            let regions =
                lines.iter().map(|line| format!("[{0},5,{0},60,{1},0,0,0]", line.number, line.hits));
            write!(
                functions,
                "{comma}{{\"branches\":[],\"mcdc_records\":[],\"count\":{},\"filenames\":[\"{path}\"],\"name\":\"{name}\",\"regions\":[{}]}}",
                first.hits,
                regions.collect::<Vec<_>>().join(",")
            )?;
        }
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 92,
        head: "{\"data\":[{\"files\":[",
        between: ",",
        source: &source,
        tail: "",
    };
    wording.report_then(&folder.join("llvm-cov.json"), scale, || {
        let functions = functions.take();
        format!(
            "],\"functions\":[{functions}],\"totals\":{{\"lines\":{{\"count\":2,\"covered\":1,\"percent\":50}}}}}}],\
             \"type\":\"llvm.coverage.json.export\",\"version\":\"3.1.0\"}}"
        )
    })
}

/// The result set of one run, laid out as Ruby's library does: an item on a line.
pub(in crate::bench) fn simplecov(folder: &Path, scale: Scale) -> Result<Input> {
    let source = |source: &Source, out: &mut String| -> Result<()> {
        write!(
            out,
            "      \"/builds/project/lib/package{}/{}.rb\": {{\n        \"lines\": [",
            source.package, source.name
        )?;
        let mut next = 1;
        for Line { number, hits, .. } in &source.lines {
            while next < *number {
                write!(out, "{}\n          null", if next == 1 { "" } else { "," })?;
                next += 1;
            }
            write!(out, "{}\n          {hits}", if next == 1 { "" } else { "," })?;
            next += 1;
        }
        out.push_str("\n        ],\n        \"branches\": {");
        let branches = source.lines.iter().filter_map(|line| Some((line.number, line.arms?)));
        for (index, (line, arms)) in branches.enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(
                out,
                "{comma}\n          \"[:if, {index}, {line}, 4, {line}, 42]\": {{\n            \"[:then, {index}, {line}, 4, {line}, 29]\": {},\n            \
                 \"[:else, {index}, {line}, 4, {line}, 42]\": {}\n          }}",
                u64::from(arms > 0),
                u64::from(arms > 1)
            )?;
        }
        out.push_str("\n        }\n      }");
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 43,
        head: "{\n  \"unit\": {\n    \"coverage\": {\n",
        between: ",\n",
        source: &source,
        tail: "\n    },\n    \"timestamp\": 1700000000\n  }\n}\n",
    };
    wording.report(&folder.join(".resultset.json"), scale)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Make, is_as_asked};
    use super::*;

    #[test]
    fn reports_are_as_large_as_asked() {
        let all: [Make; 4] = [istanbul, coverage_py, llvm_cov, simplecov];
        all.into_iter().for_each(is_as_asked);
    }
}
