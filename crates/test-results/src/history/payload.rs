//! A history as bytes, `gatewright.test-history/1`: a line with that name, then a zlib stream. The same history gives the
//! same bytes. Identities are not stored, because they follow from the names.
//!
//! In the stream, numbers are LEB128 and lie in columns, because like beside like packs best: the runs; what was left
//! out; the texts that tests share, sorted, each as the number of bytes that it has in common with the one before and
//! the rest; then of every test, sorted by its names: variant, suite, class, file, subject (as values and how often each
//! repeats), its name (like the texts), outcomes (three bits of outcome, five of how often it repeats), passes, and the
//! three bytes of its typical time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outcomes::{MOST_RUNS, Outcomes, PastOutcome};
use super::{History, HistoryError, MOST_COMMIT, Past, PastRun, Typical};
use crate::identity::TestId;
use crate::model::Subject;

mod stream;

use stream::{Reader, Writer};

/// What the first line says before the version.
const NAME: &[u8] = b"gatewright.test-history/";

/// The version of the format.
const VERSION: u64 = 1;

/// Tests that are recorded.
const MOST_TESTS: usize = 1_000_000;

/// Bytes of all names and of all texts, unpacked.
const MOST_TEXT: usize = 128 * 1024 * 1024;

/// Bytes of everything, unpacked.
const MOST_UNPACKED: u64 = 256 * 1024 * 1024;

/// Bytes of one name: what a roster keeps.
const MOST_NAME: usize = 4096;

const SUBJECT_OUTSIDE: u64 = 1;
const SUBJECT_HAS_ID: u64 = 2;

impl History {
    /// As at most so many bytes, and how many tests were left out for that. Those that `first` names stay the longest,
    /// then those that failed most often, then those that were in the newest run. What is left out of the newest run is
    /// remembered as a number. A history of no test at all is a few kB, and is never cut further.
    pub fn to_bytes_within(&self, most: usize, first: &dyn Fn(&Past) -> bool) -> (Vec<u8>, u64) {
        let mut kept: Vec<&Past> = self.tests.values().collect();
        kept.sort_by_cached_key(|past| {
            let absent = past.outcomes.newest() == PastOutcome::Absent;
            (!first(past), u32::MAX - past.outcomes.bad(), absent, past.id)
        });
        kept.truncate(MOST_TESTS);
        let mut text = 0;
        let within = kept.iter().take_while(|past| {
            // Shared texts are counted with each that has them: a bound that is easy to see.
            text += past.name.len().max(past.suite.len() + past.class.len() + past.file.len());
            text <= MOST_TEXT / 2
        });
        let within = within.count();
        kept.truncate(within);
        loop {
            let bytes = self.bytes_of(&kept);
            let left_out = (self.tests.len() - kept.len()) as u64;
            if bytes.len() <= most || kept.is_empty() {
                return (bytes, left_out);
            }
            // A little less than their share, so that few rounds do.
            let share = kept.len() as u128 * most as u128 / bytes.len() as u128 * 98 / 100;
            kept.truncate(usize::try_from(share).unwrap_or(0).min(kept.len() - 1));
        }
    }

    /// With these tests only.
    fn bytes_of(&self, kept: &[&Past]) -> Vec<u8> {
        let mut tests = kept.to_vec();
        tests.sort_unstable_by(|left, right| left.sort_key().cmp(&right.sort_key()));
        let is_present = |past: &Past| past.outcomes.newest() != PastOutcome::Absent;
        let present = self.tests.values().filter(|past| is_present(past)).count();
        let kept_present = kept.iter().filter(|past| is_present(past)).count();
        let mut writer = Writer::default();
        writer.number(self.runs.len() as u64);
        for run in &self.runs {
            writer.text(&run.commit);
            writer.number(run.time);
            writer.number(run.tests);
        }
        writer.number(self.left_out + (present - kept_present) as u64);
        write_tests(&tests, self.runs.len(), &mut writer);
        let mut bytes = [NAME, VERSION.to_string().as_bytes(), b"\n"].concat();
        writer.pack_into(&mut bytes);
        bytes
    }

