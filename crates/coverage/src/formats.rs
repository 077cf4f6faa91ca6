//! The formats, one file each, and the one list that registers them: [`Format`].
//!
//! To add a format: a file here that turns a stream into a [`Parsed`], a variant of [`Format`] (the compiler
//! then asks for its name and its reader), and its sign in `detect.rs`.

pub mod clover;
pub mod cobertura;
pub mod coveragepy;
pub mod go;
pub mod istanbul;
pub mod jacoco;
pub(crate) mod json;
pub mod lcov;
pub mod llvm_cov;
pub mod simplecov;
mod value;
mod xml;

use std::io::{self, Cursor, Read};

use crate::detect::{HEAD, Unknown, detect};
use crate::diagnostic::{Diagnostics, Kind, Weight};
use crate::model::Picture;
use crate::unpack::{MAX_UNPACKED, Unpacked, is_packed};
use gatewright_core::source_tree::Places;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A Go cover profile: `go test -coverprofile`, `go tool covdata textfmt`.
    GoProfile,
    /// LCOV 1.x and 2.x: geninfo, c8, Istanbul's `lcovonly`, llvm-cov, grcov, Dart and many more.
    Lcov,
    /// Cobertura XML: coverage.py, gcovr, Istanbul, `PHPUnit`, coverlet, scoverage and many more.
    Cobertura,
    /// `JaCoCo` XML: `JaCoCo`, Kover.
    JaCoCo,
    /// Clover XML: `OpenClover`, `PHPUnit`, Istanbul.
    Clover,
    /// `coverage json` of coverage.py.
    CoveragePyJson,
    /// Istanbul's `coverage-final.json`: nyc, c8, Jest, Vitest.
    Istanbul,
    /// `llvm-cov export`, `cargo llvm-cov --json`.
    LlvmCovJson,
    /// `SimpleCov`'s `.resultset.json`, its `coverage.json`, and what simplecov-json writes.
    SimpleCov,
}

impl Format {
    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Format::GoProfile => "go",
            Format::Lcov => "lcov",
            Format::Cobertura => "cobertura",
            Format::JaCoCo => "jacoco",
            Format::Clover => "clover",
            Format::CoveragePyJson => "coveragepy-json",
            Format::Istanbul => "istanbul",
            Format::LlvmCovJson => "llvm-cov-json",
            Format::SimpleCov => "simplecov",
        }
    }

    /// The name for sentences.
    pub fn name(self) -> &'static str {
        match self {
            Format::GoProfile => "Go cover profile",
            Format::Lcov => "LCOV",
            Format::Cobertura => "Cobertura XML",
            Format::JaCoCo => "JaCoCo XML",
            Format::Clover => "Clover XML",
            Format::CoveragePyJson => "coverage.py JSON",
            Format::Istanbul => "Istanbul JSON",
            Format::LlvmCovJson => "llvm-cov JSON",
            Format::SimpleCov => "SimpleCov JSON",
        }
    }

    /// Reads a whole stream as this format, whatever it looks like.
    ///
    /// # Errors
    /// Only those of the stream: a report of another format is a report full of broken records.
    pub fn parse(self, input: &mut dyn Read) -> io::Result<Parsed> {
        match self {
            Format::GoProfile => go::parse_go(input),
            Format::Lcov => lcov::parse_lcov(input),
            Format::Cobertura => cobertura::parse_cobertura(input),
            Format::JaCoCo => jacoco::parse_jacoco(input),
            Format::Clover => clover::parse_clover(input),
            Format::CoveragePyJson => coveragepy::parse_coveragepy(input),
            Format::Istanbul => istanbul::parse_istanbul(input),
            Format::LlvmCovJson => llvm_cov::parse_llvm_cov(input),
            Format::SimpleCov => simplecov::parse_simplecov(input),
        }
    }
}

/// A report that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What it is.
    pub format: Format,
    /// What it shows, as far as it could be read.
    pub picture: Picture,
    /// How its paths are meant.
    pub places: Places,
    /// What was odd or broken.
    pub diagnostics: Diagnostics,
    /// Whether all that the report was meant to say is in the picture: nothing was broken. A report that is
    /// not complete must never be judged as if it were.
    pub complete: bool,
    /// How many bytes were read; of a packed report, how many it unpacks to.
    pub bytes: u64,
    /// How many lines were read.
    pub lines: u64,
}

impl Parsed {
    pub(crate) fn new(
        format: Format,
        picture: Picture,
        mut diagnostics: Diagnostics,
        (bytes, lines): (u64, u64),
    ) -> Self {
        diagnostics.sort();
        let complete = diagnostics.weighing(Weight::Broken) == 0;
        let places = match format {
            Format::GoProfile => Places::Imports,
            _ => Places::Paths { sources: Vec::new() },
        };
        Self { format, picture, places, diagnostics, complete, bytes, lines }
    }
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
    /// It is packed, and not even its first bytes can be unpacked.
    #[error("the report is packed by gzip, and {0}")]
    Unpackable(&'static str),
}

impl ReadError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            ReadError::Io(_) => "check that the file can be read and was written to its end",
            ReadError::Unknown(unknown) => unknown.help(),
            ReadError::Unpackable(_) => Kind::DamagedPacking.help(),
        }
    }
}

/// Recognises a report by its content and reads it. One that is packed by gzip is unpacked on the way.
///
/// # Errors
/// When the stream fails, or when its first bytes, unpacked, are those of no format that is read.
pub fn read(input: &mut dyn Read) -> Result<Parsed, ReadError> {
    let head = head(input)?;
    let packed = is_packed(&head);
    let mut input = Cursor::new(head).chain(input);
    if !packed {
        return read_unpacked(&mut input);
    }
    let mut unpacked = Unpacked::new(input, MAX_UNPACKED);
    let head = self::head(&mut unpacked)?;
    if head.is_empty()
        && let Some(damage) = unpacked.damage()
    {
        return Err(ReadError::Unpackable(damage.name()));
    }
    let mut parsed = read_unpacked(&mut Cursor::new(head).chain(&mut unpacked))?;
    if let Some(damage) = unpacked.damage() {
        damage.say(&mut parsed.diagnostics, (parsed.bytes, parsed.lines));
        parsed.diagnostics.sort();
        parsed.complete = false;
    }
    Ok(parsed)
}

fn read_unpacked(input: &mut dyn Read) -> Result<Parsed, ReadError> {
    let head = head(input)?;
    let format = detect(&head)?;
    Ok(format.parse(&mut Cursor::new(head).chain(input))?)
}

fn head(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    Read::take(input, HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_longer_than_the_head_is_read_whole() {
        let mut text = b"mode: set\n".to_vec();
        for line in 1..=20_000 {
            text.extend(format!("m/a.go:{line}.1,{line}.9 1 1\n").bytes());
        }
        assert!(text.len() > 2 * HEAD);
        let parsed = read(&mut text.as_slice()).unwrap();
        assert_eq!(parsed.bytes, text.len() as u64);
        assert_eq!(parsed.lines, 20_001);
        assert_eq!(parsed.picture.file("m/a.go").unwrap().blocks().len(), 20_000);
    }

    #[test]
    fn a_stream_that_fails_is_an_error() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        assert!(matches!(read(&mut b"mode: set\n".chain(Failing)), Err(ReadError::Io(_))));
    }
}
