//! A stateful fake of the parts of GitHub's API that our programs use, on a loopback port. It keeps comments and
//! uploads, pages them, knows tokens and what they may, refuses what GitHub refuses, and fails when it is told to. Like the runner
//! emulator it uses no crate of ours.
//!
//! It was written from GitHub's REST documentation; Prism with GitHub's own `OpenAPI` description judges the shape of the
//! requests that it records.

mod answer;
mod http;
mod scanning;
mod state;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub use state::{Access, Comment, HEAD, Identity, Pull, Run, Scanning, State, Upload};

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// The path below the API's address, with its query.
    pub path: String,
    /// The names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `GET /repos/…` without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing is done, and this is the answer: status, headers, `message`.
    Refuse(u16, Vec<(&'static str, String)>, &'static str),
    /// Nothing is done, and the connection is closed.
    HangUp,
    /// It is done, and the connection is closed.
    DoAndHangUp,
    /// It is done, and the answer is a status of a failure.
    DoAndFail(u16),
}

/// What happens before a request is looked at.
enum Plan {
    Fault(Fault),
    Meanwhile(Box<dyn FnOnce(&mut State) + Send>),
}

struct Planned {
    /// How the request's line begins.
    line: String,
    /// How many such requests go by first.
    skip: usize,
    plan: Plan,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    plans: Mutex<Vec<Planned>>,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

/// The server; it serves until it is dropped.
pub struct Fake {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts it.
    ///
    /// # Panics
    /// There is no loopback network.
    pub fn start(state: State) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a loopback network");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared { state: Mutex::new(state), ..Shared::default() });
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let mut connections = Vec::new();
            while let Ok((stream, _)) = listener.accept() {
                if serving.stop.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&serving);
                // What a client breaks off is no concern of ours.
                connections.push(thread::spawn(move || drop(serve(&stream, &shared, address))));
            }
            connections.into_iter().for_each(|connection| drop(connection.join()));
        });
        Self { address, shared, thread: Some(thread) }
    }

    /// The address of the REST API.
    pub fn api(&self) -> String {
        format!("http://{}/api/v3", self.address)
    }

    /// The address of the GraphQL API.
    pub fn graphql(&self) -> String {
        format!("http://{}/api/graphql", self.address)
    }

    /// What it keeps.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    /// The next request whose line begins so goes wrong. Plans for one line are used up in their order.
    pub fn fail(&self, line: &str, fault: Fault) {
        self.plan(line, 0, Plan::Fault(fault));
    }

    /// Right before the next request whose line begins so, somebody else does something.
    pub fn meanwhile(&self, line: &str, change: impl FnOnce(&mut State) + Send + 'static) {
        self.plan(line, 0, Plan::Meanwhile(Box::new(change)));
    }

    /// Like [`Self::meanwhile`], after so many such requests have gone by.
    pub fn after(&self, line: &str, skip: usize, change: impl FnOnce(&mut State) + Send + 'static) {
        self.plan(line, skip, Plan::Meanwhile(Box::new(change)));
    }

    fn plan(&self, line: &str, skip: usize, plan: Plan) {
        lock(&self.shared.plans).push(Planned { line: line.to_owned(), skip, plan });
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// Their lines, and all is forgotten.
    pub fn take_lines(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *lock(&self.shared.requests));
        requests
            .iter()
            .map(|request| request.line().replace("/api/v3", "").replace("/repos/owner/repo", ""))
            .collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panicked beside us has said enough.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, shared: &Shared, address: SocketAddr) -> std::io::Result<()> {
    let Some(request) = http::read(stream)? else { return Ok(()) };
    lock(&shared.requests).push(request.clone());
    let line = request.line().replacen("/api/v3", "", 1);
    let mut fault = None;
    // Everything that is planned for this request happens, up to the first fault.
    let mut index = 0;
    let mut plans = lock(&shared.plans);
    while fault.is_none() && index < plans.len() {
        if !line.starts_with(&plans[index].line) {
            index += 1;
        } else if plans[index].skip > 0 {
            plans[index].skip -= 1;
            index += 1;
        } else {
            match plans.remove(index).plan {
                Plan::Meanwhile(change) => change(&mut lock(&shared.state)),
                Plan::Fault(planned) => fault = Some(planned),
            }
        }
    }
    drop(plans);
    let mut state = lock(&shared.state);
    let act = |state: &mut State| answer::answer(state, &request, &format!("http://{address}"));
    let answer = match fault {
        None => act(&mut state),
        Some(Fault::Refuse(status, headers, message)) => answer::refused(status, headers, message),
        Some(Fault::HangUp) => return Ok(()),
        Some(Fault::DoAndHangUp) => {
            act(&mut state);
            return Ok(());
        }
        Some(Fault::DoAndFail(status)) => {
            act(&mut state);
            answer::refused(status, Vec::new(), "Server Error")
        }
    };
    drop(state);
    http::write(stream, &answer)
}
