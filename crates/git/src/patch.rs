//! Reads the patches that `git diff` writes. Knows the text format only: no process, no repository.
//!
//! A body line is told from a header by the counts of its hunk and by nothing else, because an added line may
//! itself read `++ b/other.rs` and then looks exactly like a header. Names come from the `---` and `+++` lines
//! of a section; sections without hunks (modes, binaries, pure renames) therefore have none and need none.

use gatewright_core::repository::LineRange;

use crate::ranges;

/// The changed lines of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilePatch {
    /// The old name as bytes; `None` where the patch says `/dev/null`.
    pub(crate) old: Option<Vec<u8>>,
    /// The new name.
    pub(crate) new: Option<Vec<u8>>,
    /// Lines of the new file.
    pub(crate) added: Vec<LineRange>,
    /// Lines of the old file.
    pub(crate) removed: Vec<LineRange>,
}

/// Where a text stops being a patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the patch: {what}")]
pub(crate) struct PatchError {
    line: usize,
    what: &'static str,
}

/// Reads the sections that have hunks. Any number of context lines is understood.
pub(crate) fn parse_patch(text: &[u8]) -> Result<Vec<FilePatch>, PatchError> {
    let mut lines = Lines { rest: text, number: 0 };
    let mut files: Vec<FilePatch> = Vec::new();
    let mut named = false;
    while let Some(line) = lines.next() {
        if line.starts_with(b"diff --git ") {
            named = false;
        } else if let Some(old) = line.strip_prefix(b"--- ") {
            if named {
                return Err(lines.error("a section names its file twice"));
            }
            let old = parse_name(old, b"a/").ok_or_else(|| lines.error("no file name after `---`"))?;
            let new = lines.next().and_then(|line| line.strip_prefix(b"+++ "));
            let new = new.and_then(|name| parse_name(name, b"b/"));
            let new = new.ok_or_else(|| lines.error("no file name after `+++`"))?;
            files.push(FilePatch { old, new, ..FilePatch::default() });
            named = true;
        } else if line.starts_with(b"@@ ") {
            let file = files.last_mut().filter(|_| named);
            let file = file.ok_or_else(|| lines.error("a hunk without a file"))?;
            let hunk = parse_hunk(line).ok_or_else(|| lines.error("no hunk header after `@@`"))?;
            parse_body(&mut lines, hunk, file)?;
        }
    }
    Ok(files)
}

/// The start and the number of lines on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hunk {
    old: (u32, u32),
    new: (u32, u32),
}

fn parse_body(lines: &mut Lines<'_>, hunk: Hunk, file: &mut FilePatch) -> Result<(), PatchError> {
    let (mut old, mut old_left) = hunk.old;
    let (mut new, mut new_left) = hunk.new;
    while old_left > 0 || new_left > 0 {
        let line = lines.next().ok_or_else(|| lines.error("the patch ends inside a hunk"))?;
        let (takes_old, takes_new) = match line.first() {
            Some(b' ') => (1, 1),
            Some(b'-') => (1, 0),
            Some(b'+') => (0, 1),
            // "\ No newline at end of file" belongs to the line before.
            Some(b'\\') => continue,
            _ => return Err(lines.error("a line of a hunk starts with none of ` `, `+`, `-`")),
        };
        let more = || lines.error("a hunk has more lines than its header says");
        old_left = old_left.checked_sub(takes_old).ok_or_else(more)?;
        new_left = new_left.checked_sub(takes_new).ok_or_else(more)?;
        if takes_new == 0 {
            ranges::extend(&mut file.removed, old, 1);
        } else if takes_old == 0 {
            ranges::extend(&mut file.added, new, 1);
        }
        old = old.saturating_add(takes_old);
        new = new.saturating_add(takes_new);
    }
    Ok(())
}

/// `@@ -3,2 +3 @@ any text`
fn parse_hunk(line: &[u8]) -> Option<Hunk> {
    let line = line.strip_prefix(b"@@ -")?;
    let end = line.windows(3).position(|bytes| bytes == b" @@")?;
    let (old, new) = std::str::from_utf8(&line[..end]).ok()?.split_once(" +")?;
    let side = |text: &str| match text.split_once(',') {
        Some((start, count)) => Some((parse_number(start)?, parse_number(count)?)),
        None => Some((parse_number(text)?, 1)),
    };
    Some(Hunk { old: side(old)?, new: side(new)? })
}

fn parse_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The outer `Option` is whether the name can be read, the inner one whether there is a file.
#[expect(clippy::option_option, reason = "the doc comment says what either level means")]
fn parse_name(text: &[u8], prefix: &[u8]) -> Option<Option<Vec<u8>>> {
    // Git ends a name that holds a space with a tab, for the sake of GNU patch.
    let text = text.strip_suffix(b"\t").unwrap_or(text);
    if text == b"/dev/null" {
        return Some(None);
    }
    let name = if text.first() == Some(&b'"') { unquote(text)? } else { text.to_vec() };
    let name = name.strip_prefix(prefix)?;
    (!name.is_empty()).then(|| Some(name.to_vec()))
}

