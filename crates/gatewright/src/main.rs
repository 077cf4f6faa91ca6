//! The front door: runs many gates from one file, or one action by name.

fn main() -> std::process::ExitCode {
    gatewright_core::run_front_door(&gatewright::actions(), &gatewright_git::repository().host())
}
