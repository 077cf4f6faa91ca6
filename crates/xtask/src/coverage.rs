//! How much of this repository its own tests reach, as LCOV for our own gate. The compiler counts, and real
//! binaries that tests start count as well: each process writes its own profile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command;

/// Sources of other packages, left out early because they are many. `ours` decides what stays.
const FOREIGN: &str = "(/registry/src/|/rustc/)";

/// A cold build with counters and all tests.
const LIMIT: Duration = Duration::from_hours(1);

/// What to measure.
#[derive(clap::Args)]
pub struct CoverageArgs {
    /// Test only this package; may be repeated. Without it, the whole workspace.
    #[arg(long, short, value_name = "PACKAGE")]
    package: Vec<String>,
}

/// `cargo xtask coverage`.
pub fn run(args: &CoverageArgs) -> Result<()> {
    let tools = llvm_tools()?;
    let folder = crate::target().join("coverage");
    let profiles = folder.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    fs::create_dir_all(&profiles)?;
    let build = Build { folder: folder.join("build"), profiles };

    println!("building and testing with counters; the log is {}", crate::shown(&folder.join("test.log")));
    let programs = build.test(&args.package, &folder.join("test.log"))?;
    let merged = folder.join("merged.profdata");
    merge(&tools, &build.profiles, &merged)?;
    let report = folder.join("lcov.info");
    fs::write(&report, export(&tools, &merged, &programs)?)?;

    let shown = crate::shown(&report);
    println!("{shown}: {}", summary(&fs::read_to_string(&report)?)?);
    println!("next: cargo run --package coverage-gate -- {shown} --minimum 85");
    Ok(())
}

/// Where programs with counters are built, and where they leave their counts.
struct Build {
    folder: PathBuf,
    profiles: PathBuf,
}

impl Build {
    /// Runs the tests and returns every program that may have counted: the tests themselves, and the binaries
    /// that they start, as they lie there afterwards (a test may have built them again).
    fn test(&self, packages: &[String], log: &Path) -> Result<Vec<PathBuf>> {
        fs::write(log, "")?;
        let mut list = self.cargo(packages, &["--no-run", "--message-format=json"]);
        let messages = command::stdout(&mut list, LIMIT)?;
        command::logged(&mut self.cargo(packages, &[]), LIMIT, log)
            .context("the tests fail with counters; do they pass by `cargo test`?")?;
        let mut programs: Vec<_> = messages.lines().filter_map(executable).collect();
        for entry in fs::read_dir(self.folder.join("debug"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_file() && !name.starts_with('.') && !name.contains('.') {
                programs.push(path);
            }
        }
        programs.sort();
        programs.dedup();
        Ok(programs)
    }

    fn cargo(&self, packages: &[String], more: &[&str]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["test", "--locked", "--all-targets"]).args(more).current_dir(crate::root());
        if packages.is_empty() {
            // Chores are no part of the product, and their tests build whole workspaces.
            cargo.args(["--workspace", "--exclude", "xtask"]);
        }
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        cargo.env("CARGO_TARGET_DIR", &self.folder).env("RUSTFLAGS", "-C instrument-coverage");
        // `%8m`: at most eight profiles a program, merged as processes end, however many a test starts.
        cargo.env("LLVM_PROFILE_FILE", self.profiles.join("%8m.profraw"));
        // What the outer cargo says about xtask must not reach the programs under test.
        for (key, _) in std::env::vars_os() {
            if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key == "CARGO_MANIFEST_DIR") {
                cargo.env_remove(key);
            }
        }
        cargo
    }
}

/// The program that one line of cargo's messages tells of.
fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    Some(PathBuf::from(message.get("executable")?.as_str()?))
}

/// The folder of `llvm-profdata` and `llvm-cov`, of the very version that the compiler counts for.
fn llvm_tools() -> Result<PathBuf> {
    let rustc =
        |arguments: &[&str]| command::stdout(Command::new("rustc").args(arguments), Duration::from_mins(1));
    let version = rustc(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let folder = Path::new(rustc(&["--print", "sysroot"])?.trim()).join("lib/rustlib").join(host).join("bin");
    if !folder.join("llvm-cov").exists() {
        println!("installing the toolchain's component llvm-tools …");
        let mut add = Command::new("rustup");
        command::stdout(add.args(["component", "add", "llvm-tools"]), Duration::from_mins(10))
            .context("llvm-tools is missing; run `rustup component add llvm-tools`")?;
    }
    if !folder.join("llvm-cov").exists() {
        bail!("llvm-tools left no llvm-cov in {}; run `rustup component add llvm-tools`", folder.display());
    }
    Ok(folder)
}

fn merge(tools: &Path, profiles: &Path, merged: &Path) -> Result<()> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(profiles)? {
        inputs.push(entry?.path());
    }
    if inputs.is_empty() {
        bail!("no program left a profile in {}; did any test run?", profiles.display());
    }
    let mut merge = Command::new(tools.join("llvm-profdata"));
    merge.args(["merge", "-sparse", "-o"]).arg(merged).args(inputs);
    command::stdout(&mut merge, Duration::from_mins(10)).map(drop)
}

