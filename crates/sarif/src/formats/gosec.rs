//! To come.

use crate::fault::Faults;
use crate::json::Document;
use crate::model::Run;

pub(super) fn detects(_document: &Document<'_>) -> bool {
    false
}

pub(super) fn read(_document: &Document<'_>, _faults: &mut Faults) -> Vec<Run> {
    Vec::new()
}
