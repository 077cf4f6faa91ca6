//! The licences of all packages that we depend on: permissive ones only, so that anybody may ship our
//! binaries. What we only run (the peers) is not judged here.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Problem;
use crate::command;

/// Licences that ask for no more than a notice.
const ALLOWED: [&str; 12] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "Unlicense",
    "Unicode-3.0",
    "Zlib",
    "0BSD",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Judges every package of the lock file and says how.
pub(super) fn judge(root: &Path, problems: &mut Vec<Problem>) -> Result<String> {
    let (metadata, reach) = metadata(root)?;
    let foreign: Vec<_> = metadata.packages.iter().filter(|package| package.source.is_some()).collect();
    let lock = std::fs::read_to_string(root.join("Cargo.lock"))?;
    for package in &foreign {
        let licence = package.license.as_deref().unwrap_or_default();
        if !is_allowed(licence) {
            let heading = format!("name = \"{}\"", package.name);
            problems.push(Problem {
                file: "Cargo.lock".into(),
                line: lock.lines().position(|line| line == heading).map_or(1, |index| index + 1),
                wrong: format!("{} {} has the licence `{licence}`", package.name, package.version),
                mend:
                    "take another package; the list of licences stands in crates/xtask/src/tidy/licences.rs"
                        .into(),
            });
        }
    }
    Ok(format!("{} packages{reach} have a licence on the list", foreign.len()))
}

/// What cargo knows without a network: all packages where all were fetched, else those of this platform.
fn metadata(root: &Path) -> Result<(Metadata, &'static str)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let command = |more: &[&str]| {
        let mut command = Command::new(&cargo);
        command
            .args(["metadata", "--format-version", "1", "--offline", "--locked"])
            .args(more)
            .current_dir(root);
        command
    };
    let limit = Duration::from_secs(30);
    let (text, reach) = if let Ok(text) = command::stdout(&mut command(&[]), limit) {
        (text, "")
    } else {
        let version = command::stdout(Command::new("rustc").arg("-vV"), limit)?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let text = command::stdout(&mut command(&["--filter-platform", host]), limit)
            .context("the packages are not all here; run `cargo fetch --locked`")?;
        (text, " of this platform")
    };
    Ok((serde_json::from_str(&text)?, reach))
}

/// Judges an SPDX expression: any alternative of an OR, all parts of an AND, AND before OR.
/// The old form `MIT/Apache-2.0` means OR.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    alternatives(&mut rest) == Some(true) && rest.is_empty()
}

fn alternatives(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = conjunction(rest)?;
    while let ["OR", after @ ..] = rest {
        *rest = after;
        allowed |= conjunction(rest)?;
    }
    Some(allowed)
}

fn conjunction(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = licence(rest)?;
    while let ["AND", after @ ..] = rest {
        *rest = after;
        allowed &= licence(rest)?;
    }
    Some(allowed)
}

/// One licence or an expression in parentheses; `None` where neither stands.
fn licence(rest: &mut &[&str]) -> Option<bool> {
    match rest {
        ["(", after @ ..] => {
            *rest = after;
            let allowed = alternatives(rest)?;
            *rest = rest.strip_prefix(&[")"])?;
            Some(allowed)
        }
        [name, "WITH", exception, after @ ..] => {
            *rest = after;
            Some(ALLOWED.contains(&format!("{name} WITH {exception}").as_str()))
        }
        [name, after @ ..] => {
            *rest = after;
            Some(ALLOWED.contains(name))
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged_by_their_alternatives() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "MIT AND ISC OR MPL-2.0",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "",
            "MPL-2.0",
            "MIT AND GPL-3.0-only",
            "(MIT OR Apache-2.0) AND GPL-2.0-only",
            "MIT OR",
            "(MIT",
            "MIT MIT",
            "GPL-2.0-only WITH LLVM-exception",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