/// The LCOV text, its paths relative to the repository.
fn export(tools: &Path, merged: &Path, programs: &[PathBuf]) -> Result<String> {
    let [first, others @ ..] = programs else { bail!("cargo built no program to measure") };
    let mut export = Command::new(tools.join("llvm-cov"));
    export.args(["export", "-format=lcov", "-ignore-filename-regex", FOREIGN]);
    export.arg("-instr-profile").arg(merged).arg(first);
    for program in others {
        export.arg("-object").arg(program);
    }
    let text = command::stdout(&mut export, Duration::from_mins(10))?;
    let root = crate::root();
    Ok(text.split_inclusive("end_of_record\n").filter_map(|record| ours(record, &root)).collect())
}

/// One file's record with a path relative to the repository and without the lines of its test module.
/// `None` for what never ships: tests, chores, and sources that are not in the repository.
fn ours(record: &str, root: &Path) -> Option<String> {
    let path = record.lines().find_map(|line| line.strip_prefix("SF:"))?;
    let relative = Path::new(path).strip_prefix(root).ok()?.to_str()?;
    let source = fs::read_to_string(path).ok()?;
    let never_ships =
        ["tests/", "crates/xtask/", "target/"].iter().any(|folder| relative.starts_with(folder));
    if never_ships || relative.contains("/tests/") {
        return None;
    }
    Some(format!("SF:{relative}\n{}end_of_record\n", without_tests(record, first_test_line(&source))))
}

/// The line at which the test module begins; it is the last item of a file.
fn first_test_line(source: &str) -> u32 {
    let is_test = |line: &str| line.starts_with("#[cfg(") && line.contains("test");
    (1_u32..).zip(source.lines()).find(|(_, line)| is_test(line)).map_or(u32::MAX, |(number, _)| number)
}

/// The lines, functions and branches before `end`. The sums that a record ends with are left to its reader.
fn without_tests(record: &str, end: u32) -> String {
    let mut kept = String::new();
    let mut functions = Vec::new();
    for line in record.lines() {
        let Some((kind, rest)) = line.split_once(':') else { continue };
        let (number, name) = rest.split_once(',').unwrap_or((rest, ""));
        let before_end = number.parse::<u32>().is_ok_and(|number| number < end);
        let keep = match kind {
            "FN" if before_end => {
                functions.push(name);
                true
            }
            "FNDA" => functions.contains(&name),
            "DA" | "BRDA" => before_end,
            _ => false,
        };
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// What the report holds, counted from its lines.
fn summary(lcov: &str) -> Result<String> {
    let files = lcov.lines().filter(|line| line.starts_with("SF:")).count();
    let hits = lcov.lines().filter_map(|line| line.strip_prefix("DA:")?.split(',').nth(1));
    let (mut lines, mut covered) = (0_u64, 0_u64);
    for hit in hits {
        lines += 1;
        covered += u64::from(hit != "0");
    }
    if lines == 0 {
        bail!("the report holds no line of ours; was everything left out?");
    }
    Ok(format!(
        "{covered} of {lines} lines in {files} files ({}.{:02} %)",
        covered * 100 / lines,
        covered * 10_000 / lines % 100
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_ship_are_kept() {
        let record =
            "SF:/x/a.rs\nFN:3,go\nFN:12,tests_go\nFNDA:1,go\nFNDA:2,tests_go\nFNF:2\nDA:3,1\nDA:12,2\nLF:2\n";
        let end = first_test_line("fn go() {}\n\n#[cfg(test)]\nmod tests {}\n");
        assert_eq!(end, 3);
        assert_eq!(without_tests(record, 10), "FN:3,go\nFNDA:1,go\nDA:3,1\n");
    }

    #[test]
    fn only_our_own_sources_are_kept() {
        let root = crate::root();
        let record = |path: &str| format!("SF:{}\nDA:1,4\nend_of_record\n", root.join(path).display());
        let kept = ours(&record("crates/core/src/lib.rs"), &root);
        assert_eq!(kept.as_deref(), Some("SF:crates/core/src/lib.rs\nDA:1,4\nend_of_record\n"));
        assert_eq!(ours(&record("crates/xtask/src/lib.rs"), &root), None);
        assert_eq!(ours(&record("tests/src/lib.rs"), &root), None);
        assert_eq!(ours("SF:/elsewhere/a.rs\nDA:1,1\nend_of_record\n", &root), None);
    }

    #[test]
    fn a_summary_floors_and_refuses_nothing() {
        assert_eq!(summary("SF:a\nDA:1,1\nDA:2,0\nDA:3,4\n").unwrap(), "2 of 3 lines in 1 files (66.66 %)");
        assert!(summary("SF:a\nend_of_record\n").is_err());
    }

    #[test]
    fn cargo_names_the_programs_it_built() {
        assert_eq!(executable(r#"{"reason":"x","executable":"/t/a"}"#), Some(PathBuf::from("/t/a")));
        assert_eq!(executable(r#"{"reason":"x","executable":null}"#), None);
        assert_eq!(executable("not json"), None);
    }
}
