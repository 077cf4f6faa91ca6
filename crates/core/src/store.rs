//! What an action may ask of the store: payloads of earlier commits, kept by series. `gatewright-git` keeps them in
//! a reference of the repository; core and the concerns only know these questions, and what a payload means is known
//! to the action that recorded it.
//!
//! An entry counts for a commit only if it was recorded at that commit or at one of its first-parent ancestors. A
//! store that is missing, a commit without such an entry, and an entry that can't be read are three different
//! answers, and none of them is an error that could be taken for another.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::date::Date;
use crate::repository::CommitId;

/// A second in UTC, shown as RFC 3339 has it: `2027-01-31T09:30:00Z`. The calendar ends with the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time {
    seconds: u64,
}

/// Who recorded an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Run {
    /// The id of the workflow run; 0 on a laptop.
    pub id: u64,
    /// The attempt, from 1.
    pub attempt: u32,
}

/// What is to be recorded. Together with the entry, the store writes down the commit's nearest first parents, as far
/// as they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// To which line of entries it belongs, such as `coverage-gate/unit`: any text that is not empty.
    pub series: String,
    /// The commit that was measured.
    pub commit: CommitId,
    /// Who records. The same series, commit and run id again replace what is there.
    pub run: Run,
    /// When; it also orders the entries of one commit.
    pub time: Time,
    /// What only the action understands.
    pub payload: Vec<u8>,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// To which line of entries it belongs.
    pub series: String,
    /// The commit that was measured.
    pub commit: CommitId,
    /// Who recorded it.
    pub run: Run,
    /// When.
    pub time: Time,
    /// The first parents of the commit, nearest first, at most [`MOST_ANCESTORS`], fewer where they were not known.
    pub ancestors: Vec<CommitId>,
    /// What only the action understands.
    pub payload: Vec<u8>,
}

/// How many first parents an entry names: enough to bridge the history that a shallow clone lacks.
pub const MOST_ANCESTORS: usize = 50;

/// How far an ancestor may be away, in commits. What was recorded before that says nothing about the commit.
pub const MOST_DISTANCE: usize = 10_000;

/// An entry, seen from a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The entry; its commit is the one that counts.
    pub entry: StoredEntry,
    /// How many first-parent steps lie between: 0 for the commit itself.
    pub distance: usize,
}

/// One entry of a listing, without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// To which line of entries it belongs.
    pub series: String,
    /// The commit that was measured.
    pub commit: CommitId,
    /// Who recorded it.
    pub run: Run,
    /// When.
    pub time: Time,
}

/// What the store says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// The commit of the store that was read, which is an input of the run like any other; none where there is no
    /// store.
    pub store: Option<CommitId>,
    /// What could not be read on the way to the answer and was passed over.
    pub damaged: Vec<Damaged>,
    /// Looking ended where neither the clone nor the store knows the first parent: with more history
    /// (`fetch-depth: 0`) there may be an entry.
    pub cut: bool,
}

/// A part of the store that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damaged {
    /// Where it lies in the store.
    pub path: String,
    /// What is wrong, lower case, without a full stop.
    pub reason: String,
}

/// Where the store is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The name of a remote, such as `origin`, or an address.
    pub name: String,
    /// Only where the clone brings no credentials of its own. Used for http and https.
    pub token: Option<Token>,
}

/// A secret. Never shown, not even to those who debug.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What bringing the store here came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The store is here, at this commit.
    At(CommitId),
    /// The remote has none. What lies here is left as it is.
    NoStore,
    /// The repository has no remote of that name.
    NoRemote,
}

/// Where an entry was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the remote, and here.
    Remote,
    /// Only here, because no remote was named or the repository has none of that name.
    Local,
}

/// What recording came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The store as it is now.
    pub store: CommitId,
    /// Where it was written to.
    pub place: Place,
    /// Entries that had to go for it.
    pub pruned: usize,
    /// False where the entry itself is too old beside what is there already.
    pub kept: bool,
    /// How often it was tried; more than once where others wrote at the same time.
    pub tries: u32,
}

