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

/// The vulnerability in an id that a tool made of it and something else: Grype's SARIF calls a rule `CVE-2024-1234-lodash`.
pub fn inner_id(id: &str) -> Option<String> {
    let id = normal_id(id);
    let mut parts = id.splitn(if id.starts_with("GHSA-") { 5 } else { 4 }, '-');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_four = |part: &&str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let inner = match parts.next()? {
        "CVE" => {
            let (year, number) = (parts.next()?, parts.next()?);
            (year.len() == 4 && is_number(year) && is_number(number)).then(|| format!("CVE-{year}-{number}"))
        }
        "GHSA" => {
            let own: Vec<&str> = parts.by_ref().take(3).filter(is_of_four).collect();
            (own.len() == 3).then(|| format!("GHSA-{}", own.join("-")))
        }
        _ => None,
    };
    inner.filter(|_| parts.next().is_some_and(|more| !more.is_empty()))
}

/// All ids of an advisory, its own and its aliases.
pub fn ids_of(advisory: &Advisory) -> BTreeSet<String> {
    let all = std::iter::once(&advisory.id).chain(&advisory.aliases);
    all.map(|id| inner_id(id).unwrap_or_else(|| normal_id(id))).filter(|id| !id.is_empty()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_a_package_behind_it_holds_that_of_the_vulnerability() {
        let check = |id: &str, expected: Option<&str>| assert_eq!(inner_id(id).as_deref(), expected, "{id}");
        check("CVE-2024-1234-lodash", Some("CVE-2024-1234"));
        check("cve-2024-123456-@babel/core-x", Some("CVE-2024-123456"));
        check("GHSA-AAAA-bbbb-2c3d-left-pad", Some("GHSA-aaaa-bbbb-2c3d"));
        for none in [
            "CVE-2024-1234",
            "CVE-2024-1234-",
            "CVE-2024-lodash-4",
            "GHSA-aaaa-bbbb-cccc",
            "GHSA-aaaa-bbb-cccc-x",
            "RUSTSEC-2024-0001-x",
            "CVE",
            "",
        ] {
            check(none, None);
        }
        let advisory = Advisory {
            id: "CVE-2024-1234-lodash".into(),
            aliases: vec!["GHSA-aaaa-bbbb-cccc".into()],
            ..Advisory::default()
        };
        let ids = ids_of(&advisory);
        assert_eq!(cves(&ids).collect::<Vec<_>>(), ["CVE-2024-1234"]);
        assert_eq!(canonical_id(&advisory).as_deref(), Some("CVE-2024-1234"));
    }
}
