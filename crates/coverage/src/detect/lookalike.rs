//! What is handed over instead of a report that is read: formats that are not read yet, and common mistakes.

use memchr::{memchr, memchr2, memmem};

use crate::formats::Format;

/// Something recognised that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lookalike {
    /// Nothing, or nothing but blanks.
    Empty,
    /// An `OpenCover` report.
    OpenCover,
    /// Test results in XML.
    TestResults,
    /// Other XML.
    Xml,
    /// A web page.
    Html,
    /// Events of `go test -json`.
    GoTestJson,
    /// `coverage-summary.json` of Istanbul: percentages without lines.
    IstanbulSummary,
    /// What is sent to Coveralls.
    CoverallsJson,
    /// JSON of gcovr.
    GcovrJson,
    /// JSON of gcov.
    GcovJson,
    /// What Codecov calls its custom format.
    CodecovJson,
    /// Other JSON.
    Json,
    /// Text in UTF-16.
    Utf16,
    /// Something packed by gzip, inside of what was unpacked already.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// Counters of a program built with `-fprofile-instr-generate`.
    Profraw,
    /// Merged counters of such programs.
    Profdata,
    /// Counters or notes of gcov.
    GcovData,
    /// A database of `SQLite`: `.coverage` of coverage.py.
    CoveragePyDatabase,
    /// Counters or metadata of a Go program built with `-cover`.
    GoCoverageData,
    /// Counters of the `JaCoCo` agent.
    JaCoCoExec,
    /// Blocks of a Go profile without its first line.
    GoWithoutMode,
    /// What `go tool cover -func` prints.
    GoFunctionPercents,
    /// Annotated source of gcov.
    GcovText,
}

impl Lookalike {
    /// The name for sentences, with its article where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Lookalike::Empty => "an empty file",
            Lookalike::OpenCover => "OpenCover XML",
            Lookalike::TestResults => "test results",
            Lookalike::Xml => "XML of another kind",
            Lookalike::Html => "a web page",
            Lookalike::GoTestJson => "the events of `go test -json`",
            Lookalike::IstanbulSummary => "the summary of Istanbul (coverage-summary.json)",
            Lookalike::CoverallsJson => "JSON for Coveralls",
            Lookalike::GcovrJson => "the JSON of gcovr",
            Lookalike::GcovJson => "the JSON of gcov",
            Lookalike::CodecovJson => "JSON in Codecov's own format",
            Lookalike::Json => "JSON of another kind",
            Lookalike::Utf16 => "text in UTF-16",
            Lookalike::Gzip => "a gzip file",
            Lookalike::Zip => "a ZIP archive",
            Lookalike::Profraw => "raw counters of LLVM (.profraw)",
            Lookalike::Profdata => "merged counters of LLVM (.profdata)",
            Lookalike::GcovData => "data of gcov (.gcda or .gcno)",
            Lookalike::CoveragePyDatabase => "an SQLite database such as coverage.py's .coverage",
            Lookalike::GoCoverageData => "binary coverage data of Go (covcounters or covmeta)",
            Lookalike::JaCoCoExec => "counters of the JaCoCo agent (.exec)",
            Lookalike::GoWithoutMode => "a Go cover profile without its `mode:` line",
            Lookalike::GoFunctionPercents => "the output of `go tool cover -func`",
            Lookalike::GcovText => "annotated source of gcov",
        }
    }

    /// The step that leads to a report that is read.
    pub fn help(self) -> &'static str {
        match self {
            Lookalike::Empty => "the producer wrote nothing: look at the step that makes the report",
            Lookalike::OpenCover => {
                "write Cobertura instead (`--collect:\"XPlat Code Coverage\"`, coverlet's `cobertura`), or convert it \
                 with ReportGenerator (`-reporttypes:Cobertura`)"
            }
            Lookalike::TestResults => "this belongs to a test report, not to a coverage gate",
            Lookalike::Html => {
                "name the report that the page was made from; a download that failed looks like this too"
            }
            Lookalike::IstanbulSummary => {
                "it has totals only: name coverage-final.json, which the reporter `json` writes"
            }
            Lookalike::CoverallsJson => "let the producer write LCOV instead, which Coveralls reads too",
            Lookalike::GcovrJson => {
                "write LCOV with gcovr: `--lcov`, also from this file: `gcovr -a FILE --lcov`"
            }
            Lookalike::GcovJson => {
                "`lcov --capture --directory . --output-file coverage.info`, or `gcovr --lcov`"
            }
            Lookalike::CodecovJson => "let the producer write its own format or LCOV instead",
            Lookalike::GoTestJson => {
                "this belongs to a test report; the profile is what `go test -coverprofile=FILE` writes"
            }
            Lookalike::Xml | Lookalike::Json => "name the coverage report itself",
            Lookalike::Utf16 => {
                "PowerShell's `>` writes UTF-16: let the tool write the file (`-o`), or use `Out-File -Encoding utf8`"
            }
            Lookalike::Gzip => "it is packed twice: unpack it once, `gzip -d`",
            Lookalike::Zip => "unpack it first: `unzip`",
            Lookalike::Profraw => {
                "`llvm-profdata merge -o all.profdata *.profraw`, then `llvm-cov export -format=lcov -instr-profile=all.profdata PROGRAM`"
            }
            Lookalike::Profdata => "`llvm-cov export -format=lcov -instr-profile=FILE PROGRAM`",
            Lookalike::GcovData | Lookalike::GcovText => {
                "`lcov --capture --directory . --output-file coverage.info`, or `gcovr --lcov`"
            }
            Lookalike::CoveragePyDatabase => "`coverage lcov -o coverage.lcov`",
            Lookalike::GoCoverageData => "`go tool covdata textfmt -i=DIRECTORY -o=coverage.out`",
            Lookalike::JaCoCoExec => {
                "let JaCoCo make its XML report: `jacoco:report` of Maven, `jacocoTestReport` of Gradle with `xml.required = true`"
            }
            Lookalike::GoWithoutMode => {
                "keep the first line of the profile: `mode: set`, `mode: count` or `mode: atomic`"
            }
            Lookalike::GoFunctionPercents => "name the profile itself, the file of `-coverprofile`",
        }
    }
}

