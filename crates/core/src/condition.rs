//! Conditions as text: `coverage.lines[patch] >= 80 and security.high[new] == 0`.
//!
//! ```text
//! condition  = conjunct { "or" conjunct }
//! conjunct   = negation { "and" negation }
//! negation   = [ "not" ] ( "(" condition ")" | comparison )
//! comparison = reference operator decimal
//! reference  = [ gate "/" ] name [ "[" scope "]" ]     without a scope: total
//! operator   = ">=" | ">" | "<=" | "<" | "==" | "!="
//! ```
//! Literals are decimals in the measure's unit, the comparison is exact. A name that no measure has is an error
//! that names the nearest, never a silent pass.

use std::cmp::Ordering;
use std::fmt;

use crate::decimal::Decimal;
use crate::nearest::nearest;
use crate::report::{Measure, MeasureOutcome, Scope};

/// A parsed condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    text: String,
    tree: Tree,
}

/// What a condition says about a set of measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not: the measures it looked at, as found.
    Fails(Vec<String>),
    /// A measure it needs has nothing to divide by.
    NoData(Vec<String>),
    /// It speaks of a scope that this run does not have.
    NotApplicable(Vec<String>),
}

/// Why a text is no condition, or can't be judged. Columns are 1-based, in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// The text breaks the grammar.
    #[error("column {column}: found {found}, expected {expected}")]
    Syntax {
        /// Where.
        column: usize,
        /// What stands there.
        found: String,
        /// What could have stood there.
        expected: &'static str,
    },
    /// No measure has this name.
    #[error("column {column}: no measure is called `{name}`{}", hint(nearest.as_deref()))]
    UnknownMeasure {
        /// Where.
        column: usize,
        /// The name.
        name: String,
        /// The closest name there is.
        nearest: Option<String>,
    },
    /// The measure has no such scope.
    #[error("column {column}: `{name}` has no scope `{scope}`{}", hint(nearest.as_deref()))]
    UnknownScope {
        /// Where.
        column: usize,
        /// The measure.
        name: String,
        /// The scope.
        scope: String,
        /// The closest scope there is.
        nearest: Option<String>,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Comparison(Comparison),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    column: usize,
    gate: Option<String>,
    name: String,
    scope: Scope,
    operator: Operator,
    literal: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    AtLeast,
    Above,
    AtMost,
    Below,
    Equal,
    Unequal,
}

/// Deeper nesting than this is refused; nobody writes it, and the parser recurses.
const DEEPEST: usize = 32;

