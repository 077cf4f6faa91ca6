//! A comment on a pull request: any number of reports in one page of GitHub-flavoured Markdown.
//!
//! GitHub refuses a comment of more than 65,536 characters. UTF-16 units are counted, which no other way to count
//! characters exceeds, and a margin is kept. The verdict, the table of gates and the last line always fit; the details
//! are folded, the gates that fail first, and what does not fit is cut at a row or a block and said.

use crate::escape::{html, markdown, markdown_code};
use crate::report::{Column, Inline, Report, VerdictResult};

use super::summary::{Page, sign};
use super::{LinkBase, cut_utf16, speaker};

/// The most UTF-16 units of a comment; the rest of GitHub's 65,536 is left to a marker in front.
pub const COMMENT_MOST_UNITS: usize = 64_000;

/// A headline is cut behind so many units, so that the table of many gates fits.
const MOST_HEADLINE_UNITS: usize = 200;
/// A name likewise.
const MOST_NAME_UNITS: usize = 80;

/// What a comment shows.
#[derive(Clone, Debug)]
pub struct CommentPage<'a> {
    /// Whose comment it is: the name of the workflow.
    pub title: &'a str,
    /// What they come to all in all.
    pub verdict: VerdictResult,
    /// The reports, in any order.
    pub reports: &'a [Report],
    /// What must be known before anything else: sentences.
    pub notes: &'a [String],
    /// Where files can be looked at.
    pub links: &'a LinkBase,
    /// The commit that was judged.
    pub commit: Option<&'a str>,
    /// The run's name and its address.
    pub run: Option<(&'a str, &'a str)>,
}

/// The verdict over all reports: the worst one. Where others were judged, one without data is a warning, or a failure
/// by its own policy.
pub fn overall(reports: &[Report]) -> VerdictResult {
    let results = || reports.iter().map(|report| report.verdict.result);
    if results().all(|result| result == VerdictResult::NoData) {
        return VerdictResult::NoData;
    }
    if reports.iter().any(|report| report.verdict.failed)
        || results().any(|result| result == VerdictResult::Fail)
    {
        return VerdictResult::Fail;
    }
    if results().all(|result| result == VerdictResult::Pass) {
        VerdictResult::Pass
    } else {
        VerdictResult::Warn
    }
}

/// Renders a comment in at most [`COMMENT_MOST_UNITS`].
pub fn render_comment(comment: &CommentPage<'_>) -> String {
    let last = last_line(comment);
    let budget = COMMENT_MOST_UNITS - units(&last).min(COMMENT_MOST_UNITS);
    let mut page = Page::new(budget, units, comment.links);
    let result = comment.verdict;
    page.add(&format!(
        "## {} {}: {result}\n\n",
        sign(result),
        markdown(&cut_utf16(comment.title, MOST_NAME_UNITS))
    ));
    for (number, note) in comment.notes.iter().enumerate() {
        let between = if number > 0 { ">\n" } else { "" };
        if !page.add(&format!("{between}> {}\n", markdown(&cut_utf16(note, 1_000)))) {
            page.leave_out("a note".to_owned());
        }
    }
    if !comment.notes.is_empty() {
        page.add("\n");
    }
    let mut reports: Vec<&Report> = comment.reports.iter().collect();
    // Stable: gates of one verdict keep their order.
    reports.sort_by_key(|report| std::cmp::Reverse((report.verdict.failed, report.verdict.result)));
    gates(&mut page, &reports);
    for report in &reports {
        let gate = Some(name(report));
        let named = |reason: &crate::report::Reason| crate::report::Reason {
            gate: reason.gate.clone().or_else(|| gate.clone()),
            ..reason.clone()
        };
        page.reasons(&report.verdict.reasons.iter().map(named).collect::<Vec<_>>());
    }
    page.add("\n");
    for report in &reports {
        details(&mut page, report);
    }
    page.finish(budget) + &last
}

fn gates(page: &mut Page<'_>, reports: &[&Report]) {
    if reports.is_empty() {
        page.add("No gate has reported.\n");
        return;
    }
    let columns = [Column::left(""), Column::left("Gate"), Column::left("Verdict"), Column::left("Found")];
    let row = |report: &&Report| {
        vec![
            vec![Inline::text(sign(report.verdict.result))],
            vec![Inline::code(name(report))],
            vec![Inline::strong(report.verdict.result.as_str())],
            vec![Inline::text(cut_utf16(&report.headline, MOST_HEADLINE_UNITS))],
        ]
    };
    page.table(&columns, &reports.iter().map(row).collect::<Vec<_>>(), "gates");
}

/// Figures and sections of one report, folded.
fn details(page: &mut Page<'_>, report: &Report) {
    if report.measures.is_empty() && report.sections.is_empty() {
        return;
    }
    let name = name(report);
    let open = format!("<details><summary>{}: {}</summary>\n\n", markdown(&name), report.verdict.result);
    if !page.add(&open) {
        page.leave_out(format!("the details of {name}"));
        return;
    }
    page.measures(&report.measures);
    let mut sections: Vec<_> = report.sections.iter().collect();
    sections.sort_by_key(|section| section.rank);
    for section in sections {
        page.section(section);
    }
    page.close_details();
}

