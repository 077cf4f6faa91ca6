//! What the fuzz targets of the coverage formats hold for true of every input.

pub mod sarif;
pub mod test_results;

use std::io::{self, Read};

use gatewright_coverage::{ClosingLines, Diagnostics, Format, Parsed, Picture, Unit};

/// A stream that hands out one to seven bytes at a time.
pub(crate) struct Dripping<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) step: usize,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step = self.step % 7 + 1;
        let count = self.step.min(self.rest.len()).min(buffer.len());
        let (head, rest) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(head);
        self.rest = rest;
        Ok(count)
    }
}

/// Reads `bytes` as `format` and checks what must hold whatever they are.
pub fn check(format: Format, bytes: &[u8]) {
    let parsed = format.parse(&mut &*bytes).expect("memory can be read");
    let dripped = format.parse(&mut Dripping { rest: bytes, step: bytes.len() }).expect("memory can be read");
    assert!(parsed == dripped, "the result depends on how the stream was cut");
    check_sound(&parsed);
    check_united(format, bytes, &parsed.picture);
}

fn check_sound(parsed: &Parsed) {
    for (path, file) in parsed.picture.files() {
        for unit in Unit::ALL {
            let ratio = file.ratio(unit);
            assert!(ratio.covered <= ratio.total, "{path}: {ratio:?} {unit:?}");
        }
        let view = file.line_view();
        assert!(view.runs().windows(2).all(|pair| pair[0].last < pair[1].first));
        let patch = file.patch_view(ClosingLines::LeftOut).ratio();
        assert!(patch.total <= view.ratio().total);
    }
    let kept = parsed.diagnostics.iter().count();
    let kinds = parsed.diagnostics.counts().count();
    assert!(kept as u64 <= kinds as u64 * Diagnostics::KEPT_PER_KIND);
}

fn ratios(picture: &Picture) -> Vec<[gatewright_coverage::Ratio; 4]> {
    picture.files().map(|(_, file)| Unit::ALL.map(|unit| file.ratio(unit))).collect()
}

/// With itself: no ratio changes. With the two halves of the report: the order doesn't matter.
fn check_united(format: Format, bytes: &[u8], picture: &Picture) {
    let twice = Picture::united([picture.clone(), picture.clone()]);
    assert!(ratios(&twice) == ratios(picture), "uniting with itself changed a ratio");
    let (left, right) = bytes.split_at(bytes.len() / 2);
    let parse = |mut bytes: &[u8]| format.parse(&mut bytes).expect("memory can be read").picture;
    let (left, right) = (parse(left), parse(right));
    let one = Picture::united([left.clone(), right.clone(), picture.clone()]);
    let other = Picture::united([picture.clone(), right, left]);
    assert!(one == other, "the order of uniting matters");
}
