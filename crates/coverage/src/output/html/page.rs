//! The document: a frame in which `app.js` shows the data, under a policy that allows this script and no other.

use gatewright_core::decimal::floored_percent;
use gatewright_core::escape::html;
use gatewright_core::sha256;

use super::data::{FileRow, index};
use super::{HtmlReport, Pack};
use crate::Unit;

const SCRIPT: &str = include_str!("app.js");
const STYLE: &str = include_str!("app.css");

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

    #[test]
    fn the_digest_is_the_one_of_the_policy() {
        // The example of the specification of Content Security Policy.
        assert_eq!(digest("alert('Hello, world.');"), "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn the_page_is_small_and_holds_no_end_of_itself() {
        assert!(SCRIPT.len() + STYLE.len() < 72_000, "{}", SCRIPT.len() + STYLE.len());
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
