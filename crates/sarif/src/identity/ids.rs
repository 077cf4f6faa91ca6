//! Ids of vulnerabilities: which of several names of one is taken, and which are CVE ids.

use std::collections::BTreeSet;

use crate::model::Advisory;

/// An id as it is compared: letters of CVE ids are capitals, those of GHSA ids small but for the first four.
pub fn normal_id(id: &str) -> String {
    let id = id.trim();
    match id.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("CVE-") => id.to_ascii_uppercase(),
        Some(start) if start.eq_ignore_ascii_case("GHSA") => format!("GHSA{}", id[4..].to_ascii_lowercase()),
        _ => id.to_owned(),
    }
}

/// All ids of an advisory, its own and its aliases.
pub fn ids_of(advisory: &Advisory) -> BTreeSet<String> {
    let all = std::iter::once(&advisory.id).chain(&advisory.aliases);
    all.map(|id| normal_id(id)).filter(|id| !id.is_empty()).collect()
}

/// The CVE ids among ids.
pub fn cves(ids: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    ids.iter().map(String::as_str).filter(|id| is_cve(id))
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

/// The id that stands for all of an advisory, whichever tool reports it: a distribution's before a CVE id, that before one of an
/// ecosystem, that before GitHub's; osv-scanner's order. Among equals the least as a text.
pub fn canonical_id(advisory: &Advisory) -> Option<String> {
    let rank = |id: &str| match id.split_once('-').map_or("", |(prefix, _)| prefix) {
        "DSA" | "USN" => 0,
        "CVE" => 1,
        "GHSA" => 3,
        _ => 2,
    };
    ids_of(advisory).into_iter().min_by(|left, right| (rank(left), left).cmp(&(rank(right), right)))
}
