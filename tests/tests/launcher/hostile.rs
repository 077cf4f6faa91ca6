//! What somebody who controls the environment, the tool cache, the server or the manifest's bytes can't do.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use expect_test::expect;

use crate::checkout::{
    ACTION, Checkout, assert_refused, development, fill_cache, release, repository, sha256, text, triple,
    write_program,
};
use crate::server::{Answer, Server};
use crate::sources::{PROGRAM, assert_ran, each_shell, launch, launcher};

const EVIL: &[u8] = b"#!/bin/sh\necho EVIL\n";

/// The step of an action, as `action.yml` spells it.
const STEP_SHELL: &str = "/usr/bin/env -u ENV -u BASH_ENV -u CDPATH -u SHELLOPTS -u BASHOPTS /bin/sh -eu {0}";
const STEP_RUN: &str = "exec /bin/sh -eu \"$GITHUB_ACTION_PATH/../../dist/launch.sh\" <action>";

#[test]
fn the_launcher_documents_the_step_that_is_tested() {
    let script = fs::read_to_string(repository().join("dist/launch.sh")).unwrap();
    assert!(script.contains(&format!("#   shell: {STEP_SHELL}\n#   run: {STEP_RUN}\n")));
}

/// Runs the step as the runner does: the script in a file, the shell's words split at spaces.
fn step(shell: &Path, checkout: &Checkout) -> Command {
    let shell = shell.to_str().unwrap();
    let script = checkout.beside("step.sh");
    fs::write(&script, STEP_RUN.replace("/bin/sh", shell).replace("<action>", ACTION)).unwrap();
    let words = STEP_SHELL.replace("/bin/sh", shell).replace("{0}", script.to_str().unwrap());
    let mut words = words.split(' ');
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    checkout.scrub(&mut command);
    command
}

#[test]
fn nothing_of_the_callers_environment_takes_part() {
    let program = b"#!/bin/sh\nprintf '%s\\n' \"$PATH\"\n";
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(program.to_vec())));
        checkout.write_manifest(&release(program, &server.url("gate")));
        let (evil, marks) = (checkout.beside("evil"), checkout.beside("marks"));
        fs::create_dir_all(&marks).unwrap();
        let mut command = step(shell, &checkout);
        let tools = "awk cat chmod command cp curl cut dirname env exec grep kill ln ls mkdir mktemp mv perl printf \
            rm sed sh sha256sum shasum sleep tr umask uname unset wait wc wget [ trap set eval";
        for tool in tools.split(' ') {
            let mark = format!(": >'{}/{}'", marks.display(), tool);
            write_program(&evil.join(tool), format!("#!/bin/sh\n{mark}\n").as_bytes());
            command.env(format!("BASH_FUNC_{tool}%%"), format!("() {{ {mark}\n}}"));
        }
        let profile = evil.join("profile");
        fs::write(&profile, format!(": >'{}/profile'\nalias awk=false\n", marks.display())).unwrap();
        fs::write(evil.join(".curlrc"), format!("output = \"{}/curlrc\"\n", marks.display())).unwrap();
        let path = format!("{}:.:/usr/bin", evil.display());
        for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
            command.env(name, "http://127.0.0.1:1");
        }
        for name in ["ENV", "BASH_ENV", "WGETRC", "GITHUB_ENV"] {
            command.env(name, &profile);
        }
        for (name, value) in
            [("IFS", "/.-"), ("CDPATH", "/"), ("SHELLOPTS", "noexec:xtrace"), ("BASHOPTS", "extdebug")]
        {
            command.env(name, value);
        }
        for (name, value) in [("gw_sha256", "x"), ("gw_private", "/")] {
            command.env(name, value);
        }
        let output = command.env("PATH", &path).env("CURL_HOME", &evil).env("HOME", &evil).output().unwrap();
        assert_eq!(text(&output.stderr), "");
        assert_eq!(text(&output.stdout), format!("{path}\n"), "the program has the caller's PATH");
        let marked: Vec<_> = fs::read_dir(&marks).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(marked.is_empty(), "these ran: {marked:?}");
        assert_eq!(fs::read(checkout.cached()).unwrap(), program);
    });
}

