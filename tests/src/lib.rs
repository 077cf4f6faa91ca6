//! What the tests of the whole project share: the runner emulator, which decides by GitHub's rules what a
//! reader of a run would see, the fake of GitHub, and the case folders, which drive the real binaries. None uses a crate of
//! ours: an oracle that shared their code would share their mistakes.

pub mod binaries;
pub mod case;
pub mod emulator;
pub mod github;
