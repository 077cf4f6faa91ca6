//! `dist/launch.ps1` on Windows. The program is a copy of `cmd.exe`, which can be asked to say something.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::checkout::{
    ACTION, Checkout, assert_refused, development, executable, fill_cache, release, sha256, text,
};
use crate::server::{Answer, Server};

fn program() -> Vec<u8> {
    fs::read(PathBuf::from(std::env::var_os("SystemRoot").unwrap()).join("System32/cmd.exe")).unwrap()
}

/// The step of an action, as `action.yml` spells it, with arguments for `cmd.exe`.
fn launcher(checkout: &Checkout) -> Command {
    let script = checkout.beside("step.ps1");
    let run = format!(
        "& \"$env:GITHUB_ACTION_PATH/../../dist/launch.ps1\" {ACTION} /d /c 'echo ran&exit 7'\nexit $LASTEXITCODE\n"
    );
    fs::write(&script, run).unwrap();
    let mut command = Command::new("pwsh");
    command.args(["-NoLogo", "-NoProfile", "-NonInteractive", "-File"]).arg(script);
    checkout.scrub(&mut command);
    for name in ["PATH", "SystemRoot", "TEMP", "TMP", "PSModulePath"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

fn launch(checkout: &Checkout) -> Output {
    launcher(checkout).output().unwrap()
}

/// Asserts that the program ran, and returns what the launcher said.
#[track_caller]
fn assert_ran(output: &Output, checkout: &Checkout) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert_eq!(text(&output.stdout), "ran\r\n", "{said}");
    assert_eq!(checkout.left_in_temp(), 0);
    said
}

#[test]
fn a_verified_release_asset_runs_and_then_the_cached_one() {
    let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(program())));
    checkout.write_manifest(&release(&program(), &server.url("gate")));
    assert_eq!(assert_ran(&launch(&checkout), &checkout), "");
    assert_eq!(fs::read(checkout.cached()).unwrap(), program());
    drop(server);
    assert_eq!(assert_ran(&launch(&checkout), &checkout), "");
}

#[test]
fn a_wrong_hash_fails_closed() {
    let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(vec![b'x'; program().len()])));
    checkout.write_manifest(&release(&program(), &server.url("gate")));
    let said = assert_refused(&launch(&checkout));
    assert!(said.contains(&format!("expected sha256 {}", sha256(&program()))), "{said}");
    assert!(!checkout.cached().exists());
    assert_eq!(checkout.left_in_temp(), 0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_cut_download_is_tried_three_times() {
    let (checkout, server) = (Checkout::new(), Server::start(Answer::Cut(program())));
    checkout.write_manifest(&release(&program(), &server.url("gate")));
    assert!(assert_refused(&launch(&checkout)).contains("could not be fetched"));
    assert_eq!(server.requests(), 3);
}

#[test]
fn a_corrupted_cache_is_healed() {
    let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(program())));
    checkout.write_manifest(&release(&program(), &server.url("gate")));
    fill_cache(&checkout.cached(), b"EVIL");
    assert!(assert_ran(&launch(&checkout), &checkout).contains("is replaced"));
    assert_eq!(fs::read(checkout.cached()).unwrap(), program());
}

#[test]
fn a_folder_of_programs_runs_in_development_only() {
    let checkout = Checkout::new();
    fs::create_dir_all(checkout.path("own")).unwrap();
    fs::write(checkout.path("own").join(executable()), [program(), b"!".to_vec()].concat()).unwrap();
    checkout.write_manifest(&release(&program(), "https://example.com/gate"));
    let output = launcher(&checkout).env("GATEWRIGHT_BIN_DIR", checkout.path("own")).output().unwrap();
    assert!(assert_refused(&output).contains("is not the program of release 0.1.0"));
    checkout.write_manifest(&development());
    let output = launcher(&checkout).env("GATEWRIGHT_BIN_DIR", checkout.path("own")).output().unwrap();
    assert!(assert_ran(&output, &checkout).contains("is an unverified local build"));
    assert!(assert_refused(&launch(&checkout)).contains("build it first: cargo build --release"));
}

#[test]
fn what_the_manifest_does_not_say_is_refused() {
    let checkout = Checkout::new();
    let good = release(&program(), "https://example.com/gate");
    fill_cache(&checkout.cached(), &program());
    for (from, to, said) in [
        ("\"coverage-gate\"", "\"coverage\"", "has no action of this name"),
        ("-pc-windows-msvc", "-pc-windows-gnu", "has no program for this platform"),
        ("\"0.1.0\"", "\"../0.1.0\"", "cannot be read as the manifest"),
        ("\"release\"", "\"other\"", "cannot be read as the manifest"),
        ("https://example.com/gate", "http://example.com/gate", "is not an https address"),
        ("{", "", "cannot be read as the manifest"),
    ] {
        checkout.write_manifest(&good.replace(from, to));
        let output = assert_refused(&launch(&checkout));
        assert!(output.contains(said), "{output}");
    }
}
