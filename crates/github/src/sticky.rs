//! The one sticky comment: found by its marker among our own, updated in place, made again when somebody deleted it.
//!
//! Runs that overlap are told apart by their stamps: the newest run's text stays. GitHub has no conditional update, so
//! the comment is read once more right before it is written, and once after; what is left is the blink between two
//! requests, which a `concurrency` group of the workflow closes. Comments that two runs created at once are folded into
//! the oldest.

use std::time::Duration;

use crate::api::{Comment, RepositoryName};
use crate::client::Client;
use crate::error::GithubError;
use crate::marker::{Key, Stamp, line, read};

/// The most UTF-16 units of a comment, marker included. GitHub refuses more than 65,536 characters; no way to count
/// characters gives more than this one.
const MOST_UNITS: usize = 65_536;
/// So often we start over when others get in between.
const MOST_ROUNDS: u32 = 4;
const PAUSE_BETWEEN_ROUNDS: Duration = Duration::from_secs(2);
/// Whose comments those of a job's own token are.
const ACTIONS_BOT: &str = "github-actions[bot]";

/// A comment to post.
#[derive(Clone, Debug)]
pub struct StickyComment<'a> {
    /// Where.
    pub repository: &'a RepositoryName,
    /// On which pull request.
    pub pull_request: u64,
    /// Which of our comments it is.
    pub key: &'a Key,
    /// Which run speaks.
    pub stamp: Stamp,
    /// What it says, in Markdown, without the marker.
    pub text: &'a str,
    /// Whether a comment is begun where there is none.
    pub begin: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is new.
    Created(Comment),
    /// It was written over.
    Updated(Comment),
    /// It says this already: nothing was sent.
    Unchanged(Comment),
    /// A newer run has spoken: nothing was sent, or what was sent was taken back.
    Superseded(Comment, Stamp),
}

impl Published {
    /// The comment that stands.
    pub fn comment(&self) -> &Comment {
        match self {
            Self::Created(comment) | Self::Updated(comment) | Self::Unchanged(comment) => comment,
            Self::Superseded(comment, _) => comment,
        }
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Updated(_) => "updated",
            Self::Unchanged(_) => "unchanged",
            Self::Superseded(..) => "superseded",
        }
    }
}

impl StickyComment<'_> {
    /// The whole comment as it is sent.
    pub fn body(&self) -> String {
        format!("{}\n{}", line(self.key, self.stamp), self.text.trim_end())
    }
}

/// Posts a comment, or brings the one that is there up to date; nothing where there is none and none is to be begun.
pub fn publish(client: &Client, comment: &StickyComment<'_>) -> Result<Option<Published>, GithubError> {
    let body = comment.body();
    let units = body.encode_utf16().count();
    if units > MOST_UNITS {
        let message = format!("the comment has {units} characters, and GitHub takes {MOST_UNITS}");
        return Err(GithubError::Setting {
            message,
            help: "Shorten it; the reports hold everything.".to_owned(),
        });
    }
    let mut poster = Poster { client, comment, body, author: None, unsure: false };
    let mut last = None;
    for round in 1..=MOST_ROUNDS {
        match poster.round() {
            Ok(published) => return Ok(published),
            // It vanished between two requests, or nobody knows whether it was created: look again.
            Err(error @ (GithubError::NotFound { .. } | GithubError::Gone { .. }))
                if poster.author.is_some() =>
            {
                last = Some(error);
            }
            Err(error @ (GithubError::Server { .. } | GithubError::Unreachable { .. })) => {
                client.wait(PAUSE_BETWEEN_ROUNDS * round, error.clone())?;
                last = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| GithubError::Answer {
        what: format!("comment on #{}", comment.pull_request),
        reason: "others kept changing it".to_owned(),
    }))
}

/// A comment of ours, and the run that wrote it.
struct Ours {
    comment: Comment,
    stamp: Stamp,
}

struct Poster<'a> {
    client: &'a Client,
    comment: &'a StickyComment<'a>,
    body: String,
    /// Who we are, once it is known.
    author: Option<String>,
    /// A creation failed in such a way that it may have happened.
    unsure: bool,
}

