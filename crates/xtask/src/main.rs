//! Chores of this repository.

mod manifest;

use clap::Parser;

#[derive(Parser)]
enum Chore {
    /// Writes and checks dist/manifest.json, which pins the bytes that each action runs
    Manifest(manifest::ManifestArgs),
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Manifest(args) => manifest::run(args),
    }
}
