//! Test results as large repositories have them: mostly tests that pass.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;

use super::{Input, Numbers, made_once};
use crate::total::Total;

/// Counts on the way out.
struct Counting<'o> {
    out: &'o mut BufWriter<File>,
    bytes: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn made(
    file: &Path,
    megabytes: u32,
    make: impl FnOnce(&mut Counting<'_>, u64) -> Result<Total>,
) -> Result<Input> {
    let most = u64::from(megabytes) * 1_000_000;
    let input = made_once(file, |out| make(&mut Counting { out, bytes: 0 }, most))?;
    Ok(Input { word: "passed", ..input })
}

/// `JUnit` XML as Surefire writes it: suites of thirty cases. One in two hundred fails with a trace, one in fifty prints
/// something, and few are skipped.
pub(in crate::bench) fn junit(folder: &Path, megabytes: u32) -> Result<Input> {
    made(&folder.join("junit.xml"), megabytes, |out, most| {
        let (mut numbers, mut total, mut suite) = (Numbers(1), Total::default(), 0);
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
        while out.bytes < most {
            let class = format!("org.example.project.module{:03}.Feature{suite:05}Test", suite / 30);
            writeln!(out, "  <testsuite name=\"{class}\" tests=\"30\" timestamp=\"2026-01-02T03:04:05\">")?;
            for case in 0..30 {
                let (time, kind) = (numbers.below(5000), numbers.below(200));
                write!(out, "    <testcase classname=\"{class}\" name=\"behaves_as_expected_{case}\" ")?;
                write!(out, "time=\"{}.{:03}\"", time / 1000, time % 1000)?;
                out.write_all(inside_of_case(kind).as_bytes())?;
                total.total += 1;
                total.covered += u64::from(!matches!(kind, 0 | 5));
            }
            writeln!(out, "  </testsuite>")?;
            suite += 1;
        }
        writeln!(out, "</testsuites>")?;
        Ok(total)
    })
}

/// A failure, output, a skip, or mostly nothing.
fn inside_of_case(kind: u64) -> &'static str {
    match kind {
        0 => {
            ">\n      <failure message=\"expected: &lt;1&gt; but was: &lt;2&gt;\" type=\"AssertionFailedError\">at \
             org.example.A.b(A.java:12)\nat org.example.C.d(C.java:345)\n</failure>\n    </testcase>\n"
        }
        1..=4 => {
            ">\n      <system-out><![CDATA[2026-01-02 INFO started\n2026-01-02 INFO stopped\n]]></system-out>\n    \
             </testcase>\n"
        }
        5 => "><skipped message=\"not here\"/></testcase>\n",
        _ => "/>\n",
    }
}

/// The events of `go test -json`: packages of forty tests, each with a few lines of output; one in two hundred fails.
pub(in crate::bench) fn go(folder: &Path, megabytes: u32) -> Result<Input> {
    made(&folder.join("go-test.json"), megabytes, |out, most| {
        let (mut numbers, mut total, mut package) = (Numbers(1), Total::default(), 0);
        while out.bytes < most {
            let name = format!("\"Package\":\"example.com/org/project/internal/pkg{package:04}\"");
            let event = "{\"Time\":\"2026-01-02T03:04:05.678901234Z\",\"Action\":";
            writeln!(out, "{event}\"start\",{name}}}")?;
            let mut failed = false;
            for test in 0..40 {
                let fails = numbers.below(200) == 0;
                failed |= fails;
                let (word, upper) = if fails { ("fail", "FAIL") } else { ("pass", "PASS") };
                let of = format!("{name},\"Test\":\"TestFeature{test}Works\"");
                let says = format!("{event}\"output\",{of},\"Output\":");
                writeln!(out, "{event}\"run\",{of}}}")?;
                writeln!(out, "{says}\"=== RUN   TestFeature{test}Works\\n\"}}")?;
                writeln!(out, "{says}\"    feature_test.go:{test}: checked \\\"{test}\\\" of them\\n\"}}")?;
                writeln!(out, "{says}\"--- {upper}: TestFeature{test}Works (0.01s)\\n\"}}")?;
                writeln!(out, "{event}\"{word}\",{of},\"Elapsed\":0.01}}")?;
                total.total += 1;
                total.covered += u64::from(!fails);
            }
            let word = if failed { "fail" } else { "pass" };
            writeln!(out, "{event}\"{word}\",{name},\"Elapsed\":1.5}}")?;
            package += 1;
        }
        Ok(total)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_as_asked_and_the_same_every_time() {
        for make in [junit, go] {
            let folder = tempfile::tempdir().unwrap();
            let (one, other) = (folder.path().join("one"), folder.path().join("other"));
            let (input, same) = (make(&one, 1).unwrap(), make(&other, 1).unwrap());
            let text = std::fs::read(&input.file).unwrap();
            assert_eq!(text, std::fs::read(&same.file).unwrap());
            assert!((1_000_000..1_050_000).contains(&text.len()), "{} bytes", text.len());
            assert!(input.total.covered > 0 && input.total.covered < input.total.total);
        }
    }
}
