//! A configuration chooses no file outside of the repository, by symbolic links neither: a stranger's repository brings
//! both. No case folder can hold such links, because Windows could not check them out.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it starts git and the binary")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use gatewright_tests::binaries::build;

/// Runs the gate with an output that the configuration puts at `place`, in a repository with links that lead out.
fn judged(place: &str) -> (Option<i32>, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("repository"), folder.path().join("outside"));
    fs::create_dir_all(root.join(".github")).unwrap();
    fs::create_dir(&outside).unwrap();
    symlink(&outside, root.join("away")).unwrap();
    symlink(".git", root.join("gits")).unwrap();
    symlink("nowhere/at/all", root.join("dangling")).unwrap();
    fs::write(root.join("lcov.info"), "SF:a.js\nDA:1,1\nend_of_record\n").unwrap();
    let configuration = format!("coverage-gate:\n  lcov-file: {place}\n");
    fs::write(root.join(".github/gatewright.yml"), configuration).unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&root).env_clear().env("HOME", folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.output().unwrap()
    };
    assert!(run(Path::new("git"), &["init", "--quiet"]).status.success());
    let binary = build(&BTreeSet::from(["coverage-gate".to_owned()])).unwrap().join("coverage-gate");
    let output = run(&binary, &[]);
    let written = fs::read_dir(&outside).unwrap().map(|entry| entry.unwrap().file_name());
    let written = written.map(|name| name.to_string_lossy().into_owned()).collect();
    (output.status.code(), String::from_utf8(output.stderr).unwrap(), written)
}

#[test]
fn no_link_leads_an_output_out() {
    for place in ["away/merged.info", "away/new/merged.info", "gits/hooks/post-checkout", "dangling"] {
        let (code, said, written) = judged(place);
        assert_eq!(code, Some(2), "{place}: {said}");
        assert!(said.contains("leads out of the repository's files"), "{place}: {said}");
        assert_eq!(written, Vec::<String>::new(), "{place}");
    }
}

#[test]
fn a_new_folder_inside_is_written() {
    let (code, said, _) = judged("out/new/merged.info");
    assert_eq!(code, Some(0), "{said}");
}
