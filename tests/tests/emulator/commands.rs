//! Finding and decoding commands, stopping them, and what each does.

use gatewright_tests::emulator::commands::{Command, Form, Line, parse, read};
use gatewright_tests::emulator::{Outcome, Setting, StepResult, StepRun, judge};

use super::{composite, map, messages, prints, shown, texts};

fn parsed(line: &str) -> Option<Command> {
    parse(line, None)
}

fn command(form: Form, name: &str, properties: &[(&str, &str)], data: &str) -> Command {
    Command { form, name: name.to_owned(), properties: map(properties), data: data.to_owned() }
}

fn error(properties: &[(&str, &str)], data: &str) -> Command {
    command(Form::Current, "error", properties, data)
}

#[test]
fn current_form_starts_the_line_after_blanks() {
    assert_eq!(parsed("::error::x"), Some(error(&[], "x")));
    assert_eq!(parsed(" \t\u{a0}\u{3000}::error::x"), Some(error(&[], "x")));
    for text in ["a ::error::x", ":error::x", "::error", "::error:x", ":: error::x", "\u{200b}::error::x"] {
        assert_eq!(parsed(text), None, "{text:?}");
    }
}

#[test]
fn name_ends_at_the_first_space_and_ignores_case() {
    assert_eq!(parsed("::ERROR::x"), Some(error(&[], "x")));
    assert_eq!(parsed("::Error title=a b::x"), Some(error(&[("title", "a b")], "x")));
    for text in ["::errors::x", "::error\tfile=a::x", "::std::io::x", "::::x", ":: ::x", "::error,file=a::x"]
    {
        assert_eq!(parsed(text), None, "{text:?}");
    }
}

#[test]
fn data_begins_at_the_first_pair_of_colons() {
    assert_eq!(parsed("::error::std::io::Error"), Some(error(&[], "std::io::Error")));
    assert_eq!(parsed("::error file=C::\\a.rs::x"), Some(error(&[("file", "C")], "\\a.rs::x")));
    assert_eq!(parsed("::error:::x"), Some(error(&[], ":x")));
}

#[test]
fn properties_are_cut_at_commas_and_first_equals_signs() {
    for (text, expected) in [
        ("file=a,line=1", &[("file", "a"), ("line", "1")][..]),
        ("file=a=b,,line=,col,=x", &[("file", "a=b")]),
        ("FILE=a,endLine=2", &[("endline", "2"), ("file", "a")]),
        ("file=a,file=b", &[("file", "b")]),
        ("  file=a , line=1  ", &[(" line", "1"), ("file", "a ")]),
        ("file==a,=line=1", &[("file", "a"), ("line", "1")]),
    ] {
        assert_eq!(parsed(&format!("::error {text}::x")), Some(error(expected, "x")), "{text}");
    }
}

#[test]
fn legacy_form_is_found_anywhere() {
    let legacy =
        |properties: &[(&str, &str)], data: &str| Some(command(Form::Legacy, "error", properties, data));
    assert_eq!(parsed("text ##[error]x"), legacy(&[], "x"));
    assert_eq!(parsed("##[ERROR file=a;line=1]x]"), legacy(&[("file", "a"), ("line", "1")], "x]"));
    assert_eq!(parsed("::notacommand::##[error]x"), legacy(&[], "x"));
    for text in ["##[error x", "##error]x", "##[ error]x", "##[[error]x", "##[unknown]##[error]x"] {
        assert_eq!(parsed(text), None, "{text:?}");
    }
}

#[test]
fn each_place_decodes_its_own_codes_and_percent_last() {
    let all = "%25-%0D-%0A-%3A-%2C-%3B-%5D-%0a-%250A";
    let command = parse(&format!("::error title={all}::{all}"), None).unwrap();
    assert_eq!(command.data, "%-\r-\n-%3A-%2C-%3B-%5D-%0a-%0A");
    assert_eq!(command.properties["title"], "%-\r-\n-:-,-%3B-%5D-%0a-%0A");
    let command = parse(&format!("##[error title={all}]{all}"), None).unwrap();
    assert_eq!(command.data, "%-\r-\n-%3A-%2C-;-]-%0a-%0A");
    assert_eq!(command.properties["title"], command.data);
}

#[test]
fn stop_covers_everything_until_its_token() {
    let text = "::stop-commands::Tok-1\n::error::x\n##[error]x\n::stop-commands::b\n::tok::\n  ::TOK-1::\n::error::y";
    let names: Vec<_> = read(text.as_bytes())
        .into_iter()
        .map(|line| match line {
            Line::Text(_) => "text",
            Line::Command { .. } => "command",
            Line::Withheld { .. } => "withheld",
            Line::Stopped { .. } => "stopped",
            Line::Resumed(_) => "resumed",
            Line::TokenRefused(_) => "refused",
        })
        .collect();
    assert_eq!(names, ["stopped", "withheld", "withheld", "withheld", "text", "resumed", "command"]);
    assert_eq!(texts(&shown(text)), ["error @7: y"]);
}

#[test]
fn a_legacy_token_resumes_too() {
    assert_eq!(messages(&shown("::stop-commands::tok\nx ##[tok]\n::error::y")), ["y"]);
    assert_eq!(
        messages(&shown("::stop-commands::tok\n::error::##[tok]\n::error::y")),
        [""; 0],
        "the current form is looked for first"
    );
}

#[test]
fn a_bad_stop_token_fails_the_step() {
    for token in ["", "pause-logging", "PAUSE-logging", "error", "Stop-Commands"] {
        let shown = shown(&format!("::stop-commands::{token}\n::warning::still heard"));
        assert_eq!(shown.result, StepResult::Failure, "{token}");
        assert!(messages(&shown)[0].starts_with("You cannot use a endToken that is an empty string"));
        assert_eq!(messages(&shown)[1], "still heard");
    }
}

