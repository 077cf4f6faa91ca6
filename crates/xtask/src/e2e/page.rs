//! A report of ours in a browser, from the file system, as somebody opens it who downloaded an artifact: the page, the
//! pictures of all that was seen, and the budgets that hold for every report. It knows no report.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::browser::Browser;

/// The most elements that a page may hold, whatever it shows.
const MOST_ELEMENTS: u64 = 2500;
/// The longest that a page may be busy at once, once it is there, in milliseconds: a frozen page, not a slow machine.
const LONGEST_TASK: f64 = 1500.0;

/// A window of the usual size.
pub(super) const WIDE: (u32, u32) = (1440, 900);
/// That of a telephone.
pub(super) const NARROW: (u32, u32) = (420, 860);

/// A report in a folder of its own, and a browser that shows it.
pub(super) struct Page {
    pub(super) folder: PathBuf,
    pub(super) browser: Browser,
    pub(super) pictures: u32,
}

impl Page {
    /// An empty folder below `target/e2e`, and a browser.
    pub(super) fn new(program: &Path, name: &str) -> Result<Self> {
        let folder = crate::target().join("e2e").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut browser = Browser::start(program)?;
        browser.resize(WIDE, false)?;
        let watch = "window.tasks = []; new PerformanceObserver((list) => list.getEntries().forEach((task) => \
                     tasks.push(task.duration))).observe({ type: 'longtask', buffered: true });";
        browser.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch }))?;
        Ok(Self { folder, browser, pictures: 0 })
    }

    /// Opens the report in `report`.
    pub(super) fn open(&mut self, hash: &str) -> Result<()> {
        self.open_report("report", hash)
    }

    /// Opens the report in another folder.
    pub(super) fn open_report(&mut self, name: &str, hash: &str) -> Result<()> {
        let page = self.folder.join(name).join("index.html");
        self.browser.open("about:blank")?;
        self.browser.open(&format!("file://{}{hash}", page.display()))
    }

    /// What an expression comes to, as text.
    pub(super) fn text(&mut self, expression: &str) -> Result<String> {
        let value = self.browser.evaluate(expression)?;
        Ok(value.as_str().map_or_else(|| value.to_string(), |text| text.replace('\u{2009}', "")))
    }

    /// Keeps a picture.
    pub(super) fn picture(&mut self, name: &str) -> Result<()> {
        self.pictures += 1;
        self.browser.evaluate("new Promise((done) => setTimeout(done, 150))")?;
        self.browser.picture(&self.folder.join(format!("{name}.png")))
    }

    /// Few elements, and never frozen.
    pub(super) fn within_budget(&mut self) -> Result<()> {
        let elements =
            self.browser.evaluate("document.querySelectorAll('*').length")?.as_u64().unwrap_or(u64::MAX);
        ensure!(elements <= MOST_ELEMENTS, "{elements} elements");
        let longest = self.browser.evaluate("Math.max(0, ...tasks)")?.as_f64().unwrap_or(f64::MAX);
        ensure!(longest <= LONGEST_TASK, "busy for {longest} ms at once");
        Ok(())
    }

    /// Whatever can be used has a name, and the lists are known as such: how many of each there are.
    pub(super) fn named(&mut self) -> Result<(u32, u32)> {
        let tree = self.browser.call("Accessibility.getFullAXTree", json!({}))?;
        let nodes =
            tree["nodes"].as_array().context("no nodes")?.iter().filter(|node| node["ignored"] != true);
        let (mut usable, mut lists) = (0, 0);
        for node in nodes {
            let (role, name) =
                (node["role"]["value"].as_str(), node["name"]["value"].as_str().unwrap_or_default());
            match role {
                Some("button" | "link" | "combobox" | "searchbox" | "textbox") => {
                    ensure!(!name.trim().is_empty(), "a {} without a name: {node}", role.unwrap_or_default());
                    usable += 1;
                }
                Some("grid" | "treegrid" | "table") if !name.is_empty() => lists += 1,
                _ => {}
            }
        }
        Ok((usable, lists))
    }

    /// What the page threw, or its policy refused.
    pub(super) fn complains(&self) -> Result<()> {
        ensure!(self.browser.complaints.is_empty(), "the page complains: {:?}", self.browser.complaints);
        Ok(())
    }

    /// Waits until an expression comes to a text.
    pub(super) fn wait_for_text(&mut self, expression: &str, wanted: &str) -> Result<()> {
        let plain = format!("({expression})?.replaceAll('\\u2009', '') === {}", Value::from(wanted));
        let result = self.browser.wait_for(&plain);
        result.with_context(|| format!("it is {:?}, not {wanted:?}", self.text(expression)))
    }
}

/// Writes a file of a report.
pub(super) fn keep(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap_or(folder))?;
    fs::write(file, bytes)
}
