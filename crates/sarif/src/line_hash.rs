//! The line hash: what GitHub's code scanning knows an alert by, `primaryLocationLineHash`, unit for unit as its own
//! uploader, codeql-action, computes it. Two that differ in one unit would close every alert and open it again.
//!
//! A line's hash covers the hundred UTF-16 units from its first one on that are neither space nor tab, whatever line they
//! are on; CR, LF and CRLF are one LF, and the text ends with the unit 65535 and zeros. With P the polynomial of base 37 over
//! all units so far, modulo 2^64, the hash of a line that begins at unit k is P(k+100) - 37^100 P(k): one multiplication a
//! unit, no ring of a hundred. Written as hexadecimal digits, then how many lines of the file had that hash up to here.
//!
//! It must not know what is found on a line, nor where the file lies.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The base of the polynomial.
const BASE: u64 = 37;

/// Units that a hash covers.
const BLOCK: u64 = 100;

/// `BASE` to the power of `BLOCK`.
const BASE_TO_BLOCK: u64 = {
    let (mut power, mut at) = (1_u64, 0);
    while at < BLOCK {
        power = power.wrapping_mul(BASE);
        at += 1;
    }
    power
};

/// What the end of the text counts as.
const END: u16 = u16::MAX;

/// The hash of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineHash {
    /// The polynomial.
    pub value: u64,
    /// The how manieth line of the file with this value it is, from 1.
    pub nth: u32,
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{}", self.value, self.nth)
    }
}

/// The hashes of lines of a file, in the order in which they are asked for: `wanted` holds numbers from 1, ascending. A line
/// that the file does not have has none. The file is read up to what the last of them needs.
pub fn line_hashes(bytes: &[u8], wanted: &[u32]) -> Vec<Option<LineHash>> {
    let last = wanted.last().map_or(0, |last| *last as usize);
    let mut walk = Walk { most: last, is_line_start: true, next: u64::MAX, ..Walk::default() };
    if last > 0 {
        walk.bytes(bytes);
        walk.end();
    }
    numbered(&walk.hashes, wanted)
}

/// Counts equal hashes, only of lines that are asked for.
fn numbered(hashes: &[u64], wanted: &[u32]) -> Vec<Option<LineHash>> {
    let value = |line: u32| hashes.get((line as usize).checked_sub(1)?).copied();
    let mut seen = HashMap::with_capacity_and_hasher(wanted.len(), Scatter::new());
    seen.extend(wanted.iter().filter_map(|line| value(*line)).map(|hash| (hash, 0_u32)));
    let mut done = 0;
    let found = |line: &u32| {
        let value = value(*line)?;
        let line = *line as usize;
        for hash in hashes.get(done..line).unwrap_or_default() {
            if let Some(count) = seen.get_mut(hash) {
                *count += 1;
            }
        }
        done = done.max(line);
        Some(LineHash { value, nth: seen.get(&value).copied().unwrap_or(1) })
    };
    wanted.iter().map(found).collect()
}

/// Scatters values that are hashes already, though not ones that an author of sources could not choose.
#[derive(Clone, Copy)]
struct Scatter(u64);

