//! The tools of others as contestants: how each is asked, and where it says what it found.

#![expect(clippy::unnecessary_wraps, reason = "whether a rival must be installed is its own affair")]

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::change::BASE;
use super::input::Input;
use super::race::{Contestant, Found, contestant, two_numbers};
use crate::command::Finished;
use crate::peers::Peers;
use crate::total::Total;

fn octocov<'a>(peers: &Peers, format: &'static str, input: &'a Input) -> Result<Contestant<'a>> {
    let program = peers.program("octocov-coverage")?;
    let ask = move |command: &mut Command, file: &Path| {
        command.arg(format).arg(file);
    };
    Ok(contestant("octocov's parser", program, input, ask, Box::new(two_numbers)))
}

pub(super) fn octocov_go<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "go", input)
}

pub(super) fn octocov_lcov<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "lcov", input)
}

pub(super) fn octocov_cobertura<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "cobertura", input)
}

pub(super) fn octocov_jacoco<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "jacoco", input)
}

pub(super) fn octocov_clover<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "clover", input)
}

pub(super) fn octocov_simplecov<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    octocov(peers, "simplecov", input)
}

pub(super) fn grcov<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let report = input.file.with_extension("grcov");
    let found = {
        let report = report.clone();
        move |_: &Finished| tail_of_covdir(&end_of(&report)?)
    };
    let ask = move |command: &mut Command, file: &Path| {
        // A report of an earlier round must not answer for this one.
        let _ = std::fs::remove_file(&report);
        command.arg(file).args(["-t", "covdir", "--threads", "2", "-o"]).arg(&report);
    };
    Ok(contestant("grcov", peers.program("grcov")?, input, ask, Box::new(found)))
}

/// The last bytes of a file. A large report must not be read whole: what we hold counts for the next contestant.
fn end_of(file: &Path) -> Result<String> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(300)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `…},"coveragePercent":87.14,"linesCovered":61,"linesMissed":9,"linesTotal":70,"name":""}`: the root's own come last.
fn tail_of_covdir(text: &str) -> Result<Found> {
    let number = |key: &str| {
        let value = text.rsplit_once(&format!("\"{key}\":"))?.1;
        value.split(|end: char| !end.is_ascii_digit()).next()?.parse().ok()
    };
    let total = || Some(Total { covered: number("linesCovered")?, total: number("linesTotal")? });
    total().map(Found::Exact).context("it states no lines")
}

/// It reads Go's statements as lines.
pub(super) fn grcov_of_go<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    Ok(counting_otherwise("grcov (counts lines)", grcov(peers, input)?))
}

/// It loses every line that branches.
pub(super) fn grcov_of_jacoco<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    Ok(counting_otherwise("grcov (loses lines)", grcov(peers, input)?))
}

/// A rival that must find something, but not what we do.
fn counting_otherwise<'a>(name: &'static str, rival: Contestant<'a>) -> Contestant<'a> {
    let counts = rival.found;
    let found = move |finished: &Finished| counts(finished).map(|_| Found::AnotherUnit);
    Contestant { name, found: Box::new(found), ..rival }
}

pub(super) fn lcov_summary<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    // `  lines......: 66.0% (651026 of 987000 lines)`, on stderr in some versions
    let found = |finished: &Finished| {
        let said = format!("{}\n{}", finished.stdout, finished.stderr);
        between(&said, "lines......:", '(', " of ", ' ')
    };
    let ask = |command: &mut Command, file: &Path| {
        command.arg("--summary").arg(file);
    };
    Ok(contestant("lcov --summary", peers.program("lcov")?, input, ask, Box::new(found)))
}

/// It takes a line whose branches were not all taken for a missed one.
pub(super) fn pycobertura<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let found = |finished: &Finished| {
        let table: Value = serde_json::from_str(&finished.stdout)?;
        let total = table["total"]["Stmts"].as_u64().context("it states no Stmts")?;
        anyhow::ensure!(total == input.total.total, "it found {total} lines");
        Ok(Found::AnotherUnit)
    };
    let ask = |command: &mut Command, file: &Path| {
        command.args(["show", "--format", "json"]).arg(file);
    };
    Ok(contestant("pycobertura (no partials)", peers.program("pycobertura")?, input, ask, Box::new(found)))
}

pub(super) fn nyc_report<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    // `Lines        : 66.0% ( 651026/987000 )`
    let found = |finished: &Finished| between(&finished.stdout, "Lines  ", '(', "/", ')');
    // It reads every file of a folder.
    let own = input.file.with_file_name("for-nyc");
    std::fs::create_dir_all(&own)?;
    if !own.join("coverage.json").exists() {
        std::fs::hard_link(&input.file, own.join("coverage.json"))?;
    }
    let ask = move |command: &mut Command, _: &Path| {
        command
            .args(["report", "--reporter=text-summary", "--exclude-after-remap=false", "--temp-dir"])
            .arg(&own);
    };
    Ok(contestant("nyc report", peers.program("nyc")?, input, ask, Box::new(found)))
}

