//! What each kind of content is taken for, and what is said about it.

use expect_test::{Expect, expect};

use super::*;

fn check(head: &[u8], expected: &Expect) {
    let said = match detect(head) {
        Ok(format) => format.name().to_owned(),
        Err(unknown) => format!("{unknown}\nhelp: {}", unknown.help()),
    };
    expected.assert_eq(&said);
}

#[track_caller]
fn looks_like(head: &[u8], lookalike: Lookalike) {
    assert_eq!(detect(head).map_err(|unknown| unknown.lookalike), Err(Some(lookalike)));
}

#[test]
fn go_profiles() {
    for head in ["mode: set\n", "\u{feff}mode: atomic\r\n", "\n\nmode: count", "mode: whatever\n"] {
        check(head.as_bytes(), &expect!["Go cover profile"]);
    }
}

#[test]
fn tracefiles() {
    for head in [
        "TN:\n",
        "TN:unit\nSF:a.c\n",
        "SF:a.c\n",
        "\u{feff}\r\nSF:a.c\r\n",
        "# made by a tool\n#\n\nTN:\nSF:a.c\n",
        "DA:1,1\nend_of_record\n",
        "what is this\nend_of_record\n",
    ] {
        check(head.as_bytes(), &expect!["LCOV"]);
    }
}

#[test]
fn cobertura() {
    for head in [
        "<coverage line-rate=\"1\"/>",
        "\u{feff}\n<?xml version=\"1.0\" ?>\n<!DOCTYPE coverage SYSTEM 'cov.dtd'>\n<!-- by x -->\n<coverage version=\"7\">",
        "<!DOCTYPE coverage [\n<!ELEMENT coverage (packages)>\n] >\n<coverage>",
        "<scoverage statement-rate=\"50.00\">",
    ] {
        check(head.as_bytes(), &expect!["Cobertura XML"]);
    }
}

#[test]
fn jacoco_and_clover() {
    for head in [
        "<?xml version=\"1.0\"?><!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"x\">",
        "<report/>",
    ] {
        check(head.as_bytes(), &expect!["JaCoCo XML"]);
    }
    for head in ["<?xml?><coverage generated=\"1\" clover=\"3\">", "<coverage clover='3'\n\tgenerated = '1'>"]
    {
        check(head.as_bytes(), &expect!["Clover XML"]);
    }
    check(b"<coverage version=\"generated=1\">", &expect!["Cobertura XML"]);
}

