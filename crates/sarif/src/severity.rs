//! How bad things are: what each tool means by its words, as one of the five severities.
//!
//! A result's own score counts first, then the tool's own word, then its rule's score, then its level. Levels mean what
//! [`LINTERS`] and [`UNSURE`] say; of other tools an error is high, a warning medium and a note low. What a linter says is
//! about style until its rule has the tag `security`.

use gatewright_core::report::Severity;

use crate::model::{Alert, Kind, Level, Rule, Run, Score};

/// Tools whose results are about style and slips, unless a rule has the tag `security`: their errors break something, and
/// do not open anything.
pub const LINTERS: [&str; 12] = [
    "actionlint",
    "biome",
    "clang-tidy",
    "clippy",
    "eslint",
    "golangci-lint",
    "hadolint",
    "pylint",
    "ruff",
    "shellcheck",
    "staticcheck",
    "tflint",
];

/// Tools whose levels do not tell how bad it is: what an error is, and what a warning.
pub const UNSURE: [(&str, Severity, Severity); 6] = [
    // Every check is an error without a platform key.
    ("checkov", Severity::Medium, Severity::Medium),
    // A secret that was found is one that is known.
    ("detect-secrets", Severity::High, Severity::High),
    ("gitleaks", Severity::High, Severity::High),
    ("trufflehog", Severity::High, Severity::High),
    // The level tells whether the vulnerable code is called or only imported; the Go database has no scores.
    ("govulncheck", Severity::High, Severity::Medium),
    // Always a warning.
    ("osv-scanner", Severity::Medium, Severity::Medium),
];

/// The row of a table whose name is in a tool's name, whatever the case: `Semgrep OSS` is `semgrep`.
fn is_tool(name: &str, known: &str) -> bool {
    name.to_ascii_lowercase().contains(known)
}

/// Whether a tool is a linter.
pub fn is_linter(tool: &str) -> bool {
    LINTERS.iter().any(|known| is_tool(tool, known))
}

/// How bad a result is.
pub fn severity(tool: &str, rule: &Rule, alert: &Alert) -> Severity {
    if alert.kind != Kind::Fail {
        return Severity::Info;
    }
    let of_score = |score: Option<Score>| score.and_then(Score::severity);
    if let Some(severity) = of_score(alert.score).or(alert.severity).or_else(|| of_score(rule.score)) {
        return severity;
    }
    let level = alert.level.or(rule.level).unwrap_or(Level::Warning);
    if is_linter(tool) && !rule.is_security() {
        return match level {
            Level::Error => Severity::Medium,
            Level::Warning => Severity::Low,
            Level::Note | Level::None => Severity::Info,
        };
    }
    let unsure = UNSURE.iter().find(|(known, ..)| is_tool(tool, known));
    match (unsure, level) {
        (_, Level::None) => Severity::Info,
        (Some((_, error, _)), Level::Error) => *error,
        (Some((.., warning)), Level::Warning) => *warning,
        (None, Level::Error) => Severity::High,
        (None, Level::Warning) => Severity::Medium,
        (_, Level::Note) => Severity::Low,
    }
}

/// Writes down on every result how bad it is, by what its rule says before rules get the score of their worst result.
pub(crate) fn settle(run: &mut Run) {
    for alert in run.alerts.iter_mut().filter(|alert| alert.kind == Kind::Fail) {
        let rule = &run.rules[alert.rule];
        let is_scored = alert.score.is_some_and(|score| score.tenths > 0);
        if is_scored || alert.severity.is_some() {
            continue;
        }
        alert.score = rule.score.filter(|score| score.tenths > 0);
        if alert.score.is_none() {
            alert.severity = Some(severity(&run.tool.name, rule, alert));
        }
    }
}

