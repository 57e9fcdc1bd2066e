//! The chain of forwarders (ARC, RFC 8617): whether it holds, and what it says about the author.

use super::align::same_organisation;
use super::message::is_valid;
use super::tag_list::{self, is_number};
use super::{Check, results};
use mail_auth::dkim::Canonicalization;
use mail_auth::{ArcOutput, AuthenticatedMessage, DkimResult};

/// Marks the chain as broken where a link is not written as the RFC demands; the library reads many of those all the same.
pub(super) fn inspect(message: &mut AuthenticatedMessage<'_>, now: u64) {
    let sound = message.as_headers.iter().all(|header| is_seal(header.value))
        && message.ams_headers.iter().all(|header| is_signature(header.value))
        && message.aar_headers.iter().all(|header| is_results(header.value));
    message.has_arc_errors |= !sound;
    for header in &mut message.ams_headers {
        // Without `c=` DKIM means the simple form. The makers of ARC and their suite mean the relaxed one, and only a chain of
        // forwarders whom we trust is of any use.
        if tag_list::read(header.value).is_some_and(|tags| !tags.contains_key("c")) {
            header.header.ch = Canonicalization::Relaxed;
        }
    }
    // Only the newest signature is verified; the older ones were, by the forwarder after them.
    if let Some(newest) = message.ams_headers.iter_mut().max_by_key(|header| header.header.i) {
        message.has_arc_errors |= !is_valid(newest.header.t, newest.header.x, now);
        newest.header.x = 0;
    }
}

fn is_seal(value: &[u8]) -> bool {
    tag_list::read(value).is_some_and(|tags| ["b", "cv", "d", "s"].iter().all(|name| tags.contains_key(name)) && is_link_of(&tags))
}

fn is_signature(value: &[u8]) -> bool {
    let Some(tags) = tag_list::read(value) else { return false };
    // A seal is made over the signature, so the signature cannot be made over a seal.
    let seals = tags.get("h").is_none_or(|names| names.split(':').any(|name| name.trim_ascii().eq_ignore_ascii_case("arc-seal")));
    ["b", "bh", "d", "s"].iter().all(|name| tags.contains_key(name)) && is_link_of(&tags) && !seals
}

/// What both kinds of a link need: its number, an algorithm that is still allowed, and a time that is one.
fn is_link_of(tags: &tag_list::Tags<'_>) -> bool {
    tags.get("i").is_some_and(|number| is_number(number))
        && tags.get("a").is_some_and(|name| matches!(*name, "rsa-sha256" | "ed25519-sha256"))
        && tags.get("t").is_none_or(|time| is_number(time))
}

/// The instance comes first.
fn is_results(value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    let first = value.split(';').next().and_then(|first| first.split_once('='));
    first.is_some_and(|(name, number)| name.trim_ascii() == "i" && is_number(number.trim_ascii()))
}

/// The state of the chain. RFC 8617 knows only none, pass and fail; a name server that does not answer is no failure of the mail.
pub(super) fn check(message: &AuthenticatedMessage<'_>, output: &ArcOutput<'_>) -> Check {
    if !message.headers.iter().any(|(name, _)| is_link(name)) {
        return Check::None;
    }
    match output.result() {
        DkimResult::Pass => Check::Pass,
        DkimResult::TempError(_) => Check::TempError,
        _ => Check::Fail,
    }
}

fn is_link(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    [b"arc-seal".as_slice(), b"arc-message-signature", b"arc-authentication-results"].iter().any(|link| name.eq_ignore_ascii_case(link))
}

/// Trusted forwarders say that the author was genuine when the mail reached them.
///
/// Read from the newest link back: the word of a forwarder counts only when all who handled the mail after it are trusted too,
/// since each of them could have changed it.
pub(super) fn vouches(output: &ArcOutput<'_>, sealers: &[String], author: &str) -> bool {
    let sets = output.sets().iter().rev();
    let trusted = sets.take_while(|set| sealers.iter().any(|sealer| sealer.eq_ignore_ascii_case(&set.seal.header.d)));
    trusted.filter_map(|set| results::parse_sealed(set.results.value)).flatten().any(|report| match report.method.as_str() {
        _ if report.check != Check::Pass => false,
        "dmarc" => report.author().as_deref() == Some(author),
        "dkim" => report.signer().is_some_and(|signer| same_organisation(&signer, author)),
        _ => false,
    })
}
