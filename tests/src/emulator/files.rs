//! The grammar of the files `GITHUB_OUTPUT`, `GITHUB_ENV`, `GITHUB_STATE` and `GITHUB_PATH`, with the error
//! texts of the runner. It does not know what a value is for.

use super::{Os, lines};

/// The pairs before the first bad line, which have taken effect, and what is wrong with that line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Names and values, in the order of the file.
    pub pairs: Vec<(String, String)>,
    /// The text of the error that ends the reading.
    pub error: Option<String>,
}

/// Reads `name=value` and `name<<DELIMITER` entries.
pub fn read_pairs(bytes: &[u8], os: Os) -> Pairs {
    let text = lines::decode_file(bytes);
    let mut cursor = Cursor { rest: &text, os };
    let mut read = Pairs::default();
    while let Some((line, _)) = cursor.next() {
        if line.is_empty() {
            continue;
        }
        match read_entry(line, &mut cursor) {
            Ok(pair) => read.pairs.push(pair),
            Err(error) => {
                read.error = Some(error);
                break;
            }
        }
    }
    read
}

/// Whichever of `=` and `<<` comes first decides.
fn read_entry(line: &str, cursor: &mut Cursor) -> Result<(String, String), String> {
    match (line.find('='), line.find("<<")) {
        (equals, Some(heredoc)) if equals.is_none_or(|equals| heredoc < equals) => {
            let (name, delimiter) = (&line[..heredoc], &line[heredoc + 2..]);
            if name.is_empty() || delimiter.is_empty() {
                return Err(format!(
                    "Invalid format '{line}'. Name must not be empty and delimiter must not be empty"
                ));
            }
            Ok((name.to_owned(), read_value(delimiter, cursor)?))
        }
        (Some(equals), _) => Ok((line[..equals].to_owned(), line[equals + 1..].to_owned())),
        (None, _) => Err(format!("Invalid format '{line}'")),
    }
}

fn read_value(delimiter: &str, cursor: &mut Cursor) -> Result<String, String> {
    let start = cursor.rest;
    let mut end = 0;
    loop {
        match cursor.next() {
            Some((line, _)) if line == delimiter => return Ok(start[..end].to_owned()),
            Some((_, 0)) => return Err("Invalid value. EOF marker missing new line.".to_owned()),
            Some((_, newline)) => end = start.len() - cursor.rest.len() - newline,
            None => return Err(format!("Invalid value. Matching delimiter not found '{delimiter}'")),
        }
    }
}

struct Cursor<'a> {
    rest: &'a str,
    os: Os,
}

impl<'a> Cursor<'a> {
    /// The next line and the length of the line break after it. `\r\n` is one on Windows only.
    fn next(&mut self) -> Option<(&'a str, usize)> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((line, rest)) = self.rest.split_once('\n') else {
            return Some((std::mem::take(&mut self.rest), 0));
        };
        self.rest = rest;
        match line.strip_suffix('\r') {
            Some(line) if self.os == Os::Windows => Some((line, 2)),
            _ => Some((line, 1)),
        }
    }
}

/// Adds the directories of a `GITHUB_PATH` file to those that earlier steps prepended, first place first.
pub fn prepend_path(path: &mut Vec<String>, bytes: &[u8]) {
    let text = lines::decode_file(bytes);
    for line in lines::cut(text.as_bytes()) {
        if !line.is_empty() {
            path.retain(|directory| *directory != line);
            path.insert(0, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(text: &str) -> Pairs {
        read_pairs(text.as_bytes(), Os::Linux)
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn whichever_of_equals_and_heredoc_comes_first_decides() {
        for (text, expected) in [
            ("a=b\n", &[("a", "b")][..]),
            ("a=b<<c\n", &[("a", "b<<c")]),
            ("a<<b=c\nv\nb=c\n", &[("a", "v")]),
            ("a=\n\n\nb=c=d", &[("a", ""), ("b", "c=d")]),
            ("=value\n", &[("", "value")]),
            (" a =  b \n", &[(" a ", "  b ")]),
        ] {
            assert_eq!(linux(text), Pairs { pairs: pairs(expected), error: None }, "{text:?}");
        }
    }

    #[test]
    fn a_heredoc_value_loses_only_its_last_newline() {
        for (text, value) in [
            ("a<<E\nE\n", ""),
            ("a<<E\n\nE\n", ""),
            ("a<<E\n\n\nE\n", "\n"),
            ("a<<E\none\ntwo\n\nE", "one\ntwo\n"),
            ("a<<E\n E\nE \nE\n", " E\nE "),
            ("a<<E\nx=y\nb<<F\nE\n", "x=y\nb<<F"),
            ("a<<E\none\r\nE\n", "one\r"),
        ] {
            assert_eq!(linux(text), Pairs { pairs: pairs(&[("a", value)]), error: None }, "{text:?}");
        }
    }

    #[test]
    fn carriage_returns_are_line_breaks_on_windows_only() {
        let text = b"a=b\r\nc<<E\r\nx\r\ny\nE\r\n";
        let windows = read_pairs(text, Os::Windows);
        assert_eq!(windows, Pairs { pairs: pairs(&[("a", "b"), ("c", "x\r\ny")]), error: None });
        let linux = read_pairs(text, Os::Linux);
        assert_eq!(linux, Pairs { pairs: pairs(&[("a", "b\r"), ("c", "x\r\ny")]), error: None });
        let mixed = read_pairs(b"c<<E\r\nx\r\nE\n", Os::Linux);
        assert_eq!(mixed.error.as_deref(), Some("Invalid value. Matching delimiter not found 'E\r'"));
    }

    #[test]
    fn errors_keep_the_pairs_above_them() {
        for (text, error) in [
            ("ok=1\nneither\nlater=2\n", "Invalid format 'neither'"),
            (
                "ok=1\n<<E\nE\n",
                "Invalid format '<<E'. Name must not be empty and delimiter must not be empty",
            ),
            (
                "ok=1\na<<\nE\n",
                "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty",
            ),
            ("ok=1\na<<E\nvalue\n", "Invalid value. Matching delimiter not found 'E'"),
            ("ok=1\na<<E\n", "Invalid value. Matching delimiter not found 'E'"),
            ("ok=1\na<<E\nvalue", "Invalid value. EOF marker missing new line."),
            ("ok=1\na<<E value E", "Invalid value. Matching delimiter not found 'E value E'"),
        ] {
            let expected = Pairs { pairs: pairs(&[("ok", "1")]), error: Some(error.to_owned()) };
            assert_eq!(linux(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_delimiter_inside_the_value_lets_the_rest_speak() {
        let read = linux("title<<EOF\nhostile\nEOF\nverdict=pass\nEOF\n");
        assert_eq!(read.pairs, pairs(&[("title", "hostile"), ("verdict", "pass")]));
        assert_eq!(read.error.as_deref(), Some("Invalid format 'EOF'"));
    }

    #[test]
    fn the_last_directory_wins_the_first_place() {
        let mut path = vec!["/old".to_owned(), "/b".to_owned()];
        prepend_path(&mut path, b"/a\r\n\n/b\n /c\n");
        assert_eq!(path, [" /c", "/b", "/a", "/old"]);
    }
}
