//! The HTML report of ten thousand files in Chromium, from the file system, as somebody opens it who downloaded an
//! artifact. Asserted are facts of the document and budgets on its size; pictures of all that was seen stay in
//! `target/e2e/html/`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use gatewright_core::decimal::floored_percent;
use gatewright_coverage::Unit;
use gatewright_coverage::output::Form;
use serde_json::Value;

use self::browser::Browser;
use self::sample::{HOSTILE, LONG, Sample, UNREADABLE};
use super::Judge;

mod browser;
mod sample;

/// The most elements that the page may hold, whatever it shows.
const MOST_ELEMENTS: u64 = 2500;
/// The longest that the page may be busy at once, once it is there, in milliseconds: a frozen page, not a slow machine.
const LONGEST_TASK: f64 = 1500.0;
const WIDE: (u32, u32) = (1440, 900);
const NARROW: (u32, u32) = (420, 860);

pub(super) fn judge(judge: &mut Judge) {
    println!("\nHTML report");
    let proof = prove(judge);
    judge.step("report of 10,000 files in Chromium", proof);
}

/// One way through the page, and what must be so on it.
type Walk = fn(&mut Seen) -> Result<()>;

fn prove(judge: &Judge) -> Result<String> {
    let program = judge.peers.program("chromium")?;
    let mut seen = Seen::new(&program, 10_000)?;
    let steps: [(&str, Walk); 13] = [
        ("it loads", loads),
        ("folders by keys", keys),
        ("sorted", sorts),
        ("filtered", filters),
        ("found", finds),
        ("right lines are marked", marks),
        ("from miss to miss", steps_through),
        ("a link to a line", links),
        ("odd files", odd),
        ("light and dark, wide and narrow", themes),
        ("printed", prints),
        ("named for screen readers", named),
        ("one file", single),
    ];
    let count = steps.len();
    for (name, step) in steps {
        step(&mut seen).with_context(|| name.to_owned())?;
        ensure!(
            seen.browser.complaints.is_empty(),
            "{name}: the page complains: {:?}",
            seen.browser.complaints
        );
    }
    Ok(format!("{count} walks, {} pictures in {}", seen.pictures, crate::shown(&seen.folder)))
}

/// The sample, its report, and a browser that shows it.
struct Seen {
    sample: Sample,
    folder: PathBuf,
    browser: Browser,
    pictures: u32,
}

impl Seen {
    fn new(program: &Path, files: usize) -> Result<Self> {
        let folder = crate::target().join("e2e/html");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let sample = Sample::new(files)?;
        sample.write(Form::BySize, &mut |path, bytes| keep(&folder.join("report"), path, &bytes))?;
        let mut browser = Browser::start(program)?;
        browser.resize(WIDE, false)?;
        let watch = "window.tasks = []; new PerformanceObserver((list) => list.getEntries().forEach((task) => \
                     tasks.push(task.duration))).observe({ type: 'longtask', buffered: true });";
        browser.call("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": watch }))?;
        Ok(Self { sample, folder, browser, pictures: 0 })
    }

    fn open(&mut self, hash: &str) -> Result<()> {
        let page = self.folder.join("report/index.html");
        self.browser.open("about:blank")?;
        self.browser.open(&format!("file://{}{hash}", page.display()))
    }

    fn text(&mut self, expression: &str) -> Result<String> {
        let value = self.browser.evaluate(expression)?;
        Ok(value.as_str().map_or_else(|| value.to_string(), |text| text.replace('\u{2009}', "")))
    }

    fn picture(&mut self, name: &str) -> Result<()> {
        self.pictures += 1;
        self.browser.evaluate("new Promise((done) => setTimeout(done, 150))")?;
        self.browser.picture(&self.folder.join(format!("{name}.png")))
    }

    /// Goes to an address within the page and waits until its file is shown.
    fn go(&mut self, path: &str, line: &str) -> Result<()> {
        let hash = format!("#{}{line}", address(path));
        self.browser.evaluate(&format!("location.hash = {}", Value::from(hash)))?;
        self.browser.wait_for(
            "!document.getElementById('source').hidden && document.querySelector('#lines .line')",
        )?;
        let name = path.rsplit('/').next().unwrap_or(path);
        self.browser.wait_for(&format!(
            "document.getElementById('path').textContent.includes({})",
            Value::from(shown(name))
        ))
    }

    fn within_budget(&mut self) -> Result<()> {
        let elements =
            self.browser.evaluate("document.querySelectorAll('*').length")?.as_u64().unwrap_or(u64::MAX);
        ensure!(elements <= MOST_ELEMENTS, "{elements} elements");
        let longest = self.browser.evaluate("Math.max(0, ...tasks)")?.as_f64().unwrap_or(f64::MAX);
        ensure!(longest <= LONGEST_TASK, "busy for {longest} ms at once");
        Ok(())
    }
}