    /// Reads a history. No bytes make it panic or take more memory than a history of a million tests does.
    ///
    /// # Errors
    /// Where it is none, or of a later version, or broken.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HistoryError> {
        let rest = bytes.strip_prefix(NAME).ok_or(HistoryError::NotOne)?;
        let end = rest.iter().take(20).position(|byte| *byte == b'\n').ok_or(HistoryError::NotOne)?;
        let version = std::str::from_utf8(&rest[..end]).ok().and_then(|text| text.parse().ok());
        match version.ok_or(HistoryError::NotOne)? {
            VERSION => {}
            later if later > VERSION => return Err(HistoryError::Later(later)),
            _ => return Err(HistoryError::NotOne),
        }
        let unpacked = stream::unpack(&rest[end + 1..], MOST_UNPACKED)?;
        let mut reader = Reader::new(&unpacked);
        let runs = read_runs(&mut reader)?;
        let left_out = reader.number()?;
        let tests = read_tests(&mut reader, runs.len())?;
        if !reader.is_at_end() {
            return Err(HistoryError::Broken("something follows its end"));
        }
        let present = tests.values().filter(|past| past.outcomes.newest() != PastOutcome::Absent).count();
        if Some(runs.first().map_or(0, |run| run.tests)) != left_out.checked_add(present as u64) {
            return Err(HistoryError::Broken("its newest run has another number of tests"));
        }
        Ok(Self { runs, tests, left_out })
    }
}

fn write_tests(tests: &[&Past], runs: usize, writer: &mut Writer) {
    let shared: [fn(&Past) -> &Arc<str>; 4] =
        [|past| &past.variant, |past| &past.suite, |past| &past.class, |past| &past.file];
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for past in tests {
        numbers.extend(shared.iter().map(|of| (of(past).as_ref(), 0)));
    }
    for (number, (_, place)) in numbers.iter_mut().enumerate() {
        *place = number as u64;
    }
    writer.number(numbers.len() as u64);
    writer.texts(numbers.keys().copied());
    writer.number(tests.len() as u64);
    for of in shared {
        writer.repeated(tests.iter().map(|past| numbers[of(past).as_ref()]));
    }
    let has_id = |past: &Past| past.id != past.id_by_names();
    writer.repeated(tests.iter().map(|past| {
        let outside = if past.subject == Subject::OutsideTests { SUBJECT_OUTSIDE } else { 0 };
        outside | if has_id(past) { SUBJECT_HAS_ID } else { 0 }
    }));
    for past in tests.iter().filter(|past| has_id(past)) {
        writer.bytes(&past.id.0.to_le_bytes());
    }
    writer.texts(tests.iter().map(|past| past.name.as_ref()));
    for past in tests {
        write_outcomes(past.outcomes, runs, writer);
    }
    writer.repeated(tests.iter().map(|past| u64::from(past.passes)));
    let stored = || tests.iter().map(|past| past.typical.stored());
    stored().for_each(|(level, _)| writer.bytes(&[level.to_be_bytes()[0]]));
    stored().for_each(|(level, _)| writer.bytes(&[level.to_be_bytes()[1]]));
    stored().for_each(|(_, spread)| writer.bytes(&[spread]));
}

/// Repeats that one byte can say.
const MOST_REPEATS: usize = 32;

fn write_outcomes(outcomes: Outcomes, runs: usize, writer: &mut Writer) {
    let mut at = 0;
    while at < runs {
        let outcome = outcomes.get(at);
        let repeats =
            (at..runs.min(at + MOST_REPEATS)).take_while(|run| outcomes.get(*run) == outcome).count();
        let behind_first = u8::try_from(repeats - 1).expect("at most 31");
        writer.bytes(&[outcome.code() << 5 | behind_first]);
        at += repeats;
    }
}

