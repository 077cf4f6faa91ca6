//! A checkout of an action as a runner leaves it: the real launchers, a manifest of the test's choosing, an empty
//! tool cache, an empty `RUNNER_TEMP`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The action that every test launches.
pub(crate) const ACTION: &str = "coverage-gate";

/// The commit that the manifests name.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The files around one launch.
pub(crate) struct Checkout {
    folder: TempDir,
    root: PathBuf,
}

impl Checkout {
    pub(crate) fn new() -> Self {
        Self::named("with space")
    }

    /// A checkout whose paths all contain `name`.
    pub(crate) fn named(name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join(name);
        for needed in ["dist", "actions/coverage-gate", "temp", "cache", "work", "home"] {
            fs::create_dir_all(root.join(needed)).unwrap();
        }
        for launcher in ["launch.sh", "launch.ps1"] {
            fs::copy(repository().join("dist").join(launcher), root.join("dist").join(launcher)).unwrap();
        }
        let checkout = Self { folder, root };
        checkout.write_manifest(&development());
        checkout
    }

    /// A path in the checkout.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A path beside the checkout, where no name is odd.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write_manifest(&self, text: &str) {
        fs::write(self.path("dist/manifest.json"), text).unwrap();
    }

    /// Where the tool cache holds the program.
    pub(crate) fn cached(&self) -> PathBuf {
        self.cached_version("0.1.0")
    }

    pub(crate) fn cached_version(&self, version: &str) -> PathBuf {
        let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
        self.path("cache").join(format!("gatewright-{ACTION}/{version}/{arch}/{}", executable()))
    }

    /// What a runner gives a step, and nothing else.
    pub(crate) fn scrub<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .env("GITHUB_ACTION_PATH", self.path("actions/coverage-gate"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("RUNNER_TOOL_CACHE", self.path("cache"))
            .current_dir(self.path("work"))
    }

    /// What is left in `RUNNER_TEMP`.
    pub(crate) fn left_in_temp(&self) -> usize {
        fs::read_dir(self.path("temp")).unwrap().count()
    }
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The file name of the program on this platform.
pub(crate) fn executable() -> String {
    format!("{ACTION}{}", std::env::consts::EXE_SUFFIX)
}

/// The target of this machine.
pub(crate) fn triple() -> String {
    let system = match std::env::consts::OS {
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        _ => "unknown-linux-musl",
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// The manifest of main.
pub(crate) fn development() -> String {
    "{\n  \"version\": \"0.1.0\",\n  \"source_commit\": null,\n  \"state\": \"development\",\n  \"binaries\": {}\n}\n"
        .to_owned()
}

/// The manifest of a release that has `program` for this machine at `url`.
pub(crate) fn release(program: &[u8], url: &str) -> String {
    release_of(ACTION, &triple(), url, &sha256(program), program.len())
}

pub(crate) fn release_of(action: &str, triple: &str, url: &str, sha256: &str, size: usize) -> String {
    format!(
        "{{\n  \"version\": \"0.1.0\",\n  \"source_commit\": \"{COMMIT}\",\n  \"state\": \"release\",\n  \
         \"binaries\": {{\n    \"{action}\": {{\n      \"other-target\": {{\"url\": \"https://example.com/a\", \
         \"sha256\": \"{COMMIT}{}\", \"size\": 1}},\n      \"{triple}\": {{\"url\": \"{url}\", \"sha256\": \
         \"{sha256}\", \"size\": {size}}}\n    }},\n    \"other-action\": {{\n      \"{triple}\": {{\"url\": \
         \"https://example.com/b\", \"sha256\": \"{COMMIT}{}\", \"size\": 2}}\n    }}\n  }}\n}}\n",
        "0".repeat(24),
        "1".repeat(24)
    )
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// Writes an executable file and the folders above it.
pub(crate) fn write_program(path: &Path, program: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, program).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// Puts a program where the tool cache would have it, with the marker.
pub(crate) fn fill_cache(path: &Path, program: &[u8]) {
    let folder = path.parent().unwrap();
    write_program(path, program);
    let marker = format!("{}.complete", folder.file_name().unwrap().to_str().unwrap());
    fs::write(folder.with_file_name(marker), "").unwrap();
}

/// What a launch printed, for reading in a failed assertion.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Asserts that no program ran, and returns what the launcher said.
#[track_caller]
pub(crate) fn assert_refused(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(text(&output.stdout), "", "no program ran");
    said
}