#[test]
fn the_stop_state_ends_with_its_part() {
    let part = |text: &str| prints(text).parts.remove(0);
    let step = composite(vec![part("::stop-commands::tok\n::error::a"), part("::error::b")]);
    assert_eq!(messages(&judge(&step, &Setting::default())), ["b"]);
}

#[test]
fn a_long_stop_token_is_masked() {
    let shown = shown("::stop-commands::sixsix7\nsixsix7 ::\n::sixsix7::\n");
    assert_eq!(shown.log, ["::stop-commands::***", "*** ::", "::***::"]);
    let shown = super::shown("::stop-commands::sixsix\nsixsix\n");
    assert_eq!(shown.log, ["::stop-commands::sixsix", "sixsix"]);
}

#[test]
fn masks_hide_what_follows_and_are_not_echoed() {
    let shown = shown("s3cret\n::add-mask::s3cret\ns3cret\n::error title=s3cret::is s3cret\n::add-mask:: \n");
    assert_eq!(shown.log[..2], ["s3cret", "***"]);
    assert_eq!(shown.masks, ["s3cret"]);
    assert_eq!(
        texts(&shown),
        [
            "error [s3cret] @3: is ***",
            "warning @4: Can't add secret mask for empty string in ##[add-mask] command."
        ],
        "a title is not masked"
    );
}

#[test]
fn debug_shows_only_when_it_is_on() {
    let step = prints("::debug::a%0Ab\nplain");
    assert_eq!(judge(&step, &Setting::default()).log, ["plain"]);
    let debug = Setting { debug: true, ..Setting::default() };
    assert_eq!(judge(&step, &debug).log, ["##[debug]a", "##[debug]b", "plain"]);
}

#[test]
fn groups_and_echo_speak_in_the_log() {
    let shown = shown("::group::One\nin\n::endgroup::\n::echo::ON\n::group::Two\n::echo::off\n::echo::x");
    assert_eq!(
        shown.log,
        [
            "##[group]One",
            "in",
            "##[endgroup]",
            "::group::Two",
            "##[group]Two",
            "::echo::off",
            "##[error]Unable to process command '::echo::x' successfully.",
            "##[error]Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: 'x'.",
        ]
    );
    assert_eq!(shown.why, ["command 'echo' failed"]);
}

#[test]
fn the_runners_own_marks_are_defused_in_text() {
    assert_eq!(
        shown("a ##[start-action x]\n##[end-action]").log,
        ["a ##[\\start-action x]", "##[\\end-action]"]
    );
}

#[test]
fn set_env_and_add_path_are_refused() {
    let step = prints("::set-env name=A::1\n::add-path::/bin/x\n");
    let refused = judge(&step, &Setting::default());
    assert_eq!(refused.result, StepResult::Failure);
    assert_eq!(refused.why, ["command 'set-env' failed", "command 'add-path' failed"]);
    assert_eq!(messages(&refused)[0], "Unable to process command '::set-env name=A::1' successfully.");
    assert!(messages(&refused)[1].starts_with("The `set-env` command is disabled."));
    assert!(refused.env.is_empty() && refused.path.is_empty());
    assert!(refused.commands.iter().all(|seen| seen.outcome == Outcome::Refused));

    let allowed = judge(&step, &Setting { unsecure_commands: true, ..Setting::default() });
    assert_eq!((allowed.env, allowed.path), (map(&[("A", "1")]), vec!["/bin/x".to_owned()]));
}

#[test]
fn set_output_and_save_state_still_work() {
    let shown = shown("::set-output name=a::1%0A2\n::save-state name=b::3\n::set-output::x");
    assert_eq!((shown.outputs, shown.state), (map(&[("a", "1\n2")]), map(&[("b", "3")])));
    assert!(shown.annotations[0].message.starts_with("The `set-output` command is deprecated"));
    assert_eq!(shown.annotations[3].message, "Required field 'name' is missing in ##[set-output] command.");
}

#[test]
fn a_notice_is_text_on_an_old_server() {
    let old = Setting { enhanced_annotations: false, ..Setting::default() };
    let shown = judge(&prints("::notice::x\n::error title=t,file=a,line=1,endLine=2::y"), &old);
    assert_eq!(shown.log[0], "::notice::x");
    assert_eq!(texts(&shown), ["error a 1: y"]);
}

#[test]
fn undeclared_inputs_take_a_place() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let step = StepRun {
        declared_inputs: names(&["files", "fail-on"]),
        given_inputs: names(&["FILES", "file", "x"]),
        ..composite(vec![prints("::warning::ours").parts.remove(0)])
    };
    assert_eq!(
        messages(&judge(&step, &Setting::default())),
        ["Unexpected input(s) 'file', 'x', valid inputs are ['files', 'fail-on']", "ours"]
    );
}

#[test]
fn debug_logging_echoes_commands_in_every_part() {
    let part = |text: &str| prints(text).parts.remove(0);
    let step = composite(vec![part("::echo::on\n::group::A"), part("::group::B\n::error::e")]);
    let log = |debug: bool| judge(&step, &Setting { debug, ..Setting::default() }).log;
    assert_eq!(log(false), ["::group::A", "##[group]A", "##[group]B", "##[error]e"]);
    assert_eq!(
        log(true),
        ["::echo::on", "::group::A", "##[group]A", "::group::B", "##[group]B", "##[error]e"],
        "errors are never echoed"
    );
}
