//! The HTML report of ten thousand files in Chromium, from the file system, as somebody opens it who downloaded an
//! artifact. Asserted are facts of the document and budgets on its size; pictures of all that was seen stay in
//! `target/e2e/html/`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use gatewright_core::decimal::floored_percent;
use gatewright_coverage::Unit;
use gatewright_coverage::output::Form;
use serde_json::Value;

use self::sample::{HOSTILE, LONG, Sample, UNREADABLE};
use super::Judge;
use super::page::{NARROW, Page, WIDE, keep};

mod sample;

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
        step(&mut seen).and_then(|()| seen.page.complains()).with_context(|| name.to_owned())?;
    }
    Ok(format!("{count} walks, {} pictures in {}", seen.page.pictures, crate::shown(&seen.page.folder)))
}

/// The sample, and its report in a browser.
struct Seen {
    sample: Sample,
    page: Page,
}

impl Seen {
    fn new(program: &Path, files: usize) -> Result<Self> {
        let page = Page::new(program, "html")?;
        let sample = Sample::new(files)?;
        sample.write(Form::BySize, &mut |path, bytes| keep(&page.folder.join("report"), path, &bytes))?;
        Ok(Self { sample, page })
    }

    /// Goes to an address within the page and waits until its file is shown.
    fn go(&mut self, path: &str, line: &str) -> Result<()> {
        let hash = format!("#{}{line}", address(path));
        self.page.browser.evaluate(&format!("location.hash = {}", Value::from(hash)))?;
        self.page.browser.wait_for(
            "!document.getElementById('source').hidden && document.querySelector('#lines .line')",
        )?;
        let name = path.rsplit('/').next().unwrap_or(path);
        self.page.browser.wait_for(&format!(
            "document.getElementById('path').textContent.includes({})",
            Value::from(shown(name))
        ))
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

fn loads(seen: &mut Seen) -> Result<()> {
    seen.page.open("")?;
    seen.page.browser.wait_for("document.querySelectorAll('#grid .row').length > 0")?;
    let files = seen.sample.picture.files().len();
    let found = seen.page.text("document.getElementById('found').textContent")?;
    ensure!(found == format!("{files} files"), "{found}");
    let lines = seen.sample.picture.ratio(Unit::Lines);
    let percent = floored_percent(lines.covered, lines.total).context("no lines")?;
    let card = seen.page.text("[...document.querySelectorAll('.card')].find((card) => card.textContent.startsWith('Lines')).textContent")?;
    let wanted = format!("{} of {}", lines.covered, lines.total);
    ensure!(card.contains(&percent) && card.contains(&wanted), "{card} is not {percent}, {wanted}");
    // Floored, 100 only when it is exact, and nothing is no number; also where JavaScript has no exact numbers left.
    let figures = "[[0, 0], [0, 9], [2, 3], [99999, 100000], [2 ** 53 - 2, 2 ** 53 - 1], [7, 7]].map(percent).join(' ')";
    let percents = seen.page.text(figures)?;
    ensure!(percents == "– 0.00% 66.66% 99.99% 99.99% 100.00%", "{percents}");
    let deltas = seen.page.text("[[[1, 2], [1, 2]], [[2, 3], [1, 3]], [[1, 3], [2, 3]]].map(([now, then]) => delta(now, then).text).join(' ')")?;
    ensure!(deltas == "±0.00 +33.33 −33.33", "{deltas}");
    seen.page.within_budget()?;
    seen.page.picture("overview-light")
}

fn keys(seen: &mut Seen) -> Result<()> {
    let before = seen.page.text("document.querySelectorAll('#grid .row').length")?;
    seen.page.browser.evaluate("document.getElementById('grid').focus()")?;
    // The first folder, then the first of its children.
    for key in ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"] {
        seen.page.browser.press(key)?;
    }
    let open = seen.page.text("document.querySelectorAll('#grid [aria-expanded=true]').length")?;
    ensure!(open == "2", "{open} folders are open, of {before} rows");
    let active = seen.page.text("document.querySelector('#grid .active').getAttribute('aria-level')")?;
    ensure!(active == "3", "the active row is on level {active}");
    seen.page.picture("folders")?;
    for key in ["ArrowLeft", "ArrowLeft"] {
        seen.page.browser.press(key)?;
    }
    let open = seen.page.text("document.querySelectorAll('#grid [aria-expanded=true]').length")?;
    ensure!(open == "1", "{open} folders are open");
    seen.page.within_budget()
}

fn sorts(seen: &mut Seen) -> Result<()> {
    seen.page.browser.press("t")?;
    seen.page.browser.evaluate("document.querySelector('#h-missed button').click()")?;
    let worst = seen.sample.missed().max_by_key(|(_, missed)| *missed).context("no file")?;
    let (path, missed) = (worst.0.to_owned(), worst.1.to_string());
    let first = seen.page.text("document.querySelector('#row0 a').textContent")?;
    let cell = seen.page.text("document.querySelector('#row0').children[2].textContent")?;
    ensure!(
        (first.as_str(), cell.as_str()) == (path.as_str(), missed.as_str()),
        "{first} {cell}, not {path} {missed}"
    );
    ensure!(seen.page.text("document.getElementById('h-missed').getAttribute('aria-sort')")? == "descending");
    seen.page.picture("sorted")?;
    seen.page.browser.evaluate("document.querySelector('#h-name button').click()")?;
    seen.page.browser.press("t")
}

fn filters(seen: &mut Seen) -> Result<()> {
    seen.page.browser.press("c")?;
    let found = seen.page.text("document.getElementById('found').textContent")?;
    let (changed, files) = (seen.sample.changed.len(), seen.sample.picture.files().len());
    ensure!(found == format!("{changed} of {files} files"), "{found}");
    let patch = seen.sample.patch();
    let card = seen.page.text("[...document.querySelectorAll('.card')].find((card) => card.textContent.startsWith('Changed')).textContent")?;
    ensure!(card.contains(&format!("{} of {}", patch.covered, patch.total)), "{card} is not {patch:?}");
    seen.page.picture("changed-only")?;
    seen.page.browser.press("u")?;
    seen.page.browser.press("c")?;
    let missed =
        seen.sample.picture.files().filter(|(_, file)| {
            file.ratio(Unit::Lines).missed() > 0 || file.ratio(Unit::Branches).missed() > 0
        });
    let wanted = format!("{} of {files} files", missed.count());
    let found = seen.page.text("document.getElementById('found').textContent")?;
    ensure!(found == wanted, "{found}, not {wanted}");
    seen.page.browser.press("u")
}

fn finds(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    seen.page.browser.press("/")?;
    let name = path.rsplit('/').next().unwrap_or_default().replace('_', "");
    seen.page.browser.write(&name)?;
    seen.page.browser.wait_for("document.querySelectorAll('#results [role=option]').length > 0")?;
    let first = seen.page.text("document.querySelector('#results [aria-selected=true] .hit').textContent")?;
    ensure!(first == path, "the first of the found files is {first}, not {path}");
    seen.page.picture("search")?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.wait_for("document.querySelector('#lines .line')")?;
    ensure!(seen.page.text("decodeURIComponent(location.hash)")? == format!("#{path}"));
    seen.page.within_budget()?;
    seen.page.picture("source-light")
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
    let found = seen.page.browser.evaluate(read)?;
    let found: Vec<&str> = found.as_array().context("no lines")?.iter().filter_map(Value::as_str).collect();
    ensure!(found == wanted, "{found:#?}\nis not\n{wanted:#?}");
    let title = seen.page.text("document.title")?;
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
    seen.page.browser.press("n")?;
    seen.page.browser.wait_for(&format!("location.hash.endsWith(':{first}')"))?;
    ensure!(seen.page.text("document.querySelector('.line.target').id")? == format!("L{first}"));
    seen.page.browser.press("n")?;
    ensure!(!seen.page.text("location.hash")?.ends_with(&format!(":{first}")));
    seen.page.browser.press("p")?;
    ensure!(seen.page.text("location.hash")?.ends_with(&format!(":{first}")));
    seen.page.browser.press("u")?;
    seen.page.picture("uncovered-only")?;
    seen.page.browser.press("u")?;
    seen.page.browser.press("b")?;
    seen.page.browser.wait_for("!document.getElementById('overview').hidden")?;
    let active = seen.page.text("document.querySelector('#grid .active a').getAttribute('href')")?;
    ensure!(active == format!("#{}", address(&path)), "back at {active}");
    seen.page.picture("folder")
}

fn links(seen: &mut Seen) -> Result<()> {
    seen.page.open(&format!("#{LONG}:31234"))?;
    seen.page.browser.wait_for("document.querySelector('#L31234.target')")?;
    let inside = "(() => { const line = document.querySelector('#L31234').getBoundingClientRect(); \
                  const pane = document.getElementById('code').getBoundingClientRect(); \
                  return line.top >= pane.top && line.bottom <= pane.bottom; })()";
    ensure!(seen.page.browser.evaluate(inside)? == true, "the line is not in view");
    let rows = seen.page.text("document.getElementById('lines').getAttribute('aria-rowcount')")?;
    ensure!(rows == "50002", "{rows} rows");
    seen.page.within_budget()?;
    seen.page.picture("long")?;
    seen.page.browser.evaluate("document.getElementById('code').scrollTop = 1e9")?;
    seen.page.browser.wait_for("document.querySelector('#L50002')")?;
    seen.page.within_budget()
}

fn odd(seen: &mut Seen) -> Result<()> {
    seen.go(HOSTILE, "")?;
    ensure!(seen.page.text("String(window.pwned)")? == "undefined", "markup of a report ran");
    // The list before was scrolled to its end; its place is found again a moment later.
    seen.page.browser.wait_for("document.querySelector('#L1 code')")?;
    let line = seen.page.text("document.querySelector('#L1 code').textContent")?;
    ensure!(line.starts_with("// </script><script>window.pwned = 2</script> ⟨202E⟩⟨2028⟩<!--"), "{line}");
    let note = seen.page.text("document.getElementById('notes').textContent")?;
    ensure!(note.contains("measures line 70, but the source has 2 lines"), "{note}");
    seen.page.picture("hostile")?;
    seen.go(UNREADABLE, "")?;
    let note = seen.page.text("document.getElementById('notes').textContent")?;
    ensure!(note.contains("not at hand"), "{note}");
    let lines = seen.page.text("[...document.querySelectorAll('#lines .line')].map((line) => line.id + line.querySelector('.hits').textContent).join(' ')")?;
    ensure!(lines == "L11 L2✕ 0 L703", "{lines}");
    seen.page.picture("unreadable")?;
    for path in ["odd/Case.rs", "odd/case.rs"] {
        seen.go(path, "")?;
    }
    Ok(())
}

fn themes(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    seen.page.open("")?;
    seen.page.browser.wait_for("document.querySelector('#grid .row')")?;
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = seen.page.text(ground)?;
    seen.page.browser.press("d")?;
    let dark = seen.page.text(ground)?;
    ensure!(light != dark, "{light} is both");
    seen.page.picture("overview-dark")?;
    seen.page.open("")?;
    ensure!(seen.page.text(ground)? == dark, "the choice was forgotten");
    seen.go(&path, "")?;
    seen.page.picture("source-dark")?;
    seen.page.browser.press("?")?;
    seen.page.picture("help-dark")?;
    seen.page.browser.press("Escape")?;
    seen.page.browser.evaluate("localStorage.clear()")?;
    seen.page.browser.resize(NARROW, false)?;
    seen.page.open("")?;
    seen.page.browser.wait_for("document.querySelector('#grid .row')")?;
    let wider = "document.documentElement.scrollWidth > innerWidth || document.getElementById('overview').scrollWidth > innerWidth";
    ensure!(seen.page.browser.evaluate(wider)? == false, "the page is wider than a telephone");
    seen.page.picture("overview-narrow")?;
    seen.go(&path, "")?;
    seen.page.picture("source-narrow")?;
    seen.page.browser.resize(NARROW, true)?;
    seen.page.picture("source-narrow-dark")?;
    ensure!(seen.page.text(ground)? == dark, "the system's choice is not followed");
    seen.page.browser.resize(WIDE, false)
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
    let visible = seen.page.text("document.querySelectorAll('#lines .line').length")?;
    seen.page.browser.call("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" }))?;
    seen.page.browser.evaluate("dispatchEvent(new Event('beforeprint'))")?;
    let all: u32 = seen.page.text("document.querySelectorAll('#lines .line').length")?.parse()?;
    ensure!(all > last, "{all} lines of more than {last}, {visible} of them in view");
    let bar = "getComputedStyle(document.querySelector('.top')).display";
    ensure!(seen.page.text(bar)? == "none", "the bar is printed");
    seen.page.picture("print")?;
    seen.page.browser.evaluate("dispatchEvent(new Event('afterprint'))")?;
    seen.page.browser.call("Emulation.setEmulatedMedia", serde_json::json!({ "media": "" }))?;
    seen.page.browser.wait_for(&format!("document.querySelectorAll('#lines .line').length === {visible}"))
}

