//! What each list accepts, and what of it is told.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::model::{Advisory, Alert, Package, Place, Rule, Run};

const NOW: Instant = Instant(1_795_219_200); // 2026-11-21

fn finding(run: &mut Run, id: &str, place: &str, package: Option<(&str, &str, &str)>) {
    run.rules.push(Rule::new(id));
    let advisory = package.map(|(kind, name, version)| {
        let package =
            Package { kind: kind.into(), name: name.into(), version: Some(version.into()), purl: None };
        let aliases = vec!["CVE-2026-9".to_owned()];
        Box::new(Advisory { id: id.to_owned(), aliases, package, ..Advisory::default() })
    });
    let rule = run.rules.len() - 1;
    run.alerts.push(Alert { rule, places: vec![Place::line(place, 7)], advisory, ..Alert::default() });
}

fn runs() -> Vec<Run> {
    ["Trivy", "osv-scanner", "Gitleaks", "Grype"]
        .map(|tool| {
            let mut run = Run::of(tool, None, "");
            finding(&mut run, "CVE-2026-1", "a/package-lock.json", Some(("npm", "left-pad", "1.3.0")));
            finding(&mut run, "GHSA-aaaa-bbbb-cccc", "go.mod", Some(("go", "example.org/x", "v0.1.0")));
            finding(&mut run, "generic-key", "src/key.rs", None);
            run
        })
        .into()
}

fn check(lists: &[AcceptanceList], expected: &Expect) {
    let mut runs = runs();
    let own = OwnProduct { repository: Some("acme/shop".to_owned()) };
    let (about, _) = apply(&mut runs, lists, NOW, &own);
    let mut shown = String::new();
    for run in &runs {
        for alert in &run.alerts {
            for one in alert.suppressions.iter().flatten() {
                let rule = &run.rules[alert.rule].id;
                let reason = one.justification.as_deref().unwrap_or("-");
                let until = one.expires.as_deref().unwrap_or("-");
                shown.push_str(&format!("{} {rule}: {reason} until {until}\n", run.tool.name));
            }
        }
    }
    about.iter().for_each(|about| shown.push_str(&format!("{:?}: {}\n", about.trouble, about.message)));
    expected.assert_eq(&shown);
}

fn list(name: &str, text: &str) -> AcceptanceList {
    read_list(name, RepoPath::new(name).ok(), text.as_bytes())
}