/// A path as the page's addresses have it.
fn address(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String never fails.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// A name as the page shows it: what turns the direction of text is written out.
fn shown(name: &str) -> String {
    name.replace('\u{202e}', "⟨202E⟩")
}

fn keep(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap_or(folder))?;
    fs::write(file, bytes)
}

fn loads(seen: &mut Seen) -> Result<()> {
    seen.open("")?;
    seen.browser.wait_for("document.querySelectorAll('#grid .row').length > 0")?;
    let files = seen.sample.picture.files().len();
    let found = seen.text("document.getElementById('found').textContent")?;
    ensure!(found == format!("{files} files"), "{found}");
    let lines = seen.sample.picture.ratio(Unit::Lines);
    let percent = floored_percent(lines.covered, lines.total).context("no lines")?;
    let card = seen.text("[...document.querySelectorAll('.card')].find((card) => card.textContent.startsWith('Lines')).textContent")?;
    let wanted = format!("{} of {}", lines.covered, lines.total);
    ensure!(card.contains(&percent) && card.contains(&wanted), "{card} is not {percent}, {wanted}");
    // Floored, 100 only when it is exact, and nothing is no number; also where JavaScript has no exact numbers left.
    let figures = "[[0, 0], [0, 9], [2, 3], [99999, 100000], [2 ** 53 - 2, 2 ** 53 - 1], [7, 7]].map(percent).join(' ')";
    let percents = seen.text(figures)?;
    ensure!(percents == "– 0.00% 66.66% 99.99% 99.99% 100.00%", "{percents}");
    let deltas = seen.text("[[[1, 2], [1, 2]], [[2, 3], [1, 3]], [[1, 3], [2, 3]]].map(([now, then]) => delta(now, then).text).join(' ')")?;
    ensure!(deltas == "±0.00 +33.33 −33.33", "{deltas}");
    seen.within_budget()?;
    seen.picture("overview-light")
}

fn keys(seen: &mut Seen) -> Result<()> {
    let before = seen.text("document.querySelectorAll('#grid .row').length")?;
    seen.browser.evaluate("document.getElementById('grid').focus()")?;
    // The first folder, then the first of its children.
    for key in ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"] {
        seen.browser.press(key)?;
    }
    let open = seen.text("document.querySelectorAll('#grid [aria-expanded=true]').length")?;
    ensure!(open == "2", "{open} folders are open, of {before} rows");
    let active = seen.text("document.querySelector('#grid .active').getAttribute('aria-level')")?;
    ensure!(active == "3", "the active row is on level {active}");
    seen.picture("folders")?;
    for key in ["ArrowLeft", "ArrowLeft"] {
        seen.browser.press(key)?;
    }
    let open = seen.text("document.querySelectorAll('#grid [aria-expanded=true]').length")?;
    ensure!(open == "1", "{open} folders are open");
    seen.within_budget()
}

