//! `PHPUnit`, which states its totals in the text that it prints.

use anyhow::{Context, Result};

use super::{LINES, Producer, Run, Written, step};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

pub(super) const PRODUCERS: &[Producer] = &[Producer {
    name: "PHPUnit",
    run,
    written: &[
        Written { format: "Clover", files: &["clover.xml"], measures: &[LINES] },
        Written { format: "Cobertura", files: &["coverage.xml"], measures: &[LINES] },
    ],
}];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/php")?;
    // Another extension that counts, if there is one, stays off.
    let arguments = ["-dxdebug.mode=off", "-dpcov.enabled=1", "-dpcov.directory=."];
    let phpunit = judge.peers.program("phpunit")?;
    let phpunit = phpunit.to_str().context("the path of phpunit is not UTF-8")?;
    let reports = ["--coverage-clover=clover.xml", "--coverage-cobertura=coverage.xml", "--coverage-text"];
    let arguments = [&arguments[..], &[phpunit], &reports].concat();
    let printed = step(&judge.peers.program("php")?, &arguments, folder.path())?;
    Ok(Run { stated: vec![(LINES, of_text(&printed).context("it printed no `Lines:`")?)], folder })
}

/// `  Lines:   60.00% (6/10)`, the first being the whole.
fn of_text(text: &str) -> Option<Total> {
    let numbers = text.split_once(" Lines:")?.1.split_once('(')?.1.split_once(')')?.0;
    let (covered, total) = numbers.split_once('/')?;
    Some(Total { covered: covered.trim().parse().ok()?, total: total.trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_comes_first() {
        let text =
            " Summary:\n  Methods: 50.00% (2/4)\n  Lines:   60.00% (6/10)\n\nA\n  Lines: 85.71% ( 6/  7)\n";
        assert_eq!(of_text(text), Some(Total { covered: 6, total: 10 }));
    }
}
