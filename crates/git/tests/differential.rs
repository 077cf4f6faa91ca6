//! Random repositories: libgit2 and the git program must tell the same changes, and the changes must be true.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]

mod fixture;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use fixture::Fixture;
use gatewright_core::repository::{ChangeEnd, ChangeKind, ChangeSet, LineRange};
use proptest::prelude::*;

const NAMES: [&str; 16] = [
    "a.rs",
    "b.rs",
    "src/a.rs",
    "src/b c.rs",
    "src/deep/ä.rs",
    "tab\t.rs",
    "new\nline.rs",
    "back\\slash.rs",
    "\"q\".txt",
    "other.txt",
    "notes.md",
    "data.bin",
    "d",
    "d/e.rs",
    " lead",
    "--- a/x",
];

/// What turns line ends and decides what is binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Plain,
    AutoCrlf,
    TextAuto,
    Attributes,
}

#[derive(Clone, Debug)]
enum Content {
    /// Lines of few kinds: there is more than one way to tell what changed.
    Repeating(Vec<u8>),
    /// Lines of their own.
    Own(u16, usize),
    Binary(u8),
    Empty,
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize, Content),
    /// Replaces, inserts and deletes lines, at positions in 0..1000 of the file.
    Edit(usize, Vec<(usize, u8)>),
    Rename(usize, usize, Vec<(usize, u8)>),
    Copy(usize, usize),
    Remove(usize),
    TurnExecutable(usize),
    TurnLineEnds(usize),
    TurnLastLineEnd(usize),
    Link(usize),
    Stage(usize),
    Untrack(usize),
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Repeating(kinds) => kinds.iter().flat_map(|kind| line(usize::from(kind % 4))).collect(),
            Self::Own(seed, count) => {
                (0..*count).flat_map(|number| format!("{seed} has line {number}\n").into_bytes()).collect()
            }
            Self::Binary(byte) => vec![b'x', b'\n', 0, *byte, b'\n'],
            Self::Empty => Vec::new(),
        }
    }
}

/// Some lines look like a patch.
fn line(kind: usize) -> Vec<u8> {
    ["}\n", "\n", "++ b/other.rs\n", "-- a/other.rs\n", "    @@ -1 +1 @@\n", "diff --git a/x b/x\n"][kind]
        .into()
}

fn contents() -> impl Strategy<Value = Content> {
    prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 1..30).prop_map(Content::Repeating),
        4 => (any::<u16>(), 1_usize..40).prop_map(|(seed, count)| Content::Own(seed, count)),
        1 => any::<u8>().prop_map(Content::Binary),
        1 => Just(Content::Empty),
    ]
}

fn edits() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0_usize..1000, any::<u8>()), 0..5)
}

fn steps(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let name = || 0..NAMES.len();
    let step = prop_oneof![
        4 => (name(), contents()).prop_map(|(name, content)| Step::Write(name, content)),
        6 => (name(), edits()).prop_map(|(name, edits)| Step::Edit(name, edits)),
        4 => (name(), name(), edits()).prop_map(|(from, to, edits)| Step::Rename(from, to, edits)),
        2 => (name(), name()).prop_map(|(from, to)| Step::Copy(from, to)),
        2 => name().prop_map(Step::Remove),
        1 => name().prop_map(Step::TurnExecutable),
        2 => name().prop_map(Step::TurnLineEnds),
        2 => name().prop_map(Step::TurnLastLineEnd),
        1 => name().prop_map(Step::Link),
        2 => name().prop_map(Step::Stage),
        1 => name().prop_map(Step::Untrack),
    ];
    prop::collection::vec(step, count)
}

fn edit(content: &[u8], edits: &[(usize, u8)]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        content.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    for &(place, what) in edits {
        let at = place * lines.len() / 1000;
        match what % 4 {
            0 if at < lines.len() => lines[at] = format!("replaced by {what}\n").into_bytes(),
            1 if at < lines.len() => drop(lines.remove(at)),
            2 if at < lines.len() => lines.insert(at, lines[at].clone()),
            _ => lines.insert(at, line(usize::from(what) % 6)),
        }
    }
    lines.concat()
}

fn apply_all(repo: &Fixture, steps: &[Step]) {
    for step in steps {
        apply(repo, step);
    }
}

/// Steps that make no sense where they stand do nothing.
fn apply(repo: &Fixture, step: &Step) {
    let place = |name: usize| repo.path().join(NAMES[name]);
    let rewrite = |name: usize, change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        if let Some(content) = read(&place(name)) {
            fs::write(place(name), change(content)).unwrap();
        }
    };
    let create = |name: usize, content: &[u8]| {
        let free = place(name).symlink_metadata().is_err() || read(&place(name)).is_some();
        free && fs::create_dir_all(place(name).parent().unwrap()).is_ok()
            && fs::write(place(name), content).is_ok()
    };
    match step {
        Step::Write(name, content) => drop(create(*name, &content.bytes())),
        Step::Edit(name, edits) => rewrite(*name, &|content| edit(&content, edits)),
        Step::Rename(from, to, edits) => {
            if let Some(content) = read(&place(*from)).filter(|_| from != to)
                && create(*to, &edit(&content, edits))
            {
                fs::remove_file(place(*from)).unwrap();
            }
        }
        Step::Copy(from, to) => {
            if let Some(content) = read(&place(*from)) {
                create(*to, &content);
            }
        }
        Step::Remove(name) => drop(fs::remove_file(place(*name))),
        Step::TurnExecutable(name) if read(&place(*name)).is_some() => {
            let mode = fs::metadata(place(*name)).unwrap().permissions().mode() ^ 0o111;
            fs::set_permissions(place(*name), fs::Permissions::from_mode(mode)).unwrap();
        }
        Step::TurnLineEnds(name) => rewrite(*name, &turn_line_ends),
        Step::TurnLastLineEnd(name) => rewrite(*name, &|mut content| {
            if content.pop_if(|byte| *byte == b'\n').is_none() {
                content.push(b'\n');
            }
            content
        }),
        Step::Link(name) => {
            if fs::remove_file(place(*name)).is_ok() {
                symlink(format!("to {name}"), place(*name)).unwrap();
            }
        }
        Step::Stage(name) if place(*name).symlink_metadata().is_ok_and(|found| !found.is_dir()) => {
            repo.git(&["--literal-pathspecs", "add", "--", NAMES[*name]]);
        }
        Step::Untrack(name) => {
            repo.git(&[
                "--literal-pathspecs",
                "rm",
                "-r",
                "--quiet",
                "--cached",
                "--force",
                "--ignore-unmatch",
                "--",
                NAMES[*name],
            ]);
        }
        Step::TurnExecutable(_) | Step::Stage(_) => {}
    }
}

