//! Published hashes, and the slow form of the same sum.

use proptest::prelude::*;

use super::*;

/// Every line's hash, as it is written.
fn all(bytes: &[u8]) -> Vec<String> {
    let lines: Vec<u32> = (1..=u32::try_from(bytes.len()).unwrap() + 2).collect();
    line_hashes(bytes, &lines).into_iter().map_while(|hash| hash.map(|hash| hash.to_string())).collect()
}

/// As it is described: a ring of a hundred units, walked unit by unit.
fn by_ring(bytes: &[u8]) -> Vec<String> {
    struct Ring {
        window: [u64; 100],
        lines: [Option<u32>; 100],
        at: usize,
        hash: u64,
        first: u64,
        counts: HashMap<u64, u32>,
        emitted: Vec<(u32, String)>,
    }
    impl Ring {
        fn emit(&mut self) {
            if let Some(line) = self.lines[self.at].take() {
                let count = self.counts.entry(self.hash).or_default();
                *count += 1;
                self.emitted.push((line, format!("{:x}:{count}", self.hash)));
            }
        }
        fn feed(&mut self, unit: u64) {
            self.hash = self
                .hash
                .wrapping_mul(37)
                .wrapping_add(unit)
                .wrapping_sub(self.first.wrapping_mul(self.window[self.at]));
            self.window[self.at] = unit;
            self.at = (self.at + 1) % 100;
        }
    }
    let first = (0..100).fold(1_u64, |power, _| power.wrapping_mul(37));
    let mut ring = Ring {
        window: [0; 100],
        lines: [None; 100],
        at: 0,
        hash: 0,
        first,
        counts: HashMap::new(),
        emitted: Vec::new(),
    };
    let text = String::from_utf8_lossy(bytes);
    let (mut line, mut line_start, mut was_return) = (0, true, false);
    for unit in text.encode_utf16().chain([65535]) {
        if unit == 32 || unit == 9 || (was_return && unit == 10) {
            was_return = false;
            continue;
        }
        was_return = unit == 13;
        let unit = if was_return { 10 } else { unit };
        ring.emit();
        if line_start {
            line += 1;
            ring.lines[ring.at] = Some(line);
        }
        line_start = unit == 10;
        ring.feed(u64::from(unit));
    }
    for _ in 0..100 {
        ring.emit();
        ring.feed(0);
    }
    ring.emitted.into_iter().map(|(_, hash)| hash).collect()
}

fn check(text: impl AsRef<[u8]>, expected: &[&str]) {
    let text = text.as_ref();
    assert_eq!(all(text), expected, "{}", text.escape_ascii());
    assert_eq!(by_ring(text), expected, "the ring: {}", text.escape_ascii());
}

#[test]
fn the_vectors_that_codeql_action_publishes() {
    check("", &["c129715d7a2bc9a3:1"]);
    check(
        " a\nb\n  \t\tc\n d",
        &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    );
    check(
        "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
        &[
            "e54938cc54b302f1:1",
            "bb609acbe9138d60:1",
            "1131fd5871777f34:1",
            "5c482a0f8b35ea28:1",
            "54517377da7028d2:1",
            "2c644846cb18d53e:1",
            "f1b89f20de0d133:1",
            "c129715d7a2bc9a3:1",
        ],
    );
    check(
        "Lorem ipsum dolor sit amet.\n".repeat(10),
        &[
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ],
    );
}

#[test]
fn what_codeql_action_says_of_odd_texts() {
    check("\n", &["3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"]);
    check("a", &["53b5d4aabe50d64:1"]);
    check("\u{feff}a", &["32afc9aa38d90537:1"]);
    check("a\r\nb", &["c74339777b6a2c60:1", "8ee5a81e681643c1:1"]);
    check("a\r \nb", &["67c066a59e652f5e:1", "cc4c43d77869440f:1", "8ee5a81e681643c1:1"]);
    check("\u{1f600}x", &["a5ec3ae05c365d00:1"]);
    check(b"a\xffb", &["e5063219a977125b:1"]);
    check(b"a\xe2\x82b", &["e5063219a977125b:1"]);
    check(b"a\xe2\x82", &["41ffb3469667910d:1"]);
    check(b"a\xed\xa0\x80b", &["8a4d85e235e46011:1"]);
    check("a\0b", &["a8f9861ba96ab5e6:1"]);
    check("a\u{ffff}b", &["84ae892c06aa2a0d:1"]);
    check("a\u{2028}b", &["a791795e22e3afce:1"]);
}

#[test]
fn only_what_is_asked_for_is_counted_and_what_is_not_there_has_no_hash() {
    let text = "Lorem ipsum dolor sit amet.\n".repeat(10);
    let found = line_hashes(text.as_bytes(), &[0, 3, 3, 11, 12, 4_000_000_000]);
    let found: Vec<_> = found.iter().map(|hash| hash.map(|hash| hash.to_string())).collect();
    let third = Some("a7f2ff13bc495cf2:3".to_owned());
    let last = Some("c129715d7a2bc9a3:1".to_owned());
    assert_eq!(found, [None, third.clone(), third, last, None, None]);
    assert!(line_hashes(b"x", &[]).is_empty());
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[ -~]{0,60}".prop_map(String::into_bytes),
        2 => "[ \t]{0,9}".prop_map(String::into_bytes),
        3 => prop_oneof![Just("\n"), Just("\r"), Just("\r\n"), Just("\r \n"), Just("\n\r")].prop_map(|end| end.as_bytes().to_vec()),
        1 => "\\PC{0,8}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
        1 => Just("x\n".repeat(150).into_bytes()),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn it_agrees_with_the_ring(text in texts()) {
        prop_assert_eq!(all(&text), by_ring(&text));
    }

    #[test]
    fn a_line_asked_for_alone_has_the_same_hash(text in texts(), line in 1_u32..60) {
        let alone = line_hashes(&text, &[line])[0].map(|hash| hash.to_string());
        let all = all(&text);
        prop_assert_eq!(alone.as_ref(), all.get(line as usize - 1));
    }

    #[test]
    fn ends_of_lines_do_not_matter(lines in proptest::collection::vec("[a-z(){} ]{0,40}", 0..30)) {
        let [unix, mac, windows] = ["\n", "\r", "\r\n"].map(|end| all(lines.join(end).as_bytes()));
        prop_assert_eq!(&unix, &mac);
        prop_assert_eq!(&unix, &windows);
    }
}
