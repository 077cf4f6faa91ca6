//! What must hold for every input: the laws of uniting, and that reading never panics, never counts more
//! than there is, and never depends on how a stream hands out its bytes.

mod json;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::chunks::tests::Dripping;
use crate::dump::dump_picture;
use crate::formats::{Format, Parsed, read};
use crate::model::{
    Branch, BranchTally, ClosingLines, FileCoverage, LineHits, LineView, Picture, Ratio, SummaryTotals, Unit,
};

/// Text that is a Go profile, nearly.
fn go_profile() -> impl Strategy<Value = String> {
    let count = prop_oneof![
        6 => (0_u64..4).prop_map(|count| count.to_string()),
        1 => Just("18446744073709551615".to_owned()),
        1 => Just("9223372036854775808".to_owned()),
        1 => Just("99999999999999999999".to_owned()),
        1 => prop_oneof![Just("-1".to_owned()), Just("x".to_owned())],
    ];
    let name = prop_oneof![Just("m/a.go"), Just("m/b.go"), Just("C:\\m\\a b.go"), Just("m/a.go:1.1,2.2 1 1")];
    let number = || prop_oneof![20 => 1_u32..6, 1 => Just(0), 1 => Just(u32::MAX)];
    let block = (name, number(), number(), 0_u32..6, number(), 0_u32..4, count).prop_map(
        |(name, sl, sc, el, ec, n, count)| {
            format!("{name}:{sl}.{sc},{}.{ec} {n} {count}", sl.saturating_add(el))
        },
    );
    let line = prop_oneof![
        20 => block,
        1 => Just("mode: set".to_owned()),
        1 => Just("mode: count".to_owned()),
        1 => "\\PC{0,12}",
    ];
    let mode = prop_oneof![Just("set"), Just("count"), Just("atomic")];
    let ending = prop_oneof![8 => Just("\n"), 1 => Just("\r\n")];
    (mode, ending, vec(line, 0..80), any::<bool>()).prop_map(|(mode, ending, lines, closed)| {
        format!("mode: {mode}{ending}{}{}", lines.join(ending), if closed { ending } else { "" })
    })
}

/// Text that is a tracefile, nearly.
pub(crate) fn tracefile() -> impl Strategy<Value = String> {
    let count = || {
        prop_oneof![
            6 => (0_u64..4).prop_map(|count| count.to_string()),
            1 => Just("18446744073709551615".to_owned()),
            1 => Just("99999999999999999999".to_owned()),
            2 => "(-|=|undefined|-1|1e10|1.5|)",
        ]
    };
    let name = || prop_oneof![Just("f"), Just("g"), Just("f,g"), Just("2,f")];
    let line = prop_oneof![
        10 => (0_u32..30, count()).prop_map(|(line, count)| format!("DA:{line},{count}")),
        4 => (0_u32..6, "[ef]?U?[0-3x]", "([0-3]|a,b)", count())
            .prop_map(|(line, block, arm, taken)| format!("BRDA:{line},{block},{arm},{taken}")),
        2 => (0_u32..9, name()).prop_map(|(line, name)| format!("FN:{line},{name}")),
        2 => (count(), name()).prop_map(|(count, name)| format!("FNDA:{count},{name}")),
        1 => (0_u32..3, 0_u32..9, 0_u32..9).prop_map(|(i, start, end)| format!("FNL:{i},{start},{end}")),
        1 => (0_u32..3, count(), name()).prop_map(|(i, count, name)| format!("FNA:{i},{count},{name}")),
        1 => ("(LF|LH|BRF|BRH|FNF|FNH)", 0_u32..9).prop_map(|(total, number)| format!("{total}:{number}")),
        1 => "(VER:[ab]|MCDC:1|XX:|#|\\PC{0,9})",
        3 => "SF:[abc]?",
        3 => Just("end_of_record".to_owned()),
    ];
    let ending = prop_oneof![8 => Just("\n"), 1 => Just("\r\n")];
    (ending, vec(line, 0..120), any::<bool>()).prop_map(|(ending, lines, closed)| {
        format!("TN:{ending}SF:a{ending}{}{}", lines.join(ending), if closed { ending } else { "" })
    })
}

