//! Code scanning: what GitHub takes of an upload, and what it says when somebody asks after one.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::answer::{Answer, not_found, ok, refused};
use super::state::Scanning;

/// 10 MB of gzip in Base64.
const MOST_CHARACTERS: usize = (10 << 20) / 3 * 4 + 4;
/// The fields that GitHub documents; any other is refused.
const FIELDS: [&str; 7] =
    ["checkout_uri", "commit_sha", "ref", "sarif", "started_at", "tool_name", "validate"];

pub(super) fn upload(scanning: &mut Scanning, body: &str, origin: &str) -> Answer {
    if let Some(words) = scanning.off {
        return refused(403, Vec::new(), words);
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_str(body) else {
        return refused(400, Vec::new(), "Problems parsing JSON");
    };
    if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let message = format!("Invalid request.\n\n\"{name}\" is not a permitted key.");
        return refused(422, Vec::new(), &message);
    }
    let packed = fields.remove("sarif").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    if packed.len() > scanning.most.unwrap_or(MOST_CHARACTERS) {
        return refused(413, Vec::new(), "Payload Too Large");
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let commit = text("commit_sha");
    if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return refused(422, Vec::new(), "Invalid request.\n\ncommit_sha must be a full SHA.");
    }
    let reference = text("ref");
    if !["refs/heads/", "refs/tags/", "refs/pull/"].iter().any(|start| reference.starts_with(start)) {
        return refused(422, Vec::new(), "ref '…' not found in this repository");
    }
    let Some(sarif) = unpack(&packed) else {
        return refused(400, Vec::new(), "sarif is not valid gzip in Base64");
    };
    let id = scanning.take(Value::Object(fields), sarif);
    let url = format!("{origin}/api/v3/repos/owner/repo/code-scanning/sarifs/{id}");
    Answer { status: 202, headers: Vec::new(), body: Some(json!({ "id": id, "url": url })) }
}

pub(super) fn status(scanning: &mut Scanning, id: &str, origin: &str) -> Answer {
    let (pending, errors, complaints) =
        (scanning.pending, scanning.errors.clone(), scanning.complaints.clone());
    let Some(upload) = scanning.uploads.iter_mut().find(|upload| upload.id == id) else { return not_found() };
    upload.asked += 1;
    if upload.asked <= pending {
        return ok(json!({ "processing_status": "pending" }));
    }
    let analyses = format!("{origin}/api/v3/repos/owner/repo/code-scanning/analyses?sarif_id={id}");
    if errors.is_empty() {
        let complaints = (!complaints.is_empty()).then_some(complaints);
        return ok(
            json!({ "processing_status": "complete", "analyses_url": analyses, "errors": complaints }),
        );
    }
    ok(json!({ "processing_status": "failed", "analyses_url": analyses, "errors": errors }))
}

fn unpack(packed: &str) -> Option<Value> {
    let gzip = STANDARD.decode(packed).ok()?;
    let mut bytes = Vec::new();
    GzDecoder::new(gzip.as_slice()).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
