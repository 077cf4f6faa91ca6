//! What people hand over instead of test results, and the step that helps.

use memchr::{memchr, memmem};

/// Content that is known, and is no report that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lookalike {
    /// Nothing at all.
    Empty,
    /// A compressed file.
    Gzip,
    /// An archive.
    Zip,
    /// A page for browsers.
    Html,
    /// What `go test` prints without `-json`.
    GoTestText,
    /// What `cargo test` prints without JSON.
    CargoTestText,
    /// What `pytest` prints.
    PytestText,
    /// Jest's and Vitest's own JSON.
    JestJson,
    /// Playwright's own JSON.
    PlaywrightJson,
    /// Cucumber's own JSON.
    CucumberJson,
    /// A result of Allure.
    AllureJson,
    /// The output XML of Robot Framework.
    RobotXml,
    /// CTest's own XML.
    CtestXml,
    /// A plain TestNG report.
    TestNgXml,
    /// Boost.Test's own XML.
    BoostXml,
    /// A coverage report.
    Coverage,
    /// Findings of a linter or a scanner.
    Sarif,
    /// Some XML.
    Xml,
    /// Some JSON.
    Json,
}

impl Lookalike {
    /// With its article, for sentences.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Gzip => "a file compressed with gzip",
            Self::Zip => "a ZIP archive",
            Self::Html => "a web page",
            Self::GoTestText => "what `go test` prints for people",
            Self::CargoTestText => "what `cargo test` prints for people",
            Self::PytestText => "what `pytest` prints for people",
            Self::JestJson => "the JSON of Jest or Vitest",
            Self::PlaywrightJson => "the JSON of Playwright",
            Self::CucumberJson => "the JSON of Cucumber",
            Self::AllureJson => "a result of Allure",
            Self::RobotXml => "the output XML of Robot Framework",
            Self::CtestXml => "CTest's own XML",
            Self::TestNgXml => "the XML of TestNG",
            Self::BoostXml => "the XML of Boost.Test",
            Self::Coverage => "a coverage report",
            Self::Sarif => "a SARIF file",
            Self::Xml => "some other XML",
            Self::Json => "some other JSON",
        }
    }

    /// The next step.
    pub fn help(self) -> &'static str {
        match self {
            Self::Empty => "the producer wrote nothing: look at the step that runs the tests",
            Self::Gzip | Self::Zip => "unpack it first",
            Self::Html => {
                "name the results that the page was made from; a download that failed looks like this too"
            }
            Self::GoTestText => "`go test -json ./... > results.json`",
            Self::CargoTestText => {
                "`cargo nextest run --profile ci` with `[profile.ci.junit]` writes JUnit XML; on nightly, `cargo test -- -Z unstable-options --format json` writes JSON lines"
            }
            Self::PytestText => "`pytest --junitxml=results.xml`",
            Self::JestJson => {
                "Jest: the reporter `jest-junit`; Vitest: `--reporter=junit --outputFile=results.xml`"
            }
            Self::PlaywrightJson => "`--reporter=junit` with `PLAYWRIGHT_JUNIT_OUTPUT_NAME=results.xml`",
            Self::CucumberJson => "let Cucumber write JUnit: `--format junit:results.xml`",
            Self::AllureJson => "let the test tool write JUnit XML beside Allure's results",
            Self::RobotXml => "`robot --xunit results.xml`, or `rebot --xunit results.xml output.xml`",
            Self::CtestXml => "`ctest --output-junit results.xml` (CMake 3.21 or later)",
            Self::TestNgXml => "name the files in `junitreports/` beside it",
            Self::BoostXml => "`--log_format=JUNIT --log_sink=results.xml`",
            Self::Coverage => "coverage is judged by the action coverage-gate; name the test results here",
            Self::Sarif => "SARIF holds findings, not test results; name the results of the tests",
            Self::Xml | Self::Json => "let the test tool write JUnit XML: nearly every one can",
        }
    }
}

