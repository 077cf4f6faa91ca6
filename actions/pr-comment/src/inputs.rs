//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::input::value::boolean;
use gatewright_core::report::Policy;

/// What is said, where, and by whom.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Token that may comment (`pull-requests: write`). In a workflow the job's own, unless another one is given.
    /// Without any, or with one that may only read, the comment is not sent, and that is said.
    #[arg(long, value_name = "SECRET")]
    pub token: Option<String>,

    /// Number of the pull request. Without it: the event's; else the open one whose head is the commit of the run.
    #[arg(long, value_name = "NUMBER")]
    pub pull_request: Option<u64>,

    /// Which comment of the pull request it is: each key has one of its own. Without it: the workflow's name, with
    /// `name` behind it where that is set.
    #[arg(long, value_name = "TEXT")]
    pub key: Option<String>,

    /// When to begin a comment: `always`, or only for `problems`, which is a verdict other than `pass`. One that is
    /// there is kept up to date in any case.
    #[arg(long, value_name = "WHEN", default_value = "always", value_parser = ["always", "problems"])]
    pub when: String,

    /// Where to write the comment's text, whether or not it is sent.
    #[arg(long, value_name = "FILE")]
    pub comment_file: Option<String>,

    /// What the reports must be: a line `<sha256>  <instance>` for each, from the output `report-sha256` of the jobs
    /// that made them. Then a report that is not listed is refused, and one that is listed but not there is missing.
    #[arg(long, value_name = "LINES")]
    pub expect_sha256: Vec<String>,

    /// Fail with exit status 3 where the comment can't be sent for want of a pull request or of a permission.
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = boolean)]
    pub required: bool,

    /// Most seconds to wait, all in all, for GitHub's rate limits and outages.
    #[arg(long, value_name = "SECONDS", default_value = "120")]
    pub most_wait: u32,

    /// What a missing report does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_report: Policy,

    /// What a report that is broken, or of another commit, repository or run, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_refused_report: Policy,
}

/// A report that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// Its hash; none where the job that should have made it left none.
    pub(crate) sha256: Option<String>,
    /// What the workflow calls it.
    pub(crate) instance: String,
}

/// Reads the lines of `expect-sha256`; the wrong line is the error.
pub(crate) fn expectations(lines: &[String]) -> Result<Vec<Expectation>, String> {
    let parse = |line: &String| {
        let mut words = line.split_whitespace();
        let (first, second, third) = (words.next(), words.next(), words.next());
        let is_hash = |word: &str| {
            word.len() == 64 && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        match (first, second, third) {
            (Some(hash), Some(instance), None) if is_hash(hash) => {
                Ok(Expectation { sha256: Some(hash.to_owned()), instance: instance.to_owned() })
            }
            (Some(instance), None, None) if !is_hash(instance) => {
                Ok(Expectation { sha256: None, instance: instance.to_owned() })
            }
            _ => Err(line.clone()),
        }
    };
    lines.iter().filter(|line| !line.trim().is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_hashes_with_names() {
        let hash = "a".repeat(64);
        let of = |text: &str| expectations(&[text.to_owned()]);
        let one = |sha256: Option<&str>| {
            vec![Expectation { sha256: sha256.map(str::to_owned), instance: "unit".to_owned() }]
        };
        assert_eq!(of(&format!("{hash}  unit")), Ok(one(Some(&hash))));
        // A job that was skipped leaves no hash: its report is missing.
        assert_eq!(of("  unit"), Ok(one(None)));
        assert_eq!(of(" "), Ok(vec![]));
        for wrong in [
            hash.clone(),
            format!("{hash} a b"),
            format!("{} unit", &hash[1..]),
            hash.to_uppercase() + " unit",
        ] {
            assert_eq!(of(&wrong), Err(wrong.clone()));
        }
    }
}
