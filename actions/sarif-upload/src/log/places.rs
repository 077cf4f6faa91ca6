//! The results of a run: how many, how many without a fingerprint, and what is wrong with their places.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::lists::{Counted, Peak, Spot, count, example};
use crate::uri::{Uri, classify};

/// Kinds of faults that are kept apart in one run; a scheme is a kind.
const MOST_KINDS: usize = 20;
/// Kinds of faults that are kept apart in one result.
const MOST_KINDS_OF_ONE: usize = 4;

/// What is wrong with a result's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// It has none.
    NoLocation,
    /// It is in no file.
    NoFile,
    /// The file is named by a number only.
    IndexOnly,
    /// The file's `uri` is empty.
    EmptyUri,
    /// The file's `uri` is none.
    InvalidUri,
    /// The `uri` is absolute; whether that will do depends on the scheme.
    Scheme(String),
}

/// The results of a run, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) count: u64,
    pub(crate) without_fingerprint: u64,
    pub(crate) faults: BTreeMap<Fault, Spot>,
    pub(crate) locations: Peak,
    pub(crate) flow_locations: Peak,
}

impl Counted<'_> for Results {
    type Element = NarrowResult;
    const WHAT: &'static str = "an array of results";

    fn count(&mut self, result: NarrowResult) {
        let at = usize::try_from(self.count).unwrap_or(usize::MAX);
        self.count += 1;
        let hash = result.partial_fingerprints.and_then(|prints| prints.primary_location_line_hash);
        self.without_fingerprint += u64::from(hash.is_none());
        self.flow_locations.see(result.code_flows.map_or(0, |flows| flows.steps), at);
        let locations = result.locations.unwrap_or_default();
        self.locations.see(locations.count, at);
        if locations.count == 0 {
            self.fault(Fault::NoLocation, at, String::new());
        }
        for (fault, example) in locations.faults {
            self.fault(fault, at, example);
        }
        for (fault, example) in result.related_locations.unwrap_or_default().faults {
            // A related place may be in no file, but where it names one, that is looked at.
            if fault != Fault::NoFile {
                self.fault(fault, at, example);
            }
        }
    }
}

impl Results {
    fn fault(&mut self, fault: Fault, at: usize, example: String) {
        if let Some(spot) = self.faults.get_mut(&fault) {
            spot.count += 1;
        } else if self.faults.len() < MOST_KINDS {
            self.faults.insert(fault, Spot { count: 1, first: at, example });
        }
    }
}

impl<'de> Deserialize<'de> for Results {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        count(deserializer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a result")]
pub(super) struct NarrowResult {
    #[serde(default)]
    locations: Option<Places>,
    #[serde(default)]
    related_locations: Option<Places>,
    #[serde(default)]
    code_flows: Option<Steps<CodeFlow>>,
    #[serde(default)]
    partial_fingerprints: Option<Fingerprints>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "fingerprints")]
struct Fingerprints {
    #[serde(default)]
    primary_location_line_hash: Option<IgnoredAny>,
}

/// The steps of code flows, or of one.
struct Steps<T> {
    steps: u64,
    of: std::marker::PhantomData<T>,
}

impl<T> Default for Steps<T> {
    fn default() -> Self {
        Self { steps: 0, of: std::marker::PhantomData }
    }
}

/// A part of a code flow.
trait Stepped {
    fn steps(&self) -> u64;
}

impl<'de, T: Deserialize<'de> + Stepped> Counted<'de> for Steps<T> {
    type Element = T;
    const WHAT: &'static str = "an array of flows";

    fn count(&mut self, flow: T) {
        self.steps += flow.steps();
    }
}

impl<'de, T: Deserialize<'de> + Stepped> Deserialize<'de> for Steps<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        count(deserializer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a code flow")]
struct CodeFlow {
    #[serde(default)]
    thread_flows: Option<Steps<ThreadFlow>>,
}

impl Stepped for CodeFlow {
    fn steps(&self) -> u64 {
        self.thread_flows.as_ref().map_or(0, |threads| threads.steps)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a thread flow")]
struct ThreadFlow {
    /// Elements without a size take no memory.
    #[serde(default)]
    locations: Option<Vec<IgnoredAny>>,
}

impl Stepped for ThreadFlow {
    fn steps(&self) -> u64 {
        self.locations.as_ref().map_or(0, |locations| locations.len() as u64)
    }
}

/// Places of one result.
#[derive(Default)]
struct Places {
    count: u64,
    /// Each kind once, with what stands there.
    faults: Vec<(Fault, String)>,
}

impl Counted<'_> for Places {
    type Element = Place;
    const WHAT: &'static str = "an array of locations";

    fn count(&mut self, place: Place) {
        self.count += 1;
        if self.faults.len() < MOST_KINDS_OF_ONE
            && let Some((fault, example)) = place.fault()
            && !self.faults.iter().any(|(known, _)| *known == fault)
        {
            self.faults.push((fault, example));
        }
    }
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        count(deserializer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a location")]
struct Place {
    #[serde(default)]
    physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a physical location")]
struct PhysicalLocation {
    #[serde(default)]
    artifact_location: Option<ArtifactLocation>,
}

#[derive(Deserialize)]
#[serde(expecting = "the location of an artifact")]
struct ArtifactLocation {
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    index: Option<IgnoredAny>,
}

impl Place {
    /// What is wrong with it, and what stands there.
    fn fault(&self) -> Option<(Fault, String)> {
        let nothing = |fault| Some((fault, String::new()));
        let artifact =
            self.physical_location.as_ref().and_then(|physical| physical.artifact_location.as_ref());
        let Some(artifact) = artifact else { return nothing(Fault::NoFile) };
        let Some(uri) = artifact.uri.as_deref() else {
            return nothing(if artifact.index.is_some() { Fault::IndexOnly } else { Fault::NoFile });
        };
        match classify(uri) {
            Uri::Path => None,
            Uri::Absolute(scheme) => Some((Fault::Scheme(scheme.to_ascii_lowercase()), example(uri))),
            Uri::Empty => nothing(Fault::EmptyUri),
            Uri::Invalid => Some((Fault::InvalidUri, example(uri))),
        }
    }
}
