//! One test for each folder under `tests/cases/<action>/`: the real binary, judged by the runner emulator.
//! Adding a case is adding a folder; `tests/cases/README.md` says what goes into it.

#![allow(clippy::disallowed_methods, reason = "it builds the binaries and reads how it was called")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, ensure};
use gatewright_tests::case::compare::Mode;
use gatewright_tests::case::{Case, discover};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    let mode = match std::env::var_os("UPDATE_EXPECT") {
        Some(value) if !value.is_empty() && value != "0" => Mode::Update,
        _ => Mode::Compare,
    };
    let cases = discover(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))?;
    let chosen = |case: &&Case| arguments.filter.as_ref().is_none_or(|filter| case.name.contains(filter));
    let binaries: BTreeSet<_> =
        cases.iter().filter(chosen).filter_map(|case| Some(case.plan().ok()?.binary)).collect();
    let actions = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../actions"))?;
    let with_cases: BTreeSet<_> = cases.iter().map(|case| case.action().to_owned()).collect();
    let every_action = Trial::test("every-action-has-a-case", move || {
        let without: Vec<_> = actions.difference(&with_cases).cloned().collect();
        if without.is_empty() {
            return Ok(());
        }
        Err(Failed::from(format!(
            "no case drives {}; add a folder under tests/cases/<action>/, as tests/cases/README.md says",
            without.join(", ")
        )))
    });
    let built = Arc::new(OnceLock::new());
    let trials = cases.into_iter().map(|case| {
        let (built, binaries) = (Arc::clone(&built), binaries.clone());
        Trial::test(case.name.clone(), move || {
            let folder = built.get_or_init(|| build(&binaries).map_err(|error| format!("{error:#}")));
            let plan = case.plan().map_err(failed)?;
            let folder = folder.as_ref().map_err(Failed::from)?;
            let binary = folder.join(format!("{}{}", plan.binary, std::env::consts::EXE_SUFFIX));
            case.check(&binary, mode).map_err(failed)
        })
    });
    let trials = std::iter::once(every_action).chain(trials).collect();
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// The names of the folders in a folder.
fn folders(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

#[expect(clippy::needless_pass_by_value, reason = "it is the form that `map_err` wants")]
fn failed(error: anyhow::Error) -> Failed {
    Failed::from(format!("{error:#}"))
}

/// Builds the binaries once, into the target folder and with the profile of this test, and returns where they
/// lie. Cargo's own lock keeps two test runs apart.
fn build(binaries: &BTreeSet<String>) -> Result<PathBuf> {
    let (folder, arguments) = profile(&std::env::current_exe()?)?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg("build").args(arguments).args(binaries.iter().flat_map(|binary| ["--bin", binary]));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        // What cargo says about this test would make it build again what build scripts watch.
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    let output = command.output().context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "the binaries do not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(folder)
}

/// The folder of the binaries beside this test, `<target>[/<triple>]/<profile>/deps/cases-…`, and the
/// arguments that make cargo build into it.
fn profile(exe: &Path) -> Result<(PathBuf, Vec<String>)> {
    let folder = exe.parent().and_then(Path::parent).context("a test lies in <profile>/deps")?;
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let profile = match name(Some(folder)).as_str() {
        "debug" => "dev".to_owned(),
        profile => profile.to_owned(),
    };
    let above = folder.parent().context("a profile lies in the target folder")?;
    let mut arguments = vec![format!("--profile={profile}")];
    let triple = name(Some(above));
    let is_triple = triple.split('-').count() >= 3
        && above.parent().is_some_and(|target| target.join("CACHEDIR.TAG").is_file());
    let target = if is_triple {
        arguments.push(format!("--target={triple}"));
        above.parent().context("a triple lies in the target folder")?
    } else {
        above
    };
    arguments.push(format!("--target-dir={}", target.display()));
    Ok((folder.to_path_buf(), arguments))
}
