//! What the tests of the whole project share: the runner emulator, which decides by GitHub's rules what a
//! reader of a run would see. It knows no action and no crate of ours: an oracle that shared their code
//! would share their mistakes.

pub mod emulator;
