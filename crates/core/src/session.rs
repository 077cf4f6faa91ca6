//! One gate from its settings to its judged report: whose configuration counts, what the base is, the judge, the
//! waivers, the verdict, and beside it what the change's own configuration would have said.

mod commands;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::{ArgMatches, FromArgMatches};

use crate::action::{
    Action, ChangeUnderReview, Context, DecidingFile, FileVersion, Outcome, Recorded, Settle,
};
use crate::condition::{Condition, ConditionError};
use crate::config::yaml::Place;
use crate::config::{ConfigFile, Settings};
use crate::effect::series;
use crate::failure::Failure;
use crate::input::shared::SharedInputs;
use crate::input::{Provenance, Resolved, Said, resolve, unjudged};
use crate::judge::{Judgement, judge};
use crate::process::Finished;
use crate::publish::blob;
use crate::relay::{Ran, Stream};
use crate::report::{Block, Inline, Measure, Policy, Report, Section, State, Subject};
use crate::repository::{Base, BaseRequest, ChangeEnd, ChangeSet, CommitId, Repository, RepositoryError};
use crate::runner::{Environment, Event, Notes};
use crate::store::Store;
use crate::workspace::{Workspace, normal};
use crate::{RepoPath, fingerprint, sha256, waiver};

/// The value name of inputs that name a file or a folder to write.
const WRITTEN: &str = "OUTPUT";

/// What a binary brings to every run: whom to ask about the repository.
pub struct Host<'a> {
    /// Answers questions about the repository.
    pub repository: &'a (dyn Repository + Sync),
    /// Keeps the baselines.
    pub store: &'a (dyn Store + Sync),
}

/// What is known before any gate is judged.
pub(crate) struct Session<'a> {
    pub(crate) host: &'a Host<'a>,
    pub(crate) environment: &'a Environment,
    pub(crate) event: Option<Event>,
    pub(crate) workspace: Workspace,
    pub(crate) notes: &'a Notes,
    /// There is a repository at all.
    in_repository: bool,
    /// Where the output of a command goes that an action runs.
    pub(crate) relays_to: Stream,
    /// The command that an action ran; it is run once.
    ran: RefCell<Option<(Vec<String>, Ran)>>,
    /// What commands printed that an action ran beside each other, by their words.
    collected: RefCell<BTreeMap<Vec<String>, Finished>>,
}

/// A gate's report with what is to be done about it.
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    pub(crate) shared: SharedInputs,
    /// The name of the settings that were used, or of the gate.
    pub(crate) name: Option<String>,
}

/// Whether a judgement counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trial {
    Real,
    DryRun,
}

/// Where the configuration of a run comes from.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// The one that counts; none where there is no file.
    pub(crate) file: Option<ConfigFile>,
    /// On a review: what the change would make of it, where that differs.
    pub(crate) proposed: Option<Proposed>,
    /// What there is to say about it.
    pub(crate) states: Vec<State>,
}

impl Configuration {
    /// Whether the change brings settings of this name.
    pub(crate) fn proposes(&self, action: &Action, name: Option<&str>) -> bool {
        let Some(Proposed::File(file)) = &self.proposed else { return false };
        let settings = file.settings(action.about().name).unwrap_or_default();
        name.is_some() && settings.iter().any(|settings| settings.name.as_deref() == name)
    }
}

/// The head's configuration of a change that edits it.
#[derive(Clone, Debug)]
pub(crate) enum Proposed {
    /// It removes the file.
    Removed,
    /// It is readable.
    File(ConfigFile),
    /// This version refuses it.
    Refused(Failure),
}

impl<'a> Session<'a> {
    /// Finds the folders of the run.
    pub(crate) fn new(
        host: &'a Host<'a>,
        environment: &'a Environment,
        notes: &'a Notes,
        directory: Option<&str>,
    ) -> Result<Self, Failure> {
        let directory = normal(&environment.directory.join(directory.unwrap_or(".")));
        if !directory.is_dir() {
            return Err(Failure::usage(
                format!("the working directory `{}` is no folder", directory.display()),
                "Correct `working-directory`; it is relative to where the command runs.",
            ));
        }
        // Only where there is no repository at all do files count without one: a repository that refuses to answer
        // would hide its configuration.
        let root = match host.repository.root(&directory) {
            Ok(root) => root,
            Err(error) if error.not_a_repository => None,
            Err(error) => return Err(error.into()),
        };
        let in_repository = root.is_some();
        let root = normal(&root.unwrap_or_else(|| directory.clone()));
        Ok(Self {
            in_repository,
            relays_to: Stream::Stderr,
            ran: RefCell::new(None),
            collected: RefCell::default(),
            host,
            environment,
            event: environment.event(),
            workspace: Workspace { root, directory },
            notes,
        })
    }

