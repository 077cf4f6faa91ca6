//! How long units take as a rule: the typical times of their tests, added up. Where a test is in several variants, the one
//! that takes the longest counts.

use std::collections::{BTreeMap, HashMap};

use super::{Runner, Unit};
use crate::history::{History, Past, PastOutcome};
use crate::model::Nanoseconds;
use crate::suites::BETWEEN;

/// What tests of a name take together, in each variant.
type Times<'a> = HashMap<String, BTreeMap<&'a str, u64>>;

/// For each unit; none where no test of the newest recorded run is known to be in it.
pub(super) fn durations(
    runner: Runner,
    units: &[&Unit],
    history: Option<&History>,
) -> Vec<Option<Nanoseconds>> {
    let mut times = Times::new();
    for past in history.into_iter().flat_map(History::tests) {
        if past.outcomes.newest() == PastOutcome::Absent {
            continue;
        }
        let Some(duration) = past.typical.duration() else { continue };
        for name in names(runner, past) {
            let variant = times.entry(name).or_default().entry(&past.variant).or_default();
            *variant = variant.saturating_add(duration.0);
        }
    }
    let of = |unit: &Unit| {
        aliases(runner, unit)
            .iter()
            .find_map(|name| times.get(name)?.values().max().copied())
            .map(Nanoseconds)
    };
    units.iter().map(|unit| of(unit)).collect()
}

/// The names by which a unit finds a test of the history.
fn names(runner: Runner, past: &Past) -> Vec<String> {
    let suite = past.suite.rsplit(BETWEEN).next().unwrap_or_default();
    match runner {
        Runner::Go => vec![suite.to_owned()],
        Runner::Cargo => vec![past.name.as_ref().to_owned()],
        Runner::Nextest => vec![format!("{suite} {}", past.name)],
        Runner::Pytest => {
            // A file is a beginning of the class; which one, the file knows.
            let ends = past.class.match_indices('.').map(|(at, _)| at).chain([past.class.len()]);
            let mut names: Vec<String> = ends.map(|end| past.class[..end].to_owned()).collect();
            names.push(format!("{}::{}", past.class, past.name));
            names
        }
        Runner::Jest => {
            // Plug-ins write the file where they please.
            let places = [past.file.as_ref(), &past.class, suite];
            let file = places.into_iter().find(|place| place.contains('.') && !place.contains(' '));
            file.or(Some(past.file.as_ref()).filter(|file| !file.is_empty()))
                .map(slashed)
                .into_iter()
                .collect()
        }
    }
}

/// The names under which a unit may be known, the best first.
fn aliases(runner: Runner, unit: &Unit) -> Vec<String> {
    let name = &unit.name;
    match runner {
        Runner::Go | Runner::Cargo => vec![name.clone()],
        Runner::Nextest => {
            // libtest's events name a binary by package and program.
            let program = match unit.binary.split_once("::") {
                Some((package, binary)) => {
                    format!("{package}::{}", binary.rsplit('/').next().unwrap_or_default())
                }
                None => format!("{0}::{0}", unit.binary),
            };
            let underscored = format!("{}::{}", unit.binary, unit.binary.replace('-', "_"));
            [unit.binary.as_str(), &program, &underscored].map(|binary| format!("{binary} {name}")).into()
        }
        Runner::Pytest => {
            let (file, test) =
                name.split_once("::").map_or((name.as_str(), None), |(file, test)| (file, Some(test)));
            let module = slashed(file.strip_suffix(".py").unwrap_or(file)).replace('/', ".");
            let Some(test) = test else { return vec![module] };
            // What stands in brackets is no class, whatever is in it.
            let bracket = test.find('[').unwrap_or(test.len());
            let (classes, own) = match test[..bracket].rfind("::") {
                Some(at) => (format!(".{}", test[..at].replace("::", ".")), &test[at + 2..]),
                None => (String::new(), test),
            };
            vec![format!("{module}{classes}::{own}")]
        }
        Runner::Jest => {
            // Reports mostly name files from the root of the repository, the list from that of the machine.
            let path = slashed(name);
            let mut ends: Vec<String> = vec![path.clone()];
            ends.extend(path.match_indices('/').map(|(at, _)| path[at + 1..].to_owned()));
            ends
        }
    }
}

fn slashed(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").map(str::to_owned).unwrap_or(path)
}
