//! What a step writes: outputs, environment, path, state, summary, artifacts; and which variables it gets.

use gatewright_tests::emulator::summary::State;
use gatewright_tests::emulator::variables::{input_variable, inputs_for, knows_its_reference, variables_for};
use gatewright_tests::emulator::{
    FileCommands, Kind, MappedOutput, Os, Part, Setting, StepResult, StepRun, Stream, judge,
};

use super::{composite, map, messages, on_disk, step, writes};

fn output(text: &str) -> FileCommands {
    FileCommands { output: text.as_bytes().to_vec(), ..FileCommands::default() }
}

#[test]
fn pairs_above_a_bad_line_have_taken_effect() {
    let shown = judge(&writes(output("a=1\nbad\nb=2\n")), &Setting::default());
    assert_eq!(shown.outputs, map(&[("a", "1")]));
    assert_eq!(
        messages(&shown),
        ["Unable to process file command 'output' successfully.", "Invalid format 'bad'"]
    );
    assert_eq!(
        (shown.result, shown.why),
        (StepResult::Failure, vec!["file command 'output' failed".to_owned()])
    );
}

#[test]
fn an_empty_name_fails_an_output_and_not_a_variable() {
    let files = FileCommands { env: b"=x\n".to_vec(), ..output("a=1\n=2\nb=3\n") };
    let shown = judge(&writes(files), &Setting::default());
    assert_eq!((&shown.outputs, &shown.env), (&map(&[("a", "1")]), &map(&[("", "x")])));
    assert_eq!(messages(&shown)[1], "Value cannot be null. (Parameter 'name')");
}

#[test]
fn a_big_value_and_a_repeated_name_pass() {
    let big = "x".repeat(1 << 20);
    let shown = judge(&writes(output(&format!("a=1\na<<E\n{big}\nE"))), &Setting::default());
    assert_eq!(shown.outputs["a"].len(), 1 << 20);
}

#[test]
fn node_options_is_refused_and_the_rest_stays() {
    let files = FileCommands { env: b"A=1\nnode_options=--x\nB=2\n".to_vec(), ..FileCommands::default() };
    let shown = judge(&writes(files), &Setting::default());
    assert_eq!(messages(&shown), ["Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."]);
    assert_eq!((shown.env, shown.result), (map(&[("A", "1"), ("B", "2")]), StepResult::Success));
}

#[test]
fn names_of_variables_ignore_case_on_windows() {
    let step = writes(FileCommands { env: b"Name=1\nNAME=2\n".to_vec(), ..FileCommands::default() });
    assert_eq!(judge(&step, &Setting::default()).env.len(), 2);
    let windows = judge(&step, &Setting { os: Os::Windows, ..Setting::default() });
    assert_eq!(windows.env, map(&[("NAME", "2")]));
}

#[test]
fn a_step_without_an_id_loses_its_outputs() {
    let step = StepRun { id: None, ..writes(output("a=1\n")) };
    let shown = judge(&step, &Setting::default());
    assert!(shown.outputs.is_empty());
    assert_eq!(shown.lost_outputs, ["a"]);
}

#[test]
fn a_composite_hands_on_only_what_it_maps() {
    let part = |id: Option<&str>, text: &str| Part {
        id: id.map(str::to_owned),
        files: output(text),
        ..Part::default()
    };
    let mapped = |name: &str, step: &str, output: &str| MappedOutput {
        name: name.to_owned(),
        step: step.to_owned(),
        output: output.to_owned(),
    };
    let step = StepRun {
        mapped_outputs: vec![mapped("verdict", "judge", "verdict"), mapped("report", "judge", "nothing")],
        ..composite(vec![part(None, "verdict=lost"), part(Some("judge"), "verdict=pass\nhidden=1")])
    };
    let shown = judge(&step, &Setting::default());
    assert_eq!(shown.outputs, map(&[("verdict", "pass"), ("report", "")]));
    assert_eq!(shown.lost_outputs, ["verdict"]);
}

#[test]
fn files_are_read_after_a_failure_too() {
    let part = Part { files: output("a=1\n"), exit_code: 1, ..Part::default() };
    let shown = judge(&step(part), &Setting::default());
    assert_eq!((shown.result, shown.outputs), (StepResult::Failure, map(&[("a", "1")])));
}

