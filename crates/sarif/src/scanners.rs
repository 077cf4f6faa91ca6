//! Scanners that can be run: their programs, their arguments, what their ends mean, and how their output is kept from looking
//! clean when they failed.
//!
//! Arguments are fixed: JSON on standard output, no network where the tool can do without, an exit status that does not stand
//! for findings where it can be had. What a line adds stands behind `--`.

use gatewright_core::RepoPath;

/// A scanner that can be run.
#[derive(Debug)]
struct Scanner {
    name: &'static str,
    /// The program and its arguments in front of the target.
    words: &'static [&'static str],
    /// What is looked at where a line names nothing.
    target: Target,
    /// In front of an image, and of a file that lists components.
    image: Option<&'static [&'static str]>,
    sbom: Option<&'static [&'static str]>,
    /// Exit statuses besides 0 after which the output is whole.
    ends: &'static [i32],
}

/// What a scanner looks at.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// These words.
    Words(&'static [&'static str]),
    /// The repository's files of these names: `Dockerfile`, and those that end with `.sh`.
    Files(&'static [&'static str]),
}

const SCANNERS: [Scanner; 17] = [
    Scanner {
        name: "actionlint",
        words: &["actionlint", "-format", "{{json .}}"],
        target: Target::Words(&[]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "bandit",
        words: &["bandit", "--format", "json", "--quiet", "--exit-zero", "--recursive"],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "cargo-audit",
        words: &["cargo", "audit", "--json"],
        target: Target::Words(&[]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "checkov",
        words: &["checkov", "--output", "json", "--compact", "--soft-fail", "--directory"],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "eslint",
        words: &["eslint", "--format", "json"],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "gitleaks",
        words: &[
            "gitleaks",
            "dir",
            "--no-banner",
            "--redact",
            "--exit-code",
            "0",
            "--report-format",
            "json",
            "--report-path",
            "-",
        ],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "gosec",
        words: &["gosec", "-fmt", "json", "-no-fail", "-track-suppressions"],
        target: Target::Words(&["./..."]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "govulncheck",
        words: &["govulncheck", "-format", "json"],
        target: Target::Words(&["./..."]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "grype",
        words: &["grype", "--output", "json", "--quiet"],
        target: Target::Words(&["dir:."]),
        image: Some(&[]),
        sbom: Some(&[]),
        ends: &[],
    },
    Scanner {
        name: "hadolint",
        words: &["hadolint", "--format", "json", "--no-fail"],
        target: Target::Files(&["Dockerfile", "Containerfile", "*.Dockerfile", "Dockerfile.*"]),
        image: None,
        sbom: None,
        ends: &[],
    },
    Scanner {
        name: "npm-audit",
        words: &["npm", "audit", "--json"],
        target: Target::Words(&[]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "osv-scanner",
        words: &["osv-scanner", "--format", "json"],
        target: Target::Words(&["--recursive", "."]),
        image: None,
        sbom: Some(&["--sbom"]),
        ends: &[1],
    },
    Scanner {
        name: "pip-audit",
        words: &["pip-audit", "--format", "json", "--progress-spinner", "off"],
        // Without any it would look at the Python that runs it, and not at the repository.
        target: Target::Files(&["requirements.txt", "requirements*.txt", "pyproject.toml"]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "semgrep",
        words: &["semgrep", "scan", "--json", "--quiet", "--metrics", "off", "--disable-version-check"],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "shellcheck",
        words: &["shellcheck", "--format", "json1"],
        target: Target::Files(&["*.sh", "*.bash"]),
        image: None,
        sbom: None,
        ends: &[1],
    },
    Scanner {
        name: "trivy",
        words: &["trivy"],
        target: Target::Words(&["filesystem", "--scanners", "vuln,misconfig,secret", "."]),
        image: Some(&["image"]),
        sbom: Some(&["sbom"]),
        ends: &[],
    },
    Scanner {
        name: "zizmor",
        words: &["zizmor", "--offline", "--format", "json", "--no-exit-codes", "--strict-collection"],
        target: Target::Words(&["."]),
        image: None,
        sbom: None,
        ends: &[],
    },
];

/// What trivy writes as, behind the kind of its target.
const TRIVY: [&str; 6] = ["--format", "json", "--quiet", "--list-all-pkgs", "--exit-code", "0"];

/// A scan that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The scanner.
    pub name: &'static str,
    /// The command; empty where there is nothing for it to look at.
    pub words: Vec<String>,
    ends: &'static [i32],
}

/// The names of the scanners that can be run.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCANNERS.iter().map(|scanner| scanner.name)
}

/// Reads a line: `NAME [TARGET] [-- ARGUMENT…]`, where the target is a path, `image:REFERENCE` or `sbom:FILE`. `files` are those of
/// the repository.
///
/// # Errors
/// The scanner is none, or can't look at that.
pub fn scan(line: &str, files: &[RepoPath]) -> Result<Scan, String> {
    let (line, more) = line.split_once(" -- ").unwrap_or((line, ""));
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    let scanner = SCANNERS.iter().find(|scanner| scanner.name == name).ok_or_else(|| {
        let nearest = gatewright_core::nearest::nearest(name, names());
        let hint = nearest.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        format!("`{name}` is no scanner that can be run{hint}")
    })?;
    let targets: Vec<&str> = words.collect();
    let mut command: Vec<String> = scanner.words.iter().map(|&word| word.to_owned()).collect();
    let target = match targets.as_slice() {
        [] => match scanner.target {
            Target::Words(words) => words.iter().map(|&word| word.to_owned()).collect(),
            Target::Files(names) => {
                let fitting =
                    files.iter().filter(|file| names.iter().any(|name| fits(file.file_name(), name)));
                let fitting: Vec<String> = fitting.map(|file| file.as_str().to_owned()).collect();
                if fitting.is_empty() {
                    return Ok(Scan { name: scanner.name, words: Vec::new(), ends: scanner.ends });
                }
                if scanner.name == "pip-audit" { python_targets(&fitting) } else { fitting }
            }
        },
        [one] => named_target(scanner, one)?,
        many if matches!(scanner.target, Target::Files(_)) && scanner.name != "pip-audit" => {
            many.iter().map(|&word| word.to_owned()).collect()
        }
        many => return Err(format!("`{}` are {} targets, and a line names one", many.join(" "), many.len())),
    };
    if scanner.name == "trivy" {
        // The kind of target is a word of its own, in front of everything else.
        let (kind, rest) = target.split_at(1);
        command.extend(kind.iter().cloned());
        command.extend(TRIVY.map(str::to_owned));
        command.extend(more.split_whitespace().map(str::to_owned));
        command.extend(rest.iter().cloned());
    } else {
        command.extend(more.split_whitespace().map(str::to_owned));
        command.extend(target);
    }
    Ok(Scan { name: scanner.name, words: command, ends: scanner.ends })
}

/// What pip-audit is told of these files: all lists of requirements, or else the first project.
fn python_targets(files: &[String]) -> Vec<String> {
    let (projects, lists): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|file| file.ends_with("pyproject.toml"));
    if let (true, Some(project)) = (lists.is_empty(), projects.first()) {
        let folder = project.rsplit_once('/').map_or(".", |(folder, _)| folder);
        return vec![folder.to_owned()];
    }
    lists.into_iter().flat_map(|list| ["--requirement".to_owned(), list.clone()]).collect()
}

fn named_target(scanner: &Scanner, target: &str) -> Result<Vec<String>, String> {
    let no = |what: &str| format!("`{target}`: {} looks at no {what}", scanner.name);
    let owned = |words: &[&str], last: &str| -> Vec<String> {
        words.iter().copied().chain([last]).map(str::to_owned).collect()
    };
    if target.starts_with('-') {
        return Err(format!("`{target}` is an argument: write it behind ` -- `"));
    }
    if let Some(image) = target.strip_prefix("image:") {
        return Ok(owned(scanner.image.ok_or_else(|| no("image"))?, image));
    }
    if let Some(file) = target.strip_prefix("sbom:") {
        let words = scanner.sbom.ok_or_else(|| no("SBOM"))?;
        let file = if scanner.name == "grype" { format!("sbom:{file}") } else { file.to_owned() };
        return Ok(owned(words, &file));
    }
    Ok(match (scanner.name, scanner.target) {
        ("trivy", _) => owned(&["filesystem", "--scanners", "vuln,misconfig,secret"], target),
        ("grype", _) => vec![format!("dir:{target}")],
        ("osv-scanner", _) => owned(&["--recursive"], target),
        ("npm-audit", _) => owned(&["--prefix"], target),
        ("cargo-audit", _) => owned(&["--file"], target),
        ("pip-audit", _) => owned(&["--requirement"], target),
        _ => vec![target.to_owned()],
    })
}

/// Whether a file's name fits `*.sh`, `Dockerfile.*` or `Dockerfile`.
fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() > pattern.len() - 1 && name.starts_with(start) && name.ends_with(end)
        }
        None => name == pattern,
    }
}

