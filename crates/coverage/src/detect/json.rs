//! Which format a JSON document is, by its structure: the keys that the first bytes show, down to the first
//! few members of what they hold.

use memchr::memmem;

use super::Lookalike;
use crate::formats::Format;
use crate::formats::json::{Json, Pulled, Value};

/// What a JSON document is.
pub(super) type Kind = Result<Format, Lookalike>;

/// So many members of one container are looked at.
const MEMBERS: usize = 32;

/// What a document whose root is an object is, by its first bytes.
pub(super) fn detect(head: &[u8]) -> Kind {
    by_structure(head).or_else(|| by_signs(head)).unwrap_or(Err(Lookalike::Json))
}

/// What the start of a document shows it to be; `None` where it shows nothing that is known.
fn by_structure(mut head: &[u8]) -> Option<Kind> {
    let mut json = Json::new(&mut head);
    // However it ends: the head of a document is mostly cut.
    root(&mut json).ok().flatten()
}

/// By what stands somewhere in the first bytes, where something large hides the structure or breaks it.
fn by_signs(head: &[u8]) -> Option<Kind> {
    let signs: [(&[u8], Kind); 5] = [
        (b"llvm.coverage.json.export", Ok(Format::LlvmCovJson)),
        (b"\"statementMap\"", Ok(Format::Istanbul)),
        (b"\"executed_lines\"", Ok(Format::CoveragePyJson)),
        (b"\"simplecov_version\"", Ok(Format::SimpleCov)),
        (b"\"Action\"", Err(Lookalike::GoTestJson)),
    ];
    signs.into_iter().find(|(sign, _)| memmem::find(head, sign).is_some()).map(|(_, kind)| kind)
}

fn root(json: &mut Json<'_>) -> Pulled<Option<Kind>> {
    if json.value()? != Value::Object {
        return Ok(None);
    }
    members(json, &mut |json| {
        let key = json.text().to_vec();
        let key = key.as_slice();
        if let Some(kind) = by_root_key(key) {
            return Ok(Some(kind));
        }
        match json.value()? {
            Value::Text if key == b"type" && json.text() == b"llvm.coverage.json.export" => {
                Ok(Some(Ok(Format::LlvmCovJson)))
            }
            Value::Object if key == b"meta" => meta(json),
            Value::Object if key == b"files" => entries(json, &by_file_key),
            Value::Object if key == b"coverage" => coverage(json),
            Value::Object if key == b"total" => members(json, &mut |json| {
                let is_unit = matches!(json.text(), b"lines" | b"statements" | b"functions" | b"branches");
                if is_unit { Ok(Some(Err(Lookalike::IstanbulSummary))) } else { skip(json) }
            }),
            Value::Object if key == b"data" => entries(json, &by_file_key),
            Value::Object => members(json, &mut |json| {
                if let Some(kind) = by_file_key(json.text()) {
                    return Ok(Some(kind));
                }
                match json.text() {
                    b"data" => match json.value()? {
                        Value::Object => keys(json, &by_file_key),
                        value => json.skip(value).map(|()| None),
                    },
                    b"coverage" => match json.value()? {
                        Value::Object => Ok(Some(Ok(Format::SimpleCov))),
                        value => json.skip(value).map(|()| None),
                    },
                    _ => skip(json),
                }
            }),
            Value::Array if key == b"data" => elements(json, &|key| {
                matches!(key, b"files" | b"functions" | b"totals").then_some(Ok(Format::LlvmCovJson))
            }),
            Value::Array if key == b"files" => elements(json, &by_listed_file_key),
            value => json.skip(value).map(|()| None),
        }
    })
}

/// Keys at the root that say it all.
fn by_root_key(key: &[u8]) -> Option<Kind> {
    match key {
        b"source_files" | b"repo_token" => Some(Err(Lookalike::CoverallsJson)),
        b"gcovr/format_version" | b"gcovr/summary_format_version" => Some(Err(Lookalike::GcovrJson)),
        b"gcc_version" => Some(Err(Lookalike::GcovJson)),
        b"Action" => Some(Err(Lookalike::GoTestJson)),
        b"command_name" => Some(Ok(Format::SimpleCov)),
        _ => None,
    }
}

