//! # What it checks
//!
//! Where results are in files with absolute addresses, whether the first of them lies below the checkout, as
//! `checkout-uri` names it.
//!
//! # Why
//!
//! GitHub makes such addresses relative by the folder of the checkout. One that does not lie below it is kept as it is,
//! and its alert is in no file of the repository that anybody could open.
//!
//! # Example
//!
//! `file:///github/workspace/src/a.js`, from a scanner in a container, beside a checkout in `/srv/app`.
//!
//! # Instead
//!
//! Name the folder as the scanner saw it: `checkout-uri: file:///github/workspace`.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use crate::files::Checked;
use crate::locate::Step;
use crate::log::Fault;
use crate::rules::over_limit::MOST_RUNS;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "outside-checkout",
    title: "Files lie outside of the checkout",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Name the checkout's folder as the scanner saw it: `checkout-uri: file:///github/workspace`.",
};

/// One finding for each run whose absolute addresses begin elsewhere.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let scheme = Fault::Scheme(file.scheme().to_owned());
    for (index, run) in file.log.runs().iter().enumerate().take(MOST_RUNS) {
        let spot = run.results.as_ref().and_then(|results| results.faults.get(&scheme));
        let Some(spot) = spot.filter(|spot| !is_below(&spot.example, file.checkout_uri)) else { continue };
        let which = match spot.count {
            1 => "a result's absolute address".to_owned(),
            count => format!("the first of {count} absolute addresses"),
        };
        let message = format!("{which} is outside of {}: {}", file.checkout_uri, spot.example);
        let at = [Step::Key("runs"), Step::Index(index), Step::Key("results"), Step::Index(spot.first)];
        let mut finding = file.finding(&INFO, &message, &at);
        // GitHub takes the file, so this fails no gate, however strict it is.
        finding.outcome = FindingOutcome::Unknown;
        findings.push(finding);
    }
    findings
}

/// Whether an address lies below a folder's; `file:/a` is written for `file:///a`, too.
fn is_below(address: &str, folder: &str) -> bool {
    let path = |text: &str| {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        format!("{}:/{}", scheme.to_ascii_lowercase(), rest.trim_start_matches('/'))
    };
    let folder = path(folder.trim_end_matches('/'));
    path(address).strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/') || folder.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_below_a_folder() {
        let folder = "file:///src/w";
        for below in ["file:///src/w/a.rs", "FILE:/src/w/a/b"] {
            assert!(is_below(below, folder) && is_below(below, "file:///src/w/"), "{below}");
        }
        for other in ["file:///src/wx/a.rs", "file:///src/w", "file:///etc/passwd", "file:a"] {
            assert!(!is_below(other, folder), "{other}");
        }
        assert!(is_below("file:///a", "file:///"));
    }
}
