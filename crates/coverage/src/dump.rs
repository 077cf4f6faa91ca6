//! What a parse came to, as compact text for snapshots.

use std::fmt::Write;

use crate::{Diagnostics, FileCoverage, Hits, Parsed, Picture, Ratio, Unit};

pub(crate) fn dump(parsed: &Parsed) -> String {
    let mut text = dump_picture(&parsed.picture);
    text.push_str(&dump_diagnostics(&parsed.diagnostics));
    writeln!(text, "{}", if parsed.complete { "complete" } else { "NOT COMPLETE" }).unwrap();
    text
}

pub(crate) fn dump_picture(picture: &Picture) -> String {
    let mut text = String::new();
    for (path, file) in picture.files() {
        writeln!(text, "{path} ({})", file.native_unit().name()).unwrap();
        dump_file(&mut text, file);
    }
    writeln!(text, "total{}", ratios(|unit| picture.ratio(unit))).unwrap();
    text
}

fn ratios(ratio: impl Fn(Unit) -> Ratio) -> String {
    let mut text = String::new();
    for unit in Unit::ALL {
        let Ratio { covered, total } = ratio(unit);
        if total > 0 {
            write!(text, " {} {covered}/{total}", unit.name()).unwrap();
        }
    }
    if text.is_empty() { " no data".to_owned() } else { text }
}

fn dump_file(text: &mut String, file: &FileCoverage) {
    if file.hits() == Hits::Flags {
        text.push_str("  flags\n");
    }
    if let Some((least, greatest)) = file.versions() {
        writeln!(text, "  version {least}..{greatest}").unwrap();
    }
    for block in file.blocks() {
        let (span, claimed) = (block.span(), block.claimed_statements());
        let (sl, sc, el, ec) = (span.start_line, span.start_column, span.end_line, span.end_column);
        let statements =
            if block.is_disputed() { format!("{}|{}", claimed.0, claimed.1) } else { claimed.0.to_string() };
        writeln!(text, "  {sl}.{sc},{el}.{ec} {statements} x{}", block.hits()).unwrap();
    }
    if !file.lines().is_empty() {
        let lines: Vec<_> =
            file.lines().iter().map(|line| format!("{}:{}", line.line(), line.hits())).collect();
        writeln!(text, "  lines {}", lines.join(" ")).unwrap();
    }
    for branch in file.branches() {
        let taken = branch.taken().map_or("-".to_owned(), |taken| taken.to_string());
        let measured = if branch.is_measured() { "" } else { " unmeasured" };
        writeln!(text, "  branch {}:{} {:?} {taken}{measured}", branch.line(), branch.label(), branch.kind())
            .unwrap();
    }
    for tally in file.branch_tallies() {
        writeln!(text, "  branches {}: {}/{}", tally.line(), tally.covered(), tally.total()).unwrap();
    }
    if let Some(declared) = file.declared() {
        let (lines, branches, functions) = (declared.lines, declared.branches, declared.functions);
        let each = [("lines", lines), ("branches", branches), ("functions", functions)];
        let each = each.map(|(unit, ratio)| format!("{unit} {}/{}", ratio.covered, ratio.total));
        writeln!(text, "  declared {}", each.join(" ")).unwrap();
    }
    for names in file.functions_united() {
        let shown: Vec<_> = names.iter().map(|name| format!("{} x{}", name.name(), name.hits())).collect();
        let line = |line: Option<u32>| line.map_or("?".to_owned(), |line| line.to_string());
        writeln!(
            text,
            "  function {}-{} {}",
            line(names[0].start()),
            line(names[0].end()),
            shown.join(" = ")
        )
        .unwrap();
    }
    if file.is_summary_only() {
        text.push_str("  summary only\n");
    }
    writeln!(text, " {}", ratios(|unit| file.ratio(unit))).unwrap();
}

fn dump_diagnostics(diagnostics: &Diagnostics) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let (kind, line, column) = (diagnostic.kind.id(), diagnostic.line, diagnostic.column);
        writeln!(text, "{line}:{column} {kind}: {}", diagnostic.message).unwrap();
        if !diagnostic.found.is_empty() {
            writeln!(text, "    | {}", diagnostic.found.escape_debug()).unwrap();
        }
    }
    for (kind, _) in diagnostics.counts().filter(|(kind, _)| diagnostics.left_out(*kind) > 0) {
        writeln!(text, "{} more of {}", diagnostics.left_out(kind), kind.id()).unwrap();
    }
    text
}
