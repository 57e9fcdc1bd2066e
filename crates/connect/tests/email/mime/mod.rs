//! The mail reader over the mails of others.

mod json;
mod mail_parser_set;
mod mime4j_set;
mod plain_facts;
mod total;

use std::fmt::Write as _;
use std::io::Write as _;

/// Agreements counted, disagreements told.
#[derive(Default)]
struct Tally {
    agreed: usize,
    differing: Vec<String>,
}

impl Tally {
    fn fact<T: PartialEq + std::fmt::Debug>(&mut self, file: &str, what: &str, ours: &T, theirs: &T) {
        if ours == theirs {
            self.agreed += 1;
        } else {
            self.differing.push(format!("{file}: {what}: {:.200} instead of {:.200}", format!("{ours:?}"), format!("{theirs:?}")));
        }
    }

    /// Asserts that at least `percent` of the facts agree, and tells the others.
    fn at_least(&self, percent: usize) {
        let all = self.agreed + self.differing.len();
        let mut told = format!("{} of {all} facts agree", self.agreed);
        for line in &self.differing {
            let _ = write!(told, "\n  {line}");
        }
        // Straight to the stream: the figures are wanted of tests that pass, too.
        let _ = writeln!(std::io::stderr(), "{told}");
        assert!(self.agreed * 100 >= all * percent, "{told}");
    }
}

/// Words without regard to white space, since trailing spaces and joined lines are a matter of taste.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn name(path: &std::path::Path) -> String {
    let parts: Vec<_> = path.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    format!("{}/{}", parts.get(1).cloned().unwrap_or_default(), parts[0])
}
