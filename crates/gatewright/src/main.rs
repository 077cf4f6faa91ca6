//! The front door: runs many gates from one file, or one action by name.

fn main() -> std::process::ExitCode {
    let actions = gatewright::actions();
    gatewright_core::run_front_door(
        &actions,
        &gatewright_core::Host {
            repository: &gatewright_git::repository(),
            store: &gatewright_core::store::NoStore,
        },
    )
}