/// Keys of what stands under the path of a file.
fn by_file_key(key: &[u8]) -> Option<Kind> {
    match key {
        b"statementMap" | b"fnMap" | b"branchMap" => Some(Ok(Format::Istanbul)),
        b"executed_lines" | b"missing_lines" | b"excluded_lines" => Some(Ok(Format::CoveragePyJson)),
        _ => None,
    }
}

/// Keys of the elements of a list of files.
fn by_listed_file_key(key: &[u8]) -> Option<Kind> {
    match key {
        b"filename" | b"covered_percent" => Some(Ok(Format::SimpleCov)),
        b"file" => Some(Err(Lookalike::GcovJson)),
        b"segments" => Some(Ok(Format::LlvmCovJson)),
        _ => None,
    }
}

fn meta(json: &mut Json<'_>) -> Pulled<Option<Kind>> {
    keys(json, &|key| match key {
        b"simplecov_version" => Some(Ok(Format::SimpleCov)),
        b"branch_coverage" | b"show_contexts" => Some(Ok(Format::CoveragePyJson)),
        _ => None,
    })
}

/// `coverage` at the root: `SimpleCov` has objects with `lines` in it, Codecov's own format lines.
fn coverage(json: &mut Json<'_>) -> Pulled<Option<Kind>> {
    members(json, &mut |json| match json.value()? {
        Value::Object => {
            let found = keys(json, &|key| {
                let lines = matches!(key, b"lines" | b"branches");
                let number = !key.is_empty() && key.iter().all(u8::is_ascii_digit);
                lines.then_some(Ok(Format::SimpleCov)).or(number.then_some(Err(Lookalike::CodecovJson)))
            })?;
            Ok(found)
        }
        Value::Array => Ok(Some(Err(Lookalike::CodecovJson))),
        _ => Ok(None),
    })
}

/// The first members of an object that was opened. `look` is called with the key as the text, and reads the
/// value unless it finds something.
fn members(
    json: &mut Json<'_>,
    look: &mut dyn FnMut(&mut Json<'_>) -> Pulled<Option<Kind>>,
) -> Pulled<Option<Kind>> {
    for _ in 0..MEMBERS {
        if !json.key()? {
            return Ok(None);
        }
        if let Some(found) = look(json)? {
            return Ok(Some(found));
        }
    }
    json.skip(Value::Object)?;
    Ok(None)
}

/// By the keys of an object that was opened.
fn keys(json: &mut Json<'_>, sign: &dyn Fn(&[u8]) -> Option<Kind>) -> Pulled<Option<Kind>> {
    members(json, &mut |json| match sign(json.text()) {
        Some(found) => Ok(Some(found)),
        None => skip(json),
    })
}

/// By the keys of the objects in an object that was opened.
fn entries(json: &mut Json<'_>, sign: &dyn Fn(&[u8]) -> Option<Kind>) -> Pulled<Option<Kind>> {
    members(json, &mut |json| match json.value()? {
        Value::Object => keys(json, sign),
        value => json.skip(value).map(|()| None),
    })
}

/// By the keys of the objects in an array that was opened.
fn elements(json: &mut Json<'_>, sign: &dyn Fn(&[u8]) -> Option<Kind>) -> Pulled<Option<Kind>> {
    for _ in 0..MEMBERS {
        let found = match json.element()? {
            None => return Ok(None),
            Some(Value::Object) => keys(json, sign)?,
            Some(value) => json.skip(value).map(|()| None)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    json.skip(Value::Array)?;
    Ok(None)
}

fn skip(json: &mut Json<'_>) -> Pulled<Option<Kind>> {
    json.skip_value().map(|()| None)
}
