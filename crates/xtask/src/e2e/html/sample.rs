//! A repository of made-up files with the report of their tests: ten thousand of them, in four languages, with a
//! source of fifty thousand lines, one that nobody can read, and names that try to break out of the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use anyhow::Result;
use gatewright_core::repository::LineRange;
use gatewright_coverage::output::{
    Baseline, ChangedLines, Form, Group, HtmlReport, Sink, TrendPoint, write_html,
};
use gatewright_coverage::{Picture, Ratio, Totals, Unit};

/// The source of fifty thousand lines.
pub(super) const LONG: &str = "vendor/tables/unicode_widths.rs";
/// The source that can't be read.
pub(super) const UNREADABLE: &str = "build/generated/bindings.rs";
/// A name that is markup and turns the direction of text.
pub(super) const HOSTILE: &str = "odd/<img src=x onerror=window.pwned=1>\u{202e}gpj\"&amp;':12.rs";
/// What that file holds.
const HOSTILE_SOURCE: &str =
    "// </script><script>window.pwned = 2</script> \u{202e}\u{2028}<!--\nlet a = \"<b>\";\n";

/// One language: its ending and a function in it, with the offsets of measured lines. `N` is a name, `I` a number.
struct Language {
    ending: &'static str,
    folder: &'static str,
    head: &'static str,
    function: &'static [&'static str],
    /// Offsets: of the function's first line, of measured lines, of the branch, of the line behind it.
    measured: &'static [u32],
    branch: u32,
    rare: u32,
}

const LANGUAGES: [Language; 4] = [
    Language {
        ending: "rs",
        folder: "crates",
        head: "//! Prices and what becomes of them.\n\nuse crate::model::{Item, Order};\n\n",
        function: &[
            "/// The N of an order in cents; `limit` is the most that one item may cost.",
            "pub fn N_I(order: &Order, limit: u64) -> Result<u64, Error> {",
            "    // A discount never makes an order negative.",
            "    let mut total = 0;",
            "    for item in &order.items {",
            "        if item.price > limit && !item.is_free() {",
            "            return Err(Error::Limit { name: \"N\", limit, found: item.price });",
            "        }",
            "        total += item.price * u64::from(item.count);",
            "    }",
            "    Ok(total.saturating_sub(order.discount('I')))",
            "}",
            "",
        ],
        measured: &[1, 3, 4, 5, 6, 8, 10],
        branch: 5,
        rare: 6,
    },
    Language {
        ending: "tsx",
        folder: "web/src/components",
        head: "import { useMemo } from 'react';\nimport type { Item } from '../model';\n\n",
        function: &[
            "/** Shows the N of every item that matches. */",
            "export function NI({ items, query }: Props) {",
            "  const found = useMemo(() => items.filter((item) => item.name.includes(query)), [items, query]);",
            "  if (found.length === 0) {",
            "    return <p className=\"empty\">{`No N for ${query}`}</p>;",
            "  }",
            "  return found.map((item) => <Row key={item.id} item={item} columns={3} />);",
            "}",
            "",
        ],
        measured: &[1, 2, 3, 4, 6],
        branch: 3,
        rare: 4,
    },
    Language {
        ending: "go",
        folder: "services",
        head: "package store\n\nimport \"context\"\n\n",
        function: &[
            "// NI reads one row; it returns ErrNone where there is none.",
            "func (s *Store) NI(ctx context.Context, id int64) (*Row, error) {",
            "\trow, err := s.db.QueryRow(ctx, `SELECT * FROM N WHERE id = $1`, id)",
            "\tif err != nil {",
            "\t\treturn nil, fmt.Errorf(\"read N %d: %w\", id, err)",
            "\t}",
            "\treturn row, nil",
            "}",
            "",
        ],
        measured: &[1, 2, 3, 4, 6],
        branch: 3,
        rare: 4,
    },
    Language {
        ending: "py",
        folder: "tools/reports",
        head: "\"\"\"Reports about orders.\"\"\"\n\nfrom __future__ import annotations\n\n",
        function: &[
            "def N_I(rows: list[Row], *, strict: bool = False) -> dict[str, int]:",
            "    \"\"\"Count rows by N; unknown ones raise where strict.\"\"\"",
            "    counts: dict[str, int] = {}",
            "    for row in rows:",
            "        if row.kind not in KNOWN and strict:",
            "            raise ValueError(f\"unknown N: {row.kind}\")  # the caller shows it",
            "        counts[row.kind] = counts.get(row.kind, 0) + 1",
            "    return counts",
            "",
        ],
        measured: &[0, 2, 3, 4, 5, 6, 7],
        branch: 4,
        rare: 5,
    },
];

