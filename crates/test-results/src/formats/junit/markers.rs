//! `[[ATTACHMENT|path]]` in what a test printed: the convention of Jenkins and GitLab. The output itself is not kept.

/// What a marker begins with.
const OPENING: &[u8] = b"[[ATTACHMENT|";

/// Bytes of a path that are believed to be one.
const LONGEST: usize = 1024;

/// Looks for markers in a text that comes in pieces, cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Markers {
    /// What may be the beginning of one.
    open: Vec<u8>,
}

impl Markers {
    /// A new text begins.
    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    /// Takes a piece, and hands on the path of each marker that ends in it.
    pub(super) fn push(&mut self, piece: &[u8], found: &mut dyn FnMut(String)) {
        let mut rest: &[u8] = if self.open.is_empty() {
            piece
        } else {
            self.open.extend_from_slice(piece);
            &std::mem::take(&mut self.open)
        };
        while let Some(at) = memchr::memmem::find(rest, OPENING) {
            let inside = &rest[at + OPENING.len()..];
            let Some(end) = memchr::memmem::find(inside, b"]]") else {
                if inside.len() <= LONGEST {
                    self.open = rest[at..].to_vec();
                }
                return;
            };
            let path = &inside[..end];
            if end <= LONGEST && !path.contains(&b'\n') {
                found(String::from_utf8_lossy(path).trim().to_owned());
            }
            rest = &inside[end + 2..];
        }
        // The last bytes may begin a marker that the next piece ends.
        let tail = (1..OPENING.len()).rev().find(|length| rest.ends_with(&OPENING[..*length]));
        self.open.extend_from_slice(&rest[rest.len() - tail.unwrap_or(0)..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pieces: &[&str]) -> Vec<String> {
        let mut markers = Markers::default();
        let mut all = Vec::new();
        for piece in pieces {
            markers.push(piece.as_bytes(), &mut |path| all.push(path));
        }
        all
    }

    #[test]
    fn markers_are_found_however_they_are_cut() {
        let text =
            "a [[ATTACHMENT|shots/a.png]] b [[ATTACHMENT| c.log ]][[ATTACHMENT|no\nend]] [[ATTACHMENT|open";
        let expected = ["shots/a.png", "c.log"];
        assert_eq!(found(&[text]), expected);
        for at in 0..text.len() {
            assert_eq!(found(&[&text[..at], &text[at..]]), expected, "cut at {at}");
        }
        let single: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(found(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
        assert!(found(&["[[ATTACHMENT|", &"x".repeat(5000), "]]"]).is_empty());
    }
}
