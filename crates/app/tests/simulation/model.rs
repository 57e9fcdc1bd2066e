//! What those outside the desk know: what they sent, what they were told, what they take for certain. Never reads the desk.

use candor_domain::event::MessageKind;
use candor_domain::id::{AgentId, ConversationId, HeldReplyId, MessageId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Who wrote: a visitor or an agent, by their place among the people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Visitor(usize),
    Agent(usize),
}

/// A case as its customer knows it.
#[derive(Clone, Debug)]
pub struct Case {
    pub visitor: usize,
    /// `None` until a start was answered.
    pub id: Option<ConversationId>,
    /// The message it was started with, by its place.
    pub first: usize,
}

/// How far a message has come, as its sender knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// No answer came, or none yet.
    Nothing,
    /// It stands in the stream under these numbers.
    Kept { message: MessageId, seq: i64, public_seq: Option<i64> },
    /// It waits out its window.
    Held(HeldReplyId),
    /// It was refused.
    Refused,
}

/// A message somebody sends until they are answered.
#[derive(Clone, Debug)]
pub struct Sent {
    pub case: usize,
    pub who: Who,
    pub kind: MessageKind,
    pub client_id: Uuid,
    pub text: String,
    pub hold_ms: i64,
    pub seen_seq: i64,
    pub force: bool,
    pub told: Told,
    /// An attempt ended without an answer: it may stand in the stream although it was refused later.
    pub unsure: bool,
    pub first_tried_at: i64,
    /// Its author asked for it to go at once, or to be kept.
    pub hastened: bool,
    /// Its author took it back, and was told that it is.
    pub taken_back: bool,
}

/// A job that somebody ordered.
#[derive(Clone, Debug, Default)]
pub struct Job {
    pub ordered: bool,
    /// How often the world outside was asked for it; it acts once.
    pub sent: u32,
    pub max_tries: i64,
}

/// Requests under one idempotency key.
#[derive(Clone, Debug, Default)]
pub struct Keyed {
    /// What the first of them made, where it was told so.
    pub made: Option<(Uuid, String)>,
}

/// A span of time in which an agent certainly had no rights.
#[derive(Clone, Copy, Debug)]
pub struct Without {
    pub agent: usize,
    pub from: i64,
    pub until: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub cases: Vec<Case>,
    pub sent: Vec<Sent>,
    pub jobs: BTreeMap<Uuid, Job>,
    pub keyed: BTreeMap<(AgentId, String), Keyed>,
    pub without: Vec<Without>,
    /// Agents whose rights are being changed at this moment.
    pub rights_change: BTreeSet<usize>,
    /// Words of what was refused after it had been indexed: nobody may find them.
    pub ghosts: BTreeSet<String>,
    /// What was seen to be wrong while it happened.
    pub wrong: Vec<String>,
}

impl Model {
    /// The cases that are known to exist, by place and id.
    pub fn known_cases(&self) -> Vec<(usize, ConversationId)> {
        self.cases.iter().enumerate().filter_map(|(place, case)| case.id.map(|id| (place, id))).collect()
    }

    /// The places of what was sent and for which this holds.
    pub fn find(&self, holds: impl Fn(&Sent) -> bool) -> Vec<usize> {
        (0..self.sent.len()).filter(|place| holds(&self.sent[*place])).collect()
    }

    /// Takes an answer; one that differs from an earlier one is wrong.
    pub fn told(&mut self, place: usize, now: Told) {
        let sent = &mut self.sent[place];
        match (sent.told, now) {
            (Told::Kept { .. }, Told::Refused) | (Told::Held(_), Told::Refused) => {}
            // An answer that was long on its way: the reply was held then, and has gone out since.
            (Told::Kept { message, .. }, Told::Held(held)) if message.0 == held.0 => {}
            (Told::Kept { .. }, now) if sent.told != now => {
                self.wrong.push(format!("nothing doubled: {} was answered {:?} and then {now:?}", sent.text, sent.told));
            }
            (Told::Held(before), Told::Held(held)) if before != held => {
                self.wrong.push(format!("nothing doubled: {} was held as {before} and then as {held}", sent.text));
            }
            _ => sent.told = now,
        }
    }
}
