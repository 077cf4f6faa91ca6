//! Flags: named parts of the reports that are united with all others and judged each on its own. What becomes of a
//! flag without reports is decided here: it is carried forward from the baseline, or it is missing.

use std::collections::BTreeSet;

use gatewright_core::config::is_name;
use gatewright_core::glob::Globs;
use gatewright_core::repository::ChangeSet;

use crate::baseline::BaselineUnderReview;
use crate::tally::Tally;
use crate::{Format, Picture};
use gatewright_core::source_tree::SourceTree;

/// Something with a name that globs belong to: a flag, a component.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its globs as they were written.
    pub patterns: Vec<String>,
    /// The same, read.
    pub globs: Globs,
}

impl Named {
    /// Reads lines of `NAME=GLOB`; lines of one name belong together. In the order of the names.
    ///
    /// # Errors
    /// The first line that is none, and why.
    pub fn parse(lines: &[String]) -> Result<Vec<Self>, (String, String)> {
        let mut by_name = std::collections::BTreeMap::<String, Vec<String>>::new();
        for line in lines {
            let wrong = |message: &str| (line.clone(), message.to_owned());
            let (name, glob) =
                line.split_once('=').ok_or_else(|| wrong("expected NAME=GLOB, such as `unit=unit/*.out`"))?;
            let (name, glob) = (name.trim(), glob.trim());
            if !is_name(name) {
                return Err(wrong("a name has 1 to 64 of the letters a-z, A-Z, digits, `-`, `_` and `.`"));
            }
            if glob.is_empty() {
                return Err(wrong("there is no glob behind the `=`"));
            }
            by_name.entry(name.to_owned()).or_default().push(glob.to_owned());
        }
        let named = |(name, patterns): (String, Vec<String>)| match Globs::new(&patterns) {
            Ok(globs) => Ok(Self { name, patterns, globs }),
            Err((glob, message)) => Err((format!("{name}={glob}"), message)),
        };
        by_name.into_iter().map(named).collect()
    }

    /// The first of its globs that fits no file of the repository; with exceptions alone, the first of those.
    fn without_files(&self, tree: &SourceTree) -> Option<&str> {
        let fits = |pattern: &String| {
            let alone = Globs::new(std::slice::from_ref(pattern));
            alone.is_ok_and(|alone| tree.has_any(&alone))
        };
        let is_exception = |pattern: &&String| pattern.starts_with('!');
        let idle =
            self.patterns.iter().filter(|pattern| !is_exception(pattern)).find(|pattern| !fits(pattern));
        let only_exceptions = self.patterns.iter().all(|pattern| is_exception(&pattern));
        idle.or_else(|| self.patterns.first().filter(|_| only_exceptions)).map(String::as_str)
    }

    /// Whether a path belongs to it.
    pub fn takes(&self, path: &str) -> bool {
        self.globs.decision(path).is_some_and(|(_, takes)| takes)
    }
}

/// A flag, and what its own reports add up to.
#[derive(Clone, Debug, Default)]
pub struct FlagEvidence {
    /// Its files alone, under their repository paths.
    pub picture: Picture,
    /// What they add up to.
    pub tally: Tally,
    /// The names of the formats of its reports.
    pub formats: BTreeSet<String>,
    /// Where its figures come from.
    pub fate: Fate,
}

/// Where a flag's figures come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// From reports of this run.
    #[default]
    Ran,
    /// From the baseline.
    Carried {
        /// The commit that ran it.
        commit: String,
        /// Files that were left out because they changed since.
        left_out: Vec<String>,
    },
    /// From nowhere, and why.
    Missing(String),
}

impl FlagEvidence {
    pub(crate) fn of_format(format: Format) -> Self {
        Self { formats: BTreeSet::from([format.name().to_owned()]), ..Self::default() }
    }

    /// The commit that its figures were carried forward from.
    pub fn carried_from(&self) -> Option<&str> {
        match &self.fate {
            Fate::Carried { commit, .. } => Some(commit),
            _ => None,
        }
    }
}

