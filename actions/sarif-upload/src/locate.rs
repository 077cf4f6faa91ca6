//! Where a value stands in a JSON text: its line. It walks over the text once, holds nothing, and expects a text that
//! has been read already; in any other it finds nothing.

/// One step down into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into an object's member.
    Key(&'static str),
    /// Into an array's element, from 0.
    Index(usize),
}

/// The line of a value, from 1.
pub(crate) fn line(text: &[u8], path: &[Step]) -> Option<u32> {
    let mut walk = Walk { text, at: 0 };
    for step in path {
        match step {
            Step::Key(key) => walk.enter_member(key)?,
            Step::Index(index) => walk.enter_element(*index)?,
        }
    }
    walk.skip_space();
    let lines = text.get(..walk.at)?.split(|byte| *byte == b'\n').count();
    u32::try_from(lines).ok()
}

/// The path as readers know it: `runs[0].results[3]`.
pub(crate) fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text += key,
            Step::Key(key) => text += &format!(".{key}"),
            Step::Index(index) => text += &format!("[{index}]"),
        }
    }
    text
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn enter_member(&mut self, key: &str) -> Option<()> {
        self.take(b'{')?;
        loop {
            self.skip_space();
            let start = self.at;
            self.skip_string()?;
            let found = self.text.get(start + 1..self.at - 1)? == key.as_bytes();
            self.take(b':')?;
            if found {
                return Some(());
            }
            self.skip_value()?;
            self.take(b',')?;
        }
    }

    fn enter_element(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        for _ in 0..index {
            self.skip_value()?;
            self.take(b',')?;
        }
        Some(())
    }

    fn skip_string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Over a whole value, however deep it is.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b',' | b':' => return None,
                _ => {
                    let plain =
                        |byte: &u8| !matches!(byte, b',' | b':' | b'}' | b']') && !byte.is_ascii_whitespace();
                    self.at += self.text[self.at..].iter().take_while(|byte| plain(byte)).count();
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATH: [Step; 4] = [Step::Key("runs"), Step::Index(1), Step::Key("results"), Step::Index(2)];

    #[test]
    fn values_are_found_behind_others() {
        let text = "{\n \"a\": [{\"runs\": \"x\\\"]}\"}, -1.5e3],\n \"runs\": [\n  {\"results\": []},\n  {\"x\": null, \"results\": [ {}, [true, []],\n   7\n  ]}\n ]\n}";
        assert_eq!(line(text.as_bytes(), &PATH), Some(6));
        assert_eq!(line(text.as_bytes(), &PATH[..2]), Some(5));
        assert_eq!(line(text.as_bytes(), &[]), Some(1));
        assert_eq!(shown(&PATH), "runs[1].results[2]");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for text in [
            "",
            "{",
            "[]",
            "{\"runs\":[]}",
            "{\"runs\":[1,{\"results\":[1,2]}]}",
            "{\"runs\":[,,]}",
            "{\"runs\\",
        ] {
            assert_eq!(line(text.as_bytes(), &PATH), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[\\[\\]{}\":,\\\\a1 \n]{0,60}") {
            let text = format!("{{\"runs\":{text}");
            let _ = line(text.as_bytes(), &PATH);
        }
    }
}
