//! Sending: each file an upload of its own, then GitHub's word on all of them. What GitHub holds against one file keeps no
//! other back. A refusal for want of a permission is no failure here; what would hit every file is one, and no verdict.

use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::Context;
use gatewright_github::code_scanning::{Analysis, Packed, Processing, advice, is_switched_off, upload_help};
use gatewright_github::{Client, GithubError, RepositoryName};

use crate::files::SarifFile;
use crate::rules::counted;
use crate::target::Target;

/// What is to be sent where, besides the files.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) repository: Option<RepositoryName>,
    pub(crate) target: Option<Target>,
    pub(crate) checkout_uri: String,
    pub(crate) started_at: String,
    pub(crate) validate: bool,
    /// How long GitHub may take; nothing, if nobody waits.
    pub(crate) wait: Duration,
    /// Why the run can't have a token that writes.
    pub(crate) read_only: Option<&'static str>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    /// Nothing was sent.
    Not {
        /// Why.
        message: String,
        /// The next step.
        help: String,
        /// Somebody wanted it to be.
        refused: bool,
    },
    /// No file could be.
    NoFile,
    /// All that could be were sent.
    Done {
        /// What GitHub took, in the order of the files.
        uploads: Vec<Upload>,
        /// What it rejected, at once or while it processed it.
        rejected: Vec<Rejected>,
    },
}

/// A file that GitHub does not want.
#[derive(Clone, Debug)]
pub(crate) struct Rejected {
    /// Which of the files.
    pub(crate) file: usize,
    /// GitHub's words.
    pub(crate) message: String,
    /// The next step.
    pub(crate) help: String,
}

/// A file that GitHub took.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Which of the files.
    pub(crate) file: usize,
    pub(crate) id: String,
    pub(crate) fate: Fate,
    pub(crate) analyses_url: Option<String>,
    /// What GitHub complains of although it processed the file.
    pub(crate) errors: Vec<String>,
}

/// What became of a file that GitHub took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody waited.
    Unknown,
    /// Its results are stored.
    Processed,
    /// GitHub could not process it.
    Failed,
}

impl Sent {
    /// Nobody wanted anything to be sent.
    pub(crate) fn dry_run() -> Self {
        Self::Not {
            message: "this is a dry run".to_owned(),
            help: "Leave `dry-run` out to upload.".to_owned(),
            refused: false,
        }
    }

    fn refused(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Not { message: message.into(), help: help.into(), refused: true }
    }
}

impl Plan {
    fn analysis<'a>(&'a self, target: &'a Target, file: &'a SarifFile, sarif: &'a Packed) -> Analysis<'a> {
        Analysis {
            commit: &target.commit,
            reference: &target.reference,
            sarif,
            checkout_uri: Some(&self.checkout_uri),
            started_at: Some(&self.started_at),
            tool_name: file.log.tool(),
            validate: self.validate,
        }
    }

    /// The bodies of all requests, one a line.
    pub(crate) fn payload(&self, files: &[SarifFile]) -> Result<Vec<u8>, Failure> {
        let target = self.target.as_ref().ok_or_else(no_target)?;
        let lines = files.iter().filter_map(|file| {
            let body = self.analysis(target, file, file.packed.as_ref()?).body();
            Some(format!("{body}\n"))
        });
        Ok(lines.collect::<String>().into_bytes())
    }
}

fn no_target() -> Failure {
    Failure::usage(
        "nobody knows which commit of which branch was scanned",
        "Give `ref` and `sha`: `--ref refs/heads/main --sha $(git rev-parse HEAD)`.",
    )
}

/// Sends every file that may be sent, as far as anybody lets us.
pub(crate) fn send(
    ctx: &Context<'_>,
    client: Option<&Client>,
    plan: &Plan,
    files: &[SarifFile],
) -> Result<Sent, Failure> {
    if files.iter().all(|file| file.packed.is_none()) {
        return Ok(Sent::NoFile);
    }
    let Some(client) = client else {
        return Ok(Sent::refused("there is no token", "Hand one over as `token`."));
    };
    let Some(repository) = &plan.repository else {
        return Err(Failure::usage(
            "nobody knows which repository the results are of",
            "GITHUB_REPOSITORY names it, as in a workflow: `owner/name`.",
        ));
    };
    let target = plan.target.as_ref().ok_or_else(no_target)?;
    let (mut uploads, mut rejected): (Vec<Upload>, Vec<Rejected>) = (Vec::new(), Vec::new());
    for (index, file) in files.iter().enumerate() {
        let Some(sarif) = &file.packed else { continue };
        ctx.note(format!("uploading {} for {}", file.shown, target.reference));
        match client.upload_sarif(repository, &plan.analysis(target, file, sarif)) {
            Ok(receipt) => {
                ctx.note(format!("GitHub took {} as {}", file.shown, receipt.id));
                uploads.push(Upload {
                    file: index,
                    id: receipt.id,
                    fate: Fate::Unknown,
                    analyses_url: None,
                    errors: Vec::new(),
                });
            }
            Err(error @ (GithubError::Refused { .. } | GithubError::TooLarge { .. })) => {
                ctx.note(format!("GitHub rejected {}", file.shown));
                let help = upload_help(&error);
                rejected.push(Rejected { file: index, message: error.to_string(), help });
            }
            Err(error)
                if error.is_permission()
                    && !is_switched_off(&error)
                    && uploads.is_empty()
                    && rejected.is_empty() =>
            {
                let message = plan.read_only.map_or_else(|| error.to_string(), str::to_owned);
                return Ok(Sent::refused(message, upload_help(&error)));
            }
            Err(error) => return Err(not_uploaded(index, &error, &uploads, &rejected, files)),
        }
    }
    if !plan.wait.is_zero() && !uploads.is_empty() {
        let failed = wait(ctx, client, repository, plan.wait, &mut uploads, files)
            .map_err(|failure| besides(failure, &rejected, files))?;
        rejected.extend(failed);
        rejected.sort_by_key(|rejected| rejected.file);
    }
    Ok(Sent::Done { uploads, rejected })
}

