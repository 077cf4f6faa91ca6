//! Installing the tools of others, pinned in `peers.toml`, below the target folder. Only the ordinary clients
//! of the package registries are used (`go`, `npm`, `pip`, `cargo`, `mvn`, `apt-get`), as they are set up here.
//!
//! A stamp for each peer holds what was asked for; as long as it agrees, a second run does nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command;

mod install;

/// What to install.
#[derive(clap::Args)]
pub struct PeersArgs {
    /// Which set to install.
    #[arg(long, value_enum, default_value_t = Choice::Judges)]
    set: Choice,
    /// Install only this peer, whatever its set; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Say what is pinned and what is installed, and install nothing.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Choice {
    /// Needed by `cargo xtask e2e`.
    Judges,
    /// Needed by `cargo xtask bench`.
    Rivals,
    /// Both.
    All,
}

/// Which chore a peer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// It tells whether we are right.
    Judges,
    /// It does the same job.
    Rivals,
}

/// How a peer is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `go install package@version`.
    Go,
    /// A Go module of its own that requires exactly this version.
    GoScratch,
    /// A package of npm.
    Npm,
    /// A package for Python.
    Pypi,
    /// A crate with a binary.
    Crate,
    /// A package of the distribution, unless its program is on `PATH` and passes its check.
    Debian,
    /// A plugin of Maven's, with all that it needs to run on an example of ours.
    Maven,
}

/// One pinned tool.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its program.
    pub name: String,
    /// The version, exactly.
    pub version: String,
    /// How it is had.
    pub kind: Kind,
    /// What it is called there.
    pub package: String,
    /// The folder of our own `main.go`, where the package is only a library; the example that a plugin runs on.
    pub source: Option<String>,
    /// What Maven is asked to do on the example.
    #[serde(default)]
    pub goals: Vec<String>,
    /// The folder of the program in a Go module, where that is not its root.
    pub program: Option<String>,
    /// What `cargo install` is told besides.
    #[serde(default)]
    pub options: Vec<String>,
    /// Which chore it is for.
    pub set: Set,
    /// What it does for us.
    pub purpose: String,
    /// Its licence, SPDX.
    pub licence: String,
    /// Arguments that make it print its version. Without them it is no program of its own.
    pub check: Option<Vec<String>>,
    /// Files of the package that must be made executable.
    #[serde(default)]
    pub executable: Vec<String>,
}

/// Something that a platform can't run, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cannot {
    /// What does not run.
    pub what: String,
    /// Where, as `std::env::consts::OS` has it.
    pub platforms: Vec<String>,
    /// Why.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    peer: Vec<Peer>,
    #[serde(default)]
    cannot: Vec<Cannot>,
}

/// All pinned peers and the folder that they are installed in.
pub struct Peers {
    folder: PathBuf,
    pins: Pins,
}

/// `cargo xtask peers`.
pub fn run(args: &PeersArgs) -> Result<()> {
    let peers = Peers::read()?;
    let chosen = peers.choose(args)?;
    if args.list {
        for peer in chosen {
            let state = if peers.is_ready(peer)? { "installed" } else { "missing" };
            println!(
                "{:<18} {:<9} {:<7} {:<9} {}",
                peer.name,
                peer.version,
                peer.set.word(),
                state,
                peer.purpose
            );
        }
        return Ok(());
    }
    for peer in chosen {
        peers.ensure(peer)?;
    }
    Ok(())
}

impl Peers {
    /// Reads `peers.toml`.
    pub fn read() -> Result<Self> {
        let text =
            fs::read_to_string(crate::root().join("peers.toml")).context("peers.toml can't be read")?;
        let pins = toml::from_str(&text).context("peers.toml is not as xtask expects it")?;
        Ok(Self { folder: crate::target().join("peers"), pins })
    }

    /// What this platform can't run.
    pub fn cannot(&self) -> impl Iterator<Item = &Cannot> {
        let here = std::env::consts::OS;
        self.pins.cannot.iter().filter(move |cannot| cannot.platforms.iter().any(|platform| platform == here))
    }

    /// Installs every peer of a set that is missing.
    pub fn ensure_set(&self, set: Set) -> Result<()> {
        self.pins.peer.iter().filter(|peer| peer.set == set).try_for_each(|peer| self.ensure(peer))
    }