#[test]
fn nothing() {
    check(
        b"",
        &expect![[r#"
        the report is empty
        help: the producer wrote nothing: look at the step that makes the report"#]],
    );
    for head in ["\n \r\n", "\u{feff}"] {
        looks_like(head.as_bytes(), Lookalike::Empty);
    }
}

#[test]
fn nobody_knows() {
    check(
        b"hello\tworld\n\x1b[31m",
        &expect![[r#"
            no known coverage format starts with `hello\tworld\n\u{1b}[31m`
            help: coverage reports in these formats are read: Go cover profiles, LCOV tracefiles, the XML of Cobertura, JaCoCo and Clover, and the JSON of coverage.py, Istanbul, llvm-cov and SimpleCov"#]],
    );
    check(
        &[0, 159, 146, 150],
        &expect![[r#"
            no known coverage format starts with `\x00\x9f\x92\x96`
            help: coverage reports in these formats are read: Go cover profiles, LCOV tracefiles, the XML of Cobertura, JaCoCo and Clover, and the JSON of coverage.py, Istanbul, llvm-cov and SimpleCov"#]],
    );
    check(
        "é".repeat(100).as_bytes(),
        &expect![[r#"
            no known coverage format starts with `éééééééééééééééééééééééééééééééé…`
            help: coverage reports in these formats are read: Go cover profiles, LCOV tracefiles, the XML of Cobertura, JaCoCo and Clover, and the JSON of coverage.py, Istanbul, llvm-cov and SimpleCov"#]],
    );
}

#[test]
fn formats_that_are_not_read() {
    looks_like(b"<CoverageSession>", Lookalike::OpenCover);
    looks_like(b"<testsuites>", Lookalike::TestResults);
    looks_like(b"<?xml version=\"1.0\"?><project>", Lookalike::Xml);
    looks_like(b"<!-- never closed", Lookalike::Xml);
    looks_like(b"{\"Time\":\"x\",\"Action\":\"run\"}", Lookalike::GoTestJson);
    looks_like(b"[1]", Lookalike::Json);
}

#[track_caller]
fn is(head: impl AsRef<[u8]>, format: Format) {
    assert_eq!(detect(head.as_ref()), Ok(format));
}

#[test]
fn json_by_its_structure() {
    is(r#"{"/a.js": {"path": "/a.js", "statementMap": {}}}"#, Format::Istanbul);
    is(r#"{"/a.js": {"b": {}, "f": {}, "hash": "x", "branchMap": {}}}"#, Format::Istanbul);
    is(r#"{"data": {"/a.js": {"fnMap": {}}}}"#, Format::Istanbul);
    is(r#"{"/a.js": {"data": {"path": "x", "fnMap": {}}}}"#, Format::Istanbul);
    is("\u{feff}\n{\"meta\": {\"show_contexts\": false}, \"files\": {}}", Format::CoveragePyJson);
    is(r#"{"files": {"a.py": {"summary": {"x": 1}, "missing_lines": [1]}}}"#, Format::CoveragePyJson);
    is(r#"{"data":[],"type":"llvm.coverage.json.export"}"#, Format::LlvmCovJson);
    is(r#"{"data":[{"files":[{"filename":"a"#, Format::LlvmCovJson);
    is(r#"{"version":"3.0.1","data":[{"totals":{}}]}"#, Format::LlvmCovJson);
    is(r#"{"RSpec": {"coverage": {}, "timestamp": 1}}"#, Format::SimpleCov);
    is(r#"{"RSpec": {"timestamp": 1, "coverage": {"/a.rb": [null, 1]}}}"#, Format::SimpleCov);
    is(r#"{"meta": {"simplecov_version": "0.22.0"}, "coverage": {}}"#, Format::SimpleCov);
    is(r#"{"coverage": {"/a.rb": {"lines": [1]}}}"#, Format::SimpleCov);
    is(r#"{"timestamp": 1, "files": [{"filename": "a.rb"}]}"#, Format::SimpleCov);
    is(r#"{"timestamp": 1, "command_name": "RSpec", "files": []}"#, Format::SimpleCov);
}

#[test]
fn json_with_its_sign_behind_much_else() {
    let source = "x".repeat(HEAD - 200);
    is(
        format!(r#"{{"/a.js": {{"inputSourceMap": {{"mappings": "{source}"}}, "statementMap": {{}}}}}}"#),
        Format::Istanbul,
    );
    is(format!(r#"{{"a": [{}], "b": [}} "executed_lines""#, "1,".repeat(20_000)), Format::CoveragePyJson);
}

#[test]
fn json_that_is_not_read() {
    looks_like(
        br#"{"total": {"lines": {"total": 3, "covered": 1, "pct": 33.3}}}"#,
        Lookalike::IstanbulSummary,
    );
    looks_like(br#"{"service_name": "x", "source_files": []}"#, Lookalike::CoverallsJson);
    looks_like(br#"{"gcovr/format_version": "0.14", "files": [{"file": "a.c"}]}"#, Lookalike::GcovrJson);
    looks_like(br#"{"format_version": "2", "files": [{"file": "a.c", "lines": []}]}"#, Lookalike::GcovJson);
    looks_like(br#"{"coverage": {"a.c": {"1": 1, "2": 0}}}"#, Lookalike::CodecovJson);
    looks_like(br#"{"coverage": {"a.c": [null, 1, 0]}}"#, Lookalike::CodecovJson);
    looks_like(b"{\"Action\":\"start\"}\n{\"Action\":\"run\"}", Lookalike::GoTestJson);
    for other in
        ["{}", "[1]", "[{\"statementMap\": 1}]", "{\"a\": 1}", "{\"data\": []}", "{\"meta\": {}}", "{"]
    {
        looks_like(other.as_bytes(), Lookalike::Json);
    }
    check(
        br#"{"total": {"lines": {"pct": 33.3}}}"#,
        &expect![[r#"
        this looks like the summary of Istanbul (coverage-summary.json), not like a coverage report that is read: it starts with `{"total": {"lines": {"pct": 33.3}}}`
        help: it has totals only: name coverage-final.json, which the reporter `json` writes"#]],
    );
}

#[test]
fn mistakes() {
    check(
        b"<!DOCTYPE html>\n<html>",
        &expect![[r#"
        this looks like a web page, not like a coverage report that is read: it starts with `<!DOCTYPE html>\n<html>`
        help: name the report that the page was made from; a download that failed looks like this too"#]],
    );
    looks_like(b"<HTML><body>", Lookalike::Html);
    check(
        b"\xff\xfem\0o\0d\0e\0",
        &expect![[r#"
        this looks like text in UTF-16, not like a coverage report that is read: it starts with `\xff\xfem\x00o\x00d\x00e\x00`
        help: PowerShell's `>` writes UTF-16: let the tool write the file (`-o`), or use `Out-File -Encoding utf8`"#]],
    );
    looks_like(b"m\0o\0d\0e\0:\0", Lookalike::Utf16);
    looks_like(b"<\0?\0x\0m\0l\0", Lookalike::Utf16);
    looks_like(b"\0<\0c\0o", Lookalike::Utf16);
    looks_like(b"\x1f\x8b\x08", Lookalike::Gzip);
    looks_like(b"PK\x03\x04", Lookalike::Zip);
    looks_like(b"SQLite format 3\0", Lookalike::CoveragePyDatabase);
    check(
        b"m/a.go:1.2,3.4 1 1\nm/a.go:4.2,5.4 1 1\n",
        &expect![[r#"
        this looks like a Go cover profile without its `mode:` line, not like a coverage report that is read: it starts with `m/a.go:1.2,3.4 1 1\nm/a.go:4.2,5.4 1 1\n`
        help: keep the first line of the profile: `mode: set`, `mode: count` or `mode: atomic`"#]],
    );
    looks_like(b"m/a.go:12:\tmain\t\t100.0%\ntotal:", Lookalike::GoFunctionPercents);
    looks_like(b"        -:    0:Source:a.c\n", Lookalike::GcovText);
}

#[test]
fn counters_of_llvm_in_both_byte_orders_and_sizes() {
    looks_like(b"\x81rforpl\xff", Lookalike::Profraw);
    looks_like(b"\xfflprofR\x81", Lookalike::Profraw);
    looks_like(b"\xfflprofi\x81", Lookalike::Profdata);
    looks_like(b"adcg*24B", Lookalike::GcovData);
}

#[test]
fn binary_coverage_of_go() {
    check(
        b"\0cwm\x01\0\0\0",
        &expect![[r#"
        this looks like binary coverage data of Go (covcounters or covmeta), not like a coverage report that is read: it starts with `\x00cwm\x01\x00\x00\x00`
        help: `go tool covdata textfmt -i=DIRECTORY -o=coverage.out`"#]],
    );
    looks_like(b"\0cvm\x01\0\0\0", Lookalike::GoCoverageData);
}
