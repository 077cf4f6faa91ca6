//! Setting the stage of a case: a temporary folder with the checkout, its history, and the event. Dates,
//! names and configuration are fixed, so the same case has the same commits everywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::plan::{Event, Plan};

/// The moment of every commit, and `SOURCE_DATE_EPOCH` of every run.
pub const EPOCH: &str = "1767225600";

/// The folders of one run. They are gone when it is dropped.
#[derive(Debug)]
pub struct Stage {
    /// The checkout.
    pub root: PathBuf,
    /// `RUNNER_TEMP`.
    pub temp: PathBuf,
    /// `HOME`.
    pub home: PathBuf,
    /// The commits; none without a repository.
    pub commits: Option<Commits>,
    _folder: TempDir,
}

/// The commits of a stage, as full ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commits {
    /// The commit of `base/`.
    pub base: String,
    /// The commit of `input/`.
    pub head: String,
    /// The merge of both, which only some cases check out.
    pub merge: String,
}

/// Says when a file was written.
fn touch(path: &Path, time: SystemTime) -> Result<()> {
    Ok(fs::File::options().write(true).open(path)?.set_modified(time)?)
}

impl Stage {
    /// Lays the trees of a case out.
    pub fn set(case: &Path, plan: &Plan) -> Result<Self> {
        let begun = SystemTime::now();
        let folder = TempDir::with_prefix("gatewright-case-")?;
        let path = folder.path().canonicalize()?;
        let mut stage = Self {
            root: path.join("work/repo/repo"),
            temp: path.join("temp"),
            home: path.join("home"),
            commits: None,
            _folder: folder,
        };
        for folder in [&stage.root, &stage.temp.join("_runner_file_commands"), &stage.home] {
            fs::create_dir_all(folder)?;
        }
        if plan.git.present {
            stage.commits = Some(stage.build_history(case, plan, &path.join("origin"))?);
        } else {
            copy(&case.join("input"), &stage.root)?;
        }
        copy(&case.join("generated"), &stage.root)?;
        if !plan.laptop {
            let custom = case.join("event.json");
            let event = if custom.is_file() {
                stage.fill(&fs::read_to_string(custom)?)
            } else {
                serde_json::to_string_pretty(&stage.event(plan))?
            };
            let path = stage.temp.join("event.json");
            fs::write(&path, event)?;
            // A runner writes it before the first step, and so before the checkout.
            touch(&path, begun)?;
        }
        for old in &plan.old {
            touch(&stage.root.join(old), begun - Duration::from_hours(1))
                .with_context(|| format!("old: {old}"))?;
        }
        Ok(stage)
    }

    /// Replaces `[ROOT]` and its like by what they stand for.
    pub fn fill(&self, text: &str) -> String {
        let folders = [("[ROOT]", &self.root), ("[TEMP]", &self.temp), ("[HOME]", &self.home)];
        let text = folders
            .iter()
            .fold(text.to_owned(), |text, (name, path)| text.replace(name, &path.display().to_string()));
        self.names().iter().fold(text, |text, (name, sha)| text.replace(name, sha))
    }

    /// The commits by their placeholders.
    pub fn names(&self) -> Vec<(&'static str, String)> {
        let Some(commits) = &self.commits else { return Vec::new() };
        vec![
            ("[BASE_SHA]", commits.base.clone()),
            ("[HEAD_SHA]", commits.head.clone()),
            ("[MERGE_SHA]", commits.merge.clone()),
        ]
    }

    /// A repository with `main` at the base, `change` at the head and `refs/pull/1/merge` at their merge; the
    /// checkout is a fetch from it.
    fn build_history(&self, case: &Path, plan: &Plan, origin: &Path) -> Result<Commits> {
        fs::create_dir_all(origin)?;
        let git = |args: &[&str]| self.git(origin, args);
        git(&["init", "--quiet", "--initial-branch=main"])?;
        copy(&case.join("base"), origin)?;
        git(&["add", "--all", "--force"])?;
        git(&["commit", "--quiet", "--allow-empty", "--message=Base"])?;
        git(&["checkout", "--quiet", "-b", "change"])?;
        git(&["rm", "-r", "--quiet", "--ignore-unmatch", "."])?;
        copy(&case.join("input"), origin)?;
        git(&["add", "--all", "--force"])?;
        git(&["commit", "--quiet", "--allow-empty", "--message=Change"])?;
        let merge = git(&["commit-tree", "change^{tree}", "-p", "main", "-p", "change", "-m", "Merge"])?;
        git(&["update-ref", "refs/pull/1/merge", &merge])?;
        git(&["checkout", "--quiet", "main"])?;
        let commits =
            Commits { base: git(&["rev-parse", "main"])?, head: git(&["rev-parse", "change"])?, merge };
        self.check_out(plan, origin)?;
        Ok(commits)
    }

