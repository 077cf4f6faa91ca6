//! Writes what a coverage report can be turned into: `outputs <report> <root of the sources> <folder>`, or for the
//! report of many made-up files `outputs --made <files> <folder>`, which is how size and speed are measured.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example, not part of the product"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Instant;

use gatewright_coverage::output::{
    Badge, Form, HtmlReport, TrendPoint, write_badge_json, write_badge_svg, write_cobertura, write_html,
    write_lcov, write_trend_svg,
};
use gatewright_coverage::{Picture, Ratio, Unit, read};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second, folder] = arguments.as_slice() else {
        panic!("outputs <report> <root> <folder>, or outputs --made <files> <folder>")
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder).unwrap();
    if first == "--made" {
        let text = made(second.parse().unwrap());
        let picture = read(&mut text.as_bytes()).unwrap().picture;
        let source = "    let total = items.iter().map(|item| item.price).sum::<u64>();\n".repeat(200);
        write_all(&picture, &|_| Some(source.clone()), folder);
    } else {
        let picture = read(&mut File::open(first).unwrap()).unwrap().picture;
        let source = |path: &str| fs::read_to_string(Path::new(second).join(path)).ok();
        write_all(&picture, &source, folder);
    }
}

/// LCOV of so many files with two hundred lines each.
fn made(files: usize) -> String {
    let mut text = String::new();
    for file in 0..files {
        writeln!(text, "SF:src/part{}/group{}/file{file}.rs", file % 40, file % 7).unwrap();
        for line in 1..=200 {
            writeln!(text, "DA:{line},{}", (file * 7 + line * 3) % 11).unwrap();
        }
        writeln!(text, "end_of_record").unwrap();
    }
    text
}

fn write_all(picture: &Picture, source: &dyn Fn(&str) -> Option<String>, folder: &Path) {
    let ratio = picture.ratio(Unit::Lines);
    let begin = Instant::now();
    write_lcov(picture, &mut File::create(folder.join("merged.info")).unwrap()).unwrap();
    write_cobertura(picture, 0, &mut File::create(folder.join("cobertura.xml")).unwrap()).unwrap();
    let badge = Badge::of("coverage", ratio, None);
    write_badge_svg(&badge, &mut File::create(folder.join("badge.svg")).unwrap()).unwrap();
    write_badge_json(&badge, &mut File::create(folder.join("badge.json")).unwrap()).unwrap();
    let points = [(3, 5), (7, 10), (ratio.covered, ratio.total)];
    let points = points
        .map(|(covered, total)| TrendPoint { label: "a".to_owned(), ratio: Ratio::new(covered, total) });
    write_trend_svg(&points, &mut File::create(folder.join("trend.svg")).unwrap()).unwrap();
    println!("{}: {}; small outputs in {:?}", badge.label, badge.message, begin.elapsed());
    let report = HtmlReport {
        title: "outputs",
        subject: &[],
        totals: picture.totals(),
        picture,
        patch: None,
        changed: &BTreeMap::new(),
        baseline: None,
        trend: &points,
        groups: &[],
        minimum: None,
        blob: None,
        source,
        form: Form::BySize,
    };
    let (mut files, mut bytes) = (0, 0);
    let begin = Instant::now();
    let mut sink = |path: &str, content: Vec<u8>| -> io::Result<()> {
        let path = folder.join("html").join(path);
        fs::create_dir_all(path.parent().unwrap())?;
        (files, bytes) = (files + 1, bytes + content.len());
        fs::write(path, content)
    };
    write_html(&report, &mut sink).unwrap();
    println!("HTML: {files} files, {bytes} bytes in {:?}", begin.elapsed());
}
