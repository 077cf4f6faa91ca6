//! coverage.py, which states its totals in the table that it prints, and covered branches in its JSON alone.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{BRANCHES, LINES, Producer, Run, Written, json, step, total};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

pub(super) const PRODUCERS: &[Producer] = &[
    Producer {
        name: "coverage.py",
        run: |judge| run(judge, "--branch"),
        written: &[
            Written { format: "JSON", files: &["coverage.json"], measures: &[LINES, BRANCHES] },
            Written { format: "packed JSON", files: &["coverage.json.gz"], measures: &[LINES, BRANCHES] },
            Written { format: "JSON with contexts", files: &["contexts.json"], measures: &[LINES, BRANCHES] },
            Written { format: "Cobertura", files: &["coverage.xml"], measures: &[LINES, BRANCHES] },
            Written { format: "LCOV", files: &["coverage.lcov"], measures: &[LINES, BRANCHES] },
        ],
    },
    Producer {
        name: "coverage.py without branches",
        run: |judge| run(judge, "--rcfile=/dev/null"),
        written: &[
            Written { format: "JSON", files: &["coverage.json"], measures: &[LINES] },
            Written { format: "Cobertura", files: &["coverage.xml"], measures: &[LINES] },
            Written { format: "LCOV", files: &["coverage.lcov"], measures: &[LINES] },
        ],
    },
];

fn run(judge: &Judge, option: &str) -> Result<Run> {
    let folder = copy::fresh("examples/python")?;
    let program = judge.peers.program("coverage")?;
    let ask = |arguments: &[&str]| step(&program, arguments, folder.path());
    ask(&["run", option, "--source=ledger", "--context=tests", "-m", "unittest"])?;
    ask(&["json"])?;
    step(Path::new("gzip"), &["--keep", "coverage.json"], folder.path())?;
    ask(&["json", "--show-contexts", "--pretty-print", "-o", "contexts.json"])?;
    ask(&["xml"])?;
    ask(&["lcov"])?;
    let json = json(&folder.path().join("coverage.json"))?;
    let lines = total(&json["totals"], "covered_lines", "num_statements")?;
    let printed = of_table(&ask(&["report"])?)?;
    ensure!(printed == lines, "the table says {printed}, the JSON {lines}");
    let mut stated = vec![(LINES, lines)];
    if option == "--branch" {
        stated.push((BRANCHES, total(&json["totals"], "covered_branches", "num_branches")?));
    }
    Ok(Run { folder, stated })
}

/// `TOTAL  51  6  16  3  87%`: statements and how many of them were missed.
fn of_table(table: &str) -> Result<Total> {
    let row = table.lines().last().context("coverage.py printed no table")?;
    let numbers: Vec<u64> =
        row.split_whitespace().skip(1).take(2).map(str::parse).collect::<Result<_, _>>()?;
    let [total, missed] = numbers[..] else { anyhow::bail!("`{row}` is no row of totals") };
    Ok(Total { covered: total - missed, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_totals_is_read() {
        let table = "Name  Stmts  Miss  Branch  BrPart  Cover\n---\na.py  1  1  0  0  0%\n---\nTOTAL  51  6  16  3  87%\n";
        assert_eq!(of_table(table).unwrap(), Total { covered: 45, total: 51 });
        assert!(of_table("No data to report.").is_err());
    }
}
