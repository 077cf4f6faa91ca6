//! Text from outside reaches a place only through the escaping of that place. One function a place; nothing
//! else in the workspace writes foreign text into a command, Markdown, HTML or a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The data of a workflow command. `%` goes first, so that the runner's single decode restores the text.
pub fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property value of a workflow command.
pub fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text that is printed to the step's log as it is: no line of it can be a command of either form, and nothing
/// in it steers a terminal. Line breaks stay, except a lone carriage return, which the runner takes for one.
pub fn log_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            safe.push('\n');
        }
        let line = terminal(line.strip_suffix('\r').unwrap_or(line));
        // The runner trims blanks of Unicode before it looks for `::`, and finds `##[` anywhere.
        let blanks = line.len() - line.trim_start().len();
        let (lead, rest) = line.split_at(blanks);
        safe.push_str(lead);
        // A backslash, as the runner itself uses: text comparison by culture skips invisible characters.
        if rest.starts_with("::") {
            safe.push('\\');
        }
        safe.push_str(&rest.replace("##[", "##\\["));
    }
    safe
}

/// A line for a terminal: control characters become visible, as do those that reorder or hide text.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe_in_terminal) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !is_unsafe_in_terminal(c) => safe.push(c),
            '\0'..='\u{1f}' => safe.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => safe.push('\u{2421}'),
            c => {
                // Writing to a String never fails.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe_in_terminal(c: char) -> bool {
    let reorders = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    (c.is_control() && c != '\t' && c != '\n') || reorders
}

/// Inline Markdown as GitHub renders it. Character references can't form structure, so every character that
/// could is one; `@`, `#` and `:` are parted from what follows, because mentions, issue numbers and emoji are found
/// in the rendered text. Line breaks become blanks.
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let flat = one_line(text);
    let mut characters = flat.chars().peekable();
    let mut at_start = true;
    while let Some(c) = characters.next() {
        match c {
            '@' | '#' if characters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                let _ = write!(safe, "&#{};<!-- -->", u32::from(c));
            }
            ':' if characters
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || matches!(next, '+' | '-' | '/')) =>
            {
                safe.push_str("&#58;<!-- -->");
            }
            '&' | '<' | '>' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '\\' | '@' | '#' | '$' | '!' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            '-' | '+' | '=' if at_start => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            '.' if safe.bytes().all(|byte| byte.is_ascii_digit()) || safe.ends_with("www") => {
                safe.push_str("&#46;");
            }
            c => safe.push(c),
        }
        at_start = false;
    }
    safe
}

/// A name in Markdown, shown in the font of code. The element keeps GitHub from looking for mentions and emoji.
pub fn markdown_code(text: &str) -> String {
    format!("<code>{}</code>", markdown(text))
}

/// HTML text and double-quoted attribute values.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if is_unsafe_in_terminal(c) && c != '\r' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// A fence that the text can't close: one backtick more than its longest run.
pub fn markdown_fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// JSON that stands inside a `<script>` element: it can't end the element or open a comment.
pub fn json_in_html(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// JSON that is printed to a step's log: the runner finds `##[` anywhere in a line. It reads as the same JSON.
pub fn json_in_log(json: &str) -> String {
    json.replace("##[", "#\\u0023[")
}

/// XML that is printed to a step's log: no line of it can be a command of either form. It reads as the same XML.
pub fn xml_in_log(xml: &str) -> String {
    // A lone carriage return ends a line for the runner, too.
    let xml = xml.replace('\r', "&#13;");
    let safe = xml.split_inclusive('\n').map(|line| {
        let rest = line.trim_start();
        match rest.strip_prefix("::") {
            Some(after) => format!("{}&#58;:{after}", &line[..line.len() - rest.len()]),
            None => line.to_owned(),
        }
    });
    safe.collect::<String>().replace("##[", "#&#35;[")
}

fn one_line(text: &str) -> String {
    let spaced = text.replace("\r\n", " ");
    spaced
        .chars()
        .map(|c| if c == '\n' || c == '\r' { ' ' } else { c })
        .filter(|c| !is_unsafe_in_terminal(*c))
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands() {
        assert_eq!(command_data("50%\r\n::x"), "50%25%0D%0A::x");
        assert_eq!(command_property("a,b:c%3A"), "a%2Cb%3Ac%253A");
    }

    #[test]
    fn logs_hold_no_command() {
        expect![[r#"
            ok
            \::error::x
             \::error::x
            a ##\[error]x␍::error::y"#]]
        .assert_eq(&log_text("ok\n::error::x\r\n ::error::x\na ##[error]x\r::error::y"));
    }

    #[test]
    fn markdown_shows_what_was_written() {
        expect!["a&#124;b &#60;img&#62; &#42;&#42;x&#42;&#42; &#64;<!-- -->org &#96;c&#96; see &#35;<!-- -->12 http&#58;<!-- -->//x"]
            .assert_eq(&markdown("a|b <img> **x** @org `c` see #12\nhttp://x"));
        expect!["1&#46; no list, &#45;"].assert_eq(&format!("{}, {}", markdown("1. no list"), markdown("-")));
    }

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(terminal("a\u{1b}[31mb\u{202e}c\td"), "a␛[31mb\\u{202e}c\td");
    }

    #[test]
    fn documents_in_logs_hold_no_command_and_read_the_same() {
        let text = "a###[error]x\n ::error::y";
        let json = json_in_log(&serde_json::to_string(text).unwrap());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        assert_eq!(json, r#""a##\u0023[error]x\n ::error::y""#);
        expect![["<a>\n  &#58;:error::y #&#35;[error]</a>"]]
            .assert_eq(&xml_in_log("<a>\n  ::error::y ##[error]</a>"));
    }

    proptest! {
        #[test]
        fn no_markdown_structure_survives(text in "\\PC{0,40}|[|`*<>\\[\\]\n\r@#!-]{0,20}") {
            let safe = markdown(&text).replace("<!-- -->", "");
            prop_assert!(!safe.contains(['\n', '\r', '|', '`', '*', '<', '>', '[', ']']));
        }

        #[test]
        fn html_restores(text in "\\PC{0,40}") {
            let safe = html(&text);
            prop_assert!(!safe.contains(['<', '>', '"', '\'']));
            let back = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(back.replace('\u{fffd}', ""), text.chars().filter(|c| !is_unsafe_in_terminal(*c) && *c != '\u{fffd}').collect::<String>());
        }

        #[test]
        fn fences_can_not_be_closed(text in "[`a\n]{0,40}") {
            let fence = markdown_fence(&text);
            prop_assert!(!text.contains(&fence));
        }
    }
}
