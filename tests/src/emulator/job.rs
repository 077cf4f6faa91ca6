//! A job: its steps one after the other, what they hand on, and the limits of fifty a job and fifty a run.

use std::collections::BTreeMap;

use serde::Serialize;

use super::annotations::{self, Annotation, Dropped, Level, Reason};
use super::step::{self, Scene};
use super::{Setting, Shown, StepResult, StepRun};

/// The most annotations of a job, and of a run.
const CAP: usize = 50;

/// A job whose steps are run one by one.
#[derive(Clone, Debug)]
pub struct Job {
    setting: Setting,
    scene: Scene,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    held_back: BTreeMap<String, Shown>,
    steps: Vec<Shown>,
}

/// What is shown of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobShown {
    /// Red when any step is.
    pub result: StepResult,
    /// The first fifty annotations of its steps.
    pub annotations: Vec<Annotation>,
    /// The others, those that their step dropped included.
    pub dropped: Vec<Dropped>,
    /// The job's outputs; one that holds a secret is not handed on.
    pub outputs: BTreeMap<String, String>,
    /// The steps.
    pub steps: Vec<Shown>,
}

/// What is shown of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunShown {
    /// The first fifty annotations of its jobs.
    pub annotations: Vec<Annotation>,
    /// The others.
    pub dropped: Vec<Dropped>,
}

impl Job {
    /// A job before its first step.
    pub fn new(setting: Setting) -> Self {
        let mut scene = Scene::default();
        for secret in &setting.secrets {
            scene.masks.add(secret);
        }
        Self { setting, scene, outputs: BTreeMap::new(), held_back: BTreeMap::new(), steps: Vec::new() }
    }

    /// Runs the next step and returns what is shown of it.
    pub fn run(&mut self, step: &StepRun) -> Shown {
        let before = (self.scene.env.clone(), self.scene.path.clone());
        let shown = step::run(step, &self.setting, &mut self.scene);
        if step.background {
            (self.scene.env, self.scene.path) = before;
            self.held_back.insert(step.id.clone().unwrap_or_default(), shown.clone());
        } else if let Some(id) = &step.id {
            self.outputs.insert(id.clone(), shown.outputs.clone());
        }
        self.steps.push(shown.clone());
        shown
    }

    /// Waits for a background step: only now its outputs, environment and path reach the others.
    pub fn wait(&mut self, id: &str) {
        if let Some(shown) = self.held_back.remove(id) {
            self.scene.env.extend(shown.env);
            for directory in shown.path.into_iter().rev() {
                self.scene.path.retain(|known| *known != directory);
                self.scene.path.insert(0, directory);
            }
            self.outputs.insert(id.to_owned(), shown.outputs);
        }
    }

    /// What `steps.<id>.outputs` holds now.
    pub fn outputs(&self, id: &str) -> BTreeMap<String, String> {
        self.outputs.get(id).cloned().unwrap_or_default()
    }

    /// The environment that earlier steps set.
    pub fn env(&self) -> &BTreeMap<String, String> {
        &self.scene.env
    }

    /// The directories that earlier steps put before `PATH`, first place first.
    pub fn path(&self) -> &[String] {
        &self.scene.path
    }

    /// Ends the job, whose `outputs:` have these values.
    pub fn finish(self, outputs: &[(&str, &str)]) -> JobShown {
        let mut annotations: Vec<_> = self.steps.iter().flat_map(|step| step.annotations.clone()).collect();
        let mut dropped: Vec<_> = self.steps.iter().flat_map(|step| step.dropped.clone()).collect();
        let mut handed_on = BTreeMap::new();
        for &(name, value) in outputs {
            if self.scene.masks.touches(value) {
                let message = format!("Skip output '{name}' since it may contain secret.");
                let nothing = BTreeMap::new();
                annotations.push(annotations::build(
                    Level::Warning,
                    &message,
                    &nothing,
                    &self.scene.masks,
                    None,
                ));
            } else {
                handed_on.insert(name.to_owned(), value.to_owned());
            }
        }
        dropped.extend(cap(&mut annotations, Reason::JobCap));
        let failed = self.steps.iter().any(|step| step.result == StepResult::Failure);
        let result = if failed { StepResult::Failure } else { StepResult::Success };
        JobShown { result, annotations, dropped, outputs: handed_on, steps: self.steps }
    }
}

/// What is shown of all jobs of a run together.
pub fn show_run(jobs: &[JobShown]) -> RunShown {
    let mut annotations: Vec<_> = jobs.iter().flat_map(|job| job.annotations.clone()).collect();
    let mut dropped: Vec<_> = jobs.iter().flat_map(|job| job.dropped.clone()).collect();
    dropped.extend(cap(&mut annotations, Reason::RunCap));
    RunShown { annotations, dropped }
}

fn cap(annotations: &mut Vec<Annotation>, reason: Reason) -> impl Iterator<Item = Dropped> + use<> {
    let rest = annotations.split_off(annotations.len().min(CAP));
    rest.into_iter().map(move |annotation| Dropped { reason, annotation })
}