fn turn_line_ends(content: Vec<u8>) -> Vec<u8> {
    if content.contains(&b'\r') {
        return content.into_iter().filter(|&byte| byte != b'\r').collect();
    }
    content.split_inclusive(|&byte| byte == b'\n').flat_map(with_carriage_return).collect()
}

fn with_carriage_return(line: &[u8]) -> Vec<u8> {
    match line.strip_suffix(b"\n") {
        Some(text) => [text, b"\r\n"].concat(),
        None => line.to_vec(),
    }
}

fn read(place: &Path) -> Option<Vec<u8>> {
    place.symlink_metadata().is_ok_and(|found| found.is_file()).then(|| fs::read(place).unwrap())
}

type Tree = BTreeMap<&'static str, Vec<u8>>;

/// Every file that lies there.
fn tree(repo: &Fixture) -> Tree {
    let files = NAMES.iter().filter_map(|name| Some((*name, read(&repo.path().join(name))?)));
    files.collect()
}

/// That the change leads from one tree to the other: without the lines that it names, both are the same.
fn check_truth(before: &Tree, after: &Tree, changes: &ChangeSet) {
    let (mut old_paths, mut new_paths) = (Vec::new(), Vec::new());
    for file in &changes.files {
        let path = file.path.as_str();
        let old = file.old_path.as_ref().map_or(path, |path| path.as_str());
        let empty = Vec::new();
        let (left, right) = match file.kind {
            ChangeKind::Added => (&empty, &after[path]),
            ChangeKind::Deleted => (&before[path], &empty),
            ChangeKind::Modified | ChangeKind::Renamed => (&before[old], &after[path]),
        };
        if file.kind != ChangeKind::Added {
            old_paths.push(old);
        }
        if file.kind != ChangeKind::Deleted {
            new_paths.push(path);
        }
        assert_eq!(file.binary, [left, right].iter().any(|content| content.contains(&0)), "{path}");
        if !file.binary {
            assert_eq!(without(left, &file.removed), without(right, &file.added), "{file:?}");
        }
    }
    for (name, content) in before {
        assert!(old_paths.contains(name) || after.get(name) == Some(content), "{name:?} is missing");
    }
    for (name, content) in after {
        assert!(new_paths.contains(name) || before.get(name) == Some(content), "{name:?} is missing");
    }
}

fn without<'a>(content: &'a [u8], ranges: &[LineRange]) -> Vec<&'a [u8]> {
    assert!(ranges.windows(2).all(|pair| pair[0].last + 1 < pair[1].first), "{ranges:?}");
    let lines = content.split_inclusive(|&byte| byte == b'\n').zip(1_u32..);
    let named = |number| ranges.iter().any(|range| (range.first..=range.last).contains(&number));
    lines.filter(|&(_, number)| !named(number)).map(|(line, _)| line).collect()
}

fn check(setting: Setting, first: &[Step], second: &[Step], third: &[Step]) {
    let repo = Fixture::new();
    match setting {
        Setting::Plain => {}
        Setting::AutoCrlf => drop(repo.git(&["config", "core.autocrlf", "true"])),
        Setting::TextAuto => repo.write(".gitattributes", "* text=auto\n"),
        Setting::Attributes => {
            repo.write(".gitattributes", "*.rs text eol=crlf\n*.md -diff\n*.txt -text diff\n*.bin binary\n");
        }
    }
    apply_all(&repo, first);
    repo.commit();
    let before = tree(&repo);
    apply_all(&repo, second);
    repo.commit();
    let middle = tree(&repo);
    let committed = repo.changes("HEAD^", ChangeEnd::Head);
    apply_all(&repo, third);
    let lying = repo.changes("HEAD^", ChangeEnd::WorkTree);
    if setting == Setting::Plain {
        check_truth(&before, &middle, &committed);
        check_truth(&before, &tree(&repo), &lying);
    }
    assert_eq!(repo.changes("HEAD^", ChangeEnd::Head), committed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn both_back_ends_tell_the_same_and_the_truth(
        setting in prop::sample::select(vec![
            Setting::Plain, Setting::Plain, Setting::AutoCrlf, Setting::TextAuto, Setting::Attributes,
        ]),
        first in steps(3..12),
        second in steps(1..10),
        third in steps(0..8),
    ) {
        check(setting, &first, &second, &third);
    }
}
