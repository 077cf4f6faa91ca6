//! One function for each way to have a peer. Each is a few calls of an ordinary client, with a time limit and
//! a log; none of them names a registry.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Kind, Peer};
use crate::{command, copy};

/// The longest that one command may take; the largest peers build for five minutes on two idle cores.
const LIMIT: Duration = Duration::from_mins(30);

/// Installs one peer below `folder`.
pub(super) fn install(folder: &Path, peer: &Peer) -> Result<()> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs)?;
    let log = logs.join(format!("{}.log", peer.name));
    fs::write(&log, "")?;
    match peer.kind {
        Kind::Go => go(folder, peer, &log),
        Kind::GoScratch => go_scratch(folder, peer, &log),
        Kind::Npm => npm(folder, peer, &log),
        Kind::Pypi => pypi(folder, peer, &log),
        Kind::Crate => cargo(folder, peer, &log),
        Kind::Debian => debian(peer, &log),
        Kind::Maven => maven(folder, peer, &log),
    }
}

fn go(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    need("go", "install Go 1.26 or newer")?;
    let wanted = format!("{}@v{}", peer.package, peer.version);
    let mut install = Command::new("go");
    install.args(["install", &wanted]).env("GOBIN", folder.join("bin")).current_dir(folder);
    command::logged(&mut install, LIMIT, log)
}

fn go_scratch(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    need("go", "install Go 1.26 or newer")?;
    let module = folder.join("go").join(&peer.name);
    fs::create_dir_all(&module)?;
    let manifest = format!("module peers\n\ngo 1.26\n\nrequire {} v{}\n", peer.package, peer.version);
    fs::write(module.join("go.mod"), manifest)?;
    let target = match (&peer.source, &peer.program) {
        (Some(source), _) => {
            let source = crate::root().join(source).join("main.go");
            fs::copy(&source, module.join("main.go"))
                .with_context(|| format!("{} is gone", source.display()))?;
            ".".to_owned()
        }
        (None, Some(program)) => format!("{}/{program}", peer.package),
        (None, None) => peer.package.clone(),
    };
    let mut build = Command::new("go");
    build.arg("build").arg("-o").arg(folder.join("bin").join(&peer.name)).arg(target);
    // The module has no go.sum yet and may grow requirements: allowed here and nowhere else.
    build.env("GOFLAGS", "-mod=mod").current_dir(module);
    command::logged(&mut build, LIMIT, log)
}

fn npm(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    need("npm", "install Node.js 20.19 or newer")?;
    let node = folder.join("node");
    fs::create_dir_all(&node)?;
    let manifest = node.join("package.json");
    if !manifest.exists() {
        fs::write(&manifest, "{ \"private\": true }\n")?;
    }
    let wanted = format!("{}@{}", peer.package, peer.version);
    let mut install = Command::new("npm");
    install.args(["install", "--save-exact", "--no-audit", "--no-fund", "--no-update-notifier", &wanted]);
    command::logged(install.current_dir(&node), LIMIT, log)?;
    peer.executable.iter().try_for_each(|file| make_executable(&node.join(file)))
}

fn pypi(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    need("python3", "install Python 3.11 or newer with its module `venv`")?;
    let python = folder.join("python");
    if !python.join("bin/python").exists() {
        command::logged(Command::new("python3").args(["-m", "venv"]).arg(&python), LIMIT, log)?;
    }
    let wanted = format!("{}=={}", peer.package, peer.version);
    let mut install = Command::new(python.join("bin/python"));
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--only-binary=:all:", &wanted]);
    command::logged(&mut install, LIMIT, log)
}

fn cargo(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    let mut install = Command::new("cargo");
    install
        .args(["install", "--locked", "--version", &peer.version, "--root"])
        .arg(folder)
        .args(&peer.options)
        .arg(&peer.package);
    // It stays out of our own build folder, which another cargo may hold.
    install.env("CARGO_TARGET_DIR", folder.join("crates"));
    command::logged(&mut install, LIMIT, log)
}

fn debian(peer: &Peer, log: &Path) -> Result<()> {
    if super::on_path(&peer.name).is_some() {
        let mut check = Command::new(&peer.name);
        if command::logged(check.args(peer.check.iter().flatten()), LIMIT, log).is_ok() {
            return Ok(());
        }
    }
    need("apt-get", &format!("install {} by hand", peer.package))?;
    let root = command::stdout(Command::new("id").arg("-u"), LIMIT)?.trim() == "0";
    let apt = || {
        let mut apt = Command::new(if root { "apt-get" } else { "sudo" });
        apt.args(if root { &[][..] } else { &["--non-interactive", "apt-get"] });
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    command::logged(apt().arg("update"), LIMIT, log)?;
    command::logged(apt().args(["install", "--yes", "--no-install-recommends", &peer.package]), LIMIT, log)
}

/// Runs the plugin on a copy of its example: Maven fetches what a run needs, and no list of that could be kept.
fn maven(folder: &Path, peer: &Peer, log: &Path) -> Result<()> {
    need("mvn", "install Maven 3.8 or newer, and a JDK")?;
    let example = copy::fresh(peer.source.as_deref().context("a plugin needs an example")?)?;
    let mut run = Command::new("mvn");
    command::logged(ask_maven(&mut run, folder, peer).current_dir(example.path()), LIMIT, log)
}

/// What Maven is to do, with a store of its own.
pub(super) fn ask_maven<'c>(maven: &'c mut Command, folder: &Path, peer: &Peer) -> &'c mut Command {
    let mut store = std::ffi::OsString::from("-Dmaven.repo.local=");
    store.push(folder.join("maven"));
    maven.args(["--batch-mode", "--quiet"]).arg(store).args(&peer.goals)
}

fn need(program: &str, remedy: &str) -> Result<()> {
    if super::on_path(program).is_none() {
        bail!("`{program}` is not on PATH; {remedy}");
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if !file.exists() {
        return Ok(());
    }
    let mut permissions = fs::metadata(file)?.permissions();
    permissions.set_mode(permissions.mode() | 0o100);
    Ok(fs::set_permissions(file, permissions)?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
