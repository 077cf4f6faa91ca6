//! Each refusal of `cargo xtask manifest`, and the proof that the launcher reads what it writes.

use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::{Manifest, ManifestArgs, run};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const TRIPLES: [&str; 2] = ["x86_64-unknown-linux-musl", "x86_64-pc-windows-msvc"];

/// A repository of two actions and two targets, with the assets of a release.
fn repository() -> TempDir {
    let root = TempDir::new().unwrap();
    for action in ["coverage-gate", "test-report"] {
        let folder = root.path().join("actions").join(action);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Cargo.toml"), "").unwrap();
    }
    fs::create_dir_all(root.path().join("actions/notes")).unwrap();
    fs::create_dir_all(root.path().join("dist")).unwrap();
    fs::create_dir_all(root.path().join("assets")).unwrap();
    let targets = TRIPLES.map(|triple| format!("{{\"triple\": \"{triple}\"}}")).join(",");
    fs::write(root.path().join("dist/targets.json"), format!("[{targets}]")).unwrap();
    for action in ["coverage-gate", "test-report"] {
        asset(&root, &format!("{action}-x86_64-unknown-linux-musl"), action);
        asset(&root, &format!("{action}-x86_64-pc-windows-msvc.exe"), &format!("{action} exe"));
    }
    root
}

fn asset(root: &TempDir, name: &str, text: &str) {
    fs::write(root.path().join("assets").join(name), text).unwrap();
}

fn development(root: &Path) -> ManifestArgs {
    ManifestArgs {
        development: true,
        check: false,
        version: None,
        source_commit: None,
        assets: None,
        base_url: None,
        root: root.to_path_buf(),
    }
}

fn release(root: &Path) -> ManifestArgs {
    ManifestArgs {
        development: false,
        version: Some(format!("v{}", env!("CARGO_PKG_VERSION"))),
        source_commit: Some(COMMIT.to_owned()),
        assets: Some(root.join("assets")),
        base_url: Some("https://example.com/v0/".to_owned()),
        ..development(root)
    }
}

fn written(root: &TempDir) -> String {
    fs::read_to_string(root.path().join("dist/manifest.json")).unwrap()
}