#[test]
fn a_summary_of_one_byte_too_many_is_gone_and_the_step_stays_green() {
    let with = |bytes: usize| {
        let summary = "é".repeat(bytes / 2) + if bytes % 2 == 1 { "x" } else { "" };
        assert_eq!(summary.len(), bytes);
        let files = FileCommands { summary: summary.into_bytes(), ..FileCommands::default() };
        judge(&writes(files), &Setting::default())
    };
    let kept = with(1_048_576);
    assert_eq!((kept.summaries[0].state, kept.annotations.len()), (State::Accepted, 0));
    for (bytes, kibibytes) in [(1_048_577, "1024k"), (1_049_600, "1025k"), (2_000_000, "1953k")] {
        let gone = with(bytes);
        assert_eq!((gone.summaries[0].state, gone.summaries[0].bytes), (State::Discarded, bytes));
        assert_eq!((gone.summaries[0].text.as_str(), gone.result), ("", StepResult::Success));
        assert_eq!(
            messages(&gone),
            [format!(
                "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got {kibibytes}. \
                 For more information see: https://docs.github.com/actions/using-workflows/\
                 workflow-commands-for-github-actions#adding-a-markdown-summary"
            )]
        );
    }
}

#[test]
fn a_summary_is_masked_line_by_line_after_it_is_measured() {
    let setting = Setting { secrets: vec!["one\ntwo three".to_owned()], ..Setting::default() };
    let summary = |text: &str| {
        let files = FileCommands { summary: text.as_bytes().to_vec(), ..FileCommands::default() };
        judge(&writes(files), &setting).summaries[0].text.clone()
    };
    assert_eq!(summary("a one b\r\ntwo three"), "a *** b\n***\n");
    assert_eq!(summary("two\nthree"), "two\nthree\n");
    let secret = Setting { secrets: vec!["s".repeat(1000)], ..Setting::default() };
    let files = FileCommands { summary: "s".repeat(1_048_577).into_bytes(), ..FileCommands::default() };
    assert_eq!(judge(&writes(files), &secret).summaries[0].state, State::Discarded);
}

#[test]
fn each_inner_step_has_a_summary_of_its_own() {
    let part = |size: usize| Part {
        files: FileCommands { summary: vec![b'x'; size], ..FileCommands::default() },
        ..Part::default()
    };
    let shown = judge(&composite(vec![part(1_000_000), part(0), part(1_000_000)]), &Setting::default());
    let states: Vec<_> = shown.summaries.iter().map(|summary| summary.state).collect();
    assert_eq!(states, [State::Accepted, State::Accepted]);
}

fn declared(lines: &str, setting: &Setting) -> Result<Vec<String>, String> {
    let files = FileCommands { artifacts: lines.as_bytes().to_vec(), ..FileCommands::default() };
    let shown = judge(&writes(files), setting);
    match shown.result {
        StepResult::Success => Ok(shown
            .artifacts
            .iter()
            .map(|subject| format!("{} {}", subject.name, &subject.digest[..15]))
            .collect()),
        StepResult::Failure => {
            assert_eq!(messages(&shown)[0], "Unable to process file command 'artifacts' successfully.");
            Err(messages(&shown)[1].to_owned())
        }
    }
}

#[test]
fn artifact_subjects_are_files_or_images() {
    let setting = on_disk(&[
        ("/builds/work/repo/repo/dist/tool.tar.gz", "abc"),
        ("/opt/other", ""),
        ("/builds/work/repo/repo/a@sha256:abc", "x"),
    ]);
    let digest = "0123456789abcdef".repeat(4).to_uppercase();
    let text = format!(
        "# comment\n\n  dist/./x/../tool.tar.gz \nfile:///opt/other\nFILE://a@sha256:abc\na@sha256:abc\n\
         ghcr.io/o/i@sha256:{digest}\noci://i@sha512:{digest}{digest}\n"
    );
    assert_eq!(
        declared(&text, &setting).unwrap(),
        [
            "a@sha256:abc sha256:2d711642",
            "ghcr.io/o/i sha256:01234567",
            "i sha512:01234567",
            "other sha256:e3b0c442",
            "tool.tar.gz sha256:ba7816bf",
        ]
    );
    let off = Setting { artifacts: false, ..setting };
    assert_eq!(declared("nonsense=1", &off).unwrap(), [""; 0]);
}

