//! Our workflows, templates, actions and shell scripts, read by the linters that others trust. A linter that
//! finds no file to read fails: an empty list proves nothing.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::Judge;
use crate::command::{self, scrubbed};

pub(super) fn judge(judge: &mut Judge) {
    println!("\nlinters");
    for (name, lint) in [
        ("actionlint", actionlint as fn(&Judge) -> Result<String>),
        ("zizmor", zizmor),
        ("schema of workflows", |judge| schema(judge, "vendor.github-workflows", WORKFLOWS)),
        ("schema of actions", |judge| schema(judge, "vendor.github-actions", ACTIONS)),
        ("GitHub's own parser", parser),
        ("shellcheck", shellcheck),
    ] {
        let proof = lint(judge);
        judge.step(name, proof);
    }
}

const WORKFLOWS: &[&str] =
    &[".github/workflows/*.yml", "workflows-templates/*.yml", "examples/fork-comment/*.yml"];
const ACTIONS: &[&str] = &["actions/*/action.yml"];
const SCRIPTS: &[&str] = &["dist/*.sh"];

fn actionlint(judge: &Judge) -> Result<String> {
    let mut lint = at_root(&judge.peers.program("actionlint")?);
    // Its check of scripts by shellcheck is on where that is named.
    lint.arg("-shellcheck").arg(judge.peers.program("shellcheck")?).arg("-pyflakes=");
    accepts(lint, WORKFLOWS)
}

fn zizmor(judge: &Judge) -> Result<String> {
    let mut audit = at_root(&judge.peers.program("zizmor")?);
    audit.args(["--offline", "--no-progress", "--color=never"]);
    accepts(audit, &[WORKFLOWS, ACTIONS].concat())
}

fn schema(judge: &Judge, name: &str, files: &[&str]) -> Result<String> {
    let mut check = at_root(&judge.peers.program("check-jsonschema")?);
    check.args(["--builtin-schema", name]);
    accepts(check, files)
}

fn parser(judge: &Judge) -> Result<String> {
    judge.peers.program("workflow-parser")?;
    let mut parse = at_root(Path::new("node"));
    parse.arg("crates/xtask/peers/workflow-parser.mjs").arg(judge.peers.node_folder());
    accepts(parse, &[WORKFLOWS, ACTIONS].concat())
}

fn shellcheck(judge: &Judge) -> Result<String> {
    let mut check = at_root(&judge.peers.program("shellcheck")?);
    check.arg("--severity=style");
    accepts(check, SCRIPTS)
}

fn at_root(program: &Path) -> Command {
    let mut command = scrubbed(program);
    command.current_dir(crate::root());
    command
}

/// The linter must accept all files that the patterns name, and there must be some.
fn accepts(mut lint: Command, patterns: &[&str]) -> Result<String> {
    let limit = Duration::from_mins(2);
    let mut named = Command::new("git");
    named.args(["ls-files", "--cached", "--others", "--exclude-standard", "--"]).args(patterns);
    let files = command::stdout(named.current_dir(crate::root()), limit)?;
    let count = files.lines().count();
    ensure!(count > 0, "no file is called {}", patterns.join(" or "));
    command::stdout(lint.args(files.lines()), limit)?;
    Ok(format!("{count} files accepted"))
}
