//! The reports that cases expect, held to their contracts: `gatewright.report/v1` as core reads it, and SARIF 2.1.0 by
//! the schema of its authors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it asks cargo where the schema lies")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gatewright_core::report::{Report, SCHEMA};
use gatewright_tests::case::discover;
use serde_json::Value;

/// Every JSON document among the expected files: its place, and what it says.
fn documents() -> Vec<(PathBuf, Value)> {
    let cases = discover(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap();
    let mut open: Vec<PathBuf> = cases.into_iter().map(|case| case.folder.join("expected")).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(document @ Value::Object(_)) = serde_json::from_slice(&fs::read(&path).unwrap()) {
            found.push((path, document));
        }
    }
    found
}

#[test]
fn reports_are_read_as_they_were_written() {
    let is_report = |(_, document): &(PathBuf, Value)| document["schema"] == SCHEMA;
    let reports: Vec<_> = documents().into_iter().filter(is_report).collect();
    assert!(reports.len() >= 5, "only {} reports", reports.len());
    for (path, document) in reports {
        let report: Report = serde_json::from_value(document.clone())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(serde_json::to_value(report).unwrap(), document, "{}", path.display());
    }
}

#[test]
fn sarif_keeps_to_its_schema() {
    let mut schema: Value = serde_json::from_slice(&fs::read(schema()).unwrap()).unwrap();
    // Its authors wrote a bracket too many, so that this is no regular expression by today's rules.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let is_sarif = |(_, document): &(PathBuf, Value)| document["runs"].is_array();
    let logs: Vec<_> = documents().into_iter().filter(is_sarif).collect();
    assert!(logs.len() >= 2, "only {} logs", logs.len());
    for (path, mut document) in logs {
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        // A validator that accepts everything would say so, too.
        document["version"] = "2.0.0".into();
        assert!(!validator.is_valid(&document));
    }
}

/// The schema comes with the crate that writes our SARIF.
fn schema() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("src/schema.json")
}