impl Scatter {
    fn new() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for Scatter {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for Scatter {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, value: u64) {
        // Both halves of the product, so that every bit of the value reaches every bit that the map looks at.
        let product = u128::from(value ^ self.0) * 0x9e37_79b9_7f4a_7c15;
        let [low, high] = [product, product >> 64].map(|half| half & u128::from(u64::MAX));
        self.0 = u64::try_from(low ^ high).unwrap_or_default();
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// What a byte does: the sum is multiplied, then the term is added.
#[derive(Clone, Copy)]
struct Step {
    factor: u64,
    term: u64,
    units: u64,
}

/// A blank does nothing.
static STEPS: [Step; 256] = {
    let mut steps = [Step { factor: 1, term: 0, units: 0 }; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte != 32 && byte != 9 {
            steps[byte] = Step { factor: BASE, term: byte as u64, units: 1 };
        }
        byte += 1;
    }
    steps
};

/// A line whose hundred units are not complete.
struct Pending {
    /// Units before it.
    start: u64,
    /// The polynomial before it.
    sum: u64,
}

/// The way through a text.
#[derive(Default)]
struct Walk {
    /// So many lines are enough.
    most: usize,
    /// The hashes of lines, from the first on.
    hashes: Vec<u64>,
    /// Lines after these, at most a hundred.
    pending: VecDeque<Pending>,
    /// Units so far.
    units: u64,
    /// The polynomial so far.
    sum: u64,
    /// The number of units at which the first of those pending is complete.
    next: u64,
    is_line_start: bool,
    was_return: bool,
}

impl Walk {
    fn is_done(&self) -> bool {
        self.hashes.len() >= self.most
    }

    /// Bytes that are no UTF-8 become replacement characters, one for each longest part that could have begun one.
    fn bytes(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            Err(_) => {
                for chunk in bytes.utf8_chunks() {
                    self.text(chunk.valid());
                    if !chunk.invalid().is_empty() {
                        self.wide("\u{fffd}");
                    }
                    if self.is_done() {
                        return;
                    }
                }
            }
        }
    }

    fn text(&mut self, mut rest: &str) {
        while !rest.is_empty() && !self.is_done() {
            let Some(end) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) else {
                return self.within_line(rest);
            };
            self.within_line(&rest[..end]);
            self.line_end(rest.as_bytes()[end]);
            rest = &rest[end + 1..];
        }
    }

    fn within_line(&mut self, text: &str) {
        if text.is_ascii() { self.ascii(text.as_bytes()) } else { self.wide(text) }
    }

    /// A part of a line, of ASCII only.
    fn ascii(&mut self, mut rest: &[u8]) {
        if rest.is_empty() {
            return;
        }
        self.was_return = false;
        if self.is_line_start {
            let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
            rest = &rest[blanks..];
            if rest.is_empty() {
                return;
            }
            self.open();
        }
        while !rest.is_empty() {
            // No unit of these completes a line but maybe the last, so none of them has to look.
            let room = usize::try_from(self.next - self.units).unwrap_or(usize::MAX).min(rest.len());
            let (now, later) = rest.split_at(room);
            self.add(now);
            self.emit();
            rest = later;
        }
    }

    /// Adds bytes of ASCII that no line ends in. By a table, because where blanks stand can't be foretold; two at a time,
    /// because a sum has to wait for the one before it.
    fn add(&mut self, bytes: &[u8]) {
        let (mut sum, mut units) = (self.sum, self.units);
        let (pairs, rest) = bytes.as_chunks::<2>();
        for pair in pairs {
            let [first, second] = pair.map(|byte| &STEPS[usize::from(byte)]);
            let terms = first.term.wrapping_mul(second.factor).wrapping_add(second.term);
            sum = sum.wrapping_mul(first.factor * second.factor).wrapping_add(terms);
            units += first.units + second.units;
        }
        for byte in rest {
            let step = &STEPS[usize::from(*byte)];
            sum = sum.wrapping_mul(step.factor).wrapping_add(step.term);
            units += step.units;
        }
        (self.sum, self.units) = (sum, units);
    }

    /// A part of a line, of any characters.
    fn wide(&mut self, text: &str) {
        for unit in text.encode_utf16() {
            self.was_return = false;
            if unit != u16::from(b' ') && unit != u16::from(b'\t') {
                self.unit(unit);
            }
        }
    }

    fn line_end(&mut self, byte: u8) {
        let is_second = byte == b'\n' && self.was_return;
        self.was_return = byte == b'\r';
        if !is_second {
            self.unit(u16::from(b'\n'));
            self.is_line_start = true;
        }
    }

    fn end(&mut self) {
        self.unit(END);
        while !self.pending.is_empty() {
            self.unit(0);
        }
    }

    fn unit(&mut self, unit: u16) {
        if self.is_line_start {
            self.open();
        }
        self.sum = self.sum.wrapping_mul(BASE).wrapping_add(u64::from(unit));
        self.units += 1;
        self.emit();
    }

    /// A line begins with the next unit.
    fn open(&mut self) {
        self.is_line_start = false;
        self.pending.push_back(Pending { start: self.units, sum: self.sum });
        self.next = self.next.min(self.units + BLOCK);
    }

    /// Takes down the hash of a line that is complete now.
    fn emit(&mut self) {
        if self.units != self.next {
            return;
        }
        if let Some(line) = self.pending.pop_front() {
            self.hashes.push(self.sum.wrapping_sub(BASE_TO_BLOCK.wrapping_mul(line.sum)));
        }
        self.next = self.pending.front().map_or(u64::MAX, |line| line.start + BLOCK);
    }
}

#[cfg(test)]
mod tests;
