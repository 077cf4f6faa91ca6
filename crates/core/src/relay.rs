//! A command that somebody asked us to run: its output is shown as it comes, made harmless, and kept as it is; its end
//! is ours to judge. It runs in a process group of its own, so that a time limit or a signal ends all of it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::escape::{log_text, terminal};
use crate::process::{ProcessError, Program, signal, stay_while_cancelled};

/// How a command came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this status.
    Exited(i32),
    /// By a signal.
    Signal(i32),
    /// It ran past its limit and was ended.
    TimedOut(Duration),
}

/// A command that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The command, for readers.
    pub shown: String,
    /// How it ended.
    pub ending: Ending,
    /// When it began.
    pub started: SystemTime,
    /// Where its standard output was kept, byte by byte.
    pub stdout: PathBuf,
}

/// Decides what of a line of standard output is shown: the line itself, other words, or nothing.
pub type ShowLine<'a> = &'a mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

/// Where lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    /// Where standard output belongs to something else.
    Stderr,
}

/// A longer line is shown in pieces.
const MOST_LINE: u64 = 64 * 1024;

/// How long a command may take to end once it is told to.
const GRACE: Duration = Duration::from_secs(5);

/// How long its output is waited for after its end: a grandchild may keep it open for ever.
const DRAIN: Duration = Duration::from_secs(5);

/// Runs a command to its end. `keep` is where its standard output goes besides.
pub(crate) fn relay(
    program: &Program,
    limit: Duration,
    keep: &Path,
    show: ShowLine<'_>,
    stream: Stream,
) -> Result<Ran, RelayError> {
    let cannot_keep = |source| RelayError::Keep { path: keep.to_path_buf(), source };
    if let Some(folder) = keep.parent() {
        std::fs::create_dir_all(folder).map_err(cannot_keep)?;
    }
    let mut kept = BufWriter::new(File::create(keep).map_err(cannot_keep)?);
    let started = SystemTime::now();
    let mut group = program.start_group()?;
    let child = &mut group.child;
    let lines = follow(child.stdout.take(), child.stderr.take());
    let mut end = Waiting { limit, deadline: Instant::now() + limit, told: None, ended: None };
    let mut result = Ok(());
    let mut looked = Instant::now();
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(line) => {
                // A full disk takes nothing from those who read along.
                if let Some(shown) = show(&line) {
                    print(&shown, stream);
                }
                result = result.and_then(|()| kept.write_all(&line));
            }
            Err(RecvTimeoutError::Disconnected) if end.ended.is_some() => break,
            Err(RecvTimeoutError::Disconnected) => thread::sleep(PAUSE),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if looked.elapsed() >= PAUSE {
            looked = Instant::now();
            if end.look(child, program)? == Look::Enough {
                break;
            }
        }
    }
    stay_while_cancelled();
    drop(group);
    result.and_then(|()| kept.flush()).map_err(cannot_keep)?;
    let ending = end.ended.map_or(Ending::TimedOut(limit), |(ending, _)| ending);
    Ok(Ran { shown: program.shown(), ending, started, stdout: keep.to_path_buf() })
}

/// Reads both streams on threads of their own: lines of standard output come back, those of standard error are shown.
/// The channel closes when both have ended. A thread that reads what a grandchild never closes is left behind.
fn follow(
    stdout: Option<impl Read + Send + 'static>,
    stderr: Option<impl Read + Send + 'static>,
) -> Receiver<Vec<u8>> {
    let (sender, lines) = mpsc::sync_channel(256);
    let open = sender.clone();
    thread::spawn(move || {
        let Some(stdout) = stdout else { return };
        let mut reader = BufReader::with_capacity(64 * 1024, stdout);
        loop {
            let mut line = Vec::new();
            match next_line(&mut reader, &mut line) {
                Ok(1..) if sender.send(line).is_ok() => {}
                _ => return,
            }
        }
    });
    thread::spawn(move || {
        if let Some(stderr) = stderr {
            // What can't be read any more is the command's loss, and its status will say so.
            let _ = show_all(stderr);
        }
        drop(open);
    });
    lines
}

/// How often the command is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// The wait for a command's end.
struct Waiting {
    limit: Duration,
    deadline: Instant,
    /// When it was told to end.
    told: Option<Instant>,
    /// How it ended, and when that was seen.
    ended: Option<(Ending, Instant)>,
}

#[derive(PartialEq, Eq)]
enum Look {
    Wait,
    /// It ended long ago, and somebody still holds its output open.
    Enough,
}

impl Waiting {
    fn look(&mut self, child: &mut Child, program: &Program) -> Result<Look, ProcessError> {
        let now = Instant::now();
        if let Some((_, since)) = self.ended {
            if now - since <= DRAIN {
                return Ok(Look::Wait);
            }
            signal(child.id(), "KILL");
            return Ok(Look::Enough);
        }
        let failed = |source| ProcessError::Output { program: program.name().to_owned(), source };
        if let Some(status) = child.try_wait().map_err(failed)? {
            let ending = if self.told.is_some() { Ending::TimedOut(self.limit) } else { ending(status) };
            self.ended = Some((ending, now));
            return Ok(Look::Wait);
        }
        match self.told {
            None if now >= self.deadline => {
                signal(child.id(), "TERM");
                self.told = Some(now);
            }
            Some(since) if now - since > GRACE => {
                signal(child.id(), "KILL");
                // Where there are no groups, the process alone can be ended; it may have ended meanwhile.
                let _ = child.kill();
            }
            _ => {}
        }
        Ok(Look::Wait)
    }
}

/// Why a command could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// It did not start, or could not be waited for.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Its output could not be kept.
    #[error("the command's output can't be kept in `{}`", path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(unix)]
