//! Sets from text such as `1-3,7`.

use std::fmt;
use std::str::FromStr;

use crate::{Interval, IntervalSet};

/// A text that names no set.
#[derive(Debug, PartialEq, Eq)]
pub enum ParseError {
    Empty,
    NotANumber(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing between two commas"),
            Self::NotANumber(text) => write!(f, "`{text}` is not a number"),
        }
    }
}

impl std::error::Error for ParseError {}

impl FromStr for IntervalSet {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut set = Self::default();
        for part in text.split(',').map(str::trim) {
            if part.is_empty() {
                return Err(ParseError::Empty);
            }
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            set.insert(Interval::new(number(first)?, number(last)?));
        }
        Ok(set)
    }
}

fn number(text: &str) -> Result<u32, ParseError> {
    text.trim().parse().map_err(|_| ParseError::NotANumber(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_refused() {
        assert_eq!("1,two".parse::<IntervalSet>(), Err(ParseError::NotANumber("two".to_owned())));
    }
}
