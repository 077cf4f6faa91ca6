//! Writes a waiver into a configuration and leaves everything else as it stands: text is inserted, never rewritten. What comes
//! out is read again, and refused unless it says the same as before and the new waiver.

use super::yaml::{self, Node, Value};
use super::{ConfigFile, is_name};
use crate::date::Date;
use crate::failure::Failure;
use crate::glob::Pattern;

/// A waiver that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWaiver {
    /// The rule that it accepts.
    pub rule: String,
    /// The files it holds for.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
}

/// A configuration with one waiver more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// The whole text.
    pub text: String,
    /// The waiver, as it was written.
    pub entry: Vec<String>,
    /// Its first line in the text.
    pub line: u32,
}

/// Lines that are to be inserted, and before which line of the text, counted from 0.
struct Insertion {
    at: usize,
    lines: Vec<String>,
    /// Of these lines the first that is the waiver's.
    first: usize,
    /// The line above ends in `[]`, which goes.
    takes_brackets: bool,
}

/// Writes a waiver into the settings of an action.
///
/// # Errors
/// The configuration can't be read, has several such settings and no name chooses one, holds such a waiver already, or is
/// written so that nothing can be inserted safely.
pub fn insert_waiver(
    path: &str,
    text: &str,
    action: &str,
    name: Option<&str>,
    waiver: &NewWaiver,
) -> Result<Inserted, Failure> {
    let file = ConfigFile::parse(path, text)?;
    let known = file.settings(action)?;
    let chosen = match (name, known.len()) {
        (_, 0) => None,
        (None, 1) => Some(0),
        (None, _) => {
            return Err(Failure::usage(
                format!("`{path}` has several settings of `{action}`, and none was chosen"),
                "Choose one with `--name`.",
            ));
        }
        (Some(name), _) => {
            let at = known.iter().position(|settings| settings.name.as_deref() == Some(name));
            Some(at.ok_or_else(|| {
                let help = "Correct `--name`.";
                Failure::usage(format!("`{path}` has no settings of `{action}` called `{name}`"), help)
            })?)
        }
    };
    if let Some(settings) = chosen.map(|at| &known[at]) {
        let same = |old: &&crate::waiver::Waiver| {
            let path = old.path.as_ref().map(Pattern::text);
            old.rule == waiver.rule && path == waiver.path.as_deref()
        };
        if let Some(old) = settings.waivers()?.iter().find(same) {
            let line = old.written_at.line.unwrap_or_default();
            return Err(Failure::usage(
                format!("`{path}:{line}` has such a waiver already, by {} until {}", old.owner, old.until),
                "Edit it there: two of one rule and path would say two things of one finding.",
            ));
        }
    }
    let entry = entry(waiver);
    let refused = || {
        Failure::usage(
            format!(
                "nothing can be inserted safely into `{path}`: it is written in another way than one key a line"
            ),
            format!("Add this to `waivers` of `{action}` by hand:\n{}", entry.join("\n")),
        )
    };
    let root = yaml::parse(text).map_err(|_| refused())?;
    let lines: Vec<&str> = text.lines().collect();
    let insertion = insertion(&root, &lines, action, chosen, &entry).ok_or_else(refused)?;
    let new = applied(text, &lines, &insertion).ok_or_else(refused)?;
    let after = ConfigFile::parse(path, &new).map_err(|_| refused())?;
    let says_the_same = without_new(&after.root, action, chosen, waiver)
        .is_some_and(|(before, added)| added && same_values(&before, &root));
    if !says_the_same || after.settings(action).and_then(|all| all[chosen.unwrap_or(0)].waivers()).is_err() {
        return Err(refused());
    }
    let line = u32::try_from(insertion.at + insertion.first + 1).unwrap_or(u32::MAX);
    Ok(Inserted { text: new, entry, line })
}

/// The lines of an entry, without indentation.
fn entry(waiver: &NewWaiver) -> Vec<String> {
    let mut lines = vec![format!("- rule: {}", scalar(&waiver.rule))];
    if let Some(path) = &waiver.path {
        lines.push(format!("  path: {}", scalar(path)));
    }
    lines.push(format!("  reason: {}", scalar(&waiver.reason)));
    lines.push(format!("  owner: {}", scalar(&waiver.owner)));
    lines.push(format!("  until: {}", waiver.until));
    lines
}

