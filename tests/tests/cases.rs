//! One test for each folder under `tests/cases/<action>/`: the real binary, judged by the runner emulator.
//! Adding a case is adding a folder; `tests/cases/README.md` says what goes into it.

#![allow(clippy::disallowed_methods, reason = "it reads how it was called")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use gatewright_tests::binaries::build;
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
