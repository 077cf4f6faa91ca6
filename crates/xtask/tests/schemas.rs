//! The generated schemas take what the programs take and write, and refuse what they refuse.

#![expect(clippy::disallowed_methods, reason = "it runs a real program for a real report")]

use std::process::Command;
use std::sync::LazyLock;

use gatewright_core::config::yaml::{self, Node, Value};
use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};
use xtask::generate::{CONFIG, REPORT};

fn schema(path: &str) -> Json {
    let text = std::fs::read_to_string(xtask::root().join(path)).expect("it is generated");
    serde_json::from_str(&text).expect("it is JSON")
}

fn wrong(validator: &Validator, instance: &Json) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// YAML as an editor's schema check sees it: core schema scalars.
fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar { text, quoted: true } => Json::from(text.as_str()),
        Value::Scalar { text, quoted: false } => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()))
        }
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => Json::Object(
            entries.iter().map(|entry| (entry.key.clone(), json_of(&entry.node))).collect::<Map<_, _>>(),
        ),
    }
}

fn judge_configuration(text: &str) -> Vec<String> {
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| jsonschema::validator_for(&schema(CONFIG)).expect("it is a schema"));
    wrong(&VALIDATOR, &json_of(&yaml::parse(text).expect("it is YAML")))
}

#[test]
fn the_schema_takes_our_own_configuration() {
    let path = xtask::root().join(gatewright_core::config::DEFAULT_PATH);
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(judge_configuration(&text), Vec::<String>::new());
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    for good in [
        "",
        "coverage-gate:\n",
        "coverage-gate:\n  - minimum: 1\n",
        "coverage-gate:\n  minimum: 85.5\n  minimum-patch: '90'\n  summary: false\n  annotations: 3\n  fail-on: never\n",
        "coverage-gate:\n  files: a.out\n  ignore: [a, b/**]\n  conditions: coverage.lines > 1\n  name: a.b_c-1\n",
        "coverage-gate:\n  - name: a\n    on-no-data: warn\n  - name: b\n    conditions: ['coverage.lines > 1']\n",
        "coverage-gate:\n  waivers:\n    - {rule: x, reason: y, owner: '@z', until: 2027-01-31}\n",
    ] {
        assert_eq!(judge_configuration(good), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    for bad in [
        "coverage-gte: {}\n",
        "coverage-gate: 85\n",
        "coverage-gate:\n  minmum: 85\n",
        "coverage-gate:\n  minimum: 101\n",
        "coverage-gate:\n  minimum: '101'\n",
        "coverage-gate:\n  minimum: plenty\n",
        "coverage-gate:\n  produced-by: [make, make all]\n",
        "coverage-gate:\n  minimum-file: src/** arms=80\n",
        "coverage-gate:\n  max-uncovered: many\n",
        "coverage-gate:\n  annotations: 11\n",
        "coverage-gate:\n  summary: sometimes\n",
        "coverage-gate:\n  fail-on: worst\n",
        "coverage-gate:\n  on-no-data: pass\n",
        "coverage-gate:\n  config: other.yml\n",
        "coverage-gate:\n  name: a b\n",
        "coverage-gate:\n  - minimum: 1\n  - minimum: 2\n",
        "coverage-gate:\n  waivers:\n    - {rule: x, owner: y, until: 2027-01-31}\n",
        "coverage-gate:\n  waivers:\n    - {rule: x, reason: y, owner: z, until: soon}\n",
        "coverage-gate:\n  waivers:\n    - {rule: x, reason: y, owner: z, until: 2027-01-31, line: 3}\n",
    ] {
        assert!(!judge_configuration(bad).is_empty(), "{bad}");
    }
}

/// Closes every object, so that a field which the schema does not know is found: for others it stays open. The
/// alternatives beside an object's properties are parts of that object.
fn close(schema: &mut Json) {
    if let Some(object) = schema.as_object_mut() {
        let whole = object.contains_key("properties");
        if whole {
            object.insert("unevaluatedProperties".to_owned(), json!(false));
        }
        object.iter_mut().filter(|(key, _)| !whole || *key != "anyOf").for_each(|(_, value)| close(value));
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(close);
    }
}

#[test]
fn the_schema_knows_every_field_of_a_real_report() {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "coverage-gate"]).current_dir(xtask::root());
    assert!(build.status().unwrap().success());

    let folder = tempfile::tempdir().unwrap();
    for folder_of_sources in ["examples/go", "examples/javascript"] {
        copy(&xtask::root().join(folder_of_sources), &folder.path().join(folder_of_sources));
    }
    // A report that is missing, one that is broken, a waiver, a condition: whatever a report can hold.
    std::fs::write(folder.path().join("broken.out"), "mode: set\nexample.com/a.go:1.1,2.2 1").unwrap();
    std::fs::create_dir(folder.path().join(".github")).unwrap();
    let configuration = "coverage-gate:\n  name: all\n  conditions: [coverage.lines >= 99]\n  minimum-file: 99\n  waivers:\n    \
                         - {rule: file-below-minimum, path: 'examples/go/cart/**', reason: r, owner: o, until: 2999-01-01}\n";
    std::fs::write(folder.path().join(".github/gatewright.yml"), configuration).unwrap();
    let gate = xtask::target().join("debug/coverage-gate");
    let output = Command::new(gate)
        .env_clear()
        .current_dir(folder.path())
        .args(["--format", "json", "broken.out", "missing.out", "examples/go/coverage.out"])
        .arg("examples/javascript/coverage/lcov.info")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    for part in ["findings", "states", "measures", "sections", "rules", "sources"] {
        assert!(report[part].as_array().is_some_and(|part| !part.is_empty()), "no {part}");
    }
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["waiver"].is_object()));

    let open = schema(REPORT);
    assert_eq!(wrong(&jsonschema::validator_for(&open).unwrap(), &report), Vec::<String>::new());
    let mut closed = open.clone();
    close(&mut closed);
    let closed = jsonschema::validator_for(&closed).unwrap();
    assert_eq!(wrong(&closed, &report), Vec::<String>::new());

    // A newer report may know more; a broken one is refused.
    let mut newer = report.clone();
    newer["later"] = json!(1);
    let open = jsonschema::validator_for(&open).unwrap();
    assert!(open.is_valid(&newer) && !closed.is_valid(&newer));
    for (pointer, value) in
        [("/schema", json!("gatewright.report/v2")), ("/findings/0/severity", json!("huge"))]
    {
        let mut broken = report.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!open.is_valid(&broken), "{pointer}");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for entry in std::fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("it can be listed").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("it can be copied");
        }
    }
}
