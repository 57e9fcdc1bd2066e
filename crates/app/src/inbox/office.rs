//! Whether an inbox is open now and how soon an answer comes: what widgets show and what a receipt tells.

use candor_domain::hours::Calendar;
use candor_domain::reply_time::{ReplyTime, reply_time};
use candor_store::inbox::Inbox;
use candor_store::{Query, rollup};

/// How many of the newest first replies tell how soon the next one comes.
const SAMPLES: i64 = 200;

/// An inbox at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Office {
    pub open_now: bool,
    /// When it opens, or closes.
    pub next_change_at: Option<i64>,
    /// Measured, never promised by hand; absent while there is too little to tell.
    pub reply_time: Option<ReplyTime>,
}

impl Office {
    pub(crate) fn of(q: &mut impl Query, inbox: &Inbox, now: i64) -> Result<Self, candor_store::Error> {
        let samples = rollup::samples(q, inbox.id.0, SAMPLES)?;
        // Settings are checked when they are saved; what cannot be read keeps the inbox open rather than shut.
        let calendar = Calendar::new(&inbox.hours).ok();
        Ok(Self {
            open_now: calendar.as_ref().is_none_or(|calendar| calendar.open_at(now)),
            next_change_at: calendar.and_then(|calendar| calendar.next_change(now)),
            reply_time: reply_time(&samples),
        })
    }
}
