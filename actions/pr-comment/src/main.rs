//! The binary of the action `pr-comment`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&pr_comment::action(), &gatewright_git::repository().host())
}
