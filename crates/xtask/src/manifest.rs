//! `cargo xtask manifest`: writes and checks `dist/manifest.json`, which pins the bytes that each action runs.
//!
//! It owns the file's layout, one program a line, because the POSIX launcher reads it without a JSON parser. It
//! must not know how programs are built or where they are uploaded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What `cargo xtask manifest` is told.
#[derive(Debug, clap::Args)]
pub struct ManifestArgs {
    /// Writes the state in which local builds run: no program is named
    #[arg(long, conflicts_with_all = ["source_commit", "assets", "base_url", "version"])]
    development: bool,
    /// Writes nothing; fails when the file is not what would be written. Alone: what --development would write
    #[arg(long)]
    check: bool,
    /// The version that is released; the workspace's, with or without a leading v
    #[arg(long, requires_all = ["source_commit", "assets", "base_url"])]
    version: Option<String>,
    /// The commit that the programs were built from, 40 hexadecimal digits
    #[arg(long, requires = "version")]
    source_commit: Option<String>,
    /// The folder of programs, named `<action>-<triple>[.exe]`, and nothing else
    #[arg(long, requires = "version")]
    assets: Option<PathBuf>,
    /// The address below which each program is found under its name
    #[arg(long, requires = "version")]
    base_url: Option<String>,
    /// The root of the repository
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.."), hide = true)]
    root: PathBuf,
}

const DEVELOPMENT: &str = "cargo xtask manifest --development";

/// Writes `dist/manifest.json`, or checks it.
#[expect(clippy::needless_pass_by_value, reason = "a chore is handed its arguments, as clap parsed them")]
pub fn run(args: ManifestArgs) -> Result<()> {
    let wanted = match (&args.version, &args.source_commit, &args.assets, &args.base_url) {
        (Some(version), Some(commit), Some(assets), Some(base_url)) => {
            release(&args.root, version, commit, assets, base_url)?
        }
        _ if args.development || args.check => Manifest::development(),
        _ => bail!(
            "say what to write: --development, or --version, --source-commit, --assets and --base-url; \
             or only --check"
        ),
    };
    let path = args.root.join("dist/manifest.json");
    if args.check { check(&path, &wanted) } else { write(&path, &wanted.render()) }
}

/// The file as a value.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: String,
    source_commit: Option<String>,
    state: State,
    /// By action, then by target triple.
    binaries: BTreeMap<String, BTreeMap<String, Binary>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Development,
    Release,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Binary {
    url: String,
    sha256: String,
    size: u64,
}

#[derive(Deserialize)]
struct Target {
    triple: String,
}

impl Manifest {
    fn development() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            source_commit: None,
            state: State::Development,
            binaries: BTreeMap::new(),
        }
    }

    /// The layout that `dist/launch.sh` reads: it accepts no other.
    fn render(&self) -> String {
        let commit = self.source_commit.as_ref().map_or("null".to_owned(), |commit| format!("\"{commit}\""));
        let mut text = format!(
            "{{\n  \"version\": \"{}\",\n  \"source_commit\": {commit},\n  \"state\": \"{}\",\n",
            self.version,
            self.state.name()
        );
        text.push_str("  \"binaries\": {");
        for (index, (action, targets)) in self.binaries.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let lines: Vec<_> = targets.iter().map(|(triple, binary)| binary.line(triple)).collect();
            let lines = lines.join(",\n");
            write!(text, "{comma}\n    \"{action}\": {{\n{lines}\n    }}").expect("a string takes any text");
        }
        text.push_str(if self.binaries.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        text
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Release => "release",
        }
    }
}