/// Waits for GitHub's word on each upload, and gives back what it could not process.
fn wait(
    ctx: &Context<'_>,
    client: &Client,
    repository: &RepositoryName,
    most: Duration,
    uploads: &mut [Upload],
    files: &[SarifFile],
) -> Result<Vec<Rejected>, Failure> {
    ctx.note(format!(
        "waiting {} s at most until GitHub has processed {}",
        most.as_secs(),
        counted(uploads.len() as u64, "upload")
    ));
    let ids: Vec<&str> = uploads.iter().map(|upload| upload.id.as_str()).collect();
    let states = client.await_sarifs(repository, &ids, most).map_err(|error| {
        let message = format!("{}, but what became of it is not known: {error}", taken(uploads, files));
        Failure::cannot_judge(message, upload_help(&error))
    })?;
    let mut failed: Vec<Rejected> = Vec::new();
    let mut pending: Vec<Upload> = Vec::new();
    for (upload, state) in uploads.iter_mut().zip(states) {
        match state {
            Processing::Complete { analyses_url, errors } => {
                upload.fate = Fate::Processed;
                upload.analyses_url = analyses_url;
                upload.errors = errors;
            }
            Processing::Failed { errors } => {
                let words = errors.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
                let words = if words.is_empty() { "it does not say why".to_owned() } else { words };
                upload.fate = Fate::Failed;
                failed.push(Rejected {
                    file: upload.file,
                    message: format!("GitHub could not process it: {words}"),
                    help: advice(&words).to_owned(),
                });
            }
            Processing::Pending => pending.push(upload.clone()),
        }
    }
    if pending.is_empty() {
        return Ok(failed);
    }
    let done: Vec<Upload> = uploads.iter().filter(|upload| upload.fate != Fate::Unknown).cloned().collect();
    let done =
        if done.is_empty() { String::new() } else { format!("; it is done with {}", named(&done, files)) };
    let failure = Failure::cannot_judge(
        format!("after {} s GitHub has still not processed {}{done}", most.as_secs(), named(&pending, files)),
        "Raise `wait`, or run it again; with `wait: 0` nobody waits, and nobody hears of a failure.",
    );
    Err(besides(failure, &failed, files))
}

/// A failure that would hit every other file as well: they are named, and what was achieved before.
fn not_uploaded(
    at: usize,
    error: &GithubError,
    before: &[Upload],
    rejected: &[Rejected],
    files: &[SarifFile],
) -> Failure {
    let mut message = format!("{} was not uploaded: {error}", files[at].shown);
    if !before.is_empty() {
        message += &format!("; before that, {}", taken(before, files));
    }
    let left: Vec<&str> =
        files[at + 1..].iter().filter(|file| file.packed.is_some()).map(|file| file.shown.as_str()).collect();
    if !left.is_empty() {
        message += &format!("; not tried: {}", left.join(", "));
    }
    let failure = match error {
        GithubError::Setting { .. } => Failure::usage(message, upload_help(error)),
        _ => Failure::cannot_judge(message, upload_help(error)),
    };
    besides(failure, rejected, files)
}

/// A failure that does not hide what GitHub holds against single files.
fn besides(mut failure: Failure, rejected: &[Rejected], files: &[SarifFile]) -> Failure {
    for Rejected { file, message, .. } in rejected {
        failure.message += &format!("; besides, {}: {message}", files[*file].shown);
    }
    failure
}

/// What GitHub has taken so far.
fn taken(uploads: &[Upload], files: &[SarifFile]) -> String {
    format!("GitHub took {}", named(uploads, files))
}

/// Files with GitHub's ids of them.
fn named(uploads: &[Upload], files: &[SarifFile]) -> String {
    let names: Vec<String> =
        uploads.iter().map(|upload| format!("{} ({})", files[upload.file].shown, upload.id)).collect();
    names.join(", ")
}
