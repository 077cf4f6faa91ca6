//! Where the program comes from, and what happens when it does not come: each case under dash and bash.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use expect_test::expect;
use tempfile::TempDir;

use crate::checkout::{
    ACTION, Checkout, assert_refused, development, fill_cache, release, release_of, sha256, text, triple,
    write_program,
};
use crate::server::{Answer, Server};

/// A program that says what it was given.
pub(crate) const PROGRAM: &[u8] = b"#!/bin/sh
printf 'program %s\\n' \"$0\"
for argument; do printf 'argument <%s>\\n' \"$argument\"; done
printf 'umask %s, in %s\\n' \"$(umask)\" \"$(pwd)\"
exit 0
";

/// Runs a case under each shell, both at once: most cases wait for a download to be tried again. Both shells are
/// called `sh`, as a runner calls them: bash then is in its POSIX mode.
pub(crate) fn each_shell(case: impl Fn(&Path) + Sync) {
    let folder = TempDir::new().unwrap();
    let case = &case;
    thread::scope(|scope| {
        let runs = ["dash", "bash"].map(|name| {
            let shell = folder.path().join(name).join("sh");
            fs::create_dir_all(shell.parent().unwrap()).unwrap();
            symlink(find_shell(name), &shell).unwrap();
            (name, scope.spawn(move || case(&shell)))
        });
        for (name, run) in runs {
            run.join().unwrap_or_else(|_| panic!("the case failed under {name}"));
        }
    });
}

fn find_shell(name: &str) -> PathBuf {
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
        .iter()
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is missing: apt-get install {name}, or brew install {name}"))
}

/// The launcher as an action's step starts it.
pub(crate) fn launcher(shell: &Path, checkout: &Checkout, action: &str) -> Command {
    let mut command = Command::new(shell);
    command.arg("-eu").arg(checkout.path("actions/coverage-gate/../../dist/launch.sh")).arg(action);
    checkout.scrub(&mut command);
    command
}

pub(crate) fn launch(shell: &Path, checkout: &Checkout) -> Output {
    launcher(shell, checkout, ACTION).output().unwrap()
}

/// Asserts that the program ran from a folder of the launcher's own, and returns what the launcher said.
#[track_caller]
pub(crate) fn assert_ran(output: &Output, checkout: &Checkout) -> String {
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    let own = format!("program {}/gatewright-{ACTION}.", checkout.path("temp").display());
    assert!(printed.starts_with(&own), "{printed}");
    said
}

/// What the launcher said, with this run's paths, port and hashes named.
fn normal(said: &str, checkout: &Checkout, server: &Server) -> String {
    said.replace(&checkout.path("").display().to_string(), "ROOT/")
        .replace(&server.url(""), "SERVER/")
        .replace(&sha256(PROGRAM), "EXPECTED")
}

#[test]
fn a_verified_release_asset_runs_and_fills_the_cache() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let output = launcher(shell, &checkout, ACTION).args(["a b", "", "--x=*", "c\nd"]).output().unwrap();
        assert_eq!(assert_ran(&output, &checkout), "");
        let (_, rest) =
            text(&output.stdout).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let rest = rest.replace(&checkout.path("work").display().to_string(), "WORK");
        expect![[r"
            argument <a b>
            argument <>
            argument <--x=*>
            argument <c
            d>
            umask 0022, in WORK
        "]]
        .assert_eq(&rest.replace("umask 022", "umask 0022").replace("/private", ""));
        assert_eq!(fs::read(checkout.cached()).unwrap(), PROGRAM);
        assert_eq!(fs::metadata(checkout.cached()).unwrap().permissions().mode() & 0o777, 0o755);
        assert!(checkout.cached().parent().unwrap().with_extension("complete").exists());
        assert_eq!(
            fs::read_dir(checkout.cached().parent().unwrap()).unwrap().count(),
            1,
            "no half file is left"
        );
        let private = fs::read_dir(checkout.path("temp")).unwrap().next().unwrap().unwrap();
        assert_eq!(private.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn a_cached_program_runs_with_no_request() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Missing));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        fill_cache(&checkout.cached(), PROGRAM);
        fs::set_permissions(checkout.cached(), PermissionsExt::from_mode(0o444)).unwrap();
        assert_eq!(assert_ran(&launch(shell, &checkout), &checkout), "");
        assert_eq!(server.requests(), 0);
        drop(server);
        assert_eq!(assert_ran(&launch(shell, &checkout), &checkout), "");
    });
}

