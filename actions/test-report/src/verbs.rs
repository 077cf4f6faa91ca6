//! What the action does besides judging.

use gatewright_core::action::VerbAbout;

pub(crate) const VERBS: [VerbAbout; 2] = [
    VerbAbout { name: "judge", summary: "Judges the results that lie here.", operands: None },
    VerbAbout {
        name: "run",
        summary: "Runs a command, shows what it says, and judges its results and its end together.",
        operands: Some("the command, behind `--`"),
    },
];
