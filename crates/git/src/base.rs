//! Which commit a change is compared with. Decides on the answers of a [`Reader`]; knows no back end.
//!
//! On a pull request the checkout is a merge of the base's tip and the head, so its first parent is the base.
//! The base commit in the event may be weeks old: it is only used where HEAD is no such merge, and then only
//! through a merge base, which an old tip does not falsify.

use gatewright_core::repository::{Base, BaseRequest, CommitId, ReviewEvent};

use crate::error::{Error, Failure};
use crate::graph::{self, Answer};
use crate::reader::{Reader, RemoteHead};

/// How many similar names an error proposes.
const PROPOSALS: usize = 3;

pub(crate) fn find(reader: &dyn Reader, request: &BaseRequest) -> Result<Option<Base>, Failure> {
    match request {
        BaseRequest::Explicit(text) => explicit(reader, text).map(Some),
        BaseRequest::Review(event) => review(reader, event).map(Some),
        BaseRequest::Local => local(reader),
    }
}

fn explicit(reader: &dyn Reader, text: &str) -> Result<Base, Failure> {
    let head = reader.head()?.ok_or(Error::NoCommits)?;
    let tried = [text.to_owned(), format!("origin/{text}")];
    for name in &tried {
        if let Some(tip) = resolve(reader, name)? {
            return merge_base(reader, &head, tip, name);
        }
    }
    let names = reader.reference_names()?;
    if names.iter().any(|name| tried.contains(name)) {
        return Err(Failure::Unable(format!("`{text}` leads to no commit that can be read")));
    }
    Err(Failure::Known(Error::UnknownRevision {
        text: text.to_owned(),
        near: similar_names(&names, text),
        shallow: !reader.cut_commits()?.is_empty(),
        tried: tried.into(),
    }))
}

fn resolve(reader: &dyn Reader, name: &str) -> Result<Option<CommitId>, Failure> {
    // A program would take a dash for an option, and a caret for "not".
    let possible = !name.is_empty() && !name.starts_with(['-', '^']) && !name.contains(['\0', '\n']);
    if possible { reader.resolve(name) } else { Ok(None) }
}

fn review(reader: &dyn Reader, event: &ReviewEvent) -> Result<Base, Failure> {
    let head = reader.head()?.ok_or(Error::NoCommits)?;
    let parents = reader.written_parents(&head)?;
    let parents = parents.ok_or_else(|| Failure::Unable("the commit of HEAD is missing".to_owned()))?;
    if let [first, second] = parents.as_slice()
        && event.head_sha.as_deref() == Some(second.as_str())
    {
        if reader.written_parents(first)?.is_none() {
            return Err(Error::MissingMergeParent { parent: first.clone() }.into());
        }
        let found_as = "HEAD^1 of the merge commit".to_owned();
        return Ok(Base { commit: first.clone(), tip: first.clone(), found_as });
    }
    let text = event.base_sha.as_deref().ok_or(Error::NoBaseInEvent)?;
    let tip = CommitId::new(text).ok_or_else(|| Error::BadBaseInEvent(text.to_owned()))?;
    if reader.written_parents(&tip)?.is_none() {
        let shallow = !reader.cut_commits()?.is_empty();
        return Err(Error::MissingCommit { id: tip, shallow }.into());
    }
    let name = format!("the event's base commit {}", tip.short());
    merge_base(reader, &head, tip, &name)
}

fn local(reader: &dyn Reader) -> Result<Option<Base>, Failure> {
    let (name, tip) = match reader.remote_head()? {
        RemoteHead::Absent => return Ok(None),
        RemoteHead::Dangling(name) => return Err(Error::DanglingRemoteHead(name).into()),
        RemoteHead::At { name, commit } => (name, commit),
    };
    let head = reader.head()?.ok_or(Error::NoCommits)?;
    merge_base(reader, &head, tip, &name).map(Some)
}

fn merge_base(reader: &dyn Reader, head: &CommitId, tip: CommitId, name: &str) -> Result<Base, Failure> {
    let cut = reader.cut_commits()?;
    let bases = if cut.is_empty() {
        reader.merge_bases(head, &tip)?
    } else {
        match graph::merge_bases(&reader.graph([head, &tip])?, head, &tip, &cut) {
            Answer::Certain(bases) => bases,
            Answer::Cut => return Err(Error::HistoryCut { other: name.to_owned() }.into()),
        }
    };
    let commit = newest(reader, bases)?.ok_or_else(|| Error::NoCommonHistory { other: name.to_owned() })?;
    Ok(Base { commit, tip, found_as: format!("merge base with {name}") })
}

/// Criss-cross merges leave several merge bases; as git does, the newest is taken.
fn newest(reader: &dyn Reader, mut bases: Vec<CommitId>) -> Result<Option<CommitId>, Failure> {
    if bases.len() < 2 {
        return Ok(bases.pop());
    }
    let mut dated = Vec::new();
    for base in bases {
        dated.push((reader.commit_time(&base)?, base));
    }
    Ok(dated.into_iter().max().map(|(_, base)| base))
}

fn similar_names(names: &[String], text: &str) -> Vec<String> {
    let near = |name: &String| {
        let short = name.strip_prefix("origin/").unwrap_or(name);
        strsim::jaro_winkler(short, text).max(strsim::jaro_winkler(name, text))
    };
    let mut scored: Vec<(f64, &String)> = names.iter().map(|name| (near(name), name)).collect();
    scored.retain(|(score, name)| *score >= 0.8 && !name.ends_with("/HEAD"));
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    scored.into_iter().take(PROPOSALS).map(|(_, name)| name.clone()).collect()
}
