//! Running other programs with a time limit, and measuring what they used. A program's output goes through
//! files and not through pipes, so a grandchild that outlives it can't keep us waiting.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::{ResUse, Wait4};

/// What a program left behind and what it used.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
    /// User and system time of it and of the children that it waited for.
    pub cpu: Duration,
    /// The time on the clock.
    pub wall: Duration,
    /// The most memory that it held at once, in bytes.
    pub peak_memory: u64,
}

impl Finished {
    /// An error with the program's last lines, unless it succeeded.
    pub fn success(self, command: &Command) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        let said = format!("{}\n{}", self.stdout, self.stderr);
        bail!(
            "`{}` ended with {}; its last lines:\n{}",
            describe(command),
            self.status,
            last_lines(&said, 15)
        );
    }
}

/// Runs a program to its end and collects what it wrote, whatever its status.
pub fn capture(command: &mut Command, limit: Duration) -> Result<Finished> {
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let (used, wall) = wait(command, limit)?;
    Ok(Finished {
        status: used.status,
        stdout: read(&mut stdout)?,
        stderr: read(&mut stderr)?,
        cpu: used.rusage.utime + used.rusage.stime,
        wall,
        peak_memory: used.rusage.maxrss,
    })
}

/// Runs a program that must succeed and returns its standard output.
pub fn stdout(command: &mut Command, limit: Duration) -> Result<String> {
    Ok(capture(command, limit)?.success(command)?.stdout)
}

/// Runs a program that must succeed, with all that it says in a log file.
pub fn logged(command: &mut Command, limit: Duration, log: &Path) -> Result<()> {
    let file = File::options().create(true).append(true).open(log)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let (used, _) = wait(command, limit)?;
    if used.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&std::fs::read(log)?).into_owned();
    bail!(
        "`{}` ended with {}; its last lines:\n{}\n    (all of them: {})",
        describe(command),
        used.status,
        last_lines(&said, 15),
        log.display()
    );
}

/// A program that knows where tools are and nothing else of our environment.
pub fn scrubbed(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for key in ["PATH", "HOME", "GOPATH", "GOMODCACHE", "GOCACHE", "GOFLAGS", "TMPDIR"] {
        if let Some(value) = std::env::var_os(key) {
            command.env(key, value);
        }
    }
    command
}

/// The command as one would type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn wait(command: &mut Command, limit: Duration) -> Result<(ResUse, Duration)> {
    let start = Instant::now();
    let mut child =
        command.spawn().with_context(|| format!("`{}` could not be started", describe(command)))?;
    let mut pause = Duration::from_micros(100);
    loop {
        if let Some(used) = child.try_wait4()? {
            return Ok((used, start.elapsed()));
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            bail!("`{}` did not finish within {} s and was ended", describe(command), limit.as_secs());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn read(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(count)..];
    last.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_used_is_measured() {
        let burn = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo done";
        let finished = capture(&mut shell(burn), Duration::from_secs(20)).unwrap();
        assert_eq!(finished.stdout, "done\n");
        assert!(finished.cpu > Duration::from_millis(1), "{:?}", finished.cpu);
        assert!(finished.peak_memory > 100_000, "{}", finished.peak_memory);
    }

    #[test]
    fn a_failure_shows_the_last_lines() {
        let error = stdout(&mut shell("seq 1 40; exit 7"), Duration::from_secs(20)).unwrap_err().to_string();
        assert!(error.contains("exit status: 7") && error.contains("    26\n"), "{error}");
        assert!(!error.contains("    25\n"), "{error}");
    }

    #[test]
    fn a_grandchild_that_stays_does_not_hold_us() {
        let start = Instant::now();
        capture(&mut shell("sleep 5 & echo started"), Duration::from_secs(20)).unwrap();
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn a_program_past_its_limit_is_ended() {
        let error = capture(&mut shell("exec sleep 30"), Duration::from_millis(60)).unwrap_err().to_string();
        assert!(error.contains("did not finish within"), "{error}");
    }
}
