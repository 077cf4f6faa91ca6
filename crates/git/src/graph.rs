//! Merge bases in a clone whose history is cut off. Works on commit ids; knows no repository.
//!
//! Where history is missing, a commit that both sides reach need not be their merge base: the true one may lie
//! behind a cut. [`merge_bases`] answers only when what is missing cannot change the answer.

use std::collections::{HashMap, HashSet};

use gatewright_core::repository::CommitId;

/// The parents of every commit that can be reached; a cut commit has none.
pub(crate) type Graph = HashMap<CommitId, Vec<CommitId>>;

/// The merge bases of a history of which a part is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// These, whatever the missing history holds; none where the two have no common history.
    Certain(Vec<CommitId>),
    /// The missing history decides.
    Cut,
}

/// The best common ancestors of two commits, in no particular order. `cut` are the commits whose parents are missing.
pub(crate) fn merge_bases(
    graph: &Graph,
    one: &CommitId,
    other: &CommitId,
    cut: &HashSet<CommitId>,
) -> Answer {
    let (of_one, of_other) = (ancestors(graph, [one]), ancestors(graph, [other]));
    let common: HashSet<&CommitId> = of_one.intersection(&of_other).copied().collect();
    let parents = |commit: &&CommitId| graph.get(*commit).into_iter().flatten();
    let below = ancestors(graph, common.iter().flat_map(parents));
    let bases: Vec<CommitId> =
        common.iter().filter(|commit| !below.contains(*commit)).map(|&commit| commit.clone()).collect();

    // What only one side reaches. A better common ancestor would be reached through a cut on one side, and
    // would lie outside of what the bases reach on the other.
    let own_one: HashSet<_> = of_one.difference(&common).copied().collect();
    let own_other: HashSet<_> = of_other.difference(&common).copied().collect();
    let is_cut = |commits: &HashSet<&CommitId>| commits.iter().any(|commit| cut.contains(*commit));
    let hidden = (is_cut(&own_one) && !own_other.is_empty()) || (is_cut(&own_other) && !own_one.is_empty());
    // Of several bases one may be an ancestor of another through a cut.
    let unordered = bases.len() > 1 && is_cut(&common);
    if hidden || unordered { Answer::Cut } else { Answer::Certain(bases) }
}

fn ancestors<'a>(graph: &'a Graph, tips: impl IntoIterator<Item = &'a CommitId>) -> HashSet<&'a CommitId> {
    let mut seen = HashSet::new();
    let mut open: Vec<&CommitId> = tips.into_iter().collect();
    while let Some(commit) = open.pop() {
        if seen.insert(commit) {
            open.extend(graph.get(commit).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> CommitId {
        CommitId::new(&format!("{number:040x}")).unwrap()
    }

    /// Commit `n` has the given parents, all smaller than `n`.
    fn graph(parents: &[Vec<usize>]) -> Graph {
        let parents = parents.iter().map(|parents| parents.iter().copied().map(id).collect());
        parents.enumerate().map(|(number, parents)| (id(number), parents)).collect()
    }

    fn sorted(answer: Answer) -> Answer {
        match answer {
            Answer::Certain(mut bases) => {
                bases.sort();
                Answer::Certain(bases)
            }
            Answer::Cut => Answer::Cut,
        }
    }

    #[test]
    fn a_base_that_is_one_of_the_two_is_certain_in_any_clone() {
        // 2 merges 0 (the base's tip) and 1, whose history is cut.
        let graph = graph(&[vec![], vec![], vec![0, 1]]);
        let cut = HashSet::from([id(0), id(1)]);
        assert_eq!(merge_bases(&graph, &id(2), &id(0), &cut), Answer::Certain(vec![id(0)]));
        assert_eq!(merge_bases(&graph, &id(1), &id(0), &cut), Answer::Cut);
    }

    #[test]
    fn unrelated_histories_are_told_from_cut_ones() {
        let graph = graph(&[vec![], vec![]]);
        assert_eq!(merge_bases(&graph, &id(0), &id(1), &HashSet::new()), Answer::Certain(vec![]));
        assert_eq!(merge_bases(&graph, &id(0), &id(1), &HashSet::from([id(0)])), Answer::Cut);
    }

    fn histories() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<bool>, usize, usize)> {
        (2_usize..12).prop_flat_map(|size| {
            let commits: Vec<_> = (0..size)
                .map(|number| prop::collection::btree_set(0..number.max(1), 0..3_usize.min(number + 1)))
                .collect();
            let commits = commits.prop_map(|commits| {
                let below = |(number, parents): (usize, std::collections::BTreeSet<usize>)| {
                    parents.into_iter().filter(|&parent| parent < number).collect()
                };
                commits.into_iter().enumerate().map(below).collect::<Vec<Vec<usize>>>()
            });
            (commits, prop::collection::vec(prop::bool::weighted(0.2), size), 0..size, 0..size)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn an_answer_in_a_cut_history_is_the_answer_in_the_whole((parents, cuts, one, other) in histories()) {
            let whole = graph(&parents);
            let truth = merge_bases(&whole, &id(one), &id(other), &HashSet::new());
            let cut: HashSet<CommitId> =
                (0..parents.len()).filter(|&number| cuts[number] && !parents[number].is_empty()).map(id).collect();
            let mut visible = whole.clone();
            for commit in &cut {
                visible.insert(commit.clone(), vec![]);
            }
            let answer = merge_bases(&visible, &id(one), &id(other), &cut);
            if answer != Answer::Cut {
                prop_assert_eq!(sorted(answer), sorted(truth));
            }
        }
    }
}
