//! The rules below `ignore` in `.grype.yaml`: a finding that fits all of a rule's criteria is accepted.
//! Grammar: `grype/match/ignore.go` of Grype 0.90. Names are regular expressions there; here `.*` stands for anything, and
//! a name with other special characters is told.

use gatewright_core::config::yaml::{Node, Value};

use super::{AcceptanceList, Class, ListEntry, PackagePattern, only_keys, pattern, text_of};
use crate::identity::normal_id;

pub(super) fn read(root: &Node, list: &mut AcceptanceList) {
    match root.get("ignore").map(|node| (node, &node.value)) {
        None | Some((_, Value::Null)) => {}
        Some((_, Value::List(items))) => {
            items.iter().for_each(|item| list.take(item.place.line, rule(item)));
        }
        Some((node, _)) => {
            list.odd(node.place.line, format!("`ignore` holds {}, expected a list", node.kind()));
        }
    }
}

fn rule(item: &Node) -> Result<ListEntry, String> {
    if !matches!(item.value, Value::Map(_)) {
        return Err(format!("found {}, expected a rule", item.kind()));
    }
    for key in ["namespace", "match-type", "vex-status", "vex-justification"] {
        if item.get(key).is_some() {
            return Err(format!("`{key}` can't be checked against a report"));
        }
    }
    only_keys(item, &["vulnerability", "include-aliases", "reason", "fix-state", "package"])?;
    let id = text_of(item, "vulnerability")?;
    let has_fix = match text_of(item, "fix-state")? {
        None => None,
        Some("fixed") => Some(true),
        Some("not-fixed") => Some(false),
        Some(state) => return Err(format!("`fix-state: {state}` can't be told from a report")),
    };
    let (packages, paths) = match item.get("package") {
        None | Some(Node { value: Value::Null, .. }) => (Vec::new(), Vec::new()),
        Some(package) => of_package(package)?,
    };
    let names = packages.iter().flat_map(|package| [&package.kind, &package.name, &package.version]);
    let named: Vec<String> = id.map(str::to_owned).into_iter().chain(names.flatten().cloned()).collect();
    if named.is_empty() && paths.is_empty() && has_fix.is_none() {
        return Err("it has no criterion, and would accept everything".to_owned());
    }
    Ok(ListEntry {
        line: item.place.line,
        named: if named.is_empty() { "a rule".to_owned() } else { named.join(" ") },
        ids: id.map(normal_id).into_iter().collect(),
        class: Some(Class::Vulnerability),
        paths,
        packages,
        has_fix,
        reason: text_of(item, "reason")?.map(str::to_owned),
        ..ListEntry::default()
    })
}

type Criteria = (Vec<PackagePattern>, Vec<gatewright_core::glob::Pattern>);

fn of_package(package: &Node) -> Result<Criteria, String> {
    if package.get("upstream-name").is_some() {
        return Err("`upstream-name` can't be checked against a report".to_owned());
    }
    only_keys(package, &["name", "version", "language", "type", "location"])?;
    let name = text_of(package, "name")?.map(name).transpose()?;
    let version = text_of(package, "version")?.map(str::to_owned);
    let kind = text_of(package, "type")?.or(text_of(package, "language")?).map(|kind| {
        let kind = kind.to_ascii_lowercase();
        match kind.as_str() {
            "java-archive" | "jenkins-plugin" => "maven".to_owned(),
            "javascript" => "npm".to_owned(),
            _ => kind,
        }
    });
    let paths = text_of(package, "location")?.map(pattern).transpose()?.into_iter().collect();
    let is_any = name.is_none() && version.is_none() && kind.is_none();
    Ok((if is_any { Vec::new() } else { vec![PackagePattern { kind, name, version }] }, paths))
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim_start_matches('^').trim_end_matches('$').replace(".*", "*").replace("\\.", ".");
    match name.chars().find(|c| matches!(c, '[' | ']' | '(' | ')' | '|' | '{' | '}' | '\\' | '^' | '$' | '?'))
    {
        None => Ok(name),
        Some(c) => {
            Err(format!("the regular expression `{text}` can't be read here (`{c}`): name the packages"))
        }
    }
}