fn sorts(seen: &mut Seen) -> Result<()> {
    seen.browser.press("t")?;
    seen.browser.evaluate("document.querySelector('#h-missed button').click()")?;
    let worst = seen.sample.missed().max_by_key(|(_, missed)| *missed).context("no file")?;
    let (path, missed) = (worst.0.to_owned(), worst.1.to_string());
    let first = seen.text("document.querySelector('#row0 a').textContent")?;
    let cell = seen.text("document.querySelector('#row0').children[2].textContent")?;
    ensure!(
        (first.as_str(), cell.as_str()) == (path.as_str(), missed.as_str()),
        "{first} {cell}, not {path} {missed}"
    );
    ensure!(seen.text("document.getElementById('h-missed').getAttribute('aria-sort')")? == "descending");
    seen.picture("sorted")?;
    seen.browser.evaluate("document.querySelector('#h-name button').click()")?;
    seen.browser.press("t")
}

fn filters(seen: &mut Seen) -> Result<()> {
    seen.browser.press("c")?;
    let found = seen.text("document.getElementById('found').textContent")?;
    let (changed, files) = (seen.sample.changed.len(), seen.sample.picture.files().len());
    ensure!(found == format!("{changed} of {files} files"), "{found}");
    let patch = seen.sample.patch();
    let card = seen.text("[...document.querySelectorAll('.card')].find((card) => card.textContent.startsWith('Changed')).textContent")?;
    ensure!(card.contains(&format!("{} of {}", patch.covered, patch.total)), "{card} is not {patch:?}");
    seen.picture("changed-only")?;
    seen.browser.press("u")?;
    seen.browser.press("c")?;
    let missed =
        seen.sample.picture.files().filter(|(_, file)| {
            file.ratio(Unit::Lines).missed() > 0 || file.ratio(Unit::Branches).missed() > 0
        });
    let wanted = format!("{} of {files} files", missed.count());
    let found = seen.text("document.getElementById('found').textContent")?;
    ensure!(found == wanted, "{found}, not {wanted}");
    seen.browser.press("u")
}

fn finds(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    seen.browser.press("/")?;
    let name = path.rsplit('/').next().unwrap_or_default().replace('_', "");
    seen.browser.write(&name)?;
    seen.browser.wait_for("document.querySelectorAll('#results [role=option]').length > 0")?;
    let first = seen.text("document.querySelector('#results [aria-selected=true] .hit').textContent")?;
    ensure!(first == path, "the first of the found files is {first}, not {path}");
    seen.picture("search")?;
    seen.browser.press("Enter")?;
    seen.browser.wait_for("document.querySelector('#lines .line')")?;
    ensure!(seen.text("decodeURIComponent(location.hash)")? == format!("#{path}"));
    seen.within_budget()?;
    seen.picture("source-light")
}

/// A file with something missed and something partial, small enough to be in the document as a whole.
fn some_file(sample: &Sample) -> Result<String> {
    let small = sample.picture.files().find(|(path, file)| {
        let lines = file.ratio(Unit::Lines);
        let partial = file.branches().iter().any(|arm| arm.taken() == Some(0));
        path.starts_with("crates/") && lines.missed() > 2 && partial && (15..25).contains(&lines.total)
    });
    small.map(|(path, _)| path.to_owned()).context("no such file")
}

fn marks(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    let file = seen.sample.picture.file(&path).context("it was found")?;
    let mut wanted = Vec::new();
    for run in file.line_view().runs() {
        for line in run.first..=run.last {
            let arms = file.branches_on(line);
            let kind = match run.hits {
                0 => "missed",
                _ if arms.missed() > 0 => "partial",
                _ => "run",
            };
            let shown =
                if arms.is_no_data() { String::new() } else { format!("{}/{}", arms.covered, arms.total) };
            wanted.push(format!("{line} {kind} {} {shown}", run.hits));
        }
    }
    let read = "[...document.querySelectorAll('#lines .line')].filter((line) => /run|missed|partial/.test(line.className)).map((line) => \
                `${line.id.slice(1)} ${line.className.match(/run|missed|partial/)[0]} ${line.querySelector('.hits').textContent.replace(/\\D/g, '')} \
                ${line.querySelector('.arms').textContent.replace(/^\\D*/, '')}`.replace(/  +/g, ' '))";
    let found = seen.browser.evaluate(read)?;
    let found: Vec<&str> = found.as_array().context("no lines")?.iter().filter_map(Value::as_str).collect();
    ensure!(found == wanted, "{found:#?}\nis not\n{wanted:#?}");
    let title = seen.text("document.title")?;
    ensure!(path.contains(title.split(' ').next().unwrap_or_default()), "{title}");
    Ok(())
}

