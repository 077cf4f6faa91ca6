//! What Trivy finds besides vulnerable packages: misconfigurations, secrets, licenses.

use super::super::advisory::{Gathered, json_text, level_of, others, owned, severity_of};
use super::{Target, place, property};
use crate::fault::{FaultKind, Faults};
use crate::json::Value;
use crate::model::{Advisory, Alert, Confidence, Properties, Region, Rule};

/// The lines of an object that has `StartLine` and `EndLine`; nothing where there are none, which Trivy writes as 0.
pub(super) fn region(value: &Value<'_>) -> Option<Region> {
    let line = |key: &str| value.get(key).and_then(Value::count).filter(|line| *line > 0);
    let start_line = line("StartLine")?;
    let end_line = line("EndLine").filter(|end| *end > start_line);
    Some(Region { start_line, end_line, ..Region::default() })
}

pub(super) fn misconfiguration(
    target: &Target<'_, '_>,
    value: &Value<'_>,
    gathered: &mut Gathered,
    faults: &mut Faults,
) {
    let document = target.document;
    let id = owned(document, value, "ID", faults).or_else(|| owned(document, value, "AVDID", faults));
    let Some(id) = id else {
        return document.say(faults, FaultKind::UnusableResult, value, || {
            "a misconfiguration without its id".to_owned()
        });
    };
    // Those that passed and those that were excepted stand in the list too, where they were asked for.
    match document.text(value, "Status", faults).unwrap_or("FAIL") {
        "FAIL" => {}
        "PASS" | "EXCEPTION" => return,
        status => {
            let status = crate::json::excerpt(status).into_owned();
            return document.say(faults, FaultKind::UnusableResult, value, || {
                format!("`{id}` has the status `{status}`, which is not known")
            });
        }
    }
    let text = |key: &str, faults: &mut Faults| owned(document, value, key, faults);
    let severity = document.text(value, "Severity", faults).and_then(severity_of);
    let level = Some(level_of(severity));
    let title = text("Title", faults);
    let rule = gathered.rule(Rule {
        name: title.clone(),
        short: title.clone().or_else(|| Some(id.clone())),
        full: text("Description", faults),
        help: text("Resolution", faults),
        help_uri: text("PrimaryURL", faults),
        level,
        tags: vec!["security".to_owned()],
        confidence: Some(Confidence::VeryHigh),
        ..Rule::new(id.clone())
    });
    let cause = document.object(value, "CauseMetadata", faults);
    let subject = cause.and_then(|cause| owned(document, cause, "Resource", faults));
    let region = cause.and_then(region);
    let message = text("Message", faults).or(title).unwrap_or(id);
    let mut properties = Properties::new();
    for key in ["Provider", "Service"] {
        let named = cause.and_then(|cause| cause.get(key)).filter(|value| value.text() != Some(""));
        properties.extend(named.map(|value| (property(key), value.to_json())));
    }
    gathered.alert(Alert {
        rule,
        level,
        message,
        places: place(&target.uri, region),
        severity,
        subject,
        properties,
        origin: document.place(value),
        ..Alert::default()
    });
}

/// The match is masked by Trivy, but the rest of its line is not: it stays out.
pub(super) fn secret(
    target: &Target<'_, '_>,
    value: &Value<'_>,
    gathered: &mut Gathered,
    faults: &mut Faults,
) {
    let document = target.document;
    let Some(id) = owned(document, value, "RuleID", faults) else {
        return document
            .say(faults, FaultKind::UnusableResult, value, || "a secret without its rule".to_owned());
    };
    let severity = document.text(value, "Severity", faults).and_then(severity_of);
    let level = Some(level_of(severity));
    let title = owned(document, value, "Title", faults).unwrap_or_else(|| id.clone());
    let cwes = vec!["CWE-798".to_owned()];
    let rule = gathered.rule(Rule {
        name: Some(title.clone()),
        short: Some(title.clone()),
        help: Some("Revoke it and make a new one: what was committed stays in the history".to_owned()),
        level,
        tags: super::super::advisory::tags(&cwes),
        ..Rule::new(id)
    });
    let category = owned(document, value, "Category", faults);
    gathered.alert(Alert {
        rule,
        level,
        message: format!("{title} stands in the source"),
        places: place(&target.uri, region(value)),
        severity,
        cwes,
        is_secret: true,
        properties: category.map(|category| ("category".into(), json_text(&category))).into_iter().collect(),
        origin: document.place(value),
        ..Alert::default()
    });
}

pub(super) fn license(
    target: &Target<'_, '_>,
    value: &Value<'_>,
    gathered: &mut Gathered,
    faults: &mut Faults,
) {
    let document = target.document;
    let text = |key: &str, faults: &mut Faults| owned(document, value, key, faults);
    let Some(name) = text("Name", faults) else {
        return document
            .say(faults, FaultKind::UnusableResult, value, || "a license without its name".to_owned());
    };
    let severity = document.text(value, "Severity", faults).and_then(severity_of);
    let level = Some(level_of(severity));
    let category = text("Category", faults).unwrap_or_else(|| "unknown".to_owned());
    let id = format!("license/{name}");
    let rule = gathered.rule(Rule {
        short: Some(format!("The license {name} ({category})")),
        help_uri: text("Link", faults),
        level,
        ..Rule::new(id.clone())
    });
    // Of a package, or of a file.
    let package = text("PkgName", faults);
    let file = text("FilePath", faults).filter(|_| package.is_none());
    let subject = package.clone().or_else(|| file.clone());
    let advisory = package.map(|package| {
        let package = super::package(super::kind(target.kind), &package, None);
        Box::new(Advisory { id: id.clone(), package, ..Advisory::default() })
    });
    let named = subject.clone().unwrap_or_else(|| target.uri.clone());
    let uri = file.as_ref().unwrap_or(&target.uri);
    gathered.alert(Alert {
        rule,
        level,
        message: format!("{named} is under the license {name}, which is {category}"),
        places: place(uri, None),
        advisory,
        severity,
        confidence: confidence(value),
        subject,
        properties: others([category.as_str()], "")
            .iter()
            .map(|category| ("category".into(), json_text(category)))
            .collect(),
        origin: document.place(value),
        ..Alert::default()
    });
}

/// How sure the text of a license was recognised.
fn confidence(value: &Value<'_>) -> Option<Confidence> {
    let share = value.get("Confidence")?.float()?;
    Some(match share {
        1.0.. => Confidence::VeryHigh,
        0.9.. => Confidence::High,
        0.7.. => Confidence::Medium,
        _ => Confidence::Low,
    })
}