    /// Reads the configuration that counts: the base's on a pull request and in a merge queue, else the one that lies
    /// here. A base that `accept` refuses counts as unreadable: no change could ever mend it otherwise.
    pub(crate) fn configuration(
        &self,
        path: &str,
        from: &str,
        accept: &dyn Fn(&ConfigFile) -> Result<(), Failure>,
    ) -> Result<Configuration, Failure> {
        let here = self.configuration_here(path);
        let Some(event) = self.event.as_ref().filter(|event| event.review.is_some()) else {
            return Ok(Configuration { file: here?, proposed: None, states: Vec::new() });
        };
        // A path outside the repository is the workflow's own; no commit of the change holds it.
        let Some(repo_path) = self.workspace.repo_path(&self.workspace.root.join(path)) else {
            return Ok(Configuration { file: here?, proposed: None, states: Vec::new() });
        };
        match self.configuration_of_base(&repo_path, path, accept) {
            Ok(file) => {
                let proposed = proposed(file.as_ref(), here);
                Ok(Configuration { file, proposed, states: Vec::new() })
            }
            Err(error) if from == "base" || event.from_fork => Err(Failure::cannot_judge(
                format!("the configuration of the base can't be read: {}", error.message),
                error.help,
            )),
            Err(error) => {
                let state = State {
                    name: "config-from-head".to_owned(),
                    policy: Policy::Warn,
                    message: format!(
                        "the configuration is the change's own, because that of the base can't be read: {}",
                        error.message
                    ),
                    help: error.help,
                    gate: None,
                };
                Ok(Configuration { file: here?, proposed: None, states: vec![state] })
            }
        }
    }

    /// What an action that judges nothing goes by where nothing was checked out: `with:` and the defaults.
    pub(crate) fn without_checkout(&self, action: &Action) -> Option<Configuration> {
        let nothing = Configuration { file: None, proposed: None, states: Vec::new() };
        (!action.is_gate() && !self.in_repository).then_some(nothing)
    }

