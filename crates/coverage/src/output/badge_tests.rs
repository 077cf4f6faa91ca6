//! The badge: what it says, its colour, and that no label gets out of its place.

use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn svg(badge: &Badge) -> String {
    let mut out = Vec::new();
    write_badge_svg(badge, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(badge: &Badge) -> String {
    let mut out = Vec::new();
    write_badge_json(badge, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_badge() {
    let badge = Badge::of("coverage", Ratio::new(5, 6), None);
    expect![[r##"
        <svg xmlns="http://www.w3.org/2000/svg" width="119" height="20" viewBox="0 0 119 20" role="img" aria-label="coverage: 83.33%">
        <title>coverage: 83.33%</title>
        <clipPath id="r"><rect width="119" height="20" rx="4"/></clipPath>
        <g clip-path="url(#r)"><path fill="#3d444d" d="M0 0h63v20H0z"/><path fill="#4d7a0c" d="M63 0h56v20H63z"/></g>
        <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
        <text x="6" y="14" textLength="51" lengthAdjust="spacingAndGlyphs">coverage</text>
        <text x="69" y="14" textLength="44" lengthAdjust="spacingAndGlyphs">83.33%</text>
        </g>
        </svg>
    "##]].assert_eq(&svg(&badge));
    expect![[r#"
        {"schemaVersion":1,"label":"coverage","message":"83.33%","color":"green"}
    "#]]
    .assert_eq(&json(&badge));
}

#[test]
fn figures_are_floored_and_nothing_is_no_zero() {
    let message = |covered, total| Badge::of("c", Ratio::new(covered, total), None).message;
    let figures = [(0, 0), (0, 9), (1, 2), (9, 10), (99_999, 100_000), (7, 7)];
    assert_eq!(
        figures.map(|(covered, total)| message(covered, total)),
        ["no data", "0%", "50%", "90%", "99.99%", "100%"]
    );
    assert_eq!(
        json(&Badge::of("c", Ratio::default(), None)),
        "{\"schemaVersion\":1,\"label\":\"c\",\"message\":\"no data\",\"color\":\"lightgrey\"}\n"
    );
}

#[test]
fn the_minimum_sets_the_steps() {
    let minimum: Decimal = "70".parse().unwrap();
    let colour = |percent| BadgeColour::of(Ratio::new(percent, 1000), Some(minimum)).shields_name();
    let figures = [0, 549, 550, 649, 650, 699, 700, 849, 850, 1000];
    let names = [
        "red",
        "red",
        "orange",
        "orange",
        "yellow",
        "yellow",
        "green",
        "green",
        "brightgreen",
        "brightgreen",
    ];
    assert_eq!(figures.map(colour), names);
    // A minimum of everything is reached by nothing less.
    let all = Some(Decimal::whole(100));
    assert_eq!(BadgeColour::of(Ratio::new(9999, 10_000), all), BadgeColour::Yellow);
    assert_eq!(BadgeColour::of(Ratio::new(1, 1), all), BadgeColour::BrightGreen);
}

#[test]
fn a_label_stays_inside_and_on_one_line() {
    let label = "\"/><script>alert(1)</script>\u{202e}\n\u{0}&";
    let badge = Badge::of(label, Ratio::new(1, 1), None);
    let text = svg(&badge);
    assert!(!text.contains("<script") && !text.contains('\u{202e}') && !text.contains('\0'), "{text}");
    let value: serde_json::Value = serde_json::from_str(&json(&badge)).unwrap();
    assert_eq!(value["label"], "\"/><script>alert(1)</script>  &");
    assert_eq!(Badge::of(&"x".repeat(500), Ratio::default(), None).label.chars().count(), 80);
}

proptest! {
    #[test]
    fn more_coverage_is_no_worse_colour(covered in 0_u64..1000, more in 0_u64..1000, minimum in 0_i64..=100) {
        let colour = |covered| BadgeColour::of(Ratio::new(covered, 1000), Some(Decimal::whole(minimum)));
        prop_assert!(colour(covered) <= colour((covered + more).min(1000)));
    }

    #[test]
    fn a_badge_of_any_label_is_whole(label in "\\PC{0,100}", covered: u64, total: u64) {
        let badge = Badge::of(&label, Ratio::new(covered, total), None);
        let text = svg(&badge);
        prop_assert_eq!(text.matches("<text ").count(), 2);
        prop_assert_eq!(text.matches('<').count(), text.matches('>').count());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json(&badge)).is_ok());
    }
}