#[test]
fn a_folder_of_programs_from_an_earlier_step_does_not_get_into_a_release() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        write_program(&checkout.path("evil").join(ACTION), EVIL);
        checkout.write_manifest(&release(PROGRAM, "https://example.com/gate"));
        fill_cache(&checkout.cached(), PROGRAM);
        let mut command = launcher(shell, &checkout, ACTION);
        let output = command.env("GATEWRIGHT_BIN_DIR", checkout.path("evil")).output().unwrap();
        let said = assert_refused(&output).replace(&checkout.path("").display().to_string(), "ROOT/");
        expect![[r"
            error: gatewright coverage-gate: ROOT/evil/coverage-gate is not the program of release 0.1.0: expected sha256 EXPECTED, found FOUND
              help: unset GATEWRIGHT_BIN_DIR, or put the program of this release there
        "]]
        .assert_eq(&said.replace(&sha256(PROGRAM), "EXPECTED").replace(&sha256(EVIL), "FOUND"));

        checkout.write_manifest(&development());
        let output = command.output().unwrap();
        assert_eq!(text(&output.stdout), "EVIL\n");
        assert!(text(&output.stderr).contains("is an unverified local build"));
    });
}

#[test]
fn exchanging_the_cached_program_meanwhile_changes_nothing() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        fill_cache(&checkout.cached(), PROGRAM);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let next = checkout.beside("next");
                for round in 0_u32.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    write_program(&next, if round % 2 == 0 { EVIL } else { PROGRAM });
                    fs::rename(&next, checkout.cached()).unwrap();
                }
            });
            let outputs: Vec<_> = (0..40).map(|_| launch(shell, &checkout)).collect();
            stop.store(true, Ordering::SeqCst);
            let healed = outputs.iter().filter(|output| !assert_ran(output, &checkout).is_empty()).count();
            eprintln!("{healed} of 40 launches met the other program");
        });
    });
}

#[test]
fn a_manifest_in_any_other_layout_is_refused() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        fill_cache(&checkout.cached(), PROGRAM);
        write_program(&checkout.path("target/debug").join(ACTION), EVIL);
        let good = release(PROGRAM, "https://example.com/gate");
        let line = good.lines().nth(7).unwrap().to_owned();
        assert!(line.contains(&sha256(PROGRAM)));
        let hash = sha256(PROGRAM);
        let swap = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            good.replacen(from, to, 1)
        };
        let (first, second) = good.split_once("other-action").unwrap();
        let tampered = [
            String::new(),
            "{}\n".to_owned(),
            good.replace('\n', ""),
            good.replace('\n', "\r\n"),
            good.replace("  ", "\t"),
            format!("{good}{good}"),
            format!("{good}\n"),
            good[..good.len() - 3].to_owned(),
            swap("release", "Release"),
            swap("\"state\": \"release\"", "\"state\": \"development\""),
            swap("  \"state\": \"release\",\n", ""),
            swap("\"0123", "\"123"),
            swap("\"0123456789abcdef0123456789abcdef01234567\"", "null"),
            swap("\"0.1.0\"", "\"../0.1.0\""),
            swap("\"0.1.0\"", "\"0.1.0 \""),
            swap("\"0.1.0\"", "\"0.1\""),
            swap(&hash, &hash[1..]),
            swap(&hash, &hash.to_uppercase()),
            swap(&hash, &format!("{hash}0")),
            swap(&line, &format!("{},\n{line}", line.trim_end_matches(','))),
            swap(&line, &format!("{line},")),
            swap(&line, &line.replace("\"size\": ", "\"size\": 0")),
            swap(&line, &line.replace("\"size\": ", "\"size\": -")),
            swap(&line, &line.replace("\"size\": ", "\"size\": 9999999999999")),
            swap(&line, &line.replace("\"sha256\"", "\"extra\": 1, \"sha256\"")),
            swap("https://example.com/gate", "https://example.com/$(id)"),
            swap("https://example.com/gate", "https://example.com/a b"),
            swap("https://example.com/gate", "https://me@example.com/a"),
            swap("https://example.com/gate", "file:///etc/passwd"),
            swap("https://example.com/gate", "--config"),
            swap("\"other-action\"", "\"coverage-gate\""),
            swap("    \"coverage-gate\": {\n", ""),
            format!("{first}coverage-gate{}", second.replace(&triple(), "third-target")),
        ];
        for manifest in tampered {
            checkout.write_manifest(&manifest);
            let said = assert_refused(&launch(shell, &checkout));
            assert!(said.contains("cannot be read as the manifest"), "{manifest}: {said}");
        }
        fs::remove_file(checkout.path("dist/manifest.json")).unwrap();
        let said = assert_refused(&launch(shell, &checkout));
        assert!(said.contains("cannot be read as the manifest"), "{said}");
        checkout.write_manifest(&good);
        assert!(assert_ran(&launch(shell, &checkout), &checkout).contains("was passed over"));
    });
}

