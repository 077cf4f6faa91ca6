//! The trend line: its shape, its ends, and nothing where there is nothing to compare.

use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn points(percents: &[Option<u64>]) -> Vec<TrendPoint> {
    let point = |(index, percent): (usize, &Option<u64>)| TrendPoint {
        label: format!("c{index}"),
        ratio: percent.map_or(Ratio::default(), |percent| Ratio::new(percent, 100)),
    };
    percents.iter().enumerate().map(point).collect()
}

fn svg(points: &[TrendPoint]) -> String {
    let mut out = Vec::new();
    write_trend_svg(points, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_line_with_a_gap() {
    let points = points(&[Some(80), Some(82), None, Some(81), Some(88)]);
    expect![[r#"
        <svg xmlns="http://www.w3.org/2000/svg" width="240" height="48" viewBox="0 0 240 48" role="img" aria-label="coverage over 5 commits: from 80.00 % (c0) to 88.00 % (c4)">
        <title>coverage over 5 commits: from 80.00 % (c0) to 88.00 % (c4)</title>
        <style>.t{fill:none;stroke:#0969da;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}.d{fill:#0969da}@media(prefers-color-scheme:dark){.t{stroke:#4493f8}.d{fill:#4493f8}}</style>
        <path class="t" d="M4.00 44.00h0L62.00 34.00M178.00 39.00h0L236.00 4.00"/>
        <circle class="d" cx="236.00" cy="4.00" r="2.5"/>
        </svg>
    "#]].assert_eq(&svg(&points));
    assert_eq!(trend_text(&points), "▁▂·▁█");
}

#[test]
fn a_wobble_is_no_fall() {
    assert_eq!(trend_text(&points(&[Some(80), Some(81), Some(80)])), "▃▅▃");
}

#[test]
fn nothing_known_is_said() {
    assert!(svg(&[]).contains("<title>no coverage data yet</title>"));
    assert!(svg(&points(&[None, None])).contains("<title>no coverage data yet</title>"));
    assert!(svg(&points(&[Some(5)])).contains("<title>coverage: 5.00 % (c0)</title>"));
}

#[test]
fn a_label_stays_inside() {
    let mut points = points(&[Some(1), Some(2)]);
    points[0].label = "\"><script>".to_owned();
    assert!(!svg(&points).contains("<script"));
}

proptest! {
    #[test]
    fn everything_is_inside_the_picture(ratios in proptest::collection::vec((0_u64.., 0_u64..), 0..300)) {
        let points: Vec<TrendPoint> = ratios
            .iter()
            .map(|(covered, total)| TrendPoint { label: String::new(), ratio: Ratio::new(*covered, *total) })
            .collect();
        let text = svg(&points);
        let path = text.split(" d=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap());
        for pair in path.split(['M', 'L']).filter(|pair| !pair.is_empty()) {
            let (x, y) = pair.trim_end_matches("h0").split_once(' ').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            prop_assert!((4.0..=236.0).contains(&x) && (4.0..=44.0).contains(&y), "{x} {y}");
        }
        prop_assert_eq!(trend_text(&points).chars().count(), points.len().min(200));
    }
}
