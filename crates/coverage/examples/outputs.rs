//! Writes what a coverage report can be turned into: `outputs <report> <root of the sources> <folder>`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example, not part of the product"
)]

use std::fs::{self, File};
use std::path::Path;

use gatewright_coverage::output::{Badge, write_badge_json, write_badge_svg, write_cobertura, write_lcov};
use gatewright_coverage::{Unit, read};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [report, _root, folder] = arguments.as_slice() else { panic!("outputs <report> <root> <folder>") };
    let picture = read(&mut File::open(report).unwrap()).unwrap().picture;
    let folder = Path::new(folder);
    fs::create_dir_all(folder).unwrap();
    write_lcov(&picture, &mut File::create(folder.join("merged.info")).unwrap()).unwrap();
    write_cobertura(&picture, 0, &mut File::create(folder.join("cobertura.xml")).unwrap()).unwrap();
    let badge = Badge::of("coverage", picture.ratio(Unit::Lines), None);
    write_badge_svg(&badge, &mut File::create(folder.join("badge.svg")).unwrap()).unwrap();
    write_badge_json(&badge, &mut File::create(folder.join("badge.json")).unwrap()).unwrap();
    println!("{}: {}", badge.label, badge.message);
}
