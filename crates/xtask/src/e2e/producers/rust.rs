//! cargo-llvm-cov, which states its totals in the table that it prints. That table adds up functions: a line that two
//! of them share, such as a closure's, counts twice. LCOV and Cobertura hold each line once, and LCOV holds a function
//! once for each type that it is compiled for.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{FUNCTIONS, LIMIT, LINES, Producer, Run, Written};
use crate::command::{self, scrubbed};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

const LINES_ONCE: &str = "coverage.lines each once";
const INSTANCES: &str = "coverage.functions for each type";

pub(super) const PRODUCERS: &[Producer] = &[Producer {
    name: "cargo-llvm-cov",
    run,
    written: &[
        Written { format: "JSON", files: &["coverage.json"], measures: &[LINES, FUNCTIONS] },
        Written { format: "JSON of summaries", files: &["summary.json"], measures: &[LINES, FUNCTIONS] },
        Written { format: "LCOV", files: &["lcov.info"], measures: &[LINES_ONCE, INSTANCES] },
        Written { format: "Cobertura", files: &["cobertura.xml"], measures: &[LINES_ONCE] },
    ],
}];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/rust")?;
    let program = judge.peers.program("cargo-llvm-cov")?;
    let ask = |arguments: &[&str]| {
        let mut ask = scrubbed(&program);
        ask.arg("llvm-cov").args(arguments).current_dir(folder.path());
        command::stdout(ask.env("CARGO_TARGET_DIR", folder.path().join("target")), LIMIT)
    };
    ask(&["--no-report"])?;
    ask(&["report", "--json", "--output-path", "coverage.json"])?;
    ask(&["report", "--json", "--summary-only", "--output-path", "summary.json"])?;
    ask(&["report", "--lcov", "--output-path", "lcov.info"])?;
    ask(&["report", "--cobertura", "--output-path", "cobertura.xml"])?;
    let [functions, lines] = of_table(&ask(&["report"])?)?;
    let tracefile = fs::read_to_string(folder.path().join("lcov.info"))?;
    let once = of_records(&tracefile, "DA:", |line| line.split(',').nth(1));
    let instances = of_records(&tracefile, "FNDA:", |function| function.split(',').next());
    let stated = vec![(LINES, lines), (LINES_ONCE, once), (FUNCTIONS, functions), (INSTANCES, instances)];
    Ok(Run { folder, stated })
}

/// Records of one kind, and how many of them have a count other than 0.
fn of_records(text: &str, kind: &str, count: fn(&str) -> Option<&str>) -> Total {
    let counts = || text.lines().filter_map(|line| count(line.strip_prefix(kind)?));
    Total { covered: counts().filter(|count| *count != "0").count() as u64, total: counts().count() as u64 }
}

/// `TOTAL  177  15  91.53%  20  1  95.00%  84  7  91.67%  0  0  -`: each how many, how many missed, and a percentage,
/// of regions, functions, lines and branches.
fn of_table(table: &str) -> Result<[Total; 2]> {
    let row =
        table.lines().rev().find(|line| line.starts_with("TOTAL")).context("it printed no row of totals")?;
    let words: Vec<_> = row.split_whitespace().skip(1).collect();
    ensure!(words.len() >= 9, "`{row}` is no row of totals");
    let total = |at: usize| -> Result<Total> {
        let (total, missed): (u64, u64) = (words[at].parse()?, words[at + 1].parse()?);
        Ok(Total { covered: total - missed, total })
    };
    Ok([total(3)?, total(6)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_totals_is_read() {
        let table = "Filename …\nTOTAL  177  15  91.53%  20  1  95.00%  84  7  91.67%  0  0  -\n";
        let [functions, lines] = of_table(table).unwrap();
        assert_eq!((functions, lines), (Total { covered: 19, total: 20 }, Total { covered: 77, total: 84 }));
        assert!(of_table("TOTAL 1 2").is_err());
        let lines = of_records("SF:a\nDA:1,0\nDA:2,3\nLF:9\n", "DA:", |line| line.split(',').nth(1));
        assert_eq!(lines, Total { covered: 1, total: 2 });
    }
}
