//! Files that a report names beside a test: screenshots, logs, traces. Their paths are foreign text, and nobody looks
//! whether they exist. Knows no format.
//!
//! There are two ways in the wild: a property whose name says it (`attachment`, Playwright and others), and
//! `[[ATTACHMENT|path]]` in the output (Jenkins, GitLab).

/// Attachments of one test that are shown.
const MOST: usize = 20;

/// Bytes of a path that are believed to be one.
const LONGEST: usize = 1024;

const OPENING: &str = "[[ATTACHMENT|";

/// The paths, each once, in the order in which they stand.
pub(super) fn attachments<'a>(properties: &'a [(String, String)], texts: &[&'a str]) -> Vec<&'a str> {
    let named = properties.iter().filter(|(name, _)| is_attachment(name)).map(|(_, value)| value.as_str());
    let written = texts.iter().flat_map(|text| {
        text.split(OPENING).skip(1).filter_map(|rest| rest.split_once("]]").map(|(path, _)| path))
    });
    let mut paths = Vec::new();
    for path in named.chain(written).map(str::trim) {
        let is_path = !path.is_empty() && path.len() <= LONGEST && !path.contains('\n');
        if is_path && !paths.contains(&path) {
            paths.push(path);
            if paths.len() == MOST {
                break;
            }
        }
    }
    paths
}

/// Whether a property is a file.
pub(super) fn is_attachment(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let start = name.split([':', '.', '/', '[']).next().unwrap_or_default();
    matches!(start, "attachment" | "attachments" | "screenshot" | "video" | "trace-file")
}

/// The kind of content, as far as the ending of a path tells it.
pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("webp") => "image/webp",
        Some("webm") => "video/webm",
        Some("mp4") => "video/mp4",
        Some("txt" | "log") => "text/plain",
        Some("html" | "htm") => "text/html",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_and_output_name_files() {
        let properties =
            [("attachment", "a.png"), ("owner", "b.png"), ("Attachments[1]", "c.log"), ("attachment", "")];
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = "x [[ATTACHMENT|out/d.webm]] y [[ATTACHMENT|a.png]] [[ATTACHMENT|open\nend]] [[ATTACHMENT|never closed";
        let found = attachments(&properties, &[text]);
        assert_eq!(found, ["a.png", "c.log", "out/d.webm"]);
        assert_eq!(
            found.iter().map(|path| content_type(path)).collect::<Vec<_>>(),
            ["image/png", "text/plain", "video/webm"]
        );
    }
}
