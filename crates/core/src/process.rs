//! Starting other programs. Core alone does it, so that every child has a time limit, a known working
//! directory, no standard input, and is ended by its id and never by its name. What somebody else wrote (a scanner, a
//! command) leads a process group of its own, so that a time limit or a signal ends all of it.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
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
        let mut child = self.spawn(false)?;
        self.collect(&mut child, |child| {
            // It may have ended meanwhile.
            let _ = child.kill();
        })
    }

    /// The same for a program that may start others: all of them end with the time limit, and when we are told to end.
    pub(crate) fn run_group(&self) -> Result<Finished, ProcessError> {
        let mut group = self.start_group()?;
        let id = group.id();
        let finished = self.collect(&mut group.child, |child| end_group(id, child));
        stay_while_cancelled();
        if matches!(finished, Err(ProcessError::Output { .. })) {
            // Whoever keeps its output open is left over.
            signal(id, "KILL");
        }
        finished
    }

    fn collect(&self, child: &mut Child, end: impl FnOnce(&mut Child)) -> Result<Finished, ProcessError> {
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let status = self.wait(child, end)?;
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

    /// Starts it in a process group of its own, where the system has such. Once we are told to end, nothing starts.
    pub(crate) fn start_group(&self) -> Result<Group, ProcessError> {
        let mut groups = groups();
        while groups.cancelled {
            drop(groups);
            stay_while_cancelled();
            groups = self::groups();
        }
        // Who ends all groups waits for this one to be known.
        let child = self.spawn(true)?;
        groups.running.push(child.id());
        Ok(Group { child })
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

    fn wait(&self, child: &mut Child, end: impl FnOnce(&mut Child)) -> Result<ExitStatus, ProcessError> {
        let output = |source| ProcessError::Output { program: self.name.clone(), source };
        let deadline = Instant::now() + self.limit;
        let mut pause = Duration::from_micros(200);
        loop {
            if let Some(status) = child.try_wait().map_err(output)? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                end(child);
                child.wait().map_err(output)?;
                return Err(ProcessError::TimedOut { program: self.name.clone(), limit: self.limit });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

/// A program that runs, and leads a process group where the system has such. It is known here until it is dropped, so
/// that it ends with us.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) child: Child,
}

impl Group {
    /// What a signal to all of it is sent to.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.id();
        groups().running.retain(|running| *running != id);
    }
}

/// The process groups that run now.
#[derive(Debug)]
struct Groups {
    running: Vec<u32>,
    /// We were told to end: how they end is nobody's verdict any more.
    cancelled: bool,
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups { running: Vec::new(), cancelled: false });

fn groups() -> MutexGuard<'static, Groups> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a program may take to end once its time is over.
const GRACE: Duration = Duration::from_secs(5);

/// How long programs may take to end once we are told to: the runner, too, is patient for some seconds only.
const CANCEL_GRACE: Duration = Duration::from_secs(2);

/// How often something that ends is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// Ends what is running, because we are told to end: it is asked, and after a while it is made to.
pub(crate) fn end_running() {
    end_all(cancel());
}

fn end_all(mut left: Vec<u32>) {
    let told = Instant::now();
    left.retain(|group| signal(*group, "TERM"));
    while !left.is_empty() && told.elapsed() < CANCEL_GRACE {
        thread::sleep(PAUSE * 5);
        left.retain(|group| signal(*group, "0"));
    }
    for group in left {
        signal(group, "KILL");
    }
}

/// Ends what is running without asking it.
pub(crate) fn kill_running() {
    for group in cancel() {
        signal(group, "KILL");
    }
}

fn cancel() -> Vec<u32> {
    let mut groups = groups();
    groups.cancelled = true;
    groups.running.clone()
}

/// Whoever was told to end ends this process, and no verdict comes before that.
pub(crate) fn stay_while_cancelled() {
    while groups().cancelled {
        thread::park_timeout(PAUSE);
    }
}

/// Sends a signal to a process group, by its id, and says whether there is one to get it.
pub(crate) fn signal(group: u32, name: &str) -> bool {
    let kill = || Program::new("kill").args(["-s", name, "--", &format!("-{group}")]).run();
    cfg!(unix) && kill().is_ok_and(|finished| finished.status.success())
}

/// Ends a group whose time is over: it is asked, and after a while it is made to. The group may outlive its leader.
fn end_group(group: u32, leader: &mut Child) {
    let told = Instant::now();
    let mut is_there = signal(group, "TERM");
    while is_there && told.elapsed() < GRACE {
        thread::sleep(PAUSE * 5);
        // A leader that nobody waited for would count as there.
        let _ = leader.try_wait();
        is_there = signal(group, "0");
    }
    if is_there {
        signal(group, "KILL");
    }
    // Where there are no groups, the process alone can be ended; it may have ended meanwhile.
    let _ = leader.kill();
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
            done.push((at, program.run_group()));
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
    fn past_its_limit_all_that_it_started_is_ended() {
        let since = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let ids = folder.path().join("ids");
        // One that hears, and one that does not.
        let script = "sleep 4242 & echo $! > ids; (trap '' TERM; echo up >> up; while :; do sleep 0.1; done) & echo $! >> ids; \
                      while [ ! -s up ]; do sleep 0.01; done; wait";
        let program = Program::new("sh").args(["-c", script]).folder(folder.path());
        let program = program.limit(Duration::from_secs(1));
        let answers = run_all(&[program]);
        assert!(matches!(answers.as_slice(), [Err(ProcessError::TimedOut { .. })]), "{answers:?}");
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
        assert_all_ended(&ids);
    }

    #[test]
    fn when_we_end_all_that_runs_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let ids = folder.path().join("ids");
        let script = "sleep 4242 & echo $! > a; sleep 4242 & echo $! >> a; mv a ids; wait";
        let mut group = Program::new("sh").args(["-c", script]).folder(folder.path()).start_group().unwrap();
        assert!(groups().running.contains(&group.id()));
        let since = Instant::now();
        while !ids.exists() {
            assert!(since.elapsed() < Duration::from_secs(20), "it does not start");
            thread::sleep(PAUSE);
        }
        let id = group.id();
        let waiting = thread::spawn(move || group.child.wait().map(|status| (status.success(), group)));
        end_all(vec![id]);
        let (succeeded, group) = waiting.join().unwrap().unwrap();
        assert!(!succeeded);
        drop(group);
        assert!(!groups().running.contains(&id));
        assert_all_ended(&ids);
    }

    fn assert_all_ended(ids: &Path) {
        let ids = std::fs::read_to_string(ids).expect("the script writes it");
        assert_eq!(ids.lines().count(), 2);
        for id in ids.lines() {
            // What nobody waits for any more may be there as a dead one for a moment.
            let lives = || {
                let ps = Program::new("ps").args(["-o", "stat=", "-p", id]).run().expect("it is there");
                let shown = String::from_utf8_lossy(&ps.stdout);
                !shown.trim().is_empty() && !shown.trim_start().starts_with('Z')
            };
            let since = Instant::now();
            while lives() {
                assert!(since.elapsed() < Duration::from_secs(5), "{id} lives");
                thread::sleep(PAUSE);
            }
        }
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
