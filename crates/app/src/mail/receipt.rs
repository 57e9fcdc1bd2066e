//! Whether a customer is told at once that their mail has arrived. Only who provably wrote it is: a forged sender would have the desk
//! write to strangers. No machine is, none who was told often lately, and nobody whose mail came back.

use super::enter::{Entry, proven};
use super::out;
use crate::Result;
use candor_domain::channel::ChannelKind;
use candor_store::conversation::Stored;
use candor_store::{Query, Tx, channel, job, mail_address};

/// Automatic mails to one address within [`WINDOW`]: a machine that hides what it is gets no more.
const MOST: i64 = 3;
/// A day, in milliseconds.
const WINDOW: i64 = 86_400_000;

/// Leaves the job that tells the customer of a case which this mail has opened.
pub(super) fn order(tx: &mut Tx<'_>, entry: &Entry, stored: &Stored) -> Result<()> {
    let letter = &entry.letter;
    let Some(address) = proven(letter) else { return Ok(()) };
    if letter.automatic.is_some() || letter.report.is_some() || is_own(tx, &address)? {
        return Ok(());
    }
    let wanted = out::sender_of(tx, stored)?.is_some_and(|sender| sender.settings.acknowledges);
    if !wanted || mail_address::has_bounced(tx, &address)? {
        return Ok(());
    }
    if mail_address::tell(tx, stored.case.contact, &address, WINDOW)? > MOST {
        return Ok(());
    }
    let now = tx.now();
    job::insert(tx, &out::telling(entry.receipt, &stored.case.id.to_string(), now))?;
    Ok(())
}

/// Whether an address is one of the desk's: it does not write to itself.
pub(crate) fn is_own(tx: &mut Tx<'_>, address: &str) -> Result<bool> {
    let all = channel::list(tx)?;
    Ok(all.iter().any(|one| matches!(one.kind, ChannelKind::Listener | ChannelKind::Sender) && one.settings.takes(address)))
}
