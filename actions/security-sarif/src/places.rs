//! Where results are: files of the repository, found and read.

use std::collections::BTreeSet;
use std::sync::Arc;

use gatewright_core::RepoPath;
use gatewright_core::action::Context;
use gatewright_core::repo_path::is_absolute;
use gatewright_core::source_tree::{Mapped, Origin, Places as Meant, SourceTree};
use gatewright_core::workspace::Workspace;
use gatewright_sarif::{Alert, Place, Run, Sources};

use crate::Inputs;

/// Looks places up.
pub(crate) struct Places<'a> {
    workspace: &'a Workspace,
    tree: &'a SourceTree,
    workflow: Option<RepoPath>,
    /// The report that names the places, or where one would lie that was made here.
    report: Option<RepoPath>,
    has_roots: bool,
}

/// Files that say what a project is made of: a finding without a place is shown there.
const MANIFESTS: [&str; 8] = [
    "go.mod",
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "pom.xml",
    "Dockerfile",
    "README.md",
];

/// A file that is read is no longer than this.
const MOST_BYTES: u64 = 64 << 20;

impl<'a> Places<'a> {
    pub(crate) fn new(ctx: &Context<'a>, tree: &'a SourceTree, inputs: &Inputs) -> Self {
        // `owner/name/.github/workflows/ci.yml@refs/heads/main`
        let reference = ctx.environment().get("GITHUB_WORKFLOW_REF");
        let path = reference.and_then(|text| text.split('@').next()?.splitn(3, '/').nth(2));
        let workflow = path.and_then(|path| RepoPath::new(path).ok()).filter(|path| tree.has(path));
        let report = ctx.workspace.repo_path(&ctx.workspace.directory.join("report"));
        let has_roots = !inputs.source_roots.is_empty();
        Self { workspace: ctx.workspace, tree, workflow, report, has_roots }
    }

    /// The same for what a report names; one that lies elsewhere was made in the working directory.
    pub(crate) fn of_report(&self, report: Option<&RepoPath>) -> Self {
        Self {
            workspace: self.workspace,
            tree: self.tree,
            workflow: self.workflow.clone(),
            report: report.cloned().or_else(|| self.report.clone()),
            has_roots: self.has_roots,
        }
    }

    /// A bare name means a file where the scanner ran, never one of that name anywhere else.
    fn is_near(&self, path: &str, file: &RepoPath) -> bool {
        let folder = file.folder();
        let here = self.report.as_ref().map_or("", RepoPath::folder);
        let is_above = here == folder || folder.is_empty() || here.starts_with(&format!("{folder}/"));
        self.has_roots || path.contains(['/', '\\']) || is_above
    }

    /// Where findings without a place are shown: at least at some file, for one without any makes GitHub refuse all.
    fn default(&self, inputs: &Inputs, ctx: &Context<'_>) -> Option<RepoPath> {
        let named = inputs.default_location.as_deref().and_then(|path| RepoPath::new(path).ok());
        let manifest = || {
            let manifests = MANIFESTS.iter().filter_map(|path| RepoPath::new(path).ok());
            manifests.into_iter().find(|path| self.tree.has(path))
        };
        named
            .or_else(|| self.workflow.clone())
            .or_else(manifest)
            .or_else(|| ctx.tracked_files().into_iter().next())
    }
}

impl Sources for Places<'_> {
    fn locate(&self, path: &str) -> Option<RepoPath> {
        let origin = Origin {
            report: self.report.as_ref(),
            places: &Meant::Paths { sources: Vec::new() },
            contested: &BTreeSet::new(),
        };
        match self.tree.map(path, origin) {
            Mapped::File(file) | Mapped::OtherCase(file) => {
                Some(file).filter(|file| self.is_near(path, file))
            }
            Mapped::Ambiguous(_) => None,
            // A file that git does not track may lie here all the same.
            Mapped::Unmapped => {
                let inside = if is_absolute(path) {
                    RepoPath::relative_to(&self.workspace.root, std::path::Path::new(path))
                } else {
                    RepoPath::new(path).ok()
                };
                inside.filter(|file| file.to_path(&self.workspace.root).is_file())
            }
        }
    }

    fn is_outside(&self, path: &str) -> bool {
        is_absolute(path)
    }

    fn read(&self, path: &RepoPath) -> Option<Arc<[u8]>> {
        let file = path.to_path(&self.workspace.root);
        let is_short =
            std::fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() <= MOST_BYTES);
        is_short.then(|| std::fs::read(&file).ok()).flatten().map(Arc::from)
    }
}

/// GitHub refuses a whole file for one result without a place.
pub(crate) fn place_the_placeless(runs: &mut [Run], inputs: &Inputs, places: &Places<'_>, ctx: &Context<'_>) {
    let is_placed = |alert: &Alert| {
        alert.places.first().is_some_and(|place| place.path.is_some() || !place.uri.is_empty())
    };
    let mut placeless =
        runs.iter_mut().flat_map(|run| &mut run.alerts).filter(|alert| !is_placed(alert)).peekable();
    if placeless.peek().is_none() {
        return;
    }
    let Some(default) = places.default(inputs, ctx) else { return };
    for alert in placeless {
        let place = Place { path: Some(default.clone()), ..Place::file(default.as_str()) };
        alert.places.insert(0, place);
    }
}
