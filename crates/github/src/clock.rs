//! Time as a value that is handed over, so that a test of an hour's wait takes no hour.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What tells the time, and waits.
pub struct Clock {
    now: Box<dyn Fn() -> Duration + Send + Sync>,
    sleep: Box<dyn Fn(Duration) + Send + Sync>,
}

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(), std::thread::sleep)
    }

    /// One of its own: `now` since 1970, and what waiting is.
    pub fn new(
        now: impl Fn() -> Duration + Send + Sync + 'static,
        sleep: impl Fn(Duration) + Send + Sync + 'static,
    ) -> Self {
        Self { now: Box::new(now), sleep: Box::new(sleep) }
    }

    /// The time since 1970.
    pub(crate) fn now(&self) -> Duration {
        (self.now)()
    }

    /// Waits.
    pub(crate) fn sleep(&self, pause: Duration) {
        (self.sleep)(pause);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