impl Condition {
    /// Reads a condition.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let mut parser = Parser { rest: text, column: 1, depth: 0 };
        let tree = parser.any()?;
        parser.skip_blanks();
        if parser.rest.is_empty() {
            return Ok(Self { text: text.trim().to_owned(), tree });
        }
        Err(parser.error("`and`, `or` or the end"))
    }

    /// The figures that it speaks of, each with its scope.
    pub fn references(&self) -> Vec<(&str, &Scope)> {
        fn gather<'a>(tree: &'a Tree, found: &mut Vec<(&'a str, &'a Scope)>) {
            match tree {
                Tree::All(parts) | Tree::Any(parts) => parts.iter().for_each(|part| gather(part, found)),
                Tree::Not(inner) => gather(inner, found),
                Tree::Comparison(comparison) => found.push((&comparison.name, &comparison.scope)),
            }
        }
        let mut found = Vec::new();
        gather(&self.tree, &mut found);
        found
    }

    /// Judges it on measures. `declared` are all names that the action can produce: a name among them which this
    /// run did not produce has no data, unless its scope does not apply to the run; any other is an error.
    pub fn judge(&self, measures: &[Measure], declared: &[&str]) -> Result<Truth, ConditionError> {
        evaluate(&self.tree, measures, declared)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn evaluate(tree: &Tree, measures: &[Measure], declared: &[&str]) -> Result<Truth, ConditionError> {
    match tree {
        Tree::Comparison(comparison) => comparison.judge(measures, declared),
        Tree::Not(inner) => Ok(match evaluate(inner, measures, declared)? {
            Truth::Holds => Truth::Fails(inner.found(measures)),
            Truth::Fails(_) => Truth::Holds,
            other => other,
        }),
        // Every part is evaluated, so that a misspelt name is found whatever the figures are today.
        Tree::All(parts) => {
            let truths: Vec<Truth> =
                parts.iter().map(|part| evaluate(part, measures, declared)).collect::<Result<_, _>>()?;
            Ok(combine(truths, Truth::is_failing))
        }
        Tree::Any(parts) => {
            let truths: Vec<Truth> =
                parts.iter().map(|part| evaluate(part, measures, declared)).collect::<Result<_, _>>()?;
            Ok(combine(truths, |truth| *truth == Truth::Holds))
        }
    }
}

impl Truth {
    fn is_failing(&self) -> bool {
        matches!(self, Self::Fails(_))
    }
}

/// A deciding part decides alone; else missing data is reported before what does not apply, and the texts of
/// equal answers are joined. A part that does not apply leaves the others to decide.
fn combine(truths: Vec<Truth>, decides: impl Fn(&Truth) -> bool) -> Truth {
    let mut fails = Vec::new();
    let mut no_data = Vec::new();
    let mut not_applicable = Vec::new();
    let mut holds = false;
    let mut decided_holds = false;
    let mut decided_fails = false;
    for truth in truths {
        let decisive = decides(&truth);
        match truth {
            Truth::Holds => {
                holds = true;
                decided_holds |= decisive;
            }
            Truth::Fails(found) => {
                decided_fails |= decisive;
                fails.extend(found);
            }
            Truth::NoData(found) => no_data.extend(found),
            Truth::NotApplicable(found) => not_applicable.extend(found),
        }
    }
    if decided_holds {
        Truth::Holds
    } else if decided_fails {
        Truth::Fails(fails)
    } else if !no_data.is_empty() {
        Truth::NoData(no_data)
    } else if holds {
        Truth::Holds
    } else if !fails.is_empty() {
        Truth::Fails(fails)
    } else {
        Truth::NotApplicable(not_applicable)
    }
}

impl Tree {
    fn found(&self, measures: &[Measure]) -> Vec<String> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(|part| part.found(measures)).collect()
            }
            Self::Not(inner) => inner.found(measures),
            Self::Comparison(comparison) => {
                comparison.find(measures).map(Comparison::found).into_iter().collect()
            }
        }
    }
}

impl Comparison {
    fn judge(&self, measures: &[Measure], declared: &[&str]) -> Result<Truth, ConditionError> {
        let Some(measure) = self.find(measures) else { return self.absent(measures, declared) };
        if measure.outcome == MeasureOutcome::NotApplicable {
            return Ok(Truth::NotApplicable(vec![measure.reference()]));
        }
        let Some(order) = measure.compare(self.literal) else {
            return Ok(Truth::NoData(vec![measure.reference()]));
        };
        let holds = match self.operator {
            Operator::AtLeast => order != Ordering::Less,
            Operator::Above => order == Ordering::Greater,
            Operator::AtMost => order != Ordering::Greater,
            Operator::Below => order == Ordering::Less,
            Operator::Equal => order == Ordering::Equal,
            Operator::Unequal => order != Ordering::Equal,
        };
        Ok(if holds { Truth::Holds } else { Truth::Fails(vec![Self::found(measure)]) })
    }

    fn find<'a>(&self, measures: &'a [Measure]) -> Option<&'a Measure> {
        measures.iter().find(|measure| {
            measure.name == self.name
                && measure.scope == self.scope
                && (self.gate.is_none() || measure.gate == self.gate)
        })
    }

    fn found(measure: &Measure) -> String {
        format!("{} = {}", measure.reference(), measure.display)
    }

    fn absent(&self, measures: &[Measure], declared: &[&str]) -> Result<Truth, ConditionError> {
        let of_name = || measures.iter().filter(|measure| measure.name == self.name);
        let known = declared.contains(&self.name.as_str()) || of_name().next().is_some();
        if !known {
            let names = declared.iter().copied().chain(measures.iter().map(|measure| measure.name.as_str()));
            let nearest = nearest(&self.name, names).map(str::to_owned);
            return Err(ConditionError::UnknownMeasure {
                column: self.column,
                name: self.name.clone(),
                nearest,
            });
        }
        if matches!(self.scope, Scope::Total | Scope::Patch | Scope::New) || of_name().next().is_none() {
            let reference = match self.scope {
                Scope::Total => self.name.clone(),
                _ => format!("{}[{}]", self.name, self.scope),
            };
            // A figure that nobody measured must not pass for one that is good. Where nothing was measured at all,
            // states say so, and their policies decide; and a scope may not apply to this run.
            let not_applicable = |measure: &Measure| {
                measure.scope == self.scope && measure.outcome == MeasureOutcome::NotApplicable
            };
            return Ok(if measures.is_empty() || measures.iter().any(not_applicable) {
                Truth::NotApplicable(vec![reference])
            } else {
                Truth::NoData(vec![reference])
            });
        }
        let scopes: Vec<String> = of_name().map(|measure| measure.scope.to_string()).collect();
        let scope = self.scope.to_string();
        let nearest = nearest(&scope, scopes.iter().map(String::as_str)).map(str::to_owned);
        Err(ConditionError::UnknownScope { column: self.column, name: self.name.clone(), scope, nearest })
    }
}

