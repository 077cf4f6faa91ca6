//! The binary of the action `{{name}}`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&{{module}}::action(), &gatewright_git::repository().host())
}