    fn configuration_here(&self, path: &str) -> Result<Option<ConfigFile>, Failure> {
        let file = self.workspace.root.join(path);
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(ConfigFile::parse(path, &text)?)),
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound && path == crate::config::DEFAULT_PATH =>
            {
                Ok(None)
            }
            Err(error) => Err(Failure::usage(
                format!("the configuration `{path}` can't be read: {error}"),
                "Correct the input `config`; it is relative to the repository's root.",
            )),
        }
    }

    fn configuration_of_base(
        &self,
        repo_path: &RepoPath,
        shown: &str,
        accept: &dyn Fn(&ConfigFile) -> Result<(), Failure>,
    ) -> Result<Option<ConfigFile>, RepositoryError> {
        let tip = self.base_tip()?;
        let Some(bytes) = self.host.repository.file_at(&self.workspace.directory, &tip, repo_path)? else {
            return Ok(None);
        };
        let refused = |failure: &Failure| {
            let line = failure.at.as_ref().map(|at| format!("line {}: ", at.place.line)).unwrap_or_default();
            RepositoryError {
                message: format!(
                    "`{shown}` of the base commit {} is refused by this version: {line}{failure}",
                    tip.short()
                ),
                help: failure.help.clone(),
                not_a_repository: false,
            }
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| refused(&Failure::usage("it is not UTF-8", "Save it as UTF-8.")))?;
        let file = ConfigFile::parse(shown, &text).map_err(|error| refused(&error.into()))?;
        accept(&file).map_err(|failure| refused(&failure))?;
        Ok(Some(file))
    }

    /// A file that decides what counts, as the configuration does: from where, says the same rule.
    fn deciding_file(&self, path: &Path, from: &str) -> std::io::Result<DecidingFile> {
        let file = normal(&self.workspace.directory.join(path));
        let here = || match std::fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let event = self.event.as_ref().filter(|event| event.review.is_some());
        let Some((event, repo_path)) = event.zip(self.workspace.repo_path(&file)) else {
            return Ok(DecidingFile { bytes: here()?, version: FileVersion::Here });
        };
        let of_base = self
            .base_tip()
            .and_then(|tip| self.host.repository.file_at(&self.workspace.directory, &tip, &repo_path));
        match of_base {
            Ok(bytes) => {
                let is_changed = !here().is_ok_and(|here| here == bytes);
                Ok(DecidingFile { bytes, version: FileVersion::Base { is_changed } })
            }
            Err(error) if from == "base" || event.from_fork => {
                Ok(DecidingFile { bytes: None, version: FileVersion::None(error) })
            }
            Err(error) => Ok(DecidingFile { bytes: here()?, version: FileVersion::HereInstead(error) }),
        }
    }

    /// The commit whose files decide on a review.
    fn base_tip(&self) -> Result<CommitId, RepositoryError> {
        let base = self.host.repository.base(&self.workspace.directory, &self.review_request())?;
        let missing = || RepositoryError {
            message: "there is no base".to_owned(),
            help: "Set `fetch-depth: 2` on actions/checkout.".to_owned(),
            not_a_repository: false,
        };
        Ok(base.ok_or_else(missing)?.tip)
    }

    fn review_request(&self) -> BaseRequest {
        let review = self.event.as_ref().and_then(|event| event.review.clone());
        review.map_or(BaseRequest::Local, BaseRequest::Review)
    }

    /// What the change under review is, for actions that look at changed lines.
    pub(crate) fn change(&self, explicit: Option<&str>) -> ChangeUnderReview {
        let reviewed = self.event.as_ref().is_some_and(|event| event.review.is_some());
        let request = match explicit {
            Some(revision) => BaseRequest::Explicit(revision.to_owned()),
            None if reviewed => self.review_request(),
            None => match &self.event {
                Some(event) => {
                    return ChangeUnderReview::NotApplicable(format!(
                        "the event `{}` has no base",
                        event.name
                    ));
                }
                None => BaseRequest::Local,
            },
        };
        let directory = &self.workspace.directory;
        let end = if self.event.is_some() { ChangeEnd::Head } else { ChangeEnd::WorkTree };
        let base = match self.host.repository.base(directory, &request) {
            Ok(Some(base)) => base,
            Ok(None) => {
                return ChangeUnderReview::NotApplicable(
                    "there is no `origin/HEAD` to compare with".to_owned(),
                );
            }
            Err(error) if error.not_a_repository && explicit.is_none() && !reviewed => {
                return ChangeUnderReview::NotApplicable("this is no git repository".to_owned());
            }
            Err(error) => return ChangeUnderReview::Unreadable(error),
        };
        match self.host.repository.changes(directory, &base, end) {
            Ok(changes) => ChangeUnderReview::Known { base, changes },
            Err(error) => ChangeUnderReview::Unreadable(error),
        }
    }

    /// Judges one gate by the configuration that counts, and beside it by the one that the change proposes.
    pub(crate) fn judge(
        &self,
        action: &Action,
        said: Said<'_>,
        configuration: &Configuration,
        settings: Option<&Settings<'_>>,
    ) -> Result<(Judged, Resolved), Failure> {
        let resolved = resolve_inputs(action, said, settings)?;
        let mut judged = self.judge_by(action, &resolved, settings, Trial::Real)?;
        if judged.outcome.answer.is_some() {
            return Ok((judged, resolved));
        }
        judged.outcome.report.states.extend(configuration.states.iter().cloned());
        self.decide(action, &mut judged, settings)?;
        if let Some(proposed) = &configuration.proposed {
            let name =
                settings.and_then(|settings| settings.name.as_deref()).or(judged.shared.name.as_deref());
            if let Some(section) =
                self.dry_run(action, said, proposed, name, (&judged.outcome.report, settings.is_some()))
            {
                judged.outcome.report.sections.push(section);
            }
        }
        Ok((judged, resolved))
    }

    fn judge_by(
        &self,
        action: &Action,
        resolved: &Resolved,
        settings: Option<&Settings<'_>>,
        trial: Trial,
    ) -> Result<Judged, Failure> {
        let shared = SharedInputs::from_arg_matches(&resolved.matches)
            .map_err(|error| Failure::bug(&error.to_string()))?;
        let change = if action.about().reads_base {
            self.change(text(&resolved.matches, "base").as_deref())
        } else {
            ChangeUnderReview::NotApplicable("this action does not look at changes".to_owned())
        };
        let patterns: Vec<String> = match action.about().files {
            Some(_) => resolved.matches.get_many::<String>("files").into_iter().flatten().cloned().collect(),
            None => Vec::new(),
        };
        self.keep_inside(action, resolved, &shared)?;
        let (verb, operands) = verb_and_operands(action, resolved)?;
        let provenance = |name: &str| -> Provenance { resolved.provenance(name) };
        let name = settings.and_then(|settings| settings.name.clone()).or_else(|| shared.name.clone());
        let compared = RefCell::new(None);
        let base = match &change {
            ChangeUnderReview::Known { base, .. } => Some(&base.commit),
            _ => None,
        };
        let subject = self.subject(action, name.clone(), base, resolved);
        let blob = blob(self.environment, &subject);
        let conditions = settings.map(Settings::conditions).transpose()?.unwrap_or_default();
        let conditions: Vec<Condition> = conditions.into_iter().map(|(condition, _)| condition).collect();
        let mut lists = BTreeMap::new();
        for list in action.about().lists {
            let entries = settings.map(|settings| settings.entries(list)).transpose()?;
            lists.insert(list.name, entries.unwrap_or_default());
        }
        let written = [&shared.report_file, &shared.sarif_file, &shared.html_file];
        let written: Vec<PathBuf> =
            written.into_iter().flatten().map(|path| user_path(&self.workspace, path)).collect();
        let ctx = Context {
            workspace: &self.workspace,
            provenance: &provenance,
            change: &change,
            patterns: &patterns,
            verb: &verb,
            operands: &operands,
            conditions: &conditions,
            subject: &subject,
            blob: blob.as_deref(),
            time: self.environment.now(),
            lists: &|list| lists.get(list).cloned().unwrap_or_default(),
            changes_since: &|commit| self.changes_since(commit),
            tracked: &|| self.tracked_files(),
            deciding: &|path| self.deciding_file(path, &shared.config_from),
            recorded: &|part, most| {
                self.recorded(&series(action.about().name, name.as_deref(), part), &change, most)
            },
            compared: &compared,
            run: &|command, show| self.run_command(action, name.as_deref(), command, trial, show),
            collect: &|commands, limit| self.collect(commands, limit, trial),
            job_started: self.job_started(),
            notes: self.notes,
            environment: self.environment,
            config: &shared.config,
            written: &written,
            dry_run: trial == Trial::DryRun,
            name: name.as_deref(),
        };
        let mut outcome = action.judge(&resolved.matches, &ctx)?;
        outcome.report.subject = Subject { baseline: compared.into_inner(), ..subject };
        Ok(Judged { outcome, shared, name })
    }

    /// When the job began: a runner writes down the event just before the first step.
    fn job_started(&self) -> Option<SystemTime> {
        let event = self.environment.file("GITHUB_EVENT_PATH").filter(|_| self.environment.in_actions())?;
        std::fs::metadata(event).and_then(|file| file.modified()).ok()
    }

    /// What the store holds for the commit that the change is compared with, and for those before it; on an event
    /// without a base, for the commits before the one that is checked out.
    fn recorded(&self, series: &str, change: &ChangeUnderReview, most: usize) -> Recorded {
        let folder = &self.workspace.directory;
        let head;
        let (commit, from) = match change {
            ChangeUnderReview::Known { base, .. } => (&base.commit, 0),
            ChangeUnderReview::NotApplicable(_) => match self.host.repository.head(folder) {
                Ok(Some(commit)) => {
                    head = commit;
                    (&head, 1)
                }
                Ok(None) => return Recorded::none("there is no commit yet", "Commit first."),
                Err(error) => return Recorded::none(error.message, error.help),
            },
            ChangeUnderReview::Unreadable(error) => {
                return Recorded::none(error.message.clone(), error.help.clone());
            }
        };
        match self.host.store.history(folder, series, commit, most.saturating_add(from)) {
            Err(error) => Recorded::none(error.message, error.help),
            Ok(answer) => Recorded::of(answer, commit, from),
        }
    }

    fn changes_since(&self, commit: &CommitId) -> Option<ChangeSet> {
        let base = Base { commit: commit.clone(), tip: commit.clone(), found_as: "the baseline".to_owned() };
        let end = if self.event.is_some() { ChangeEnd::Head } else { ChangeEnd::WorkTree };
        match self.host.repository.changes(&self.workspace.directory, &base, end) {
            Ok(changes) => Some(changes),
            Err(error) => {
                tracing::debug!("no changes since {}: {error}", commit.short());
                None
            }
        }
    }

    /// A configuration may be a stranger's: it chooses paths inside the repository only. Flags and `with:` choose freely.
    fn keep_inside(
        &self,
        action: &Action,
        resolved: &Resolved,
        shared: &SharedInputs,
    ) -> Result<(), Failure> {
        let common = [
            ("report-file", shared.report_file.clone()),
            ("sarif-file", shared.sarif_file.clone()),
            ("html-file", shared.html_file.clone()),
        ];
        let is_written = |argument: &&clap::Arg| {
            argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == WRITTEN))
        };
        let own = action.command().get_arguments().filter(is_written).filter_map(clap::Arg::get_long);
        let own = own.map(|name| (name, text(&resolved.matches, &name.replace('-', "_"))));
        for (name, path) in common.into_iter().chain(own) {
            let (Provenance::Config { .. }, Some(path)) = (resolved.provenance(name), &path) else {
                continue;
            };
            if !lies_inside(&user_path(&self.workspace, path), &self.workspace.root) {
                return Err(Failure::usage(
                    format!("`{name}` of the configuration leads out of the repository's files: `{path}`"),
                    "Choose a path among the repository's files; a flag or `with:` may choose any.",
                ));
            }
        }
        Ok(())
    }

    fn tracked_files(&self) -> Vec<RepoPath> {
        match self.host.repository.tracked_files(&self.workspace.directory) {
            Ok(files) => files,
            Err(error) => {
                tracing::debug!("no list of tracked files: {error}");
                let found = self.workspace.find_usual(&["**/*".to_owned()]);
                found.files.iter().filter_map(|file| self.workspace.repo_path(&file.path)).collect()
            }
        }
    }

    fn decide(
        &self,
        action: &Action,
        judged: &mut Judged,
        settings: Option<&Settings<'_>>,
    ) -> Result<(), Failure> {
        let report = &mut judged.outcome.report;
        let waivers = settings.map(Settings::waivers).transpose()?.unwrap_or_default();
        waiver::apply(&waivers, self.environment.today(), &mut report.findings);
        finish_findings(action, report);
        if let Some(Settle(settle)) = &judged.outcome.settle {
            let outputs = settle(report);
            judged.outcome.outputs.extend(outputs);
        }
        report.sections.extend(waiver::section(&report.findings));
        let conditions = match settings {
            Some(settings) => accepted_conditions(action, settings, &report.measures)?,
            None => Vec::new(),
        };
        let names = measure_names(action);
        let fail_on = judged.outcome.fail_on.unwrap_or(judged.shared.fail_on);
        let judgement = Judgement { fail_on, conditions: &conditions, measure_names: &names };
        report.verdict = judge(report, &judgement)
            .map_err(|error| Failure::usage(error.to_string(), measures_help(action)))?;
        Ok(())
    }

    fn subject(
        &self,
        action: &Action,
        name: Option<String>,
        base: Option<&CommitId>,
        resolved: &Resolved,
    ) -> Subject {
        let variable = |name: &str| self.environment.get(name).map(str::to_owned);
        let checked_out = match self.host.repository.head(&self.workspace.directory) {
            Ok(Some(commit)) => Some(commit.as_str().to_owned()),
            _ => variable("GITHUB_SHA"),
        };
        let reviewed = self
            .event
            .as_ref()
            .and_then(|event| event.review.as_ref())
            .and_then(|review| review.head_sha.clone());
        let merge_sha = checked_out.clone().filter(|sha| reviewed.as_ref().is_some_and(|head| head != sha));
        Subject {
            action: action.about().name.to_owned(),
            version: action.about().version.to_owned(),
            name,
            repository: variable("GITHUB_REPOSITORY"),
            head_sha: reviewed.or(checked_out),
            merge_sha,
            base_sha: base.map(|commit| commit.as_str().to_owned()),
            run_id: variable("GITHUB_RUN_ID"),
            run_attempt: variable("GITHUB_RUN_ATTEMPT"),
            baseline: None,
            inputs_digest: sha256(resolved.canonical().as_bytes()),
        }
    }

    /// What the change's own configuration would say. It decides nothing.
    fn dry_run(
        &self,
        action: &Action,
        said: Said<'_>,
        proposed: &Proposed,
        name: Option<&str>,
        (counted, counted_file): (&Report, bool),
    ) -> Option<Section> {
        let verdict = match proposed {
            Proposed::Removed => self.verdict_by(action, said, None),
            Proposed::Refused(failure) => Err(failure.clone()),
            Proposed::File(file) => match file.settings(action.about().name) {
                Err(error) => Err(error.into()),
                Ok(all) => {
                    let chosen =
                        all.iter().find(|settings| name.is_none() || settings.name.as_deref() == name);
                    self.verdict_by(action, said, chosen)
                }
            },
        };
        let text = match verdict {
            Ok(report) if report.verdict == counted.verdict => return None,
            Ok(report) => {
                let reasons: Vec<String> =
                    report.verdict.reasons.iter().map(crate::report::Reason::sentence).collect();
                let because =
                    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
                format!("the verdict would be {}{because}.", report.verdict.result)
            }
            Err(failure) => format!("it would be refused: {}", failure.sentences()),
        };
        let lead = match (counted_file, proposed) {
            (false, _) => {
                "This change adds a configuration of its own judge. Until it is merged, `with:` and the defaults decide; "
            }
            (true, Proposed::Removed) => {
                "This change removes the configuration of its own judge. The base's decides; "
            }
            (true, _) => "This change edits the configuration of its own judge. The base's decides; ",
        };
        Some(Section {
            id: "dry-run".to_owned(),
            title: "The change's own configuration".to_owned(),
            rank: 5,
            collapsed: false,
            blocks: vec![Block::Text {
                content: vec![
                    Inline::text(lead),
                    Inline::text(match proposed {
                        Proposed::Removed => "what it would be without one is only tried: ",
                        _ => "the change's own is only tried: ",
                    }),
                    Inline::strong(text),
                ],
            }],
            gate: None,
        })
    }

    fn verdict_by(
        &self,
        action: &Action,
        said: Said<'_>,
        settings: Option<&Settings<'_>>,
    ) -> Result<Report, Failure> {
        let resolved = resolve_inputs(action, said, settings)?;
        let mut judged = self.judge_by(action, &resolved, settings, Trial::DryRun)?;
        self.decide(action, &mut judged, settings)?;
        Ok(judged.outcome.report)
    }
}