fn read_outcomes(runs: usize, reader: &mut Reader<'_>) -> Result<Outcomes, HistoryError> {
    let mut newest_first = [PastOutcome::Absent; MOST_RUNS];
    let mut at = 0;
    while at < runs {
        let byte = reader.byte()?;
        let outcome =
            PastOutcome::from_code(byte >> 5).ok_or(HistoryError::Broken("an outcome is unknown"))?;
        let end = at + usize::from(byte & 31) + 1;
        if end > runs {
            return Err(HistoryError::Broken("a test has more outcomes than there are runs"));
        }
        newest_first[at..end].fill(outcome);
        at = end;
    }
    let mut outcomes = Outcomes::default();
    newest_first.iter().rev().for_each(|outcome| outcomes.push(*outcome));
    Ok(outcomes)
}

fn read_runs(reader: &mut Reader<'_>) -> Result<Vec<PastRun>, HistoryError> {
    let count = reader.number_up_to(MOST_RUNS, "runs")?;
    (0..count)
        .map(|_| {
            let commit = reader.text(MOST_COMMIT)?.to_owned();
            Ok(PastRun { commit, time: reader.number()?, tests: reader.number()? })
        })
        .collect()
}

fn read_tests(reader: &mut Reader<'_>, runs: usize) -> Result<BTreeMap<TestId, Past>, HistoryError> {
    let most_shared = MOST_TESTS * 4;
    let count = reader.number_up_to(most_shared, "texts")?;
    let shared: Vec<Arc<str>> =
        reader.texts(count, MOST_NAME, MOST_TEXT)?.into_iter().map(Arc::from).collect();
    let count = reader.number_up_to(MOST_TESTS, "tests")?;
    let mut columns = Vec::with_capacity(4);
    for _ in 0..4 {
        let column = reader.repeated(count)?;
        if column.iter().any(|number| *number >= shared.len() as u64) {
            return Err(HistoryError::Broken("a test names a text that is not there"));
        }
        columns.push(column);
    }
    let subjects = reader.repeated(count)?;
    if subjects.iter().any(|subject| *subject > (SUBJECT_OUTSIDE | SUBJECT_HAS_ID)) {
        return Err(HistoryError::Broken("a subject is unknown"));
    }
    let has_id = |subject: u64| subject & SUBJECT_HAS_ID != 0;
    let ids = subjects.iter().map(|subject| has_id(*subject).then(|| reader.id()).transpose());
    let ids = ids.collect::<Result<Vec<Option<TestId>>, _>>()?;
    let names = reader.texts(count, MOST_NAME, MOST_TEXT)?;
    let outcomes = (0..count).map(|_| read_outcomes(runs, reader)).collect::<Result<Vec<_>, _>>()?;
    let passes = reader.repeated(count)?;
    let (high, low, spread) = (reader.take(count)?, reader.take(count)?, reader.take(count)?);
    let mut tests = BTreeMap::new();
    for (row, name) in names.into_iter().enumerate() {
        let text = |column: usize| {
            let number = usize::try_from(columns[column][row]).expect("it was held against the length");
            Arc::clone(&shared[number])
        };
        let level = u16::from_be_bytes([high[row], low[row]]);
        let outside = subjects[row] & SUBJECT_OUTSIDE != 0;
        let mut past = Past {
            id: TestId(0),
            subject: if outside { Subject::OutsideTests } else { Subject::Test },
            variant: text(0),
            suite: text(1),
            class: text(2),
            name,
            file: text(3),
            outcomes: outcomes[row],
            typical: Typical::from_stored(level, spread[row])
                .ok_or(HistoryError::Broken("a typical time is none"))?,
            passes: u32::try_from(passes[row]).map_err(|_| HistoryError::Broken("passes are too many"))?,
        };
        past.id = ids[row].unwrap_or_else(|| past.id_by_names());
        if past.outcomes.is_absent() {
            return Err(HistoryError::Broken("a test was in none of the runs"));
        }
        if tests.insert(past.id, past).is_some() {
            return Err(HistoryError::Broken("a test is there twice"));
        }
    }
    Ok(tests)
}
