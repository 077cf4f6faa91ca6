//! The binary of the action `sarif-upload`.

fn main() -> std::process::ExitCode {
    gatewright_core::run(&sarif_upload::action(), &gatewright_git::repository().host())
}
