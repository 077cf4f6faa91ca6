//! Which new file is which lost file under another name, decided as `git diff -M50%` decides it. Works on bytes
//! and names; knows no repository.
//!
//! libgit2 has a rename detection of its own, but its notion of similarity differs from git's: the same change
//! would have other lines on a laptop than in `git diff`. So the steps of git are taken here: the same
//! content first, then a name that is unique on both sides (from 75 % on), then the best remaining pairs (from 50 % on).
//! The measure is git's as well: bytes of the old file that are found again, over the size of the larger file,
//! counted in lines or pieces of 64 bytes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hasher};

use git2::Oid;

use crate::error::Failure;

/// A similarity of 100 %.
const SAME: u64 = 60_000;
/// Files less alike than this are no rename.
const LEAST: u64 = SAME / 2;
/// What files of the same, unique name need; halfway from the least to the same.
const LEAST_BY_NAME: u64 = LEAST + (SAME - LEAST) / 2;
/// So many new files times lost files are still compared with each other: 1000 by 1000.
const MOST_PAIRS: usize = 1000 * 1000;
/// For each new file so many lost files are remembered.
const BEST_OF: usize = 4;
/// The longest piece that is compared as one.
const PIECE: u32 = 64;

/// A file that is there on one side only.
pub(crate) struct Candidate<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) id: Oid,
    pub(crate) size: u64,
}

/// Pairs of (index into `gone`, index into `new`). Both lists are sorted by path.
pub(crate) fn pair(
    gone: &[Candidate<'_>],
    new: &[Candidate<'_>],
    load: &dyn Fn(Oid) -> Result<Vec<u8>, Failure>,
) -> Result<Vec<(usize, usize)>, Failure> {
    let mut pairing = Pairing {
        gone,
        new,
        load,
        pieces: HashMap::new(),
        source_of: vec![None; new.len()],
        used: vec![false; gone.len()],
    };
    pairing.pair_identical();
    pairing.pair_by_name()?;
    pairing.pair_by_likeness()?;
    let source_of = pairing.source_of;
    Ok(source_of.iter().enumerate().filter_map(|(new, gone)| gone.map(|gone| (gone, new))).collect())
}

/// A hash of a piece and how many bytes of the file are in such pieces, by ascending hash.
type Pieces = Vec<(u64, u64)>;

struct Pairing<'a> {
    gone: &'a [Candidate<'a>],
    new: &'a [Candidate<'a>],
    load: &'a dyn Fn(Oid) -> Result<Vec<u8>, Failure>,
    pieces: HashMap<Oid, Pieces>,
    source_of: Vec<Option<usize>>,
    used: Vec<bool>,
}

impl Pairing<'_> {
    fn record(&mut self, gone: usize, new: usize) {
        self.source_of[new] = Some(gone);
        self.used[gone] = true;
    }

    fn pair_identical(&mut self) {
        let mut by_id: HashMap<Oid, Vec<usize>> = HashMap::new();
        for (index, file) in self.gone.iter().enumerate() {
            by_id.entry(file.id).or_default().push(index);
        }
        for (new, file) in self.new.iter().enumerate() {
            let same = by_id.get(&file.id).map_or(&[][..], Vec::as_slice);
            let free = || same.iter().copied().filter(|&gone| !self.used[gone]);
            let by_name = free().find(|&gone| file_name(self.gone[gone].path) == file_name(file.path));
            if let Some(gone) = by_name.or_else(|| free().next()) {
                self.record(gone, new);
            }
        }
    }

    fn pair_by_name(&mut self) -> Result<(), Failure> {
        let free = |index: &usize| !self.used[*index];
        let sources = unique_names(self.gone, (0..self.gone.len()).filter(free));
        let open = |index: &usize| self.source_of[*index].is_none();
        let targets = unique_names(self.new, (0..self.new.len()).filter(open));
        for gone in 0..self.gone.len() {
            let name = file_name(self.gone[gone].path);
            if sources.get(name) != Some(&Some(gone)) {
                continue;
            }
            if let Some(&Some(new)) = targets.get(name)
                && self.likeness(gone, new, LEAST_BY_NAME)? >= LEAST_BY_NAME
            {
                self.record(gone, new);
            }
        }
        Ok(())
    }

    fn pair_by_likeness(&mut self) -> Result<(), Failure> {
        let gone: Vec<usize> = (0..self.gone.len()).filter(|&index| !self.used[index]).collect();
        let new: Vec<usize> = (0..self.new.len()).filter(|&index| self.source_of[index].is_none()).collect();
        if gone.len().saturating_mul(new.len()) > MOST_PAIRS {
            tracing::debug!(gone = gone.len(), new = new.len(), "too many files to look for renames");
            return Ok(());
        }
        let mut matches: Vec<Match> = Vec::new();
        for &new in &new {
            let start = matches.len();
            for &gone in &gone {
                let same_name = file_name(self.gone[gone].path) == file_name(self.new[new].path);
                let found = Match { rank: (self.likeness(gone, new, LEAST)?, same_name), gone, new };
                if matches.len() - start < BEST_OF {
                    matches.push(found);
                } else if let Some(worst) = first_worst(&mut matches[start..])
                    && worst.rank < found.rank
                {
                    *worst = found;
                }
            }
        }
        matches.sort_by_key(|found| std::cmp::Reverse(found.rank));
        for found in matches.iter().take_while(|found| found.rank.0 >= LEAST) {
            if !self.used[found.gone] && self.source_of[found.new].is_none() {
                self.record(found.gone, found.new);
            }
        }
        Ok(())
    }

    /// From 0 to [`SAME`]; 0 where the sizes alone rule out `least`.
    fn likeness(&mut self, gone: usize, new: usize, least: u64) -> Result<u64, Failure> {
        let (gone, new) = (&self.gone[gone], &self.new[new]);
        let (smaller, larger) = (gone.size.min(new.size), gone.size.max(new.size));
        if smaller == 0 || larger * (SAME - least) < (larger - smaller) * SAME {
            return Ok(0);
        }
        for id in [gone.id, new.id] {
            if let Entry::Vacant(entry) = self.pieces.entry(id) {
                entry.insert(cut(&(self.load)(id)?));
            }
        }
        Ok(shared_bytes(&self.pieces[&gone.id], &self.pieces[&new.id]) * SAME / larger)
    }
}

