//! Runs as short text, for snapshots of the readers of reports on packages.

use std::fmt::Write;

use proptest::prelude::*;

use crate::fault::Faults;
use crate::formats::{Format, read};
use crate::model::{Alert, Place, Run};

/// What a report of a format says.
#[track_caller]
pub(super) fn dumped(format: Format, text: &str) -> String {
    let parsed = read(text.as_bytes()).expect("the report is read");
    assert_eq!(parsed.format, format, "taken for {}", parsed.format.name());
    let mut out = String::new();
    for run in &parsed.runs {
        one(run, &mut out).expect("a `String` takes everything");
    }
    out + &said(&parsed.faults)
}

/// What is wrong, a line each.
pub(super) fn said(faults: &Faults) -> String {
    let line = |fault: &crate::Fault| {
        format!("fault {}:{} {}: {}\n", fault.line, fault.column, fault.kind.id(), fault.message)
    };
    faults.kept().iter().map(line).collect()
}

fn one(run: &Run, out: &mut String) -> std::fmt::Result {
    write!(out, "run {} {}", run.tool.name, run.tool.version.as_deref().unwrap_or("-"))?;
    if let Some(target) = &run.target {
        write!(out, " target={target}")?;
    }
    if run.left_out > 0 {
        write!(out, " left_out={}", run.left_out)?;
    }
    writeln!(out)?;
    for (key, value) in &run.properties {
        writeln!(out, "  {key}: {value}")?;
    }
    for rule in &run.rules {
        let score = rule.score.map_or("-".to_owned(), crate::Score::shown);
        let level = rule.level.map_or("-", crate::Level::as_str);
        writeln!(out, "  rule {} {level} {score} [{}]", rule.id, rule.tags.join(" "))?;
        for (name, text) in
            [("short", &rule.short), ("full", &rule.full), ("help", &rule.help), ("uri", &rule.help_uri)]
        {
            if let Some(text) = text {
                writeln!(out, "    {name}: {}", text.escape_debug())?;
            }
        }
    }
    run.alerts.iter().try_for_each(|alert| self::alert(run, alert, out))
}

fn alert(run: &Run, alert: &Alert, out: &mut String) -> std::fmt::Result {
    let level = alert.level.map_or("-", crate::Level::as_str);
    let severity = alert.severity.map_or("-", |severity| severity.as_str());
    let score = alert.score.map_or("-".to_owned(), crate::Score::shown);
    let secret = if alert.is_secret { " secret" } else { "" };
    writeln!(
        out,
        "  alert {} {level} {severity} {score}{secret} from {}:{}",
        run.rules[alert.rule].id, alert.origin.0, alert.origin.1
    )?;
    writeln!(out, "    {}", alert.message.escape_debug())?;
    for (word, places) in [("at", &alert.places), ("see", &alert.related)] {
        for place in places {
            writeln!(out, "    {word} {}", shown(place))?;
        }
    }
    if let Some(subject) = &alert.subject {
        writeln!(out, "    subject {subject}")?;
    }
    if let Some(advisory) = &alert.advisory {
        let package = &advisory.package;
        let purl = package.purl.as_deref().unwrap_or("-");
        writeln!(
            out,
            "    {} {} {} {purl}",
            package.kind,
            package.name,
            package.version.as_deref().unwrap_or("-")
        )?;
        let lists = [("aliases", &advisory.aliases), ("fixed", &advisory.fixed_in)];
        let mut facts: Vec<String> = lists
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(word, list)| format!("{word} {}", list.join(" ")))
            .collect();
        if advisory.reach != crate::Reach::Unknown {
            facts.push(format!("{:?}", advisory.reach));
        }
        facts.extend(advisory.epss.map(|epss| format!("epss {} {}", epss.probability, epss.percentile)));
        facts.extend(advisory.is_exploited.then(|| "exploited".to_owned()));
        facts.extend(advisory.is_direct.map(|direct| if direct { "direct" } else { "indirect" }.to_owned()));
        facts.extend(advisory.upgrade.as_ref().map(|upgrade| format!("upgrade {upgrade}")));
        facts.extend(advisory.url.clone());
        if !facts.is_empty() {
            writeln!(out, "    {}", facts.join("; "))?;
        }
    }
    for (key, value) in alert.rest.iter().chain(&alert.properties) {
        writeln!(out, "    {key}: {value}")?;
    }
    Ok(())
}

