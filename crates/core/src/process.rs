//! Starting other programs. Core alone does it, so that every child has a time limit, a known working
//! directory, no standard input, and is ended by its id and never by its name.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A program to start, with everything it needs to know.
#[derive(Clone, Debug)]
pub struct Program {
    name: String,
    arguments: Vec<String>,
    folder: Option<PathBuf>,
    environment: Vec<(String, String)>,
    without: Vec<String>,
    limit: Duration,
}

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: Vec<u8>,
    /// All of its standard error.
    pub stderr: Vec<u8>,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It is not on `PATH`, or may not be run.
    #[error("`{program}` could not be started")]
    Start {
        /// The program's name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// Its output could not be read.
    #[error("the output of `{program}` could not be read")]
    Output {
        /// The program's name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ran past its limit and was ended.
    #[error("`{program}` did not finish within {} s and was ended", limit.as_secs())]
    TimedOut {
        /// The program's name.
        program: String,
        /// The limit that it passed.
        limit: Duration,
    },
}

impl Program {
    /// A program by its name on `PATH` or its path, with a limit of 60 seconds.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            arguments: Vec::new(),
            folder: None,
            environment: Vec::new(),
            without: Vec::new(),
            limit: Duration::from_mins(1),
        }
    }

    /// Adds arguments; none of them passes through a shell.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The folder it runs in; without one, ours.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_path_buf());
        self
    }

    /// Sets one variable on top of the inherited environment.
    #[must_use]
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((key.into(), value.into()));
        self
    }

    /// Takes variables out of the inherited environment.
    #[must_use]
    pub fn without_env<S: Into<String>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.without.extend(keys.into_iter().map(Into::into));
        self
    }

    /// The longest it may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end and collects both of its streams.
    pub fn run(&self) -> Result<Finished, ProcessError> {
        let mut child = self.start()?;
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let status = self.wait(&mut child)?;
        let collect = |stream: mpsc::Receiver<io::Result<Vec<u8>>>| {
            stream
                .recv_timeout(Duration::from_secs(5))
                .map_err(|_| io::Error::other("a grandchild keeps the stream open"))
                .and_then(|bytes| bytes)
                .map_err(|source| ProcessError::Output { program: self.name.clone(), source })
        };
        Ok(Finished { status, stdout: collect(stdout)?, stderr: collect(stderr)? })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The command for readers, as a shell would take it.
    pub(crate) fn shown(&self) -> String {
        let plain = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=:,+@%^".contains(&byte))
        };
        let words = std::iter::once(&self.name).chain(&self.arguments);
        let quoted =
            words.map(
                |word| {
                    if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) }
                },
            );
        quoted.collect::<Vec<_>>().join(" ")
    }

    /// Starts it in a process group of its own, where the system has such.
    pub(crate) fn start_group(&self) -> Result<Child, ProcessError> {
        self.spawn(true)
    }

    fn start(&self) -> Result<Child, ProcessError> {
        self.spawn(false)
    }

    fn spawn(&self, own_group: bool) -> Result<Child, ProcessError> {
        #[expect(clippy::disallowed_methods, reason = "this module is where processes start")]
        let mut command = std::process::Command::new(&self.name);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.without.iter().for_each(|key| {
            command.env_remove(key);
        });
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        if own_group {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        #[cfg(not(unix))]
        let _ = own_group;
        command.spawn().map_err(|source| ProcessError::Start { program: self.name.clone(), source })
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus, ProcessError> {
        let output = |source| ProcessError::Output { program: self.name.clone(), source };
        let deadline = Instant::now() + self.limit;
        let mut pause = Duration::from_micros(200);
        loop {
            if let Some(status) = child.try_wait().map_err(output)? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                child.kill().map_err(output)?;
                child.wait().map_err(output)?;
                return Err(ProcessError::TimedOut { program: self.name.clone(), limit: self.limit });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

/// Runs programs beside each other, as many at once as there are processors; the answers are in the order of the
/// programs.
pub(crate) fn run_all(programs: &[Program]) -> Vec<Result<Finished, ProcessError>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, program)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, programs.get(at)?)))
        {
            done.push((at, program.run()));
        }
        done
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(programs.len());
    let mut all: Vec<(usize, Result<Finished, ProcessError>)> = thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        started.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

fn drain(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stream.map_or(Ok(0), |mut stream| stream.read_to_end(&mut bytes));
        // The receiver is gone when the child was ended: nobody waits for its output any more.
        let _ = sender.send(read.map(|_| bytes));
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn both_streams_and_the_status_come_back() {
        let finished = Program::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).run().unwrap();
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!((finished.stdout.as_slice(), finished.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    }

    #[test]
    fn the_environment_is_inherited_less_what_is_taken_out() {
        let program = Program::new("/usr/bin/env").env("GATEWRIGHT_TEST", "x").without_env(["PATH"]);
        let text = String::from_utf8(program.run().unwrap().stdout).unwrap();
        assert!(text.contains("GATEWRIGHT_TEST=x\n"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("PATH=")), "{text}");
    }

    #[test]
    fn a_program_past_its_limit_is_ended() {
        let error = Program::new("sleep").args(["30"]).limit(Duration::from_millis(50)).run().unwrap_err();
        assert!(matches!(error, ProcessError::TimedOut { .. }), "{error}");
    }

    #[test]
    fn programs_run_beside_each_other_and_answer_in_order() {
        let program = |text: &str| Program::new("sh").args(["-c", &format!("echo {text}")]);
        let mut programs: Vec<Program> = (0..7).map(|number| program(&number.to_string())).collect();
        programs.insert(3, Program::new("no-such-program"));
        let answers: Vec<String> = run_all(&programs)
            .into_iter()
            .map(|ran| {
                ran.map_or_else(|error| error.to_string(), |ran| String::from_utf8(ran.stdout).unwrap())
            })
            .collect();
        let expected =
            ["0\n", "1\n", "2\n", "`no-such-program` could not be started", "3\n", "4\n", "5\n", "6\n"];
        assert_eq!(answers, expected);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Program::new("no-such-program").run().unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not be started");
    }
}
