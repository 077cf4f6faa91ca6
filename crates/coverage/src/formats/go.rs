//! Go cover profiles, as `cmd/cover`, `go test -coverprofile` and `go tool covdata textfmt` write them and
//! `golang.org/x/tools/cover/profile.go` reads them:
//!
//! ```text
//! profile = "mode: " ("set" | "count" | "atomic") NL { block NL }
//! block   = name ":" line "." column "," line "." column " " statements " " count
//! ```
//!
//! A name may hold spaces and colons, so a block is read from the right. More is accepted than x/tools
//! accepts: profiles joined with `cat`, lines of `go tool cover -func` in between, blank lines, CRLF.
//! Blocks of one range are one block: `go test` over many packages with `-coverpkg` repeats all of them.

use std::collections::HashMap;
use std::io::{self, Read};

use memchr::{memchr, memrchr};

use super::{Format, Parsed};
use crate::chunks::{Chunk, Chunks, MAX_LINE};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Place, excerpt};
use crate::gather::Gathered;
use crate::model::{Block, FileCoverage, Hits, Picture, Span};

const BLOCK: &str = "name.go:line.column,line.column statements count";
const MODE: &str = "mode: set, mode: count or mode: atomic";

/// Reads a Go cover profile to its end.
///
/// # Errors
/// Only those of the stream: whatever the profile holds is said in its diagnostics.
pub fn parse_go(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut chunks = Chunks::new(input);
    let mut profile = Profile::default();
    while let Some(chunk) = chunks.next()? {
        match chunk {
            Chunk::Lines(text) => profile.read(text),
            Chunk::Overlong(head) => {
                profile.line += 1;
                profile.say_overlong(head);
            }
        }
    }
    let bytes = chunks.bytes();
    Ok(profile.finish(bytes))
}

/// One file in the making.
#[derive(Default)]
struct GoFile {
    blocks: Gathered<Block>,
    hits: Hits,
}

/// A profile in the making.
#[derive(Default)]
struct Profile {
    files: Vec<GoFile>,
    by_name: HashMap<Box<[u8]>, usize>,
    /// The name of the last block with its colon, and its file.
    last_name: Vec<u8>,
    last_file: usize,
    mode: Option<Hits>,
    line: u64,
    diagnostics: Diagnostics,
}

/// What follows the name in a record.
struct Numbers {
    span: Span,
    statements: u32,
    count: u64,
}