fn ending(status: ExitStatus) -> Ending {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().map_or_else(|| Ending::Signal(status.signal().unwrap_or(0)), Ending::Exited)
}

#[cfg(not(unix))]
fn ending(status: ExitStatus) -> Ending {
    Ending::Exited(status.code().unwrap_or(1))
}

fn show_all(stderr: impl Read) -> io::Result<()> {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while next_line(&mut reader, &mut line)? > 0 {
        print(&line, Stream::Stderr);
        line.clear();
    }
    Ok(())
}

fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    reader.by_ref().take(MOST_LINE).read_until(b'\n', line)
}

/// A reader who closed the pipe has seen enough; the command goes on. What has no end of line gets one: where two pieces
/// met on a line, they could be a command together, and what we say next would not stand at the beginning of a line.
fn print(line: &[u8], stream: Stream) {
    let mut text = harmless(line);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match stream {
        Stream::Stdout => {
            let mut out = io::stdout().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
        Stream::Stderr => {
            let _ = io::stderr().lock().write_all(text.as_bytes());
        }
    }
}

/// Lines that neither a terminal nor a runner takes for more than text. Colours stay where there is nothing else.
fn harmless(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let mut safe = String::with_capacity(text.len());
    for piece in text.split_inclusive('\n') {
        let (body, end) = match piece.strip_suffix('\n') {
            Some(body) => (body.strip_suffix('\r').unwrap_or(body), "\n"),
            None => (piece, ""),
        };
        safe.push_str(&harmless_line(body));
        safe.push_str(end);
    }
    safe
}

fn harmless_line(line: &str) -> Cow<'_, str> {
    let pieces = coloured(line);
    let bare: String = pieces.iter().filter(|(is_colour, _)| !is_colour).map(|(_, text)| *text).collect();
    let defused = log_text(&bare);
    if pieces.len() == 1 && pieces[0].0 || defused != terminal(&bare) || bare.len() == line.len() {
        return Cow::Owned(defused);
    }
    Cow::Owned(
        pieces
            .into_iter()
            .map(|(is_colour, text)| if is_colour { Cow::Borrowed(text) } else { terminal(text) })
            .collect(),
    )
}

/// A line in pieces: escape sequences that only set colours, and the text between them.
fn coloured(line: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        let after = &rest[at + 2..];
        let end = after.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(after.len());
        if !after[end..].starts_with('m') || end > 32 {
            // Another sequence: it is shown, not obeyed.
            pieces.push((false, &rest[..at + 2]));
            rest = after;
            continue;
        }
        pieces.push((false, &rest[..at]));
        pieces.push((true, &rest[at..=at + 2 + end]));
        rest = &after[end + 1..];
    }
    pieces.push((false, rest));
    pieces
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn ran(script: &str, limit: Duration) -> (Ran, String, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let keep = folder.path().join("kept");
        let mut lines = Vec::new();
        let mut show = |line: &[u8]| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            None
        };
        let program = Program::new("sh").args(["-c", script]);
        let ran = relay(&program, limit, &keep, &mut show, Stream::Stdout).expect("it starts");
        let kept = std::fs::read_to_string(&keep).expect("it is kept");
        (ran, kept, lines)
    }

    #[test]
    fn what_a_command_says_is_kept_and_its_end_is_told() {
        let (ran, kept, lines) = ran("printf 'one\\ntwo'; exit 7", Duration::from_secs(20));
        assert_eq!((ran.ending, kept.as_str()), (Ending::Exited(7), "one\ntwo"));
        assert_eq!(lines, ["one\n", "two"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_and_takes_no_line_from_readers() {
        let mut lines = 0;
        let mut show = |_: &[u8]| {
            lines += 1;
            None
        };
        // More than any buffer holds.
        let script =
            "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done";
        let program = Program::new("sh").args(["-c", script]);
        let limit = Duration::from_secs(20);
        let error = relay(&program, limit, Path::new("/dev/full"), &mut show, Stream::Stdout).unwrap_err();
        assert!(matches!(error, RelayError::Keep { .. }), "{error}");
        assert_eq!(lines, 3000);
    }

    #[test]
    fn a_signal_is_told_apart_from_a_status() {
        let (ran, ..) = ran("kill -s KILL $$", Duration::from_secs(20));
        assert_eq!(ran.ending, Ending::Signal(9));
    }

    #[test]
    fn past_its_limit_all_of_it_is_ended() {
        let limit = Duration::from_millis(200);
        let since = Instant::now();
        let (ran, kept, _) = ran("echo begun; sleep 60 & sleep 60", limit);
        assert_eq!((ran.ending, kept.as_str()), (Ending::TimedOut(limit), "begun\n"));
        assert!(since.elapsed() < Duration::from_secs(20), "the grandchild held the stream");
    }

    #[test]
    fn output_is_defused_and_keeps_its_colours() {
        let shown = |text: &str| harmless(text.as_bytes());
        assert_eq!(shown("\u{1b}[31mFAIL\u{1b}[0m a\r\n"), "\u{1b}[31mFAIL\u{1b}[0m a\n");
        assert_eq!(shown("::set-output name=a::b\n"), "\\::set-output name=a::b\n");
        assert_eq!(shown("\u{1b}[1m::error::x\n"), "\\::error::x\n");
        assert_eq!(shown("a \u{1b}[1m##[error]x"), "a ##\\[error]x");
        assert_eq!(shown("\u{1b}]0;title\u{7}\u{1b}[2Jx"), "␛]0;title␇␛[2Jx");
        assert_eq!(shown("\u{1b}[1mbold\u{1b}[2Jx"), "\u{1b}[1mbold␛[2Jx");
        assert_eq!(shown("#\u{1b}[0m#[error]x"), "##\\[error]x");
    }
}
