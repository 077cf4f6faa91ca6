//! The document: a frame in which the script shows the data, under a policy that allows this script and no other.

use gatewright_core::escape::html;
use gatewright_core::sha256;

use super::HtmlReport;
use super::data::Pack;
use crate::collect::Failure;
use crate::table::TestOutcome;

/// The page's own script: each file speaks of those before it.
const SCRIPT: &str = concat!(
    include_str!("app/tests.js"),
    include_str!("app/rows.js"),
    include_str!("app/list.js"),
    include_str!("app/detail.js"),
    include_str!("app/keys.js"),
);
const STYLE: &str = include_str!("app/app.css");

/// Failures that a browser without scripts shows.
const MOST_PLAIN: usize = 200;

/// Bytes of their texts.
const MOST_PLAIN_TEXT: usize = 2000;

/// A tick and a cross.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%231a7f37'/%3E%3Cpath d='M4 8.5l2.7 2.7L12 5.5' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

/// `index.html`.
pub(super) fn page(report: &HtmlReport<'_>, index: &str, packs: &[Pack]) -> Vec<u8> {
    // Scripts with words lie beside the page, on a server or in the file system.
    let is_folder = packs.iter().any(|pack| matches!(pack, Pack::Written(_)));
    let neighbours = if is_folder { " 'self' file:" } else { "" };
    let mut page = String::with_capacity(index.len() + SCRIPT.len() + STYLE.len() + 4096);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'{neighbours}; \
         style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
        digest(SCRIPT),
        digest(STYLE),
    ));
    page.push_str(&format!(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"Gatewright {}\">\n<title>{} · tests</title>\n\
         <link rel=\"icon\" href=\"{ICON}\">\n<style>{STYLE}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        html(report.title),
    ));
    page.push_str(&without_script(report));
    page.push_str(&format!("<script type=\"application/json\" id=\"index\">{index}</script>\n"));
    for (number, pack) in packs.iter().enumerate() {
        if let Pack::Held(content) = pack {
            page.push_str(&format!(
                "<script type=\"application/json\" id=\"pack{number}\">{content}</script>\n"
            ));
        }
    }
    page.push_str(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    page.into_bytes()
}

/// The headline and what failed, for a browser that runs no scripts.
fn without_script(report: &HtmlReport<'_>) -> String {
    let failures = &report.evidence.results.failures;
    let mut page = format!(
        "<noscript><main class=\"plain\"><h1>{}</h1><p><b>{}</b> {}</p>",
        html(report.title),
        html(report.verdict),
        html(report.headline)
    );
    if !report.reasons.is_empty() {
        let reasons: String =
            report.reasons.iter().map(|reason| format!("<li>{}</li>", html(reason))).collect();
        page.push_str(&format!("<ul>{reasons}</ul>"));
    }
    for failure in failures.iter().take(MOST_PLAIN) {
        page.push_str(&plain_failure(failure));
    }
    let more = failures.len().saturating_sub(MOST_PLAIN);
    if more > 0 {
        page.push_str(&format!("<p>… and {more} more.</p>"));
    }
    page.push_str("<p>All tests, search and filters need scripts to be shown.</p></main></noscript>\n");
    page
}

fn plain_failure(failure: &Failure) -> String {
    let outcome = match failure.outcome {
        TestOutcome::Errored => "error",
        TestOutcome::Flaky => "flaky",
        _ => "failed",
    };
    let variant = if failure.variant.is_empty() { String::new() } else { format!(" ({})", failure.variant) };
    format!(
        "<h2>{outcome}: {}</h2><p>{}</p><pre>{}</pre>",
        html(&format!("{}{variant}", failure.title())),
        html(&failure.detail.message),
        html(&failure.detail.text.trimmed(MOST_PLAIN_TEXT).shown())
    )
}

/// The hash by which the policy knows a script or a style: SHA-256 in Base64.
fn digest(content: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hexadecimal = sha256(content.as_bytes());
    let nibble = |index: usize| {
        hexadecimal.as_bytes().get(index).map_or(0, |digit| char::from(*digit).to_digit(16).unwrap_or(0))
    };
    // 64 nibbles, three for two digits; 256 bits leave four bits over, so the last of 43 digits is filled with zeros.
    let mut text = String::with_capacity(44);
    for group in 0..22 {
        let bits = nibble(3 * group) << 8 | nibble(3 * group + 1) << 4 | nibble(3 * group + 2);
        for digit in [bits >> 6, bits & 63] {
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text.truncate(43);
    text.push('=');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colours of the style, the light ones and the dark ones.
    fn palettes() -> [Vec<(&'static str, [f64; 3])>; 2] {
        let blocks: Vec<&str> = STYLE.split('}').filter(|block| block.contains("--bg:")).collect();
        assert_eq!(blocks.len(), 3, "light, dark by the system, dark by choice");
        let colours = |block: &'static str| {
            let declared = block.split([';', '{', '\n']).filter_map(|part| part.trim().split_once(": #"));
            let channel = |digits: &str, at: usize| {
                let (at, width) = if digits.len() == 3 { (at, 1) } else { (2 * at, 2) };
                let value = u32::from_str_radix(&digits[at..at + width].repeat(3 - width), 16).unwrap();
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            let opaque = declared.filter(|(_, digits)| matches!(digits.len(), 3 | 6));
            opaque.map(|(name, digits)| (name, [0, 1, 2].map(|at| channel(digits, at)))).collect()
        };
        assert_eq!(
            blocks[1].split("--bg").nth(1),
            blocks[2].split("--bg").nth(1),
            "both dark palettes are one"
        );
        [colours(blocks[0]), colours(blocks[1])]
    }

    /// The formula of WCAG 2 for contrast; AA asks for 4.5 to 1.
    #[test]
    fn text_stands_out_on_every_ground() {
        let grounds: [(&str, &[&str]); 6] = [
            ("--bg", &["--fg", "--dim", "--accent", "--good", "--near", "--low"]),
            ("--soft", &["--fg", "--dim", "--accent", "--good", "--near", "--low"]),
            ("--raised", &["--fg", "--dim", "--accent", "--good", "--near", "--low"]),
            ("--missed", &["--fg", "--low"]),
            ("--partial", &["--fg", "--near"]),
            ("--target", &["--fg", "--dim", "--accent", "--good", "--near", "--low"]),
        ];
        for palette in palettes() {
            let luminance = |name: &str| {
                let (_, [r, g, b]) = palette.iter().find(|(known, _)| *known == name).unwrap();
                0.2126 * r + 0.7152 * g + 0.0722 * b
            };
            for (ground, texts) in grounds {
                for text in texts {
                    let (one, other) = (luminance(ground), luminance(text));
                    let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                    assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn the_digest_is_the_one_of_the_policy() {
        // The example of the specification of Content Security Policy.
        assert_eq!(digest("alert('Hello, world.');"), "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn the_page_is_small_and_holds_no_end_of_itself() {
        assert!(SCRIPT.len() + STYLE.len() < 60_000, "{}", SCRIPT.len() + STYLE.len());
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--") && !STYLE.contains("</"));
        // The name of SVG is the only address.
        assert_eq!(SCRIPT.matches("//www").count(), 1);
        for forbidden in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
        {
            assert!(!SCRIPT.contains(forbidden), "{forbidden}");
        }
    }
}
