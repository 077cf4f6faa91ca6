//! The formats, one file each, and the one list that registers them: [`Format`].
//!
//! To add a format: a file here that hands what a stream holds to an [`Out`], a variant of [`Format`] (the compiler
//! then asks for its names and its reader), and its sign in `detect.rs`.

pub(crate) mod ctrf;
pub(crate) mod dart;
pub(crate) mod document;
pub(crate) mod go;
pub(crate) mod junit;
pub(crate) mod libtest;
pub(crate) mod markup;
pub(crate) mod mocha;
pub(crate) mod nunit;
pub(crate) mod rspec;
pub(crate) mod tap;
pub(crate) mod trx;
pub(crate) mod xunit;

use std::io::{self, Cursor, Read};

use crate::detect::{HEAD, Unknown, detect};
use crate::diagnostic::{Diagnostics, Weight};
use crate::encoding::{FromUtf16, utf16};
use crate::model::{Occurrence, Sink, Tally};

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JUnit XML in any dialect.
    JUnit,
    /// `go test -json`.
    GoTest,
    /// The JSON lines of libtest and nextest.
    Libtest,
    /// TAP, versions 12 to 14.
    Tap,
    /// TRX of the test platform of .NET.
    Trx,
    /// The XML of NUnit 2 and 3.
    NUnit,
    /// The XML of xUnit.net.
    XUnit,
    /// `rspec --format json`.
    RSpec,
    /// `mocha --reporter json`.
    Mocha,
    /// `dart test --reporter json` and `flutter test --machine`.
    Dart,
    /// The Common Test Report Format.
    Ctrf,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 11] = [
        Format::JUnit,
        Format::GoTest,
        Format::Libtest,
        Format::Tap,
        Format::Trx,
        Format::NUnit,
        Format::XUnit,
        Format::RSpec,
        Format::Mocha,
        Format::Dart,
        Format::Ctrf,
    ];

    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Format::JUnit => "junit",
            Format::GoTest => "go-test",
            Format::Libtest => "libtest",
            Format::Tap => "tap",
            Format::Trx => "trx",
            Format::NUnit => "nunit",
            Format::XUnit => "xunit",
            Format::RSpec => "rspec",
            Format::Mocha => "mocha",
            Format::Dart => "dart",
            Format::Ctrf => "ctrf",
        }
    }

    /// The name for sentences.
    pub fn name(self) -> &'static str {
        match self {
            Format::JUnit => "JUnit XML",
            Format::GoTest => "go test -json",
            Format::Libtest => "libtest JSON",
            Format::Tap => "TAP",
            Format::Trx => "TRX",
            Format::NUnit => "NUnit XML",
            Format::XUnit => "xUnit.net XML",
            Format::RSpec => "RSpec JSON",
            Format::Mocha => "Mocha JSON",
            Format::Dart => "Dart JSON",
            Format::Ctrf => "CTRF",
        }
    }

    /// Reads a whole stream of UTF-8 as this format, whatever it looks like.
    ///
    /// # Errors
    /// Only those of the stream: a report of another format is a report full of broken records.
    pub fn parse(self, input: &mut dyn Read, sink: &mut dyn Sink) -> io::Result<Parsed> {
        let mut out = Out { sink, runs: Tally::default() };
        let scanned = match self {
            Format::JUnit => junit::parse_junit(input, &mut out),
            Format::GoTest => go::parse_go(input, &mut out),
            Format::Libtest => libtest::parse_libtest(input, &mut out),
            Format::Tap => tap::parse_tap(input, &mut out),
            Format::Trx => trx::parse_trx(input, &mut out),
            Format::NUnit => nunit::parse_nunit(input, &mut out),
            Format::XUnit => xunit::parse_xunit(input, &mut out),
            Format::RSpec => rspec::parse_rspec(input, &mut out),
            Format::Mocha => mocha::parse_mocha(input, &mut out),
            Format::Dart => dart::parse_dart(input, &mut out),
            Format::Ctrf => ctrf::parse_ctrf(input, &mut out),
        }?;
        let Scanned { mut diagnostics, bytes, cached } = scanned;
        diagnostics.sort();
        let complete = diagnostics.weighing(Weight::Broken) == 0;
        Ok(Parsed { format: self, runs: out.runs, cached, diagnostics, complete, bytes })
    }
}

/// Where readers hand the runs to: counts them on their way to the sink.
pub(crate) struct Out<'s> {
    sink: &'s mut dyn Sink,
    pub(crate) runs: Tally,
}

impl Out<'_> {
    #[inline]
    pub(crate) fn emit(&mut self, occurrence: &Occurrence<'_>) {
        self.runs.count(occurrence);
        self.sink.take(occurrence);
    }
}

