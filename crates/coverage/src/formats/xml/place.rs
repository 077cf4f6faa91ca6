//! Lines and columns of a stream, worked out only when somebody asks. Knows no markup.

use std::cell::Cell;

use memchr::{memchr_iter, memrchr};

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or what pretends to be.
    #[default]
    Utf8,
    /// One byte, one character.
    Latin1,
}

/// A place of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Position {
    /// From 1.
    line: u64,
    /// UTF-16 units of that line before the place.
    units: u64,
}

impl Position {
    const START: Self = Self { line: 1, units: 0 };

    /// The line, counted from 1.
    pub(in crate::formats) fn line(self) -> u64 {
        self.line
    }

    /// The column, counted from 1, in UTF-16 units.
    pub(in crate::formats) fn column(self) -> u32 {
        u32::try_from(self.units).map_or(u32::MAX, |units| units.saturating_add(1))
    }

    /// The same at the end of a stream: behind the last line end there is no line.
    pub(super) fn at_end(self) -> Self {
        if self.units == 0 && self.line > 1 { Self { line: self.line - 1, units: 0 } } else { self }
    }

    fn after(self, text: &[u8], encoding: Encoding) -> Self {
        let Some(newline) = memrchr(b'\n', text) else {
            return Self { units: self.units + units(text, encoding), ..self };
        };
        let newlines = memchr_iter(b'\n', text).count() as u64;
        Self { line: self.line + newlines, units: units(&text[newline + 1..], encoding) }
    }
}

fn units(text: &[u8], encoding: Encoding) -> u64 {
    if encoding == Encoding::Latin1 {
        return text.len() as u64;
    }
    // A character starts with any byte but one of 10......, and takes two units if it takes four bytes.
    text.iter().map(|byte| u64::from(byte & 0xc0 != 0x80) + u64::from(*byte >= 0xf0)).sum()
}

/// How far the places of a buffer are worked out. Each byte is looked at once, however many places are asked
/// for, as long as they are asked for in order.
#[derive(Debug)]
pub(super) struct Places {
    /// An offset into the buffer, and the place there.
    known: Cell<(usize, Position)>,
    encoding: Cell<Encoding>,
}

impl Default for Places {
    fn default() -> Self {
        Self { known: Cell::new((0, Position::START)), encoding: Cell::default() }
    }
}

impl Places {
    /// Where `offset` behind `base` is. `base` must not be before that of an earlier question.
    pub(super) fn locate(&self, buffer: &[u8], base: usize, offset: usize) -> Position {
        let (known, position) = self.known.get();
        let base_position = position.after(&buffer[known.min(base)..base], self.encoding.get());
        self.known.set((base, base_position));
        let end = (base + offset).min(buffer.len());
        base_position.after(&buffer[base..end], self.encoding.get())
    }

    /// The first `count` bytes of the buffer go away.
    pub(super) fn forget(&self, buffer: &[u8], count: usize) {
        self.locate(buffer, count, 0);
        self.known.set((0, self.known.get().1));
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding.get()
    }

    pub(super) fn set_encoding(&self, encoding: Encoding) {
        self.encoding.set(encoding);
    }

    /// The byte order mark at the start of the buffer is no character.
    pub(super) fn skip_mark(&self, length: usize) {
        self.known.set((length, Position::START));
    }
}
