//! That a gate does not wait for git: 2,000 files, of which 50 changed. The bound is wide, because test machines
//! are busy; `--nocapture` shows the figures.

#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]

mod fixture;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use fixture::Fixture;
use gatewright_core::repository::{BaseRequest, ChangeEnd, Repository};
use gatewright_git::Git;

#[test]
fn a_usual_change_takes_milliseconds() {
    let repo = Fixture::new();
    let text = |file: usize, changed: bool| {
        (0..150).fold(String::new(), |mut text, line| {
            let mark = if changed && line % 40 == 7 { "changed" } else { "line" };
            writeln!(text, "file {file} has {mark} {line}").unwrap();
            text
        })
    };
    for file in 0..2000 {
        repo.write(&format!("src/part{}/file{file}.rs", file % 40), text(file, false));
    }
    repo.commit();
    repo.git(&["branch", "base"]);
    for file in (0..2000).step_by(40) {
        // A fifth of them is renamed as well.
        let old = format!("src/part{}/file{file}.rs", file % 40);
        if file % 200 == 0 {
            repo.remove(&old);
            repo.write(&format!("src/moved/other{file}.rs"), text(file, true));
        } else {
            repo.write(&old, text(file, true));
        }
    }
    repo.commit();
    for (end, bound) in [(ChangeEnd::Head, 200), (ChangeEnd::WorkTree, 600)] {
        let times = (0..10).map(|_| {
            let start = Instant::now();
            let base = Git.base(repo.path(), &BaseRequest::Explicit("base".to_owned())).unwrap().unwrap();
            let changes = Git.changes(repo.path(), &base, end).unwrap();
            let time = start.elapsed();
            assert_eq!(changes.files.len(), 50);
            assert_eq!(changes.files.iter().filter(|file| file.old_path.is_some()).count(), 10);
            assert!(changes.files.iter().all(|file| file.added.len() == 4 && file.removed.len() == 4));
            time
        });
        let best = times.min().unwrap();
        println!("{end:?}: {best:?}");
        assert!(best < Duration::from_millis(bound), "{end:?} took {best:?}");
    }
}
