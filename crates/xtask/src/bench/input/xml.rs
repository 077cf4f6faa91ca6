//! Cobertura as coverage.py writes it, Clover as Istanbul does, and `JaCoCo`'s own.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::{Input, Line, Scale, Source, Wording};
use crate::total::Total;

/// Cobertura, with branches.
pub(in crate::bench) fn cobertura(folder: &Path, scale: Scale) -> Result<Input> {
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let Source { package, name, .. } = source;
        write!(
            out,
            "\t\t<package name=\"package{package}\" line-rate=\"0.5\" branch-rate=\"0.5\" complexity=\"0\">\n\t\t\t<classes>\n"
        )?;
        writeln!(
            out,
            "\t\t\t\t<class name=\"{name}.py\" filename=\"package{package}/{name}.py\" complexity=\"0\" line-rate=\"0.5\" branch-rate=\"0.5\">"
        )?;
        out.push_str("\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>\n");
        for line in &source.lines {
            write!(out, "\t\t\t\t\t\t<line number=\"{}\" hits=\"{}\"", line.number, line.hits)?;
            if let Some(arms) = line.arms {
                write!(out, " branch=\"true\" condition-coverage=\"{}% ({arms}/2)\"", arms * 50)?;
            }
            out.push_str("/>\n");
        }
        out.push_str("\t\t\t\t\t</lines>\n\t\t\t\t</class>\n\t\t\t</classes>\n\t\t</package>\n");
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 46,
        head: "<?xml version=\"1.0\" ?>\n<coverage version=\"7.17.3\" timestamp=\"1700000000000\" lines-valid=\"2\" lines-covered=\"1\" \
            line-rate=\"0.5\" branches-valid=\"2\" branches-covered=\"1\" branch-rate=\"0.5\" complexity=\"0\">\n\t<sources>\n\
            \t\t<source>.</source>\n\t</sources>\n\t<packages>\n",
        between: "",
        source: &source,
        tail: "\t</packages>\n</coverage>\n",
    };
    wording.report(&folder.join("coverage.xml"), scale)
}

/// Clover, one `stmt` or `cond` for each line.
pub(in crate::bench) fn clover(folder: &Path, scale: Scale) -> Result<Input> {
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let Source { package, name, .. } = source;
        let (Total { covered, total }, arms) = (source.total(), source.arms());
        writeln!(out, "    <package name=\"package{package}\">")?;
        writeln!(out, "      <file name=\"{name}.ts\" path=\"package{package}/{name}.ts\">")?;
        writeln!(
            out,
            "        <metrics statements=\"{total}\" coveredstatements=\"{covered}\" conditionals=\"{}\" coveredconditionals=\"{}\" methods=\"0\" coveredmethods=\"0\"/>",
            arms.total, arms.covered
        )?;
        for Line { number, hits, arms } in &source.lines {
            write!(out, "        <line num=\"{number}\" count=\"{hits}\" type=\"")?;
            match arms {
                Some(arms) => {
                    let (yes, no) = (u64::from(*arms > 0), u64::from(*arms > 1));
                    writeln!(out, "cond\" truecount=\"{yes}\" falsecount=\"{no}\"/>")?;
                }
                None => out.push_str("stmt\"/>\n"),
            }
        }
        out.push_str("      </file>\n    </package>\n");
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 55,
        head: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"1700000000000\" clover=\"3.2.0\">\n  \
            <project timestamp=\"1700000000000\" name=\"All files\">\n",
        between: "",
        source: &source,
        tail: "  </project>\n</coverage>\n",
    };
    wording.report(&folder.join("clover.xml"), scale)
}

/// `JaCoCo`'s XML, all on one line: classes with methods first, then the lines of the source file.
pub(in crate::bench) fn jacoco(folder: &Path, scale: Scale) -> Result<Input> {
    let source = |source: &Source, out: &mut String| -> Result<()> {
        let Source { package, name, .. } = source;
        let class = format!("com/example/package{package}/{name}");
        write!(out, "<package name=\"com/example/package{package}/of_{name}\">")?;
        write!(out, "<class name=\"{class}\" sourcefilename=\"{name}.java\">")?;
        for lines in source.functions() {
            let covered = lines.iter().filter(|line| line.hits > 0).count();
            let first = lines[0].number;
            write!(out, "<method name=\"method{first}\" desc=\"(Ljava/lang/String;)Z\" line=\"{first}\">")?;
            counter(out, "INSTRUCTION", lines.len() * 3, covered * 3)?;
            counter(out, "LINE", lines.len(), covered)?;
            counter(out, "METHOD", 1, usize::from(lines[0].hits > 0))?;
            out.push_str("</method>");
        }
        write!(out, "</class><sourcefile name=\"{name}.java\">")?;
        for Line { number, hits, arms } in &source.lines {
            let (ran, arms) = (u64::from(*hits > 0), arms.map(|arms| (2 - arms, arms)).unwrap_or_default());
            write!(
                out,
                "<line nr=\"{number}\" mi=\"{}\" ci=\"{}\" mb=\"{}\" cb=\"{}\"/>",
                3 - ran * 3,
                ran * 3,
                arms.0,
                arms.1
            )?;
        }
        counter(out, "LINE", source.lines.len(), usize::try_from(source.covered())?)?;
        out.push_str("</sourcefile></package>");
        Ok(())
    };
    let wording = Wording {
        bytes_per_line: 57,
        head: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \
            \"report.dtd\"><report name=\"project\">",
        between: "",
        source: &source,
        tail: "</report>",
    };
    wording.report(&folder.join("jacoco.xml"), scale)
}

fn counter(out: &mut String, kind: &str, total: usize, covered: usize) -> Result<()> {
    Ok(write!(out, "<counter type=\"{kind}\" missed=\"{}\" covered=\"{covered}\"/>", total - covered)?)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Make, is_as_asked};
    use super::*;

    #[test]
    fn reports_are_as_large_as_asked() {
        let all: [Make; 3] = [cobertura, clover, jacoco];
        all.into_iter().for_each(is_as_asked);
    }
}
