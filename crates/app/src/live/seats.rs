//! Visitors' open lines on this node, by contact: there are thousands, and each hears only of its own.

use super::mailbox::Mailbox;
use super::news::VisitorNews;
use candor_domain::id::{ContactId, VisitorSessionId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A visitor's end of the hub; dropping it signs off.
pub struct VisitorSocket {
    mailbox: Arc<Mailbox>,
    seats: Seats,
    contact: ContactId,
    number: u64,
}

/// All of them. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Seats(Arc<Taken>);

#[derive(Default)]
struct Taken {
    of: Mutex<HashMap<ContactId, Vec<Seat>>>,
    next: AtomicU64,
}

struct Seat {
    number: u64,
    session: VisitorSessionId,
    to: Arc<Mailbox>,
}

impl Seats {
    /// A visitor's socket signs on.
    pub(super) fn take(&self, contact: ContactId, session: VisitorSessionId) -> VisitorSocket {
        let mailbox = Arc::new(Mailbox::new());
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let seat = Seat { number, session, to: Arc::clone(&mailbox) };
        // Most have one line: room is made for no more.
        self.all().entry(contact).or_insert_with(|| Vec::with_capacity(1)).push(seat);
        VisitorSocket { mailbox, seats: self.clone(), contact, number }
    }

    /// A socket that does not keep up is dropped: its client comes back and reads what it missed.
    pub(super) fn tell(&self, contact: ContactId, news: &VisitorNews) {
        self.keep(contact, |seat| seat.to.put(news.clone()));
    }

    /// Notes may have been missed: every socket reads again.
    pub(super) fn tell_of_gap(&self) {
        for seat in self.all().values().flatten() {
            seat.to.put(VisitorNews::Gap);
        }
    }

    /// A visitor's session ended or goes on under another token: its sockets look again.
    pub(super) fn left(&self, session: Uuid) {
        for seat in self.all().values().flatten().filter(|seat| seat.session.0 == session) {
            seat.to.put(VisitorNews::Revoked);
        }
    }

    /// Keeps of a contact's seats those that should stay.
    fn keep(&self, contact: ContactId, stays: impl FnMut(&Seat) -> bool) {
        let mut all = self.all();
        let Some(own) = all.get_mut(&contact) else { return };
        own.retain(stays);
        if own.is_empty() {
            all.remove(&contact);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ContactId, Vec<Seat>>> {
        self.0.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VisitorSocket {
    /// The next news; `None` when the hub gave up on this socket. Safe to drop and call again.
    pub async fn next(&self) -> Option<VisitorNews> {
        self.mailbox.next().await
    }
}

impl Drop for VisitorSocket {
    fn drop(&mut self) {
        self.seats.keep(self.contact, |seat| seat.number != self.number);
    }
}
