//! `JaCoCo` through Maven, which states its totals as CSV, and
//! `OpenClover`, which states them in the head of its report.
//! Two modules have a class of the same package and name: what gathers them must keep them apart.

use std::fs;

use anyhow::{Context, Result};

use super::{BRANCHES, FUNCTIONS, LIMIT, LINES, Producer, Run, Written};
use crate::command;
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

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
            measures: &[BRANCHES, FUNCTIONS],
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
    let mut stated = vec![(BRANCHES, Total::default()), (FUNCTIONS, Total::default())];
    for module in ["text", "codes"] {
        let file = folder.path().join(module).join("target/site/clover/clover.xml");
        let report =
            fs::read_to_string(&file).with_context(|| format!("{} was not written", file.display()))?;
        for ((_, sum), kind) in stated.iter_mut().zip(["conditionals", "methods"]) {
            let found = of_metrics(&report, kind).with_context(|| format!("no {kind} of {module}"))?;
            sum.covered += found.covered;
            sum.total += found.total;
        }
    }
    Ok(Run { folder, stated })
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
    }
}