#[test]
fn a_wrong_hash_fails_closed() {
    each_shell(|shell| {
        let other = [&PROGRAM[..PROGRAM.len() - 2], b"1\n"].concat();
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(other.clone())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let said = assert_refused(&launch(shell, &checkout));
        expect![[r"
            error: gatewright coverage-gate: SERVER/gate is not the program of release 0.1.0: expected sha256 EXPECTED, found FOUND
              help: do not run what lies there; the release or the way to it was tampered with: report it
        "]]
        .assert_eq(&normal(&said, &checkout, &server).replace(&sha256(&other), "FOUND"));
        assert_eq!(server.requests(), 1, "the same size and another hash is not a broken line");
        assert!(!checkout.cached().exists());
        assert_eq!(checkout.left_in_temp(), 0);
    });
}

#[test]
fn a_cut_download_is_tried_three_times() {
    each_shell(|shell| {
        for (answer, reason) in [
            (Answer::Cut(PROGRAM.to_vec()), "bytes remaining to read"),
            (Answer::CutWithoutLength(PROGRAM.to_vec()), "bytes arrived"),
        ] {
            let (checkout, server) = (Checkout::new(), Server::start(answer));
            checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
            let said = assert_refused(&launch(shell, &checkout));
            assert!(said.contains(reason) && said.contains(&sha256(PROGRAM)), "{said}");
            assert_eq!(server.requests(), 3);
            assert_eq!(checkout.left_in_temp(), 0);
        }
    });
}

#[test]
fn a_download_that_is_cut_once_succeeds() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::CutOnce(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        assert_eq!(assert_ran(&launch(shell, &checkout), &checkout), "");
        assert_eq!(server.requests(), 2);
    });
}

#[test]
fn a_download_without_an_end_is_stopped() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Endless));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        assert_refused(&launch(shell, &checkout));
        assert_eq!(server.requests(), 3);
    });
}

#[test]
fn a_release_without_our_platform_is_refused() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout
            .write_manifest(&release(PROGRAM, &server.url("gate")).replace(&triple(), "sparc-sun-solaris"));
        fill_cache(&checkout.cached(), PROGRAM);
        let said = assert_refused(&launch(shell, &checkout));
        assert!(said.contains("release 0.1.0 has no program for this platform ("), "{said}");
        assert_eq!(server.requests(), 0);
    });
}

#[test]
fn an_unknown_action_is_refused() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        checkout.write_manifest(&release(PROGRAM, "https://example.com/a"));
        let said = assert_refused(&launcher(shell, &checkout, "coverage").output().unwrap());
        assert!(said.contains("release 0.1.0 has no action of this name"), "{said}");
        for name in ["", "../x", "-x", "Gate", "a b", "a\nb", "a;b"] {
            let said = assert_refused(&launcher(shell, &checkout, name).output().unwrap());
            assert!(said.contains("is no name of an action"), "{name}: {said}");
        }
    });
}

#[test]
fn another_version_in_the_cache_is_no_substitute() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Missing));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        fill_cache(&checkout.cached_version("0.0.9"), PROGRAM);
        let said = assert_refused(&launch(shell, &checkout));
        assert!(said.contains("could not be fetched: curl: ") && said.contains("404"), "{said}");
        assert!(said.contains("set GATEWRIGHT_BIN_DIR"), "{said}");
    });
}

#[test]
fn a_cache_that_cannot_be_written_is_no_failure() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        // Below a regular file nobody can write, root included.
        fs::write(checkout.path("file"), "").unwrap();
        let beyond = checkout.path("file/cache");
        for cache in
            [beyond.as_path(), Path::new("/proc/none"), Path::new(""), Path::new("relative"), Path::new("-x")]
        {
            let output = launcher(shell, &checkout, ACTION).env("RUNNER_TOOL_CACHE", cache).output().unwrap();
            assert_eq!(assert_ran(&output, &checkout), "", "{}", cache.display());
        }
        let output = launcher(shell, &checkout, ACTION).env_remove("RUNNER_TOOL_CACHE").output().unwrap();
        assert_eq!(assert_ran(&output, &checkout), "");
        assert_eq!(fs::read_dir(checkout.path("work")).unwrap().count(), 0);
    });
}

#[test]
fn a_corrupted_cache_is_healed() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        for broken in [&b"#!/bin/sh\necho EVIL\n"[..], b"", &PROGRAM.repeat(100)] {
            fill_cache(&checkout.cached(), broken);
            let said = assert_ran(&launch(shell, &checkout), &checkout);
            assert!(said.contains("is replaced") && said.contains(&sha256(broken)), "{said}");
            assert_eq!(fs::read(checkout.cached()).unwrap(), PROGRAM);
            assert_eq!(assert_ran(&launch(shell, &checkout), &checkout), "", "healed");
        }
        drop(server);
        fill_cache(&checkout.cached(), b"#!/bin/sh\necho EVIL\n");
        let said = assert_refused(&launch(shell, &checkout));
        assert!(said.contains("could not be fetched"), "{said}");
    });
}

#[test]
fn ten_jobs_share_an_empty_cache() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        thread::scope(|scope| {
            let jobs: Vec<_> = (0..10).map(|_| scope.spawn(|| launch(shell, &checkout))).collect();
            for job in jobs {
                assert_eq!(assert_ran(&job.join().unwrap(), &checkout), "");
            }
        });
        assert_eq!(fs::read(checkout.cached()).unwrap(), PROGRAM);
        assert_eq!(fs::read_dir(checkout.cached().parent().unwrap()).unwrap().count(), 1);
    });
}

