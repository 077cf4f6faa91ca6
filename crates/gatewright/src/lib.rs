//! The front door's knowledge of the house: the one list of all actions.

use gatewright_core::action::Action;

/// Every action, by name.
pub fn actions() -> Vec<Action> {
    vec![coverage_gate::action(), pr_comment::action()]
}