/// Markup with the elements and attributes of all XML formats, nearly well-formed.
fn markup() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            6 => (0_u32..6).prop_map(|number| number.to_string()),
            2 => "(true|false|50% \\(1/2\\)|0%|100|stmt|cond|method|other|LINE|BRANCH|METHOD)",
            2 => "(a|b|p/a|&amp;|&x;|&#233;)",
            1 => "(-1|1\\.5|1e9|x|99999999999999999999|18446744073709551615|4294967295|)",
            1 => "\\PC{0,3}",
        ]
    };
    let attribute = || {
        let name = "(number|hits|branch|condition-coverage|missing-branches|filename|name|signature|coverage\
                    |nr|mi|ci|mb|cb|type|missed|covered|sourcefilename|line|desc|num|count|truecount|falsecount\
                    |path|statements|coveredstatements|conditionals|coveredconditionals|methods|coveredmethods|loc\
                    |lines-valid|lines-covered|start|end|invocation-count)";
        (name, value()).prop_map(|(name, value)| format!(" {name}=\"{value}\""))
    };
    let attributes = || vec(attribute(), 0..6).prop_map(|attributes| attributes.concat());
    let line = prop_oneof![
        4 => ("(number|nr|num)", value(), value(), value(), attributes()).prop_map(|(number, line, hits, ci, more)| {
            format!("<line {number}=\"{line}\" hits=\"{hits}\" count=\"{hits}\" ci=\"{ci}\"{more}/>")
        }),
        2 => attributes().prop_map(|attributes| format!("<counter{attributes}/>")),
        1 => attributes().prop_map(|attributes| format!("<metrics{attributes}/>")),
        1 => attributes().prop_map(|attributes| format!("<statement{attributes}/>")),
        1 => attributes().prop_map(|a| format!("<line{a}><conditions><condition{a}/></conditions></line>")),
        1 => "</?(class|lines|methods|method|file|package|sourcefile|group|statements|x)>",
        1 => "[<>/=\"' &;\n-]{1,3}",
    ];
    let lines = vec(line, 0..20).prop_map(|lines| lines.join("\n"));
    let file = ("[ab]?", "(class|file|sourcefile)", "(lines|methods|statements|x)", lines).prop_map(
        |(name, element, inner, lines)| {
            let names =
                ["filename", "sourcefilename", "path", "name"].map(|key| format!(" {key}=\"{name}\""));
            let names = names.concat();
            if element == "class" {
                format!("<class{names}>{lines}<{inner}>{lines}</{inner}></class>")
            } else {
                format!("<{element}{names}>{lines}</{element}>")
            }
        },
    );
    let package =
        ("(package|group|classes|project)", "[ab]", vec(file, 0..4)).prop_map(|(element, name, files)| {
            format!("<{element} name=\"{name}\">{}</{element}>", files.concat())
        });
    ("(coverage|report)", "(project|packages|group)", vec(package, 0..4), any::<bool>()).prop_map(
        |(root, inner, packages, is_closed)| {
            let end = if is_closed { format!("</{root}>\n") } else { String::new() };
            let totals = " generated=\"1\" lines-valid=\"3\" lines-covered=\"1\"";
            format!("<{root}{totals}><{inner}>{}</{inner}>{end}", packages.concat())
        },
    )
}

const XML: [Format; 3] = [Format::Cobertura, Format::JaCoCo, Format::Clover];

/// Files as formats make them that only count branches, or declare totals beside their units.
fn counted() -> impl Strategy<Value = Picture> {
    let ratio = || (0_u64..3, 0_u64..3).prop_map(|(covered, missed)| Ratio::new(covered, covered + missed));
    let declared = proptest::option::of((ratio(), ratio()).prop_map(|(lines, functions)| {
        Box::new(SummaryTotals { lines, functions, ..SummaryTotals::default() })
    }));
    let lines = vec(0_u64..3, 1..6);
    let tallies = vec((0_u32..4, 0_u32..4), 0..6);
    let arms = vec(proptest::option::of(0_u64..3), 0..4);
    let file = (lines, tallies, arms, declared).prop_map(|(lines, tallies, arms, declared)| {
        let numbered = || 1_u32..;
        FileCoverage {
            lines: numbered().zip(lines).map(|(line, hits)| LineHits::new(line, hits)).collect(),
            tallies: numbered().zip(tallies).map(|(line, (n, m))| BranchTally::new(line, n, n + m)).collect(),
            branches: numbered().zip(arms).map(|(line, taken)| Branch::numbered(line, 0, 0, taken)).collect(),
            declared,
            ..FileCoverage::in_lines()
        }
    });
    vec(("[abc]", file), 0..3).prop_map(|files| files.into_iter().collect())
}

pub(crate) fn picture() -> impl Strategy<Value = Picture> {
    let read = |text: String| read(&mut text.as_bytes()).unwrap().picture;
    let xml = (markup(), 0..XML.len())
        .prop_map(|(text, format)| XML[format].parse(&mut text.as_bytes()).unwrap().picture);
    prop_oneof![go_profile().prop_map(read), tracefile().prop_map(read), counted(), xml, json::picture()]
}

fn ratios(picture: &Picture) -> Vec<(String, Vec<Ratio>)> {
    picture
        .files()
        .map(|(path, file)| {
            let mut ratios: Vec<Ratio> = Unit::ALL.iter().map(|unit| file.ratio(*unit)).collect();
            ratios.push(file.patch_view(ClosingLines::LeftOut).ratio());
            (path.to_owned(), ratios)
        })
        .collect()
}

