//! Building the real binaries for a test that starts them. Knows no action.

#![allow(clippy::disallowed_methods, reason = "it starts cargo, and reads how cargo started the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Builds binaries into the target folder and with the profile of this test, and returns where they
/// lie. Cargo's own lock keeps two test runs apart.
pub fn build(binaries: &BTreeSet<String>) -> Result<PathBuf> {
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
