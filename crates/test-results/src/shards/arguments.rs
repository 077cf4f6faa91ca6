//! The arguments with which a program runs some of its tests.

use std::collections::BTreeMap;

use super::{Runner, Unit};
use crate::rerun::quote::filterset;

/// Bytes of one argument: Linux takes 131 072 (`MAX_ARG_STRLEN`), and a quoted one grows.
const MOST_ARGUMENT: usize = 60_000;

pub(super) fn arguments(runner: Runner, units: &[Unit]) -> Vec<String> {
    let names = || units.iter().map(|unit| unit.name.clone());
    let behind = |first: &[&str]| first.iter().map(|word| (*word).to_owned()).chain(names()).collect();
    match runner {
        Runner::Go => names().collect(),
        Runner::Cargo => behind(&["--", "--exact"]),
        Runner::Nextest => filtersets(units),
        // No file is to be taken for an option.
        Runner::Pytest => {
            names().map(|name| if name.starts_with('-') { format!("./{name}") } else { name }).collect()
        }
        Runner::Jest => behind(&["--runTestsByPath"]),
    }
}

/// `-E` as often as it takes: nextest runs what fits any of them.
fn filtersets(units: &[Unit]) -> Vec<String> {
    let mut binaries: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unit in units {
        binaries.entry(&unit.binary).or_default().push(format!("test(={})", filterset(&unit.name)));
    }
    let mut arguments = Vec::new();
    for (binary, tests) in binaries {
        let mut rest = tests.as_slice();
        while !rest.is_empty() {
            let mut length = 0;
            let fitting = rest.iter().take_while(|test| {
                length += test.len() + 3;
                length <= MOST_ARGUMENT
            });
            let (now, later) = rest.split_at(fitting.count().max(1));
            arguments.push("-E".to_owned());
            arguments.push(format!("binary_id(={}) & ({})", filterset(binary), now.join(" | ")));
            rest = later;
        }
    }
    arguments
}
