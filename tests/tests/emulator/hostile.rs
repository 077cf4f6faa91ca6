//! Text that tries to become a command, and the properties that hold for any text.

use gatewright_tests::emulator::commands::{Line, decode_data, decode_property, parse, read};
use gatewright_tests::emulator::{FileCommands, Order, Setting, StepRun, Stream, judge};
use proptest::prelude::*;

use super::{Part, messages, on_disk, prints, step, writes};

/// Lines that become an issue when they are relayed as they are.
const RELAYED: [&str; 8] = [
    "a\r::error::x",
    "\t::error::x",
    "text ##[error]x",
    "::ERROR::x",
    "\u{2003}::error::x",
    "::error ::x",
    "##[Error file=a]x",
    "::unknown::##[error]x",
];

fn on(stream: Stream, text: &str) -> StepRun {
    step(Part { printed: vec![(stream, text.as_bytes().to_vec())], ..Part::default() })
}

#[test]
fn trap_1_relayed_text_becomes_an_issue_on_either_stream() {
    for text in RELAYED {
        for stream in [Stream::Stdout, Stream::Stderr] {
            assert_eq!(
                messages(&judge(&on(stream, text), &Setting::default())),
                ["x"],
                "{text:?} {stream:?}"
            );
        }
    }
}

#[test]
fn trap_1_stopping_commands_silences_it() {
    for text in RELAYED {
        let wrapped = format!("::stop-commands::0123456789abcdef\n{text}\n::0123456789abcdef::\n");
        for stream in [Stream::Stdout, Stream::Stderr] {
            let shown = judge(&on(stream, &wrapped), &Setting::default());
            assert!(shown.annotations.is_empty(), "{text:?} {stream:?}");
        }
    }
}

#[test]
fn trap_1_a_stop_line_on_the_other_stream_may_come_too_late() {
    let printed = [(Stream::Stdout, "::stop-commands::token\n"), (Stream::Stderr, "::error::x\n")];
    let printed = printed.map(|(stream, text)| (stream, text.as_bytes().to_vec())).to_vec();
    let step = step(Part { printed, ..Part::default() });
    assert!(judge(&step, &Setting::default()).annotations.is_empty());
    let worst = Setting { order: Order::StderrFirst, ..Setting::default() };
    assert_eq!(messages(&judge(&step, &worst)), ["x"]);
}

#[test]
fn trap_1_defused_text_is_no_command() {
    for text in [
        "a\r\u{200b}::error::x",
        "\t:\u{200b}:error::x",
        "text ##\u{200b}[error]x",
        "##[\\error]x",
        "\\::error::x",
        ": :error::x",
    ] {
        assert!(judge(&prints(text), &Setting::default()).annotations.is_empty(), "{text:?}");
    }
}

#[test]
fn trap_2_a_message_with_colons_survives() {
    let line =
        format!("::error title={}::{}", encode_property("a::b,c=d"), encode_data("std::io::Error: 100%,"));
    let shown = judge(&prints(&line), &Setting::default());
    assert_eq!(messages(&shown), ["std::io::Error: 100%,"]);
    assert_eq!(shown.annotations[0].title.as_deref(), Some("a::b,c=d"));
}

#[test]
fn an_unescaped_title_breaks_out_into_the_file() {
    let line = "::error title=a,file=/etc/passwd,line=1::m";
    let shown = judge(&prints(line), &Setting::default());
    assert_eq!(shown.annotations[0].file.as_deref(), Some("/etc/passwd"));
}

#[test]
fn an_unescaped_message_breaks_out_into_a_second_command() {
    let shown = judge(&prints("::error::first\n::warning::second"), &Setting::default());
    assert_eq!(messages(&shown), ["first", "second"]);
    assert_eq!(messages(&judge(&prints("::error::first%0A::warning::second"), &Setting::default())).len(), 1);
}

#[test]
fn trap_5_a_guessable_delimiter_lets_a_value_set_other_outputs() {
    let value = "title\nEOF\nverdict=pass\nrest<<EOF";
    let files = |text: String| FileCommands { output: text.into_bytes(), ..FileCommands::default() };
    let shown = judge(&writes(files(format!("title<<EOF\n{value}\nEOF\n"))), &Setting::default());
    assert_eq!(shown.outputs["verdict"], "pass");
    let shown = judge(&writes(files(format!("title<<random\n{value}\nrandom\n"))), &Setting::default());
    assert_eq!(shown.outputs.into_iter().collect::<Vec<_>>(), [("title".to_owned(), value.to_owned())]);
}

