//! What the fake answers: GitHub's paths, statuses, headers and words.

use serde_json::{Value, json};

use super::state::{Access, Comment, Pull, Run, State};
use super::{Request, scanning};

/// GitHub refuses longer bodies.
const MOST_CHARACTERS: usize = 65_536;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

pub(super) fn refused(status: u16, headers: Vec<(&'static str, String)>, message: &str) -> Answer {
    Answer {
        status,
        headers,
        body: Some(json!({ "message": message, "documentation_url": "https://docs.github.com/rest" })),
    }
}

pub(super) fn ok(body: Value) -> Answer {
    Answer { status: 200, headers: Vec::new(), body: Some(body) }
}

pub(super) fn not_found() -> Answer {
    refused(404, Vec::new(), "Not Found")
}

pub(super) fn answer(state: &mut State, request: &Request, origin: &str) -> Answer {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(identity) = token.and_then(|token| state.tokens.get(token)).cloned() else {
        return refused(401, Vec::new(), "Bad credentials");
    };
    if request.path == "/api/graphql" {
        return graphql(state, request, &identity.login);
    }
    let Some(path) = request.path.strip_prefix("/api/v3") else { return not_found() };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let Some(rest) = path.strip_prefix(&format!("/repos/{}/", state.repository)) else { return not_found() };
    let writes = request.method != "GET";
    let needed = if writes { Access::Write } else { Access::Read };
    if (identity.access as u8) < needed as u8 {
        let accepted = match (rest.starts_with("code-scanning/"), writes) {
            (true, true) => "security_events=write",
            (true, false) => "security_events=read",
            (false, true) => "issues=write; pull_requests=write",
            (false, false) => "issues=read; pull_requests=read",
        };
        let headers = vec![("x-accepted-github-permissions", accepted.to_owned())];
        return refused(403, headers, "Resource not accessible by integration");
    }
    let parts: Vec<&str> = rest.split('/').collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["issues", issue, "comments"]) => {
            if !has_pull(state, number(issue)) {
                return not_found();
            }
            let of_issue = |comment: &&Comment| comment.pull == number(issue);
            let all: Vec<Value> =
                state.comments.iter().filter(of_issue).map(|comment| shown(state, comment)).collect();
            page(state, all, query, &format!("{origin}/api/v3{path}"))
        }
        ("POST", ["issues", issue, "comments"]) => {
            create(state, number(issue), &identity.login, &request.body)
        }
        ("GET", ["issues", "comments", id]) => {
            let id = number(id);
            state
                .comments
                .iter()
                .find(|comment| comment.id == id)
                .map_or_else(not_found, |comment| ok(shown(state, comment)))
        }
        ("PATCH", ["issues", "comments", id]) => update(state, number(id), &request.body),
        ("DELETE", ["issues", "comments", id]) => {
            let id = number(id);
            if state.find(id).is_none() {
                return not_found();
            }
            state.delete(id);
            Answer { status: 204, headers: Vec::new(), body: None }
        }
        ("GET", ["pulls", pull]) => {
            let pull = state.pulls.iter().find(|known| known.number == number(pull));
            pull.map_or_else(not_found, |pull| ok(pull_shown(state, pull)))
        }
        ("GET", ["pulls", pull, "files"]) => {
            let Some(pull) = state.pulls.iter().find(|known| known.number == number(pull)) else {
                return not_found();
            };
            let all = pull.files.iter().map(|file| json!({ "sha": super::state::HEAD, "filename": file, "status": "modified", "additions": 1, "deletions": 0, "changes": 1 }));
            page(state, all.collect(), query, &format!("{origin}/api/v3{path}"))
        }
        ("GET", ["pulls"]) => {
            let wanted = value(query, "head").map(decoded);
            let of_head = |pull: &&Pull| {
                let owner = pull
                    .head_repository
                    .as_deref()
                    .and_then(|name| name.split('/').next())
                    .unwrap_or_default();
                pull.state == "open"
                    && wanted.as_ref().is_none_or(|wanted| *wanted == format!("{owner}:{}", pull.head_branch))
            };
            let all = state.pulls.iter().filter(of_head).map(|pull| pull_shown(state, pull)).collect();
            page(state, all, query, &format!("{origin}/api/v3{path}"))
        }
        ("GET", ["commits", sha, "pulls"]) => {
            // GitHub knows only the pull requests of the repository's own branches this way.
            let own = |pull: &&Pull| {
                pull.head_sha == *sha && pull.head_repository.as_deref() == Some(&state.repository)
            };
            let all = state.pulls.iter().filter(own).map(|pull| pull_shown(state, pull)).collect();
            page(state, all, query, &format!("{origin}/api/v3{path}"))
        }
        ("GET", ["actions", "runs", id]) => {
            let run = state.runs.iter().find(|run| run.id == number(id));
            run.map_or_else(not_found, |run| ok(run_shown(run)))
        }
        ("POST", ["code-scanning", "sarifs"]) => scanning::upload(&mut state.scanning, &request.body, origin),
        ("GET", ["code-scanning", "sarifs", id]) => scanning::status(&mut state.scanning, id, origin),
        _ => not_found(),
    }
}

