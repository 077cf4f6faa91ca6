//! The front door's knowledge of the house: the one list of all actions.

use gatewright_core::action::Action;

/// Every action, by name.
pub fn actions() -> Vec<Action> {
    vec![
        coverage_gate::action(),
        pr_comment::action(),
        sarif_upload::action(),
        security_sarif::action(),
        test_report::action(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_comment_on_a_strangers_report_knows_our_words() {
        use pr_comment::unverified::{ACTIONS, MEASURES};
        for action in super::actions().iter().filter(|action| action.is_gate()) {
            let about = action.about();
            assert!(ACTIONS.contains(&about.name), "add `{}` to pr-comment's vocabulary", about.name);
            for measure in about.measures {
                let (field, counted) = measure.name.split_once('.').expect("names are dotted");
                let known = MEASURES.iter().any(|(known, names)| *known == field && names.contains(&counted));
                assert!(known, "add `{}` to pr-comment's vocabulary", measure.name);
            }
        }
    }
}
