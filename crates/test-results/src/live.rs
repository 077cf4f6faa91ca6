//! What people see while tests run whose output is events: the words of what failed, and one line for each package, in
//! place of a hundred lines of JSON for each test. Any other line is shown as it is.

use std::collections::HashMap;

use serde::Deserialize;

/// Turns lines of events into lines for people.
#[derive(Debug, Default)]
pub struct Live {
    /// What tests said that are not done, by package and test.
    open: HashMap<(String, String), Vec<u8>>,
}

/// Bytes of a test's output that are kept until it is known whether it failed: the last ones.
const MOST_OUTPUT: usize = 16 * 1024;

/// Tests whose output is kept at once.
const MOST_OPEN: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GoEvent {
    action: String,
    #[serde(default)]
    package: String,
    #[serde(default)]
    test: String,
    #[serde(default)]
    output: String,
}

#[derive(Deserialize)]
struct LibtestEvent {
    #[serde(rename = "type")]
    subject: String,
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    passed: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    ignored: u64,
}

impl Live {
    /// What is shown of a line of output.
    pub fn line(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        if !line.starts_with(b"{") {
            return Some(line.to_vec());
        }
        if let Ok(event) = serde_json::from_slice::<GoEvent>(line) {
            return self.go(event);
        }
        if let Ok(event) = serde_json::from_slice::<LibtestEvent>(line) {
            return libtest(&event);
        }
        Some(line.to_vec())
    }

    fn go(&mut self, event: GoEvent) -> Option<Vec<u8>> {
        let output = event.output.into_bytes();
        if event.test.is_empty() {
            // The package's own words: `ok  example.com/a 0.2s`, a panic, what does not build.
            return (!output.is_empty() && output != b"PASS\n").then_some(output);
        }
        let key = (event.package, event.test);
        match event.action.as_str() {
            "output" if self.open.len() < MOST_OPEN || self.open.contains_key(&key) => {
                let kept = self.open.entry(key).or_default();
                kept.extend(output);
                let more = kept.len().saturating_sub(MOST_OUTPUT);
                kept.drain(..more);
                None
            }
            "fail" => self.open.remove(&key),
            "pass" | "skip" => {
                self.open.remove(&key);
                None
            }
            _ => None,
        }
    }
}

fn libtest(event: &LibtestEvent) -> Option<Vec<u8>> {
    let text = match (event.subject.as_str(), event.event.as_str()) {
        ("test", "failed") => format!("test {} ... FAILED\n{}", event.name, ended(&event.stdout)),
        ("test", "timeout") => format!("test {} has been running for a long time\n", event.name),
        ("suite", "ok" | "failed") => format!(
            "test result: {}. {} passed; {} failed; {} ignored\n",
            event.event, event.passed, event.failed, event.ignored
        ),
        _ => return None,
    };
    Some(text.into_bytes())
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[&str]) -> String {
        let mut live = Live::default();
        let shown = lines.iter().filter_map(|line| live.line(format!("{line}\n").as_bytes()));
        String::from_utf8(shown.flatten().collect()).expect("it is text")
    }

    #[test]
    fn only_what_failed_and_the_packages_are_shown() {
        let text = shown(&[
            r#"{"Action":"run","Package":"m","Test":"A"}"#,
            r#"{"Action":"output","Package":"m","Test":"A","Output":"=== RUN   A\n"}"#,
            r#"{"Action":"output","Package":"m","Test":"B","Output":"quiet\n"}"#,
            r#"{"Action":"output","Package":"m","Test":"A","Output":"    a_test.go:3: broken\n"}"#,
            r#"{"Action":"pass","Package":"m","Test":"B"}"#,
            r#"{"Action":"fail","Package":"m","Test":"A"}"#,
            "a line of another kind",
            r#"{"Action":"output","Package":"m","Output":"FAIL\tm\t0.1s\n"}"#,
        ]);
        assert_eq!(text, "=== RUN   A\n    a_test.go:3: broken\na line of another kind\nFAIL\tm\t0.1s\n");
    }

    #[test]
    fn other_events_and_words() {
        let text = shown(&[
            r#"{"type":"test","event":"ok","name":"a"}"#,
            r#"{"type":"test","event":"failed","name":"b","stdout":"left: 1"}"#,
            r#"{"type":"suite","event":"failed","passed":1,"failed":1,"ignored":0}"#,
            r#"{"level":"info"}"#,
        ]);
        assert_eq!(
            text,
            "test b ... FAILED\nleft: 1\ntest result: failed. 1 passed; 1 failed; 0 ignored\n{\"level\":\"info\"}\n"
        );
    }
}
