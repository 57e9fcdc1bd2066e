//! The mail as the checks see it, cut to what may cost us work.

use super::chain;
use mail_auth::AuthenticatedMessage;
use mail_auth::common::crypto::Algorithm;
use std::borrow::Cow;

/// Signatures looked at in one mail. Real mails carry one to four; the rest of a longer list does not count.
const MAX_SIGNATURES: usize = 10;
/// Header fields of a mail that is still checked. The search for signed fields costs fields times names.
const MAX_FIELDS: usize = 1_000;
/// Names of fields in the `h=` of one signature.
const MAX_SIGNED_FIELDS: usize = 200;
/// Addresses in From that are kept: one is an author, two are already too many.
const MAX_AUTHORS: usize = 10;

/// The mail with the line ends that signatures are made over.
///
/// Stores of mail keep LF; a mail whose first line ends so is taken to be LF throughout. A lone LF in a mail with CRLF stays,
/// since it is content there and signed as such.
pub(super) fn with_crlf(raw: &[u8]) -> Cow<'_, [u8]> {
    let first = raw.iter().position(|byte| *byte == b'\n');
    if first.is_none_or(|at| at.checked_sub(1).and_then(|before| raw.get(before)) == Some(&b'\r')) {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len() + raw.len() / 32);
    let mut last = 0;
    for byte in raw {
        if *byte == b'\n' && last != b'\r' {
            text.push(b'\r');
        }
        text.push(*byte);
        last = *byte;
    }
    Cow::Owned(text)
}

/// A mail ready to be checked.
pub(super) struct Opened<'a> {
    pub(super) message: AuthenticatedMessage<'a>,
    /// A DKIM signature was left out because its time has passed.
    pub(super) expired: bool,
}

/// Reads the headers and hashes the body; `None` without a single header field. `now` is in seconds since 1970.
///
/// Signatures that may not count are taken out before they are verified: the library itself accepts a signature that leaves out
/// From (RFC 6376, 5.4, forbids it: such a signature could be moved onto any author) and SHA-1 (RFC 8301).
pub(super) fn read(raw: &[u8], now: u64) -> Option<Opened<'_>> {
    let mut message = AuthenticatedMessage::parse(raw)?;
    message.from.truncate(MAX_AUTHORS);
    if message.headers.len() > MAX_FIELDS {
        message.dkim_headers.clear();
        message.has_dkim_errors = true;
        message.has_arc_errors = true;
    }
    let before = message.dkim_headers.len();
    message.dkim_headers.retain(|header| {
        let signature = &header.header;
        signature.a != Algorithm::RsaSha1
            && signature.h.len() <= MAX_SIGNED_FIELDS
            && signature.h.iter().any(|name| name.trim().eq_ignore_ascii_case("from"))
    });
    message.has_dkim_errors |= message.dkim_headers.len() < before;
    message.dkim_headers.truncate(MAX_SIGNATURES);
    let counted = message.dkim_headers.len();
    message.dkim_headers.retain(|header| is_valid(header.header.t, header.header.x, now));
    let expired = message.dkim_headers.len() < counted;
    for header in &mut message.dkim_headers {
        // Neither reports nor third-party signers: each would cost a question to a name server of the sender's choice.
        header.header.r = false;
        header.header.atps = None;
        // Seen to above; the library would ask the clock.
        header.header.x = 0;
    }
    chain::inspect(&mut message, now);
    Some(Opened { message, expired })
}

/// Whether a signature made at `made` with the last day `until` holds at `now`; zero stands for "not said".
pub(super) fn is_valid(made: u64, until: u64, now: u64) -> bool {
    until == 0 || (until > made && until > now)
}

/// Domain of the one author. Both readers of the desk must see the same one: what is shown is what was checked.
pub(super) fn author(raw: &[u8], message: &AuthenticatedMessage<'_>) -> Option<String> {
    let fields = message.headers.iter().filter(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(b"from")).count();
    let [address] = message.from.as_slice() else { return None };
    let parsed = mail_parser::MessageParser::default().parse_headers(raw)?;
    let mut shown = parsed.from()?.iter();
    let shown_address = shown.next()?.address.as_deref()?.to_lowercase();
    if fields != 1 || shown.next().is_some() || shown_address != *address {
        return None;
    }
    let (local, domain) = address.rsplit_once('@')?;
    let domain = mail_auth::common::to_a_label(domain.trim_end_matches('.'));
    (!local.is_empty() && !domain.is_empty()).then(|| domain.to_lowercase())
}
