//! The units themselves: a line, a block of statements, an arm of a branch, a function. Each knows when
//! another one is the same unit and how two reports about it add up; none knows its file.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::gather::Measured;

/// A count in eight bytes without an alignment of eight: there are millions of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count([u32; 2]);

impl Count {
    fn new(count: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of one number")]
        Self([(count >> 32) as u32, count as u32])
    }

    fn get(self) -> u64 {
        (u64::from(self.0[0]) << 32) | u64::from(self.0[1])
    }

    fn add(&mut self, count: u64) {
        *self = Self::new(self.get().saturating_add(count));
    }

    fn flatten(&mut self) {
        *self = Self::new(self.get().min(1));
    }
}

/// A measured source line and how often it ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineHits {
    line: u32,
    hits: Count,
}

impl LineHits {
    /// A line, counted from 1.
    pub fn new(line: u32, hits: u64) -> Self {
        Self { line, hits: Count::new(hits) }
    }

    /// The line, counted from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// How often it ran, as far as 64 bits can tell.
    pub fn hits(&self) -> u64 {
        self.hits.get()
    }

    pub(crate) fn flatten(&mut self) {
        self.hits.flatten();
    }
}

impl Measured for LineHits {
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.line.cmp(&other.line)
    }

    fn absorb(&mut self, other: Self) {
        self.hits.add(other.hits());
    }
}

/// A range of source text; lines and columns count from 1.
///
/// Ordered by start line, end line, start column, end column: the order in which Go's tools write blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first line.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The column at which it starts, in bytes.
    pub start_column: u32,
    /// The column behind its end, in bytes.
    pub end_column: u32,
}

/// A run of statements that always execute together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    span: Span,
    /// The least and the greatest number of statements that a report gave it.
    statements: (u32, u32),
    hits: Count,
}

impl Block {
    /// A block of `statements` statements.
    pub fn new(span: Span, statements: u32, hits: u64) -> Self {
        Self { span, statements: (statements, statements), hits: Count::new(hits) }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// How many statements it holds; `None` where the reports disagree.
    pub fn statements(&self) -> Option<u32> {
        (!self.is_disputed()).then_some(self.statements.0)
    }

    /// The least and the greatest number of statements that a report gave it.
    pub fn claimed_statements(&self) -> (u32, u32) {
        self.statements
    }

    /// Whether the reports disagree about the number of statements.
    pub fn is_disputed(&self) -> bool {
        self.statements.0 != self.statements.1
    }

    /// How often it ran.
    pub fn hits(&self) -> u64 {
        self.hits.get()
    }

    pub(crate) fn flatten(&mut self) {
        self.hits.flatten();
    }
}

impl Measured for Block {
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.span.cmp(&other.span)
    }

    fn absorb(&mut self, other: Self) {
        self.hits.add(other.hits());
        self.statements.0 = self.statements.0.min(other.statements.0);
        self.statements.1 = self.statements.1.max(other.statements.1);
    }

    fn is_disputed(&self) -> bool {
        Self::is_disputed(self)
    }
}

/// What makes a branch branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchKind {
    /// A condition in the source.
    #[default]
    Plain,
    /// A fall-through.
    Fallthrough,
    /// An exception that may be thrown.
    Exception,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Label(Box<str>);

/// One arm of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    line: u32,
    block: u32,
    arm: u32,
    kind: BranchKind,
    unreachable: bool,
    evaluated: bool,
    taken: Count,
    /// `block,arm` where they are not two plain numbers. Rare, so it takes one word and not two.
    label: Option<Box<Label>>,
}

impl Branch {
    /// An arm with a numbered block. `taken` is `None` where the condition was never evaluated.
    pub fn numbered(line: u32, block: u32, arm: u32, taken: Option<u64>) -> Self {
        Self {
            line,
            block,
            arm,
            kind: BranchKind::Plain,
            unreachable: false,
            evaluated: taken.is_some(),
            taken: Count::new(taken.unwrap_or(0)),
            label: None,
        }
    }

    /// An arm that is known by a text, such as the condition itself.
    pub fn labelled(line: u32, label: &str, taken: Option<u64>) -> Self {
        Self { label: Some(Box::new(Label(label.into()))), ..Self::numbered(line, 0, 0, taken) }
    }

    /// With what its report says about its nature.
    #[must_use]
    pub fn of_kind(self, kind: BranchKind, unreachable: bool) -> Self {
        Self { kind, unreachable, ..self }
    }