fn proposed(base: Option<&ConfigFile>, here: Result<Option<ConfigFile>, Failure>) -> Option<Proposed> {
    match here {
        Err(failure) => Some(Proposed::Refused(failure)),
        Ok(None) => base.map(|_| Proposed::Removed),
        Ok(Some(file)) if base.is_some_and(|base| base.text == file.text) => None,
        Ok(Some(file)) => Some(Proposed::File(file)),
    }
}

/// Decides the inputs of an action from all places, strictly.
pub(crate) fn resolve_inputs(
    action: &Action,
    said: Said<'_>,
    settings: Option<&Settings<'_>>,
) -> Result<Resolved, Failure> {
    if let Some(settings) = settings {
        let inputs = action.inputs();
        let known: Vec<&str> =
            inputs.iter().map(String::as_str).filter(|name| crate::input::is_setting(name)).collect();
        let lists = action.about().lists.iter().map(|list| list.name);
        settings.check_keys(&known.into_iter().chain(lists).collect::<Vec<_>>())?;
    }
    resolve(action.command(), said, settings)
}

fn measure_names(action: &Action) -> Vec<&'static str> {
    action.about().measures.iter().map(|measure| measure.name).collect()
}

fn measures_help(action: &Action) -> String {
    format!("The measures are: {}.", measure_names(action).join(", "))
}