/// No tool for gates reads coverage.py's JSON; this is the least that one of Python would take.
pub(super) fn python_of_coverage_py<'a>(_: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let program = "import json, sys\n\
        files = json.load(open(sys.argv[1]))['files'].values()\n\
        ran = sum(len(file['executed_lines']) for file in files)\n\
        print(ran, ran + sum(len(file['missing_lines']) for file in files))";
    Ok(python(program, input))
}

/// No tool for gates reads llvm-cov's JSON; this is the least that one of Python would take.
pub(super) fn python_of_llvm_cov<'a>(_: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let program = "import json, sys\n\
        files = json.load(open(sys.argv[1]))['data'][0]['files']\n\
        lines = [file['summary']['lines'] for file in files]\n\
        print(sum(one['covered'] for one in lines), sum(one['count'] for one in lines))";
    Ok(python(program, input))
}

fn python<'a>(program: &'static str, input: &'a Input) -> Contestant<'a> {
    let ask = move |command: &mut Command, file: &Path| {
        command.args(["-c", program]).arg(file);
    };
    contestant("Python's json.load", "python3".into(), input, ask, Box::new(two_numbers))
}

pub(super) fn go_tool_cover<'a>(_: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let ask = |command: &mut Command, _: &Path| {
        command.args(["tool", "cover", "-func=coverage.out"]);
    };
    Ok(contestant("go tool cover -func", "go".into(), input, ask, Box::new(tenths)))
}

/// `total:   (statements)   89.6%` is the last line of `go tool cover -func`.
fn tenths(finished: &Finished) -> Result<Found> {
    let last = finished.stdout.lines().last().context("it printed nothing")?;
    let percent =
        last.split_whitespace().last().and_then(|word| word.strip_suffix('%')).context("no percent")?;
    Ok(Found::Tenths(percent.replace('.', "").parse()?))
}

pub(super) fn go_test_coverage<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let ask = |command: &mut Command, _: &Path| {
        command.args(["--profile", "coverage.out", "--source-dir", ".", "--threshold-file", "0"]);
        command.args(["--threshold-package", "0", "--threshold-total", "0"]);
    };
    // `Total test coverage: 89.6% (43/48)`
    let found = |finished: &Finished| between(&finished.stdout, "Total test coverage:", '(', "/", ')');
    Ok(contestant("go-test-coverage", peers.program("go-test-coverage")?, input, ask, Box::new(found)))
}

pub(super) fn diff_cover<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let report = input.file.with_extension("diff-cover");
    let found = {
        let report = report.clone();
        move |_: &Finished| {
            let said: Value = serde_json::from_str(&std::fs::read_to_string(&report)?)?;
            let number = |key: &str| said[key].as_u64().with_context(|| format!("it states no {key}"));
            let (total, missed) = (number("total_num_lines")?, number("total_num_violations")?);
            Ok(Found::Exact(Total { covered: total - missed, total }))
        }
    };
    let ask = move |command: &mut Command, file: &Path| {
        // A report of an earlier round must not answer for this one.
        let _ = std::fs::remove_file(&report);
        command.arg(file).args(["--compare-branch", BASE, "--format"]);
        command.arg(format!("json:{}", report.display()));
    };
    Ok(contestant("diff-cover", peers.program("diff-cover")?, input, ask, Box::new(found)))
}

/// Two numbers of the line that holds `mark`: after `open`, parted by `middle`, before `close`.
fn between(text: &str, mark: &str, open: char, middle: &str, close: char) -> Result<Found> {
    let numbers = || {
        let line = text.lines().find(|line| line.contains(mark))?;
        let (covered, rest) = line.split_once(open)?.1.split_once(middle)?;
        let total = rest.trim().split_once(close)?.0;
        Some(Total { covered: covered.trim().parse().ok()?, total: total.trim().parse().ok()? })
    };
    numbers().map(Found::Exact).with_context(|| format!("no figures on a line with `{mark}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rivals_figures_are_read() {
        let truth = Total { covered: 43, total: 48 };
        let gate = between("x\nTotal test coverage: 89.6% (43/48)\n", "Total test coverage:", '(', "/", ')');
        assert!(gate.unwrap().agrees(truth));
        let lcov = between("  lines......: 89.6% (43 of 48 lines)\n", "lines......:", '(', " of ", ' ');
        assert!(lcov.unwrap().agrees(truth));
        let nyc = between("Lines        : 89.58% ( 43/48 )\n", "Lines  ", '(', "/", ')');
        assert!(nyc.unwrap().agrees(truth));
        let grcov = tail_of_covdir(
            r#"x"linesTotal":9,"name":"a"}},"linesCovered":43,"linesMissed":5,"linesTotal":48,"name":""}"#,
        );
        assert!(grcov.unwrap().agrees(truth));
        assert!(between("nothing", "lines......:", '(', " of ", ' ').is_err());
    }
}
