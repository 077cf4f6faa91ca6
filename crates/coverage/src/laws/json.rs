//! The same laws for the formats in JSON: documents that are nearly right, whole, cut and scratched.

use super::*;

pub(super) const FORMATS: [Format; 4] =
    [Format::CoveragePyJson, Format::Istanbul, Format::LlvmCovJson, Format::SimpleCov];

/// A number, or what stands in its place.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => (0_u32..7).prop_map(|number| number.to_string()),
        1 => Just("18446744073709551615".to_owned()),
        1 => Just("4294967295".to_owned()),
        2 => "(-1|1\\.5|1e3|99999999999999999999|NaN|Infinity|-Infinity|null|true|\"ignored\"|\"x\"|\\[1\\]|\\{\\})",
    ]
}

fn list<T: Strategy<Value = String>>(item: T, most: usize) -> impl Strategy<Value = String> {
    vec(item, 0..most).prop_map(|items| format!("[{}]", items.join(",")))
}

/// An object with some of the given members, in any order, and now and then one twice.
fn object(members: Vec<(&'static str, BoxedStrategy<String>)>) -> impl Strategy<Value = String> {
    let member = |(key, value): (&'static str, BoxedStrategy<String>)| {
        let times = prop_oneof![1 => Just(0_usize), 12 => Just(1), 1 => Just(2)];
        (value, times).prop_map(move |(value, times)| vec![format!("\"{key}\": {value}"); times])
    };
    let members: Vec<_> = members.into_iter().map(member).collect();
    members.prop_map(|members| members.concat()).prop_shuffle().prop_map(|members| braces(&members))
}

/// An object whose keys are made up.
fn map(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = String>,
    most: usize,
) -> impl Strategy<Value = String> {
    let member = (key, value).prop_map(|(key, value)| format!("\"{key}\":{value}"));
    vec(member, 0..most).prop_map(|members| braces(&members))
}

fn braces(members: &[String]) -> String {
    format!("{{{}}}", members.join(",\n"))
}

fn path() -> impl Strategy<Value = String> {
    "([abc]\\.x|a\\\\u00e9|a\\\\ud800|)"
}

fn coveragepy() -> BoxedStrategy<String> {
    let lines = || list(number(), 6).boxed();
    let branches = || list(list(number(), 4), 4).boxed();
    let totals = || {
        let keys = ["covered_lines", "num_statements", "covered_branches", "num_branches"];
        object(keys.map(|key| (key, number().boxed())).to_vec()).boxed()
    };
    let function = object(vec![
        ("executed_lines", lines()),
        ("missing_lines", lines()),
        ("start_line", number().boxed()),
    ]);
    let file = object(vec![
        ("executed_lines", lines()),
        ("missing_lines", lines()),
        ("excluded_lines", lines()),
        ("executed_branches", branches()),
        ("missing_branches", branches()),
        ("functions", map("(f|g|)", function, 3).boxed()),
        ("contexts", map("[1-3]", Just("[\"]}\\\"\"]".to_owned()), 2).boxed()),
        ("summary", totals()),
    ]);
    let meta = Just("{\"format\": 3}".to_owned()).boxed();
    object(vec![("meta", meta), ("files", map(path(), file, 4).boxed()), ("totals", totals())]).boxed()
}

fn istanbul() -> BoxedStrategy<String> {
    let position = || object(vec![("line", number().boxed()), ("column", number().boxed())]).boxed();
    let range = move || object(vec![("start", position()), ("end", position())]).boxed();
    let by_id = |value: BoxedStrategy<String>| map("[0-3]", value, 5).boxed();
    let function =
        object(vec![("name", Just("\"f\"".to_owned()).boxed()), ("decl", range()), ("loc", range())]);
    let branch =
        object(vec![("loc", range()), ("locations", list(range(), 3).boxed()), ("line", number().boxed())]);
    let file = object(vec![
        ("path", path().prop_map(|path| format!("\"{path}\"")).boxed()),
        ("statementMap", by_id(range())),
        ("fnMap", by_id(function.boxed())),
        ("branchMap", by_id(branch.boxed())),
        ("s", by_id(number().boxed())),
        ("f", by_id(number().boxed())),
        ("b", by_id(list(number(), 3).boxed())),
    ]);
    let whole = map(path(), file, 3);
    (whole, any::<bool>())
        .prop_map(|(whole, wrapped)| if wrapped { format!("{{\"data\": {whole}}}") } else { whole })
        .boxed()
}

fn simplecov() -> BoxedStrategy<String> {
    let lines = || list(prop_oneof![2 => number(), 1 => Just("null".to_owned())], 7).boxed();
    let arms = || map("\\[:(then|else), [12], 3, 4, 5, 6\\]", number(), 3);
    let branches = map("\\[:if, [012], [0-3], 4, 5, 6\\]", arms(), 3).boxed();
    let methods = map("\\[A, :f, [0-3], 4, 5, 6\\]", number(), 3).boxed();
    let file =
        prop_oneof![lines(), object(vec![("lines", lines()), ("branches", branches), ("methods", methods)])]
            .boxed();
    let command =
        object(vec![("coverage", map(path(), file.clone(), 4).boxed()), ("timestamp", number().boxed())]);
    let listed = object(vec![
        ("filename", path().prop_map(|path| format!("\"{path}\"")).boxed()),
        ("coverage", file.clone()),
        ("covered_lines", number().boxed()),
        ("lines_of_code", number().boxed()),
    ]);
    let metrics = object(vec![("covered_lines", number().boxed()), ("total_lines", number().boxed())]);
    prop_oneof![
        map("[uvw]", command, 4),
        object(vec![("files", list(listed, 4).boxed()), ("metrics", metrics.boxed())]),
        object(vec![("meta", Just("{}".to_owned()).boxed()), ("coverage", map(path(), file, 3).boxed())]),
    ]
    .boxed()
}

fn llvm_cov() -> BoxedStrategy<String> {
    let flag = || "(true|false)";
    let segment = (number(), number(), number(), flag(), flag(), flag())
        .prop_map(|(line, column, count, a, b, c)| format!("[{line},{column},{count},{a},{b},{c}]"));
    let ratio = || object(vec![("count", number().boxed()), ("covered", number().boxed())]).boxed();
    let summary =
        move || object(vec![("lines", ratio()), ("functions", ratio()), ("branches", ratio())]).boxed();
    let name = || path().prop_map(|path| format!("\"{path}\"")).boxed();
    let file = object(vec![
        ("branches", list(list(number(), 10), 4).boxed()),
        ("filename", name()),
        ("segments", list(segment, 7).boxed()),
        ("summary", summary()),
    ]);
    let function = object(vec![
        ("count", number().boxed()),
        ("filenames", list(name(), 3).boxed()),
        ("name", Just("\"f\"".to_owned()).boxed()),
        ("regions", list(list(number(), 9), 3).boxed()),
    ]);
    let export = object(vec![
        ("files", list(file, 4).boxed()),
        ("functions", list(function, 4).boxed()),
        ("totals", summary()),
    ]);
    object(vec![("data", list(export, 3).boxed())]).boxed()
}

fn of(format: Format) -> BoxedStrategy<String> {
    match format {
        Format::CoveragePyJson => coveragepy(),
        Format::Istanbul => istanbul(),
        Format::SimpleCov => simplecov(),
        _ => llvm_cov(),
    }
}

/// A document, and the same with a wound.
fn document() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let format = proptest::sample::select(FORMATS.to_vec());
    let whole = format.prop_flat_map(|format| (Just(format), of(format)));
    let wound = prop_oneof![2 => Just(None), 1 => (any::<prop::sample::Index>(), 0_u8..3, any::<u8>()).prop_map(Some)];
    (whole, wound).prop_map(|((format, text), wound)| {
        let mut bytes = text.into_bytes();
        if let Some((at, how, byte)) = wound {
            let at = at.index(bytes.len());
            match how {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                _ => {
                    bytes.remove(at);
                }
            }
        }
        (format, bytes)
    })
}

pub(super) fn picture() -> impl Strategy<Value = Picture> {
    document().prop_map(|(format, bytes)| format.parse(&mut bytes.as_slice()).unwrap().picture)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_read_soundly((format, bytes) in document()) {
        let parsed = format.parse(&mut bytes.as_slice()).unwrap();
        assert_sound(&parsed);
        assert_same_in_drops(&bytes, format, &parsed);
        let _ = crate::detect(&bytes);
    }

    #[test]
    fn a_document_that_is_cut_is_never_complete(format in proptest::sample::select(FORMATS.to_vec()), at in 1_usize..9) {
        let whole = br#"{"a.x": {"coverage": {}, "statementMap": {}, "s": {}}}"#;
        let parsed = format.parse(&mut &whole[..whole.len() - at]).unwrap();
        prop_assert!(!parsed.complete);
    }
}
