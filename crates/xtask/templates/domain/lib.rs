//! Text files, counted and judged.
//!
//! This crate owns the counting and the rules. It must not know where bytes come from or how anything is shown, and it
//! never panics on input.

pub mod judge;
pub mod rules;