#[test]
fn only_https_or_this_machine_is_fetched_from() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        for url in [
            "http://example.com/a",
            "http://127.0.0.1.example.com/a",
            "http://localhostile/a",
            "http://[::1]a/b",
        ] {
            checkout.write_manifest(&release(PROGRAM, url));
            let said = assert_refused(&launch(shell, &checkout));
            assert!(said.contains(&format!("{url} is not an https address")), "{said}");
        }
        // These are taken for this machine, or for a port that none has; nobody else is asked.
        for url in ["http://[::1]:1/a", "http://127.0.0.1:80.example.com/a"] {
            checkout.write_manifest(&release(PROGRAM, url));
            let said = assert_refused(&launch(shell, &checkout));
            assert!(said.contains(&format!("{url} could not be fetched")), "{said}");
        }
    });
}

#[test]
fn a_loopback_address_leads_nowhere_else() {
    each_shell(|shell| {
        let (checkout, real) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        let server = Server::start(Answer::Moved(real.url("gate")));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        assert_refused(&launch(shell, &checkout));
        assert_eq!(real.requests(), 0);
    });
}

#[test]
fn odd_paths_are_only_paths() {
    each_shell(|shell| {
        for name in ["-rf a\nb", "a=b $(id) `id`", "*?[a-z]", "it's \"q\" \\n %s ##[error]", "é\u{301}ö"] {
            let (checkout, server) = (Checkout::named(name), Server::start(Answer::Whole(PROGRAM.to_vec())));
            checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
            for source in ["release", "cache"] {
                let output = step(shell, &checkout).output().unwrap();
                assert_eq!(assert_ran(&output, &checkout), "", "{name} from the {source}");
            }
            assert_eq!(server.requests(), 1);
        }
    });
}

#[test]
fn the_launcher_may_be_named_by_a_relative_path() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        let folder = checkout.path("dist");
        checkout.write_manifest(&release(PROGRAM, "https://example.com/gate"));
        fill_cache(&checkout.cached(), PROGRAM);
        fs::create_dir(folder.join("-x")).unwrap();
        write_program(&folder.join("target/release").join(ACTION), PROGRAM);
        for file in ["launch.sh", "manifest.json"] {
            fs::copy(folder.join(file), folder.join("-x").join(file)).unwrap();
        }
        for name in ["launch.sh", "./launch.sh", "-x/launch.sh"] {
            let mut command = Command::new(shell);
            checkout.scrub(command.args(["-eu", "--", name, ACTION])).current_dir(&folder);
            assert_eq!(assert_ran(&command.output().unwrap(), &checkout), "", "{name}");
        }
    });
}

/// The runner takes a line that starts with `::`, and `##[` anywhere, as commands.
#[test]
fn a_message_is_one_command_and_carries_no_other() {
    each_shell(|shell| {
        let checkout = Checkout::new();
        checkout.write_manifest(&release(PROGRAM, "https://example.com/gate"));
        let folder = "/x\n::warning::a ##[error]b\r%0A%25";
        let refused = |actions: &str| -> Output {
            let mut command = launcher(shell, &checkout, ACTION);
            command.env("GATEWRIGHT_BIN_DIR", folder).env("GITHUB_ACTIONS", actions).output().unwrap()
        };
        let said = assert_refused(&refused("true")).replace(&sha256(PROGRAM), "EXPECTED");
        expect![[r"
            ::error title=Gatewright::gatewright coverage-gate: /x?::warning::a ##(error]b?%250A%2525/coverage-gate is not the program of release 0.1.0: expected sha256 EXPECTED, found nothing%0Ahelp: unset GATEWRIGHT_BIN_DIR, or put the program of this release there
        "]]
        .assert_eq(&said);
        let said = assert_refused(&refused("")).replace(&sha256(PROGRAM), "EXPECTED");
        expect![[r"
            error: gatewright coverage-gate: /x?::warning::a ##(error]b?%0A%25/coverage-gate is not the program of release 0.1.0: expected sha256 EXPECTED, found nothing
              help: unset GATEWRIGHT_BIN_DIR, or put the program of this release there
        "]]
        .assert_eq(&said);
    });
}

#[test]
fn a_file_in_the_way_is_refused_without_being_read_on() {
    each_shell(|shell| {
        // The wrong bytes in the right number, so that one attempt is the end of it.
        let server = Server::start(Answer::Whole(vec![b'x'; PROGRAM.len()]));
        let checkout = Checkout::new();
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        // A folder, a device without an end, and a link to itself, each where the program would be.
        for target in ["/", "/dev/zero", "coverage-gate"] {
            fill_cache(&checkout.cached(), b"");
            fs::remove_file(checkout.cached()).unwrap();
            std::os::unix::fs::symlink(target, checkout.cached()).unwrap();
            let said = assert_refused(&launch(shell, &checkout));
            assert!(said.contains("found nothing"), "{target}: {said}");
            fs::remove_file(checkout.cached()).unwrap();
        }
    });
}
