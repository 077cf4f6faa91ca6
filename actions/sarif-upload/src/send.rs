//! Sending: each file an upload of its own, then GitHub's word on all of them. A refusal for want of a permission is no
//! failure here; everything else that goes wrong is one, and no verdict.

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
    /// These were, in the order of the files.
    Uploaded(Vec<Upload>),
}

/// A file that GitHub took.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Which of the files.
    pub(crate) file: usize,
    pub(crate) id: String,
    /// GitHub is done with it; not known where nobody waited.
    pub(crate) processed: bool,
    pub(crate) analyses_url: Option<String>,
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
    let mut uploads: Vec<Upload> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let Some(sarif) = &file.packed else { continue };
        ctx.note(format!("uploading {} for {}", file.shown, target.reference));
        match client.upload_sarif(repository, &plan.analysis(target, file, sarif)) {
            Ok(receipt) => {
                ctx.note(format!("GitHub took {} as {}", file.shown, receipt.id));
                uploads.push(Upload { file: index, id: receipt.id, processed: false, analyses_url: None });
            }
            Err(error) if error.is_permission() && !is_switched_off(&error) && uploads.is_empty() => {
                let message = plan.read_only.map_or_else(|| error.to_string(), str::to_owned);
                return Ok(Sent::refused(message, upload_help(&error)));
            }
            Err(error) => return Err(not_uploaded(file, &error, &uploads, files)),
        }
    }
    if !plan.wait.is_zero() {
        wait(ctx, client, repository, plan.wait, &mut uploads, files)?;
    }
    Ok(Sent::Uploaded(uploads))
}

fn wait(
    ctx: &Context<'_>,
    client: &Client,
    repository: &RepositoryName,
    most: Duration,
    uploads: &mut [Upload],
    files: &[SarifFile],
) -> Result<(), Failure> {
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
    let mut failed: Vec<(String, &'static str)> = Vec::new();
    let mut pending = Vec::new();
    for (upload, state) in uploads.iter_mut().zip(states) {
        let shown = &files[upload.file].shown;
        match state {
            Processing::Complete { analyses_url } => {
                upload.processed = true;
                upload.analyses_url = analyses_url;
            }
            Processing::Failed { errors } => {
                let words = errors.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
                let words = if words.is_empty() { "it does not say why".to_owned() } else { words };
                failed.push((format!("GitHub could not process {shown}: {words}"), advice(&words)));
            }
            Processing::Pending => pending.push(format!("{shown} ({})", upload.id)),
        }
    }
    if let Some((_, help)) = failed.first() {
        let messages: Vec<&str> = failed.iter().map(|(message, _)| message.as_str()).collect();
        return Err(Failure::cannot_judge(messages.join("; "), *help));
    }
    if !pending.is_empty() {
        return Err(Failure::cannot_judge(
            format!("after {} s GitHub has still not processed {}", most.as_secs(), pending.join(", ")),
            "Raise `wait`, or run it again; with `wait: 0` nobody waits, and nobody hears of a failure.",
        ));
    }
    Ok(())
}

fn not_uploaded(file: &SarifFile, error: &GithubError, before: &[Upload], files: &[SarifFile]) -> Failure {
    let before =
        if before.is_empty() { String::new() } else { format!("; before that, {}", taken(before, files)) };
    let message = format!("{} was not uploaded: {error}{before}", file.shown);
    match error {
        GithubError::Setting { .. } => Failure::usage(message, upload_help(error)),
        _ => Failure::cannot_judge(message, upload_help(error)),
    }
}

/// What GitHub has taken so far.
fn taken(uploads: &[Upload], files: &[SarifFile]) -> String {
    let names: Vec<String> =
        uploads.iter().map(|upload| format!("{} ({})", files[upload.file].shown, upload.id)).collect();
    format!("GitHub took {}", names.join(", "))
}