/// Whatever can be used has a name, and the lists are known as such.
fn named(seen: &mut Seen) -> Result<()> {
    let path = some_file(&seen.sample)?;
    for view in ["", path.as_str()] {
        seen.page.open(&format!("#{}", address(view)))?;
        seen.page.browser.wait_for("document.querySelector('#grid .row, #lines .line')")?;
        let (usable, lists) = seen.page.named()?;
        ensure!(usable > 20 && lists > 0, "{usable} usable elements, {lists} lists");
    }
    Ok(())
}

/// A small report is one file, and works as the large one does.
fn single(seen: &mut Seen) -> Result<()> {
    let small = Sample::new(60)?;
    let mut page = None;
    let folder = seen.page.folder.join("single");
    small.write(Form::SingleFile, &mut |path, bytes| {
        page = Some(folder.join(path));
        keep(&folder, path, &bytes)
    })?;
    ensure!(fs::read_dir(&folder)?.count() == 1, "it is more than one file");
    let (path, _) = small.missed().find(|(_, missed)| *missed > 0).context("nothing is missed")?;
    let page = page.context("no page")?;
    seen.page.browser.open(&format!("file://{}#{}", page.display(), address(path)))?;
    seen.page.browser.wait_for("document.querySelector('#lines .line.missed')")?;
    seen.page.open("")
}
