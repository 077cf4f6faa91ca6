//! A release server on a loopback port. It answers every path alike, counts requests, and knows nothing of what it
//! serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What each request gets.
#[derive(Clone)]
pub(crate) enum Answer {
    /// The whole of it.
    Whole(Vec<u8>),
    /// The full length is promised and half of it is sent.
    Cut(Vec<u8>),
    /// Half of it is sent, with no length promised.
    CutWithoutLength(Vec<u8>),
    /// The first request is cut, later ones are not.
    CutOnce(Vec<u8>),
    /// 404.
    Missing,
    /// Another address.
    Moved(String),
    /// A body without a length and without an end.
    Endless,
    /// Nothing at all, for as long as the server lives.
    Silence,
}

/// Serves until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    hangups: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let hangups = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (count, hung_up, stopped) = (Arc::clone(&requests), Arc::clone(&hangups), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            let mut connections = Vec::new();
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (answer, count) = (answer.clone(), Arc::clone(&count));
                let (hung_up, stopped) = (Arc::clone(&hung_up), Arc::clone(&stopped));
                connections.push(thread::spawn(move || serve(stream, &answer, &count, &hung_up, &stopped)));
            }
            for connection in connections {
                connection.join().unwrap();
            }
        });
        Self { address, requests, hangups, stop, thread: Some(thread) }
    }

    /// The address of one file.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}/v0.1.0/{name}", self.address)
    }

    /// How many requests have come so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How many clients gave up on [`Answer::Silence`].
    pub(crate) fn hangups(&self) -> usize {
        self.hangups.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &Answer,
    count: &AtomicUsize,
    hangups: &AtomicUsize,
    stop: &AtomicBool,
) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    if head.take_while(|line| !line.is_empty()).count() == 0 {
        return;
    }
    let number = count.fetch_add(1, Ordering::SeqCst);
    // A client that hangs up early is what some of the tests are about.
    let _ = match answer {
        Answer::CutOnce(body) if number > 0 => whole(&mut stream, body),
        Answer::Whole(body) => whole(&mut stream, body),
        Answer::Cut(body) | Answer::CutOnce(body) => {
            head_of(&mut stream, "200 OK", &format!("Content-Length: {}\r\n", body.len()))
                .and_then(|()| stream.write_all(&body[..body.len() / 2]))
        }
        Answer::CutWithoutLength(body) => {
            head_of(&mut stream, "200 OK", "").and_then(|()| stream.write_all(&body[..body.len() / 2]))
        }
        Answer::Missing => head_of(&mut stream, "404 Not Found", "Content-Length: 0\r\n"),
        Answer::Moved(to) => {
            head_of(&mut stream, "302 Found", &format!("Location: {to}\r\nContent-Length: 0\r\n"))
        }
        Answer::Endless => {
            let _ = head_of(&mut stream, "200 OK", "");
            while !stop.load(Ordering::SeqCst) && stream.write_all(&[b'x'; 4096]).is_ok() {}
            Ok(())
        }
        Answer::Silence => {
            stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
            while !stop.load(Ordering::SeqCst) {
                if matches!(stream.read(&mut [0]), Ok(0)) {
                    hangups.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
            Ok(())
        }
    };
}

fn whole(stream: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    head_of(stream, "200 OK", &format!("Content-Length: {}\r\n", body.len()))?;
    stream.write_all(body)
}

fn head_of(stream: &mut TcpStream, status: &str, headers: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n")
}
