//! Packed reports: gzip, unpacked as a stream. It owns what is packed and must not know what is inside.
//!
//! A reader sees the unpacked bytes and an end; what was wrong with the packing is told afterwards, so that what
//! came before is kept. The memory that it takes is fixed, and so is the most that one report may unpack to: a
//! small file can hold years of zeros.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::diagnostic::{Diagnostics, Kind, Spot};

/// What every gzip file starts with.
const MAGIC: &[u8] = b"\x1f\x8b";

/// The most bytes that one report may unpack to: 8 GiB, far more than any report that was ever seen.
pub(crate) const MAX_UNPACKED: u64 = 8 << 30;

/// Whether these are the first bytes of a gzip file.
pub(crate) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Why unpacking ended before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The packed data ends in the middle.
    Cut,
    /// It is no gzip, or its checksum is another one.
    Corrupt,
    /// There is more than anybody wants to read.
    Endless,
}

/// The stream below the packing: remembers whether it failed itself.
struct Source<R> {
    input: R,
    has_failed: bool,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer);
        self.has_failed |= read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        read
    }
}

/// An unpacked stream, of any number of members. It ends where the packing is damaged.
pub(crate) struct Unpacked<R> {
    decoder: MultiGzDecoder<Source<R>>,
    left: u64,
    damage: Option<Damage>,
}

impl<R: Read> Unpacked<R> {
    pub(crate) fn new(input: R, most: u64) -> Self {
        let decoder = MultiGzDecoder::new(Source { input, has_failed: false });
        Self { decoder, left: most, damage: None }
    }

    /// What was wrong, once the stream has ended.
    pub(crate) fn damage(&self) -> Option<Damage> {
        self.damage
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.damage.is_some() || buffer.is_empty() {
            return Ok(0);
        }
        match self.decoder.read(buffer) {
            Ok(count) if count as u64 > self.left => {
                self.damage = Some(Damage::Endless);
                Ok(usize::try_from(std::mem::take(&mut self.left)).unwrap_or(0))
            }
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted || self.decoder.get_ref().has_failed => {
                Err(error)
            }
            Err(error) => {
                let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
                self.damage = Some(if is_cut { Damage::Cut } else { Damage::Corrupt });
                Ok(0)
            }
        }
    }
}

impl Damage {
    /// What it is, as a clause.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Damage::Cut => "the packed data ends too early",
            Damage::Corrupt => "the packed data is damaged",
            Damage::Endless => "there is more than is read of one report",
        }
    }

    /// Says it about a report of which `bytes` on `lines` lines came out.
    pub(crate) fn say(self, said: &mut Diagnostics, (bytes, lines): (u64, u64)) {
        let spot = || Spot { line: lines.max(1), column: 1, found: String::new() };
        let kind = match self {
            Damage::Cut => Kind::Truncated,
            Damage::Corrupt => Kind::DamagedPacking,
            Damage::Endless => Kind::OverlongReport,
        };
        said.say_at(kind, spot, "", || format!("{}: {bytes} bytes could be unpacked", self.name()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::chunks::tests::Dripping;
    use crate::dump::dump;
    use crate::{Format, ReadError, read};

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn profile(lines: u32) -> String {
        let blocks = (1..=lines).map(|line| format!("m/a.go:{line}.1,{line}.9 1 {}\n", line * 7 % 3));
        "mode: set\n".to_owned() + &blocks.collect::<String>()
    }

    #[test]
    fn a_packed_report_is_the_report() {
        let text = profile(20_000);
        let whole = read(&mut text.as_bytes()).unwrap();
        let (head, tail) = text.split_at(1000);
        for packed in
            [pack(text.as_bytes()), [pack(head.as_bytes()), pack(b""), pack(tail.as_bytes())].concat()]
        {
            for step in [1, 4096, usize::MAX] {
                assert_eq!(read(&mut Dripping { rest: &packed, step }).unwrap(), whole);
            }
        }
        assert_eq!(whole.bytes, text.len() as u64);
        let cobertura = "<coverage><class filename=\"a\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>";
        assert_eq!(read(&mut pack(cobertura.as_bytes()).as_slice()).unwrap().format, Format::Cobertura);
    }

    #[test]
    fn what_came_before_the_damage_is_kept_and_not_complete() {
        let text = profile(20_000);
        let packed = pack(text.as_bytes());
        let cut = read(&mut &packed[..packed.len() / 2]).unwrap();
        assert!(!cut.complete && cut.diagnostics.count(Kind::Truncated) > 0);
        assert!(cut.picture.file("m/a.go").unwrap().blocks().len() > 5_000);
        assert!(
            cut.diagnostics.iter().any(|said| said.message.starts_with("the packed data ends too early"))
        );

        let mut wrong_sum = packed.clone();
        let at = wrong_sum.len() - 8;
        wrong_sum[at] ^= 1;
        let parsed = read(&mut wrong_sum.as_slice()).unwrap();
        assert_eq!(parsed.picture, read(&mut text.as_bytes()).unwrap().picture);
        assert!(!parsed.complete && parsed.diagnostics.count(Kind::DamagedPacking) == 1);

        let trailing = [packed.as_slice(), b"rest"].concat();
        assert!(!read(&mut trailing.as_slice()).unwrap().complete);
    }

    #[test]
    fn nothing_that_can_be_unpacked_is_an_error_of_its_own() {
        for packed in [b"\x1f\x8b".as_slice(), b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\x1f\x8bnonsense and more"]
        {
            let error = read(&mut &*packed).unwrap_err();
            assert!(matches!(error, ReadError::Unpackable(_)), "{error}");
            assert!(!error.help().is_empty());
        }
        assert!(matches!(read(&mut pack(b"").as_slice()), Err(ReadError::Unknown(_))), "empty inside");
        let twice = pack(&pack(b"mode: set\n"));
        let error = read(&mut twice.as_slice()).unwrap_err();
        assert_eq!(error.help(), "it is packed twice: unpack it once, `gzip -d`");
    }

    #[test]
    fn a_stream_that_fails_is_no_damage() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "gone"))
            }
        }
        let packed = pack(profile(9).as_bytes());
        let mut failing = packed[..30].chain(Failing);
        assert!(matches!(read(&mut failing), Err(ReadError::Io(_))));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let packed = pack(&vec![b' '; 3_000_000]);
        let mut unpacked = Unpacked::new(packed.as_slice(), 1_000_000);
        assert_eq!(io::copy(&mut unpacked, &mut io::sink()).unwrap(), 1_000_000);
        assert_eq!(unpacked.damage(), Some(Damage::Endless));
        let mut exact = Unpacked::new(packed.as_slice(), 3_000_000);
        assert_eq!(io::copy(&mut exact, &mut io::sink()).unwrap(), 3_000_000);
        assert_eq!(exact.damage(), None);
    }

    #[test]
    fn each_damage_says_what_it_is() {
        let mut parsed = read(&mut profile(1).as_bytes()).unwrap();
        for damage in [Damage::Cut, Damage::Corrupt, Damage::Endless] {
            damage.say(&mut parsed.diagnostics, (parsed.bytes, parsed.lines));
        }
        expect_test::expect![[r#"
            m/a.go (statements)
              flags
              1.1,1.9 1 x1
              statements 1/1 lines 1/1
            total statements 1/1 lines 1/1
            2:1 truncated: the packed data ends too early: 29 bytes could be unpacked
            2:1 damaged-packing: the packed data is damaged: 29 bytes could be unpacked
            2:1 overlong-report: there is more than is read of one report: 29 bytes could be unpacked
            complete
        "#]]
        .assert_eq(&dump(&parsed));
    }
}
