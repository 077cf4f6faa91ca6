//! The names of suites in suites. Knows no format.

/// What stands between the names.
pub(crate) const BETWEEN: &str = " › ";

/// The longest path: names that are whole documents are cut.
const MOST: usize = 2048;

/// The names of the suites that are open, outermost first.
#[derive(Clone, Debug, Default)]
pub(crate) struct SuitePath {
    text: String,
    lengths: Vec<usize>,
}

impl SuitePath {
    /// Enters a suite; one without a name, or with that of the one around it, adds nothing.
    pub(crate) fn enter(&mut self, name: &str) {
        self.lengths.push(self.text.len());
        let name = name.trim();
        let around = self.text.rsplit(BETWEEN).next().unwrap_or_default();
        if name.is_empty() || name == around || self.text.len() > MOST {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(BETWEEN);
        }
        self.text.push_str(crate::text::cut_str(name, MOST));
    }

    /// Leaves the last.
    pub(crate) fn leave(&mut self) {
        if let Some(length) = self.lengths.pop() {
            self.text.truncate(length);
        }
    }

    /// The path.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}