fn united(left: &Picture, right: &Picture) -> Picture {
    Picture::united([left.clone(), right.clone()])
}

/// Runs are in order, apart, and joined where they can be.
fn is_in_order(view: &LineView) -> bool {
    let runs = view.runs();
    runs.iter().all(|run| run.first <= run.last)
        && runs.windows(2).all(|pair| {
            pair[0].last < pair[1].first && (pair[0].last + 1 < pair[1].first || pair[0].hits != pair[1].hits)
        })
}

fn assert_sound(parsed: &Parsed) {
    for (path, file) in parsed.picture.files() {
        for unit in Unit::ALL {
            let ratio = file.ratio(unit);
            assert!(ratio.covered <= ratio.total, "{path} {unit:?}");
        }
        let view = file.line_view();
        assert!(is_in_order(&view));
        assert!(is_in_order(&file.patch_view(ClosingLines::LeftOut)));
        let declared = file.declared().is_some_and(|totals| !totals.lines.is_no_data());
        assert!(declared || file.is_summary_only() || view.ratio() == file.ratio(Unit::Lines));
    }
    for unit in Unit::ALL {
        let ratio = parsed.picture.ratio(unit);
        assert!(ratio.covered <= ratio.total);
    }
    let lines = parsed.lines;
    assert!(parsed.diagnostics.iter().all(|said| (1..=lines.max(1)).contains(&said.line) && said.column > 0));
}

fn assert_same_in_drops(text: &[u8], format: Format, whole: &Parsed) {
    for step in [1, 3, 7, 64] {
        let mut dripping = Dripping { rest: text, step };
        assert_eq!(&format.parse(&mut dripping).unwrap(), whole, "{step} bytes at a time");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn go_profiles_are_read_soundly(text in go_profile()) {
        let parsed = Format::GoProfile.parse(&mut text.as_bytes()).unwrap();
        assert_sound(&parsed);
        assert_same_in_drops(text.as_bytes(), Format::GoProfile, &parsed);
    }

    #[test]
    fn tracefiles_are_read_soundly(text in tracefile()) {
        let parsed = Format::Lcov.parse(&mut text.as_bytes()).unwrap();
        assert_sound(&parsed);
        assert_same_in_drops(text.as_bytes(), Format::Lcov, &parsed);
    }

    #[test]
    fn markup_is_read_soundly(text in markup()) {
        for format in XML {
            let parsed = format.parse(&mut text.as_bytes()).unwrap();
            assert_sound(&parsed);
            assert_same_in_drops(text.as_bytes(), format, &parsed);
        }
    }

    #[test]
    fn any_bytes_are_read_soundly(bytes in vec(any::<u8>(), 0..400)) {
        for format in [Format::GoProfile, Format::Lcov].into_iter().chain(XML).chain(json::FORMATS) {
            let parsed = format.parse(&mut bytes.as_slice()).unwrap();
            assert_sound(&parsed);
            assert_same_in_drops(&bytes, format, &parsed);
        }
        let _ = crate::detect(&bytes);
    }

    #[test]
    fn uniting_has_no_order(left in picture(), right in picture()) {
        prop_assert_eq!(dump_picture(&united(&left, &right)), dump_picture(&united(&right, &left)));
        prop_assert_eq!(united(&left, &right), united(&right, &left));
    }

    #[test]
    fn uniting_has_no_grouping(one in picture(), two in picture(), three in picture()) {
        prop_assert_eq!(united(&united(&one, &two), &three), united(&one, &united(&two, &three)));
    }

    #[test]
    fn a_picture_united_with_itself_keeps_its_ratios(picture in picture()) {
        prop_assert_eq!(ratios(&united(&picture, &picture)), ratios(&picture));
    }

    #[test]
    fn nothing_is_the_neutral_picture(picture in picture()) {
        prop_assert_eq!(&united(&picture, &Picture::default()), &picture);
        prop_assert_eq!(&united(&Picture::default(), &picture), &picture);
    }

    #[test]
    fn joining_go_profiles_is_uniting_them(left in go_profile(), right in go_profile()) {
        let parse = |text: &str| Format::GoProfile.parse(&mut text.as_bytes()).unwrap().picture;
        let joined = parse(&format!("{left}\n{right}"));
        prop_assert_eq!(joined, united(&parse(&left), &parse(&right)));
    }

    #[test]
    fn joining_tracefiles_is_uniting_them(left in tracefile(), right in tracefile()) {
        let parse = |text: &str| Format::Lcov.parse(&mut text.as_bytes()).unwrap().picture;
        let joined = parse(&format!("{left}\nend_of_record\n{right}"));
        prop_assert_eq!(joined, united(&parse(&left), &parse(&right)));
    }
}
