//! A browser that is told what to do: Chromium without a window, through its protocol for developers' tools over a
//! socket of our own. It knows nothing of the page.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::command::scrubbed;

/// How long one answer may take.
const LIMIT: Duration = Duration::from_mins(1);

/// The browser with one page.
pub(super) struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
    socket: TcpStream,
    session: String,
    calls: u64,
    /// What the page threw, and what its policy refused.
    pub(super) complaints: Vec<String>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts the browser.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut command = scrubbed(program);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--remote-debugging-address=127.0.0.1",
            "--remote-debugging-port=0",
        ]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut waiting = Waiting(Some(child));
        let (port, path) = address(profile.path())?;
        let socket = connect(&port, &path)?;
        let child = waiting.0.take().context("it was started above")?;
        let mut browser = Self {
            child,
            _profile: profile,
            socket,
            session: String::new(),
            calls: 0,
            complaints: Vec::new(),
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}))?;
        let attached = browser
            .call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}))?;
        attached["sessionId"].as_str().context("no session")?.clone_into(&mut browser.session);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            browser.call(domain, json!({}))?;
        }
        Ok(browser)
    }

    /// Calls a method of the protocol and waits for its result.
    pub(super) fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = Value::from(self.session.clone());
        }
        send(&mut self.socket, message.to_string().as_bytes())?;
        loop {
            let answer: Value = serde_json::from_slice(&receive(&mut self.socket)?)?;
            self.listen(&answer);
            if answer["id"] == self.calls {
                ensure!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return Ok(answer["result"].clone());
            }
        }
    }

    fn listen(&mut self, event: &Value) {
        match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.complaints.push(event["params"]["exceptionDetails"].to_string());
            }
            Some("Log.entryAdded") if event["params"]["entry"]["level"] == "error" => {
                self.complaints.push(event["params"]["entry"].to_string());
            }
            _ => {}
        }
    }

    /// Evaluates an expression in the page; a promise is waited for.
    pub(super) fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let parameters = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let result = self.call("Runtime.evaluate", parameters)?;
        if let Some(thrown) = result.get("exceptionDetails") {
            bail!("`{expression}` threw {thrown}");
        }
        Ok(result["result"]["value"].clone())
    }

    /// Waits until an expression is true.
    pub(super) fn wait_for(&mut self, expression: &str) -> Result<()> {
        let begin = Instant::now();
        while self.evaluate(&format!("!!({expression})"))? != true {
            ensure!(begin.elapsed() < LIMIT, "`{expression}` never came true; {:?}", self.complaints);
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Opens an address and waits for its end.
    pub(super) fn open(&mut self, url: &str) -> Result<()> {
        self.call("Page.navigate", json!({"url": url}))?;
        self.wait_for("document.readyState === 'complete'")
    }

    /// The size of the window, and whether the reader's system is dark.
    pub(super) fn resize(&mut self, (width, height): (u32, u32), dark: bool) -> Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        let scheme = json!({"name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" }});
        self.call("Emulation.setEmulatedMedia", json!({"features": [scheme]}))?;
        Ok(())
    }

    /// Presses a key: a letter, or a name such as `Enter`.
    pub(super) fn press(&mut self, key: &str) -> Result<()> {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "Tab" => 9,
            _ => 0,
        };
        let mut event = json!({"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": code});
        if key.chars().count() == 1 {
            event["text"] = Value::from(key);
            event["type"] = Value::from("keyDown");
        }
        self.call("Input.dispatchKeyEvent", event)?;
        self.call(
            "Input.dispatchKeyEvent",
            json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}),
        )?;
        Ok(())
    }

    /// Types a text.
    pub(super) fn write(&mut self, text: &str) -> Result<()> {
        self.call("Input.insertText", json!({"text": text})).map(drop)
    }

    /// Keeps a picture of what is seen.
    pub(super) fn picture(&mut self, file: &Path) -> Result<()> {
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"}))?;
        let data = shot["data"].as_str().context("no picture")?;
        fs::write(file, base64(data)).with_context(|| format!("{} can't be written", file.display()))
    }
}

/// A child that is ended unless somebody takes it.
struct Waiting(Option<Child>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where the browser listens: it writes that into its profile.
fn address(profile: &Path) -> Result<(String, String)> {
    let begin = Instant::now();
    loop {
        let text = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n') {
            return Ok((port.to_owned(), path.trim().to_owned()));
        }
        ensure!(begin.elapsed() < LIMIT, "the browser did not start");
        thread::sleep(Duration::from_millis(20));
    }
}

fn connect(port: &str, path: &str) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    socket.set_read_timeout(Some(LIMIT))?;
    socket.set_nodelay(true)?;
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    ensure!(head.starts_with(b"HTTP/1.1 101"), "no WebSocket: {}", String::from_utf8_lossy(&head));
    Ok(socket)
}

/// Sends one text, in one frame, masked with zeros: a mask is required, but not what it is.
fn send(socket: &mut TcpStream, text: &[u8]) -> Result<()> {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(short @ 0..=125) => frame.push(0x80 | u8::try_from(short)?),
        Ok(length) => {
            frame.push(0x80 | 0x7e);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 0x7f);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text);
    Ok(socket.write_all(&frame)?)
}

/// Receives one message; its frames are joined, and what is no text is read over.
fn receive(socket: &mut TcpStream) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 2];
        socket.read_exact(&mut head)?;
        let length = match head[1] & 0x7f {
            126 => {
                let mut length = [0; 2];
                socket.read_exact(&mut length)?;
                usize::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                socket.read_exact(&mut length)?;
                usize::try_from(u64::from_be_bytes(length))?
            }
            short => usize::from(short),
        };
        let mut content = vec![0; length];
        socket.read_exact(&mut content)?;
        match head[0] & 0x0f {
            8 => bail!("the browser closed the connection"),
            0 | 1 => message.extend(content),
            _ => continue,
        }
        if head[0] & 0x80 != 0 {
            return Ok(message);
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap_or(0));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("aGVsbG8="), b"hello");
        assert_eq!(base64("+/8="), [0xfb, 0xff]);
    }
}
