//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::report::Policy as StatePolicy;

use crate::judge::Policy;

/// What text files are held to.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Most lines that a file may have.
    #[arg(long, value_name = "N", default_value = "200")]
    pub most_lines: u32,

    /// What a missing file does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_file: StatePolicy,
}

impl Inputs {
    /// The policy they make.
    pub(crate) fn policy(&self) -> Policy {
        Policy { most_lines: u64::from(self.most_lines), on_missing_file: self.on_missing_file }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn policy(words: &[&str]) -> Option<Policy> {
        let command = Inputs::augment_args(Command::new("security-sarif").no_binary_name(true));
        let matches = command.try_get_matches_from(words).ok()?;
        Inputs::from_arg_matches(&matches).ok().map(|inputs| inputs.policy())
    }

    #[test]
    fn inputs_make_the_policy() {
        let policy_of =
            |words: &[&str]| policy(words).map(|policy| (policy.most_lines, policy.on_missing_file));
        assert_eq!(policy_of(&[]), Some((200, StatePolicy::Fail)));
        assert_eq!(policy_of(&["--most-lines=3", "--on-missing-file=warn"]), Some((3, StatePolicy::Warn)));
        assert!(policy(&["--most-lines=few"]).is_none() && policy(&["--on-missing-file=pass"]).is_none());
    }
}