#[test]
fn development_runs_the_newest_local_build_and_says_so() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        let said = assert_refused(&launch(shell, &checkout));
        expect![[r"
            error: gatewright coverage-gate: this checkout is no release, and it holds no build of this action
              help: build it first: cargo build --release -p coverage-gate; or use a released tag
        "]]
        .assert_eq(&said);
        for (profile, age) in [("release", 60), ("debug", 30), ("dist", 90)] {
            let path = checkout.path("target").join(profile).join(ACTION);
            write_program(&path, format!("#!/bin/sh\necho {profile}\n").as_bytes());
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            fs::File::open(&path).unwrap().set_modified(time).unwrap();
        }
        let output = launch(shell, &checkout);
        assert_eq!(text(&output.stdout), "debug\n");
        let said = text(&output.stderr).replace(&checkout.path("").display().to_string(), "ROOT/");
        expect![[r"
            gatewright: ROOT/actions/coverage-gate/../../dist/../target/debug/coverage-gate is an unverified local build (dist/manifest.json has the state development)
        "]]
        .assert_eq(&said);
        assert_eq!(checkout.left_in_temp(), 0, "it runs where it lies");
    });
}

#[test]
fn a_local_build_of_a_release_must_be_the_release() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let built = checkout.path("target/release").join(ACTION);
        write_program(&built, PROGRAM);
        assert_eq!(assert_ran(&launch(shell, &checkout), &checkout), "");
        assert_eq!(server.requests(), 0);
        write_program(&built, b"#!/bin/sh\necho LOCAL\n");
        let said = assert_ran(&launch(shell, &checkout), &checkout);
        assert!(said.contains("was passed over"), "{said}");
    });
}

#[test]
fn a_folder_of_programs_must_hold_the_release() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        fill_cache(&checkout.cached(), PROGRAM);
        write_program(&checkout.path("work/-own").join(ACTION), PROGRAM);
        let output = launcher(shell, &checkout, ACTION).env("GATEWRIGHT_BIN_DIR", "-own").output().unwrap();
        assert_eq!(assert_ran(&output, &checkout), "");
        let output = launcher(shell, &checkout, ACTION).env("GATEWRIGHT_BIN_DIR", "").output().unwrap();
        assert_eq!(assert_ran(&output, &checkout), "", "empty is unset");
        let output = launcher(shell, &checkout, ACTION).env("GATEWRIGHT_BIN_DIR", "none").output().unwrap();
        assert!(assert_refused(&output).contains("found nothing"));
        checkout.write_manifest(&development());
        let output = launcher(shell, &checkout, ACTION).env("GATEWRIGHT_BIN_DIR", "none").output().unwrap();
        assert!(assert_refused(&output).contains("there is no ./none/coverage-gate"));
    });
}

/// Linux alone has both pairs of tools; elsewhere the launcher is tested with the pair that is there.
#[cfg(target_os = "linux")]
#[test]
fn wget_and_shasum_stand_in_for_curl_and_sha256sum() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        let tools = checkout.beside("tools");
        fs::create_dir(&tools).unwrap();
        let needed = "awk chmod cat cp kill mkdir mktemp mv perl rm sed shasum sleep tr uname wc wget";
        for tool in needed.split(' ') {
            let found = Path::new("/usr/bin").join(tool);
            assert!(found.exists(), "{tool} is missing: apt-get install wget perl");
            symlink(found, tools.join(tool)).unwrap();
        }
        let script = fs::read_to_string(checkout.path("dist/launch.sh")).unwrap();
        let line = "PATH=/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin\n";
        assert!(script.contains(line));
        let script = script.replace(line, &format!("PATH='{}'\n", tools.display()));
        fs::write(checkout.path("dist/launch.sh"), script).unwrap();
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let output = launcher(shell, &checkout, ACTION).env("PERL5OPT", "-Mevil").output().unwrap();
        assert_eq!(assert_ran(&output, &checkout), "");
        assert_eq!(fs::read(checkout.cached()).unwrap(), PROGRAM);
        checkout.write_manifest(&release_of(
            ACTION,
            &triple(),
            &server.url("gate"),
            &"0".repeat(64),
            PROGRAM.len(),
        ));
        let output = launcher(shell, &checkout, ACTION).env("RUNNER_TOOL_CACHE", "").output().unwrap();
        assert!(assert_refused(&output).contains(&sha256(PROGRAM)));
        fs::remove_file(tools.join("wget")).unwrap();
        let output = launcher(shell, &checkout, ACTION).env("RUNNER_TOOL_CACHE", "").output().unwrap();
        assert!(assert_refused(&output).contains("neither curl nor GNU wget is installed"));
    });
}