/// What binary files start with.
const MAGIC: [(&[u8], Lookalike); 20] = [
    (b"\xff\xfe", Lookalike::Utf16),
    (b"\xfe\xff", Lookalike::Utf16),
    (b"m\0o\0d\0e\0", Lookalike::Utf16),
    (b"<\0", Lookalike::Utf16),
    (b"\0<", Lookalike::Utf16),
    (b"\x1f\x8b", Lookalike::Gzip),
    (b"PK\x03\x04", Lookalike::Zip),
    (b"PK\x05\x06", Lookalike::Zip),
    (b"\x81rforpl\xff", Lookalike::Profraw),
    (b"\x81Rforpl\xff", Lookalike::Profraw),
    (b"\xfflprofr\x81", Lookalike::Profraw),
    (b"\xfflprofR\x81", Lookalike::Profraw),
    (b"\xfflprofi\x81", Lookalike::Profdata),
    (b"adcg", Lookalike::GcovData),
    (b"oncg", Lookalike::GcovData),
    (b"gcda", Lookalike::GcovData),
    (b"SQLite format 3\0", Lookalike::CoveragePyDatabase),
    (b"\0cvm", Lookalike::GoCoverageData),
    (b"\0cwm", Lookalike::GoCoverageData),
    (b"\x01\xc0\xc0", Lookalike::JaCoCoExec),
];

pub(super) fn by_magic(head: &[u8]) -> Option<Lookalike> {
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, lookalike)| *lookalike)
}

/// XML or HTML: a format, if it is one that is read.
pub(super) fn by_root(text: &[u8]) -> Result<Format, Lookalike> {
    let tag = root_tag(text);
    let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
    match name {
        b"coverage" if is_clover(tag) => Ok(Format::Clover),
        b"coverage" | b"scoverage" => Ok(Format::Cobertura),
        b"report" => Ok(Format::JaCoCo),
        b"CoverageSession" => Err(Lookalike::OpenCover),
        b"testsuites" | b"testsuite" | b"test-run" | b"TestRun" | b"assemblies" => {
            Err(Lookalike::TestResults)
        }
        _ if name.eq_ignore_ascii_case(b"html") || name.eq_ignore_ascii_case(b"!doctype") => {
            Err(Lookalike::Html)
        }
        _ => Err(Lookalike::Xml),
    }
}

/// Cobertura has the same root, without this attribute.
fn is_clover(tag: &[u8]) -> bool {
    memmem::find_iter(tag, b"generated").any(|at| {
        let after = tag[at + b"generated".len()..].trim_ascii_start();
        at > 0 && tag[at - 1].is_ascii_whitespace() && after.starts_with(b"=")
    })
}

/// What stands inside the first tag that is no declaration, instruction or comment; a document type of HTML
/// is taken for its root.
fn root_tag(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        let Some(tag) = text.strip_prefix(b"<") else { return b"" };
        let is_html = tag.get(..13).is_some_and(|start| start.eq_ignore_ascii_case(b"!doctype html"));
        let end = match tag {
            [b'!', b'-', b'-', ..] => memmem::find(tag, b"-->").map(|at| at + 3),
            [b'?', ..] => memmem::find(tag, b"?>").map(|at| at + 2),
            [b'!', ..] if !is_html => end_of_document_type(tag),
            _ => return &tag[..memchr(b'>', tag).unwrap_or(tag.len())],
        };
        let Some(end) = end else { return b"" };
        text = &tag[end..];
    }
}

/// Behind `!DOCTYPE name [ … ] >`, where the brackets with what they declare may be missing.
fn end_of_document_type(tag: &[u8]) -> Option<usize> {
    let first = memchr2(b'>', b'[', tag)?;
    let from = if tag[first] == b'[' { first + memchr(b']', &tag[first..])? } else { first };
    Some(from + memchr(b'>', &tag[from..])? + 1)
}

/// Lines of text.
pub(super) fn by_lines(text: &[u8]) -> Option<Lookalike> {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    if first.ends_with(b"%") && memmem::find(first, b".go:").is_some() {
        return Some(Lookalike::GoFunctionPercents);
    }
    if first.starts_with(b"-:") && memmem::find(first, b":0:Source:").is_some()
        || memmem::find(first, b"0:Source:").is_some()
    {
        return Some(Lookalike::GcovText);
    }
    is_block(first).then_some(Lookalike::GoWithoutMode)
}

/// `name.go:1.2,3.4 5 6`, roughly.
fn is_block(line: &[u8]) -> bool {
    let mut fields = line.rsplitn(3, |byte| *byte == b' ');
    let numbers = [fields.next(), fields.next()];
    let place = fields.next().unwrap_or_default();
    let Some(colon) = memchr::memrchr(b':', place) else { return false };
    let separators: Vec<u8> =
        place[colon + 1..].iter().copied().filter(|byte| !byte.is_ascii_digit()).collect();
    numbers.iter().all(|number| number.is_some_and(crate::decode::is_digits)) && separators == b".,."
}
