//! The commands that run failed tests again, in a real shell: no name of a test breaks out of its word.

#![expect(clippy::disallowed_methods, reason = "what a shell makes of a line, only a shell tells")]

use gatewright_test_results::{Collector, Format, Occurrence, Outcome, Sink, TestName, rerun_commands};
use proptest::prelude::*;

/// The command for a failed test of this name.
fn command(name: &str) -> Option<String> {
    let mut collector = Collector::default();
    collector.begin(0, "", None);
    collector.take(&Occurrence::new(TestName { name, ..TestName::default() }, Outcome::Failed));
    let results = collector.finish();
    let commands = rerun_commands(&[(Format::Libtest, &results.failures[0])]);
    commands.first().map(|command| command.command.clone())
}

/// The arguments that a shell makes of a line.
fn arguments(line: &str) -> Vec<String> {
    // The program becomes a function that prints what it is given.
    let script = format!("cargo() {{ for word; do printf '%s\\0' \"$word\"; done; }}\n{line}\n");
    let output = std::process::Command::new("sh").arg("-c").arg(script).output().expect("there is a shell");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("what went in was text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn no_name_breaks_out_of_its_word() {
    for name in [
        "'; printf 'broken out\\0'; '",
        "$(printf broken)",
        "`printf broken`",
        "a'b\"c\\",
        "*",
        "~",
        "a b  c",
        "$HOME ${IFS} !! # & | > < ( ) { } [ ] ?",
        "''",
        "ends in a backslash\\",
    ] {
        let command = command(name).expect("it can be told");
        assert_eq!(arguments(&command), ["test", "--", "--exact", name], "{command}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_word_is_its_text(name in "[ -~é\u{2603}]{1,40}") {
        match command(&name) {
            Some(command) => prop_assert_eq!(arguments(&command), ["test", "--", "--exact", &name]),
            None => prop_assert!(name.starts_with('-')),
        }
    }
}