    /// The source line.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Which arm of the line: `block,arm`.
    pub fn label(&self) -> Cow<'_, str> {
        match &self.label {
            Some(label) => Cow::Borrowed(&label.0),
            None => Cow::Owned(format!("{},{}", self.block, self.arm)),
        }
    }

    /// Its block and arm, where these are two plain numbers.
    pub(crate) fn numbers(&self) -> Option<(u32, u32)> {
        self.label.is_none().then_some((self.block, self.arm))
    }

    /// How often it was taken; `None` where the condition was never evaluated. Both `None` and 0 are misses.
    pub fn taken(&self) -> Option<u64> {
        self.evaluated.then(|| self.taken.get())
    }

    /// Whether it was taken.
    pub fn is_covered(&self) -> bool {
        self.taken.get() > 0
    }

    /// What makes it branch.
    pub fn kind(&self) -> BranchKind {
        self.kind
    }

    /// Whether it counts: an arm marked unreachable does only if it was taken after all.
    pub fn is_measured(&self) -> bool {
        !self.unreachable || self.is_covered()
    }

    pub(crate) fn flatten(&mut self) {
        self.taken.flatten();
    }

    /// What tells the arm from others of its line.
    pub(crate) fn parts(&self) -> BranchParts<'_> {
        let label = self.label.as_deref().map(|label| &*label.0);
        BranchParts { block: self.block, arm: self.arm, label, unreachable: self.unreachable }
    }

    /// The arm that [`Branch::parts`] came from.
    pub(crate) fn of_parts(line: u32, parts: BranchParts<'_>, kind: BranchKind, taken: Option<u64>) -> Self {
        let label = parts.label.map(|label| Box::new(Label(label.into())));
        Self { label, ..Self::numbered(line, parts.block, parts.arm, taken).of_kind(kind, parts.unreachable) }
    }
}

/// What tells an arm from others of its line, to be kept and made into an arm again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BranchParts<'a> {
    pub(crate) block: u32,
    pub(crate) arm: u32,
    pub(crate) label: Option<&'a str>,
    pub(crate) unreachable: bool,
}

impl Measured for Branch {
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        (self.line, self.block, self.arm)
            .cmp(&(other.line, other.block, other.arm))
            .then_with(|| self.label.cmp(&other.label))
    }

    fn absorb(&mut self, other: Self) {
        self.taken.add(other.taken.get());
        self.evaluated |= other.evaluated;
        self.unreachable |= other.unreachable;
        self.kind = self.kind.max(other.kind);
    }
}

/// How many arms of a line's branches were taken, where a report only counts them: `50% (1/2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchTally {
    line: u32,
    covered: u32,
    total: u32,
}

impl BranchTally {
    /// The arms of one line; more taken than there are is read as all of them.
    pub fn new(line: u32, covered: u32, total: u32) -> Self {
        Self { line, covered: covered.min(total), total }
    }

    /// The source line.
    pub fn line(self) -> u32 {
        self.line
    }

    /// How many were taken.
    pub fn covered(self) -> u32 {
        self.covered
    }

    /// How many there are.
    pub fn total(self) -> u32 {
        self.total
    }
}

impl Measured for BranchTally {
    fn order(&self, other: &Self) -> Ordering {
        self.line.cmp(&other.line)
    }

    /// Which arms were taken is not known, so the sum would count some twice: the larger numbers hold.
    fn absorb(&mut self, other: Self) {
        self.covered = self.covered.max(other.covered);
        self.total = self.total.max(other.total);
    }
}

/// What makes two function records one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grouping {
    /// Each name is a function of its own.
    ByName,
    /// All names that start at one line are one function: instances of a template, aliases.
    ByLine,
    /// All names that start at one line and at this column are one function: the same, where the report says
    /// more than the line.
    ByColumn(u32),
}

/// A name of a function. Several may be one function: see [`Grouping`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    start: u32,
    end: u32,
    grouping: Grouping,
    hits: Count,
    name: Box<str>,
}

impl Function {
    /// A function; a `start` of `None` where the report does not say.
    pub fn new(name: &str, start: Option<u32>, end: Option<u32>, grouping: Grouping, hits: u64) -> Self {
        Self {
            start: start.unwrap_or(0),
            end: end.unwrap_or(0),
            grouping,
            hits: Count::new(hits),
            name: name.into(),
        }
    }

    /// The name as the report wrote it, mangled or not.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line on which it starts, if the report says so.
    pub fn start(&self) -> Option<u32> {
        (self.start > 0).then_some(self.start)
    }

    /// The line on which it ends, if the report says so.
    pub fn end(&self) -> Option<u32> {
        (self.end > 0).then_some(self.end)
    }

    /// What makes it one with others.
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }

    /// How often it was called by this name.
    pub fn hits(&self) -> u64 {
        self.hits.get()
    }

    /// Whether `other`, with the same or another name, is the same function.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.start == other.start
            && self.grouping == other.grouping
            && (self.grouping != Grouping::ByName || self.name == other.name)
    }

    pub(crate) fn flatten(&mut self) {
        self.hits.flatten();
    }
}

impl Measured for Function {
    fn order(&self, other: &Self) -> Ordering {
        (self.start, self.grouping)
            .cmp(&(other.start, other.grouping))
            .then_with(|| self.name.cmp(&other.name))
    }

    fn absorb(&mut self, other: Self) {
        self.hits.add(other.hits());
        self.end = self.end.max(other.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stay_small() {
        assert_eq!(size_of::<LineHits>(), 12);
        assert_eq!(size_of::<Block>(), 32);
        assert_eq!(size_of::<Branch>(), 32);
        assert!(size_of::<Function>() <= 40);
    }

    #[test]
    fn counts_saturate() {
        let mut line = LineHits::new(1, u64::MAX - 1);
        line.absorb(LineHits::new(1, 5));
        assert_eq!(line.hits(), u64::MAX);
    }

    #[test]
    fn an_unreachable_arm_counts_only_if_taken() {
        let arm = |taken| Branch::numbered(1, 0, 0, taken).of_kind(BranchKind::Plain, true);
        assert!(!arm(None).is_measured());
        assert!(!arm(Some(0)).is_measured());
        assert!(arm(Some(1)).is_measured());
    }
}
