//! Who really sent a mail: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989) and ARC (RFC 8617) in one verdict.
//!
//! Judges and never decides: what a failed mail means for a conversation is the desk's rule. Any bytes give a verdict.

mod align;
mod chain;
mod checks;
mod judge;
mod message;
mod pointers;
mod published;
mod results;
mod standing;
mod tag_list;

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

pub use judge::{Judge, JudgeError};
pub use published::Published;
pub use standing::{Means, Standing};

/// What the SMTP session said about a mail, which the mail itself cannot prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Address of the host that handed the mail over.
    pub peer: IpAddr,
    /// Its name as given to EHLO or HELO.
    pub helo: String,
    /// The reverse path without angle brackets; empty for the null path of a bounce.
    pub mail_from: String,
    /// Our own host name, for the macros of SPF.
    pub receiver: String,
}

/// Whose word counts beside our own checks. Both lists are empty by default: nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Names (`authserv-id`, RFC 8601) of the mail hosts in front of the desk whose `Authentication-Results` are believed for
    /// mails without an envelope. Such a host must remove forged headers with its name, as section 5 of the RFC asks.
    pub servers: Vec<String>,
    /// Domains of forwarders whose ARC seals are believed.
    pub sealers: Vec<String>,
}

/// The answer of one check, in the words of RFC 8601.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// SPF only: the domain thinks that it does not hold.
    SoftFail,
    /// The domain makes no claim, or the claim cannot be read.
    Neutral,
    /// There is nothing to check.
    #[default]
    None,
    /// A name server did not answer in time; a later check may say more.
    TempError,
    /// A record of the domain is broken or missing.
    PermError,
}

/// What is known about the sender of one mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The sending host may use the domain of the reverse path (of the greeting for a null path).
    pub spf: Check,
    /// The best of the signatures.
    pub dkim: Check,
    /// The policy of the From domain; `None` where it has none, or the mail not one author.
    pub dmarc: Check,
    /// The chain of forwarders: `None`, `Pass`, `Fail`, or `TempError`.
    pub arc: Check,
    /// Domains with a passing DKIM signature, lower case, without repeats, in the order of the mail.
    pub signed_by: Vec<String>,
    /// Domain of the one author, lower case; `None` when the mail has none or several.
    pub from_domain: Option<String>,
    /// The author's domain stands behind the mail: by DMARC, or where it publishes no DMARC by DKIM or SPF of the same
    /// organisation, or by the word of trusted forwarders. False whenever the mail has not exactly one author.
    pub aligned: bool,
}
