//! Whether a customer is told at once that their mail has arrived. Only who provably wrote it is: a forged sender would have the desk
//! write to strangers. No machine is, none who was told often lately, and nobody whose mail came back.

use super::enter::{Entry, proven};
use super::out;
use super::own::Own;
use crate::Result;
use candor_store::conversation::Stored;
use candor_store::{Query, Tx, job, mail_address};

/// Automatic mails to one address within [`WINDOW`]: a machine that hides what it is gets no more.
const MOST: i64 = 3;
/// A day, in milliseconds.
const WINDOW: i64 = 86_400_000;

/// Leaves the job that tells the customer of a case which this mail has opened.
pub(super) fn order(tx: &mut Tx<'_>, entry: &Entry, stored: &Stored) -> Result<()> {
    let letter = &entry.letter;
    let Some(address) = proven(letter) else { return Ok(()) };
    if letter.automatic.is_some() || letter.report.is_some() || Own::of(tx)?.has(&address) {
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
