//! `.gitleaksignore`: one fingerprint a line, `commit:file:rule:line` or `file:rule:line`; `#` begins a comment.
//! Grammar: `AddGitleaksIgnore` in `detect/detect.go` of Gitleaks 8.

use super::ListEntry;

/// An entry.
pub(super) fn entry(line: u32, text: &str, comment: Option<&str>) -> Result<ListEntry, String> {
    let parts: Vec<&str> = text.rsplitn(3, ':').collect();
    let is_one = matches!(parts.as_slice(), [line, rule, file]
        if line.parse::<u32>().is_ok() && !rule.is_empty() && !file.is_empty());
    if !is_one {
        return Err(format!("`{text}` is no fingerprint: `commit:file:rule:line` or `file:rule:line`"));
    }
    Ok(ListEntry {
        line,
        named: text.to_owned(),
        // Gitleaks, too, takes both kinds of slashes for one.
        fingerprint: Some(text.replace('\\', "/")),
        reason: comment.map(str::to_owned),
        ..ListEntry::default()
    })
}
