//! The frames of a finding of govulncheck: from the vulnerable symbol to the entry point.

use super::Precision;
use crate::json::{Value, write_text};
use crate::model::{Place, Region};

/// What a finding is about, by the members that its first frame has.
pub(super) fn precision(finding: &Value<'_>) -> Precision {
    let frames = finding.get("trace").and_then(Value::array).unwrap_or_default();
    let has = |key: &str| {
        let text = frames.first().and_then(|frame| frame.get(key)?.text());
        text.is_some_and(|text| !text.is_empty())
    };
    match (has("function"), has("package")) {
        (true, _) if frames.len() > 1 => Precision::Stack,
        (true, _) => Precision::Function,
        (false, true) => Precision::Package,
        (false, false) => Precision::Module,
    }
}

/// A trace, in the scanner's order. Shorter ones come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trace<'v> {
    length: usize,
    frames: Vec<Frame<'v>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Frame<'v> {
    module: &'v str,
    version: Option<&'v str>,
    package: &'v str,
    receiver: &'v str,
    function: &'v str,
    file: &'v str,
    line: u32,
    column: Option<u32>,
}

impl<'v> Trace<'v> {
    pub(super) fn of(finding: &'v Value<'_>) -> Self {
        let frames = finding.get("trace").and_then(Value::array).unwrap_or_default();
        let frames: Vec<Frame<'_>> = frames.iter().map(Frame::of).collect();
        Self { length: frames.len(), frames }
    }

    /// The vulnerable module and its version.
    pub(super) fn module(&self) -> (&'v str, Option<&'v str>) {
        self.frames.first().map(|frame| (frame.module, frame.version)).unwrap_or_default()
    }

    /// Where the project calls out of its own code: its frame that is nearest to the vulnerable symbol.
    pub(super) fn place(&self) -> Option<Place> {
        let own = self.frames.iter().skip(1).find(|frame| frame.is_own() && frame.has_place())?;
        let region = Region { start_line: own.line, start_column: own.column, ..Region::default() };
        Some(Place { logical: vec![own.name()], ..Place::region(own.file, region) })
    }
}

impl<'v> Frame<'v> {
    fn of(value: &'v Value<'_>) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::text).unwrap_or_default();
        let position = value.get("position");
        let count = |key: &str| position.and_then(|position| position.get(key)?.count());
        Self {
            module: text("module"),
            version: Some(text("version")).filter(|version| !version.is_empty()),
            package: text("package"),
            receiver: text("receiver"),
            function: text("function"),
            file: position.and_then(|position| position.get("filename")?.text()).unwrap_or_default(),
            line: count("line").unwrap_or_default(),
            column: count("column").filter(|column| *column > 0),
        }
    }

    /// Only the modules that are worked on have no version.
    fn is_own(&self) -> bool {
        self.version.is_none() && self.module != "stdlib"
    }

    fn has_place(&self) -> bool {
        !self.file.is_empty() && self.line > 0
    }

    /// `golang.org/x/text/language.Parse`, `net/http.(*Server).Serve`.
    fn name(&self) -> String {
        match (self.receiver, self.function) {
            ("", "") if self.package.is_empty() => self.module.to_owned(),
            ("", "") => self.package.to_owned(),
            ("", function) => format!("{}.{function}", self.package),
            (receiver, function) if receiver.starts_with('*') => {
                format!("{}.({receiver}).{function}", self.package)
            }
            (receiver, function) => format!("{}.{receiver}.{function}", self.package),
        }
    }

    /// The file as a URI: of other modules it begins with module and version.
    fn uri(&self) -> String {
        let mut out = String::new();
        if !self.is_own() {
            let version = self.version.map(|version| format!("@{version}")).unwrap_or_default();
            out = format!("{}{version}/", self.module);
        }
        for char in self.file.chars() {
            match char {
                '\\' => out.push('/'),
                ' ' => out.push_str("%20"),
                '#' => out.push_str("%23"),
                '%' => out.push_str("%25"),
                '?' => out.push_str("%3F"),
                char => out.push(char),
            }
        }
        out
    }

    fn write(&self, out: &mut String) {
        out.push_str(r#"{"location":{"#);
        if self.has_place() {
            out.push_str(r#""physicalLocation":{"artifactLocation":{"uri":"#);
            write_text(&self.uri(), out);
            out.push_str(&format!(r#"}},"region":{{"startLine":{}"#, self.line));
            if let Some(column) = self.column {
                out.push_str(&format!(r#","startColumn":{column}"#));
            }
            out.push_str("}},");
        }
        out.push_str(r#""message":{"text":"#);
        write_text(&self.name(), out);
        out.push_str("}}}");
    }
}

/// The call stacks as SARIF has them, from the entry point on; nothing where none is known.
pub(super) fn code_flows(traces: &[Trace<'_>]) -> Option<(Box<str>, Box<str>)> {
    let mut out = String::from("[");
    for trace in traces.iter().filter(|trace| trace.frames.len() > 1) {
        out.push_str(if out.len() > 1 { "," } else { "" });
        out.push_str(r#"{"threadFlows":[{"locations":["#);
        for (number, frame) in trace.frames.iter().rev().enumerate() {
            out.push_str(if number > 0 { "," } else { "" });
            frame.write(&mut out);
        }
        out.push_str("]}]}");
    }
    out.push(']');
    (out.len() > 2).then(|| ("codeFlows".into(), out.into_boxed_str()))
}
