//! `GITHUB_ARTIFACTS`: the build subjects that a step declares, one a line.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Entry, Setting, lines};

/// The most bytes that a step may write.
pub const STEP_LIMIT: usize = 1_048_576;

/// The most subjects of a job.
pub const JOB_LIMIT: usize = 500;

/// One thing that was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// A file's base name, or an image's reference.
    pub name: String,
    /// `sha256:` and its like, with lower-case digits.
    pub digest: String,
    /// What it is.
    pub kind: Kind,
}

/// What a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file that the runner hashed.
    File,
    /// An image with its digest.
    Oci,
}

/// Adds a step's subjects to those of its job and returns how many were new. A bad line adds none of the
/// step's; a conflict keeps those above it.
pub fn declare(
    job: &mut BTreeMap<String, Subject>,
    bytes: &[u8],
    setting: &Setting,
) -> Result<usize, String> {
    if bytes.len() > STEP_LIMIT {
        return Err(format!(
            "$GITHUB_ARTIFACTS file exceeds the maximum size of {} KiB (got {} KiB).",
            STEP_LIMIT / 1024,
            bytes.len() / 1024
        ));
    }
    let on_line =
        |number: usize, reason: &str| format!("Invalid $GITHUB_ARTIFACTS entry on line {number}: {reason}");
    let text = lines::decode_file(bytes);
    let mut subjects = Vec::new();
    for (index, line) in lines::cut(text.as_bytes()).iter().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            let subject = read_line(line, setting).map_err(|reason| on_line(index + 1, &reason))?;
            subjects.push((index + 1, subject));
        }
    }
    let mut added = 0;
    for (number, subject) in subjects {
        match job.get(&subject.name) {
            Some(known) if known.digest == subject.digest => {}
            Some(known) => {
                let reason = format!(
                    "Conflicting digest for artifact '{}': previously declared as '{}', now declared as '{}'.",
                    subject.name, known.digest, subject.digest
                );
                return Err(on_line(number, &reason));
            }
            None if job.len() >= JOB_LIMIT => {
                let reason = format!("The job has exceeded the maximum of {JOB_LIMIT} declared artifacts.");
                return Err(on_line(number, &reason));
            }
            None => {
                job.insert(subject.name.clone(), subject);
                added += 1;
            }
        }
    }
    Ok(added)
}

fn read_line(line: &str, setting: &Setting) -> Result<Subject, String> {
    if line.contains('=') {
        return Err("entries containing '=' are reserved and not permitted".to_owned());
    }
    if let Some(path) = after_scheme(line, "file://") {
        if path.trim().is_empty() {
            return Err("file:// entries must include a path".to_owned());
        }
        return hash_file(path, setting);
    }
    if let Some(reference) = after_scheme(line, "oci://") {
        let (name, algorithm, digits) =
            split_digest(reference).ok_or("oci:// entries must include an @sha{256,384,512}:<hex> digest")?;
        let expected = digits_of(algorithm);
        if digits.len() != expected {
            let got = digits.len();
            return Err(format!("digest '{algorithm}' must be {expected} hex characters, got {got}"));
        }
        return Ok(image(name, algorithm, digits));
    }
    if has_scheme(line) {
        return Err("unsupported URI scheme".to_owned());
    }
    match split_digest(line) {
        Some((name, algorithm, digits)) if digits.len() == digits_of(algorithm) => {
            Ok(image(name, algorithm, digits))
        }
        _ => hash_file(line, setting),
    }
}

fn after_scheme<'a>(line: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = line.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn has_scheme(line: &str) -> bool {
    let Some((scheme, _)) = line.split_once("://") else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
}

fn split_digest(text: &str) -> Option<(&str, &str, &str)> {
    let (name, digest) = text.rsplit_once('@')?;
    let (algorithm, digits) = digest.split_once(':')?;
    let known = matches!(algorithm, "sha256" | "sha384" | "sha512");
    let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (known && hex && !name.is_empty()).then_some((name, algorithm, digits))
}

fn digits_of(algorithm: &str) -> usize {
    match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        _ => 128,
    }
}

fn image(name: &str, algorithm: &str, digits: &str) -> Subject {
    let digest = format!("{algorithm}:{}", digits.to_ascii_lowercase());
    Subject { name: name.to_owned(), digest, kind: Kind::Oci }
}

fn hash_file(declared: &str, setting: &Setting) -> Result<Subject, String> {
    let rooted = setting.is_rooted(declared);
    let path = if rooted { setting.to_host(declared) } else { setting.in_workspace(declared) };
    if rooted && !setting.container.is_empty() && path == declared {
        return Err(format!(
            "absolute path '{declared}' is not inside a volume mounted into the container and cannot be resolved"
        ));
    }
    let bytes = match setting.disk.entry(&path) {
        Some(Entry::File(bytes)) => bytes,
        Some(Entry::Folder) => return Err(format!("'{declared}' is a directory, not a regular file")),
        None if rooted => return Err(format!("file '{declared}' does not exist")),
        None => {
            return Err(format!(
                "file '{declared}' does not exist (relative paths are resolved against the workspace root '{}')",
                setting.workspace
            ));
        }
    };
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(&bytes) {
        write!(digest, "{byte:02x}").expect("a string takes any text");
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    Ok(Subject { name, digest, kind: Kind::File })
}