fn steps_through(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    let file = seen.sample.picture.file(&path).context("it was found")?;
    let first = file
        .line_view()
        .runs()
        .iter()
        .flat_map(|run| (run.first..=run.last).map(|line| (line, run.hits)))
        .find_map(|(line, hits)| (hits == 0 || file.branches_on(line).missed() > 0).then_some(line));
    let first = first.context("nothing missed")?;
    seen.browser.press("n")?;
    seen.browser.wait_for(&format!("location.hash.endsWith(':{first}')"))?;
    ensure!(seen.text("document.querySelector('.line.target').id")? == format!("L{first}"));
    seen.browser.press("n")?;
    ensure!(!seen.text("location.hash")?.ends_with(&format!(":{first}")));
    seen.browser.press("p")?;
    ensure!(seen.text("location.hash")?.ends_with(&format!(":{first}")));
    seen.browser.press("u")?;
    seen.picture("uncovered-only")?;
    seen.browser.press("u")?;
    seen.browser.press("b")?;
    seen.browser.wait_for("!document.getElementById('overview').hidden")?;
    let active = seen.text("document.querySelector('#grid .active a').getAttribute('href')")?;
    ensure!(active == format!("#{}", address(&path)), "back at {active}");
    seen.picture("folder")
}

fn links(seen: &mut Seen) -> Result<()> {
    seen.open(&format!("#{LONG}:31234"))?;
    seen.browser.wait_for("document.querySelector('#L31234.target')")?;
    let inside = "(() => { const line = document.querySelector('#L31234').getBoundingClientRect(); \
                  const pane = document.getElementById('code').getBoundingClientRect(); \
                  return line.top >= pane.top && line.bottom <= pane.bottom; })()";
    ensure!(seen.browser.evaluate(inside)? == true, "the line is not in view");
    let rows = seen.text("document.getElementById('lines').getAttribute('aria-rowcount')")?;
    ensure!(rows == "50002", "{rows} rows");
    seen.within_budget()?;
    seen.picture("long")?;
    seen.browser.evaluate("document.getElementById('code').scrollTop = 1e9")?;
    seen.browser.wait_for("document.querySelector('#L50002')")?;
    seen.within_budget()
}

fn odd(seen: &mut Seen) -> Result<()> {
    seen.go(HOSTILE, "")?;
    ensure!(seen.text("String(window.pwned)")? == "undefined", "markup of a report ran");
    let line = seen.text("document.querySelector('#L1 code').textContent")?;
    ensure!(line.starts_with("// </script><script>window.pwned = 2</script> ⟨202E⟩⟨2028⟩<!--"), "{line}");
    let note = seen.text("document.getElementById('notes').textContent")?;
    ensure!(note.contains("measures line 70, but the source has 2 lines"), "{note}");
    seen.picture("hostile")?;
    seen.go(UNREADABLE, "")?;
    let note = seen.text("document.getElementById('notes').textContent")?;
    ensure!(note.contains("not at hand"), "{note}");
    let lines = seen.text("[...document.querySelectorAll('#lines .line')].map((line) => line.id + line.querySelector('.hits').textContent).join(' ')")?;
    ensure!(lines == "L11 L2✕ 0 L703", "{lines}");
    seen.picture("unreadable")?;
    for path in ["odd/Case.rs", "odd/case.rs"] {
        seen.go(path, "")?;
    }
    Ok(())
}