fn name(report: &Report) -> String {
    cut_utf16(&speaker(report), MOST_NAME_UNITS)
}

/// Which commit and which run this is about.
fn last_line(comment: &CommentPage<'_>) -> String {
    let commit = comment.commit.map(|sha| format!("Commit {}", markdown_code(sha.get(..10).unwrap_or(sha))));
    let run =
        comment.run.map(|(run, address)| format!("<a href=\"{}\">{}</a>", html(address), markdown(run)));
    let parts: Vec<String> = commit.into_iter().chain(run).collect();
    if parts.is_empty() { String::new() } else { format!("<sub>{}</sub>\n", parts.join(" · ")) }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::samples::hostile;
    use crate::report::{Block, Section};

    fn report(name: &str, result: VerdictResult) -> Report {
        let mut report = Report::new();
        report.subject.action = "coverage-gate".into();
        report.subject.name = Some(name.into());
        report.verdict.result = result;
        report.verdict.failed = result == VerdictResult::Fail;
        report.headline = format!("{name} has 90 %");
        report
    }

    fn rendered(reports: &[Report]) -> String {
        let links = LinkBase::default();
        let notes = ["Not verified: @all.".to_owned()];
        render_comment(&CommentPage {
            title: "CI <!-- x",
            verdict: overall(reports),
            reports,
            notes: &notes,
            links: &links,
            commit: Some("0123456789abcdef"),
            run: Some(("run 12", "https://github.com/o/r/actions/runs/12")),
        })
    }

    #[test]
    fn the_worst_gate_comes_first_and_details_are_folded() {
        let mut bad = hostile();
        bad.verdict.reasons.truncate(1);
        bad.sections[0].blocks.clear();
        let text = rendered(&[report("web", VerdictResult::Pass), bad]);
        let order: Vec<usize> = [
            "## ❌ CI",
            "> Not verified",
            "| ❌ |",
            "| ✅ |",
            "- ❌",
            "<details>",
            "<sub>Commit <code>0123456789</code> · <a href=",
        ]
        .iter()
        .map(|part| text.find(part).unwrap_or_else(|| panic!("{part} in {text}")))
        .collect();
        assert!(order.is_sorted(), "{order:?} {text}");
        for structure in ["@org", "<img", "<!-- x", "\n::error", "@all"] {
            assert!(!text.contains(structure), "{structure} in {text}");
        }
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn the_worst_verdict_is_the_comments() {
        use VerdictResult::{Fail, NoData, Pass, Warn};
        let of = |results: &[VerdictResult]| {
            overall(&results.iter().map(|result| report("a", *result)).collect::<Vec<_>>())
        };
        assert_eq!((of(&[]), of(&[NoData, NoData]), of(&[Pass, NoData])), (NoData, NoData, Warn));
        assert_eq!((of(&[Pass, Pass]), of(&[Pass, Warn]), of(&[Warn, Fail])), (Pass, Warn, Fail));
        let mut failed = report("a", NoData);
        failed.verdict.failed = true;
        assert_eq!(overall(&[failed, report("b", Pass)]), Fail);
    }

    #[test]
    fn nothing_reported_is_no_pass() {
        assert!(rendered(&[]).starts_with("## ❔ CI"), "{}", rendered(&[]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn it_stays_within_the_limit_and_the_verdict_and_the_last_line_stand(
            gates in 0_usize..400, rows in 0_usize..3_000, text in "\\PC{0,300}", fails: bool,
        ) {
            let mut reports: Vec<Report> = (0..gates).map(|number| report(&format!("{number}{text}"), VerdictResult::Pass)).collect();
            let mut large = report(&text, if fails { VerdictResult::Fail } else { VerdictResult::Pass });
            large.headline = text.repeat(50);
            let row = vec![vec![Inline::text(text.clone())]];
            let block = Block::Table { columns: vec![Column::left("x")], rows: vec![row; rows] };
            large.sections.push(Section { id: "s".into(), title: text.clone(), rank: 1, collapsed: true, blocks: vec![block, Block::Code { text }], gate: None });
            reports.push(large);
            let text = rendered(&reports);
            prop_assert!(units(&text) <= COMMENT_MOST_UNITS);
            let (sign, other) = if fails { ("❌", "✅") } else { ("✅", "❌") };
            let heading = format!("## {sign}");
            prop_assert!(text.starts_with(&heading));
            prop_assert!(text.ends_with("</sub>\n"));
            prop_assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            let place = |sign: &str| text.find(&format!("| {sign} |"));
            prop_assert!(place(sign).is_some() && place(other).is_none_or(|other| place(sign) < Some(other)));
        }
    }
}
