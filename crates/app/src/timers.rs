//! Timers: what happens at a time. The row is the truth; the loop that fires them only looks for what is due.
//!
//! A timer is claimed in the transaction that acts, so it acts once, whichever node finds it first.

use crate::conversation::{self, Action};
use crate::{App, Result, mail};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_store::{Pool, Queue, Tx, timer};
use uuid::Uuid;

/// What a timer does. The words are kept in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The undo window of a reply ends.
    ReleaseReply,
    /// A sleeping conversation wakes up.
    Wake,
    /// An answer in a chat that nobody has seen goes by mail.
    FollowUp,
    /// The case a side thread is about hears what happened in it.
    TellParent,
}

impl Kind {
    const ALL: [Self; 4] = [Self::ReleaseReply, Self::Wake, Self::FollowUp, Self::TellParent];

    fn as_str(self) -> &'static str {
        match self {
            Self::ReleaseReply => "release_reply",
            Self::Wake => "wake",
            Self::FollowUp => "follow_up",
            Self::TellParent => "tell_parent",
        }
    }
}

/// Arms a conversation's timer. Several replies wait for one, so that one which is due earlier stays; a sleep has a new end.
pub(crate) fn arm(tx: &mut Tx<'_>, id: ConversationId, kind: Kind, due_at: i64) -> Result<()> {
    // One row a conversation and kind, so its id can follow from both and a second run of a command keeps it.
    let row = Uuid::from_u128(id.0.as_u128() ^ (kind as u128 + 1));
    let one = timer::Timer { id: row, stream: id.0, kind: kind.as_str().into(), name: String::new(), due_at, body: String::new() };
    match kind {
        Kind::ReleaseReply | Kind::FollowUp | Kind::TellParent => timer::arm_sooner(tx, &one)?,
        Kind::Wake => timer::arm(tx, &one)?,
    }
    Ok(())
}

/// How many timers one look finds.
const AT_ONCE: i64 = 100;

/// Fires what is due. Returns how many there were.
pub async fn fire_due(app: &App) -> Result<usize> {
    conversation::mend_windows(app).await?;
    let due = app.db.read(Pool::Quick, |rx| timer::due(rx, AT_ONCE).map_err(crate::Error::from)).await?;
    let count = due.len();
    for one in due {
        if let Err(problem) = fire(app, &one).await {
            tracing::error!(kind = %one.kind, stream = %one.stream, %problem, "a timer failed; it is tried again");
        }
    }
    Ok(count)
}

async fn fire(app: &App, due: &timer::Timer) -> Result<()> {
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == due.kind) else {
        tracing::error!(kind = %due.kind, "a timer of an unknown kind waits; a newer version left it");
        return Ok(());
    };
    let (row, id) = (due.id, ConversationId(due.stream));
    match kind {
        Kind::ReleaseReply => conversation::release_due(app, id, row).await,
        Kind::Wake => wake(app, id, row).await,
        Kind::FollowUp => mail::out::follow_up(app, id, row).await,
        Kind::TellParent => conversation::tell_parent(app, id, row).await,
    }
}

/// Wakes a case whose time has come; a case that was woken or put to sleep again meanwhile is left alone.
async fn wake(app: &App, id: ConversationId, row: Uuid) -> Result<()> {
    app.db
        .write(Queue::People, move |tx| {
            let stored = match candor_store::conversation::lock(tx, id) {
                Err(candor_store::Error::NotFound) => return Ok(timer::claim(tx, row).map(|_| ())?),
                other => other?,
            };
            if timer::claim(tx, row)?.is_none() {
                return Ok(());
            }
            let due = stored.case.snoozed_until.is_some_and(|until| until <= candor_store::Query::now(tx));
            if stored.case.snoozed && due {
                conversation::act_in(tx, &Actor::machine("timer"), id, &Action::Wake)?;
            }
            Ok(())
        })
        .await
}

/// When the next timer is due; `None` when there is none, or it cannot be read now.
pub(crate) async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| timer::next(rx).map_err(crate::Error::from)).await.ok().flatten()
}
