//! LCOV tracefiles, versions 1 and 2, as the manual page of geninfo describes them and as producers other
//! than geninfo write them:
//!
//! ```text
//! TN:<test name>                            FNL:<index>,<start>[,<end>]        since 2.2
//! SF:<path>                                 FNA:<index>,<count>,<name>         since 2.2
//! VER:<version of the file>                 BRDA:<line>,[e|f][U]<block>,<branch>,<taken>
//! FN:<start>,[<end>,]<name>                 MCDC:<line>,<group>,<sense>,<taken>,<index>,<expression>
//! FNDA:<count>,<name>                       DA:<line>,<count>[,<checksum>]
//! {FN,BR,MC,L}{F,H}:<number>                end_of_record
//! ```
//!
//! Totals are added up from the records; the declared ones are only compared. The exception is a record
//! with `LF` above zero and no `DA` at all, which llvm-cov writes for `-summary-only`: a file with totals. So is
//! one without `DA` that declares branches or functions and names none of them.

mod file;
mod functions;
mod plain;

use std::collections::HashMap;
use std::io::{self, Read};

use memchr::{memchr, memrchr};

use self::file::Record;
use self::plain::{plain_branch, plain_call, plain_declaration, plain_line};
use super::value::{Fault, Oddity, parse_count, parse_line};
use super::{Format, Parsed};
use crate::chunks::{Chunk, Chunks, MAX_LINE};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Place};
use crate::model::{Branch, BranchKind, LineHits, Picture};

/// Reads an LCOV tracefile to its end.
///
/// # Errors
/// Only those of the stream: whatever the tracefile holds is said in its diagnostics.
pub fn parse_lcov(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut chunks = Chunks::new(input);
    let mut tracefile = Tracefile::default();
    while let Some(chunk) = chunks.next()? {
        match chunk {
            Chunk::Lines(text) => tracefile.read(text),
            Chunk::Overlong(head) => {
                tracefile.line += 1;
                tracefile.say_overlong(head);
            }
        }
    }
    let (bytes, ends_in_newline) = (chunks.bytes(), chunks.ends_in_newline());
    Ok(tracefile.finish(bytes, ends_in_newline))
}

/// What the lines that are read belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    /// No source file.
    #[default]
    Nothing,
    /// The source file of `Tracefile::record`.
    Record,
    /// A source file without a usable name: read over to its end.
    Nameless,
}

/// A tracefile in the making.
#[derive(Default)]
struct Tracefile {
    files: Vec<file::LcovFile>,
    by_name: HashMap<Box<[u8]>, usize>,
    within: Within,
    record: Record,
    unterminated_records: u64,
    line: u64,
    diagnostics: Diagnostics,
}

/// One line, split at its first colon.
#[derive(Clone, Copy)]
struct Line<'a> {
    whole: &'a [u8],
    value: &'a [u8],
}

