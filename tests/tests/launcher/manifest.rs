//! The manifest and its schema agree, and the launchers know every target.

use serde_json::Value;

use crate::checkout::{development, release, release_of, repository};

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(repository().join("dist").join(name)).unwrap()).unwrap()
}

fn errors(manifest: &Value) -> Vec<String> {
    let schema = jsonschema::validator_for(&read("manifest.schema.json")).unwrap();
    schema.iter_errors(manifest).map(|error| error.to_string()).collect()
}

#[test]
fn the_manifest_is_valid_under_its_schema() {
    assert_eq!(errors(&read("manifest.json")), [""; 0]);
}

#[test]
fn the_schema_itself_is_valid() {
    assert!(jsonschema::meta::is_valid(&read("manifest.schema.json")));
}

#[test]
fn the_manifests_of_these_tests_are_valid_under_the_schema() {
    for text in [development(), release(b"x", "https://example.com/a"), release(b"x", "http://127.0.0.1:1/a")]
    {
        assert_eq!(errors(&serde_json::from_str(&text).unwrap()), [""; 0], "{text}");
    }
}

#[test]
fn the_schema_refuses_what_the_launchers_refuse() {
    let hash = "0".repeat(64);
    let wrong = [
        release_of("Gate", "t", "https://example.com/a", &hash, 1),
        release_of("gate", "t", "http://example.com/a", &hash, 1),
        release_of("gate", "t", "https://example.com/a b", &hash, 1),
        release_of("gate", "t", "https://example.com/a", &hash[1..], 1),
        release_of("gate", "t", "https://example.com/a", &hash, 0),
        development().replace("0.1.0", "latest"),
        development().replace("development", "release"),
        development().replace("null", "\"0123456789abcdef0123456789abcdef01234567\""),
        release(b"x", "https://example.com/a").replace("\"release\"", "\"development\""),
    ];
    for text in wrong {
        assert_ne!(errors(&serde_json::from_str(&text).unwrap()), [""; 0], "{text}");
    }
}

#[test]
fn the_launchers_know_every_target() {
    let targets = read("targets.json");
    let triples: Vec<_> =
        targets.as_array().unwrap().iter().map(|target| target["triple"].as_str().unwrap()).collect();
    assert!(triples.is_sorted() && triples.len() == 6, "{triples:?}");
    let shell = std::fs::read_to_string(repository().join("dist/launch.sh")).unwrap();
    let powershell = std::fs::read_to_string(repository().join("dist/launch.ps1")).unwrap();
    for triple in triples {
        let launcher = if triple.contains("-windows-") { &powershell } else { &shell };
        assert!(launcher.contains(triple), "no launcher knows {triple}");
    }
}
