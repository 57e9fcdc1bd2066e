//! What another server said, as it is kept and shown.

/// How much of it is kept, in characters.
const WORDS: usize = 300;

/// Its words in one line, and not too many of them.
pub(super) fn cut(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect()
}

/// An error with all it comes of.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let (mut said, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        let more = cause.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        source = cause.source();
    }
    said
}

/// Its words without the secrets it was told, should it repeat them.
pub(super) fn without(words: &str, secrets: &[&str]) -> String {
    let bare = secrets.iter().filter(|secret| !secret.is_empty()).fold(words.to_owned(), |words, secret| words.replace(secret, "***"));
    cut(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_one_line_and_hold_no_secret() {
        assert_eq!(without("no\r\nsuch pass!word pass!word\u{7}", &["pass!word", ""]), "no  such *** *** ");
        assert_eq!(cut(&"长".repeat(400)).chars().count(), WORDS);
    }
}
