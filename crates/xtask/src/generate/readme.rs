//! `actions/<name>/README.md`: prose by hand, tables by us, between `<!-- gen:<block> -->` and `<!-- end:<block> -->`.
//! Lines that use the action are derived, too, so that the repository is named in one place.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use gatewright_core::REPOSITORY_URL;
use gatewright_core::action::Action;
use gatewright_core::report::Policy;

use super::action_yml::{output_sentence, outputs};
use super::inputs::InputAbout;
use super::{Generated, folder, rules};

/// Instead of the commit of a release, which nobody knows while its files are written.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

pub(super) fn render(root: &Path, action: &Action) -> Result<Generated> {
    let path = format!("{}/README.md", folder(action));
    let mut text = fs::read_to_string(root.join(&path)).with_context(|| {
        format!("{path} can't be read; write its prose around the blocks `gen:inputs`, `gen:outputs`, …")
    })?;
    text = text.replace("\r\n", "\n");
    for (block, content) in blocks(action) {
        text = with_block(&text, block, &content).with_context(|| path.clone())?;
    }
    Ok(Generated { path, text: with_uses(&text, action.about().name) })
}

/// `owner/name`, from the one place that names the repository.
pub(super) fn repository() -> &'static str {
    REPOSITORY_URL.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path)
}

/// How a workflow uses an action: `uses:` without its commit.
fn reference(name: &str) -> String {
    format!("{}/actions/{name}@", repository())
}

/// The blocks that an action's README must have.
fn blocks(action: &Action) -> Vec<(&'static str, String)> {
    let inputs = InputAbout::all(action);
    let about = action.about();
    let mut blocks = vec![("inputs", inputs_block(&inputs)), ("outputs", outputs_block(action))];
    let policies = inputs.iter().filter(|input| input.is::<Policy>()).collect::<Vec<_>>();
    if !policies.is_empty() {
        let rows = policies.iter().map(|input| {
            let state = input.name.trim_start_matches("on-");
            let what = input.help.trim_start_matches("What ");
            let what = what.rsplit_once(": ").map_or(what, |(what, _)| what);
            let what = what.trim_end_matches(" does").trim_end_matches(", do");
            [code(state), capital(what), code(input.default.as_deref().unwrap_or("")), code(&input.name)]
        });
        blocks.push(("states", table(["state", "what is the case", "default", "input"], rows)));
    }
    if !about.measures.is_empty() {
        let rows = about.measures.iter().map(|measure| [code(measure.name), capital(measure.description)]);
        blocks.push(("measures", table(["measure", "counts"], rows)));
    }
    if !about.rules.is_empty() {
        let rows = about.rules.iter().map(|rule| {
            let link = format!("[`{0}`](../../{1}#{0})", rule.id, rules::path(about.name));
            [link, rule.severity.to_string(), rule.title.to_owned()]
        });
        blocks.push(("rules", table(["rule", "severity", "finds"], rows)));
    }
    blocks.push(("exit", exit_block()));
    blocks
}

fn inputs_block(inputs: &[InputAbout]) -> String {
    let rows = |shared: bool| {
        inputs.iter().filter(move |input| input.shared == shared).map(|input| {
            [code(&input.name), code(input.default.as_deref().unwrap_or("")), input.help.clone()]
        })
    };
    let heads = ["input", "default", "meaning"];
    format!("{}\nEvery action has these, too:\n\n{}", table(heads, rows(false)), table(heads, rows(true)))
}

fn outputs_block(action: &Action) -> String {
    table(["output", "holds"], outputs(action).map(|output| [code(output.name), output_sentence(output)]))
}

fn exit_block() -> String {
    use gatewright_core::failure::{EXIT_CANNOT_JUDGE, EXIT_FAILED, EXIT_PASSED, EXIT_USAGE};
    let rows = [
        (
            EXIT_PASSED,
            "Passed: the verdict is `pass` or `warn`, or `no-data` where the policy lets that pass.",
        ),
        (EXIT_FAILED, "The gate failed."),
        (EXIT_USAGE, "An input or the configuration is wrong; there is no verdict."),
        (EXIT_CANNOT_JUDGE, "It could not be judged: a file, the repository or the run itself failed."),
    ];
    table(["exit status", "meaning"], rows.map(|(status, meaning)| [status.to_string(), meaning.to_owned()]))
}

/// Replaces what stands between a block's markers.
fn with_block(text: &str, block: &str, content: &str) -> Result<String> {
    let (start, end) = (format!("<!-- gen:{block} -->\n"), format!("<!-- end:{block} -->"));
    let Some((before, rest)) = text.split_once(&start) else {
        bail!("there is no line `{}`; add it and `{end}` where the table belongs", start.trim_end());
    };
    let Some((_, after)) = rest.split_once(&end) else {
        bail!("there is no `{end}` behind `{}`; add it", start.trim_end());
    };
    Ok(format!("{before}{start}{content}{end}{after}"))
}

/// Lines that use the action name this repository and this version.
fn with_uses(text: &str, name: &str) -> String {
    let path = format!("/actions/{name}@");
    let line = |line: &str| match line.split_once("uses: ") {
        Some((before, used)) if used.contains(&path) => {
            let version = env!("CARGO_PKG_VERSION");
            format!(
                "{before}uses: {}{NO_COMMIT} # v{version}: write the commit of that release\n",
                reference(name)
            )
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

pub(super) fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&heads.map(str::to_owned));
    text += &format!("|{}\n", "---|".repeat(N));
    for row in rows {
        text += &line(&row.map(|cell| cell.replace('|', "\\|")));
    }
    text
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default()
        + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_replaced_between_its_markers() {
        let text = "a\n<!-- gen:x -->\nold\n<!-- end:x -->\nb\n";
        assert_eq!(with_block(text, "x", "new\n").unwrap(), "a\n<!-- gen:x -->\nnew\n<!-- end:x -->\nb\n");
        assert!(with_block(text, "y", "").unwrap_err().to_string().contains("`<!-- gen:y -->`"));
        assert!(
            with_block("<!-- gen:x -->\n", "x", "").unwrap_err().to_string().contains("`<!-- end:x -->`")
        );
    }

    #[test]
    fn lines_that_use_the_action_are_derived() {
        let text =
            "  - uses: a/b/actions/gate@main\n  - uses: a/checkout@1\n  - uses: a/b/actions/gate-2@main\n";
        let derived = with_uses(text, "gate");
        let first = derived.lines().next().unwrap();
        assert!(first.starts_with(&format!("  - uses: {}/actions/gate@000000", repository())), "{first}");
        assert!(derived.ends_with("  - uses: a/checkout@1\n  - uses: a/b/actions/gate-2@main\n"));
    }

    #[test]
    fn cells_can_not_break_a_table() {
        assert_eq!(table(["a"], [["x|y".to_owned()]]), "| a |\n|---|\n| x\\|y |\n");
    }
}