#[test]
fn trap_5_names_that_cannot_be_written() {
    let outputs = |text: &str| {
        let files = FileCommands { output: text.as_bytes().to_vec(), ..FileCommands::default() };
        judge(&writes(files), &Setting::default()).outputs.into_iter().collect::<Vec<_>>()
    };
    let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(outputs("a=b<<E\nv\nE\n"), pair("a", "b<<E"), "`=` in a name with a delimiter");
    assert_eq!(outputs("a<<b<<E\nv\nb<<E\n"), pair("a", "v"), "`<<` in a name");
    assert_eq!(outputs("a=b=v\n"), pair("a", "b=v"), "`=` in a name with a value");
}

#[test]
fn a_matcher_cannot_be_reached_from_stopped_text() {
    let json = r#"{"problemMatcher":[{"owner":"x","pattern":[{"regexp":"^(.*)$","message":1}]}]}"#;
    let setting = on_disk(&[("/builds/work/repo/repo/m.json", json)]);
    let text = "::stop-commands::0123456789\n::add-matcher::m.json\n::0123456789::\nline";
    assert!(judge(&prints(text), &setting).annotations.is_empty());
}

/// The escaping that the rules ask for, written here a second time on purpose.
fn encode_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn encode_property(text: &str) -> String {
    encode_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text made of what the grammar is made of, mixed with anything else.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => prop::sample::select(vec![
            "::", ":", "##[", "]", "%", "%25", "%0A", "%250A", "%3A", ",", ";", "=", " ", "\t", "\r", "\n",
            "\r\n", "error", "ERROR", "warning", "stop-commands", "add-mask", "file", "x", "\u{feff}", "\u{85}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn trap_2_any_text_survives_data_and_property(message in tricky(), title in tricky()) {
        let (data, property) = (encode_data(&message), encode_property(&title));
        prop_assert_eq!(&decode_data(&data), &message);
        prop_assert_eq!(&decode_property(&property), &title);
        let line = format!("::error title=.{property}.::{data}");
        let lines = read(line.as_bytes());
        prop_assert_eq!(lines.len(), 1);
        let Line::Command { command, .. } = &lines[0] else { panic!("no command: {line:?}") };
        prop_assert_eq!(&command.data, &message);
        prop_assert_eq!(&command.properties["title"], &format!(".{title}."));
        prop_assert_eq!(command.properties.len(), 1);
    }

    #[test]
    fn the_reader_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in tricky()) {
        read(&bytes);
        read(text.as_bytes());
        parse(&text, Some(&text));
    }

    #[test]
    fn no_step_makes_the_emulator_panic(
        text in tricky(), files in prop::collection::vec(any::<u8>(), 0..100), grammar in tricky(),
    ) {
        let part = Part {
            printed: vec![(Stream::Stderr, text.clone().into_bytes()), (Stream::Stdout, files.clone())],
            files: FileCommands {
                output: grammar.clone().into_bytes(),
                env: text.into_bytes(),
                state: files.clone(),
                path: files.clone(),
                summary: files.clone(),
                artifacts: grammar.into_bytes(),
            },
            exit_code: 1,
            ..Part::default()
        };
        judge(&step(part), &Setting { debug: true, ..Setting::default() });
    }

    #[test]
    fn stopped_text_yields_no_command(text in tricky(), token in "[0-9a-f]{32}") {
        prop_assume!(!text.to_lowercase().contains(&token));
        let wrapped = format!("::stop-commands::{token}\n{text}\n::{token}::\n");
        let lines = read(wrapped.as_bytes());
        let obeyed = lines.iter().any(|line| matches!(line, Line::Command { .. }));
        prop_assert!(!obeyed);
        prop_assert!(matches!(lines.last(), Some(Line::Resumed(_))));
        let shown = judge(&prints(&wrapped), &Setting::default());
        prop_assert!(shown.annotations.is_empty() && shown.masks.is_empty());
    }

    #[test]
    fn a_masked_value_never_shows(secret in "[a-zA-Z0-9]{8,20}", before in tricky(), after in tricky()) {
        let setting = Setting { secrets: vec![secret.clone()], ..Setting::default() };
        let shown = judge(&prints(&format!("{before}{secret}{after}")), &setting);
        prop_assert!(!shown.log.join("\n").contains(&secret));
        prop_assert!(shown.annotations.iter().all(|annotation| !annotation.message.contains(&secret)));
    }
}