/// The conditions of some settings, each of which names only what exists.
fn accepted_conditions(
    action: &Action,
    settings: &Settings<'_>,
    measures: &[Measure],
) -> Result<Vec<Condition>, Failure> {
    let names = measure_names(action);
    let accepted = |(condition, place): (Condition, Place)| match condition.judge(measures, &names) {
        Ok(_) => Ok(condition),
        Err(error) => {
            let help = match error {
                ConditionError::UnknownScope { .. } => {
                    "A scope is `patch`, or a kind and a name such as `file:src/a.rs`; without one it is the total."
                        .to_owned()
                }
                _ => measures_help(action),
            };
            Err(settings.file().error(place, format!("in the condition, {error}"), help).into())
        }
    };
    settings.conditions()?.into_iter().map(accepted).collect()
}

/// Whether settings can be used at all, whatever the run finds: what a base must hold to be readable.
pub(crate) fn accept(action: &Action, settings: &Settings<'_>) -> Result<(), Failure> {
    let flags = unsaid(action)?;
    resolve_inputs(action, Said { flags: &flags, variables: &BTreeMap::new() }, Some(settings))?;
    accepted_conditions(action, settings, &[])?;
    settings.waivers()?;
    action.about().lists.iter().try_for_each(|list| settings.entries(list).map(drop))?;
    Ok(())
}

