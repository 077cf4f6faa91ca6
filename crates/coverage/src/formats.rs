//! The formats, one file each, and the one list that registers them: [`Format`].
//!
//! To add a format: a file here that turns a stream into a [`Parsed`], a variant of [`Format`] (the compiler
//! then asks for its name and its reader), and its sign in `detect.rs`.

pub mod clover;
pub mod cobertura;
pub mod go;
pub mod jacoco;
pub mod lcov;
mod value;
mod xml;

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use crate::detect::{HEAD, Unknown, detect};
use crate::diagnostic::{Diagnostics, Weight};
use crate::model::Picture;

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
        }
    }
}

/// How the paths of a report are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// As paths, absolute or relative to one of `sources` or to where the producer ran.
    Paths {
        /// Folders that the report names as roots of its sources: a hint, often of another machine.
        sources: Vec<String>,
    },
    /// As Go import paths.
    Imports,
    /// As packages: `com/example/A.java` below some source root.
    Packages {
        /// By path: the module that it starts with, where the report has modules (`app/com/example/A.java` of the
        /// module `app`).
        modules: BTreeMap<String, String>,
    },
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
    /// How many bytes were read.
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
/// When the stream fails, or when its first bytes are those of no format that is read.
pub fn read(input: &mut dyn Read) -> Result<Parsed, ReadError> {
    let mut head = Vec::with_capacity(HEAD);
    Read::take(&mut *input, HEAD as u64).read_to_end(&mut head)?;
    let format = detect(&head)?;
    Ok(format.parse(&mut Cursor::new(head).chain(input))?)
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
