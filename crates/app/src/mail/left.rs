//! Senders who became nobody: a mail makes a contact when it comes in, and one whose mail never became a message has nothing else
//! here. After a while it is erased like any customer, with the mail.

use crate::{App, Error, Result, erasure};
use candor_domain::actor::Actor;
use candor_store::{Pool, inbound};

/// How long a mail may wait for a person, in milliseconds: 90 days.
const KEPT: i64 = 90 * 86_400_000;
/// How many one look finds.
const PIECE: i64 = 50;

/// Orders the erasure of those who are left; says how many. Run now and then.
pub async fn erase_left(app: &App) -> Result<u64> {
    let (by, before, mut ordered) = (Actor::machine("retention"), app.now() - KEPT, 0);
    loop {
        let left = app.db.read(Pool::Slow, move |rx| Ok::<_, Error>(inbound::left(rx, before, PIECE)?)).await?;
        if left.is_empty() {
            return Ok(ordered);
        }
        for contact in left {
            // Takes the rows of their mail away, so that the next look does not find them.
            erasure::erase(app, &by, contact).await?;
            ordered += 1;
        }
    }
}