impl Binary {
    fn line(&self, triple: &str) -> String {
        let Self { url, sha256, size } = self;
        format!(r#"      "{triple}": {{"url": "{url}", "sha256": "{sha256}", "size": {size}}}"#)
    }
}

fn release(root: &Path, version: &str, commit: &str, assets: &Path, base_url: &str) -> Result<Manifest> {
    let version = version.strip_prefix('v').unwrap_or(version);
    ensure!(
        version == env!("CARGO_PKG_VERSION"),
        "the workspace has version {}, not {version}: set it in Cargo.toml and build again",
        env!("CARGO_PKG_VERSION")
    );
    ensure!(
        commit.len() == 40 && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        "`{commit}` is no full commit id: give the 40 digits that `git rev-parse` prints"
    );
    let base_url = base_url.trim_end_matches('/');
    ensure!(
        is_fetchable(base_url),
        "`{base_url}` is no address that the launcher would fetch: https, of letters, digits and -._~:/%+"
    );
    let mut expected = expected_assets(root)?;
    let mut binaries: BTreeMap<String, BTreeMap<String, Binary>> = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for (name, path) in files(assets)? {
        let Some((action, triple)) = expected.remove(&name) else {
            bail!(
                "`{}` is no program of an action and a target of this repository: remove it",
                path.display()
            );
        };
        let binary = hash(&path, format!("{base_url}/{name}"))?;
        if let Some(other) = seen.insert(binary.sha256.clone(), name.clone()) {
            bail!("`{name}` and `{other}` hold the same bytes: one of them was built for another target");
        }
        binaries.entry(action).or_default().insert(triple, binary);
    }
    ensure!(
        expected.is_empty(),
        "`{}` lacks {}: build them, an incomplete release is none",
        assets.display(),
        expected.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    );
    Ok(Manifest {
        version: version.to_owned(),
        source_commit: Some(commit.to_owned()),
        state: State::Release,
        binaries,
    })
}

/// Plain http is for tests on this machine; the launchers hold the same rule.
fn is_fetchable(url: &str) -> bool {
    let local = ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|host| {
        url.strip_prefix("http://")?.strip_prefix(host).filter(|rest| rest.starts_with([':', '/']))
    });
    url.strip_prefix("https://").or(local).is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~:/%+-".contains(&byte))
    })
}

/// Every file name that a release must have, with its action and triple.
fn expected_assets(root: &Path) -> Result<BTreeMap<String, (String, String)>> {
    let path = root.join("dist/targets.json");
    let text = fs::read_to_string(&path).with_context(|| format!("failed to read `{}`", path.display()))?;
    let targets: Vec<Target> =
        serde_json::from_str(&text).with_context(|| format!("failed to read `{}`", path.display()))?;
    let mut expected = BTreeMap::new();
    for action in actions(root)? {
        for Target { triple } in &targets {
            let suffix = if triple.contains("-windows-") { ".exe" } else { "" };
            expected.insert(format!("{action}-{triple}{suffix}"), (action.clone(), triple.clone()));
        }
    }
    Ok(expected)
}

fn actions(root: &Path) -> Result<BTreeSet<String>> {
    let folder = root.join("actions");
    let mut actions = BTreeSet::new();
    for (name, path) in entries(&folder)? {
        if path.join("Cargo.toml").is_file() {
            actions.insert(name);
        }
    }
    ensure!(!actions.is_empty(), "`{}` holds no action", folder.display());
    Ok(actions)
}

fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let entries = entries(folder)?;
    for path in entries.values() {
        let kind =
            fs::symlink_metadata(path).with_context(|| format!("failed to read `{}`", path.display()))?;
        ensure!(
            kind.is_file(),
            "`{}` is no file: the programs lie side by side in one folder",
            path.display()
        );
    }
    Ok(entries)
}

fn entries(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let read = || format!("failed to read `{}`", folder.display());
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        let entry = entry.with_context(read)?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), entry.path());
    }
    Ok(found)
}

fn hash(path: &Path, url: String) -> Result<Binary> {
    let bytes = fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    ensure!(!bytes.is_empty(), "`{}` is empty", path.display());
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(&bytes) {
        write!(sha256, "{byte:02x}").expect("a string takes any text");
    }
    Ok(Binary { url, sha256, size: u64::try_from(bytes.len()).expect("a file's length fits") })
}

fn check(path: &Path, wanted: &Manifest) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    let found: Manifest = serde_json::from_str(&text).with_context(|| {
        format!("`{}` is no manifest; to write the one for development: {DEVELOPMENT}", path.display())
    })?;
    let mend = match wanted.state {
        State::Development => DEVELOPMENT,
        State::Release => "the same command without --check",
    };
    ensure!(
        found.state == wanted.state,
        "`{}` has the state {}, not {}: only release branches and tags carry a filled manifest; to mend it: \
         {mend}",
        path.display(),
        found.state.name(),
        wanted.state.name()
    );
    ensure!(
        found == *wanted,
        "`{}` names other programs or another version; to mend it: {mend}",
        path.display()
    );
    ensure!(
        text == wanted.render(),
        "`{}` has another layout than the launcher reads; to mend it: {mend}",
        path.display()
    );
    Ok(())
}

/// Writes the file whole or not at all.
fn write(path: &Path, text: &str) -> Result<()> {
    let failed = || format!("failed to write `{}`", path.display());
    let folder = path.parent().expect("the manifest lies in a folder");
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests;
