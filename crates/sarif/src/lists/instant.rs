//! Moments, as lists write them: `2027-01-31`, `2027-01-31T12:00:00Z`, `2027-01-31 12:00:00+01:00`.

use std::fmt;

use gatewright_core::date::Date;

/// A moment, in seconds since the start of 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

const DAY: i64 = 86_400;

impl Instant {
    /// Reads a moment. A day alone is its beginning in UTC, and a time without a zone is one in UTC.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let error = || format!("`{text}` is no day of the calendar; write it as YYYY-MM-DD");
        let date: Date = text.get(..10).ok_or_else(error)?.parse().map_err(|_| error())?;
        let days = Date::from_unix_seconds(0).days_until(date);
        let rest = &text[10..];
        let seconds = match rest.chars().next() {
            None => 0,
            Some('T' | 't' | ' ') => seconds(&rest[1..]).ok_or_else(error)?,
            Some(_) => return Err(error()),
        };
        Ok(Self(u64::try_from(days * DAY + seconds).unwrap_or(0)))
    }

    /// The last second before it, as `expiryUtc` has it.
    pub fn last_second_before(self) -> String {
        let last = self.0.saturating_sub(1);
        let (hour, minute, second) = (last / 3_600 % 24, last / 60 % 60, last % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", Date::from_unix_seconds(last))
    }
}

impl fmt::Display for Instant {
    /// The day, with the time where it is not its beginning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Date::from_unix_seconds(self.0))?;
        match (self.0 / 3_600 % 24, self.0 / 60 % 60) {
            (0, 0) => Ok(()),
            (hour, minute) => write!(f, " at {hour:02}:{minute:02} UTC"),
        }
    }
}

/// The seconds of a time of day, less what its zone is ahead of UTC.
fn seconds(text: &str) -> Option<i64> {
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let two = |part: &str, below: i64| -> Option<i64> {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| is_number && *number < below)
    };
    let mut parts = clock.split(':');
    let (hour, minute) = (two(parts.next()?, 24)?, two(parts.next()?, 60)?);
    let second = parts.next().map_or(Some(0), |part| two(part, 61))?;
    let is_whole = parts.next().is_none() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let ahead = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), offset) => {
            let (hours, minutes) = offset.split_once(':')?;
            let ahead = two(hours, 24)? * 3_600 + two(minutes, 60)? * 60;
            if sign == "-" { -ahead } else { ahead }
        }
        _ => return None,
    };
    is_whole.then_some(hour * 3_600 + minute * 60 + second - ahead)
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn moments_are_read_as_they_are_written() {
        // The expected seconds are those of `date -u -d TEXT +%s`.
        let check =
            |text: &str, seconds: u64| assert_eq!(Instant::parse(text), Ok(Instant(seconds)), "{text}");
        check("2027-01-31", 1_801_353_600);
        check("2027-01-31T12:30:00Z", 1_801_398_600);
        check("2027-01-31 12:30:00.25+02:00", 1_801_391_400);
        check("2027-01-31T12:30", 1_801_398_600);
        check(" 1960-01-01 ", 0);
        for wrong in [
            "",
            "2027-02-29",
            "tomorrow",
            "2027-01-31T",
            "2027-01-31T25:00",
            "2027-01-31X",
            "2027-01-31T12:00:00+1",
            "2027-01-31T12:00:00.xZ",
            "20270131T1200",
            "2027-01-3é",
        ] {
            assert!(Instant::parse(wrong).is_err(), "{wrong}");
        }
        let until = Instant::parse("2027-01-31").unwrap();
        assert_eq!(
            (until.last_second_before().as_str(), until.to_string().as_str()),
            ("2027-01-30T23:59:59Z", "2027-01-31")
        );
        assert_eq!(Instant::parse("2027-01-31T12:30:00Z").unwrap().to_string(), "2027-01-31 at 12:30 UTC");
    }
}
