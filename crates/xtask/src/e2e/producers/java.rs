//! `JaCoCo` through Maven, which states its totals as CSV, and
//! `OpenClover`, which states them in the head of its report.
//! Two modules have a class of the same package and name: what gathers them must keep them apart.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use super::{BRANCHES, FUNCTIONS, LIMIT, LINES, Producer, Run, STATEMENTS, Written};
use crate::command;
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

/// `OpenClover` states statements; several may share a line.
const OUR_LINES: &str = "coverage.lines by a sum of ours";

pub(super) const PRODUCERS: &[Producer] = &[
    Producer {
        name: "JaCoCo",
        run: jacoco,
        written: &[Written {
            format: "XML with groups",
            files: &["report/target/site/jacoco-aggregate/jacoco.xml"],
            measures: &[LINES, BRANCHES, FUNCTIONS],
        }],
    },
    Producer {
        name: "OpenClover",
        run: openclover,
        written: &[Written {
            format: "XML of two modules",
            files: &["text/target/site/clover/clover.xml", "codes/target/site/clover/clover.xml"],
            measures: &[STATEMENTS, OUR_LINES, BRANCHES, FUNCTIONS],
        }],
    },
];

fn jacoco(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/java")?;
    command::stdout(&mut judge.peers.maven("jacoco-maven-plugin", folder.path())?, LIMIT)?;
    let csv = fs::read_to_string(folder.path().join("report/target/site/jacoco-aggregate/jacoco.csv"))?;
    let of = |kind: &str| sum_of_columns(&csv, &format!("{kind}_MISSED"), &format!("{kind}_COVERED"));
    let stated = vec![(LINES, of("LINE")?), (BRANCHES, of("BRANCH")?), (FUNCTIONS, of("METHOD")?)];
    Ok(Run { folder, stated })
}

fn sum_of_columns(csv: &str, missed: &str, covered: &str) -> Result<Total> {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().context("an empty file")?;
    let column =
        |name: &str| head.iter().position(|word| *word == name).with_context(|| format!("no {name}"));
    let (missed, covered) = (column(missed)?, column(covered)?);
    let mut total = Total::default();
    for line in lines {
        let number = |at: usize| -> Result<u64> { Ok(line.get(at).context("a short line")?.parse()?) };
        total.covered += number(covered)?;
        total.total += number(covered)? + number(missed)?;
    }
    Ok(total)
}

fn openclover(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/java")?;
    command::stdout(&mut judge.peers.maven("clover-maven-plugin", folder.path())?, LIMIT)?;
    let mut stated = [STATEMENTS, BRANCHES, FUNCTIONS].map(|measure| (measure, Total::default())).to_vec();
    let mut lines = Total::default();
    for module in ["text", "codes"] {
        let file = folder.path().join(module).join("target/site/clover/clover.xml");
        let report =
            fs::read_to_string(&file).with_context(|| format!("{} was not written", file.display()))?;
        for ((_, sum), kind) in stated.iter_mut().zip(["statements", "conditionals", "methods"]) {
            let found = of_metrics(&report, kind).with_context(|| format!("no {kind} of {module}"))?;
            sum.covered += found.covered;
            sum.total += found.total;
        }
        lines.covered += of_lines(&report).values().filter(|ran| **ran).count() as u64;
        lines.total += of_lines(&report).len() as u64;
    }
    stated.push((OUR_LINES, lines));
    Ok(Run { folder, stated })
}

/// Whether each line with a statement or a condition ran, by file and number. The sources of tests follow in a project
/// of their own.
fn of_lines(report: &str) -> BTreeMap<(usize, &str), bool> {
    let mut lines = BTreeMap::new();
    let (tested, _) = report.split_once("<testproject").unwrap_or((report, ""));
    for (file, text) in tested.split("<file ").enumerate() {
        for element in text.split("<line ").skip(1).filter_map(|element| element.split('>').next()) {
            let value = |name: &str| Some(element.split_once(&format!("{name}=\""))?.1.split_once('"')?.0);
            if value("type") == Some("method") {
                continue;
            }
            let ran =
                ["count", "truecount", "falsecount"].iter().any(|name| value(name).is_some_and(|n| n != "0"));
            *lines.entry((file, value("num").unwrap_or_default())).or_default() |= ran;
        }
    }
    lines
}

/// The first `metrics` element is that of the whole project.
fn of_metrics(report: &str, kind: &str) -> Option<Total> {
    let metrics = report.split_once("<metrics")?.1.split_once('>')?.0;
    let number = |name: String| metrics.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.parse().ok();
    Some(Total { covered: number(format!(" covered{kind}"))?, total: number(format!(" {kind}"))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_summed() {
        let csv = "GROUP,LINE_MISSED,LINE_COVERED\na,1,15\nb,0,5\n";
        assert_eq!(
            sum_of_columns(csv, "LINE_MISSED", "LINE_COVERED").unwrap(),
            Total { covered: 20, total: 21 }
        );
        assert!(sum_of_columns(csv, "LINE_MISSED", "METHOD_COVERED").is_err());
    }

    #[test]
    fn the_metrics_of_the_project_are_read() {
        let report = r#"<project><metrics methods="12" coveredmethods="9"/><file><metrics methods="2"/>"#;
        assert_eq!(of_metrics(report, "methods"), Some(Total { covered: 9, total: 12 }));
        assert_eq!(of_metrics(report, "conditionals"), None);
        let report = r#"<file a><line num="1" count="0"/><line truecount="2" falsecount="0" num="1"/><file b><line num="1" count="0"/><line num="2" type="method"/><testproject><file c><line num="1" count="0"/>"#;
        assert_eq!(of_lines(report).into_values().collect::<Vec<_>>(), [true, false]);
    }
}