/// What becomes of a flag that has no report in this run. It is carried forward only where the user named the paths
/// that it depends on, there are such files, and none of them changed since the baseline.
pub(crate) fn without_reports(
    name: &str,
    depends_on: Option<&Named>,
    tree: &SourceTree,
    baseline: &BaselineUnderReview,
) -> FlagEvidence {
    match carried(name, depends_on, tree, baseline) {
        Ok(flag) => flag,
        Err(why) => FlagEvidence { fate: Fate::Missing(why), ..FlagEvidence::default() },
    }
}

fn carried(
    name: &str,
    depends_on: Option<&Named>,
    tree: &SourceTree,
    baseline: &BaselineUnderReview,
) -> Result<FlagEvidence, String> {
    let depends_on = depends_on.ok_or("`flag-paths` names nothing that it depends on")?;
    let (baseline, changes) = match baseline {
        BaselineUnderReview::Found { baseline, changes: Some(changes), .. } => (baseline, changes),
        BaselineUnderReview::Found { .. } => {
            return Err("it is not known what changed since the baseline".to_owned());
        }
        BaselineUnderReview::NotApplicable(why) => return Err(format!("there is no baseline: {why}")),
        BaselineUnderReview::None { why, .. } => return Err(format!("there is no baseline: {why}")),
        BaselineUnderReview::Unreadable { message, .. } => {
            return Err(format!("the baseline can't be read: {message}"));
        }
    };
    if let Some(path) = touched(depends_on, changes) {
        return Err(format!("it depends on {path}, which changed"));
    }
    // What names no file can't change: a slip of the pen would carry the figures forward for ever.
    if let Some(pattern) = depends_on.without_files(tree) {
        return Err(format!("`{pattern}` of `flag-paths` names no file"));
    }
    let stand = baseline.flags.get(name).ok_or("the baseline does not have it")?;
    let picture = baseline.pictures.get(name).ok_or("the baseline keeps no lines of it")?;
    let commit = stand.carried_from.clone().or_else(|| baseline.commit.clone());
    let commit = commit.ok_or("the baseline does not say of which commit it is")?;
    let moved: BTreeSet<&str> = paths_of(changes).collect();
    let mut kept = Vec::new();
    let mut left_out = Vec::new();
    for (path, file) in picture.files() {
        // Its lines may have moved: what was measured is no longer what stands there.
        if moved.contains(path) {
            left_out.push(path.to_owned());
        } else {
            kept.push((path.to_owned(), file.clone()));
        }
    }
    Ok(FlagEvidence {
        picture: kept.into_iter().collect(),
        formats: stand.formats.clone(),
        fate: Fate::Carried { commit, left_out },
        ..FlagEvidence::default()
    })
}

fn touched<'a>(depends_on: &Named, changes: &'a ChangeSet) -> Option<&'a str> {
    paths_of(changes).find(|path| depends_on.takes(path))
}

/// Every path that a change touches, where it was and where it is.
fn paths_of(changes: &ChangeSet) -> impl Iterator<Item = &str> {
    changes.files.iter().flat_map(|file| {
        file.old_path.iter().chain(std::iter::once(&file.path)).map(gatewright_core::RepoPath::as_str)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn lines_of_one_name_belong_together() {
        let named = Named::parse(&lines(&["unit=a/*.out", "e2e=e.out", "unit = b.out"])).unwrap();
        assert_eq!(named.iter().map(|named| named.name.as_str()).collect::<Vec<_>>(), ["e2e", "unit"]);
        assert!(named[1].takes("b.out") && named[1].takes("a/x.out") && !named[1].takes("e.out"));
    }

    #[test]
    fn what_is_no_line_is_said() {
        let wrong = |text: &str| Named::parse(&lines(&[text])).unwrap_err().1;
        assert_eq!(wrong("unit"), "expected NAME=GLOB, such as `unit=unit/*.out`");
        assert_eq!(wrong("a b=x"), "a name has 1 to 64 of the letters a-z, A-Z, digits, `-`, `_` and `.`");
        assert_eq!(wrong("a="), "there is no glob behind the `=`");
        assert_eq!(wrong("a=[x"), "`[x` has no `]`");
    }
}
