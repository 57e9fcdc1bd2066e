//! The new words of real replies, and what holds for any text.

mod any;
mod plain;
mod talon;
mod trimmer;

use candor_connect::channel::email::quote::fold;
use std::collections::HashMap;

/// How the mails of a set came out.
#[derive(Default)]
struct Tally {
    exact: usize,
    differ: Vec<String>,
    lost: Vec<String>,
}

impl Tally {
    /// Folds a mail and compares its new words with those that a careful reader takes for new.
    fn check(&mut self, name: &str, text: &str, expected: &str) {
        let fresh = fold(text).fresh(text);
        if filled(&fresh) == filled(expected) {
            self.exact += 1;
        } else {
            self.differ.push(format!("{name}:\n  fresh    {:?}\n  expected {:?}", filled(&fresh), filled(expected)));
        }
        let missing = missing(expected, &fresh);
        if !missing.is_empty() {
            self.lost.push(format!("{name}: {missing:?}"));
        }
    }

    /// At least this share is exact, and no new word is hidden.
    fn hold(&self, share: f64) {
        let all = self.exact + self.differ.len();
        let found = self.exact as f64 / all.max(1) as f64;
        assert!(self.lost.is_empty(), "hidden new words:\n{}", self.lost.join("\n"));
        assert!(all == 0 || found >= share, "{} of {all} exact\n{}", self.exact, self.differ.join("\n"));
    }
}

/// The lines with something in them, without white space at their ends.
fn filled(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect()
}

/// The words of the one text that the other lacks.
fn missing<'a>(expected: &'a str, fresh: &'a str) -> Vec<&'a str> {
    let mut had: HashMap<&str, usize> = HashMap::new();
    for word in fresh.split_whitespace() {
        *had.entry(word).or_default() += 1;
    }
    let words = expected.split_whitespace();
    words.filter(|word| had.get_mut(word).is_none_or(|count| std::mem::replace(count, count.saturating_sub(1)) == 0)).collect()
}