const NOUNS: [&str; 16] = [
    "invoice", "payment", "session", "basket", "discount", "ledger", "parser", "router", "cache", "index",
    "token", "worker", "report", "stream", "policy", "account",
];

/// The repository, its report, and what it is compared with.
pub(super) struct Sample {
    pub(super) picture: Picture,
    pub(super) changed: BTreeMap<String, ChangedLines>,
    sources: BTreeMap<String, (usize, u32)>,
}

/// A number that looks like chance and is always the same.
fn mixed(seed: usize, salt: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    let seed = seed as u32;
    let bits = (seed.wrapping_mul(0x9e37_79b9) ^ salt.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 15)
}

impl Sample {
    /// A repository of so many files.
    pub(super) fn new(files: usize) -> Result<Self> {
        let mut report = String::new();
        let mut sources = BTreeMap::new();
        let mut changed = BTreeMap::new();
        for number in 0..files {
            let language = &LANGUAGES[number % 4];
            let (noun, other) =
                (NOUNS[mixed(number, 1) as usize % 16], NOUNS[mixed(number, 2) as usize % 16]);
            let part = NOUNS[(number / 4 % 61) % 16];
            let path = format!(
                "{}/{part}{}/src/{other}/{noun}_{number}.{}",
                language.folder,
                number / 4 % 61,
                language.ending
            );
            let functions = 1 + mixed(number, 3) % 24;
            record(&mut report, &path, number, language, functions);
            if number % 257 == 3 {
                let ranges = vec![LineRange { first: 5, last: 12 }];
                changed.insert(path.clone(), ChangedLines { ranges, ratio: None });
            }
            sources.insert(path, (number, functions));
        }
        record(&mut report, LONG, 0, &LANGUAGES[0], 3846);
        sources.insert(LONG.to_owned(), (0, 3846));
        for path in [UNREADABLE, HOSTILE, "odd/Case.rs", "odd/case.rs"] {
            writeln!(report, "SF:{path}\nDA:1,1\nDA:2,0\nDA:70,3\nend_of_record")?;
        }
        let picture = gatewright_coverage::read(&mut report.as_bytes())?.picture;
        Ok(Self { picture, changed, sources })
    }

    /// The text of a file.
    fn source(&self, path: &str) -> Option<String> {
        if path == HOSTILE {
            return Some(HOSTILE_SOURCE.to_owned());
        }
        let (number, functions) = *self.sources.get(path)?;
        let language = if path == LONG { &LANGUAGES[0] } else { &LANGUAGES[number % 4] };
        let mut text = language.head.to_owned();
        for index in 0..functions {
            let noun = NOUNS[mixed(number, 40 + index) as usize % 16];
            for line in language.function {
                text.push_str(&line.replace('N', noun).replace('I', &index.to_string()));
                text.push('\n');
            }
        }
        Some(text)
    }

    /// Covered and measured changed lines, counted line by line.
    pub(super) fn patch(&self) -> Ratio {
        let mut patch = Ratio::default();
        for (path, changed) in &self.changed {
            let view = self.picture.file(path).map(gatewright_coverage::FileCoverage::line_view);
            let lines = changed.ranges.iter().flat_map(|range| range.first..=range.last);
            for hits in lines.filter_map(|line| view.as_ref().and_then(|view| view.hits(line))) {
                patch += Ratio::new(u64::from(hits > 0), 1);
            }
        }
        patch
    }

