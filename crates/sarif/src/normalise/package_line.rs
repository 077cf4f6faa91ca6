//! The line of a lock file or manifest that names a package: most tools name the file only, and a reader wants the line.
//!
//! It knows how such files are written in general, not each of them: the entry of a package begins a block or a line, and
//! its version stands on the same line or on one of the next.

use std::borrow::Cow;

use crate::model::{Package, Region, Run};
use crate::source::{Text, Texts};

/// A version stands no farther below the name of its package.
const WINDOW: u32 = 4;
/// So many places of a name are looked at.
const MOST_PLACES: usize = 10_000;

/// Gives packages that were found in a file their line in it.
pub(super) fn place_packages(run: &mut Run, texts: &mut Texts<'_>) {
    for alert in &mut run.alerts {
        let (Some(advisory), Some(place)) = (&alert.advisory, alert.places.first_mut()) else { continue };
        let (Some(path), None) = (&place.path, &place.region) else { continue };
        let line = texts.of(path).and_then(|text| line_of(&text, &advisory.package));
        place.region = line.map(|start_line| Region { start_line, ..Region::default() });
    }
}

/// How well a line fits; from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It names the package.
    Name,
    /// It names the package and its version.
    Both,
    /// An entry of the package begins, and its version follows.
    Entry,
}

fn line_of(text: &Text, package: &Package) -> Option<u32> {
    if package.kind == "golang" && package.name == "stdlib" {
        let begins = |word: &str| {
            (1..=text.lines()).find(|at| text.line(*at).is_some_and(|line| line.starts_with(word.as_bytes())))
        };
        return begins("toolchain ").or_else(|| begins("go "));
    }
    let is_python = package.kind == "pypi";
    // Of a Maven package the artifact is named on a line of its own, below its group.
    let name = match package.kind.as_str() {
        "maven" => package.name.rsplit([':', '/']).next().unwrap_or(&package.name),
        _ => &package.name,
    };
    let name = if is_python { python_name(name.as_bytes()) } else { Cow::Borrowed(name.as_bytes()) };
    let version = package.version.as_deref().map(|version| version.trim_start_matches('v').as_bytes());
    if name.is_empty() {
        return None;
    }
    let finder = memchr::memmem::Finder::new(&name);
    let mut best: Option<(Fit, u32)> = None;
    let mut seen = 0;
    for at in 1..=text.lines() {
        let Some(line) = text.line(at) else { break };
        let line = if is_python { python_name(line) } else { Cow::Borrowed(line) };
        let Some(end) = end_of_name(&line, &finder, name.len()) else { continue };
        seen += 1;
        let fit = fit(text, at, &line, end, version);
        if best.is_none_or(|(known, _)| fit > known) {
            best = Some((fit, at));
        }
        if fit == Fit::Entry || seen == MOST_PLACES {
            break;
        }
    }
    // Where the version is known and the file does not say it, the name alone may be another's.
    best.filter(|(fit, _)| *fit > Fit::Name || version.is_none() || is_manifest(package))
        .map(|(_, line)| line)
}

/// Manifests of these name ranges, not versions.
fn is_manifest(package: &Package) -> bool {
    matches!(
        package.kind.as_str(),
        "npm" | "pypi" | "cargo" | "gem" | "composer" | "maven" | "golang" | "nuget"
    )
}

fn fit(text: &Text, at: u32, line: &[u8], end: usize, version: Option<&[u8]>) -> Fit {
    let Some(version) = version else { return Fit::Name };
    let trimmed = line.trim_ascii();
    let begins_block = trimmed.ends_with(b"{") || trimmed.ends_with(b":");
    let names = [&b"name = "[..], b"\"name\":", b"- name:", b"<artifactId>"];
    let is_entry = begins_block || names.iter().any(|start| trimmed.starts_with(start));
    let ends = |line: &&[u8]| matches!(line.trim_ascii().first(), None | Some(b'}'));
    let below = (at + 1..=at + WINDOW).map_while(|below| text.line(below)).take_while(|line| !ends(line));
    if is_entry && below.into_iter().any(|line| holds(line, version)) {
        return Fit::Entry;
    }
    let is_here = holds(&line[end..], version);
    match (is_here, is_entry) {
        (true, true) => Fit::Entry,
        (true, false) => Fit::Both,
        (false, _) => Fit::Name,
    }
}

/// Where a line names the package and not one whose name only holds it, the place behind the name.
fn end_of_name(line: &[u8], finder: &memchr::memmem::Finder<'_>, length: usize) -> Option<usize> {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@');
    finder.find_iter(line).map(|start| (start, start + length)).find_map(|(start, end)| {
        let before = &line[..start];
        let begins = before.last().is_none_or(|byte| !is_part(byte))
            || before.ends_with(b"node_modules/")
            // `/lodash@4.17.4:`
            || before.strip_suffix(b"/").is_some_and(|before| before.last().is_none_or(|byte| !is_part(byte)));
        let behind = line.get(end);
        // `lodash@4.17.4` and `lodash/4.17.4`, but not `lodash/fp`.
        let ends = behind.is_none_or(|byte| !is_part(byte))
            || matches!((behind, line.get(end + 1)), (Some(b'@' | b'/'), Some(next)) if !next.is_ascii_alphabetic());
        (begins && ends).then_some(end)
    })
}

