//! The launchers `dist/launch.sh` and `dist/launch.ps1`, started as a runner starts them, against a release server
//! on this machine. Nothing here knows how a program is built: the programs are scripts.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of this is test code; it stands where the runner does and starts launchers"
)]

mod checkout;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod life;
mod manifest;
#[cfg(windows)]
mod powershell;
mod server;
#[cfg(unix)]
mod sources;