#[test]
fn artifact_errors_name_the_line() {
    let mut setting =
        on_disk(&[("/builds/work/repo/repo/a/tool", "1"), ("/builds/work/repo/repo/b/tool", "2")]);
    let error = |lines: &str, setting: &Setting| declared(lines, setting).unwrap_err();
    for (lines, reason) in [
        (
            "a/tool\nx=y",
            "Invalid $GITHUB_ARTIFACTS entry on line 2: entries containing '=' are reserved and not permitted",
        ),
        ("https://x", "Invalid $GITHUB_ARTIFACTS entry on line 1: unsupported URI scheme"),
        ("a", "Invalid $GITHUB_ARTIFACTS entry on line 1: 'a' is a directory, not a regular file"),
        ("file://", "Invalid $GITHUB_ARTIFACTS entry on line 1: file:// entries must include a path"),
        (
            "oci://i@sha256:ab",
            "Invalid $GITHUB_ARTIFACTS entry on line 1: digest 'sha256' must be 64 hex characters, got 2",
        ),
        (
            "oci://i",
            "Invalid $GITHUB_ARTIFACTS entry on line 1: oci:// entries must include an @sha{256,384,512}:<hex> digest",
        ),
        ("/no", "Invalid $GITHUB_ARTIFACTS entry on line 1: file '/no' does not exist"),
    ] {
        assert_eq!(error(lines, &setting), reason);
    }
    assert!(error("a/tool\nb/tool", &setting).starts_with(
        "Invalid $GITHUB_ARTIFACTS entry on line 2: Conflicting digest for artifact 'tool': previously \
         declared as 'sha256:6b86b2"
    ));
    assert!(error("no", &setting).ends_with(
        "file 'no' does not exist (relative paths are resolved against the workspace root \
         '/builds/work/repo/repo')"
    ));
    assert_eq!(
        error(&"#".repeat(1_048_577), &setting),
        "$GITHUB_ARTIFACTS file exceeds the maximum size of 1024 KiB (got 1024 KiB)."
    );
    setting.container = vec![("/__w".to_owned(), "/builds/work".to_owned())];
    assert_eq!(declared("/__w/repo/repo/a/tool", &setting).unwrap(), ["tool sha256:6b86b273"]);
    assert!(error("/etc/passwd", &setting).ends_with(
        "absolute path '/etc/passwd' is not inside a volume mounted into the container and cannot be resolved"
    ));
}

#[test]
fn five_hundred_subjects_a_job_after_merging() {
    let digest = "0".repeat(64);
    let mut lines = String::new();
    for number in 0..500 {
        lines += &format!("image{number}@sha256:{digest}\nimage{number}@sha256:{digest}\n");
    }
    assert_eq!(declared(&lines, &Setting::default()).unwrap().len(), 500);
    lines += &format!("one-more@sha256:{digest}\n");
    assert_eq!(
        declared(&lines, &Setting::default()).unwrap_err(),
        "Invalid $GITHUB_ARTIFACTS entry on line 1001: The job has exceeded the maximum of 500 declared artifacts."
    );
}

#[test]
fn only_node_and_docker_receive_inputs_and_the_runtime_token() {
    assert_eq!(input_variable("min-coverage of all"), "INPUT_MIN-COVERAGE_OF_ALL");
    let declared = [("fail-on", "high"), ("name", "")];
    let variables = map(&[("INPUT_FAIL-ON", "high"), ("INPUT_NAME", "")]);
    for (kind, inputs, tokens) in
        [(Kind::Run, false, 2), (Kind::Composite, false, 2), (Kind::Docker, true, 7), (Kind::Node, true, 8)]
    {
        let expected = if inputs { variables.clone() } else { map(&[]) };
        assert_eq!(inputs_for(kind, &declared), expected, "{kind:?}");
        assert_eq!(variables_for(kind).len(), tokens, "{kind:?}");
        assert_eq!(variables_for(kind).contains(&"ACTIONS_RUNTIME_TOKEN"), inputs, "{kind:?}");
        assert!(variables_for(kind).contains(&"ACTIONS_ID_TOKEN_REQUEST_URL"), "{kind:?}");
        assert!(!variables_for(kind).contains(&"GITHUB_TOKEN"));
        assert_eq!(knows_its_reference(kind), inputs, "{kind:?}");
    }
    assert!(!variables_for(Kind::Docker).contains(&"ACTIONS_CACHE_SERVICE_V2"));
}

#[test]
fn the_exit_error_comes_before_those_of_the_files() {
    let part = Part {
        printed: vec![(Stream::Stderr, b"oops\n".to_vec())],
        files: output("bad"),
        exit_code: 2,
        ..Part::default()
    };
    let shown = judge(&step(part), &Setting::default());
    assert_eq!(messages(&shown)[0], "Process completed with exit code 2.");
    assert_eq!(shown.why, ["exit code 2", "file command 'output' failed"]);
}
