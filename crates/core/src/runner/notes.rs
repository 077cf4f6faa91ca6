//! What happens while an action works: logged on request, and kept for what is left of an interrupted run.

use std::io::{self, Write};
use std::sync::Mutex;

use tracing_subscriber::fmt::MakeWriter;

use crate::escape::log_text;

/// Notes of one run.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    lines: Mutex<Vec<String>>,
    finished: Mutex<Vec<String>>,
}

impl Notes {
    /// Adds a line and logs it.
    pub(crate) fn add(&self, text: String) {
        tracing::info!("{text}");
        if let Ok(mut lines) = self.lines.lock() {
            lines.push(text);
        }
    }

    /// Remembers that a gate is done, with its verdict.
    pub(crate) fn finish(&self, gate: &str, verdict: &str) {
        if let Ok(mut finished) = self.finished.lock() {
            finished.push(format!("{gate}: {verdict}"));
        }
    }

    /// The gates that are done.
    pub(crate) fn finished(&self) -> Vec<String> {
        self.finished.lock().map(|finished| finished.clone()).unwrap_or_default()
    }

    /// The last line, if there is one.
    pub(crate) fn last(&self) -> Option<String> {
        self.lines.lock().ok().and_then(|lines| lines.last().cloned())
    }
}

/// Sends log lines to standard error, defused: a log line holds file names and other foreign text.
pub(crate) fn start_log(verbose: bool, debug: bool) {
    let level = match (debug, verbose) {
        (true, _) => tracing::Level::DEBUG,
        (false, true) => tracing::Level::INFO,
        (false, false) => tracing::Level::WARN,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(DefusedStderr)
        .with_ansi(false)
        .without_time()
        .with_target(debug);
    // A second gate of the same process finds the log started.
    let _ = subscriber.try_init();
}

struct DefusedStderr;

impl<'a> MakeWriter<'a> for DefusedStderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl Write for DefusedStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().lock().write_all(log_text(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
