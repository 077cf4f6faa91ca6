//! A category of its own for every run: GitHub refuses two runs of one tool in one category, and a run that comes without
//! one replaces the alerts of another.

use std::collections::HashSet;

use crate::model::Run;

/// The category of a run: its id up to the last slash.
pub fn category(id: &str) -> &str {
    id.rsplit_once('/').map_or("", |(category, _)| category)
}

/// Gives every run an id that no other run of its tool has: those that have one keep it, the others get
/// `<prefix>/<tool>/<target>/`. The same runs in the same order get the same ids.
pub fn assign(runs: &mut [Run], prefix: &str) {
    let key = |run: &Run, id: &str| (run.tool.name.clone(), category(id).to_owned());
    let mut taken: HashSet<(String, String)> = HashSet::new();
    let mut without = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let keeps = run.automation_id.as_deref().is_some_and(|id| taken.insert(key(run, id)));
        if !keeps {
            without.push(at);
        }
    }
    for at in without {
        let run = &mut runs[at];
        let parts =
            [Some(prefix.trim_matches('/')), Some(run.tool.name.as_str()), run.target.as_deref().map(place)];
        let parts = parts.into_iter().flatten().enumerate();
        let words: Vec<String> =
            parts.map(|(at, part)| if at == 0 { part.to_owned() } else { word(part) }).collect();
        let stem = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/");
        let numbered =
            (1..).map(|number| if number == 1 { format!("{stem}/") } else { format!("{stem}-{number}/") });
        let id = numbered.into_iter().find(|id| taken.insert(key(run, id)));
        run.automation_id = id;
    }
}

/// What tells a target apart and is the same on every machine: of an absolute path its last part.
fn place(target: &str) -> &str {
    let target = target.trim_end_matches('/');
    match target {
        "." | "" => "",
        path if gatewright_core::repo_path::is_absolute(path) => {
            path.rsplit(['/', '\\']).next().unwrap_or_default()
        }
        path => without_version(path.strip_prefix("./").unwrap_or(path)),
    }
}

/// An image without its tag and digest: with them every build would have a category of its own, and the alerts of the one
/// before would stay open for ever.
fn without_version(target: &str) -> &str {
    let name = target.split_once("@sha256:").map_or(target, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((image, tag)) if !tag.contains('/') && !image.is_empty() => image,
        _ => name,
    }
}

/// A name as part of a category: lower case, without what would divide it.
fn word(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        if char.is_ascii_alphanumeric() || matches!(char, '.' | '_') {
            out.push(char.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_its_own() {
        let run = |tool: &str, id: Option<&str>, target: Option<&str>| Run {
            automation_id: id.map(str::to_owned),
            target: target.map(str::to_owned),
            ..Run::of(tool, None, "")
        };
        let mut runs = [
            run("Trivy", None, Some("library/alpine:3.20")),
            run("Trivy", None, Some("library/alpine:3.20")),
            run("Trivy fs", None, Some(".")),
            run("grype", None, Some("/srv/app")),
            run("CodeQL", Some("codeql/go/1"), None),
            run("CodeQL", Some("codeql/go/2"), None),
            run("gosec", Some("codeql/go/1"), None),
            run("x", Some("no-slash"), None),
            run("x", Some("other"), None),
        ];
        assign(&mut runs, "security-sarif");
        let ids: Vec<&str> = runs.iter().filter_map(|run| run.automation_id.as_deref()).collect();
        assert_eq!(
            ids,
            [
                "security-sarif/trivy/library-alpine/",
                "security-sarif/trivy/library-alpine-2/",
                "security-sarif/trivy-fs/",
                "security-sarif/grype/app/",
                "codeql/go/1",
                "security-sarif/codeql/",
                "codeql/go/1",
                "no-slash",
                "security-sarif/x/",
            ]
        );
        assert_eq!(without_version("localhost:5000/shop"), "localhost:5000/shop");
        assert_eq!(without_version("localhost:5000/shop:1.4@sha256:00ff"), "localhost:5000/shop");
        let before = runs.clone();
        assign(&mut runs, "security-sarif");
        assert!(runs == before);
    }
}
