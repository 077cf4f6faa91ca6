//! Numbers as reports write them. Knows no format.

use crate::model::Nanoseconds;

/// A number of decimal digits, with whatever blanks around it.
pub(crate) fn whole(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    let digits = text.len() < 20 && !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| text.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

/// A line number; 0 if it is none.
pub(crate) fn line(text: &[u8]) -> u32 {
    whole(text).and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// What a duration turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// A length of time.
    Known(Nanoseconds),
    /// Nothing is said.
    Unsaid,
    /// No length of time.
    Strange,
}

impl Time {
    pub(crate) fn known(self) -> Option<Nanoseconds> {
        if let Self::Known(time) = self { Some(time) } else { None }
    }
}

/// Seconds: `0.012`, `1e-05`, `1,234.5`, `0,5`. A comma before a point, or before every three digits of a number that
/// does not start with zero, parts thousands; any other is a decimal point.
pub(crate) fn seconds(text: &[u8]) -> Time {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Time::Unsaid;
    }
    if let Some(time) = plain_seconds(text) {
        return Time::Known(time);
    }
    let Ok(text) = std::str::from_utf8(text) else { return Time::Strange };
    let text = text.strip_suffix('s').map_or(text, str::trim_end);
    let number = if !text.contains(',') {
        text.parse::<f64>()
    } else if text.contains('.') || parts_thousands(text) {
        text.replace(',', "").parse()
    } else {
        text.replacen(',', ".", 1).parse()
    };
    number.ok().and_then(|number| Nanoseconds::from_float(number, 1e9)).map_or(Time::Strange, Time::Known)
}

fn parts_thousands(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// Digits, and a point with up to nine more: exact.
fn plain_seconds(text: &[u8]) -> Option<Nanoseconds> {
    let mut value = 0_u64;
    let mut decimals = None;
    if text.len() > 19 {
        return None;
    }
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + u64::from(byte - b'0');
                decimals = decimals.map(|decimals| decimals + 1);
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            _ => return None,
        }
    }
    let scale = 9_u32.checked_sub(decimals.unwrap_or(0))?;
    Some(Nanoseconds(value.checked_mul(10_u64.pow(scale))?))
}

/// `[-][d.]hh:mm:ss[.fffffff]`, as .NET writes spans of time.
pub(crate) fn time_span(text: &[u8]) -> Time {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Time::Unsaid;
    }
    let mut parts = text.split(|byte| *byte == b':');
    let (Some(hours), Some(minutes), Some(seconds_text), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return seconds(text);
    };
    let (days, hours) = match hours.iter().position(|byte| *byte == b'.') {
        Some(point) => (whole(&hours[..point]), whole(&hours[point + 1..])),
        None => (Some(0), whole(hours)),
    };
    let Time::Known(Nanoseconds(seconds)) = seconds(seconds_text) else { return Time::Strange };
    let (Some(days), Some(hours), Some(minutes)) = (days, hours, whole(minutes)) else {
        return Time::Strange;
    };
    let minutes = days.saturating_mul(24).saturating_add(hours).saturating_mul(60).saturating_add(minutes);
    Time::Known(Nanoseconds(minutes.saturating_mul(60_000_000_000).saturating_add(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_in_every_writing() {
        let cases: [(&str, Option<u64>); 16] = [
            ("0", Some(0)),
            ("1.5", Some(1_500_000_000)),
            ("0.000000001", Some(1)),
            ("0.0000000019", Some(2)),
            ("1e-05", Some(10_000)),
            ("1,234.5", Some(1_234_500_000_000)),
            ("1,234", Some(1_234_000_000_000)),
            ("12,345,678", Some(12_345_678_000_000_000)),
            ("0,123", Some(123_000_000)),
            ("1,5", Some(1_500_000_000)),
            (" 2.0s ", Some(2_000_000_000)),
            ("NaN", None),
            ("-0.5", None),
            ("<<computed>>", None),
            ("inf", None),
            ("1.2.3", None),
        ];
        for (text, expected) in cases {
            let time = seconds(text.as_bytes());
            assert_eq!(time.known().map(|time| time.0), expected, "{text}");
            assert!(time.known().is_some() || time == Time::Strange, "{text}");
        }
        assert_eq!(seconds(b" "), Time::Unsaid);
    }

    #[test]
    fn spans_of_time() {
        let hour = 3_600_000_000_000;
        for (text, expected) in [
            ("00:00:01.5000000", 1_500_000_000),
            ("01:00:00", hour),
            ("1.02:00:00.25", 26 * hour + 250_000_000),
            ("0.5", 500_000_000),
        ] {
            assert_eq!(time_span(text.as_bytes()), Time::Known(Nanoseconds(expected)), "{text}");
        }
        assert_eq!(time_span(b"a:b:c"), Time::Strange);
        assert_eq!(time_span(b"-00:00:01"), Time::Strange);
    }
}