impl Profile {
    fn read(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            self.line += 1;
            if let Some(length) = self.read_next_of_file(text) {
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

    /// The common case: another block of the file of the line before, with nothing unusual about it.
    /// Its length with the line end.
    #[inline]
    fn read_next_of_file(&mut self, text: &[u8]) -> Option<usize> {
        if self.last_name.is_empty() {
            return None;
        }
        let rest = text.strip_prefix(self.last_name.as_slice())?;
        let (numbers, length) = plain_numbers(rest)?;
        let length = length + self.last_name.len();
        if length > MAX_LINE || numbers.span.end_line < numbers.span.start_line {
            return None;
        }
        self.add(self.last_file, &numbers, &text[..length]);
        Some(length)
    }

    fn say_overlong(&mut self, head: &[u8]) {
        self.say(Kind::OverlongLine, head, 0, BLOCK, || format!("a line of more than {MAX_LINE} bytes"));
    }

    fn read_line(&mut self, line: &[u8], terminated: bool) {
        let line = if self.line == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        if line.is_empty() {
            return;
        }
        if let Some(mode) = line.strip_prefix(b"mode:") {
            self.read_mode(mode.trim_ascii(), line);
            return;
        }
        if self.mode.is_none() {
            self.say(Kind::ModeMissing, line, 0, MODE, || "a profile starts with its mode".to_owned());
            self.mode = Some(Hits::Counts);
        }
        match parse_block(line) {
            Ok((name, numbers)) => self.read_block(line, name, &numbers, terminated),
            Err(_) if is_function_percent(line) => {
                self.say(Kind::FunctionPercentLine, line, 0, BLOCK, || {
                    "a line of `go tool cover -func`".to_owned()
                });
            }
            Err(_) if !terminated => {
                self.say(Kind::Truncated, line, line.len(), BLOCK, || {
                    "the profile ends in the middle of a block".to_owned()
                });
            }
            Err(fault) => self.say(fault.kind, line, fault.offset, BLOCK, || fault.message.to_owned()),
        }
    }

    fn read_block(&mut self, line: &[u8], name: &[u8], numbers: &Numbers, terminated: bool) {
        if !terminated {
            self.say(Kind::MissingFinalNewline, line, line.len(), "", || {
                "the last line has no line end".to_owned()
            });
        }
        if name.is_empty() {
            self.say(Kind::EmptyName, line, 0, BLOCK, || "a block of no file".to_owned());
            return;
        }
        let span = numbers.span;
        if (span.end_line, span.end_column) < (span.start_line, span.start_column) {
            self.say(Kind::InvertedRange, line, name.len() + 1, BLOCK, || {
                "the block ends before it starts".to_owned()
            });
            return;
        }
        if numbers.count == u64::MAX {
            let count = memrchr(b' ', line).map_or(0, |space| space + 1);
            self.say(Kind::OverflowingCount, line, count, "", || {
                format!("read as {}, the largest count", u64::MAX)
            });
        }
        let file = self.file(name, line);
        self.add(file, numbers, line);
    }

    fn read_mode(&mut self, mode: &[u8], line: &[u8]) {
        let hits = match mode {
            b"set" => Hits::Flags,
            b"count" | b"atomic" => Hits::Counts,
            _ => {
                let offset = line.len() - mode.len();
                self.say(Kind::ModeUnknown, line, offset, MODE, || "no mode that Go writes".to_owned());
                self.mode = self.mode.or(Some(Hits::Counts));
                return;
            }
        };
        match self.mode {
            None => {}
            Some(before) if before == hits => {
                self.say(Kind::ModeRepeated, line, 0, "", || "a second profile starts here".to_owned());
            }
            Some(_) => self.say(Kind::ModeConflict, line, 0, "one mode for the whole file", || {
                "`set` knows whether, `count` and `atomic` how often: only whether is left".to_owned()
            }),
        }
        self.mode = Some(hits);
    }

    /// The file of that name, from now on the current one.
    fn file(&mut self, name: &[u8], line: &[u8]) -> usize {
        self.last_name.clear();
        self.last_name.extend_from_slice(name);
        self.last_name.push(b':');
        let next = self.files.len();
        self.last_file = *self.by_name.entry(name.into()).or_insert(next);
        if self.last_file == next {
            self.files.push(GoFile::default());
            if std::str::from_utf8(name).is_err() {
                self.say(Kind::NameNotUtf8, line, 0, "", || "a name that is not UTF-8".to_owned());
            }
        }
        self.last_file
    }

    #[inline]
    fn add(&mut self, file: usize, numbers: &Numbers, line: &[u8]) {
        let mode = self.mode.unwrap_or_default();
        let count = if mode == Hits::Flags { numbers.count.min(1) } else { numbers.count };
        let block = Block::new(numbers.span, numbers.statements, count);
        let file = &mut self.files[file];
        file.hits = file.hits.max(mode);
        let (here, diagnostics) = (self.line, &mut self.diagnostics);
        file.blocks.add(block, here, &mut |block, origin| {
            say_dispute(diagnostics, block, origin, if origin == here { line } else { b"" });
        });
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

    fn finish(mut self, bytes: u64) -> Parsed {
        if self.mode.is_none() {
            self.line = self.line.max(1);
            self.say(Kind::ModeMissing, b"", 0, MODE, || "a profile starts with its mode".to_owned());
        }
        let mut names: Vec<_> = std::mem::take(&mut self.by_name).into_iter().collect();
        names.sort_unstable_by_key(|(_, file)| *file);
        let diagnostics = &mut self.diagnostics;
        let files = names.into_iter().zip(std::mem::take(&mut self.files)).map(|((name, _), mut file)| {
            let blocks =
                file.blocks.finish(&mut |block, origin| say_dispute(diagnostics, block, origin, b""));
            let mut coverage = FileCoverage { blocks, hits: file.hits, ..FileCoverage::in_statements() };
            coverage.flatten();
            (decode::text(&name).into_owned(), coverage)
        });
        let picture: Picture = files.collect();
        say_split_runs(&mut self.diagnostics, &picture);
        Parsed::new(Format::GoProfile, picture, self.diagnostics, (bytes, self.line))
    }
}

fn say_dispute(diagnostics: &mut Diagnostics, block: &Block, line: u64, text: &[u8]) {
    let place = Place { line, text: text.trim_ascii_end(), offset: 0 };
    diagnostics.say(Kind::StatementDispute, place, "one number of statements for one block", || {
        let (least, greatest) = block.claimed_statements();
        format!("the block {} has {least} statements in one record and {greatest} in another", shown(block))
    });
}

/// One diagnostic for the whole profile: it is a property of the toolchain, not of a line.
fn say_split_runs(diagnostics: &mut Diagnostics, picture: &Picture) {
    let mut runs = picture.files().flat_map(|(path, file)| file.split_runs().map(move |run| (path, run)));
    let Some((path, (piece, next))) = runs.next() else { return };
    let count = 1 + runs.count();
    diagnostics.say(Kind::SplitRun, Place { line: 1, text: b"", offset: 0 }, "", || {
        format!(
            "{count} blocks repeat the statements of the block before, the first in {}: {} and {}; \
             each run is counted once",
            excerpt(path.as_bytes()),
            shown(piece),
            shown(next)
        )
    });
}

fn shown(block: &Block) -> String {
    let span = block.span();
    format!("{}.{},{}.{}", span.start_line, span.start_column, span.end_line, span.end_column)
}

/// Why a line is no block.
struct Fault {
    kind: Kind,
    offset: usize,
    message: &'static str,
}

impl Fault {
    fn new(offset: usize, message: &'static str) -> Self {
        Self { kind: Kind::MalformedRecord, offset, message }
    }
}

/// `12.3,14.5 2 1` and its line end, with numbers of ordinary size.
#[inline]
fn plain_numbers(text: &[u8]) -> Option<(Numbers, usize)> {
    let (start_line, rest) = decode::short_number(text, b'.')?;
    let (start_column, rest) = decode::short_number(rest, b',')?;
    let (end_line, rest) = decode::short_number(rest, b'.')?;
    let (end_column, rest) = decode::short_number(rest, b' ')?;
    let (statements, rest) = decode::short_number(rest, b' ')?;
    let (count, rest) = decode::short_count(rest)?;
    if start_line == 0 || (end_line == start_line && end_column < start_column) {
        return None;
    }
    let span = Span { start_line, end_line, start_column, end_column };
    Some((Numbers { span, statements, count }, text.len() - rest.len()))
}

/// A block with its name, from the right; a range may still be inverted.
fn parse_block(line: &[u8]) -> Result<(&[u8], Numbers), Fault> {
    let (rest, count_at) =
        split_right(line, b' ').ok_or(Fault::new(0, "a block needs two numbers at its end"))?;
    let (place, statements_at) =
        split_right(rest, b' ').ok_or(Fault::new(0, "a block needs two numbers at its end"))?;
    let (name, range_at) =
        split_right(place, b':').ok_or(Fault::new(0, "a block needs a colon between name and range"))?;
    let count = parse_count(&line[count_at..], count_at)?;
    let statements =
        parse_u32(&rest[statements_at..], statements_at, "the number of statements is no number")?;
    let span = parse_span(&place[range_at..], range_at)?;
    Ok((name, Numbers { span, statements, count }))
}

/// What stands before the last `separator`, and the offset of what stands after it.
fn split_right(text: &[u8], separator: u8) -> Option<(&[u8], usize)> {
    memrchr(separator, text).map(|at| (&text[..at], at + 1))
}

fn parse_count(text: &[u8], offset: usize) -> Result<u64, Fault> {
    if !decode::is_digits(text.strip_prefix(b"-").unwrap_or(text)) {
        return Err(Fault::new(offset, "the count is no number"));
    }
    if text.starts_with(b"-") {
        return Err(Fault {
            kind: Kind::NegativeBlock,
            offset,
            message: "a block can't run less than never",
        });
    }
    Ok(decode::digits(text).map_or(u64::MAX, |(count, _)| count))
}

fn parse_u32(text: &[u8], offset: usize, message: &'static str) -> Result<u32, Fault> {
    if text.starts_with(b"-") && decode::is_digits(&text[1..]) {
        return Err(Fault { kind: Kind::NegativeBlock, offset, message: "a number below zero" });
    }
    decode::whole_u32(text).ok_or(Fault::new(offset, message))
}

fn parse_span(text: &[u8], offset: usize) -> Result<Span, Fault> {
    const RANGE: &str = "the range is not line.column,line.column";
    let comma = memchr(b',', text).ok_or(Fault::new(offset, RANGE))?;
    let position = |part: &[u8], at: usize| {
        let dot = memchr(b'.', part).ok_or(Fault::new(at, RANGE))?;
        let line = parse_u32(&part[..dot], at, RANGE)?;
        if line == 0 {
            return Err(Fault::new(at, "lines are counted from 1"));
        }
        Ok((line, parse_u32(&part[dot + 1..], at + dot + 1, RANGE)?))
    };
    let (start_line, start_column) = position(&text[..comma], offset)?;
    let (end_line, end_column) = position(&text[comma + 1..], offset + comma + 1)?;
    Ok(Span { start_line, end_line, start_column, end_column })
}

/// `name.go:19:  Function  100.0%`, or the `total:` line under such a list.
fn is_function_percent(line: &[u8]) -> bool {
    let Some(rest) = line.trim_ascii_end().strip_suffix(b"%") else { return false };
    let number = rest.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    rest.contains(&b':')
        && number.len() < rest.len()
        && !number.is_empty()
        && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

#[cfg(test)]
#[path = "go_tests.rs"]
mod tests;
