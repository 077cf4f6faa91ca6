//! The binary of the action `security-sarif`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&security_sarif::action(), &gatewright_git::repository().host())
}
