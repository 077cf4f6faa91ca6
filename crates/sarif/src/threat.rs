//! What is known about exploitation: FIRST's EPSS scores and CISA's catalogue of known exploited vulnerabilities, from files
//! that are handed in. Nothing is fetched.

use std::collections::HashMap;
use std::collections::HashSet;

use gatewright_core::date::Date;

use crate::fault::Faults;
use crate::gate::millionths;
use crate::json::{self, Value};
use crate::model::Epss;

/// Scores and the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Threats {
    /// By CVE.
    scores: HashMap<Box<str>, Epss>,
    /// When the scores were made.
    pub scored_on: Option<Date>,
    exploited: HashSet<Box<str>>,
    /// The catalogue's version, as it says.
    pub catalogue: Option<String>,
}

impl Threats {
    /// Adds the scores of a file `epss_scores-YYYY-MM-DD.csv`, packed or not. Of one that is refused, nothing is taken.
    ///
    /// # Errors
    /// It is none, with the line; or it does not say of which day it is.
    pub fn read_epss(&mut self, bytes: &[u8]) -> Result<(), String> {
        let unpacked = crate::formats::unpacked(bytes).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&unpacked);
        let mut columns: Option<(usize, usize, usize)> = None;
        let (mut scores, mut scored_on) = (HashMap::new(), None);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                let date = comment.split(',').find_map(|part| part.trim().strip_prefix("score_date:"));
                scored_on = scored_on.or(date.and_then(|date| date.get(..10)?.parse().ok()));
                continue;
            }
            if line.is_empty() {
                continue;
            }
            let fields: Vec<&str> = line.split(',').collect();
            let Some((cve, probability, percentile)) = columns else {
                let at = |name: &str| fields.iter().position(|field| field.trim() == name);
                let found = at("cve").zip(at("epss")).zip(at("percentile"));
                let found = found.map(|((cve, probability), percentile)| (cve, probability, percentile));
                columns = Some(found.ok_or_else(|| {
                    format!("line {}: expected the columns cve, epss and percentile", number + 1)
                })?);
                continue;
            };
            let number_at = |at: usize| fields.get(at).and_then(|field| millionths(field));
            let score = fields.get(cve).zip(number_at(probability)).zip(number_at(percentile));
            let Some(((cve, probability), percentile)) = score else {
                return Err(format!(
                    "line {}: found `{}`, expected a CVE and two numbers from 0 to 1",
                    number + 1,
                    json::excerpt(line)
                ));
            };
            scores.insert(cve.trim().into(), Epss { probability, percentile });
        }
        if columns.is_none() {
            return Err("there is no score in it".to_owned());
        }
        let none = "it does not say of which day its scores are: expected `#model_version:…,score_date:YYYY-MM-DD…` as its first line";
        let scored_on = scored_on.ok_or(none)?;
        // Of several files, the oldest counts.
        self.scored_on = Some(self.scored_on.map_or(scored_on, |known| known.min(scored_on)));
        self.scores.extend(scores);
        Ok(())
    }

    /// Adds the catalogue `known_exploited_vulnerabilities.json`.
    ///
    /// # Errors
    /// It is none, or holds fewer or more entries than it says.
    pub fn read_kev(&mut self, bytes: &[u8]) -> Result<(), String> {
        let unpacked = crate::formats::unpacked(bytes).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&unpacked);
        let mut faults = Faults::default();
        let document = json::parse(&text, &mut faults);
        if let Some(fault) = faults.kept().iter().find(|_| faults.lose_results()) {
            return Err(format!("line {}, column {}: {}", fault.line, fault.column, fault.message));
        }
        let root = document.root().ok_or("the file is empty")?;
        let list = root.get("vulnerabilities").and_then(Value::array);
        let list = list.ok_or("it has no list `vulnerabilities`")?;
        let said = root.get("count").and_then(Value::count);
        if let Some(said) = said.filter(|said| usize::try_from(*said) != Ok(list.len())) {
            return Err(format!(
                "it says that it has {said} entries, and has {}: it may have been cut",
                list.len()
            ));
        }
        let mut exploited = HashSet::new();
        for value in list {
            let cve = value.get("cveID").and_then(Value::text);
            let cve =
                cve.ok_or_else(|| format!("line {}: an entry without `cveID`", document.place(value).0))?;
            exploited.insert(Box::from(cve));
        }
        self.exploited.extend(exploited);
        self.catalogue = root.get("catalogVersion").and_then(Value::text).map(str::to_owned);
        Ok(())
    }

    /// Whether there are scores.
    pub fn has_scores(&self) -> bool {
        !self.scores.is_empty()
    }

    /// Whether there is a catalogue.
    pub fn has_catalogue(&self) -> bool {
        !self.exploited.is_empty()
    }

    /// The worst score of these ids. Only CVEs have one.
    pub fn epss(&self, ids: &[String]) -> Option<Epss> {
        ids.iter().filter_map(|id| self.scores.get(id.as_str())).copied().max_by_key(|epss| epss.probability)
    }

    /// Whether one of these ids is in the catalogue.
    pub fn is_exploited(&self, ids: &[String]) -> bool {
        ids.iter().any(|id| self.exploited.contains(id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_found_by_any_id() {
        let mut threats = Threats::default();
        let csv = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\n\
                   CVE-2021-44228,0.94358,0.99957\nCVE-2020-1,0.00043,0.1\n";
        threats.read_epss(csv.as_bytes()).unwrap();
        let ids = ["GHSA-x".to_owned(), "CVE-2021-44228".to_owned(), "CVE-2020-1".to_owned()];
        assert_eq!(threats.epss(&ids), Some(Epss { probability: 943_580, percentile: 999_570 }));
        assert_eq!(threats.epss(&ids[..1]), None);
        assert_eq!(threats.scored_on, "2026-11-20".parse().ok());
        assert!(threats.read_epss(b"cve,score\n").unwrap_err().starts_with("line 1: expected the columns"));
        let error = threats.read_epss(b"cve,epss,percentile\nCVE-1,2,0\n").unwrap_err();
        assert!(error.starts_with("line 2: found `CVE-1,2,0`"), "{error}");
        assert!(threats.read_epss(b"").is_err());
    }

    #[test]
    fn scores_of_an_unknown_day_are_refused() {
        let mut threats = Threats::default();
        for start in ["", "#model_version:v2025.03.14\n", "#score_date:yesterday\n"] {
            let error = threats
                .read_epss(format!("{start}cve,epss,percentile\nCVE-2021-44228,0.9,0.9\n").as_bytes())
                .unwrap_err();
            assert!(
                error.starts_with("it does not say of which day") && error.contains("score_date:"),
                "{error}"
            );
        }
        assert!(!threats.has_scores() && threats.scored_on.is_none());
    }

    #[test]
    fn the_catalogue_is_read() {
        let mut threats = Threats::default();
        threats
            .read_kev(br#"{"catalogVersion":"2026.11.20","vulnerabilities":[{"cveID":"CVE-1"}]}"#)
            .unwrap();
        assert!(threats.is_exploited(&["x".to_owned(), "CVE-1".to_owned()]) && threats.has_catalogue());
        assert!(threats.read_kev(b"{\"vulnerabilities\":[{}]}").unwrap_err().contains("without `cveID`"));
        let cut = threats.read_kev(br#"{"count":3,"vulnerabilities":[{"cveID":"CVE-2"}]}"#).unwrap_err();
        assert_eq!(cut, "it says that it has 3 entries, and has 1: it may have been cut");
        assert!(!threats.is_exploited(&["CVE-2".to_owned()]));
        threats.read_kev(br#"{"count":1,"vulnerabilities":[{"cveID":"CVE-2"}]}"#).unwrap();
        assert!(threats.is_exploited(&["CVE-2".to_owned()]));
        assert!(threats.read_kev(b"[").is_err() && threats.read_kev(b"{}").is_err());
    }
}
