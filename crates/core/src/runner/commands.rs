//! What is told to the runner besides annotations: step outputs, masks, the summary file, and foreign output
//! relayed so that no line of it can be a command.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::escape::command_data;

/// Why a file command could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileCommandError {
    /// The name can't be written in the runner's grammar.
    #[error("an output can't be called `{0}`")]
    Name(String),
    /// The system refused.
    #[error("the runner's file can't be written")]
    Io(#[from] io::Error),
}

/// The step's outputs, appended to the runner's file.
pub struct Outputs<'a> {
    file: &'a Path,
}

impl<'a> Outputs<'a> {
    /// Outputs go to this file: `$GITHUB_OUTPUT`.
    pub fn new(file: &'a Path) -> Self {
        Self { file }
    }

    /// Appends one output. The delimiter is random, so that no value can end itself and add another output.
    pub fn write(&self, name: &str, value: &str) -> Result<(), FileCommandError> {
        if name.is_empty() || name.contains(['=', '\n', '\r']) || name.contains("<<") {
            return Err(FileCommandError::Name(name.to_owned()));
        }
        let mut delimiter = format!("ghadelimiter_{}", random_token()?);
        while value.contains(&delimiter) {
            delimiter = format!("ghadelimiter_{}", random_token()?);
        }
        let mut file = OpenOptions::new().append(true).create(true).open(self.file)?;
        file.write_all(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n").as_bytes())?;
        Ok(())
    }
}

/// Tells the runner to mask a value, before anything else is printed. Nothing to mask is left unsaid: the runner
/// would warn.
pub fn mask(value: &str, out: &mut dyn Write) -> io::Result<()> {
    if value.trim().is_empty() { Ok(()) } else { writeln!(out, "::add-mask::{}", command_data(value)) }
}

/// Writes foreign output with commands stopped: whatever its lines say, the runner takes them for text. Both
/// streams of a child belong here, because stopping holds only in the order of one stream.
pub fn relay(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let token = random_token()?;
    writeln!(out, "::stop-commands::{token}")?;
    out.write_all(text)?;
    if !text.ends_with(b"\n") {
        writeln!(out)?;
    }
    writeln!(out, "::{token}::")
}

/// 128 random bits as hexadecimal digits.
pub(crate) fn random_token() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("no random numbers: {error}")))?;
    Ok(crate::digest::hex(&bytes))
}

/// Writes a file so that a reader sees the old one, the new one, or none, but never a part. Missing folders are made.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically_by(path, &|out| out.write_all(bytes))
}

/// The same for a file that is written piece by piece.
pub fn write_atomically_by(path: &Path, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| {
        // The system only says that something exists.
        match folder.ancestors().find(|above| above.is_file()) {
            Some(file) => {
                let what = format!("`{}` is a file, not a folder", file.display());
                io::Error::new(io::ErrorKind::NotADirectory, what)
            }
            None => error,
        }
    })?;
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let draft = folder.join(format!(".{}.{}.tmp", name.to_string_lossy(), random_token()?));
    let written = File::create_new(&draft).and_then(|file| {
        let mut file = io::BufWriter::new(file);
        write(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.flush()?;
        fs::rename(&draft, path)
    });
    if written.is_err() {
        // The draft may not exist; what matters is the first error.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_appended_with_delimiters_of_their_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let outputs = Outputs::new(file.path());
        outputs.write("a", "1\nb<<x").unwrap();
        outputs.write("b", "").unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let delimiter = text.lines().next().unwrap().strip_prefix("a<<").unwrap();
        assert!(
            text.starts_with(&format!("a<<{delimiter}\n1\nb<<x\n{delimiter}\nb<<ghadelimiter_")),
            "{text}"
        );
        for name in ["", "a=b", "a<<b", "a\nb"] {
            assert!(outputs.write(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("inside")).unwrap();
        assert!(write_atomically(&taken, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(folder.path().join("file"), "").unwrap();
        let error = write_atomically(&folder.path().join("file/deep/x"), b"x").unwrap_err();
        assert!(error.to_string().ends_with("file` is a file, not a folder"), "{error}");
    }

    #[test]
    fn relayed_text_stands_between_random_tokens() {
        let mut out = Vec::new();
        relay(b"::error::x", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let token = text.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert_eq!(text, format!("::stop-commands::{token}\n::error::x\n::{token}::\n"));
        assert_eq!(token.len(), 32);
    }
}