impl Tracefile {
    fn read(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            self.line += 1;
            if self.within == Within::Record
                && let Some(length) = self.read_plain(text)
            {
                text = &text[length..];
                continue;
            }
            let end = memchr(b'\n', text);
            let line = &text[..end.unwrap_or(text.len())];
            if line.len() > MAX_LINE {
                self.say_overlong(line);
            } else {
                self.read_line(line.strip_suffix(b"\r").unwrap_or(line), end.is_some());
            }
            text = end.map_or(&[], |end| &text[end + 1..]);
        }
    }

    /// The common cases, lines such as `DA:12,3`, `BRDA:12,0,1,-`, `FN:7,main` and `FNDA:1,main` with nothing
    /// unusual about them: how many bytes they take. Its caller has counted the first line.
    #[inline]
    fn read_plain(&mut self, text: &[u8]) -> Option<usize> {
        let before = self.line;
        let mut rest = text;
        while let Some((line, after)) = plain_line(rest) {
            self.record.add_line(line);
            self.line += 1;
            rest = after;
        }
        while let Some((branch, after)) = plain_branch(rest) {
            self.record.add_branch(branch);
            self.line += 1;
            rest = after;
        }
        while let Some((start, name, after)) = plain_declaration(rest) {
            self.record.functions.declare(name, start, None);
            self.line += 1;
            rest = after;
        }
        while let Some((hits, name, after)) = plain_call(rest) {
            self.record.functions.call(name, u64::from(hits), self.line);
            self.line += 1;
            rest = after;
        }
        if self.line == before {
            return None;
        }
        self.line -= 1;
        Some(text.len() - rest.len())
    }

    fn read_line(&mut self, line: &[u8], terminated: bool) {
        let line = if self.line == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let Some((keyword, value)) = split_keyword(line) else {
            self.read_bare(line, terminated);
            return;
        };
        let line = Line { whole: line, value };
        match keyword {
            b"TN" => {}
            b"SF" => self.read_source_file(line),
            _ if !is_of_a_file(keyword) => {
                self.say(Kind::UnknownRecord, line.whole, 0, "", || {
                    format!("records of type {} are read over", decode::text(keyword))
                });
            }
            _ if self.within == Within::Nothing => {
                self.say(Kind::RecordOutsideFile, line.whole, 0, "SF:<path> before it", || {
                    "a record of no source file".to_owned()
                });
            }
            _ if self.within == Within::Nameless => {}
            _ => {
                if let Err(fault) = self.read_record(keyword, line) {
                    self.say_fault(line, &fault, terminated);
                }
            }
        }
    }

    /// A line that has no keyword.
    fn read_bare(&mut self, line: &[u8], terminated: bool) {
        if line.starts_with(b"#") {
            return;
        }
        match line.trim_ascii() {
            b"" => {}
            b"end_of_record" => self.read_end(line),
            _ => {
                let fault = Fault::new(0, "no record of LCOV");
                self.say_fault(Line { whole: line, value: line }, &fault, terminated);
            }
        }
    }

    /// A record inside a source file.
    fn read_record(&mut self, keyword: &[u8], line: Line<'_>) -> Result<(), Fault> {
        match keyword {
            b"DA" => self.read_da(line),
            b"BRDA" => self.read_brda(line),
            b"FN" => self.read_fn(line),
            b"FNDA" => self.read_fnda(line),
            b"FNL" => self.read_fnl(line),
            b"FNA" => self.read_fna(line),
            b"VER" => {
                self.record.set_version(decode::text(line.value).into_owned(), self.line);
                Ok(())
            }
            b"MCDC" => {
                self.say(Kind::UnjudgedRecord, line.whole, 0, "", || {
                    "records of type MCDC are read over".to_owned()
                });
                Ok(())
            }
            b"MCF" | b"MCH" => Ok(()),
            _ => self.read_declared(keyword, line),
        }
    }

    fn read_source_file(&mut self, line: Line<'_>) {
        if self.within != Within::Nothing {
            self.unterminated_records += 1;
            self.say(Kind::UnterminatedRecord, line.whole, 0, "end_of_record", || {
                "the record before has no end".to_owned()
            });
            self.end_record();
        }
        if line.value.trim_ascii().is_empty() {
            self.within = Within::Nameless;
            self.say(Kind::EmptyName, line.whole, 3, "SF:<path>", || {
                "a source file without a name".to_owned()
            });
            return;
        }
        self.within = Within::Record;
        let next = self.files.len();
        let file = *self.by_name.entry(line.value.into()).or_insert(next);
        if file == next {
            self.files.push(file::LcovFile::default());
            if std::str::from_utf8(line.value).is_err() {
                self.say(Kind::NameNotUtf8, line.whole, 3, "", || "a name that is not UTF-8".to_owned());
            }
        }
        self.record.start(file);
    }

    fn read_end(&mut self, line: &[u8]) {
        if self.within == Within::Nothing {
            self.say(Kind::StrayEnd, line, 0, "", || "the end of no record".to_owned());
        }
        self.end_record();
    }

    fn end_record(&mut self) {
        if self.within == Within::Record {
            let file = &mut self.files[self.record.file()];
            self.record.end(file, self.line, &mut self.diagnostics);
        }
        self.within = Within::Nothing;
    }

    fn read_da(&mut self, line: Line<'_>) -> Result<(), Fault> {
        self.record.names_lines = true;
        let (number, rest) = split(line.value).ok_or(Fault::new(0, "a line needs a number and a count"))?;
        let count_at = number.len() + 1;
        let count = split(rest).map_or(rest, |(count, _checksum)| count);
        let number = parse_line(number, 0)?;
        let hits = self.count(count, count_at, line)?;
        self.record.add_line(LineHits::new(number, hits));
        Ok(())
    }

    fn read_brda(&mut self, line: Line<'_>) -> Result<(), Fault> {
        const SHAPE: &str = "a branch needs a line, a block, a branch and a count";
        let (number, rest) = split(line.value).ok_or(Fault::new(0, SHAPE))?;
        let block_at = number.len() + 1;
        let (block, rest) = split(rest).ok_or(Fault::new(block_at, SHAPE))?;
        let arm_at = block_at + block.len() + 1;
        // The branch may be a text with commas, the count never is.
        let comma = memrchr(b',', rest).ok_or(Fault::new(arm_at, SHAPE))?;
        let (arm, taken) = (&rest[..comma], &rest[comma + 1..]);
        let number = parse_line(number, 0)?;
        let taken = if taken == b"-" { None } else { Some(self.count(taken, arm_at + comma + 1, line)?) };
        self.record.add_branch(branch(number, block, arm, taken));
        Ok(())
    }

    fn read_fn(&mut self, line: Line<'_>) -> Result<(), Fault> {
        let (start, rest) = split(line.value).ok_or(Fault::new(0, "a function needs a line and a name"))?;
        let start_line = parse_line(start, 0)?;
        // `FN:<start>,<end>,<name>` where the second part can be an end; else it belongs to the name.
        let end = split(rest).and_then(|(end, name)| Some((decode::whole_u32(end)?, name)));
        let (end, name) = match end.filter(|(end, name)| *end >= start_line && !name.is_empty()) {
            Some((end, name)) => (Some(end), name),
            None => (None, rest),
        };
        self.record.functions.declare(name, start_line, end);
        Ok(())
    }

    fn read_fnda(&mut self, line: Line<'_>) -> Result<(), Fault> {
        let (count, name) = split(line.value).ok_or(Fault::new(0, "a function needs a count and a name"))?;
        let hits = self.count(count, 0, line)?;
        self.record.functions.call(name, hits, self.line);
        Ok(())
    }

    fn read_fnl(&mut self, line: Line<'_>) -> Result<(), Fault> {
        const SHAPE: &str = "a function needs an index and a line";
        let (index, rest) = split(line.value).ok_or(Fault::new(0, SHAPE))?;
        let (start, end) = split(rest).map_or((rest, None), |(start, end)| (start, Some(end)));
        let start_at = index.len() + 1;
        let index = decode::whole_u32(index).ok_or(Fault::new(0, "the index is no number"))?;
        let start_line = parse_line(start, start_at)?;
        let end = match end {
            Some(end) => Some(parse_line(end, start_at + start.len() + 1)?),
            None => None,
        };
        self.record.functions.place(index, start_line, end.filter(|end| *end >= start_line));
        Ok(())
    }

    fn read_fna(&mut self, line: Line<'_>) -> Result<(), Fault> {
        const SHAPE: &str = "a function needs an index, a count and a name";
        let (index, rest) = split(line.value).ok_or(Fault::new(0, SHAPE))?;
        let count_at = index.len() + 1;
        let (count, name) = split(rest).ok_or(Fault::new(count_at, SHAPE))?;
        let index = decode::whole_u32(index).ok_or(Fault::new(0, "the index is no number"))?;
        let hits = self.count(count, count_at, line)?;
        self.record.functions.call_placed(index, name, hits, self.line);
        Ok(())
    }

    /// `LF`, `LH` and their kin.
    fn read_declared(&mut self, keyword: &[u8], line: Line<'_>) -> Result<(), Fault> {
        let declared = parse_count(line.value, 0).map_err(|fault| Fault {
            kind: fault.kind,
            offset: fault.offset,
            message: "a total is no number",
        })?;
        self.record.declared.set(keyword, declared.0);
        Ok(())
    }

    /// A count, with what was odd about it said.
    fn count(&mut self, text: &[u8], offset: usize, line: Line<'_>) -> Result<u64, Fault> {
        let (count, oddity) = parse_count(text, offset)?;
        if let Some(Oddity { kind, message }) = oddity {
            let offset = line.whole.len() - line.value.len() + offset;
            self.say(kind, line.whole, offset, "", || message.to_owned());
        }
        Ok(count)
    }

    fn say_fault(&mut self, line: Line<'_>, fault: &Fault, terminated: bool) {
        let offset = line.whole.len() - line.value.len() + fault.offset;
        if !terminated && fault.kind == Kind::MalformedRecord {
            self.say(Kind::Truncated, line.whole, line.whole.len(), "", || {
                "the tracefile ends in the middle of a line".to_owned()
            });
        } else {
            self.say(fault.kind, line.whole, offset, "", || fault.message.to_owned());
        }
    }

    fn say_overlong(&mut self, head: &[u8]) {
        self.say(Kind::OverlongLine, head, 0, "", || format!("a line of more than {MAX_LINE} bytes"));
    }

    fn say(
        &mut self,
        kind: Kind,
        text: &[u8],
        offset: usize,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        self.diagnostics.say(kind, Place { line: self.line, text, offset }, expected, message);
    }

    /// A record may lack its end because its producer forgot, or because the rest is missing. It was
    /// forgotten if records before lack it too or if the declared totals say that all lines are here.
    fn say_open_end(&mut self, ends_in_newline: bool) {
        let forgotten =
            ends_in_newline && (self.unterminated_records > 0 || self.record.declared_lines_are_here());
        let kind = if forgotten { Kind::UnterminatedRecord } else { Kind::Truncated };
        if kind == Kind::UnterminatedRecord || self.diagnostics.count(Kind::Truncated) == 0 {
            self.say(kind, b"", 0, "end_of_record", || "the last record has no end".to_owned());
        }
    }

    fn finish(mut self, bytes: u64, ends_in_newline: bool) -> Parsed {
        if self.within != Within::Nothing {
            self.say_open_end(ends_in_newline);
            self.end_record();
        }
        let mut names: Vec<_> = std::mem::take(&mut self.by_name).into_iter().collect();
        names.sort_unstable_by_key(|(_, file)| *file);
        let picture: Picture = names
            .into_iter()
            .zip(self.files)
            .map(|((name, _), file)| (decode::text(&name).into_owned(), file.finish()))
            .collect();
        Parsed::new(Format::Lcov, picture, self.diagnostics, (bytes, self.line))
    }
}

