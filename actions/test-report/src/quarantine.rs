//! The quarantine as the configuration has it: tests that may fail for now.

use gatewright_core::action::{Context, FieldAbout, ListAbout};
use gatewright_test_results::{Quarantine, TestPattern};

/// The list in the configuration.
pub(crate) const LIST: ListAbout = ListAbout {
    name: "quarantine",
    item: "an entry of the quarantine",
    description: "Tests whose failures a named person accepts, for a reason, until a day.",
    required: &[
        FieldAbout {
            name: "test",
            description: "The name of the test as the report shows it, or its last part; `*` stands for anything.",
        },
        FieldAbout { name: "reason", description: "Why its failures are accepted." },
        FieldAbout { name: "owner", description: "Who answers for it." },
        FieldAbout { name: "until", description: "The last day it holds: YYYY-MM-DD." },
    ],
    optional: &[FieldAbout {
        name: "variant",
        description: "The variant it holds for, as `files` names it. Without it, all.",
    }],
};

/// The entries, in the order of the configuration.
pub(crate) fn entries(ctx: &Context<'_>) -> Vec<Quarantine> {
    let entry = |entry: gatewright_core::config::ConfigEntry| {
        let text = |key: &str| entry.text(key).unwrap_or_default().to_owned();
        Quarantine {
            test: TestPattern::new(&text("test")),
            variant: entry.text("variant").map(str::to_owned),
            reason: text("reason"),
            owner: text("owner"),
            until: entry.until.expect("every entry has a last day"),
            written_at: entry.written_at.clone(),
        }
    };
    ctx.entries(LIST.name).into_iter().map(entry).collect()
}