/// Gives every rule of a scanner a score and the tag without which GitHub ignores it: the worst of its results, because a
/// score stands on the rule. Rules of linters stay without, and show as errors, warnings and notes.
pub(crate) fn score_rules(run: &mut Run) {
    let tool = run.tool.name.clone();
    let mut worst: Vec<Option<Score>> = run.rules.iter().map(|rule| rule.score).collect();
    for alert in run.alerts.iter().filter(|alert| alert.kind == Kind::Fail) {
        let rule = &run.rules[alert.rule];
        if is_linter(&tool) && !rule.is_security() && alert.score.is_none() {
            continue;
        }
        let of_word = || severity(&tool, rule, alert).security_severity().and_then(Score::parse);
        let score = alert.score.filter(|score| score.tenths > 0).or_else(|| {
            // The rule's own score is as exact as it gets, unless this result is worse.
            let known = rule.score.filter(|known| known.severity() >= Some(severity(&tool, rule, alert)));
            known.or_else(of_word)
        });
        worst[alert.rule] = worst[alert.rule].max(score);
    }
    for (rule, score) in run.rules.iter_mut().zip(worst) {
        rule.score = score;
        if score.is_some() && !rule.is_security() {
            rule.tags.insert(0, "security".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tool: &str, score: Option<&str>, word: Option<Severity>, level: Level, tags: &[&str]) -> Severity {
        let rule = Rule { tags: tags.iter().map(|&tag| tag.to_owned()).collect(), ..Rule::new("r") };
        let alert = Alert {
            score: score.and_then(Score::parse),
            severity: word,
            level: Some(level),
            ..Alert::default()
        };
        severity(tool, &rule, &alert)
    }

    #[test]
    fn the_best_source_counts() {
        assert_eq!(of("x", Some("9.0"), Some(Severity::Low), Level::Note, &[]), Severity::Critical);
        assert_eq!(of("x", Some("8.99"), None, Level::Note, &[]), Severity::High);
        assert_eq!(of("x", Some("0.0"), Some(Severity::Medium), Level::Error, &[]), Severity::Medium);
        assert_eq!(of("x", None, None, Level::Error, &[]), Severity::High);
        assert_eq!(of("x", None, None, Level::None, &[]), Severity::Info);
        assert_eq!(of("ShellCheck", None, None, Level::Error, &[]), Severity::Medium);
        assert_eq!(of("actionlint", None, None, Level::Error, &["security"]), Severity::High);
        assert_eq!(of("gitleaks", None, None, Level::Warning, &[]), Severity::High);
        assert_eq!(Score::parse("10.1"), None);
        assert_eq!(Score::parse("NaN"), None);
        assert_eq!(Score::parse("-1"), None);
        assert_eq!(Score::parse("9.3").map(Score::shown).as_deref(), Some("9.3"));
    }

    #[test]
    fn one_bad_result_does_not_make_the_others_bad() {
        let mut run = Run::of("x", None, "");
        run.rules = vec![Rule::new("a")];
        let alert = |level| Alert { level: Some(level), ..Alert::default() };
        run.alerts = vec![alert(Level::Error), alert(Level::Warning), alert(Level::Note)];
        settle(&mut run);
        score_rules(&mut run);
        let severities: Vec<Severity> =
            run.alerts.iter().map(|alert| severity("x", &run.rules[0], alert)).collect();
        assert_eq!(severities, [Severity::High, Severity::Medium, Severity::Low]);
        assert_eq!(run.rules[0].score.map(Score::shown).as_deref(), Some("8.0"));
    }

    #[test]
    fn a_rule_has_the_score_of_its_worst_result() {
        let mut run = Run::of("gosec", None, "");
        run.rules = vec![Rule::new("a"), Rule::new("b")];
        let alert = |word| Alert { severity: Some(word), ..Alert::default() };
        run.alerts = vec![alert(Severity::Low), alert(Severity::High)];
        score_rules(&mut run);
        let scores: Vec<Option<String>> = run.rules.iter().map(|rule| rule.score.map(Score::shown)).collect();
        assert_eq!(scores, [Some("8.0".to_owned()), None]);
        assert_eq!(severity("gosec", &run.rules[0], &run.alerts[0]), Severity::Low);
        assert_eq!(run.rules[0].tags, ["security"]);
        assert!(run.rules[1].tags.is_empty());
    }
}