fn shown(place: &Place) -> String {
    let mut out = place.uri.clone();
    if let Some(region) = &place.region {
        out.push_str(&format!(":{}", region.start_line));
        out.extend(region.start_column.map(|column| format!(":{column}")));
        out.extend(region.end_line.map(|line| format!("-{line}")));
    }
    out.extend(place.base.as_ref().map(|base| format!(" ({base})")));
    out.extend(place.message.as_ref().map(|message| format!(" {message}")));
    out.extend((!place.logical.is_empty()).then(|| format!(" {}", place.logical.join(" "))));
    out
}

/// A report of each of these formats.
fn samples() -> [(Format, String); 7] {
    use super::{cargo_audit, govulncheck, grype, npm_audit, osv_scanner, pip_audit, trivy};
    [
        (Format::Govulncheck, govulncheck::tests::sample()),
        (Format::Trivy, trivy::tests::FOLDER.to_owned()),
        (Format::Grype, grype::tests::IMAGE.to_owned()),
        (Format::OsvScanner, osv_scanner::tests::REPORT.to_owned()),
        (Format::NpmAudit, npm_audit::tests::SECOND.to_owned()),
        (Format::CargoAudit, cargo_audit::tests::REPORT.to_owned()),
        (Format::PipAudit, pip_audit::tests::REPORT.to_owned()),
    ]
}

#[test]
fn no_two_readers_take_one_report_whole_or_cut() {
    for (format, text) in samples() {
        for end in (1..=text.len()).rev().step_by(5).filter(|end| text.is_char_boundary(*end)) {
            let mut faults = Faults::default();
            let document = crate::json::parse(&text[..end], &mut faults);
            let takers: Vec<Format> = super::READERS
                .iter()
                .filter(|reader| (reader.detects)(&document))
                .map(|reader| reader.format)
                .collect();
            assert!(
                takers.iter().all(|taker| *taker == format),
                "{format:?} is taken by {takers:?}:\n{}",
                &text[..end]
            );
            assert!(
                takers.len() == 1 || end < text.len() / 4,
                "{format:?} is not recognised:\n{}",
                &text[..end]
            );
        }
    }
}

#[test]
fn what_is_cut_off_is_never_clean() {
    for (format, text) in samples().into_iter().filter(|(format, _)| *format != Format::Govulncheck) {
        let end = text.trim_end().len() - 1;
        for end in (text.len() / 4..end).rev().step_by(5).filter(|end| text.is_char_boundary(*end)) {
            let parsed = read(&text.as_bytes()[..end]).expect("it is recognised");
            assert!(parsed.faults.lose_results(), "{format:?}:\n{}", &text[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_damage_is_too_much(
        number in 0..7_usize,
        cuts in prop::collection::vec((0.0..1.0_f64, 0..40_usize, "[\\[\\]{}:,\"0-9a-z\\-]{0,6}|null|true|-1|1e999|\"\""), 0..6),
    ) {
        let (_, mut text) = samples()[number].clone();
        for (at, length, new) in cuts {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a text")]
            let start = text.floor_char_boundary((at * text.len() as f64) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &new);
        }
        if let Ok(parsed) = read(text.as_bytes()) {
            for run in &parsed.runs {
                prop_assert!(run.alerts.iter().all(|alert| alert.rule < run.rules.len()));
                prop_assert!(run.alerts.iter().all(|alert| alert.places.iter().all(|place| !place.uri.is_empty())));
                for (_, value) in run.alerts.iter().flat_map(|alert| alert.rest.iter().chain(&alert.properties)) {
                    prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok(), "{value}");
                }
            }
        }
    }
}
