//! How the texts of inputs are read: trimmed, empty means unset, lists one item a line, truth values in the
//! spellings of YAML 1.2's core schema.

/// A truth value as users write it: `true`, `True`, `TRUE`, and so on for false.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

/// One item a line; blanks around an item and blank items are dropped.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The two names of the variable that carries an input: as GitHub writes it, which keeps hyphens, and as a POSIX
/// shell can pass it on.
pub fn variables(input: &str) -> [String; 2] {
    let upper = input.to_uppercase().replace(' ', "_");
    [format!("INPUT_{upper}"), format!("INPUT_{}", upper.replace('-', "_"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_yaml_reads_them() {
        assert_eq!((boolean("TRUE"), boolean("False")), (Ok(true), Ok(false)));
        for wrong in ["", "yes", "1", "tRUE"] {
            assert!(boolean(wrong).is_err(), "{wrong}");
        }
        assert_eq!(lines(" a \r\n\n b\n"), ["a", "b"]);
        assert_eq!(variables("fail-on"), ["INPUT_FAIL-ON", "INPUT_FAIL_ON"]);
    }
}
