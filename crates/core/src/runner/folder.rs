//! A folder of output, written beside its place and put there as a whole: a reader sees the old one or the new one,
//! and a run that fails leaves the old one alone. What somebody else put there is never removed.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::commands::{random_token, write_atomically};

/// The file that marks a folder as ours to replace.
const MARK: &str = ".gatewright-output";

/// Hands over one file of the folder: its path, with `/`, and its bytes.
pub type FolderSink<'a> = dyn FnMut(&str, Vec<u8>) -> io::Result<()> + 'a;

/// Writes a folder, and replaces the one that an earlier run left there.
///
/// # Errors
/// Those of the file system; the folder holds what is not ours; a file's path leads out of it.
pub fn write_folder(path: &Path, write: &dyn Fn(&mut FolderSink<'_>) -> io::Result<()>) -> io::Result<()> {
    let taken = is_taken(path)?;
    let draft = beside(path, "tmp")?;
    let written = write_draft(&draft, write).and_then(|()| replace(path, &draft, taken));
    if written.is_err() {
        // What matters is the first error; the draft may not exist.
        let _ = fs::remove_dir_all(&draft);
    }
    written
}

/// Whether there is a folder to replace.
fn is_taken(path: &Path) -> io::Result<bool> {
    let is_empty = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        entries => entries?.next().is_none(),
    };
    if is_empty || path.join(MARK).is_file() {
        Ok(true)
    } else {
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("it holds files that are not of an earlier run: there is no {MARK} among them"),
        ))
    }
}

fn beside(path: &Path, ending: &str) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no folder"))?;
    Ok(path.with_file_name(format!(".{}.{}.{ending}", name.to_string_lossy(), random_token()?)))
}

fn write_draft(draft: &Path, write: &dyn Fn(&mut FolderSink<'_>) -> io::Result<()>) -> io::Result<()> {
    let mark = b"Written by Gatewright, and replaced as a whole by the next run.\n";
    write_atomically(&draft.join(MARK), mark)?;
    write(&mut |name, bytes| {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || name.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{name}` leads out of the folder"),
            ));
        }
        let file = draft.join(name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, bytes)
    })
}

fn replace(path: &Path, draft: &Path, taken: bool) -> io::Result<()> {
    if !taken {
        return fs::rename(draft, path);
    }
    let old = beside(path, "old")?;
    fs::rename(path, &old)?;
    if let Err(error) = fs::rename(draft, path) {
        // Put back what was there; what matters is the first error.
        let _ = fs::rename(&old, path);
        return Err(error);
    }
    fs::remove_dir_all(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_replaced_as_a_whole() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("new/out");
        write_folder(&out, &|sink| sink("a.js", vec![1]).and_then(|()| sink("data/b.js", vec![2]))).unwrap();
        assert_eq!(listing(&out), [MARK, "a.js", "data"]);
        write_folder(&out, &|sink| sink("c.js", vec![3])).unwrap();
        assert_eq!(listing(&out), [MARK, "c.js"]);
        assert_eq!(listing(out.parent().unwrap()), ["out"]);
    }

    #[test]
    fn a_failure_leaves_what_was_there_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        write_folder(&out, &|sink| sink("a.js", vec![1])).unwrap();
        for name in ["../b.js", "/b.js", ""] {
            assert!(write_folder(&out, &|sink| sink(name, vec![2])).is_err(), "{name}");
        }
        assert_eq!(
            (listing(&out), listing(place.path())),
            (vec![MARK.into(), "a.js".into()], vec!["out".into()])
        );
    }

    #[test]
    fn what_is_not_ours_stays() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.txt"), "years").unwrap();
        let error = write_folder(place.path(), &|sink| sink("a.js", vec![1])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(listing(place.path()), ["thesis.txt"]);
    }
}
