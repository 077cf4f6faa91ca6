//! Which entries go when one is added. Pure: decided on names and sizes, so that every writer decides alike.

use gatewright_core::store::Retention;

use super::layout::Name;

const DAY: u64 = 86_400;

/// An entry that could go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Held {
    pub(crate) name: Name,
    pub(crate) folder: String,
    pub(crate) bytes: u64,
}

/// The entries that go, oldest first. Number and age count in the folder that is written to; room is shared by all.
pub(crate) fn outdated(mut held: Vec<Held>, folder: &str, retention: &Retention) -> Vec<Held> {
    held.sort_unstable_by(|one, other| other.cmp(one));
    let newest = held.iter().find(|entry| entry.folder == folder).map(|entry| entry.name.time.unix_seconds());
    let (mut rank, mut room) = (0, retention.most_bytes);
    let mut full = false;
    held.retain(|entry| {
        let mut keep = true;
        if entry.folder == folder {
            let age = newest.unwrap_or_default() - entry.name.time.unix_seconds();
            let young = age <= u64::from(retention.most_days) * DAY || rank < retention.least_entries;
            // A series always keeps its newest entry.
            keep = young && rank < retention.most_entries.max(1);
            rank += 1;
        }
        if keep {
            // Behind the first entry for which there is no room all older ones go: no gaps.
            full |= entry.bytes > room;
            keep = !full;
            room = room.saturating_sub(entry.bytes);
        }
        !keep
    });
    held.reverse();
    held
}

#[cfg(test)]
mod tests {
    use gatewright_core::repository::CommitId;
    use gatewright_core::store::{Run, Time};

    use super::*;

    fn held(folder: &str, day: u64, bytes: u64) -> Held {
        let commit = CommitId::new(&format!("{day:040x}")).unwrap();
        let name = Name { time: Time::from_unix_seconds(day * DAY), commit, run: Run { id: 0, attempt: 1 } };
        Held { name, folder: folder.to_owned(), bytes }
    }

    fn gone(held: Vec<Held>, retention: Retention) -> Vec<(String, u64)> {
        let day = |entry: Held| (entry.folder, entry.name.time.unix_seconds() / DAY);
        outdated(held, "a", &retention).into_iter().map(day).collect()
    }

    const WIDE: Retention = Retention {
        most_entries: 100,
        most_days: 10_000,
        least_entries: 0,
        most_bytes: 10_000,
        most_payload_bytes: 10_000,
    };

    #[test]
    fn number_and_age_count_in_the_series_that_is_written() {
        let all = || (1..=6).flat_map(|day| [held("a", day * 10, 1), held("b", day * 10, 1)]).collect();
        let a = |days: &[u64]| days.iter().map(|day| ("a".to_owned(), *day)).collect::<Vec<_>>();
        assert_eq!(gone(all(), WIDE), a(&[]));
        assert_eq!(gone(all(), Retention { most_entries: 4, ..WIDE }), a(&[10, 20]));
        assert_eq!(gone(all(), Retention { most_days: 29, ..WIDE }), a(&[10, 20, 30]));
        assert_eq!(gone(all(), Retention { most_days: 30, ..WIDE }), a(&[10, 20]));
        assert_eq!(gone(all(), Retention { most_days: 0, least_entries: 5, ..WIDE }), a(&[10]));
        assert_eq!(gone(all(), Retention { most_entries: 0, ..WIDE }), a(&[10, 20, 30, 40, 50]));
    }

    #[test]
    fn for_room_the_oldest_of_any_series_go() {
        let all = vec![held("a", 3, 40), held("b", 2, 40), held("b", 1, 5), held("a", 4, 40)];
        let both = [("b".to_owned(), 1), ("b".to_owned(), 2)];
        assert_eq!(gone(all.clone(), Retention { most_bytes: 100, ..WIDE }), both);
        assert_eq!(gone(all, Retention { most_bytes: 125, ..WIDE }), []);
    }
}
