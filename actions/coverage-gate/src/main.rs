//! The binary of the action `coverage-gate`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(
        &coverage_gate::action(),
        &gatewright_core::Host {
            repository: &gatewright_git::repository(),
            store: &gatewright_core::store::NoStore,
        },
    )
}