    /// Installs one peer if it is missing.
    pub fn ensure_one(&self, name: &str) -> Result<()> {
        self.ensure(self.find(name)?)
    }

    /// The program of a peer; it must be installed.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let peer = self.find(name)?;
        if !self.is_ready(peer)? {
            bail!("{name} is not installed; run `cargo xtask peers --only {name}`");
        }
        Ok(self.path(peer))
    }

    /// The folder in which npm packages are found by `node`.
    pub fn node_folder(&self) -> PathBuf {
        self.folder.join("node")
    }

    /// Maven, asked to run a plugin on the project in `folder` with nothing but what is installed.
    pub fn maven(&self, plugin: &str, folder: &Path) -> Result<Command> {
        self.program(plugin)?;
        let mut maven = command::scrubbed(&self.program("mvn")?);
        let peer = self.find(plugin)?;
        install::ask_maven(&mut maven, &self.folder, peer).arg("--offline").current_dir(folder);
        Ok(maven)
    }

    fn find(&self, name: &str) -> Result<&Peer> {
        let known = || self.pins.peer.iter().map(|peer| peer.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = self.pins.peer.iter().find(|peer| peer.name == name);
        found.with_context(|| format!("no peer is called `{name}`; there are {}", known()))
    }

    fn choose(&self, args: &PeersArgs) -> Result<Vec<&Peer>> {
        if !args.only.is_empty() {
            return args.only.iter().map(|name| self.find(name)).collect();
        }
        let wanted = |peer: &&Peer| match args.set {
            Choice::Judges => peer.set == Set::Judges,
            Choice::Rivals => peer.set == Set::Rivals,
            Choice::All => true,
        };
        Ok(self.pins.peer.iter().filter(wanted).collect())
    }

    /// Where the peer's program lies once it is installed; where it has none, its package, or the Python that knows it.
    fn path(&self, peer: &Peer) -> PathBuf {
        match peer.kind {
            Kind::Go | Kind::GoScratch | Kind::Crate => self.folder.join("bin").join(&peer.name),
            Kind::Npm if peer.check.is_none() => self.folder.join("node/node_modules").join(&peer.package),
            Kind::Npm => self.folder.join("node/node_modules/.bin").join(&peer.name),
            // A package without a program is proved by what pip says of it.
            Kind::Pypi if peer.check.is_none() => self.folder.join("python/bin/python"),
            Kind::Pypi => self.folder.join("python/bin").join(&peer.name),
            // Maven's own layout: the plugin is there, in this version, or its file is not.
            Kind::Maven => {
                let folder = self.folder.join("maven").join(peer.package.replace(['.', ':'], "/"));
                folder.join(&peer.version).join(format!("{}-{}.jar", peer.name, peer.version))
            }
            Kind::Debian => on_path(&peer.name).unwrap_or_else(|| PathBuf::from(&peer.name)),
        }
    }

    fn stamp(&self, peer: &Peer) -> PathBuf {
        self.folder.join("stamps").join(&peer.name)
    }

    fn is_ready(&self, peer: &Peer) -> Result<bool> {
        let stamp = fs::read_to_string(self.stamp(peer)).unwrap_or_default();
        Ok(stamp == peer.wanted()? && self.path(peer).exists())
    }

    fn ensure(&self, peer: &Peer) -> Result<()> {
        let title = format!("{} {}", peer.name, peer.version);
        if self.is_ready(peer)? {
            println!("{title:<28} ready");
            return Ok(());
        }
        println!("{title:<28} installing …");
        let start = Instant::now();
        self.install(peer).with_context(|| {
            let next = format!("mend the cause, then run `cargo xtask peers --only {}`", peer.name);
            format!("{title} could not be installed; {next}")
        })?;
        fs::create_dir_all(self.folder.join("stamps"))?;
        fs::write(self.stamp(peer), peer.wanted()?)?;
        println!("{title:<28} installed in {:.1} s", start.elapsed().as_secs_f64());
        Ok(())
    }

    fn install(&self, peer: &Peer) -> Result<()> {
        install::install(&self.folder, peer)?;
        let program = self.path(peer);
        if !program.exists() {
            bail!("its installation left no {}", program.display());
        }
        let mut said = String::new();
        if let Some(arguments) = &peer.check {
            let mut check = Command::new(&program);
            let finished =
                command::capture(check.args(arguments), Duration::from_mins(1))?.success(&check)?;
            said = finished.stdout + &finished.stderr;
        }
        // Some programs don't know their version; their package does, or what Go wrote into them.
        if matches!(peer.kind, Kind::Go | Kind::GoScratch) {
            let mut built = Command::new("go");
            built.args(["version", "-m"]).arg(&program);
            said += &command::stdout(&mut built, Duration::from_mins(1))?;
        }
        if peer.kind == Kind::Pypi {
            let mut show = Command::new(self.folder.join("python/bin/python"));
            // `bandit[sarif]` is bandit, with what its SARIF needs.
            let package = peer.package.split('[').next().unwrap_or_default();
            show.args(["-m", "pip", "show", "--disable-pip-version-check", package]);
            said += &command::stdout(&mut show, Duration::from_mins(1))?;
        }
        if peer.kind == Kind::Npm {
            said = fs::read_to_string(
                self.node_folder().join("node_modules").join(&peer.package).join("package.json"),
            )?;
        }
        // The version of a wrapper may have one part more than that of the program in it.
        let version = peer.version.splitn(4, '.').take(3).collect::<Vec<_>>().join(".");
        // Of these, the place or the distribution decides the version.
        let proved = matches!(peer.kind, Kind::Debian | Kind::Maven) || peer.source.is_some();
        if !proved && !said.contains(&version) {
            bail!("{} should be of version {version}, it says: {}", peer.name, said.trim());
        }
        Ok(())
    }
}

