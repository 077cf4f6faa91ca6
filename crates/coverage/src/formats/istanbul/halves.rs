//! Places and counts, which a coverage map keeps apart under the same ids: read, and joined again.

use crate::decode;
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Spot, Value};

/// A map and its counts, as they stand in the report: by id.
pub(super) struct Halves<M, C> {
    pub(super) mapped: Vec<(u32, Spot, M)>,
    counted: Vec<(u32, Spot, C)>,
    has_map: bool,
    has_counts: bool,
}

impl<M, C> Default for Halves<M, C> {
    fn default() -> Self {
        Self { mapped: Vec::new(), counted: Vec::new(), has_map: false, has_counts: false }
    }
}

impl<M, C> Halves<M, C> {
    pub(super) fn clear(&mut self) {
        self.mapped.clear();
        self.counted.clear();
        self.has_map = false;
        self.has_counts = false;
    }

    /// Whether there is a map or counts, empty or not.
    pub(super) fn is_there(&self) -> bool {
        self.has_map || self.has_counts
    }

    pub(super) fn read_map(
        &mut self,
        json: &mut Json<'_>,
        read: impl Fn(&mut Json<'_>, Spot) -> Pulled<M>,
    ) -> Pulled<()> {
        self.has_map = true;
        if !json.object("an object of places by id")? {
            return Ok(());
        }
        while json.key()? {
            let spot = json.spot();
            let Some(id) = read_id(json)? else { continue };
            if json.object("an object with a place")? {
                let place = read(json, spot)?;
                self.mapped.push((id, spot, place));
            }
        }
        Ok(())
    }

    pub(super) fn read_counts(
        &mut self,
        json: &mut Json<'_>,
        mut read: impl FnMut(&mut Json<'_>, Value) -> Pulled<Option<C>>,
    ) -> Pulled<()> {
        self.has_counts = true;
        if !json.object("an object of counts by id")? {
            return Ok(());
        }
        while json.key()? {
            let spot = json.spot();
            let Some(id) = read_id(json)? else { continue };
            let value = json.value()?;
            if let Some(count) = read(json, value)? {
                self.counted.push((id, spot, count));
            }
        }
        Ok(())
    }

    /// Both halves of each id, in the order of ids. What has only one half is said.
    pub(super) fn join(
        &mut self,
        json: &mut Json<'_>,
        path: &str,
        what: &'static str,
        mut add: impl FnMut((u32, Spot), M, C),
    ) {
        settle(&mut self.mapped, json);
        settle(&mut self.counted, json);
        let mut counted = self.counted.drain(..).peekable();
        let unmapped = |json: &mut Json<'_>, id: u32, spot: Spot| {
            json.say_at(spot, Kind::Contradiction, "a place for each count", || {
                format!("a count of {what} {id}, which {path} does not map")
            });
        };
        for (id, spot, place) in self.mapped.drain(..) {
            while let Some((before, spot, _)) = counted.next_if(|counted| counted.0 < id) {
                unmapped(json, before, spot);
            }
            match counted.next_if(|counted| counted.0 == id) {
                Some((_, spot, count)) => add((id, spot), place, count),
                None => json.say_at(spot, Kind::Contradiction, "a count for each place", || {
                    format!("{what} {id} of {path} has no count")
                }),
            }
        }
        for (id, spot, _) in counted {
            unmapped(json, id, spot);
        }
    }
}

/// In the order of ids; of an id that stands twice, the last one, as every reader of JavaScript does it.
fn settle<T>(entries: &mut Vec<(u32, Spot, T)>, json: &mut Json<'_>) {
    if entries.windows(2).all(|pair| pair[0].0 < pair[1].0) {
        return;
    }
    entries.sort_by_key(|entry| entry.0);
    entries.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            json.say_at(next.1, Kind::RepeatedKey, "", || {
                format!("id {} stands here twice; the last one holds", next.0)
            });
            std::mem::swap(next, kept);
        }
        same
    });
}

/// The last key as an id; its value is read over where it is none.
fn read_id(json: &mut Json<'_>) -> Pulled<Option<u32>> {
    let id = decode::whole_u32(json.text());
    if id.is_none() {
        json.say(Kind::MalformedRecord, "a number", || "an id that is no number".to_owned())?;
        json.skip_value()?;
    }
    Ok(id)
}
