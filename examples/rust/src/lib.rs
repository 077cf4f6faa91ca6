//! Sets of whole numbers, kept as intervals that neither touch nor overlap.

mod interval;
mod parse;
mod set;

pub use interval::Interval;
pub use parse::ParseError;
pub use set::IntervalSet;
