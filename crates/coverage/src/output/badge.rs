//! A badge: the percentage as a small SVG picture, and as the JSON that the badge service of shields.io asks an
//! endpoint for (`schemaVersion`, `label`, `message`, `color`).
//!
//! The colour follows the distance to the minimum, in exact arithmetic: from the middle between minimum and 100 % on
//! bright green, at the minimum green, up to 5 points below yellow, up to 15 points below orange, else red. Without a
//! minimum it is taken for 80 %. Nothing measured is grey and says so: it is neither 0 % nor 100 %.

use std::io::{self, Write};

use gatewright_core::decimal::{Decimal, floored_percent};

use super::xml::escape;
use crate::Ratio;

/// What a badge shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The left half: what is measured.
    pub label: String,
    /// The right half: the figure.
    pub message: String,
    /// How good that is.
    pub colour: BadgeColour,
}

/// How far a figure is from its minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadgeColour {
    /// Nothing was measured.
    Grey,
    /// More than 15 points below the minimum.
    Red,
    /// Up to 15 points below.
    Orange,
    /// Up to 5 points below.
    Yellow,
    /// At the minimum or above.
    Green,
    /// In the upper half between the minimum and 100 %.
    BrightGreen,
}

const BILLION: i64 = 1_000_000_000;
const USUAL_MINIMUM: i64 = 80 * BILLION;

impl BadgeColour {
    /// The colour of a ratio.
    pub fn of(ratio: Ratio, minimum: Option<Decimal>) -> Self {
        if ratio.is_no_data() {
            return Self::Grey;
        }
        let minimum = minimum.map_or(USUAL_MINIMUM, Decimal::billionths).clamp(0, 100 * BILLION);
        let upper = minimum + (100 * BILLION - minimum) / 2;
        let steps = [
            (upper, Self::BrightGreen),
            (minimum, Self::Green),
            (minimum - 5 * BILLION, Self::Yellow),
            (minimum - 15 * BILLION, Self::Orange),
        ];
        steps.into_iter().find(|(step, _)| is_at_least(ratio, *step)).map_or(Self::Red, |(_, colour)| colour)
    }

    /// The name that shields.io gives a colour of this meaning.
    pub fn shields_name(self) -> &'static str {
        match self {
            Self::Grey => "lightgrey",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::BrightGreen => "brightgreen",
        }
    }

    /// Dark enough that white text on it has a contrast of at least 4.5 to 1.
    fn fill(self) -> &'static str {
        match self {
            Self::Grey => "#656d76",
            Self::Red => "#cf222e",
            Self::Orange => "#bc4c00",
            Self::Yellow => "#8a6100",
            Self::Green => "#4d7a0c",
            Self::BrightGreen => "#1a7f37",
        }
    }
}

/// Whether the ratio reaches a percentage, given times 10⁹.
fn is_at_least(ratio: Ratio, billionths: i64) -> bool {
    i128::from(ratio.covered) * 100 * i128::from(BILLION) >= i128::from(billionths) * i128::from(ratio.total)
}

/// Letters of a label that are shown.
const MOST_LETTERS: usize = 80;

impl Badge {
    /// The badge of a ratio: `coverage | 83.3%`.
    pub fn of(label: &str, ratio: Ratio, minimum: Option<Decimal>) -> Self {
        let message = match floored_percent(ratio.covered, ratio.total) {
            None => "no data".to_owned(),
            Some(percent) => format!("{}%", percent.trim_end_matches('0').trim_end_matches('.')),
        };
        // 100 and 0 have no zeros to lose: their point stopped the first trim.
        Self { label: shown(label), message, colour: BadgeColour::of(ratio, minimum) }
    }
}

/// A label on one line, without what would reorder or hide its text.
fn shown(label: &str) -> String {
    let plain: String = label
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
        .collect();
    let plain = plain.trim();
    if plain.chars().count() <= MOST_LETTERS {
        return plain.to_owned();
    }
    plain.chars().take(MOST_LETTERS - 1).chain(['…']).collect()
}

/// Writes the badge as SVG: flat, 20 pixels high, readable by screen readers, no fonts or styles from elsewhere.
pub fn write_badge_svg(badge: &Badge, out: &mut dyn Write) -> io::Result<()> {
    let (label, message) = (escape(&badge.label), escape(&badge.message));
    let (left, right) = (half(&badge.label), half(&badge.message));
    let width = left + right;
    let fill = badge.colour.fill();
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\" viewBox=\"0 0 {width} 20\" role=\"img\" \
         aria-label=\"{label}: {message}\">\n\
         <title>{label}: {message}</title>\n\
         <clipPath id=\"r\"><rect width=\"{width}\" height=\"20\" rx=\"4\"/></clipPath>\n\
         <g clip-path=\"url(#r)\"><path fill=\"#3d444d\" d=\"M0 0h{left}v20H0z\"/>\
         <path fill=\"{fill}\" d=\"M{left} 0h{right}v20H{left}z\"/></g>\n\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\" font-size=\"11\">\n"
    )?;
    for (text, raw, start) in [(label, &badge.label, 0), (message, &badge.message, left)] {
        let length = text_width(raw);
        writeln!(
            out,
            "<text x=\"{}\" y=\"14\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>",
            start + PADDING
        )?;
    }
    writeln!(out, "</g>\n</svg>")
}

/// Writes the badge as the JSON of a shields.io endpoint.
pub fn write_badge_json(badge: &Badge, out: &mut dyn Write) -> io::Result<()> {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Endpoint<'a> {
        schema_version: u8,
        label: &'a str,
        message: &'a str,
        color: &'a str,
    }
    let endpoint = Endpoint {
        schema_version: 1,
        label: &badge.label,
        message: &badge.message,
        color: badge.colour.shields_name(),
    };
    serde_json::to_writer(&mut *out, &endpoint)?;
    writeln!(out)
}

/// Blank pixels beside a text.
const PADDING: u32 = 6;

fn half(text: &str) -> u32 {
    text_width(text) + 2 * PADDING
}

/// The width in Verdana of 11 pixels. Other fonts are stretched to it, so it need not be theirs.
fn text_width(text: &str) -> u32 {
    let thousandths: u32 = text.chars().map(advance).sum();
    (thousandths * 11).div_ceil(1000)
}

/// Widths of ASCII from the blank on, in thousandths of the font's size.
#[rustfmt::skip]
const ADVANCES: [u16; 95] = [
    352, 394, 459, 818, 636, 1076, 727, 269, 454, 454, 636, 818, 364, 454, 364, 454,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 454, 454, 818, 818, 818, 545,
    1000, 684, 686, 698, 771, 632, 575, 775, 751, 421, 455, 693, 557, 843, 748, 787,
    603, 787, 695, 684, 616, 732, 684, 989, 685, 615, 685, 454, 454, 454, 818, 636,
    636, 601, 623, 521, 623, 596, 352, 623, 633, 274, 344, 592, 274, 973, 633, 607,
    623, 623, 427, 521, 394, 633, 592, 818, 592, 592, 525, 635, 454, 635, 818,
];

fn advance(c: char) -> u32 {
    match u32::from(c) {
        code @ 0x20..=0x7e => u32::from(ADVANCES[code as usize - 0x20]),
        0x7f..=0x2e7f => 700,
        _ => 1000,
    }
}

#[cfg(test)]
#[path = "badge_tests.rs"]
mod tests;
