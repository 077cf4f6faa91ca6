//! The runner: its environment, its event, its file commands, its log. The only code that touches them.

mod commands;
mod environment;
mod event;
mod folder;
mod notes;

pub use commands::{FileCommandError, Outputs, mask, relay, write_atomically, write_atomically_by};
pub use environment::Environment;
pub(crate) use environment::{is_ours, opens_service};
pub use event::Event;
pub use folder::{FolderSink, write_folder};
pub(crate) use notes::{Notes, start_log};
