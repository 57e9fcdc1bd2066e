//! Ids: one newtype per thing, all UUIDv7 (they sort by the time they were made).
//!
//! The domain never makes one: ids come from the caller, so that a command that runs twice keeps them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id made from `at_ms` (time of making) and the given random bytes.
            pub fn from_parts(at_ms: i64, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at_ms).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// A customer, known or anonymous.
    ContactId,
    /// A conversation; also the id of its stream of events.
    ConversationId,
    /// A message or internal note.
    MessageId,
    /// Somebody or somewhere that is not heard for a while.
    BlockId,
    /// A place where conversations arrive: a web chat, an app, a mailbox.
    InboxId,
    /// A group of agents.
    TeamId,
    /// A member of staff.
    AgentId,
    /// A named set of permissions.
    RoleId,
    /// A label on conversations.
    TagId,
    /// A named state of a conversation; many names share a [`crate::conversation::Category`].
    StatusId,
    /// An uploaded file.
    FileId,
    /// A reply that waits out its undo window.
    HeldReplyId,
    /// A signed-in browser of an agent.
    SessionId,
    /// A signed-in browser or app of a visitor.
    VisitorSessionId,
    /// An API token.
    TokenId,
    /// A one-time link (invitation, password reset, first admin).
    LinkId,
    /// A way on which mail comes to an inbox.
    ChannelId,
    /// A key with which a sender signs its mail.
    SigningId,
    /// Something that came in from outside, kept before it is read.
    InboundId,
}