fn graphql(state: &State, request: &Request, login: &str) -> Answer {
    if !state.graphql || request.method != "POST" || !request.body.contains("viewer") {
        return not_found();
    }
    ok(json!({ "data": { "viewer": { "login": login } } }))
}

fn has_pull(state: &State, number: u64) -> bool {
    state.pulls.iter().any(|pull| pull.number == number)
}

/// The text of a body that GitHub takes.
fn text(body: &str) -> Result<String, Answer> {
    let json: Value =
        serde_json::from_str(body).map_err(|_| refused(400, Vec::new(), "Problems parsing JSON"))?;
    let text = json["body"].as_str().unwrap_or_default();
    let errors = |message: &str| {
        let error = json!({ "message": "Validation Failed", "errors": [{ "resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message }] });
        Answer { status: 422, headers: Vec::new(), body: Some(error) }
    };
    if text.trim().is_empty() {
        return Err(errors("Body cannot be blank"));
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(errors("Body is too long (maximum is 65536 characters)"));
    }
    Ok(text.to_owned())
}

fn create(state: &mut State, issue: u64, login: &str, body: &str) -> Answer {
    let Some(pull) = state.pulls.iter().find(|pull| pull.number == issue) else { return not_found() };
    if pull.locked {
        return refused(403, Vec::new(), "Unable to create comment because issue is locked.");
    }
    let text = match text(body) {
        Ok(text) => text,
        Err(answer) => return answer,
    };
    let id = state.comment(issue, login, &text);
    let created = state.comments.iter().find(|comment| comment.id == id).map(|comment| shown(state, comment));
    Answer { status: 201, headers: Vec::new(), body: created }
}

fn update(state: &mut State, id: u64, body: &str) -> Answer {
    let text = match text(body) {
        Ok(text) => text,
        Err(answer) => return answer,
    };
    let Some(comment) = state.find(id) else { return not_found() };
    comment.body = text;
    comment.writes += 1;
    let comment = comment.clone();
    ok(shown(state, &comment))
}

/// One page of a list, with the header that leads to the next one.
fn page(state: &State, all: Vec<Value>, query: &str, address: &str) -> Answer {
    let number = |name: &str, otherwise: usize| {
        value(query, name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let per_page = number("per_page", 30).clamp(1, 100).min(state.most_per_page);
    let page = number("page", 1).max(1);
    let start = (page - 1).saturating_mul(per_page).min(all.len());
    let end = (start + per_page).min(all.len());
    let mut headers = Vec::new();
    if end < all.len() {
        let others: String = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("page="))
            .map(|pair| format!("{pair}&"))
            .collect();
        let last = all.len().div_ceil(per_page);
        let link =
            |page: usize, relation: &str| format!("<{address}?{others}page={page}>; rel=\"{relation}\"");
        headers.push(("Link", format!("{}, {}", link(page + 1, "next"), link(last, "last"))));
    }
    Answer { status: 200, headers, body: Some(Value::Array(all[start..end].to_vec())) }
}

fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn shown(state: &State, comment: &Comment) -> Value {
    let user = comment.login.as_ref().map(|login| {
        let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
        json!({ "login": login, "id": 1, "type": kind })
    });
    let url =
        format!("https://github.com/{}/pull/{}#issuecomment-{}", state.repository, comment.pull, comment.id);
    json!({ "id": comment.id, "body": comment.body, "user": user, "html_url": url })
}

fn pull_shown(state: &State, pull: &Pull) -> Value {
    let repository = |name: &str| json!({ "full_name": name });
    json!({
        "number": pull.number,
        "state": pull.state,
        "head": { "sha": pull.head_sha, "ref": pull.head_branch, "repo": pull.head_repository.as_deref().map(repository) },
        "base": { "sha": "0".repeat(40), "ref": "main", "repo": repository(&state.repository) },
    })
}

fn run_shown(run: &Run) -> Value {
    json!({
        "id": run.id,
        "run_attempt": run.attempt,
        "event": run.event,
        "head_sha": run.head_sha,
        "head_branch": run.head_branch,
        "head_repository": run.head_repository.as_deref().map(|name| json!({ "full_name": name })),
        // For a fork's run GitHub leaves this empty; here it lies, and nobody may believe it.
        "pull_requests": [{ "number": 666 }],
    })
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(part.len().min(2));
        bytes.extend(u8::from_str_radix(digits, 16));
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