#[test]
fn trivyignore() {
    let text = "# why\ncve-2026-1 exp:2026-11-22\n\nCVE-2026-9 exp:2026-11-21\nX exp:soon\ngeneric-key # own\nY so\n";
    check(
        &[list(".trivyignore", text)],
        &expect![[r#"
        Trivy CVE-2026-1: why until 2026-11-21T23:59:59Z
        Trivy generic-key: own until -
        Unreadable: .trivyignore:5: `soon` is no day of the calendar; write it as YYYY-MM-DD. It accepts nothing.
        Unreadable: .trivyignore:7: `so` behind `Y` is neither `exp:YYYY-MM-DD` nor a comment. It accepts nothing.
        Expired: The entry `CVE-2026-9` of .trivyignore expired on 2026-11-21.
    "#]],
    );
}

#[test]
fn trivyignore_in_yaml() {
    let text = "vulnerabilities:\n  - id: CVE-2026-1\n    paths: ['a/**']\n    statement: why\n    expired_at: 2027-01-01\n  \
                - id: CVE-2026-9\n    purls: ['pkg:golang/example.org/x@v0.2.0']\n  - paths: [a]\n  - id: X\n    purls: \
                [x]\nsecrets:\n  - {id: CVE-2026-9}\nmore: [1]\n";
    check(
        &[list(".trivyignore.yaml", text)],
        &expect![[r#"
        Trivy CVE-2026-1: why until 2026-12-31T23:59:59Z
        Unreadable: .trivyignore.yaml:8: an entry has no `id`. It accepts nothing.
        Unreadable: .trivyignore.yaml:9: `x` is no package URL, such as `pkg:npm/name@1.2.3`. It accepts nothing.
        Unreadable: .trivyignore.yaml:13: `more` is no section; there are vulnerabilities, misconfigurations, secrets, licenses. It accepts nothing.
    "#]],
    );
}

#[test]
fn osv_scanner() {
    let text = "[[IgnoredVulns]]\nid = \"CVE-2026-1\"\nignoreUntil = 2026-12-01\nreason = \"why\"\n\n[[IgnoredVulns]]\nid = \
                \"CVE-2026-9\"\nignoreUntil = 2026-11-20T00:00:00Z\n\n[[PackageOverrides]]\necosystem = \"Go\"\nname = \
                \"example.org/x\"\nversion = \"0.1.0\"\nvulnerability.ignore = true\nreason = \"unused\"\n\n\
                [[PackageOverrides]]\nname = \"a\"\nlicense.override = [\"MIT\"]\n\n[[PackageOverrides]]\nname = \"a.*\"\n\
                nameIsRegex = true\nignore = true\n";
    check(
        &[list("osv-scanner.toml", text)],
        &expect![[r#"
        osv-scanner GHSA-aaaa-bbbb-cccc: unused until -
        Unreadable: osv-scanner.toml:21: `nameIsRegex` can't be used here: name the packages one by one. It accepts nothing.
        Expired: The entry `CVE-2026-9` of osv-scanner.toml expired on 2026-11-20.
    "#]],
    );
    check(
        &[list("a/osv-scanner.toml", text)],
        &expect![[r#"
        osv-scanner CVE-2026-1: why until 2026-11-30T23:59:59Z
        Unreadable: a/osv-scanner.toml:21: `nameIsRegex` can't be used here: name the packages one by one. It accepts nothing.
        Expired: The entry `CVE-2026-9` of a/osv-scanner.toml expired on 2026-11-20.
    "#]],
    );
    check(
        &[list("b/osv-scanner.toml", text), list("osv-scanner.toml", "a = [\n")],
        &expect![[r#"
        Unreadable: b/osv-scanner.toml:21: `nameIsRegex` can't be used here: name the packages one by one. It accepts nothing.
        Expired: The entry `CVE-2026-9` of b/osv-scanner.toml expired on 2026-11-20.
        Unreadable: osv-scanner.toml:1: this is not valid TOML: unclosed array, expected `]`. It accepts nothing.
    "#]],
    );
}

#[test]
fn gitleaksignore() {
    check(
        &[list(".gitleaksignore", "# test\nsrc/key.rs:generic-key:7\nabc:src/key.rs:generic-key:8\nx\n")],
        &expect![[r#"
            Gitleaks generic-key: test until -
            Unreadable: .gitleaksignore:4: `x` is no fingerprint: `commit:file:rule:line` or `file:rule:line`. It accepts nothing.
        "#]],
    );
}

#[test]
fn grype() {
    let text = "ignore:\n  - vulnerability: CVE-2026-1\n    package: {name: 'left-.*', type: npm, location: 'a/*'}\n    reason: \
                why\n  - package: {language: go}\n    fix-state: not-fixed\n  - {fix-state: wont-fix}\n  - {reason: x}\n  - \
                {vulnerability: X, namespace: y}\n  - {package: {name: '(a|b)'}}\n";
    check(
        &[list(".grype.yaml", text)],
        &expect![[r#"
        Grype CVE-2026-1: why until -
        Grype GHSA-aaaa-bbbb-cccc: - until -
        Unreadable: .grype.yaml:7: `fix-state: wont-fix` can't be told from a report. It accepts nothing.
        Unreadable: .grype.yaml:8: it has no criterion, and would accept everything. It accepts nothing.
        Unreadable: .grype.yaml:9: `namespace` can't be checked against a report. It accepts nothing.
        Unreadable: .grype.yaml:10: the regular expression `(a|b)` can't be read here (`(`): name the packages. It accepts nothing.
    "#]],
    );
}

#[test]
fn openvex() {
    let text = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z", "statements": [
        {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:npm/left-pad"}], "status": "not_affected",
         "justification": "vulnerable_code_not_present", "impact_statement": "built without"},
        {"vulnerability": {"name": "CVE-2026-9"}, "status": "fixed",
         "products": [{"@id": "pkg:github/acme/shop", "subcomponents": [{"@id": "pkg:golang/example.org/x"}]}]},
        {"vulnerability": {"name": "CVE-2026-9"}, "status": "under_investigation", "timestamp": "2026-02-01T00:00:00Z",
         "products": [{"@id": "pkg:npm/left-pad"}]},
        {"vulnerability": {"name": "CVE-2020-1"}, "products": [{"@id": "pkg:npm/gone"}], "status": "not_affected",
         "justification": "component_not_present"},
        {"vulnerability": {"name": "CVE-2020-2"}, "products": [{"@id": "pkg:npm/gone"}], "status": "not_affected"},
        {"vulnerability": "CVE-2020-3", "products": ["pkg:npm/gone"], "status": "maybe"},
        {"vulnerability": "CVE-2020-4", "status": "fixed", "timestamp": "soon"}
    ]}"#;
    check(
        &[read_vex("a.vex.json", None, text.as_bytes())],
        &expect![[r#"
        Trivy GHSA-aaaa-bbbb-cccc: fixed until -
        osv-scanner GHSA-aaaa-bbbb-cccc: fixed until -
        Gitleaks GHSA-aaaa-bbbb-cccc: fixed until -
        Grype GHSA-aaaa-bbbb-cccc: fixed until -
        Unreadable: a.vex.json:10: the statement on `CVE-2020-2` says `not_affected`, and neither `justification` nor `impact_statement` says why. It accepts nothing.
        Unreadable: a.vex.json:11: the statement on `CVE-2020-3` has the status `maybe`, which OpenVEX does not have. It accepts nothing.
        Unreadable: a.vex.json:12: the statement on `CVE-2020-4` says no time: `soon` is no day of the calendar; write it as YYYY-MM-DD. It accepts nothing.
        Unmatched: The statement on `CVE-2020-1` of a.vex.json accepts nothing here.
    "#]],
    );
    check(
        &[
            read_vex("b.json", None, b"{\"statements\": []}"),
            read_vex("c.json", None, &text.as_bytes()[..400]),
        ],
        &expect![[r#"
            Unreadable: b.json:1: it is no document of OpenVEX: its `@context` does not name openvex.dev/ns. It accepts nothing.
            Unreadable: c.json:5: the file ends where the end of a string should be. It accepts nothing.
        "#]],
    );
}

proptest! {
    #[test]
    fn no_list_panics(text in "[a-z\\[\\]{}:,\"'#=. \n*-]{0,80}", name in ".trivyignore|a.yaml|b.toml|.gitleaksignore|x") {
        let lists = [list(&name, &text), read_vex("v", None, text.as_bytes()), list("a.yaml", &format!("ignore:\n{text}"))];
        apply(&mut runs(), &lists, NOW, &OwnProduct::default());
    }
}

#[test]
fn a_justification_that_openvex_does_not_have_accepts_nothing() {
    let text = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z", "statements": [
        {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:npm/left-pad"}], "status": "not_affected",
         "justification": "made_up", "impact_statement": "so there"}]}"#;
    let list = read_vex("a.json", RepoPath::new("a.json").ok(), text.as_bytes());
    assert_eq!((list.entries.len(), list.count, list.odd[0].line), (0, 1, 2));
    let expected = "the statement on `CVE-2026-1` has the justification `made_up`, which OpenVEX does not have: it has \
                    component_not_present";
    assert!(list.odd[0].message.starts_with(expected), "{}", list.odd[0].message);
    let list = read_vex("a.json", None, text.replace("made_up", "component_not_present").as_bytes());
    assert_eq!((list.entries.len(), list.odd.len()), (1, 0));
}