/// Undoes git's C-style quoting: `"a\tb\303\244"`.
fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let inner = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut bytes = inner.iter().copied();
    let mut name = Vec::with_capacity(inner.len());
    while let Some(byte) = bytes.next() {
        if byte == b'"' {
            return None;
        }
        if byte != b'\\' {
            name.push(byte);
            continue;
        }
        name.push(match bytes.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            same @ (b'"' | b'\\') => same,
            high @ b'0'..=b'3' => {
                let mut value = high - b'0';
                for _ in 0..2 {
                    let digit = bytes.next().filter(|digit| (b'0'..=b'7').contains(digit))?;
                    value = value * 8 + (digit - b'0');
                }
                value
            }
            _ => return None,
        });
    }
    Some(name)
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line)
    }

    fn error(&self, what: &'static str) -> PatchError {
        PatchError { line: self.number, what }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(first: u32, last: u32) -> LineRange {
        LineRange { first, last }
    }

    #[test]
    fn a_body_line_that_looks_like_a_header_is_a_body_line() {
        let text = b"diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@ fn\n\
            --- a/old\n-@@ -1 +1 @@\n+++ b/new\n+diff --git a/y b/y\n+--- a/y\n";
        let files = parse_patch(text).unwrap();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!((file.old.as_deref(), file.new.as_deref()), (Some(&b"x"[..]), Some(&b"x"[..])));
        assert_eq!(
            (file.added.as_slice(), file.removed.as_slice()),
            (&[range(1, 3)][..], &[range(1, 2)][..])
        );
    }

    #[test]
    fn names_are_unquoted_and_the_tab_after_a_space_is_dropped() {
        let text = "diff --git \"a/t\\tb\\\"q\\303\\244\" b/n w\n--- \"a/t\\tb\\\"q\\303\\244\"\n+++ b/n w\t\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\ndiff --git a/z b/z\ndeleted file mode 100644\n--- a/z\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
        let files = parse_patch(text.as_bytes()).unwrap();
        assert_eq!(files[0].old.as_deref(), Some("t\tb\"qä".as_bytes()));
        assert_eq!(files[0].new.as_deref(), Some(&b"n w"[..]));
        assert_eq!((files[1].old.as_deref(), files[1].new.as_deref()), (Some(&b"z"[..]), None));
        assert_eq!(files[1].removed, [range(1, 1)]);
    }

    #[test]
    fn context_lines_move_both_sides() {
        let text = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -4,4 +4,5 @@\n a\n-b\n c\n+d\n+e\n f\n";
        let files = parse_patch(text).unwrap();
        assert_eq!(files[0].removed, [range(5, 5)]);
        assert_eq!(files[0].added, [range(6, 7)]);
    }

    #[test]
    fn what_is_no_patch_is_refused_with_its_line() {
        let check = |text: &str, expected: &str| {
            assert_eq!(parse_patch(text.as_bytes()).unwrap_err().to_string(), expected);
        };
        check("@@ -1 +1 @@\n", "line 1 of the patch: a hunk without a file");
        check("diff --git a/x b/x\n--- a/x\n", "line 2 of the patch: no file name after `+++`");
        let head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n";
        check(&format!("{head}@@ -1 +1 @@\n-x\n"), "line 5 of the patch: the patch ends inside a hunk");
        check(
            &format!("{head}@@ -1 +1 @@\n-x\n-y\n"),
            "line 6 of the patch: a hunk has more lines than its header says",
        );
        check(
            &format!("{head}@@ -1 +1 @@\nx\n"),
            "line 5 of the patch: a line of a hunk starts with none of ` `, `+`, `-`",
        );
        check(&format!("{head}@@ -1 +99999999999 @@\n"), "line 4 of the patch: no hunk header after `@@`");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse_patch(&text);
        }

        #[test]
        fn no_pieces_of_patches_make_it_panic(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "diff --git a/x b/x\n", "--- a/x\n", "+++ b/x\n", "--- \"a/\\", "+++ /dev/null\n", "\n", "\"\n",
                    "@@ -1 +1 @@\n", "@@ -4294967295,2 +4294967295,2 @@\n", " x\n", "-x\n", "+x\n", "\\ No\n",
                ]),
                0..30,
            ),
        ) {
            let _ = parse_patch(pieces.concat().as_bytes());
        }

        #[test]
        fn any_name_survives_quoting(name in prop::collection::vec(1_u8.., 1..20)) {
            let mut quoted = b"\"a/".to_vec();
            for byte in &name {
                quoted.extend(format!("\\{byte:03o}").bytes());
            }
            quoted.push(b'"');
            prop_assert_eq!(parse_name(&quoted, b"a/"), Some(Some(name)));
        }
    }
}