/// What stands before and after the first comma.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr(b',', text).map(|comma| (&text[..comma], &text[comma + 1..]))
}

/// What stands before and after the first colon, if the former looks like the type of a record, known or not.
fn split_keyword(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().take(17).position(|byte| !byte.is_ascii_uppercase() && *byte != b'_')?;
    (end > 0 && line[end] == b':').then(|| (&line[..end], &line[end + 1..]))
}

fn is_of_a_file(keyword: &[u8]) -> bool {
    matches!(
        keyword,
        b"VER"
            | b"FNL"
            | b"FNA"
            | b"FN"
            | b"FNDA"
            | b"FNF"
            | b"FNH"
            | b"BRDA"
            | b"BRF"
            | b"BRH"
            | b"MCDC"
            | b"MCF"
            | b"MCH"
            | b"DA"
            | b"LF"
            | b"LH"
    )
}

/// `[e|f][U]<block>` and a branch: numbers mostly, texts if the producer likes.
fn branch(line: u32, block: &[u8], arm: &[u8], taken: Option<u64>) -> Branch {
    let (kind, number) = match block {
        [b'e', rest @ ..] => (BranchKind::Exception, rest),
        [b'f', rest @ ..] => (BranchKind::Fallthrough, rest),
        _ => (BranchKind::Plain, block),
    };
    let (unreachable, number) = match number {
        [b'U', rest @ ..] => (true, rest),
        _ => (false, number),
    };
    match (decode::whole_u32(number), decode::whole_u32(arm)) {
        (Some(block), Some(arm)) => Branch::numbered(line, block, arm, taken).of_kind(kind, unreachable),
        (Some(block), None) => {
            let label = format!("{block},{}", decode::text(arm));
            Branch::labelled(line, &label, taken).of_kind(kind, unreachable)
        }
        // A block that is no number is a text as a whole.
        (None, _) => {
            let label = format!("{},{}", decode::text(block), decode::text(arm));
            Branch::labelled(line, &label, taken)
        }
    }
}

#[cfg(test)]
#[path = "lcov/tests.rs"]
mod tests;
