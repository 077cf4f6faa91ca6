//! What GitHub makes of the `uri` of a location: a path of the repository, an absolute address, or none at all.

/// What a `uri` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Uri<'a> {
    /// It is relative: a path.
    Path,
    /// It is absolute, with a scheme.
    Absolute(&'a str),
    /// It is empty.
    Empty,
    /// It is none.
    Invalid,
}

/// Reads one, as strictly as GitHub does: a relative one may hold spaces, but neither a broken percent escape nor a colon
/// before the first slash.
pub(crate) fn classify(text: &str) -> Uri<'_> {
    if text.trim().is_empty() {
        return Uri::Empty;
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) || !escapes_are_whole(text) {
        return Uri::Invalid;
    }
    match text.split_once(':') {
        Some((scheme, _)) if is_scheme(scheme) => Uri::Absolute(scheme),
        Some((before, _)) if !before.contains(['/', '?', '#']) => Uri::Invalid,
        _ => Uri::Path,
    }
}

fn is_scheme(text: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(rest)
}

fn escapes_are_whole(text: &str) -> bool {
    let bytes = text.split(['?', '#']).next().unwrap_or_default().as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    (0..bytes.len()).filter(|at| bytes[*at] == b'%').all(|at| hex(at + 1) && hex(at + 2))
}

/// A folder of this machine as a `file:` address.
pub(crate) fn of_folder(path: &str) -> String {
    let path = path.replace('\\', "/");
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b':');
    let encoded: String = path
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let slash = if encoded.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", encoded.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_paths() {
        for path in ["src/a.rs", "a b/c", "%20a", "./a", "../a", "a/b:c", "/abs", "a?x:y", "ü/ö"] {
            assert_eq!(classify(path), Uri::Path, "{path}");
        }
        for (text, scheme) in
            [("file:///a", "file"), ("https://x/y", "https"), ("git::https://x", "git"), ("C:\\a", "C")]
        {
            assert_eq!(classify(text), Uri::Absolute(scheme), "{text}");
        }
        for text in ["", " ", "\t"] {
            assert_eq!(classify(text), Uri::Empty, "{text:?}");
        }
        for text in ["%SRCROOT%/a", "a%2", "a\nb", "1a:b", ":a"] {
            assert_eq!(classify(text), Uri::Invalid, "{text:?}");
        }
    }

    #[test]
    fn folders_become_addresses() {
        assert_eq!(of_folder("/src/app"), "file:///src/app");
        assert_eq!(of_folder("/a b/ü/"), "file:///a%20b/%C3%BC");
        assert_eq!(of_folder("D:\\a\\repo"), "file:///D:/a/repo");
    }
}
