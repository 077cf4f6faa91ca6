//! The binary of the action `coverage-gate`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&coverage_gate::action(), &gatewright_git::repository().host())
}