/// What a reader knows at the end besides the runs.
pub(crate) struct Scanned {
    pub(crate) diagnostics: Diagnostics,
    pub(crate) bytes: u64,
    pub(crate) cached: u64,
}

/// A report that was read to its end. Its runs went to the sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What it is.
    pub format: Format,
    /// How many runs it holds, by outcome.
    pub runs: Tally,
    /// How many suites it shows whose results are those of an earlier run, because nothing changed.
    pub cached: u64,
    /// What was odd or broken.
    pub diagnostics: Diagnostics,
    /// Whether all that the report was meant to say was read: nothing was broken. A report that is not complete must
    /// never be judged as if it were.
    pub complete: bool,
    /// How many bytes were read.
    pub bytes: u64,
}

/// Why a report could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The stream failed.
    #[error("the report could not be read to its end")]
    Io(#[from] io::Error),
    /// No reader knows what it is.
    #[error(transparent)]
    Unknown(#[from] Unknown),
}

impl ReadError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            ReadError::Io(_) => "check that the file can be read and was written to its end",
            ReadError::Unknown(unknown) => unknown.help(),
        }
    }
}

/// Recognises a report by its content and reads it.
///
/// # Errors
/// When the stream fails, or when its first bytes are those of no format that is read. Nothing went to the sink then,
/// unless the stream failed later.
pub fn read(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<Parsed, ReadError> {
    let mut start = Vec::with_capacity(4);
    Read::take(&mut *input, 4).read_to_end(&mut start)?;
    let order = utf16(&start);
    let mut input = Cursor::new(start).chain(input);
    match order {
        Some(order) => read_utf8(&mut FromUtf16::new(&mut input, order), sink),
        None => read_utf8(&mut input, sink),
    }
}

fn read_utf8(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<Parsed, ReadError> {
    let mut head = Vec::with_capacity(HEAD);
    Read::take(&mut *input, HEAD as u64).read_to_end(&mut head)?;
    let format = detect(&head)?;
    Ok(format.parse(&mut Cursor::new(head).chain(input), sink)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(bytes: &[u8]) -> Parsed {
        read(&mut &*bytes, &mut Tally::default()).unwrap()
    }

    #[test]
    fn utf16_reads_as_any_other_text() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><testsuite><testcase name=\"é\u{1f600}\"><failure message=\"m\"/></testcase></testsuite>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
        for bytes in [little.clone(), big.clone(), marked(b"\xff\xfe", &little), marked(b"\xfe\xff", &big)] {
            let mut collector = crate::Collector::default();
            let parsed = read(&mut bytes.as_slice(), &mut collector).unwrap();
            assert!(parsed.complete);
            assert_eq!(collector.finish().failures[0].name, "é\u{1f600}");
        }
        // PowerShell writes streams this way, too.
        let go: Vec<u8> = "\u{feff}{\"Action\":\"pass\",\"Package\":\"m\",\"Test\":\"A\"}\r\n{\"Action\":\"pass\",\"Package\":\"m\"}\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!((runs(&go).format, runs(&go).runs.passed), (Format::GoTest, 1));
    }

    #[test]
    fn latin_1_loses_no_byte() {
        let mut collector = crate::Collector::default();
        let text = b"<?xml version='1.0' encoding='ISO-8859-1'?><testsuite><testcase name='caf\xe9'><failure>\xfcber</failure></testcase></testsuite>";
        assert!(read(&mut text.as_slice(), &mut collector).unwrap().complete);
        let failure = &collector.finish().failures[0];
        assert_eq!((failure.name.as_str(), failure.detail.text.head.as_str()), ("café", "über"));
    }

    #[test]
    fn a_report_longer_than_the_head_is_read_whole() {
        let cases = "<testcase name='a'/>".repeat(20_000);
        let text = format!("<testsuite>{cases}</testsuite>");
        assert!(text.len() > 2 * HEAD);
        let parsed = runs(text.as_bytes());
        assert_eq!((parsed.bytes, parsed.runs.passed), (text.len() as u64, 20_000));
    }

    #[test]
    fn a_stream_that_fails_is_an_error() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let starts: [&[u8]; 4] =
            [b"<testsuite>", b"{\"Action\":\"run\",\"Package\":\"m\"}\n", b"{\"examples\":[", b"ok 1\n"];
        for start in starts {
            let failed = read(&mut start.chain(Failing), &mut Tally::default());
            assert!(matches!(failed, Err(ReadError::Io(_))));
        }
    }

    #[test]
    fn every_format_has_names_of_its_own() {
        let ids: std::collections::BTreeSet<_> =
            Format::ALL.iter().map(|format| (format.id(), format.name())).collect();
        assert_eq!(ids.len(), Format::ALL.len());
    }
}
