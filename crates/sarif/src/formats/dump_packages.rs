//! Runs as short text, for snapshots of the readers of reports on packages.

use std::fmt::Write;

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
