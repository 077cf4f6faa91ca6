//! `test-report` as a program.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&test_report::action(), &gatewright_git::repository().host())
}
