//! Which variables each kind of action receives.

use std::collections::BTreeMap;

use super::Kind;

/// What the runner exports to every step.
pub const GITHUB: [&str; 40] = [
    "GITHUB_ACTION",
    "GITHUB_ACTIONS",
    "GITHUB_ACTION_PATH",
    "GITHUB_ACTION_REF",
    "GITHUB_ACTION_REPOSITORY",
    "GITHUB_ACTOR",
    "GITHUB_ACTOR_ID",
    "GITHUB_API_URL",
    "GITHUB_ARTIFACTS",
    "GITHUB_ARTIFACTS_LIST",
    "GITHUB_BASE_REF",
    "GITHUB_ENV",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_HEAD_REF",
    "GITHUB_JOB",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REF_PROTECTED",
    "GITHUB_REF_TYPE",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_REPOSITORY_OWNER_ID",
    "GITHUB_RETENTION_DAYS",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_TRIGGERING_ACTOR",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKFLOW_REF",
    "GITHUB_WORKFLOW_SHA",
    "GITHUB_WORKSPACE",
];

/// The runner's own.
pub const RUNNER: [&str; 8] = [
    "RUNNER_ARCH",
    "RUNNER_DEBUG",
    "RUNNER_ENVIRONMENT",
    "RUNNER_NAME",
    "RUNNER_OS",
    "RUNNER_TEMP",
    "RUNNER_TOOL_CACHE",
    "RUNNER_WORKSPACE",
];

/// The tokens and services that only some kinds receive. `ACTIONS_ID_TOKEN_*` needs `id-token: write`.
/// `GITHUB_TOKEN` is exported to none.
pub fn variables_for(kind: Kind) -> Vec<&'static str> {
    let mut names = vec!["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"];
    if matches!(kind, Kind::Node | Kind::Docker) {
        names.extend([
            "ACTIONS_CACHE_MODE",
            "ACTIONS_CACHE_URL",
            "ACTIONS_RESULTS_URL",
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_RUNTIME_URL",
        ]);
    }
    if kind == Kind::Node {
        names.push("ACTIONS_CACHE_SERVICE_V2");
    }
    names
}

/// The inputs as variables: node and docker actions get them by themselves, a composite and a `run` step get
/// none. An input that is not set is the empty string.
pub fn inputs_for(kind: Kind, declared: &[(&str, &str)]) -> BTreeMap<String, String> {
    match kind {
        Kind::Run | Kind::Composite => BTreeMap::new(),
        Kind::Node | Kind::Docker => {
            declared.iter().map(|&(name, value)| (input_variable(name), value.to_owned())).collect()
        }
    }
}

/// The variable of an input: blanks become `_`, hyphens stay.
pub fn input_variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

/// Whether `GITHUB_ACTION_REF` and `GITHUB_ACTION_REPOSITORY` hold anything: in a composite they are empty.
pub fn knows_its_reference(kind: Kind) -> bool {
    matches!(kind, Kind::Node | Kind::Docker)
}