/// A text as YAML: plain where nobody could take it for something else, and else in quotes; JSON's are YAML's.
fn scalar(text: &str) -> String {
    let is_word = is_name(text) && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_odd =
        |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | ',' | ';' | '(' | ')'));
    let is_plain =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(is_odd) && !text.ends_with(' ');
    let is_literal = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    if (is_word || is_plain) && !is_literal {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

fn insertion(
    root: &Node,
    lines: &[&str],
    action: &str,
    chosen: Option<usize>,
    entry: &[String],
) -> Option<Insertion> {
    let indented = |by: usize| entry.iter().map(move |line| format!("{}{line}", " ".repeat(by)));
    let Some(own) = root.entries().iter().find(|entry| entry.key == action) else {
        // No settings yet: they come last.
        let by = root.entries().first().map_or(Some(0), |first| block_indent(lines, first.key_place))?;
        let blank = " ".repeat(by);
        let mut new = vec![format!("{blank}{action}:"), format!("{blank}  waivers:")];
        new.extend(indented(by + 4));
        let at = lines.iter().position(|line| line.starts_with("...")).unwrap_or(lines.len());
        return Some(Insertion { at, lines: new, first: 2, takes_brackets: false });
    };
    let settings = match &own.node.value {
        Value::Null => {
            let by = block_indent(lines, own.key_place)?;
            let at = line_of(own.key_place);
            ends_in_colon(lines[at], action)?;
            let mut new = vec![format!("{}  waivers:", " ".repeat(by))];
            new.extend(indented(by + 4));
            return Some(Insertion { at: at + 1, lines: new, first: 1, takes_brackets: false });
        }
        Value::List(items) => items.get(chosen?)?,
        _ => &own.node,
    };
    let first = settings.entries().first()?;
    let by = usize::try_from(first.key_place.column).ok()?.checked_sub(1)?;
    let Some(waivers) = settings.entries().iter().find(|entry| entry.key == "waivers") else {
        let at = end_of(lines, line_of(first.key_place), |indent, _| indent >= by);
        let mut new = vec![format!("{}waivers:", " ".repeat(by))];
        new.extend(indented(by + 2));
        return Some(Insertion { at, lines: new, first: 1, takes_brackets: false });
    };
    let key_line = line_of(waivers.key_place);
    match &waivers.node.value {
        Value::Null => {
            ends_in_colon(lines[key_line], "waivers")?;
            let new = indented(by + 2).collect();
            Some(Insertion { at: key_line + 1, lines: new, first: 0, takes_brackets: false })
        }
        Value::List(items) if items.is_empty() => {
            let new = indented(by + 2).collect();
            Some(Insertion { at: key_line + 1, lines: new, first: 0, takes_brackets: true })
        }
        Value::List(items) => {
            let start = line_of(items.first()?.place);
            let line = lines.get(start)?;
            let dash = line.len() - line.trim_start().len();
            line.trim_start().strip_prefix('-')?;
            let at = end_of(lines, start, |indent, text| {
                indent > dash || (indent == dash && text.starts_with('-'))
            });
            Some(Insertion { at, lines: indented(dash).collect(), first: 0, takes_brackets: false })
        }
        _ => None,
    }
}

fn line_of(place: yaml::Place) -> usize {
    usize::try_from(place.line).unwrap_or(usize::MAX).saturating_sub(1)
}

/// How far a key is indented, if nothing but blanks stands before it.
fn block_indent(lines: &[&str], place: yaml::Place) -> Option<usize> {
    let by = usize::try_from(place.column).ok()?.checked_sub(1)?;
    lines.get(line_of(place))?.get(..by)?.chars().all(|c| c == ' ').then_some(by)
}

/// Whether a key stands alone on its line, a comment aside.
fn ends_in_colon(line: &str, key: &str) -> Option<()> {
    let (_, behind) = line.split_once(key)?;
    let behind = behind.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?.trim();
    (behind.is_empty() || behind.starts_with('#')).then_some(())
}

/// The line behind the last one that belongs to a block which begins at `start`: comments and empty lines at its end do not.
fn end_of(lines: &[&str], start: usize, belongs: impl Fn(usize, &str) -> bool) -> usize {
    let mut end = start + 1;
    for (at, line) in lines.iter().enumerate().skip(start + 1) {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if !belongs(line.len() - text.len(), text) {
            break;
        }
        end = at + 1;
    }
    end
}

/// The text with the lines in it, in its own kind of line ends.
fn applied(text: &str, lines: &[&str], insertion: &Insertion) -> Option<String> {
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let whole: Vec<&str> = text.split_inclusive('\n').collect();
    debug_assert_eq!(whole.len(), lines.len());
    let mut new = String::new();
    for (at, line) in whole.iter().enumerate().take(insertion.at) {
        if insertion.takes_brackets && at + 1 == insertion.at {
            let (before, behind) = line.split_once("[]")?;
            new.push_str(before.trim_end());
            new.push_str(behind);
        } else {
            new.push_str(line);
        }
    }
    if !new.is_empty() && !new.ends_with('\n') {
        new.push_str(ending);
    }
    for line in &insertion.lines {
        new.push_str(line);
        new.push_str(ending);
    }
    whole.iter().skip(insertion.at).for_each(|line| new.push_str(line));
    Some(new)
}

/// The configuration without the new waiver, and whether it was there; what was made for it alone goes with it.
fn without_new(root: &Node, action: &str, chosen: Option<usize>, waiver: &NewWaiver) -> Option<(Node, bool)> {
    let mut root = root.clone();
    let Value::Map(actions) = &mut root.value else { return None };
    let own = actions.iter_mut().find(|entry| entry.key == action)?;
    let settings = match &mut own.node.value {
        Value::List(items) => items.get_mut(chosen?)?,
        _ => &mut own.node,
    };
    let Value::Map(entries) = &mut settings.value else { return None };
    let waivers = entries.iter_mut().find(|entry| entry.key == "waivers")?;
    let Value::List(items) = &mut waivers.node.value else { return None };
    let last = items.pop()?;
    let is = |key: &str, expected: Option<&str>| match last.get(key).map(|node| &node.value) {
        Some(Value::Scalar { text, .. }) => Some(text.as_str()) == expected,
        _ => expected.is_none(),
    };
    let until = waiver.until.to_string();
    let is_it = is("rule", Some(&waiver.rule))
        && is("path", waiver.path.as_deref())
        && is("reason", Some(&waiver.reason))
        && is("owner", Some(&waiver.owner))
        && is("until", Some(&until));
    Some((root, is_it))
}

/// Whether two trees say the same; nothing, an empty list, and a mapping of nothing are alike.
fn same_values(left: &Node, right: &Node) -> bool {
    let kept = |node: &Node| -> Vec<yaml::Entry> {
        node.entries().iter().filter(|entry| !is_nothing(&entry.node)).cloned().collect()
    };
    match (&left.value, &right.value) {
        _ if is_nothing(left) && is_nothing(right) => true,
        (Value::Scalar { .. }, Value::Scalar { .. }) => left.value == right.value,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_values(left, right))
        }
        (Value::Map(_), Value::Map(_)) => {
            let (left, right) = (kept(left), kept(right));
            left.len() == right.len()
                && left
                    .iter()
                    .zip(&right)
                    .all(|(left, right)| left.key == right.key && same_values(&left.node, &right.node))
        }
        _ => false,
    }
}

fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Scalar { .. } => false,
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.iter().all(|entry| is_nothing(&entry.node)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn new(rule: &str, path: Option<&str>, reason: &str) -> NewWaiver {
        NewWaiver {
            rule: rule.to_owned(),
            path: path.map(str::to_owned),
            reason: reason.to_owned(),
            owner: "ada".to_owned(),
            until: "2027-01-31".parse().unwrap(),
        }
    }

    fn check(text: &str, name: Option<&str>) -> String {
        match insert_waiver("c.yml", text, "sample", name, &new("G1", Some("src/**"), "legacy: see #7")) {
            Ok(inserted) => {
                // Nothing that stood there is gone or has moved away from its neighbours.
                let mut rest = inserted.text.lines();
                for line in text.lines().filter(|line| !line.contains("[]")) {
                    assert!(rest.any(|new| new == line), "{line} in {}", inserted.text);
                }
                let at = usize::try_from(inserted.line).unwrap() - 1;
                assert!(inserted.text.lines().nth(at).unwrap().contains("- rule: G1"), "{}", inserted.text);
                inserted.text
            }
            Err(failure) => format!("refused: {failure}"),
        }
    }

    const OLD: &str = "- {rule: a, reason: b, owner: c, until: 2027-01-01}";

    #[test]
    fn a_waiver_is_written_where_it_belongs() {
        let entry = |by: usize| -> String {
            let lines = [
                "- rule: G1",
                "  path: \"src/**\"",
                "  reason: \"legacy: see #7\"",
                "  owner: ada",
                "  until: 2027-01-31",
            ];
            lines.iter().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
        };
        let four = entry(4);
        assert_eq!(check("", None), format!("sample:\n  waivers:\n{four}"));
        assert_eq!(check("# c\n", None), format!("# c\nsample:\n  waivers:\n{four}"));
        assert_eq!(check("other:\n  a: 1", None), format!("other:\n  a: 1\nsample:\n  waivers:\n{four}"));
        assert_eq!(
            check("sample: # c\nother: 1\n", None),
            format!("sample: # c\n  waivers:\n{four}other: 1\n")
        );
        assert_eq!(
            check("sample:\n  a: |\n    x\n\n  # c\nother: 1\n", None),
            format!("sample:\n  a: |\n    x\n  waivers:\n{four}\n  # c\nother: 1\n")
        );
        assert_eq!(check("sample:\n  waivers: [] # c\n", None), format!("sample:\n  waivers: # c\n{four}"));
        assert_eq!(
            check("sample:\n  waivers:\n  a: 1\n", None),
            format!("sample:\n  waivers:\n{four}  a: 1\n")
        );
        assert_eq!(
            check(&format!("sample:\n  waivers:\n  {OLD}\n  # c\n  a: 1\n"), None),
            format!("sample:\n  waivers:\n  {OLD}\n{}  # c\n  a: 1\n", entry(2))
        );
        assert_eq!(
            check(&format!("sample:\r\n  waivers:\r\n    {OLD}\r\n"), None),
            format!("sample:\r\n  waivers:\r\n    {OLD}\r\n{}", four.replace('\n', "\r\n"))
        );
        let several = "sample:\n  - name: x\n    a: 1\n  - name: y\n    b: 2\n";
        assert_eq!(
            check(several, Some("x")),
            format!("sample:\n  - name: x\n    a: 1\n    waivers:\n{}  - name: y\n    b: 2\n", entry(6))
        );
        assert_eq!(
            check(several, None),
            "refused: `c.yml` has several settings of `sample`, and none was chosen"
        );
    }

    #[test]
    fn what_can_not_be_edited_safely_is_refused() {
        for text in [
            "{sample: {a: 1}}\n",
            "sample: {a: 1}\n",
            "sample: ~\n",
            &format!("x: &w\n  {OLD}\nsample:\n  waivers: *w\n"),
            "sample:\n  waivers: [{rule: a, reason: b, owner: c, until: 2027-01-01}]\n",
        ] {
            assert!(check(text, None).starts_with("refused: "), "{text}: {}", check(text, None));
        }
        let same =
            "sample:\n  waivers:\n    - {rule: G1, path: src/**, reason: b, owner: c, until: 2027-01-01}\n";
        assert_eq!(check(same, None), "refused: `c.yml:3` has such a waiver already, by c until 2027-01-01");
    }

    proptest! {
        #[test]
        fn one_waiver_more_and_nothing_else(
            text in "(other:\n  a: [1]\n)?(# c\n)?(sample:\n(  files:\n    - a\n\n)?(  # d\n)?(  waivers:\n( |  )- \\{rule: a, reason: b, owner: c, until: 2027-01-01\\}\n)?(  z: \"x y\"\n)?)?(last:\n  b: 2)?",
            rule in "[A-Za-z0-9:#'\"\\[\\{ -]{1,12}",
            reason in "[ -~éß]{1,30}",
        ) {
            let (rule, reason) = (rule.trim().to_owned(), reason.trim().to_owned());
            prop_assume!(!rule.is_empty() && !reason.is_empty() && rule != "a");
            if ConfigFile::parse("c.yml", &text).is_ok()
                && let Ok(inserted) = insert_waiver("c.yml", &text, "sample", None, &new(&rule, None, &reason))
            {
                let file = ConfigFile::parse("c.yml", &inserted.text).unwrap();
                let settings = file.settings("sample").unwrap();
                let waivers = settings[0].waivers().unwrap();
                let old = ConfigFile::parse("c.yml", &text).unwrap();
                let before = old.settings("sample").unwrap().first().map_or(0, |all| all.waivers().unwrap().len());
                prop_assert_eq!(waivers.len(), before + 1);
                let last = waivers.last().unwrap();
                prop_assert_eq!((&last.rule, &last.reason), (&rule, &reason));
                let added: Vec<&str> = inserted.text.lines().collect();
                let mut at = 0;
                for line in text.lines() {
                    at += added[at..].iter().position(|new| *new == line).unwrap() + 1;
                }
            }
        }

        #[test]
        fn no_text_panics(text in "[a:\\-\\[\\]{}&*'\"\n ~|>?!%#sample waivers]{0,60}") {
            let _ = insert_waiver("c.yml", &text, "sample", None, &new("G1", None, "x"));
            let _ = insert_waiver("c.yml", &format!("sample:\n  waivers:\n{text}"), "sample", None, &new("G1", None, "x"));
        }
    }
}
