//! The way of a figure over the last commits: a small line as SVG, and as characters for places without pictures.
//!
//! The scale spans what is shown and at least five points, so that a wobble of a tenth does not look like a fall.
//! A commit without data is a gap, not a zero.

use std::io::{self, Write};

use gatewright_core::decimal::floored_percent;

use super::xml::escape;
use crate::Ratio;

/// One commit's figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// What readers know the commit by.
    pub label: String,
    /// Its figure.
    pub ratio: Ratio,
}

/// Points that are drawn: the latest ones.
const MOST_POINTS: usize = 200;

/// The least height of the scale: five points, in hundredths.
const LEAST_SPAN: u64 = 500;

const WIDTH: u64 = 240;
const HEIGHT: u64 = 48;
const MARGIN: u64 = 4;

/// Writes the line as SVG, oldest first. It follows the reader's colour scheme, inside a page and as a picture.
pub fn write_trend_svg(points: &[TrendPoint], out: &mut dyn Write) -> io::Result<()> {
    let points = latest(points);
    let (low, span) = scale(points);
    let text = escape_sentence(points);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         role=\"img\" aria-label=\"{text}\">\n<title>{text}</title>\n\
         <style>.t{{fill:none;stroke:#0969da;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}}.d{{fill:#0969da}}\
         @media(prefers-color-scheme:dark){{.t{{stroke:#4493f8}}.d{{fill:#4493f8}}}}</style>\n"
    )?;
    let last = points.len().saturating_sub(1).max(1) as u64;
    let place = |index: usize, percent: u64| {
        let x = MARGIN * 100 + (WIDTH - 2 * MARGIN) * 100 * index as u64 / last;
        let y = (HEIGHT - MARGIN) * 100 - (HEIGHT - 2 * MARGIN) * 100 * (percent - low) / span;
        (decimal(x), decimal(y))
    };
    let mut path = String::new();
    let mut pen_is_up = true;
    let mut end = None;
    for (index, point) in points.iter().enumerate() {
        let Some(percent) = hundredths(point.ratio) else {
            pen_is_up = true;
            continue;
        };
        let (x, y) = place(index, percent);
        path.push_str(&format!("{}{x} {y}", if pen_is_up { 'M' } else { 'L' }));
        // A point of its own between two gaps is still seen: a round cap makes a dot of no length.
        path.push_str(if pen_is_up { "h0" } else { "" });
        pen_is_up = false;
        end = Some((x, y));
    }
    if let Some((x, y)) = end {
        write!(
            out,
            "<path class=\"t\" d=\"{path}\"/>\n<circle class=\"d\" cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>\n"
        )?;
    }
    writeln!(out, "</svg>")
}

/// The line in eight heights of block characters, a dot for a gap: `▁▁▃▅·█`.
pub fn trend_text(points: &[TrendPoint]) -> String {
    let points = latest(points);
    let (low, span) = scale(points);
    let bar = |percent: u64| {
        let height = u32::try_from((percent - low) * 7 / span).unwrap_or(7).min(7);
        char::from_u32(0x2581 + height).unwrap_or('█')
    };
    points.iter().map(|point| hundredths(point.ratio).map_or('·', bar)).collect()
}

fn latest(points: &[TrendPoint]) -> &[TrendPoint] {
    &points[points.len().saturating_sub(MOST_POINTS)..]
}

/// Hundredths of a percent, floored.
fn hundredths(ratio: Ratio) -> Option<u64> {
    let percent = |total| u128::from(ratio.covered) * 10_000 / u128::from(total);
    (!ratio.is_no_data()).then(|| u64::try_from(percent(ratio.total)).unwrap_or(10_000))
}

/// The lowest value of the scale and its height, in hundredths of a percent.
fn scale(points: &[TrendPoint]) -> (u64, u64) {
    let values = || points.iter().filter_map(|point| hundredths(point.ratio));
    let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    let lacking = LEAST_SPAN.saturating_sub(high - low);
    let low = low.saturating_sub(lacking.div_ceil(2)).min(10_000 - LEAST_SPAN);
    (low, LEAST_SPAN.max(high - low))
}

/// `coverage over 3 commits: from 80.00 % (a1) to 82.50 % (c3)`.
fn escape_sentence(points: &[TrendPoint]) -> String {
    let mut known = points.iter().filter_map(|point| {
        Some((floored_percent(point.ratio.covered, point.ratio.total)?, point.label.as_str()))
    });
    let Some((first, from)) = known.next() else { return "no coverage data yet".to_owned() };
    let from = escape(from).into_owned();
    match known.next_back() {
        None => format!("coverage: {first} % ({from})"),
        Some((last, to)) => {
            let (commits, to) = (points.len(), escape(to));
            format!("coverage over {commits} commits: from {first} % ({from}) to {last} % ({to})")
        }
    }
}

fn decimal(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
#[path = "trend_tests.rs"]
mod tests;
