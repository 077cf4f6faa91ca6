//! Documents of OpenVEX: statements that a product is not affected by a vulnerability, or no longer.
//! Grammar: the OpenVEX specification 0.2.0, and what differs in documents of 0.0.1, where vulnerabilities and products
//! are texts. Of several statements on one product the latest counts, in whichever document it stands.

use super::{About, AcceptanceList, Instant, ListEntry, PackagePattern, Stance, Statement};
use crate::fault::{Faults, Weight};
use crate::identity::normal_id;
use crate::json::{Data, Document, Value, parse};

const CONTEXT: &str = "openvex.dev/ns";

/// Why something is not affected, as the specification has it.
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

pub(super) fn read(text: &str, list: &mut AcceptanceList) {
    let mut faults = Faults::default();
    let document = parse(text, &mut faults);
    for fault in faults.kept().iter().filter(|fault| fault.kind.weight() != Weight::Note) {
        list.odd(fault.line, fault.message.clone());
    }
    // A document that is cut may lack the statement that takes an earlier one back.
    if faults.kept().iter().any(|fault| fault.kind.weight() == Weight::Lost) {
        return;
    }
    let Some(root) = document.root() else {
        list.odd(0, "it is empty");
        return;
    };
    let context = match root.get("@context").map(|value| &value.data) {
        Some(Data::Text(text)) => text.to_string(),
        Some(Data::Array(values)) => values.iter().filter_map(Value::text).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    if !context.contains(CONTEXT) {
        list.odd(1, format!("it is no document of OpenVEX: its `@context` does not name {CONTEXT}"));
        return;
    }
    let Some(statements) = root.get("statements").and_then(Value::array) else {
        list.odd(1, "it has no `statements`");
        return;
    };
    let own_time = moment(root).unwrap_or(None);
    for statement in statements {
        let (line, _) = document.place(statement);
        list.count += 1;
        match entries(&document, statement, own_time) {
            Ok(entries) => list.entries.extend(entries),
            Err(message) => list.odd(line, message),
        }
    }
}

/// When something was said: of two moments the later one.
fn moment(value: &Value<'_>) -> Result<Option<Instant>, String> {
    let one = |key: &str| match value.get(key) {
        None => Ok(None),
        Some(value) => {
            let text = value.text().ok_or_else(|| format!("`{key}` is {}", value.describe()))?;
            Instant::parse(text).map(Some)
        }
    };
    Ok(one("timestamp")?.max(one("last_updated")?))
}

fn entries(
    document: &Document<'_>,
    statement: &Value<'_>,
    own_time: Option<Instant>,
) -> Result<Vec<ListEntry>, String> {
    let ids = ids(statement)?;
    let named = ids.first().cloned().unwrap_or_default();
    let of = |message: String| format!("the statement on `{named}` {message}");
    let word =
        |key: &str| statement.get(key).and_then(Value::text).map(str::trim).filter(|text| !text.is_empty());
    let stance = match word("status") {
        Some("not_affected") => Stance::NotAffected,
        Some("fixed") => Stance::Fixed,
        Some("affected" | "under_investigation") => Stance::Stands,
        Some(other) => return Err(of(format!("has the status `{other}`, which OpenVEX does not have"))),
        None => return Err(of("has no `status`".to_owned())),
    };
    if stance == Stance::NotAffected
        && let Some(justification) = statement.get("justification")
        && !justification
            .text()
            .is_some_and(|text| text.trim().is_empty() || JUSTIFICATIONS.contains(&text.trim()))
    {
        let said = justification.text().map_or_else(|| justification.describe(), |text| format!("`{text}`"));
        return Err(of(format!(
            "has the justification {said}, which OpenVEX does not have: it has {}",
            JUSTIFICATIONS.join(", ")
        )));
    }
    let reasons = [
        word("justification").map(|word| word.replace('_', " ")),
        word("impact_statement").map(str::to_owned),
    ];
    let reasons: Vec<String> = reasons.into_iter().flatten().collect();
    if stance == Stance::NotAffected && reasons.is_empty() {
        return Err(of(
            "says `not_affected`, and neither `justification` nor `impact_statement` says why".to_owned()
        ));
    }
    let reason = match stance {
        Stance::Fixed => {
            word("status_notes").map_or_else(|| "fixed".to_owned(), |note| format!("fixed: {note}"))
        }
        _ => reasons.join(": "),
    };
    let time = moment(statement).map_err(|message| of(format!("says no time: {message}")))?.or(own_time);
    let time = time.ok_or_else(|| of("has no `timestamp`, and neither has the document".to_owned()))?;
    let (line, _) = document.place(statement);
    let abouts = abouts(statement).map_err(&of)?;
    let entry = |(product, about): (String, About)| ListEntry {
        line,
        named: named.clone(),
        ids: ids.iter().map(|id| normal_id(id)).collect(),
        statement: Some(Statement { product, time, stance, about }),
        reason: Some(reason.clone()),
        ..ListEntry::default()
    };
    Ok(abouts.into_iter().map(entry).collect())
}

fn ids(statement: &Value<'_>) -> Result<Vec<String>, String> {
    let missing = || "a statement names no `vulnerability`".to_owned();
    let vulnerability = statement.get("vulnerability").ok_or_else(missing)?;
    let texts = |key: &str| match vulnerability.get(key).map(|value| (value.text(), value.array())) {
        Some((Some(text), _)) => vec![text.to_owned()],
        Some((_, Some(values))) => values.iter().filter_map(Value::text).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut ids = match vulnerability.text() {
        Some(text) => vec![text.to_owned()],
        None => [texts("name"), texts("aliases")].concat(),
    };
    if ids.is_empty() {
        // `https://nvd.nist.gov/vuln/detail/CVE-2026-1`
        ids = texts("@id").iter().filter_map(|id| id.rsplit('/').next().map(str::to_owned)).collect();
    }
    ids.iter_mut().for_each(|id| *id = id.trim().to_owned());
    ids.retain(|id| !id.is_empty());
    if ids.is_empty() { Err(missing()) } else { Ok(ids) }
}

/// What a statement is about: a text that tells one product from another, and what findings it fits.
fn abouts(statement: &Value<'_>) -> Result<Vec<(String, About)>, String> {
    let products = statement.get("products").and_then(Value::array).unwrap_or_default();
    if products.is_empty() {
        return Err("names no `products`".to_owned());
    }
    let mut all = Vec::new();
    for product in products {
        let product_id = identifier(product).ok_or("has a product without an identifier")?;
        // In 0.0.1 the components belong to the statement.
        let components = [product, statement].iter().find_map(|of| of.get("subcomponents")?.array());
        let components = components.unwrap_or_default();
        if components.is_empty() {
            let package = PackagePattern::of_url(&product_id).ok();
            all.push((product_id.clone(), About::Product(product_id.clone(), package)));
        }
        for component in components {
            let id = identifier(component).ok_or("has a component without an identifier")?;
            let package = PackagePattern::of_url(&id)?;
            all.push((format!("{product_id} {id}"), About::Component(product_id.clone(), package)));
        }
    }
    Ok(all)
}

/// The package URL of a product or component, or else what it is called.
fn identifier(of: &Value<'_>) -> Option<String> {
    let url = of.get("identifiers").and_then(|all| all.get("purl")?.text());
    let id = of.text().or(url).or_else(|| of.get("@id")?.text());
    id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}