fn check_refusal(root: &TempDir, args: ManifestArgs, expected: &Expect) {
    let before = fs::read_to_string(root.path().join("dist/manifest.json")).ok();
    let error = format!("{:#}", run(args).unwrap_err());
    let error = error.replace(&root.path().display().to_string(), "ROOT").replace('\\', "/");
    expected.assert_eq(&error.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    assert_eq!(fs::read_to_string(root.path().join("dist/manifest.json")).ok(), before, "nothing is written");
}

#[test]
fn a_release_names_one_program_a_line() {
    let root = repository();
    run(release(root.path())).unwrap();
    expect![[r#"
        {
          "version": "VERSION",
          "source_commit": "0123456789abcdef0123456789abcdef01234567",
          "state": "release",
          "binaries": {
            "coverage-gate": {
              "x86_64-pc-windows-msvc": {"url": "https://example.com/v0/coverage-gate-x86_64-pc-windows-msvc.exe", "sha256": "86a026f4577dea1191b4c632eec2d046d52e28ce1930adc07dc79b340125d5c4", "size": 17},
              "x86_64-unknown-linux-musl": {"url": "https://example.com/v0/coverage-gate-x86_64-unknown-linux-musl", "sha256": "db0f32dc658575b1120d4ba69e3dac01555e92b426c5aa4556946edc4f6ed663", "size": 13}
            },
            "test-report": {
              "x86_64-pc-windows-msvc": {"url": "https://example.com/v0/test-report-x86_64-pc-windows-msvc.exe", "sha256": "4255997d325f0bdf3b33cf4f2089903708c7b79bd8d3d7e38c1c579adacab338", "size": 15},
              "x86_64-unknown-linux-musl": {"url": "https://example.com/v0/test-report-x86_64-unknown-linux-musl", "sha256": "4bf5ca4073220604cd558c79f84a4740330e0f528b078a8b099e0acd7be0f217", "size": 11}
            }
          }
        }
    "#]]
    .assert_eq(&written(&root).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    run(ManifestArgs { check: true, ..release(root.path()) }).unwrap();
}

#[test]
fn development_names_none_and_passes_its_own_check() {
    let root = repository();
    run(release(root.path())).unwrap();
    run(development(root.path())).unwrap();
    assert!(written(&root).contains("\"state\": \"development\""));
    run(ManifestArgs { development: false, check: true, ..development(root.path()) }).unwrap();
}

/// Whatever its state: release branches run the same tests. That main is in development is for `--check` to hold.
#[test]
fn the_manifest_of_this_repository_is_in_our_layout() {
    let text = include_str!("../../../../dist/manifest.json");
    let manifest: Manifest = serde_json::from_str(text).unwrap();
    assert_eq!(manifest.render(), text, "cargo xtask manifest --development");
    assert_eq!(manifest.version, env!("CARGO_PKG_VERSION"), "cargo xtask manifest --development");
}

#[test]
fn an_incomplete_release_is_refused() {
    let root = repository();
    fs::remove_file(root.path().join("assets/test-report-x86_64-pc-windows-msvc.exe")).unwrap();
    check_refusal(
        &root,
        release(root.path()),
        &expect![
            "`ROOT/assets` lacks `test-report-x86_64-pc-windows-msvc.exe`: build them, an incomplete release is none"
        ],
    );
}

#[test]
fn an_unknown_name_is_refused() {
    let root = repository();
    asset(&root, "coverage-gate-x86_64-pc-windows-msvc", "without .exe");
    check_refusal(
        &root,
        release(root.path()),
        &expect![
            "`ROOT/assets/coverage-gate-x86_64-pc-windows-msvc` is no program of an action and a target of this repository: remove it"
        ],
    );
}

#[test]
fn a_folder_is_refused() {
    let root = repository();
    fs::create_dir(root.path().join("assets/more")).unwrap();
    check_refusal(
        &root,
        release(root.path()),
        &expect!["`ROOT/assets/more` is no file: the programs lie side by side in one folder"],
    );
}

#[test]
fn the_same_bytes_for_two_targets_are_refused() {
    let root = repository();
    asset(&root, "coverage-gate-x86_64-pc-windows-msvc.exe", "coverage-gate");
    check_refusal(
        &root,
        release(root.path()),
        &expect![
            "`coverage-gate-x86_64-unknown-linux-musl` and `coverage-gate-x86_64-pc-windows-msvc.exe` hold the same bytes: one of them was built for another target"
        ],
    );
}

#[test]
fn an_empty_program_is_refused() {
    let root = repository();
    asset(&root, "test-report-x86_64-unknown-linux-musl", "");
    check_refusal(
        &root,
        release(root.path()),
        &expect!["`ROOT/assets/test-report-x86_64-unknown-linux-musl` is empty"],
    );
}

#[test]
fn an_abbreviated_commit_is_refused() {
    let root = repository();
    let args = ManifestArgs { source_commit: Some("0123abc".to_owned()), ..release(root.path()) };
    check_refusal(
        &root,
        args,
        &expect!["`0123abc` is no full commit id: give the 40 digits that `git rev-parse` prints"],
    );
}

#[test]
fn another_version_is_refused() {
    let root = repository();
    let args = ManifestArgs { version: Some("99.0.0".to_owned()), ..release(root.path()) };
    check_refusal(
        &root,
        args,
        &expect!["the workspace has version VERSION, not 99.0.0: set it in Cargo.toml and build again"],
    );
}

#[test]
fn an_address_that_the_launcher_would_not_fetch_is_refused() {
    let root = repository();
    for url in
        ["http://example.com/v0", "https://", "https://a b", "http://127.0.0.1@example.com/", "ftp://a"]
    {
        let args = ManifestArgs { base_url: Some(url.to_owned()), ..release(root.path()) };
        assert!(run(args).unwrap_err().to_string().contains("is no address"), "{url}");
    }
}

#[test]
fn nothing_to_write_is_refused() {
    let root = repository();
    check_refusal(
        &root,
        ManifestArgs { development: false, ..development(root.path()) },
        &expect![
            "say what to write: --development, or --version, --source-commit, --assets and --base-url; or only --check"
        ],
    );
}

#[test]
fn check_tells_state_content_and_layout_apart() {
    let root = repository();
    let development = || ManifestArgs { check: true, ..development(root.path()) };
    run(release(root.path())).unwrap();
    check_refusal(
        &root,
        development(),
        &expect![
            "`ROOT/dist/manifest.json` has the state release, not development: only release branches and tags carry a filled manifest; to mend it: cargo xtask manifest --development"
        ],
    );

    asset(&root, "test-report-x86_64-unknown-linux-musl", "other bytes");
    let other = ManifestArgs { check: true, ..release(root.path()) };
    check_refusal(
        &root,
        other,
        &expect![
            "`ROOT/dist/manifest.json` names other programs or another version; to mend it: the same command without --check"
        ],
    );

    run(ManifestArgs { check: false, ..development() }).unwrap();
    let path = root.path().join("dist/manifest.json");
    fs::write(&path, written(&root).replace("\n  ", "\n    ")).unwrap();
    check_refusal(
        &root,
        development(),
        &expect![
            "`ROOT/dist/manifest.json` has another layout than the launcher reads; to mend it: cargo xtask manifest --development"
        ],
    );

    fs::write(&path, "{\"version\": \"1\", \"extra\": 1}").unwrap();
    check_refusal(
        &root,
        development(),
        &expect![
            "`ROOT/dist/manifest.json` is no manifest; to write the one for development: cargo xtask manifest --development: unknown field `extra`, expected one of `version`, `source_commit`, `state`, `binaries` at line 1 column 24"
        ],
    );
}

/// The two ends of the layout: what is written here is what `dist/launch.sh` reads.
#[cfg(unix)]
#[test]
fn the_launcher_reads_what_is_written() {
    let root = repository();
    let program = "#!/bin/sh\necho \"ran with $1\"\n";
    let triples = [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
    ];
    let targets = triples.map(|triple| format!("{{\"triple\": \"{triple}\"}}")).join(",");
    fs::write(root.path().join("dist/targets.json"), format!("[{targets}]")).unwrap();
    fs::remove_dir_all(root.path().join("assets")).unwrap();
    fs::create_dir_all(root.path().join("assets")).unwrap();
    for action in ["coverage-gate", "test-report"] {
        for triple in triples {
            asset(&root, &format!("{action}-{triple}"), &format!("{program}# {action} {triple}\n"));
        }
    }
    run(release(root.path())).unwrap();
    let launcher = root.path().join("dist/launch.sh");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist/launch.sh"), &launcher).unwrap();

    #[expect(clippy::disallowed_methods, reason = "the test stands where the runner does")]
    let launch = |name: &str| {
        let binaries = root.path().join("binaries");
        fs::create_dir_all(&binaries).unwrap();
        fs::copy(root.path().join("assets").join(name), binaries.join("test-report")).unwrap();
        std::process::Command::new("/bin/sh")
            .arg(&launcher)
            .args(["test-report", "an argument"])
            .env("GATEWRIGHT_BIN_DIR", &binaries)
            .env("RUNNER_TEMP", root.path())
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap()
    };
    let outputs = triples.map(|triple| launch(&format!("test-report-{triple}")));
    let ran = outputs.iter().filter(|output| output.stdout == b"ran with an argument\n").count();
    assert_eq!(ran, 1, "exactly the program of this machine's target runs: {outputs:?}");
    let refused = outputs.iter().filter(|output| output.status.code() == Some(3)).count();
    assert_eq!(refused, 3, "{outputs:?}");
}
