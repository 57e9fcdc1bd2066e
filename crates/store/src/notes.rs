//! What is told after a commit, and what is told without one. Notes may be lost: whoever needs certainty reads the database.

use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A stream has come to this number.
    Wake {
        stream: Uuid,
        seq: i64,
    },
    Ephemeral(Ephemeral),
    /// Settings changed: read them again.
    Settings,
    /// An agent's rights or sessions changed: look at open sockets again.
    Revoked {
        agent: Uuid,
    },
    /// A visitor's session ended or changed its token: look at its sockets again. Visitors come and go all the time, so this
    /// is no matter of agents' rights.
    VisitorLeft {
        session: Uuid,
    },
    /// A job was added.
    Job,
    /// The outside feed has come further.
    Feed,
    /// A timer was armed for this time.
    Timer {
        due_at: i64,
    },
    /// Keys were destroyed: forget every opened key.
    KeysDestroyed,
    /// Notes from other nodes may have been missed.
    Gap,
}

/// Typing, presence, drafting: never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ephemeral {
    pub topic: Uuid,
    /// A small JSON document.
    pub body: String,
}
