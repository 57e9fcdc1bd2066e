//! Verdicts on the mails, records and chains of others.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod dns;
mod own;
mod suites;

use candor_connect::channel::email::verdict::{Envelope, Judge, Trust, Verdict};
use dns::Zone;

/// The verdict on a mail in a world with only these records.
async fn judged(zone: Zone, raw: &[u8], envelope: Option<&Envelope>, trust: Trust) -> Verdict {
    let (server, _zone) = dns::serve(zone).await;
    Judge::at(&[server], trust).unwrap().judge(raw, envelope).await
}