impl Poster<'_> {
    fn round(&mut self) -> Result<Option<Published>, GithubError> {
        let ours = self.list()?;
        match ours.split_first() {
            None if self.comment.begin => self.create().map(Some),
            None => Ok(None),
            Some((oldest, others)) => {
                let published = self.bring_up_to_date(oldest, others)?;
                Ok(Some(match published {
                    Published::Unchanged(comment) if self.unsure => Published::Created(comment),
                    other => other,
                }))
            }
        }
    }

    /// Our comments of this key, the oldest first. Who we are is asked only where a marker is found.
    fn list(&mut self) -> Result<Vec<Ours>, GithubError> {
        let listed = self.client.list_comments(self.comment.repository, self.comment.pull_request)?;
        let mut marked: Vec<Ours> = listed.into_iter().filter_map(|comment| self.marked(comment)).collect();
        if marked.is_empty() {
            return Ok(marked);
        }
        let author =
            self.author.get_or_insert_with(|| self.client.viewer().unwrap_or_else(|| ACTIONS_BOT.to_owned()));
        marked.retain(|ours| ours.comment.user.as_ref().is_some_and(|user| user.login == *author));
        marked.sort_by_key(|ours| ours.comment.id);
        Ok(marked)
    }

    fn marked(&self, comment: Comment) -> Option<Ours> {
        let stamp = read(self.comment.key, comment.body.as_deref()?)?;
        Some(Ours { comment, stamp })
    }

    /// Creates it, and looks whether somebody else did at the same time.
    fn create(&mut self) -> Result<Published, GithubError> {
        let (repository, number) = (self.comment.repository, self.comment.pull_request);
        let created = self.client.create_comment(repository, number, &self.body);
        self.unsure |= created.is_err();
        let created = created?;
        if let Some(user) = &created.user {
            self.author = Some(user.login.clone());
        }
        let ours = self.list()?;
        let Some((oldest, others)) = ours.split_first() else { return Ok(Published::Created(created)) };
        if oldest.comment.id == created.id {
            // The younger one's run folds, unless it is older than this one.
            let older: Vec<&Ours> = others.iter().filter(|other| other.stamp <= self.comment.stamp).collect();
            self.delete(&older)?;
            let newest = others
                .iter()
                .filter(|other| other.stamp > self.comment.stamp)
                .max_by_key(|other| other.stamp);
            return Ok(match newest {
                Some(newest) => Published::Superseded(newest.comment.clone(), newest.stamp),
                None => Published::Created(created),
            });
        }
        let published = self.bring_up_to_date(oldest, others)?;
        self.client.delete_comment(repository, created.id)?;
        Ok(published)
    }

    /// Writes over the oldest one and deletes the others, unless a newer run has spoken.
    fn bring_up_to_date(&self, oldest: &Ours, others: &[Ours]) -> Result<Published, GithubError> {
        let newer = std::iter::once(oldest).chain(others).filter(|ours| ours.stamp > self.comment.stamp);
        if let Some(newest) = newer.max_by_key(|ours| ours.stamp) {
            return Ok(Published::Superseded(newest.comment.clone(), newest.stamp));
        }
        let published = if self.says_it(&oldest.comment) {
            Published::Unchanged(oldest.comment.clone())
        } else {
            self.update(oldest.comment.id)?
        };
        self.delete(&others.iter().collect::<Vec<_>>())?;
        Ok(published)
    }

    /// Writes over a comment, with a look before and after.
    fn update(&self, id: u64) -> Result<Published, GithubError> {
        let repository = self.comment.repository;
        let mut written = false;
        for _ in 0..=MOST_ROUNDS {
            let before = self.client.get_comment(repository, id)?;
            let stamp = before.body.as_deref().and_then(|body| read(self.comment.key, body));
            match stamp {
                Some(stamp) if stamp > self.comment.stamp => return Ok(Published::Superseded(before, stamp)),
                Some(stamp) if written && stamp == self.comment.stamp => {
                    return Ok(Published::Updated(before));
                }
                _ => {}
            }
            self.client.update_comment(repository, id, &self.body)?;
            written = true;
        }
        Err(GithubError::Answer {
            what: format!("update comment {id}"),
            reason: "an older run kept writing over it".to_owned(),
        })
    }

    fn delete(&self, comments: &[&Ours]) -> Result<(), GithubError> {
        comments
            .iter()
            .try_for_each(|ours| self.client.delete_comment(self.comment.repository, ours.comment.id))
    }

    /// GitHub may hand back other line ends.
    fn says_it(&self, comment: &Comment) -> bool {
        let body = comment.body.as_deref().unwrap_or_default().replace("\r\n", "\n");
        body.trim_end() == self.body
    }
}
