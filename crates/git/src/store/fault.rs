//! Everything that can be wrong with a store, and the next step for each.

use gatewright_core::store::{StoreError, StoreErrorKind};

use crate::error::{Error, Failure};

/// Why the store gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("`refs/gatewright/v1` holds {0}, no store")]
    NotAStore(String),
    #[error("`refs/gatewright/v1` is broken, it names no object")]
    BrokenReference,
    #[error("the store in `refs/gatewright/v1` can't be read: {0}")]
    Unreadable(String),
    #[error("the store in `refs/gatewright/v1` has the format `{0}`, which a later version wrote")]
    LaterFormat(String),
    #[error("the remote `{remote}` can't be reached: {reason}")]
    Unreachable { remote: String, reason: String },
    #[error("the remote `{remote}` refuses to show its store: {reason}")]
    ReadDenied { remote: String, reason: String },
    #[error("the remote `{remote}` refuses to have the store written: {reason}")]
    WriteDenied { remote: String, reason: String },
    #[error("nothing was recorded, because others wrote each of the {tries} times it was tried: {reason}")]
    Contended { tries: u32, reason: String },
    #[error("the store can't be written: {0}")]
    Unwritable(String),
    #[error("a series without a name can't be recorded")]
    NoSeries,
    #[error("{bytes} bytes are more than the {most} that the store takes")]
    TooLarge { bytes: u64, most: u64 },
}

impl Fault {
    /// What kind it is.
    pub(crate) fn kind(&self) -> StoreErrorKind {
        match self {
            Self::NotAStore(_) | Self::BrokenReference | Self::Unreadable(_) => StoreErrorKind::Damaged,
            Self::LaterFormat(_) => StoreErrorKind::LaterFormat,
            Self::Unreachable { .. } => StoreErrorKind::Unreachable,
            Self::ReadDenied { .. } | Self::WriteDenied { .. } => StoreErrorKind::Denied,
            Self::Contended { .. } => StoreErrorKind::Contended,
            Self::Unwritable(_) => StoreErrorKind::Unwritable,
            Self::NoSeries | Self::TooLarge { .. } => StoreErrorKind::BadEntry,
        }
    }

    /// The next step: full sentences.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NotAStore(_) => {
                "If nothing else uses it, remove it with `git push origin --delete refs/gatewright/v1` and \
                `git update-ref -d refs/gatewright/v1`; the next recording begins a new store."
            }
            Self::BrokenReference => {
                "Remove the file `refs/gatewright/v1` from the folder that `git rev-parse --git-common-dir` names, and \
                fetch the store again with the verb `fetch`."
            }
            Self::Unreadable(_) => {
                "Fetch it again: `git update-ref -d refs/gatewright/v1`, then the verb `fetch`. If that does not \
                mend it, begin a new one with `git push origin --delete refs/gatewright/v1`."
            }
            Self::LaterFormat(_) => "Use the version that wrote it, or a later one.",
            Self::Unreachable { .. } => {
                "Try again when the remote answers; until then the store of the last `fetch` serves."
            }
            Self::ReadDenied { .. } => {
                "Give the job the permission `contents: read`, and where actions/checkout leaves no credentials \
                (`persist-credentials: false`), a token."
            }
            Self::WriteDenied { .. } => {
                "Give the job the permission `contents: write`, and where actions/checkout leaves no credentials \
                (`persist-credentials: false`), a token. Runs of forks can't record."
            }
            Self::Contended { .. } => "Run it again, or let fewer jobs record at the same time.",
            Self::Unwritable(_) => "Check that the folder `.git` can be written and that the disk is not full.",
            Self::NoSeries => "Name the series.",
            Self::TooLarge { .. } => "Record less, or raise the limit.",
        }
        .to_owned()
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Known(Error::Store(fault))
    }
}

/// What the user is told.
pub(crate) fn store_error(failure: Failure) -> StoreError {
    let error = match failure {
        Failure::Known(error) => error,
        Failure::Unable(reason) => Error::Unreadable(reason),
    };
    let kind = match &error {
        Error::Store(fault) => fault.kind(),
        _ => StoreErrorKind::Repository,
    };
    StoreError { kind, message: error.to_string(), help: error.help() }
}