    /// Writes the page.
    pub(super) fn write(&self, form: Form, sink: &mut Sink<'_>) -> io::Result<()> {
        let totals = self.picture.totals();
        let before =
            Totals { lines: Ratio::new(totals.lines.covered - 900, totals.lines.total - 400), ..totals };
        let trend: Vec<TrendPoint> = (0..40_u64)
            .zip(0_u32..)
            .map(|(commit, salt)| TrendPoint {
                label: format!("{:07x}", commit * 7_654_321 + 0x00a1_b2c3),
                ratio: Ratio::new(7600 + commit * 9 + u64::from(mixed(7, salt) % 90), 10_000),
            })
            .collect();
        let group = |kind, name, nth: u64| Group {
            kind,
            name,
            totals: Totals {
                lines: Ratio::new(totals.lines.covered / nth, totals.lines.total / nth + 40 * nth),
                ..totals
            },
        };
        let groups = [
            group("flag", "unit", 1),
            group("flag", "integration <slow>", 3),
            group("component", "web", 4),
            group("component", "services", 5),
        ];
        let file = |path: &str| {
            let totals = self.picture.file(path)?.totals();
            let lines = totals.lines;
            (!path.len().is_multiple_of(9)).then(|| Totals {
                lines: Ratio::new(lines.covered - lines.covered % 3, lines.total - lines.total % 2),
                ..totals
            })
        };
        let report = HtmlReport {
            title: "acme/storefront",
            subject: &[
                ("Commit", "4f2c9d1"),
                ("Branch", "speed-up-basket"),
                ("Tested", "2026-03-14 09:26 UTC"),
            ],
            totals,
            picture: &self.picture,
            patch: Some(self.patch()),
            changed: &self.changed,
            baseline: Some(Baseline { name: "main at 1a2b3c4", totals: before, file: &file }),
            trend: &trend,
            groups: &groups,
            minimum: "75".parse().ok(),
            blob: Some("https://github.com/acme/storefront/blob/4f2c9d1"),
            source: &|path| self.source(path),
            form,
        };
        write_html(&report, sink)
    }

    /// The files with what they miss in lines.
    pub(super) fn missed(&self) -> impl Iterator<Item = (&str, u64)> {
        self.picture.files().map(|(path, file)| (path, file.ratio(Unit::Lines).missed()))
    }
}

/// The record of one file: some functions were never called, some missed their rare case.
fn record(report: &mut String, path: &str, number: usize, language: &Language, functions: u32) {
    // Writing to a String never fails.
    let _ = writeln!(report, "SF:{path}");
    let head = u32::try_from(language.head.lines().count()).unwrap_or(0);
    let length = u32::try_from(language.function.len()).unwrap_or(1);
    let quality = mixed(number, 5) % 100;
    for index in 0..functions {
        let first = head + 1 + index * length;
        let fate = mixed(number, 1000 + index) % 100;
        let (called, rare) = (fate > quality / 4, fate > 40 + quality / 3);
        let hits = u64::from(called) * u64::from(1 + mixed(number, index) % 900);
        let noun = NOUNS[mixed(number, 40 + index) as usize % 16];
        let _ = writeln!(report, "FN:{first},{noun}_{index}\nFNDA:{hits},{noun}_{index}");
        for offset in language.measured {
            let hits = if *offset == language.rare && !rare { 0 } else { hits };
            let _ = writeln!(report, "DA:{},{hits}", first + offset);
        }
        let taken = |taken: bool| if called { u64::from(taken).to_string() } else { "-".to_owned() };
        let line = first + language.branch;
        let _ = writeln!(report, "BRDA:{line},0,0,{}\nBRDA:{line},0,1,{}", taken(true), taken(rare));
    }
    report.push_str("end_of_record\n");
}
