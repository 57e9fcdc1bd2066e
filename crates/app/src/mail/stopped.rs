//! Mail of whoever is not heard: it stays as it came in, becomes no message, and nobody is told that it arrived.

use super::enter::Entry;
use super::place::Place;
use crate::Result;
use candor_domain::block::BlockKind;
use candor_domain::contact::IdentityKind;
use candor_store::{Tx, block};

/// What stops a mail: the network it was handed over from, the address it names as its sender's, whoever writes from there, or the
/// customer of the case it wants to join. Who writes forged mail in a blocked name is stopped as well; that is no loss.
pub(super) fn stopped(tx: &mut Tx<'_>, entry: &Entry, place: &Place) -> Result<Option<BlockKind>> {
    if entry.from_blocked_network {
        return Ok(Some(BlockKind::Network));
    }
    if let Some(from) = entry.letter.head.from.as_ref().and_then(|from| IdentityKind::Email.normal(&from.mail)) {
        if block::of_address(tx, IdentityKind::Email, &from)?.is_some() {
            return Ok(Some(BlockKind::Address));
        }
        if block::is_of_blocked(tx, &from)? {
            return Ok(Some(BlockKind::Contact));
        }
    }
    match place {
        Place::Case(stored) => Ok(block::of_contact(tx, stored.case.contact)?.map(|block| block.kind)),
        Place::Own(_) => Ok(None),
    }
}
