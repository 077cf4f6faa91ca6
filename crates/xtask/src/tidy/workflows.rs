//! Rules over workflows, templates and actions: what they use is pinned, and no expression is expanded inside
//! a script, where its value could run. Read line by line: these files are ours and plainly written.

use super::{Problem, SourceFile, Tree};

pub(super) fn uses_and_scripts_are_safe(tree: &Tree, problems: &mut Vec<Problem>) {
    for file in tree.files.iter().filter(|file| matches!(file.extension(), "yml" | "yaml")) {
        let is_action = file.path.starts_with("actions/");
        let places = [".github/", "workflows-templates/", "examples/fork-comment/"];
        let is_workflow = places.iter().any(|place| file.path.starts_with(place));
        if is_action || is_workflow {
            uses_are_pinned(file, is_action, problems);
            scripts_expand_nothing(file, problems);
        }
    }
}

fn uses_are_pinned(file: &SourceFile, is_action: bool, problems: &mut Vec<Problem>) {
    for (number, line) in file.lines() {
        let Some((_, value)) = entry(line, "uses") else { continue };
        let (value, comment) = value.split_once(" #").unwrap_or((value, ""));
        let value = value.trim().trim_matches(['"', '\'']);
        if value.starts_with("./") || value.starts_with("$/") {
            continue;
        }
        if is_action {
            let mend = "do it in our own binary or script: an action of ours uses nobody else's";
            problems.push(file.problem(number, format!("our action uses `{value}`"), mend));
        } else if !is_pinned(value) {
            let mend = "write the commit's 40 digits after the `@` and the version behind a `#`";
            problems.push(file.problem(number, format!("`{value}` is not pinned to a commit"), mend));
        } else if !comment.trim().trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()) {
            let mend = "write the version behind it: `# v1.2.3`";
            problems.push(file.problem(number, "a pinned commit without its version", mend));
        }
    }
}

fn scripts_expand_nothing(file: &SourceFile, problems: &mut Vec<Problem>) {
    // The column of the `run` key whose block is being read.
    let mut script: Option<usize> = None;
    for (number, line) in file.lines() {
        let column = line.len() - line.trim_start().len();
        if script.is_some_and(|key| column <= key && !line.trim().is_empty()) {
            script = None;
        }
        let mut expands = script.is_some() && line.contains("${{");
        if let Some((key, value)) = entry(line, "run").filter(|_| script.is_none()) {
            script = Some(key);
            expands = value.contains("${{");
        }
        if expands {
            let mend = "hand the value over by `env:` and read the variable in the script";
            problems.push(file.problem(number, "an expression is expanded inside a script", mend));
        }
    }
}

/// The column and the value of `key:` on a line, which may begin an item of a list.
fn entry<'a>(line: &'a str, key: &str) -> Option<(usize, &'a str)> {
    let start = line.trim_start();
    let start = start.strip_prefix("- ").map_or(start, str::trim_start);
    let value = start.strip_prefix(key)?.strip_prefix(':')?;
    Some((line.len() - start.len(), value))
}

fn is_pinned(value: &str) -> bool {
    let Some((_, reference)) = value.rsplit_once('@') else { return false };
    reference.len() == 40
        && reference.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::judged;

    const PIN: &str = "actions/checkout@0123456789abcdef0123456789abcdef01234567";

    fn workflow(text: &str) -> Vec<String> {
        judged(uses_and_scripts_are_safe, &[(".github/workflows/ci.yml", text)])
    }

    #[test]
    fn uses_must_be_pinned_with_a_version() {
        let good =
            format!("steps:\n  - uses: {PIN} # v4.2.2\n  - uses: ./actions/coverage-gate\n  - name: x\n");
        assert_eq!(workflow(&good), Vec::<String>::new());
        let bad =
            format!("- uses: actions/checkout@v4 # v4\n- name: x\n  uses: {PIN}\n- uses: docker://alpine\n");
        assert_eq!(
            workflow(&bad),
            [
                ".github/workflows/ci.yml:1: `actions/checkout@v4` is not pinned to a commit",
                ".github/workflows/ci.yml:3: a pinned commit without its version",
                ".github/workflows/ci.yml:4: `docker://alpine` is not pinned to a commit",
            ]
        );
    }

    #[test]
    fn our_actions_use_nobody_else() {
        let text = format!("runs:\n  steps:\n    - uses: {PIN} # v4.2.2\n");
        let wrong = format!("actions/a/action.yml:3: our action uses `{PIN}`");
        assert_eq!(judged(uses_and_scripts_are_safe, &[("actions/a/action.yml", &text)]), [wrong]);
    }

    #[test]
    fn scripts_must_expand_nothing() {
        let good =
            "- run: |\n    echo $NAME\n\n    done\n  env:\n    NAME: ${{ github.actor }}\n- if: ${{ x }}\n";
        assert_eq!(workflow(good), Vec::<String>::new());
        let wrong = "an expression is expanded inside a script";
        let bad = "- run: echo ${{ a }}\n- name: x\n  run: |\n    echo 1\n\n    echo ${{ b }}\n  env:\n    X: ${{ c }}\n";
        assert_eq!(
            workflow(bad),
            [format!(".github/workflows/ci.yml:1: {wrong}"), format!(".github/workflows/ci.yml:6: {wrong}")]
        );
    }
}
