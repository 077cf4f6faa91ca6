//! What a report says about one run of one test. All integers, nothing owned: a reader hands it to a [`Sink`] and
//! forgets it. It must not know any format.

use crate::text::Excerpt;

/// How one run of a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It held.
    Passed,
    /// An expectation did not hold.
    Failed,
    /// It could not be carried out, or did not end.
    Errored,
    /// It was left out.
    Skipped,
}

impl Outcome {
    /// Whether the run speaks against the code.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Errored)
    }
}

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanoseconds(pub u64);

impl Nanoseconds {
    /// `1.5` in units of `unit` nanoseconds; none if it is no number or below zero.
    pub(crate) fn from_float(value: f64, unit: f64) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; checked to be positive"
        )]
        let nanoseconds = (value >= 0.0 && value.is_finite()).then(|| (value * unit).round() as u64);
        nanoseconds.map(Self)
    }

    /// For people: `1.204 s`, `12 ms`, `2 min 5 s`.
    pub fn shown(self) -> String {
        let (seconds, milliseconds) = (self.0 / 1_000_000_000, self.0 / 1_000_000 % 1000);
        match seconds {
            0 if milliseconds == 0 => "0 ms".to_owned(),
            0 => format!("{milliseconds} ms"),
            1..60 => format!("{seconds}.{milliseconds:03} s"),
            60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
            _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A leaf test.
    #[default]
    Test,
    /// Something outside any test: a package that does not build, a teardown of a suite, a host that crashed. It counts
    /// as one test, so that nothing that failed can vanish from the numbers.
    OutsideTests,
}

/// What tells a test from every other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TestName<'a> {
    /// The suites that it stands in, outermost first, joined by ` › `: a package, a class, a file, a binary.
    pub suite: &'a str,
    /// The class, where the format has one beside the suite.
    pub class: &'a str,
    /// Its own name.
    pub name: &'a str,
    /// The source file that the report says it is in.
    pub file: &'a str,
}

/// What the report itself says about earlier attempts of the same run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attempts {
    /// Attempts before the last one that failed.
    pub failed_before: u32,
    /// An attempt passed, and yet the runner was told to call it a failure.
    pub failed_by_runner: bool,
}

/// Why a run failed, or was skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// The kind of error: `AssertionError`.
    pub kind: String,
    /// What the test says, mostly one line.
    pub message: String,
    /// The trace, the difference, the output.
    pub text: Excerpt,
    /// Where the report says that it failed.
    pub file: String,
    /// The line there, from 1; 0 if it is not said.
    pub line: u32,
    /// The process ended with it, or the report did: what should have come behind it did not run.
    pub is_crash: bool,
}

/// One run of one test.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence<'a> {
    /// What ran.
    pub subject: Subject,
    /// Which one.
    pub test: TestName<'a>,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it was tried before.
    pub attempts: Attempts,
    /// How long it took, if it is said.
    pub duration: Option<Nanoseconds>,
    /// The line of `test.file` where it is declared, from 1; 0 if it is not said.
    pub line: u32,
    /// Why it failed or was skipped; a passed run after failed attempts says why those failed.
    pub detail: Option<&'a Detail>,
    /// Names and values that the report gives the run.
    pub properties: &'a [(String, String)],
    /// The line of the report.
    pub report_line: u64,
}

impl<'a> Occurrence<'a> {
    /// A run of a test with nothing more to say.
    pub fn new(test: TestName<'a>, outcome: Outcome) -> Self {
        Self {
            subject: Subject::Test,
            test,
            outcome,
            attempts: Attempts::default(),
            duration: None,
            line: 0,
            detail: None,
            properties: &[],
            report_line: 0,
        }
    }

    /// Whether it failed and passed.
    pub fn is_flaky(&self) -> bool {
        self.outcome == Outcome::Passed && self.attempts.failed_before > 0 || self.attempts.failed_by_runner
    }
}

/// Takes the runs of a report, one by one.
pub trait Sink {
    /// Takes one.
    fn take(&mut self, occurrence: &Occurrence<'_>);
}

/// Takes the runs of a report whose times are milliseconds where its format says seconds, and hands them on.
pub struct Milliseconds<'s>(pub &'s mut dyn Sink);

impl Sink for Milliseconds<'_> {
    fn take(&mut self, occurrence: &Occurrence<'_>) {
        let duration = occurrence.duration.map(|duration| Nanoseconds(duration.0 / 1000));
        self.0.take(&Occurrence { duration, ..*occurrence });
    }
}

/// How many there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Every attempt that counts passed.
    pub passed: u64,
    /// An expectation did not hold.
    pub failed: u64,
    /// Could not be carried out, or did not end.
    pub errored: u64,
    /// Left out.
    pub skipped: u64,
    /// Failed and passed.
    pub flaky: u64,
}

impl Tally {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.passed + self.failed + self.errored + self.skipped + self.flaky
    }

    /// Those that ran at all.
    pub fn executed(&self) -> u64 {
        self.total() - self.skipped
    }

    /// Those that speak against the code.
    pub fn bad(&self) -> u64 {
        self.failed + self.errored
    }

    /// Adds those of another.
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
    }

    /// Counts one run.
    pub fn count(&mut self, occurrence: &Occurrence<'_>) {
        match occurrence.outcome {
            _ if occurrence.is_flaky() => self.flaky += 1,
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Errored => self.errored += 1,
            Outcome::Skipped => self.skipped += 1,
        }
    }
}

impl Sink for Tally {
    fn take(&mut self, occurrence: &Occurrence<'_>) {
        self.count(occurrence);
    }
}