impl Peer {
    /// All that decides what an installation holds.
    fn wanted(&self) -> Result<String> {
        let said = [&self.goals[..], &self.options].concat().join("\n");
        let mut text = format!("{:?} {} {}\n{said}", self.kind, self.package, self.version);
        text += self.program.as_deref().unwrap_or_default();
        if let Some(source) = &self.source {
            let decides = if self.kind == Kind::Maven { "pom.xml" } else { "main.go" };
            text += &fs::read_to_string(crate::root().join(source).join(decides))?;
        }
        Ok(text)
    }
}

impl Set {
    fn word(self) -> &'static str {
        match self {
            Self::Judges => "judges",
            Self::Rivals => "rivals",
        }
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_complete() {
        let peers = Peers::read().unwrap();
        for peer in &peers.pins.peer {
            assert!(peer.version.starts_with(|first: char| first.is_ascii_digit()), "{}", peer.name);
            let has_source = peer.kind == Kind::Maven || peer.name == "octocov-coverage";
            assert_eq!(peer.source.is_some(), has_source, "{}", peer.name);
            assert_eq!(peer.kind == Kind::Maven, !peer.goals.is_empty(), "{}", peer.name);
            assert!(peer.kind == Kind::Crate || peer.options.is_empty(), "{}", peer.name);
            assert!(peer.kind == Kind::GoScratch || peer.program.is_none(), "{}", peer.name);
            assert!(!peer.licence.is_empty() && !peer.purpose.ends_with('.'), "{}", peer.name);
            let same = peers.pins.peer.iter().filter(|other| other.name == peer.name).count();
            assert_eq!(same, 1, "{} is pinned twice", peer.name);
        }
    }

    #[test]
    fn what_can_not_run_has_a_reason() {
        let peers = Peers::read().unwrap();
        assert!(
            peers.pins.cannot.iter().all(|cannot| !cannot.reason.is_empty() && !cannot.platforms.is_empty())
        );
        let here = std::env::consts::OS;
        assert_eq!(peers.cannot().any(|cannot| cannot.what.contains("launch.ps1")), here != "windows");
    }

    #[test]
    fn an_unknown_peer_is_refused_with_the_known_ones() {
        let peers = Peers::read().unwrap();
        let error = peers.program("no-such-tool").unwrap_err().to_string();
        assert!(error.starts_with("no peer is called `no-such-tool`; there are act, actionlint"), "{error}");
    }
}
