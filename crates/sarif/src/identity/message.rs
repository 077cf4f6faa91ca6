//! Messages as they are compared: without their whole numbers, which count lines, versions and days and change on their own.

/// A message with `#` in place of every whole number. Digits that stand in a word with letters stay, because they are part of a
/// name: `G101`, `CVE-2021-44228`, `bucket-2`, `utf8`.
pub fn without_numbers(message: &str) -> String {
    let is_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.chars().any(char::is_alphabetic) {
            text.push_str(word);
        } else {
            push_without_digits(word, &mut text);
        }
        let next = after.find(is_of_word).unwrap_or(after.len());
        text.push_str(&after[..next]);
        rest = &after[next..];
    }
    text
}

fn push_without_digits(word: &str, text: &mut String) {
    let mut was_digit = false;
    for letter in word.chars() {
        let is_digit = letter.is_numeric();
        if !is_digit {
            text.push(letter);
        } else if !was_digit {
            text.push('#');
        }
        was_digit = is_digit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_go_and_names_stay() {
        let check = |message: &str, expected: &str| assert_eq!(without_numbers(message), expected);
        check("uses G101 here, line 12", "uses G101 here, line #");
        check("a.c:12:5-7: 1.2.3 of 10", "a.c:#:#-#: #.#.# of #");
        check("CVE-2021-44228 in bucket-2 (utf8)", "CVE-2021-44228 in bucket-2 (utf8)");
        check("-5 _6 ٣ é1", "-# _# # é1");
        check("", "");
    }
}