/// A command line that says nothing.
pub(crate) fn unsaid(action: &Action) -> Result<ArgMatches, Failure> {
    unjudged(action.command().clone())
        .try_get_matches_from([action.about().name])
        .map_err(|error| Failure::bug(&error.to_string()))
}

/// Which verb the action is to do, and about what.
fn verb_and_operands(action: &Action, resolved: &Resolved) -> Result<(String, Vec<String>), Failure> {
    let Some(default) = action.about().verbs.first() else { return Ok((String::new(), Vec::new())) };
    let name = text(&resolved.matches, "command").unwrap_or_else(|| default.name.to_owned());
    let operands = match resolved.matches.try_get_many::<String>("args") {
        Ok(values) => values.into_iter().flatten().cloned().collect(),
        Err(_) => Vec::new(),
    };
    let verb = action.about().verbs.iter().find(|verb| verb.name == name).unwrap_or(default);
    match (verb.operands, operands.first()) {
        (None, Some(operand)) => Err(Failure::usage(
            format!("`{name}` takes no operand, but `{operand}` is one"),
            "Name reports before the verb, or with `--files`.",
        )),
        _ => Ok((name, operands)),
    }
}

/// A text input's value.
pub(crate) fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.try_get_one::<String>(id).ok().flatten().cloned()
}

