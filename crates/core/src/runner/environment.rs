//! The process's surroundings as a value, read once.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::date::Date;

use super::Event;

/// Variables that name the files through which the runner takes commands.
const FILE_COMMANDS: [&str; 5] =
    ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];

/// Variables that open the runner's own services: caches, artifacts, and identity tokens that other clouds believe.
const SERVICES: [&str; 6] = [
    "ACTIONS_CACHE_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_RUNTIME_URL",
];

/// Whether a variable is for us and not for the programs that we start: our inputs, and what speaks to the runner.
pub(crate) fn is_ours(variable: &str) -> bool {
    variable.starts_with("INPUT_") || FILE_COMMANDS.contains(&variable)
}

/// Whether a variable opens a service of the runner. A user's own command may need it, as for a compiler's cache; a tool
/// that we choose to start does not. The job's `GITHUB_TOKEN`, with which scanners raise their rate limits, is none.
pub(crate) fn opens_service(variable: &str) -> bool {
    SERVICES.contains(&variable)
}

/// Everything that a run may know about its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment's variables. Names and values that are no Unicode are read with replacement characters.
    pub variables: BTreeMap<String, String>,
    /// The command line, program first.
    pub arguments: Vec<String>,
    /// The current directory.
    pub directory: PathBuf,
    /// Standard output is a terminal. Never asked inside Actions: local runners give steps a terminal.
    pub terminal: bool,
}

impl Environment {
    /// Reads the process's surroundings.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self {
            variables: std::env::vars_os().map(|(key, value)| (text(key), text(value))).collect(),
            arguments: std::env::args_os().map(text).collect(),
            directory: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            terminal: std::io::stdout().is_terminal(),
        }
    }

    /// A variable that is set to more than nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether a runner of GitHub Actions started us.
    pub fn in_actions(&self) -> bool {
        self.get("GITHUB_ACTIONS") == Some("true")
    }

    /// The file that a variable names.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// Whether text may be coloured where nobody said so.
    pub fn may_colour(&self) -> bool {
        self.terminal
            && !self.in_actions()
            && self.get("NO_COLOR").is_none()
            && self.get("TERM") != Some("dumb")
    }

    /// The event that started the run, if a runner tells.
    pub fn event(&self) -> Option<Event> {
        self.in_actions().then(|| Event::read(self.get("GITHUB_EVENT_NAME"), self.file("GITHUB_EVENT_PATH")))
    }

    /// The day on which waivers expire: `SOURCE_DATE_EPOCH` where it is set, else today in UTC.
    pub fn today(&self) -> Date {
        Date::from_unix_seconds(self.now())
    }

    /// Seconds since the start of 1970: `SOURCE_DATE_EPOCH` where it is set.
    pub fn now(&self) -> u64 {
        let fixed = self.get("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok());
        let now = || {
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
        };
        fixed.unwrap_or_else(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_to_the_runner_is_for_nobody_else() {
        for ours in [
            "INPUT_TOKEN",
            "GITHUB_OUTPUT",
            "GITHUB_ENV",
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_RUNTIME_URL",
            "ACTIONS_RESULTS_URL",
            "ACTIONS_CACHE_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
        ] {
            assert!(is_ours(ours) || opens_service(ours), "{ours}");
        }
        for theirs in ["GITHUB_TOKEN", "PATH", "HOME", "GITHUB_ACTIONS", "ACTIONS_STEP_DEBUG"] {
            assert!(!is_ours(theirs) && !opens_service(theirs), "{theirs}");
        }
    }
}