/// First bytes that nothing else has.
const MAGIC: [(&[u8], Lookalike); 2] = [(b"\x1f\x8b", Lookalike::Gzip), (b"PK\x03\x04", Lookalike::Zip)];

pub(super) fn by_magic(head: &[u8]) -> Option<Lookalike> {
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, lookalike)| *lookalike)
}

pub(super) fn of(text: &[u8]) -> Option<Lookalike> {
    match text.first()? {
        b'<' => Some(by_root(text)),
        b'{' | b'[' => Some(by_json(text)),
        _ => by_lines(text),
    }
}

fn by_root(text: &[u8]) -> Lookalike {
    let tag = root_tag(text);
    let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
    match name {
        b"robot" => Lookalike::RobotXml,
        b"Site" => Lookalike::CtestXml,
        b"testng-results" => Lookalike::TestNgXml,
        b"TestLog" | b"TestResult" => Lookalike::BoostXml,
        b"coverage" | b"report" | b"CoverageSession" => Lookalike::Coverage,
        _ if name.eq_ignore_ascii_case(b"html") || name.eq_ignore_ascii_case(b"!doctype") => Lookalike::Html,
        _ => Lookalike::Xml,
    }
}

fn by_json(text: &[u8]) -> Lookalike {
    let signs = [
        ("\"numTotalTests\"", Lookalike::JestJson),
        ("\"$schema\": \"https://json.schemastore.org/sarif", Lookalike::Sarif),
        ("sarif-schema", Lookalike::Sarif),
        ("\"statementMap\"", Lookalike::Coverage),
        ("llvm.coverage.json.export", Lookalike::Coverage),
        ("\"projectName\"", Lookalike::PlaywrightJson),
        ("\"rootDir\"", Lookalike::PlaywrightJson),
        ("\"keyword\"", Lookalike::CucumberJson),
        ("\"historyId\"", Lookalike::AllureJson),
    ];
    let has = |sign: &str| memmem::find(text, sign.as_bytes()).is_some();
    signs.iter().find(|(sign, _)| has(sign)).map_or(Lookalike::Json, |(_, lookalike)| *lookalike)
}

/// Lines of text.
fn by_lines(text: &[u8]) -> Option<Lookalike> {
    text.split(|byte| *byte == b'\n').find_map(|line| {
        let line = line.trim_ascii();
        let starts = |sign: &str| line.starts_with(sign.as_bytes());
        if starts("mode: ") || starts("TN:") || starts("SF:") {
            return Some(Lookalike::Coverage);
        }
        if starts("=== RUN")
            || starts("--- PASS: ")
            || starts("--- FAIL: ")
            || starts("ok  \t")
            || starts("FAIL\t")
        {
            return Some(Lookalike::GoTestText);
        }
        if starts("test result: ")
            || starts("running ") && line.ends_with(b" tests")
            || starts("running 1 test")
        {
            return Some(Lookalike::CargoTestText);
        }
        memmem::find(line, b"= test session starts =").is_some().then_some(Lookalike::PytestText)
    })
}

/// What stands inside the first tag that is no declaration, instruction or comment; a document type of HTML
/// is taken for its root.
pub(super) fn root_tag(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        let Some(tag) = text.strip_prefix(b"<") else { return b"" };
        let is_html = tag.get(..13).is_some_and(|start| start.eq_ignore_ascii_case(b"!doctype html"));
        let end = match tag {
            [b'!', b'-', b'-', ..] => memmem::find(tag, b"-->").map(|at| at + 3),
            [b'?', ..] => memmem::find(tag, b"?>").map(|at| at + 2),
            [b'!', ..] if !is_html => document_type_end(tag),
            _ => return &tag[..memchr(b'>', tag).unwrap_or(tag.len())],
        };
        let Some(end) = end else { return b"" };
        text = &tag[end..];
    }
}

/// A document type may hold declarations in brackets.
fn document_type_end(tag: &[u8]) -> Option<usize> {
    let (mut depth, mut quote) = (1_u32, None);
    for (at, byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'<') => depth += 1,
            (None, b'>') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
