//! The HTML report of twenty thousand tests in Chromium, from the file system. Asserted are facts of the document and
//! budgets on its size; pictures of all that was seen stay in `target/e2e/test-html/`.

use std::fs;

use anyhow::{Context, Result, ensure};
use gatewright_test_results::{Failure, TestOutcome};
use serde_json::json;

use self::sample::{HOSTILE, Sample};
use super::Judge;
use super::page::{NARROW, Page, WIDE, keep};

pub(super) mod sample;

pub(super) fn judge(judge: &mut Judge) {
    println!("\nHTML test report");
    let proof = prove(judge);
    judge.step("report of 20,000 tests in Chromium", proof);
}

/// One way through the page, and what must be so on it.
type Walk = fn(&mut Seen) -> Result<()>;

fn prove(judge: &Judge) -> Result<String> {
    let page = Page::new(&judge.peers.program("chromium")?, "test-html")?;
    let sample = Sample::new(20_000);
    sample.write(&mut |path, bytes| keep(&page.folder.join("report"), path, &bytes))?;
    let mut seen = Seen { sample, page };
    let steps: [(&str, Walk); 13] = [
        ("it loads", loads),
        ("opened by keys", opens),
        ("searched", searches),
        ("filtered", filters),
        ("by suite", suites),
        ("sorted", sorts),
        ("a link to a failure", links),
        ("odd names", odd),
        ("light and dark, wide and narrow", themes),
        ("named for screen readers", named),
        ("without scripts", without_scripts),
        ("without its data", without_data),
        ("a hundred thousand tests", many),
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

/// How many tests are found.
const FOUND: &str = "document.getElementById('found').textContent";
const TITLE: &str = "document.querySelector('#detail h2').textContent";
const FIRST: &str = "document.querySelector('#row0 .leaf').textContent";

impl Seen {
    fn total(&self) -> u64 {
        self.sample.evidence.results.tests.total()
    }

    fn found(&mut self, count: usize) -> Result<()> {
        let wanted = format!("{count} of {} tests", self.total());
        self.page.wait_for_text(FOUND, &wanted)
    }

    fn search(&mut self, words: &str) -> Result<()> {
        self.page.browser.evaluate("document.getElementById('search').value = ''")?;
        self.page.browser.press("/")?;
        self.page.browser.write(words)
    }

    fn failures(&self) -> &[Failure] {
        &self.sample.evidence.results.failures
    }

    /// A failure with a message, a difference in its text and a place.
    fn some_failure(&self) -> Result<Failure> {
        let found = self.failures().iter().find(|failure| {
            failure.detail.text.head.contains("\n+ ")
                && failure.outcome == TestOutcome::Failed
                && failure.detail.text.left_out == 0
        });
        found.cloned().context("no failure with a difference")
    }
}

fn loads(seen: &mut Seen) -> Result<()> {
    seen.page.open("")?;
    seen.page.browser.wait_for("document.querySelectorAll('#grid .row').length > 0")?;
    let wanted = format!("{} tests", seen.total());
    seen.page.wait_for_text(FOUND, &wanted)?;
    let tests = seen.sample.evidence.results.tests;
    let cards = seen
        .page
        .text("[...document.querySelectorAll('.card .big')].map((card) => card.textContent).join(' ')")?;
    let wanted = [tests.failed, tests.errored, tests.flaky, tests.skipped, tests.passed]
        .map(|count| count.to_string())
        .join(" ");
    ensure!(cards == wanted, "{cards}, not {wanted}");
    let first = seen.page.text("document.querySelector('#row0').textContent")?;
    ensure!(first.contains("new"), "the first row is no new failure: {first}");
    let times =
        seen.page.text("[-1, 0, 999, 12345, 1204000, 125000000, 7500000000].map(duration).join('|')")?;
    ensure!(times == "|0ms|999µs|12ms|1.204s|2min 5s|2h 5min", "{times}");
    seen.page.within_budget()?;
    seen.page.picture("overview-light")
}

fn opens(seen: &mut Seen) -> Result<()> {
    seen.page.browser.press("j")?;
    seen.page.browser.press("k")?;
    let first = seen.page.text(FIRST)?;
    seen.page.browser.press("Enter")?;
    seen.page.wait_for_text(TITLE, &first)?;
    seen.page.browser.wait_for("document.querySelector('#detail pre')")?;
    seen.page.picture("detail-light")?;
    seen.page.browser.press("j")?;
    let second = seen.page.text("document.querySelector('#row1 .leaf').textContent")?;
    seen.page.wait_for_text(TITLE, &second)?;
    ensure!(second != first, "{second} twice");
    seen.page.browser.press("k")?;
    seen.page.wait_for_text(TITLE, &first)?;
    seen.page.within_budget()?;
    seen.page.browser.press("Escape")?;
    seen.page.browser.wait_for("document.getElementById('detail').hidden")
}

fn searches(seen: &mut Seen) -> Result<()> {
    let failure = seen.some_failure()?;
    seen.search(&failure.detail.message)?;
    seen.found(1)?;
    ensure!(seen.page.text(FIRST)? == failure.name);
    seen.page.picture("search")?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.press("Enter")?;
    seen.page
        .browser
        .wait_for("document.querySelector('#detail .plus') && document.querySelector('#detail .minus')")?;
    let link = seen.page.text("document.querySelector('#detail .facts a').href")?;
    let wanted = format!(
        "https://github.com/example/shop/blob/1a2b3c4/{}#L{}",
        failure.detail.file, failure.detail.line
    );
    ensure!(link == wanted, "{link}, not {wanted}");
    let words = seen.page.text("document.querySelector('#detail').textContent")?;
    for wanted in [
        "AssertionError",
        failure.detail.message.as_str(),
        "\"total\"",
        "owner",
        "screens/checkout-1.png",
        "6.7 %",
    ] {
        ensure!(words.contains(wanted), "{wanted} is not in {words}");
    }
    seen.page.picture("detail-difference")?;
    seen.page.browser.press("Escape")?;
    seen.page.browser.press("Escape")?;
    let wanted = format!("{} tests", seen.total());
    seen.page.wait_for_text(FOUND, &wanted)?;
    // Every word counts, in any order, in names, suites and files.
    seen.search("module_005 merges")?;
    seen.page.browser.wait_for("shown.length > 0 && shown.length < 100")?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.press("Escape")?;
    seen.page.within_budget()
}

fn filters(seen: &mut Seen) -> Result<()> {
    let failures = seen.failures();
    let failed = failures
        .iter()
        .filter(|failure| failure.outcome != TestOutcome::Flaky || failure.failed_by_runner)
        .count();
    let fresh = failures.iter().enumerate().filter(|(place, _)| place % 4 == 1).count();
    let quarantined = failures.iter().enumerate().filter(|(place, _)| place % 9 == 4).count();
    let on_windows = seen
        .sample
        .evidence
        .results
        .variants
        .iter()
        .position(|variant| variant == "windows")
        .context("no windows")?;
    seen.page.browser.press("f")?;
    seen.found(failed)?;
    seen.page.browser.press("f")?;
    seen.page.browser.press("n")?;
    seen.found(fresh)?;
    seen.page.picture("new-failures")?;
    seen.page.browser.press("n")?;
    seen.page.browser.press("q")?;
    seen.found(quarantined)?;
    seen.page.browser.press("Escape")?;
    let choose = format!(
        "(() => {{ const list = document.getElementById('variant'); list.value = '{on_windows}'; list.dispatchEvent(new Event('change')); }})()"
    );
    seen.page.browser.evaluate(&choose)?;
    let windows = seen.sample.evidence.results.suites.iter().filter(|suite| suite.variant == "windows");
    let count: u64 = windows.map(|suite| suite.tests.total()).sum();
    seen.found(usize::try_from(count)?)?;
    seen.page.browser.evaluate("document.getElementById('c-k').click()")?;
    ensure!(
        seen.page
            .text("[...document.querySelectorAll('#grid .mark')].every((mark) => mark.title === 'flaky')")?
            == "true"
    );
    seen.page.browser.evaluate("document.getElementById('reset').click()")?;
    seen.page.within_budget()
}

fn suites(seen: &mut Seen) -> Result<()> {
    seen.page.browser.evaluate("document.querySelector('.groups').open = true")?;
    seen.page.browser.wait_for("document.querySelectorAll('.groups tbody tr').length === 60")?;
    seen.page.within_budget()?;
    seen.page.picture("suites")?;
    let suites = seen.sample.evidence.results.suites.iter();
    let worst = suites.max_by_key(|suite| suite.tests.bad()).context("no suite")?.tests.bad().to_string();
    let first = seen.page.text("document.querySelector('.groups tbody td.low').textContent")?;
    ensure!(first == worst, "{first}, not {worst}");
    seen.page.browser.evaluate("document.querySelector('.groups tbody button').click()")?;
    seen.page
        .browser
        .wait_for("shown.length > 0 && shown.length < 200 && !document.getElementById('suite').hidden")?;
    seen.page.browser.evaluate("document.getElementById('suite').click()")?;
    seen.page.browser.evaluate("document.querySelector('.groups').open = false")?;
    Ok(())
}

fn sorts(seen: &mut Seen) -> Result<()> {
    seen.page.browser.press("s")?;
    let slowest = seen.sample.evidence.results.slowest.first().context("nothing took time")?.name.clone();
    seen.page.wait_for_text(FIRST, &slowest)?;
    let time = seen.page.text("document.querySelector('#row0 .num').textContent")?;
    ensure!(time.contains("min"), "{time}");
    ensure!(seen.page.text("document.getElementById('h-time').getAttribute('aria-sort')")? == "descending");
    seen.page.picture("slowest")?;
    seen.page.browser.evaluate("overview.scrollTop = 1e9")?;
    seen.page.browser.wait_for(&format!("document.getElementById('row{}')", seen.total() - 1))?;
    seen.page.within_budget()?;
    seen.page.browser.evaluate("document.querySelector('#h-name button').click()")?;
    seen.page.browser.evaluate("document.querySelector('#h-mark button').click()")?;
    seen.page.within_budget()
}

fn links(seen: &mut Seen) -> Result<()> {
    let cut =
        seen.failures().iter().find(|failure| failure.detail.text.left_out > 0).context("no long text")?;
    let (name, id) = (cut.name.clone(), cut.id);
    seen.page.open(&format!("#{:016x}", id.0))?;
    seen.page.wait_for_text(TITLE, &name)?;
    seen.page.browser.wait_for("document.querySelectorAll('#detail pre').length > 1")?;
    let words = seen.page.text("document.getElementById('detail').textContent")?;
    ensure!(words.contains("1234567 bytes were left out") && words.contains("last words"), "{words}");
    let inside = "(() => { const row = document.querySelector('.row.opened').getBoundingClientRect(); return row.top >= 0 && row.bottom <= innerHeight; })()";
    ensure!(seen.page.browser.evaluate(inside)? == true, "the row is not in view");
    seen.page.picture("detail-cut")
}

fn odd(seen: &mut Seen) -> Result<()> {
    seen.page.open("")?;
    seen.search("window.pwned=2")?;
    seen.found(1)?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.wait_for("document.querySelector('#detail pre')")?;
    ensure!(seen.page.text("String(window.pwned)")? == "undefined", "markup of a report ran");
    let title = seen.page.text(TITLE)?;
    ensure!(title == HOSTILE.replace('\u{202e}', "⟨202E⟩"), "{title}");
    let words = seen.page.text("[...document.querySelectorAll('#detail pre')].pop().textContent")?;
    ensure!(words.contains("</script>⟨202E⟩⟨2028⟩⟨0000⟩red<!--"), "{words}");
    ensure!(
        seen.page.text("document.querySelectorAll('#detail a[href^=\"javascript\"], #detail img').length")?
            == "0"
    );
    seen.page.picture("hostile")?;
    seen.page.browser.press("Escape")?;
    seen.search("a_very_long_name")?;
    seen.found(1)?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.press("Enter")?;
    seen.page.browser.wait_for("!document.getElementById('detail').hidden")?;
    seen.page.picture("long-name")?;
    seen.page.browser.press("Escape")?;
    seen.page.browser.press("Escape")
}

fn themes(seen: &mut Seen) -> Result<()> {
    let ground = "getComputedStyle(document.body).backgroundColor";
    let failure = seen.some_failure()?;
    let id = format!("#{:016x}", failure.id.0);
    seen.page.open("")?;
    let light = seen.page.text(ground)?;
    seen.page.browser.press("d")?;
    let dark = seen.page.text(ground)?;
    ensure!(light != dark, "{light} is both");
    seen.page.picture("overview-dark")?;
    seen.page.browser.press("?")?;
    seen.page.picture("help-dark")?;
    seen.page.browser.press("Escape")?;
    seen.page.open(&id)?;
    ensure!(seen.page.text(ground)? == dark, "the choice was forgotten");
    seen.page.browser.wait_for("document.querySelector('#detail pre')")?;
    seen.page.picture("detail-dark")?;
    seen.page.browser.evaluate("localStorage.clear()")?;
    seen.page.browser.resize(NARROW, false)?;
    seen.page.open("")?;
    seen.page.browser.wait_for("document.querySelector('#grid .row')")?;
    let wider = "document.documentElement.scrollWidth > innerWidth || overview.scrollWidth > innerWidth || detail.scrollWidth > innerWidth";
    ensure!(seen.page.browser.evaluate(wider)? == false, "the page is wider than a telephone");
    seen.page.picture("overview-narrow")?;
    seen.page.open(&id)?;
    seen.page.browser.wait_for("document.querySelector('#detail pre')")?;
    ensure!(seen.page.browser.evaluate(wider)? == false, "the detail is wider than a telephone");
    seen.page.picture("detail-narrow")?;
    seen.page.browser.resize(NARROW, true)?;
    ensure!(seen.page.text(ground)? == dark, "the system's choice is not followed");
    seen.page.picture("detail-narrow-dark")?;
    seen.page.browser.evaluate("document.getElementById('close').click()")?;
    seen.page.browser.wait_for("document.querySelector('#grid .row')")?;
    seen.page.browser.resize(WIDE, false)
}

fn named(seen: &mut Seen) -> Result<()> {
    let id = format!("#{:016x}", seen.some_failure()?.id.0);
    for view in ["", id.as_str()] {
        seen.page.open(view)?;
        seen.page.browser.wait_for("document.querySelector('#grid .row')")?;
        let (usable, lists) = seen.page.named()?;
        ensure!(usable > 12 && lists > 0, "{usable} usable elements, {lists} lists");
    }
    let strip = seen.page.text("document.querySelector('#grid .strip').getAttribute('aria-label')")?;
    ensure!(strip.starts_with("Last 12 runs, oldest first: "), "{strip}");
    Ok(())
}

fn without_scripts(seen: &mut Seen) -> Result<()> {
    seen.page.browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}))?;
    seen.page.open("")?;
    let listed = seen.page.text("document.querySelectorAll('noscript h2').length")?;
    let wanted = seen.failures().len().min(200).to_string();
    ensure!(listed == wanted, "{listed} failures are listed, not {wanted}");
    let seen_words = seen.page.text("document.querySelector('main').textContent")?;
    ensure!(seen_words.contains("passed of"), "{seen_words}");
    seen.page.browser.picture(&seen.page.folder.join("without-scripts.png"))?;
    seen.page.pictures += 1;
    seen.page.browser.call("Emulation.setScriptExecutionDisabled", json!({"value": false})).map(drop)
}