impl Scan {
    /// Whether a status that the scanner ended with means that its output is whole.
    pub fn is_whole(&self, status: i32) -> bool {
        status == 0 || self.ends.contains(&status)
    }

    /// The command for readers.
    pub fn shown(&self) -> String {
        let first = self.words.first().map_or(self.name, String::as_str);
        if self.words.is_empty() { self.name.to_owned() } else { format!("{first} (run here)") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let files =
            ["Dockerfile", "ci/run.sh", "a/dev.Dockerfile", "x.shy"].map(|path| RepoPath::new(path).unwrap());
        match scan(line, &files) {
            Ok(scan) => scan.words.join(" "),
            Err(message) => format!("error: {message}"),
        }
    }

    #[test]
    fn a_line_becomes_a_command() {
        assert_eq!(words("gosec"), "gosec -fmt json -no-fail -track-suppressions ./...");
        assert_eq!(words("govulncheck ./cmd/..."), "govulncheck -format json ./cmd/...");
        assert_eq!(
            words("trivy image:alpine:3.20 -- --offline-scan"),
            "trivy image --format json --quiet --list-all-pkgs --exit-code 0 --offline-scan alpine:3.20"
        );
        assert_eq!(words("grype sbom:bom.json"), "grype --output json --quiet sbom:bom.json");
        assert_eq!(words("osv-scanner sbom:bom.json"), "osv-scanner --format json --sbom bom.json");
        assert_eq!(words("hadolint"), "hadolint --format json --no-fail Dockerfile a/dev.Dockerfile");
        assert_eq!(words("shellcheck"), "shellcheck --format json1 ci/run.sh");
        assert_eq!(
            words("semgrep -- --config rules"),
            "semgrep scan --json --quiet --metrics off --disable-version-check --config rules ."
        );
    }

    #[test]
    fn pip_audit_looks_at_what_the_repository_asks_for() {
        let words = |files: &[&str]| {
            let files: Vec<RepoPath> = files.iter().map(|path| RepoPath::new(path).unwrap()).collect();
            scan("pip-audit", &files).unwrap().words.split_off(5).join(" ")
        };
        assert_eq!(
            words(&["a/requirements.txt", "pyproject.toml", "requirements-dev.txt"]),
            "--requirement a/requirements.txt --requirement requirements-dev.txt"
        );
        assert_eq!(words(&["pyproject.toml"]), ".");
        assert_eq!(words(&["a/pyproject.toml"]), "a");
        assert!(scan("pip-audit", &[]).unwrap().words.is_empty());
    }

    #[test]
    fn what_is_no_scan_is_refused() {
        assert_eq!(words("gosek"), "error: `gosek` is no scanner that can be run; did you mean `gosec`?");
        assert_eq!(words("gosec image:x"), "error: `image:x`: gosec looks at no image");
        assert_eq!(words("gosec --x"), "error: `--x` is an argument: write it behind ` -- `");
        assert_eq!(words("bandit a b"), "error: `a b` are 2 targets, and a line names one");
    }
}
