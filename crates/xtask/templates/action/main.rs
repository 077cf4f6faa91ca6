//! The binary of the action `{{name}}`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(
        &{{module}}::action(),
        &gatewright_core::Host { repository: &gatewright_git::repository(), store: &gatewright_core::store::NoStore },
    )
}