struct Match {
    rank: (u64, bool),
    gone: usize,
    new: usize,
}

fn first_worst(matches: &mut [Match]) -> Option<&mut Match> {
    matches.iter_mut().reduce(|worst, other| if other.rank < worst.rank { other } else { worst })
}

/// File names with the index of their file, or `None` where several have the name.
fn unique_names<'a>(
    files: &'a [Candidate<'a>],
    indices: impl Iterator<Item = usize>,
) -> HashMap<&'a [u8], Option<usize>> {
    let mut names = HashMap::new();
    for index in indices {
        names.entry(file_name(files[index].path)).and_modify(|unique| *unique = None).or_insert(Some(index));
    }
    names
}

fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// Cuts a file into lines, long ones into pieces. The carriage return of a line end does not count in a text.
fn cut(bytes: &[u8]) -> Pieces {
    let text = !crate::binary::looks_binary(bytes);
    let mut pieces: HashMap<u64, u64> = HashMap::new();
    let mut hasher = DefaultHasher::new();
    let mut length = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if text && byte == b'\r' && bytes.get(index + 1) == Some(&b'\n') {
            continue;
        }
        hasher.write_u8(byte);
        length += 1;
        if length == PIECE || byte == b'\n' {
            *pieces.entry(hasher.finish()).or_default() += u64::from(length);
            (hasher, length) = (DefaultHasher::new(), 0);
        }
    }
    if length > 0 {
        *pieces.entry(hasher.finish()).or_default() += u64::from(length);
    }
    let mut pieces: Pieces = pieces.into_iter().collect();
    pieces.sort_unstable();
    pieces
}

/// How many bytes of one are found in the other.
fn shared_bytes(one: &Pieces, other: &Pieces) -> u64 {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut bytes = 0;
    while let (Some(&&(left, left_bytes)), Some(&&(right, right_bytes))) = (one.peek(), other.peek()) {
        if left == right {
            bytes += left_bytes.min(right_bytes);
        }
        if left <= right {
            one.next();
        }
        if right <= left {
            other.next();
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gone: &[(&str, &str)], new: &[(&str, &str)], expected: &[(&str, &str)]) {
        let mut contents = HashMap::new();
        let mut side = |files: &[(&'static str, String)]| -> Vec<Candidate<'static>> {
            let files = files.iter().map(|(path, text)| {
                let id = Oid::hash_object(git2::ObjectType::Blob, text.as_bytes()).unwrap();
                contents.insert(id, text.clone().into_bytes());
                Candidate { path: path.as_bytes(), id, size: text.len() as u64 }
            });
            files.collect()
        };
        let own = |files: &[(&str, &str)]| -> Vec<(&'static str, String)> {
            files.iter().map(|(path, text)| (&*path.to_string().leak(), text.replace(' ', "\n"))).collect()
        };
        let (gone, new) = (side(&own(gone)), side(&own(new)));
        let pairs = pair(&gone, &new, &|id| Ok(contents[&id].clone())).unwrap();
        let name = |file: &Candidate<'_>| String::from_utf8(file.path.to_vec()).unwrap();
        let found: Vec<_> = pairs.iter().map(|&(old, now)| (name(&gone[old]), name(&new[now]))).collect();
        let expected: Vec<_> = expected.iter().map(|&(old, now)| (old.to_owned(), now.to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn half_of_the_bytes_is_enough_and_less_is_not() {
        check(&[("a", "1 2 3 4 ")], &[("b", "1 2 x y ")], &[("a", "b")]);
        check(&[("a", "1 2 3 4 ")], &[("b", "1 w x y ")], &[]);
    }

    #[test]
    fn the_same_content_goes_first_and_prefers_its_name() {
        let text = "1 2 3 4 ";
        check(&[("a", text), ("x/n", text)], &[("b", text), ("y/n", text)], &[("a", "b"), ("x/n", "y/n")]);
        check(&[("a", text), ("b", "1 2 3 5 ")], &[("c", "1 2 3 5 ")], &[("b", "c")]);
    }

    #[test]
    fn a_unique_name_wins_over_a_likelier_stranger() {
        let near = "1 2 3 4 5 6 7 x ";
        let nearer = "1 2 3 4 5 6 7 8 9 ";
        check(&[("old/n", "1 2 3 4 5 6 7 8 ")], &[("new/m", nearer), ("new/n", near)], &[("old/n", "new/n")]);
        check(&[("old/q", "1 2 3 4 5 6 7 8 ")], &[("new/m", nearer), ("new/n", near)], &[("old/q", "new/m")]);
    }

    #[test]
    fn empty_files_are_the_same_content() {
        check(&[("a", "")], &[("b", "")], &[("a", "b")]);
        check(&[("a", "")], &[("b", "1 ")], &[]);
    }
}
