//! What `clamd` says of a stream.

use super::{ScanError, Verdict};

/// The longest name that is kept.
const MAX_NAME: usize = 200;

pub(super) fn read(answer: &str) -> Result<Verdict, ScanError> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(Verdict::Clean);
    }
    // It says the one before it hangs up, and the other of what it unpacked no further (`AlertExceedsMax`).
    if said.starts_with("INSTREAM size limit exceeded") || said.starts_with("Heuristics.Limits.Exceeded") {
        return Ok(Verdict::TooLarge);
    }
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Infected(clean(name))),
        None if said.is_empty() => Err(ScanError::Said("nothing".to_owned())),
        None => Err(ScanError::Said(clean(said))),
    }
}

fn clean(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect()
}
