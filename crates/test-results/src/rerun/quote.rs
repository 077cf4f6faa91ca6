//! Names as arguments: quoted for a shell, escaped for the languages of patterns that test programs have.

/// A word of a POSIX shell that means this text and nothing else. A text with control characters has none that people
/// should paste: callers leave those out.
pub(crate) fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A regular expression for this text, in the dialects of Go, JavaScript and CMake: they agree on these characters.
pub(crate) fn regex(text: &str) -> String {
    escape(text, r"\.+*?()|[]{}^$")
}

/// The value of an exact match (`test(=…)`) in a filterset of nextest: `)`, `,` and `\` take a backslash, and blanks at the ends
/// would be trimmed.
pub(crate) fn filterset(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_end = at == 0 || at + c.len_utf8() == text.len();
        match c {
            '\\' | ')' | ',' => escaped.extend(['\\', c]),
            c if c.is_control() || c.is_whitespace() && is_end => {
                escaped.extend(c.escape_unicode());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The value of a condition in a filter of the test platform of .NET.
pub(crate) fn dotnet(text: &str) -> String {
    escape(text, r"\()&|=!~")
}

fn escape(text: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
