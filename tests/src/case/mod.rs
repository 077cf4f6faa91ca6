//! A case folder: what it holds, how it is run, and how its outcome is compared.
//!
//! ```text
//! tests/cases/<action>/<case>/
//!   run          how to start it; see [`plan`] for its lines
//!   input/       the tree of the commit under test
//!   base/        the tree of the commit before it (optional: else that commit is empty)
//!   generated/   laid over the tree after the commits: reports, build output, edits (optional)
//!   event.json   instead of the event that `run` asks for (optional)
//!   expected/    what must come out; see [`compare`]
//! ```
//! The program is real, its environment is only what a runner or a laptop would give it, and what a reader of
//! the run would see is decided by the emulator. Nothing here knows an action.

pub mod compare;
pub mod execute;
pub mod plan;
pub mod stage;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use compare::Mode;
use plan::Plan;
use stage::Stage;

/// One folder under `cases/<action>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// `<action>/<case>`.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
}

impl Case {
    /// The binary it runs, unless its `run` names another: the action's.
    pub fn action(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Reads `run`. A case must have one.
    pub fn plan(&self) -> Result<Plan> {
        let file = self.folder.join("run");
        let text = std::fs::read_to_string(&file).with_context(|| format!("{}: no `run` file", self.name))?;
        Plan::parse(&text, self.action()).with_context(|| file.display().to_string())
    }

    /// Runs the binary on the case and compares, or rewrites, what is expected.
    pub fn check(&self, binary: &Path, mode: Mode) -> Result<()> {
        let plan = self.plan()?;
        if mode == Mode::Compare && !self.folder.join("expected/exit").is_file() {
            bail!("{}: no `expected/exit` file\n{}", self.name, self.mend());
        }
        let stage = Stage::set(&self.folder, &plan)?;
        let finished = execute::run(binary, &plan, &stage)?;
        let expected = self.folder.join("expected");
        let actual = compare::collect(&plan, &stage, &finished, &expected)?;
        compare::settle(&expected, &actual, &plan, mode)
            .map_err(|difference| anyhow!("{}: {difference:#}\n{}", self.name, self.mend()))
    }

    fn mend(&self) -> String {
        format!(
            "to accept what came out: UPDATE_EXPECT=1 cargo test -p gatewright-tests --test cases -- {}",
            self.name
        )
    }
}

/// All cases below a folder, in the order of their names. Every folder in an action's folder is one.
pub fn discover(cases: &Path) -> Result<Vec<Case>> {
    let mut found = Vec::new();
    for action in folders(cases)? {
        for folder in folders(&action)? {
            let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
            let parts = [name(&action), name(&folder)].map(Option::unwrap_or_default);
            found.push(Case { name: parts.join("/"), folder });
        }
    }
    Ok(found)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