struct Parser<'a> {
    rest: &'a str,
    column: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Tree, ConditionError> {
        let mut parts = vec![self.all()?];
        while self.word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::Any(parts) })
    }

    fn all(&mut self) -> Result<Tree, ConditionError> {
        let mut parts = vec![self.negation()?];
        while self.word("and") {
            parts.push(self.negation()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::All(parts) })
    }

    fn negation(&mut self) -> Result<Tree, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("fewer nested parts (at most 32)"));
        }
        let tree = if self.word("not") {
            Tree::Not(Box::new(self.negation()?))
        } else if self.symbol("(") {
            let inner = self.any()?;
            if !self.symbol(")") {
                return Err(self.error("`)`"));
            }
            inner
        } else {
            Tree::Comparison(self.comparison()?)
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn comparison(&mut self) -> Result<Comparison, ConditionError> {
        self.skip_blanks();
        let column = self.column;
        let reference = self.take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        if reference.is_empty() || reference.starts_with(|c: char| c.is_ascii_digit()) {
            self.column = column;
            return Err(ConditionError::Syntax {
                column,
                found: self.found(reference),
                expected: "the name of a measure",
            });
        }
        let (gate, name) = match reference.rsplit_once('/') {
            Some((gate, name)) => (Some(gate.to_owned()), name),
            None => (None, reference),
        };
        let scope = if self.rest.starts_with('[') { self.scope()? } else { Scope::Total };
        let operator = self.operator()?;
        self.skip_blanks();
        let at = self.column;
        let literal = self.take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let value = literal.parse().map_err(|_| ConditionError::Syntax {
            column: at,
            found: self.found(literal),
            expected: "a decimal number",
        })?;
        self.symbol("%");
        Ok(Comparison { column, gate, name: name.to_owned(), scope, operator, literal: value })
    }

    fn scope(&mut self) -> Result<Scope, ConditionError> {
        let column = self.column;
        match self.rest[1..].split_once(']') {
            Some((scope, _)) if !scope.trim().is_empty() => {
                let length = scope.len() + 2;
                self.advance(length);
                Ok(Scope::from(scope.trim().to_owned()))
            }
            Some(_) => Err(ConditionError::Syntax {
                column,
                found: "`[]`".to_owned(),
                expected: "a scope such as `patch`",
            }),
            None => Err(ConditionError::Syntax {
                column,
                found: "`[` without its `]`".to_owned(),
                expected: "`]`",
            }),
        }
    }

    fn operator(&mut self) -> Result<Operator, ConditionError> {
        const OPERATORS: [(&str, Operator); 6] = [
            (">=", Operator::AtLeast),
            (">", Operator::Above),
            ("<=", Operator::AtMost),
            ("<", Operator::Below),
            ("==", Operator::Equal),
            ("!=", Operator::Unequal),
        ];
        let found = OPERATORS.into_iter().find(|(symbol, _)| self.symbol(symbol));
        found
            .map(|(_, operator)| operator)
            .ok_or_else(|| self.error("one of `>=`, `>`, `<=`, `<`, `==`, `!=`"))
    }

    fn word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let Some(rest) = self.rest.strip_prefix(word) else { return false };
        let whole = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        if whole {
            self.advance(word.len());
        }
        whole
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        self.skip_blanks();
        let stands = self.rest.starts_with(symbol);
        if stands {
            self.advance(symbol.len());
        }
        stands
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let taken = &self.rest[..end];
        self.advance(end);
        taken
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn advance(&mut self, bytes: usize) {
        self.column += self.rest[..bytes].chars().count();
        self.rest = &self.rest[bytes..];
    }

    fn found(&self, taken: &str) -> String {
        let text = if taken.is_empty() { self.rest } else { taken };
        let word: String = text.chars().take_while(|c| !c.is_whitespace()).take(24).collect();
        if word.is_empty() { "the end".to_owned() } else { format!("`{word}`") }
    }

    fn error(&mut self, expected: &'static str) -> ConditionError {
        self.skip_blanks();
        ConditionError::Syntax { column: self.column, found: self.found(""), expected }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn measures() -> Vec<Measure> {
        vec![
            Measure::percent("coverage.lines", Scope::Total, 3, 4, None),
            Measure::percent("coverage.lines", Scope::Patch, 2, 3, None),
            Measure::percent("coverage.lines", Scope::named("file", "src/a b.rs"), 1, 1, None),
            Measure::percent("coverage.branches", Scope::Total, 0, 0, None),
            Measure::count("security.high", Scope::New, 2, None),
        ]
    }

    fn check(text: &str, expected: Expect) {
        let declared = ["coverage.lines", "coverage.branches", "coverage.functions", "security.high"];
        let answer = Condition::parse(text).and_then(|condition| condition.judge(&measures(), &declared));
        let shown = match answer {
            Ok(truth) => format!("{truth:?}"),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn comparisons_are_exact() {
        check("coverage.lines >= 75", expect!["Holds"]);
        check("coverage.lines > 75%", expect![[r#"Fails(["coverage.lines = 75.00 %"])"#]]);
        check("coverage.lines[patch] > 66.666666666", expect!["Holds"]);
        check(
            "coverage.lines[patch] >= 66.666666667",
            expect![[r#"Fails(["coverage.lines[patch] = 66.66 %"])"#]],
        );
        check("coverage.lines[file:src/a b.rs] == 100", expect!["Holds"]);
        check("security.high[new] == 0", expect![[r#"Fails(["security.high[new] = 2"])"#]]);
    }

    #[test]
    fn words_join_comparisons() {
        check("coverage.lines >= 80 or security.high[new] <= 2", expect!["Holds"]);
        check(
            "not (coverage.lines >= 75 and security.high[new] == 2)",
            expect![[r#"Fails(["coverage.lines = 75.00 %", "security.high[new] = 2"])"#]],
        );
    }

    #[test]
    fn absence_is_named() {
        check("coverage.branches >= 0", expect![[r#"NoData(["coverage.branches"])"#]]);
        check("coverage.functions >= 10", expect![[r#"NoData(["coverage.functions"])"#]]);
        check("coverage.functions[patch] >= 10", expect![[r#"NoData(["coverage.functions[patch]"])"#]]);
        check(
            "coverage.lines >= 70 and coverage.functions >= 10",
            expect![[r#"NoData(["coverage.functions"])"#]],
        );
        check(
            "coverage.line >= 1",
            expect!["column 1: no measure is called `coverage.line`, did you mean `coverage.lines`?"],
        );
        check(
            "coverage.lines[file:src/a.rs] >= 1",
            expect![
                "column 1: `coverage.lines` has no scope `file:src/a.rs`, did you mean `file:src/a b.rs`?"
            ],
        );
        check(
            "coverage.lines >= 0 or wrong.name > 1",
            expect!["column 24: no measure is called `wrong.name`"],
        );
    }

    #[test]
    fn what_this_run_can_not_know_decides_nothing() {
        let condition = Condition::parse("coverage.functions[patch] >= 10").unwrap();
        let not_applicable =
            Measure::not_applicable("coverage.lines", Scope::Patch, crate::report::Unit::Percent);
        let expected = Ok(Truth::NotApplicable(vec!["coverage.functions[patch]".to_owned()]));
        for measures in [&[not_applicable][..], &[]] {
            assert_eq!(condition.judge(measures, &["coverage.functions"]), expected);
        }
    }

    #[test]
    fn wrong_texts_are_located() {
        check("", expect!["column 1: found the end, expected the name of a measure"]);
        check(
            "coverage.lines => 3",
            expect!["column 16: found `=>`, expected one of `>=`, `>`, `<=`, `<`, `==`, `!=`"],
        );
        check("coverage.lines >= eighty", expect!["column 19: found `eighty`, expected a decimal number"]);
        check("coverage.lines[patch >= 3", expect!["column 15: found `[` without its `]`, expected `]`"]);
        check("(coverage.lines > 3", expect!["column 20: found the end, expected `)`"]);
        check("a > 1 && b > 1", expect!["column 7: found `&&`, expected `and`, `or` or the end"]);
        check(
            &"(".repeat(5000),
            expect!["column 33: found `((((((((((((((((((((((((`, expected fewer nested parts (at most 32)"],
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = Condition::parse(&text).map(|condition| condition.judge(&measures(), &[]));
        }
    }
}