fn themes(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    seen.open("")?;
    seen.browser.wait_for("document.querySelector('#grid .row')")?;
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = seen.text(ground)?;
    seen.browser.press("d")?;
    let dark = seen.text(ground)?;
    ensure!(light != dark, "{light} is both");
    seen.picture("overview-dark")?;
    seen.open("")?;
    ensure!(seen.text(ground)? == dark, "the choice was forgotten");
    seen.go(&path, "")?;
    seen.picture("source-dark")?;
    seen.browser.press("?")?;
    seen.picture("help-dark")?;
    seen.browser.press("Escape")?;
    seen.browser.evaluate("localStorage.clear()")?;
    seen.browser.resize(NARROW, false)?;
    seen.open("")?;
    seen.browser.wait_for("document.querySelector('#grid .row')")?;
    let wider = "document.documentElement.scrollWidth > innerWidth || document.getElementById('overview').scrollWidth > innerWidth";
    ensure!(seen.browser.evaluate(wider)? == false, "the page is wider than a telephone");
    seen.picture("overview-narrow")?;
    seen.go(&path, "")?;
    seen.picture("source-narrow")?;
    seen.browser.resize(NARROW, true)?;
    seen.picture("source-narrow-dark")?;
    ensure!(seen.text(ground)? == dark, "the system's choice is not followed");
    seen.browser.resize(WIDE, false)
}

/// Paper has no scroll bar: every line is there.
fn prints(seen: &mut Seen) -> Result<()> {
    let long = seen.sample.picture.files().find(|(path, file)| {
        path.starts_with("crates/") && file.line_view().runs().last().is_some_and(|run| run.last > 200)
    });
    let (path, file) = long.context("no long file")?;
    let last = file.line_view().runs().last().map_or(0, |run| run.last);
    let path = path.to_owned();
    seen.go(&path, "")?;
    let visible = seen.text("document.querySelectorAll('#lines .line').length")?;
    seen.browser.call("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" }))?;
    seen.browser.evaluate("dispatchEvent(new Event('beforeprint'))")?;
    let all: u32 = seen.text("document.querySelectorAll('#lines .line').length")?.parse()?;
    ensure!(all > last, "{all} lines of more than {last}, {visible} of them in view");
    let bar = "getComputedStyle(document.querySelector('.top')).display";
    ensure!(seen.text(bar)? == "none", "the bar is printed");
    seen.picture("print")?;
    seen.browser.evaluate("dispatchEvent(new Event('afterprint'))")?;
    seen.browser.call("Emulation.setEmulatedMedia", serde_json::json!({ "media": "" }))?;
    seen.browser.wait_for(&format!("document.querySelectorAll('#lines .line').length === {visible}"))
}

/// Whatever can be used has a name, and the lists are known as such.
fn named(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    for view in ["", path.as_str()] {
        seen.open(&format!("#{}", address(view)))?;
        seen.browser.wait_for("document.querySelector('#grid .row, #lines .line')")?;
        let tree = seen.browser.call("Accessibility.getFullAXTree", serde_json::json!({}))?;
        let nodes =
            tree["nodes"].as_array().context("no nodes")?.iter().filter(|node| node["ignored"] != true);
        let (mut usable, mut lists) = (0, 0);
        for node in nodes {
            let (role, name) =
                (node["role"]["value"].as_str(), node["name"]["value"].as_str().unwrap_or_default());
            match role {
                Some("button" | "link" | "combobox" | "searchbox") => {
                    ensure!(!name.trim().is_empty(), "a {} without a name: {node}", role.unwrap_or_default());
                    usable += 1;
                }
                Some("treegrid" | "table") if !name.is_empty() => lists += 1,
                _ => {}
            }
        }
        ensure!(usable > 20 && lists > 0, "{usable} usable elements, {lists} lists");
    }
    Ok(())
}

/// A small report is one file, and works as the large one does.
fn single(seen: &mut Seen) -> Result<()> {
    let small = Sample::new(60)?;
    let mut page = None;
    let folder = seen.folder.join("single");
    small.write(Form::SingleFile, &mut |path, bytes| {
        page = Some(folder.join(path));
        keep(&folder, path, &bytes)
    })?;
    ensure!(fs::read_dir(&folder)?.count() == 1, "it is more than one file");
    let (path, _) = small.missed().find(|(_, missed)| *missed > 0).context("nothing is missed")?;
    let page = page.context("no page")?;
    seen.browser.open(&format!("file://{}#{}", page.display(), address(path)))?;
    seen.browser.wait_for("document.querySelector('#lines .line.missed')")?;
    seen.open("")
}