/// Orders findings, gives each an identity, and lists the rules they name.
fn finish_findings(action: &Action, report: &mut Report) {
    report.findings.sort_by(|left, right| {
        (std::cmp::Reverse(left.severity), &left.location, &left.rule, &left.message).cmp(&(
            std::cmp::Reverse(right.severity),
            &right.location,
            &right.rule,
            &right.message,
        ))
    });
    for finding in &mut report.findings {
        if finding.fingerprint.is_empty() {
            let path = finding.location.as_ref().map_or("", |at| at.path.as_str());
            finding.fingerprint = fingerprint(&[&finding.rule, path, &finding.message]);
        }
    }
    let about_waivers = [waiver::EXPIRED_WAIVER, waiver::UNMATCHED_WAIVER];
    let named = |id: &str| report.findings.iter().any(|finding| finding.rule == id);
    let rules = action.about().rules.iter().copied().chain(about_waivers);
    let own: Vec<crate::report::Rule> = rules.filter(|rule| named(rule.id)).map(Into::into).collect();
    // What others found stands behind what this action finds itself.
    let others = std::mem::take(&mut report.rules);
    report.rules = own.into_iter().chain(others).collect();
}

/// Whether a path is one of the repository's files, wherever symbolic links lead, and none of git's own.
fn lies_inside(path: &Path, root: &Path) -> bool {
    let is_own = |path: &Path, root: &Path| {
        path.strip_prefix(root)
            .is_ok_and(|below| !below.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")))
    };
    // What is not there yet can't lead anywhere else than the folder that it will lie in.
    let existing = path.ancestors().find(|path| path.symlink_metadata().is_ok());
    let real = existing.and_then(|path| path.canonicalize().ok()).zip(root.canonicalize().ok());
    is_own(path, root) && real.is_some_and(|(path, root)| is_own(&path, &root))
}

/// A path that the user gave, below the working directory unless it is absolute.
pub(crate) fn user_path(workspace: &Workspace, path: &str) -> PathBuf {
    normal(&workspace.directory.join(path))
}