/// Whether a version stands here that is not a part of another.
fn holds(line: &[u8], version: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    memchr::memmem::find_iter(line, version).any(|start| {
        let before = line[..start].strip_suffix(b"v").unwrap_or(&line[..start]);
        let ends = match line.get(start + version.len()..) {
            Some([b'.', next, ..]) => !next.is_ascii_alphanumeric(),
            Some([byte, ..]) => !is_part(byte),
            _ => true,
        };
        before.last().is_none_or(|byte| !is_part(byte)) && ends
    })
}

/// Python's names are the same in either case, and with `-` or `_` in them.
fn python_name(text: &[u8]) -> Cow<'_, [u8]> {
    let is_name_so_far = |byte: &u8| !byte.is_ascii_uppercase() && *byte != b'_';
    if text.iter().all(is_name_so_far) {
        return Cow::Borrowed(text);
    }
    let normal = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    Cow::Owned(text.iter().map(normal).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, name: &str, version: &str, text: &str) -> Option<u32> {
        let package = Package {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: (!version.is_empty()).then(|| version.to_owned()),
            purl: None,
        };
        line_of(&Text::new(text.as_bytes().into()), &package)
    }

    #[test]
    fn an_entry_of_a_lock_file_counts_more_than_who_asks_for_it() {
        let npm = r#"{
  "packages": {
    "node_modules/async": {
      "version": "2.6.0",
      "dependencies": { "lodash": "^4.17.4" }
    },
    "node_modules/lodash.merge": {
      "version": "4.17.4"
    },
    "node_modules/lodash": {
      "version": "4.17.4"
    },
    "node_modules/x/node_modules/lodash": {
      "version": "3.10.1"
    }
  }
}"#;
        assert_eq!(line("npm", "lodash", "4.17.4", npm), Some(10));
        assert_eq!(line("npm", "lodash", "3.10.1", npm), Some(13));
        assert_eq!(line("npm", "lodash.merge", "4.17.4", npm), Some(7));
        let cargo = "[[package]]\nname = \"time-macros\"\nversion = \"0.1.43\"\n\n[[package]]\nname = \"time\"\nversion = \"0.1.43\"\n";
        assert_eq!(line("cargo", "time", "0.1.43", cargo), Some(6));
        let yarn = "async@^2:\n  version \"2.6.0\"\n  dependencies:\n    lodash \"^4.17.4\"\n\n\"lodash@^4.17.4\", lodash@^4:\n  version \"4.17.4\"\n";
        assert_eq!(line("npm", "lodash", "4.17.4", yarn), Some(6));
        let pnpm = "packages:\n  /async@2.6.0:\n    dependencies:\n      lodash: 4.17.4\n  /lodash@4.17.4:\n    resolution: {}\n";
        assert_eq!(line("npm", "lodash", "4.17.4", pnpm), Some(5));
        let gems = "GEM\n  specs:\n    rack-test (2.0.1)\n      rack (>= 1.3)\n    rack (2.0.1)\n";
        assert_eq!(line("gem", "rack", "2.0.1", gems), Some(5));
    }

    #[test]
    fn modules_are_found_by_their_whole_path() {
        let module = "module example.test/a\n\ngo 1.21\n\nrequire (\n\tgolang.org/x/net/v2 v0.1.0\n\tgolang.org/x/net v0.1.0\n\tgolang.org/x/net v0.1.01 // not this\n)\n";
        assert_eq!(line("golang", "golang.org/x/net", "0.1.0", module), Some(7));
        assert_eq!(line("golang", "golang.org/x/net", "v0.1.01", module), Some(8));
        assert_eq!(line("golang", "stdlib", "1.21", module), Some(3));
        assert_eq!(line("golang", "example.test/b", "1.0.0", module), None);
    }

    #[test]
    fn what_a_python_name_looks_like_does_not_matter() {
        let wanted = "# Jinja2 is for pages\nFlask-Login>=0.4\nPyYAML==5.3\njinja2[i18n]==2.10\n";
        assert_eq!(line("pypi", "pyyaml", "5.3", wanted), Some(3));
        assert_eq!(line("pypi", "Jinja2", "2.10", wanted), Some(4));
        assert_eq!(line("pypi", "flask_login", "0.5.0", wanted), Some(2));
    }

    #[test]
    fn a_maven_package_is_found_by_its_artifact() {
        let pom = "<dependency>\n  <groupId>org.yaml</groupId>\n  <artifactId>snakeyaml</artifactId>\n  <version>1.26</version>\n</dependency>\n";
        assert_eq!(line("maven", "org.yaml:snakeyaml", "1.26", pom), Some(3));
    }

    #[test]
    fn a_file_that_only_begins_alike_has_no_line() {
        assert_eq!(line("deb", "zlib1g", "1.2.11", "zlib1g-dev 1.2.11\n"), None);
        assert_eq!(line("deb", "", "1", "x 1\n"), None);
    }
}