/// Somebody kept the page alone.
fn without_data(seen: &mut Seen) -> Result<()> {
    let page = fs::read(seen.page.folder.join("report/index.html"))?;
    ensure!(fs::read_dir(seen.page.folder.join("report/data"))?.count() > 0, "the report is one file");
    keep(&seen.page.folder.join("alone"), "index.html", &page)?;
    seen.page.open_report("alone", "")?;
    seen.page.browser.press("Enter")?;
    seen.page
        .browser
        .wait_for("document.getElementById('detail').textContent.includes('keep the folder whole')")?;
    // The browser complains about the file that is not there.
    ensure!(
        seen.page.browser.complaints.iter().all(|said| said.contains("ERR_FILE_NOT_FOUND")),
        "{:?}",
        seen.page.browser.complaints
    );
    seen.page.browser.complaints.clear();
    Ok(())
}

fn many(seen: &mut Seen) -> Result<()> {
    let large = Sample::new(99_990);
    let folder = seen.page.folder.join("many");
    large.write(&mut |path, bytes| keep(&folder, path, &bytes))?;
    seen.page.open_report("many", "")?;
    let total = large.evidence.results.tests.total();
    seen.page.wait_for_text(FOUND, &format!("{total} tests"))?;
    ensure!(seen.page.browser.evaluate("DATA.cut === undefined")? == true, "the report is cut");
    seen.page.within_budget()?;
    seen.page.browser.evaluate("document.getElementById('search').focus()")?;
    seen.page.browser.write("merges_parts")?;
    let wanted = large.evidence.results.roster.iter().flat_map(gatewright_test_results::Roster::iter);
    let count = wanted
        .filter(|test| test.name.contains("merges_parts") || test.file.contains("merges_parts"))
        .count();
    seen.page.wait_for_text(FOUND, &format!("{count} of {total} tests"))?;
    seen.page.browser.evaluate("sortBy('name')")?;
    seen.page.within_budget()?;
    Ok(())
}
