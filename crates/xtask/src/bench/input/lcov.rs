//! LCOV, with functions, lines and branches, as llvm-cov and c8 write it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

use super::{Input, Numbers, Scale, made_once};
use crate::total::Total;

/// A tracefile.
pub(in crate::bench) fn tracefile(folder: &Path, scale: Scale) -> Result<Input> {
    made_once(&folder.join("lcov.info"), |out| {
        let mut numbers = Numbers(7);
        let mut total = Total::default();
        for file in 0..scale.files {
            let mut record = format!("TN:\nSF:packages/package{}/src/source_file_{file}.ts\n", file / 20);
            let (mut lines, mut hit) = (0, 0);
            while record.len() as u64 + 60 < scale.bytes_per_file() {
                lines += 1;
                let count = numbers.below(3) * numbers.below(2000);
                hit += u64::from(count > 0);
                if lines % 30 == 1 {
                    write!(record, "FN:{lines},function_{lines}\nFNDA:{count},function_{lines}\n")?;
                }
                writeln!(record, "DA:{lines},{count}")?;
                if lines % 6 == 0 {
                    write!(record, "BRDA:{lines},0,0,{count}\nBRDA:{lines},0,1,{}\n", numbers.below(2))?;
                }
            }
            write!(record, "LF:{lines}\nLH:{hit}\nend_of_record\n")?;
            out.write_all(record.as_bytes())?;
            total.total += lines;
            total.covered += hit;
        }
        Ok(total)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::SMALL;
    use super::*;

    #[test]
    fn a_file_holds_the_lines_it_claims() {
        let folder = tempfile::tempdir().unwrap();
        let input = tracefile(folder.path(), SMALL).unwrap();
        let text = fs::read_to_string(&input.file).unwrap();
        let hits: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("DA:")?.split(',').nth(1)).collect();
        let covered = hits.iter().filter(|hit| **hit != "0").count() as u64;
        assert_eq!(Total { covered, total: hits.len() as u64 }, input.total);
        assert!((900_000..1_100_000).contains(&input.bytes), "{}", input.bytes);
    }
}
