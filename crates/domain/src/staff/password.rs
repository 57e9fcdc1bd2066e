//! Which passwords are taken. Hashing lives in the app; the rules here are pure.
//!
//! Length counts, kinds of characters do not: rules like "one digit, one sign" make passwords worse.

use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

pub const MIN_PASSWORD: usize = 12;
/// Long enough for any sentence, short enough that hashing cannot be used as a lever.
const MAX_BYTES: usize = 1024;

/// A password in the form that is hashed. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared(String);

impl Prepared {
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared(..)")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    #[error("at least 12 characters")]
    Short,
    #[error("at most 1024 bytes")]
    Long,
    #[error("too easy to guess")]
    Guessable,
    #[error("do not use your own name or address")]
    Personal,
}

/// The form that is hashed: the same text whichever keyboard or input method it came from.
pub fn prepare(typed: &str) -> Result<Prepared, PasswordError> {
    if typed.len() > MAX_BYTES {
        return Err(PasswordError::Long);
    }
    Ok(Prepared(typed.nfkc().collect()))
}

impl Prepared {
    /// Whether it is good enough to be set. `personal` is what others know: name, address.
    pub fn check(&self, personal: &[&str]) -> Result<(), PasswordError> {
        let text = self.0.to_lowercase();
        if text.chars().count() < MIN_PASSWORD {
            return Err(PasswordError::Short);
        }
        let words = personal.iter().flat_map(|known| known.split(|c: char| !c.is_alphanumeric()));
        let known = words.map(str::to_lowercase).filter(|word| word.chars().count() >= 4);
        let rest = known.fold(text.clone(), |rest, word| rest.replace(&word, ""));
        if rest.chars().count() < 8 {
            return Err(PasswordError::Personal);
        }
        if guessable(&text) {
            return Err(PasswordError::Guessable);
        }
        Ok(())
    }
}

/// What is tried first: few different characters, runs such as 123456 or qwerty, and words everybody uses.
fn guessable(text: &str) -> bool {
    const RUNS: [&str; 5] =
        ["01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb"];
    const WORDS: [&str; 12] = [
        "password",
        "passw0rd",
        "welcome",
        "letmein",
        "iloveyou",
        "woaini",
        "5201314",
        "admin",
        "candor",
        "bitcoin",
        "changeme",
        "administrator",
    ];
    let mut kinds: Vec<char> = text.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 5 {
        return true;
    }
    let rest = WORDS.iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""));
    let chars: Vec<char> = rest.chars().collect();
    // Characters that only go on from the one before say nothing new.
    let goes_on = |pair: &[char]| {
        let text: String = pair.iter().collect();
        pair[0] == pair[1] || RUNS.iter().any(|run| run.contains(&text))
    };
    let said = chars.len().min(1) + chars.windows(2).filter(|pair| !goes_on(pair)).count();
    said < 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordError> {
        prepare(text)?.check(&["Ann Lee", "ann.leeward@example.com"])
    }

    #[test]
    fn long_ones_are_taken_whatever_they_are_made_of() {
        for good in ["correct horse battery", "我的密码是一句很长的话没错", "x7!kQ02-vmPa", "nnew-boat-harbour-92"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn short_plain_and_personal_ones_are_not() {
        assert_eq!(check("x7!kQ02-vmP"), Err(PasswordError::Short));
        assert_eq!(check(&"a".repeat(1025)), Err(PasswordError::Long));
        for plain in ["aaaaaaaaaaaaaa", "123456789012", "password1234", "qwertyuiop123", "passwordadmin1", "1qaz2wsx3edc"] {
            assert_eq!(check(plain), Err(PasswordError::Guessable), "{plain}");
        }
        assert_eq!(check("leewardexample"), Err(PasswordError::Personal));
    }

    #[test]
    fn the_same_text_from_another_keyboard_is_the_same_password() {
        assert_eq!(prepare("ｐａｓｓ１２ é"), prepare("pass12 e\u{301}"));
    }

    #[test]
    fn a_password_is_not_shown_by_accident() {
        let shown = format!("{:?}", prepare("correct horse battery").expect("short enough"));
        assert!(!shown.contains("horse"));
    }
}