/// What is kept. Decided on the times of the entries alone, never on the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The most entries of the series.
    pub most_entries: usize,
    /// Entries of the series that lie further behind its newest one go.
    pub most_days: u32,
    /// So many entries of the series stay, however old they are: a quiet repository keeps its history, and one clock
    /// that is wrong can't empty a series.
    pub least_entries: usize,
    /// The most bytes of the whole store, uncompressed. The oldest entries of any series go first.
    pub most_bytes: u64,
    /// The most bytes of one payload; a larger one is refused.
    pub most_payload_bytes: u64,
}

impl Default for Retention {
    /// 200 entries a series, 180 days, 10 entries at least, 64 MiB in all, 4 MiB each: what a clone downloads in a
    /// few seconds.
    fn default() -> Self {
        Self {
            most_entries: 200,
            most_days: 180,
            least_entries: 10,
            most_bytes: 64 << 20,
            most_payload_bytes: 4 << 20,
        }
    }
}

/// What kind of thing went wrong, for those who must tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// There is no repository that could hold a store, or it can't be read.
    Repository,
    /// The remote can't be reached. What lies here still serves.
    Unreachable,
    /// The remote refuses: credentials or a permission are missing.
    Denied,
    /// What is found at the store's place is no store, or can't be read at all.
    Damaged,
    /// A later version wrote it.
    LaterFormat,
    /// The entry can't be recorded as it is.
    BadEntry,
    /// Others wrote at the same time, again and again.
    Contended,
    /// The objects could not be written.
    Unwritable,
}

/// Why the store gave no answer. Both texts are shown to the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What kind it is.
    pub kind: StoreErrorKind,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The next step: a full sentence.
    pub help: String,
}

/// The questions. One implementor keeps the entries in git, the other answers where there is no repository.
pub trait Store {
    /// Brings the remote's store here, in place of the one that lies here.
    fn fetch(&self, folder: &Path, remote: &Remote) -> Result<Fetched, StoreError>;

    /// The entry of the commit itself or of its nearest first-parent ancestor that has one. Of several runs of one
    /// commit the latest counts. `None` never means that something could not be read: that is in the answer too.
    fn baseline(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
    ) -> Result<Answer<Option<Baseline>>, StoreError>;

    /// The entries of the commit and its first-parent ancestors, nearest first, of one commit the latest run first; at
    /// most so many.
    fn history(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
        most: usize,
    ) -> Result<Answer<Vec<Baseline>>, StoreError>;

    /// Every entry, by series, latest first. Reads all of them, so that whatever is damaged is named.
    fn entries(&self, folder: &Path) -> Result<Answer<Vec<Listed>>, StoreError>;

    /// Adds an entry, and lets go what need not be kept. Without a remote, or where the repository has none of that
    /// name, the entry is written here alone. Writers at the same time lose nothing.
    fn record(
        &self,
        folder: &Path,
        remote: Option<&Remote>,
        entry: &NewEntry,
        retention: &Retention,
    ) -> Result<Recorded, StoreError>;
}

/// Answers for an action that has no repository: nothing is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl NoStore {
    fn nothing<T: Default>() -> Answer<T> {
        Answer { value: T::default(), store: None, damaged: Vec::new(), cut: false }
    }
}

impl Store for NoStore {
    fn fetch(&self, _: &Path, _: &Remote) -> Result<Fetched, StoreError> {
        Ok(Fetched::NoRemote)
    }

    fn baseline(&self, _: &Path, _: &str, _: &CommitId) -> Result<Answer<Option<Baseline>>, StoreError> {
        Ok(Self::nothing())
    }

    fn history(
        &self,
        _: &Path,
        _: &str,
        _: &CommitId,
        _: usize,
    ) -> Result<Answer<Vec<Baseline>>, StoreError> {
        Ok(Self::nothing())
    }

    fn entries(&self, _: &Path) -> Result<Answer<Vec<Listed>>, StoreError> {
        Ok(Self::nothing())
    }

    fn record(
        &self,
        _: &Path,
        _: Option<&Remote>,
        _: &NewEntry,
        _: &Retention,
    ) -> Result<Recorded, StoreError> {
        Err(StoreError {
            kind: StoreErrorKind::Repository,
            message: "there is no git repository here to record in".to_owned(),
            help:
                "Run inside a clone of the repository; in a workflow, put actions/checkout before this step."
                    .to_owned(),
        })
    }
}

