//! What some files add up to, in each unit. It knows no file and no scope: whoever sums decides which files belong
//! together.

use std::collections::BTreeSet;

use crate::{FileCoverage, Ratio, Totals, Unit};

/// A sum over files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    totals: Totals,
    /// The lines of the files that are counted in lines.
    lines_alone: Ratio,
    native: BTreeSet<Unit>,
    files: usize,
}

impl Tally {
    /// Adds a file that is counted in `native`.
    pub fn add(&mut self, native: Unit, totals: &Totals) {
        self.totals = self.totals + *totals;
        if native == Unit::Lines {
            self.lines_alone += totals.lines;
        }
        self.native.insert(native);
        self.files += 1;
    }

    /// The units that the files are counted in: statements, lines, or both where formats are mixed.
    pub fn native(&self) -> &BTreeSet<Unit> {
        &self.native
    }

    /// How many files were added.
    pub fn files(&self) -> usize {
        self.files
    }

    /// What the files add up to in one unit.
    ///
    /// Lines are those of the files whose reports count in lines. Only where no report does, they are the lines
    /// that statements span: a file that is judged by its statements must not stand in for another's lines.
    pub fn ratio(&self, unit: Unit) -> Ratio {
        if unit == Unit::Lines && self.native.len() > 1 { self.lines_alone } else { self.totals.ratio(unit) }
    }

    /// The ratios in every unit.
    pub fn totals(&self) -> Totals {
        Totals { lines: self.ratio(Unit::Lines), ..self.totals }
    }
}

/// What a line that ran with branches untaken counts as, where lines are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partials {
    /// It ran.
    #[default]
    Hit,
    /// It is a miss.
    Miss,
}

/// What a file adds up to.
pub(crate) fn totals_of(file: &FileCoverage, partials: Partials) -> Totals {
    let mut totals = file.totals();
    if partials == Partials::Miss && !file.is_summary_only() {
        let partial = partial_lines(file).len() as u64;
        totals.lines.covered = totals.lines.covered.saturating_sub(partial);
    }
    totals
}

/// The lines that ran without all of their branches, in order.
pub(crate) fn partial_lines(file: &FileCoverage) -> Vec<u32> {
    let named = file.branches().iter().map(crate::Branch::line);
    let mut lines: Vec<u32> = named.chain(file.branch_tallies().iter().map(|tally| tally.line())).collect();
    if lines.is_empty() {
        return lines;
    }
    lines.sort_unstable();
    lines.dedup();
    let view = file.line_view();
    lines
        .retain(|line| file.branches_on(*line).missed() > 0 && view.hits(*line).is_some_and(|hits| hits > 0));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_an_untaken_branch_may_be_a_miss() {
        let report = "SF:a.js\nDA:1,1\nDA:2,1\nDA:3,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nBRDA:2,0,0,1\nBRDA:3,0,0,-\nend_of_record\n";
        let parsed = crate::read(&mut report.as_bytes()).unwrap();
        let file = parsed.picture.file("a.js").unwrap();
        assert_eq!(partial_lines(file), [1]);
        assert_eq!(totals_of(file, Partials::Hit).lines, Ratio::new(2, 3));
        assert_eq!(totals_of(file, Partials::Miss).lines, Ratio::new(1, 3));
    }

    #[test]
    fn statements_never_stand_in_for_lines() {
        let mut tally = Tally::default();
        let totals = |statements, lines| Totals { statements, lines, ..Totals::default() };
        tally.add(Unit::Statements, &totals(Ratio::new(5, 10), Ratio::new(9, 12)));
        assert_eq!(tally.ratio(Unit::Lines), Ratio::new(9, 12));
        tally.add(Unit::Lines, &totals(Ratio::default(), Ratio::new(1, 4)));
        assert_eq!(
            (tally.ratio(Unit::Lines), tally.ratio(Unit::Statements)),
            (Ratio::new(1, 4), Ratio::new(5, 10))
        );
    }
}
