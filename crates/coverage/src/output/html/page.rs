//! The document: a frame in which the script shows the data, under a policy that allows this script and no other.

use gatewright_core::decimal::floored_percent;
use gatewright_core::escape::html;
use gatewright_core::sha256;

use super::data::{FileRow, index};
use super::{HtmlReport, Pack};
use crate::Unit;

/// The page's own script: each file speaks of those before it.
const SCRIPT: &str = concat!(
    include_str!("app/figures.js"),
    include_str!("app/rows.js"),
    include_str!("app/overview.js"),
    include_str!("app/source.js"),
    include_str!("app/search.js"),
);
const STYLE: &str = include_str!("app/app.css");

/// A bar that is three quarters full.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23cf222e'/%3E%3Cpath d='M0 4a4 4 0 0 1 4-4h8v16H4a4 4 0 0 1-4-4z' fill='%231a7f37'/%3E%3C/svg%3E";

/// `index.html`.
pub(super) fn page(report: &HtmlReport<'_>, rows: &[FileRow<'_>], packs: &[Pack]) -> Vec<u8> {
    let data = index(report, rows, packs);
    let held = packs.iter().any(|pack| matches!(pack, Pack::Held(_)));
    // Scripts with sources lie beside the page, on a server or in the file system.
    let neighbours = if held || packs.is_empty() { "" } else { " 'self' file:" };
    let mut page = String::with_capacity(data.len() + SCRIPT.len() + STYLE.len() + 4096);
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
         <meta name=\"generator\" content=\"Gatewright {}\">\n<title>{} · coverage</title>\n\
         <link rel=\"icon\" href=\"{ICON}\">\n<style>{STYLE}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        html(report.title),
    ));
    page.push_str(&without_script(report));
    page.push_str(&format!("<script type=\"application/json\" id=\"index\">{data}</script>\n"));
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

/// The totals for a browser that runs no scripts.
fn without_script(report: &HtmlReport<'_>) -> String {
    let mut rows = String::new();
    for unit in Unit::ALL {
        let ratio = report.totals.ratio(unit);
        if let Some(percent) = floored_percent(ratio.covered, ratio.total) {
            rows.push_str(&format!(
                "<tr><td>{}<td>{percent} %<td>{} of {}</tr>",
                unit.name(),
                ratio.covered,
                ratio.total
            ));
        }
    }
    format!(
        "<noscript><main><h1>{}</h1><table>{rows}</table><p>The files and their lines need scripts to be shown.</p></main></noscript>\n",
        html(report.title)
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
            ("--bg", &["--fg", "--dim", "--accent", "--good", "--near", "--low", "--c", "--s", "--n", "--k"]),
            ("--soft", &["--fg", "--dim", "--good", "--near", "--low"]),
            ("--raised", &["--fg", "--dim", "--accent", "--good", "--near", "--low"]),
            ("--missed", &["--fg", "--dim", "--low", "--c", "--s", "--n", "--k"]),
            ("--partial", &["--fg", "--dim", "--near", "--c", "--s", "--n", "--k"]),
            ("--target", &["--fg", "--dim", "--accent", "--low", "--c", "--s", "--n", "--k"]),
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
        assert!(SCRIPT.len() + STYLE.len() < 70_000, "{}", SCRIPT.len() + STYLE.len());
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