impl Token {
    /// A token; none where the text is empty.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The secret itself, for the one place that hands it on.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

const DAY: u64 = 86_400;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

impl Time {
    /// So many seconds after the start of 1970, but not after the year 9999.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        Self { seconds: seconds.min(LAST_SECOND) }
    }

    /// Seconds since the start of 1970.
    pub fn unix_seconds(self) -> u64 {
        self.seconds
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, second) = (Date::from_unix_seconds(self.seconds), self.seconds % DAY);
        write!(f, "{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }
}

impl FromStr for Time {
    type Err = String;

    /// Reads `2027-01-31T09:30:00Z`, with fractions, which are dropped, and with offsets such as `+02:00`.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_time(text)
            .ok_or_else(|| format!("`{text}` is no time of RFC 3339; write it as 2027-01-31T09:30:00Z"))
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let day = text.get(..10).filter(|day| day.parse::<Date>().is_ok())?;
    let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let seconds =
        clock_seconds(clock.get(..5)?)? + two_digits(clock.get(5..)?.strip_prefix(':')?, 60)?.min(59);
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|char: char| !char.is_ascii_digit())?;
            fraction.get(end..).filter(|_| end > 0)?
        }
        None => rest,
    };
    let offset = match rest.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        ("+", offset) => -i64::try_from(clock_seconds(offset)?).ok()?,
        ("-", offset) => i64::try_from(clock_seconds(offset)?).ok()?,
        _ => return None,
    };
    let total = (days_since_1970(day)? * DAY + seconds).checked_add_signed(offset)?;
    (total <= LAST_SECOND).then_some(Time { seconds: total })
}

/// `hh:mm` in seconds.
fn clock_seconds(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two_digits(hours, 23)? * 3600 + two_digits(minutes, 59)? * 60)
}

fn two_digits(text: &str, most: u64) -> Option<u64> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= most)
}

/// Howard Hinnant's `days_from_civil`, for a day that is known to be one, from 1970.
fn days_since_1970(day: &str) -> Option<u64> {
    let mut parts = day.split('-').map(str::parse::<u64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    // The year begins in March, so that the leap day is its last.
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_and_shown() {
        let same = |text: &str| text.parse::<Time>().map(|time| (time.to_string(), time.unix_seconds()));
        // The expected seconds are those of `date -u -d TEXT +%s`.
        assert_eq!(same("1970-01-01T00:00:00Z"), Ok(("1970-01-01T00:00:00Z".to_owned(), 0)));
        assert_eq!(same("2028-02-29T23:59:59Z"), Ok(("2028-02-29T23:59:59Z".to_owned(), 1_835_481_599)));
        assert_eq!(same("2027-01-31t09:30:00.123+02:00").unwrap().0, "2027-01-31T07:30:00Z");
        assert_eq!(same("2027-01-31T23:30:60-01:30").unwrap().0, "2027-02-01T01:00:59Z");
        assert_eq!(Time::from_unix_seconds(u64::MAX).to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in [
            "",
            "2027-01-31",
            "2027-02-30T00:00:00Z",
            "2027-01-31T24:00:00Z",
            "2027-01-31T00:00:00",
            "2027-01-31T00:00:00.Z",
            "2027-01-31T00:00:00Zx",
            "2027-01-31T00:00:00+2:00",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-00:01",
            "2027-01-31Té00:00:00Z",
        ] {
            assert!(wrong.parse::<Time>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_time_is_read_as_it_is_shown(seconds in 0..=LAST_SECOND) {
            let time = Time::from_unix_seconds(seconds);
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC*") {
            let _ = text.parse::<Time>();
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let remote = Remote { name: "origin".to_owned(), token: Token::new(" ghs_secret\n") };
        assert!(!format!("{remote:?}").contains("ghs"));
        assert_eq!(remote.token.map(|token| token.secret().to_owned()), Some("ghs_secret".to_owned()));
        assert_eq!(Token::new(" "), None);
    }
}
