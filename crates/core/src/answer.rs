//! What a verb says that answers a question instead of judging: lines for a terminal, and data for programs.
//! All text may be foreign; it is made harmless where it is written.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::escape::{json_in_log, log_text, terminal};
use crate::render::Palette;

/// How a piece of a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As text.
    Plain,
    /// Beside the point.
    Dim,
    /// The point.
    Strong,
    /// As it should be.
    Good,
    /// Nearly as it should be.
    Doubtful,
    /// As it should not be.
    Bad,
}

/// A line of pieces.
pub type AnswerLine = Vec<(Tone, String)>;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// For people.
    pub lines: Vec<AnswerLine>,
    /// For programs: what `--format json` prints.
    pub data: Value,
}

impl Answer {
    /// One plain line.
    pub fn line(text: impl Into<String>) -> Self {
        Self { lines: vec![vec![(Tone::Plain, text.into())]], data: Value::Null }
    }

    pub(crate) fn write_text(&self, palette: Palette, out: &mut dyn Write) -> io::Result<()> {
        self.lines.iter().try_for_each(|line| writeln!(out, "{}", painted(line, palette)))
    }

    /// An answer without data is what was done.
    pub(crate) fn write_json(&self, done: &[String], out: &mut dyn Write) -> io::Result<()> {
        let data = if self.data.is_null() { json!({"done": done}) } else { self.data.clone() };
        writeln!(out, "{}", json_in_log(&serde_json::to_string_pretty(&data)?))
    }
}

/// The pieces in their colours; a line that a runner could take for a command is shown defused, and without any.
fn painted(line: &AnswerLine, palette: Palette) -> String {
    let whole: String = line.iter().map(|(_, text)| text.as_str()).collect();
    let whole = whole.replace('\n', " ");
    let harmless = log_text(&whole);
    if palette == Palette::Plain || harmless != terminal(&whole) {
        return harmless;
    }
    line.iter().map(|(tone, text)| palette.tone(*tone, &terminal(&text.replace('\n', " ")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stay_inside_and_commands_are_defused() {
        let line = |pieces: &[(Tone, &str)]| -> AnswerLine {
            pieces.iter().map(|(tone, text)| (*tone, (*text).to_owned())).collect()
        };
        let good = line(&[(Tone::Dim, "1 "), (Tone::Good, "a\u{1b}[0m")]);
        assert_eq!(painted(&good, Palette::Ansi), "\u{1b}[2m1 \u{1b}[0m\u{1b}[32ma␛[0m\u{1b}[0m");
        assert_eq!(painted(&good, Palette::Plain), "1 a␛[0m");
        let command = line(&[(Tone::Dim, ":"), (Tone::Good, ":error::x")]);
        assert_eq!(painted(&command, Palette::Ansi), "\\::error::x");
        assert_eq!(painted(&line(&[(Tone::Plain, "a\n::b")]), Palette::Plain), "a ::b");
    }
}
