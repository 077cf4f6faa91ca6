//! What the program gets of the launcher's process: its id, its signals, its environment, its exit status.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::checkout::{ACTION, Checkout, fill_cache, release, text};
use crate::server::{Answer, Server};
use crate::sources::{PROGRAM, each_shell, launcher};

fn interrupt(child: &Child) {
    assert!(Command::new("/bin/kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Waits for a process within five seconds, less than the runner grants before it sends SIGTERM.
fn wait(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the launcher did not end");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_interrupt_reaches_the_program() {
    let program = b"#!/bin/sh
trap 'echo interrupted; exit 42' INT
echo \"process $$\"
round=0
while [ $round -lt 400 ]; do sleep 0.05; round=$((round + 1)); done
";
    each_shell(|shell| {
        let checkout = Checkout::new();
        checkout.write_manifest(&release(program, "https://example.com/gate"));
        fill_cache(&checkout.cached(), program);
        let mut child = launcher(shell, &checkout, ACTION).stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        assert_eq!(line, format!("process {}\n", child.id()), "the program is the launcher's process");
        interrupt(&child);
        assert_eq!(wait(&mut child).code(), Some(42));
        line.clear();
        printed.read_to_string(&mut line).unwrap();
        assert_eq!(line, "interrupted\n", "what it wrote is kept");
    });
}

#[test]
fn an_interrupt_ends_a_download() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Silence));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let mut child = launcher(shell, &checkout, ACTION).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.requests() == 0 {
            assert!(Instant::now() < deadline, "no request came");
            thread::sleep(Duration::from_millis(10));
        }
        interrupt(&child);
        assert_eq!(wait(&mut child).code(), Some(3));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("cancelled before the program was started"), "{said}");
        let deadline = Instant::now() + Duration::from_secs(5);
        while server.hangups() == 0 {
            assert!(Instant::now() < deadline, "the download outlives the launcher");
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(checkout.left_in_temp(), 0);
    });
}

#[test]
fn the_exit_status_is_the_programs() {
    each_shell(|shell| {
        for status in [0, 1, 2, 3] {
            let (checkout, program) = (Checkout::new(), format!("#!/bin/sh\nexit {status}\n"));
            checkout.write_manifest(&release(program.as_bytes(), "https://example.com/gate"));
            fill_cache(&checkout.cached(), program.as_bytes());
            assert_eq!(launcher(shell, &checkout, ACTION).status().unwrap().code(), Some(status));
        }
    });
}

#[test]
fn the_program_gets_the_callers_environment() {
    let program = b"#!/bin/sh\nexec /usr/bin/env\n";
    each_shell(|shell| {
        let checkout = Checkout::new();
        checkout.write_manifest(&release(program, "https://example.com/gate"));
        fill_cache(&checkout.cached(), program);
        let mut command = launcher(shell, &checkout, ACTION);
        for name in
            ["version", "url", "size", "state", "path", "target", "LC_ALL", "INPUT_FAIL_ON", "PERL5LIB"]
        {
            command.env(name, format!("{name} of the caller"));
        }
        let given: BTreeSet<_> = command
            .get_envs()
            .map(|(key, value)| format!("{}={}", key.to_str().unwrap(), value.unwrap().to_str().unwrap()))
            .collect();
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        // Shells add these themselves.
        let own = ["_=", "PWD=", "OLDPWD=", "SHLVL="];
        let got: BTreeSet<_> = text(&output.stdout)
            .lines()
            .filter(|line| !own.iter().any(|name| line.starts_with(name)))
            .map(ToOwned::to_owned)
            .collect();
        assert_eq!(got, given);
    });
}

#[test]
fn a_closed_standard_input_is_no_obstacle() {
    each_shell(|shell| {
        let (checkout, server) = (Checkout::new(), Server::start(Answer::Whole(PROGRAM.to_vec())));
        checkout.write_manifest(&release(PROGRAM, &server.url("gate")));
        let script = checkout.beside("step");
        let line = format!("exec \"$0\" -eu '{}' {ACTION} <&-", checkout.path("dist/launch.sh").display());
        fs::write(&script, line).unwrap();
        let mut command = Command::new("/bin/sh");
        let output = checkout
            .scrub(command.arg("-c").arg(fs::read_to_string(&script).unwrap()).arg(shell))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    });
}
