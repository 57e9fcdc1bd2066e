//! What a scanner for malware said of a file.

use crate::word::words;

words! {
    /// What is known of a file's harmlessness.
    Scan {
        /// No scanner has been asked to look.
        Unscanned = "unscanned",
        /// A scanner will look.
        Waiting = "waiting",
        Clean = "clean",
        /// Nobody may open it.
        Infected = "infected",
        /// A scanner could not look; it is asked again.
        Failed = "failed",
    }
}
