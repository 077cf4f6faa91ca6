//! Wrong about blanks.

/// Words of a text.
///
/// ```
/// assert_eq!(kinds::count("a b"), 2);
/// ```
///
/// ```
/// assert_eq!(kinds::count(""), 0);
/// ```
pub fn count(text: &str) -> usize {
    text.split(' ').count()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_word() {
        assert_eq!(count("one"), 1);
    }

    #[test]
    fn blanks() {
        println!("a line on stdout");
        assert_eq!(count("  "), 0); // the line that is annotated
    }

    #[test]
    #[ignore = "not before the next version"]
    fn later() {}

    #[test]
    #[should_panic(expected = "no words")]
    fn panics_as_it_should() {
        panic!("no words at all");
    }

    #[test]
    fn says_why() -> Result<(), String> {
        Err("no server here".to_owned())
    }

    mod nested {
        #[test]
        fn holds() {}
    }
}