    /// What actions/checkout does: a fetch of one ref, as deep as asked, and a detached HEAD; on a laptop a
    /// branch.
    fn check_out(&self, plan: &Plan, origin: &Path) -> Result<()> {
        let git = |args: &[&str]| self.git(&self.root, args);
        let url = format!("file://{}", origin.display());
        let (from, to) = if plan.git.merge {
            ("refs/pull/1/merge", "refs/remotes/pull/1/merge")
        } else {
            ("refs/heads/change", "refs/remotes/origin/change")
        };
        git(&["init", "--quiet", "--initial-branch=main"])?;
        git(&["remote", "add", "origin", &url])?;
        let depth = plan.git.depth.map_or_else(|| "--no-tags".to_owned(), |depth| format!("--depth={depth}"));
        git(&["fetch", "--quiet", &depth, "origin", &format!("+{from}:{to}")])?;
        if plan.laptop {
            git(&["checkout", "--quiet", "-b", "change", to])?;
        } else {
            git(&["checkout", "--quiet", "--detach", to])?;
        }
        if plan.git.origin {
            git(&["fetch", "--quiet", &depth, "origin", "+refs/heads/main:refs/remotes/origin/main"])?;
            git(&["remote", "set-head", "origin", "main"])?;
        }
        Ok(())
    }

    /// Runs git without the configuration of the machine.
    fn git(&self, folder: &Path, args: &[&str]) -> Result<String> {
        #[expect(clippy::disallowed_methods, reason = "the tests share no code with what they test")]
        let mut command = Command::new("git");
        let output = command
            .env_clear()
            .envs(super::execute::inherited())
            .args(args)
            .current_dir(folder)
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "Case"), ("GIT_AUTHOR_EMAIL", "case@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Case"), ("GIT_COMMITTER_EMAIL", "case@example.com")])
            .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, format!("{EPOCH} +0000"))))
            .stdin(Stdio::null())
            .output()
            .context("git could not be started")?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git {}: {error}", args.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn event(&self, plan: &Plan) -> Value {
        let (base, head) = match &self.commits {
            Some(commits) => (commits.base.as_str(), commits.head.as_str()),
            None => ("", ""),
        };
        let repository = json!({
            "full_name": "owner/repo", "name": "repo", "default_branch": "main", "fork": false, "private": false,
            "owner": { "login": "owner" }, "html_url": "https://github.com/owner/repo",
        });
        let from = if plan.fork { "contributor/repo" } else { "owner/repo" };
        match plan.event {
            Event::PullRequest => json!({
                "action": "synchronize",
                "number": 1,
                "pull_request": {
                    "number": 1,
                    "title": "Change",
                    "head": { "sha": head, "ref": "change", "repo": { "full_name": from, "fork": plan.fork } },
                    "base": { "sha": base, "ref": "main", "repo": { "full_name": "owner/repo", "fork": false } },
                },
                "repository": repository,
            }),
            Event::MergeGroup => json!({
                "action": "checks_requested",
                "merge_group": {
                    "head_sha": head,
                    "head_ref": format!("refs/heads/gh-readonly-queue/main/pr-1-{base}"),
                    "base_sha": base,
                    "base_ref": "refs/heads/main",
                },
                "repository": repository,
            }),
            Event::Push => json!({
                "ref": "refs/heads/main", "before": base, "after": head, "repository": repository,
            }),
            Event::Tag => json!({
                "ref": "refs/tags/v1.0.0", "before": "0".repeat(40), "after": head, "repository": repository,
            }),
            Event::Schedule => json!({ "schedule": "0 4 * * *", "repository": repository }),
            Event::WorkflowDispatch => {
                json!({ "inputs": {}, "ref": "refs/heads/main", "repository": repository })
            }
        }
    }
}

/// Copies a folder into another; one that is not there holds nothing.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target)?;
        } else {
            copy_file(&source, &target).with_context(|| source.display().to_string())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn copy_file(source: &Path, target: &Path) -> Result<()> {
    if let Ok(link) = fs::read_link(source) {
        std::os::unix::fs::symlink(link, target)?;
    } else {
        fs::copy(source, target)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn copy_file(source: &Path, target: &Path) -> Result<()> {
    fs::copy(source, target)?;
    Ok(())
}
