//! Who may do what: permissions, grants scoped by inbox and team, and the one check [`can`].
//!
//! REST, sockets, search, files and the command line all ask here. A visitor has no permissions: what a
//! visitor may see is decided by ownership alone ([`Subject::Case`] of their own contact).

use crate::actor::Actor;
use crate::id::{AgentId, ContactId, InboxId, TeamId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// One right. The words are part of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission {$($(#[$doc])* #[serde(rename = $text)] $name),*}

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text),*}
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
            }
        }
    };
}

permissions! {
    /// Read conversation text and the customer's displayed name.
    ConversationRead = "conversation.read",
    ConversationReply = "conversation.reply",
    /// Begin a conversation by mail with somebody who has not written: in the desk's name, to any address.
    ConversationStart = "conversation.start",
    /// Pass what a customer wrote on to a third party outside, in a side thread.
    ConversationForward = "conversation.forward",
    ConversationNote = "conversation.note",
    ConversationAssign = "conversation.assign",
    ConversationStatus = "conversation.status",
    ConversationTag = "conversation.tag",
    ConversationPriority = "conversation.priority",
    /// Move to another inbox or team.
    ConversationMove = "conversation.move",
    /// Remove the text of a message for good.
    ConversationRedact = "conversation.redact",
    /// Copy a reply to addresses that are not the customer's.
    ConversationCopy = "conversation.copy",
    /// Say that a mail belongs to another conversation, with a part in both.
    ConversationJoin = "conversation.join",
    ConversationBulk = "conversation.bulk",
    /// Open the customer's record, through a case (see [`Door::Record`]).
    ContactRead = "contact.read",
    ContactEdit = "contact.edit",
    /// Open a record without being part of the case, with a written reason.
    ContactBreakGlass = "contact.break_glass",
    /// Block a customer, a network or an address, and lift blocks.
    ContactBlock = "contact.block",
    /// Erase a customer for good; holds only everywhere, because a customer's cases lie in many places.
    ContactErase = "contact.erase",
    /// Add a colleague to the customer's record of a case.
    CaseShare = "case.share",
    InboxManage = "inbox.manage",
    TeamManage = "team.manage",
    AgentManage = "agent.manage",
    RoleManage = "role.manage",
    TagManage = "tag.manage",
    StatusManage = "status.manage",
    SettingsManage = "settings.manage",
    TokenManage = "token.manage",
    AuditRead = "audit.read",
    ReportRead = "report.read",
    JobManage = "job.manage",
    /// Follow what happens from outside, as numbers and ids.
    EventRead = "event.read",
}

/// A set of permissions and where it holds: an inbox, a team, or everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub permissions: BTreeSet<Permission>,
    pub inbox: Option<InboxId>,
    pub team: Option<TeamId>,
}

/// All grants of one agent or token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    pub grants: Vec<Grant>,
}

impl Rights {
    /// Whether `permission` holds anywhere at all.
    pub fn anywhere(&self, permission: Permission) -> bool {
        self.grants.iter().any(|grant| grant.permissions.contains(&permission))
    }

    /// Whether `permission` holds without any scope.
    pub fn everywhere(&self, permission: Permission) -> bool {
        self.grants.iter().any(|grant| grant.inbox.is_none() && grant.team.is_none() && grant.permissions.contains(&permission))
    }

    /// Every permission held anywhere, for screens that hide what cannot be used.
    pub fn union(&self) -> BTreeSet<Permission> {
        self.grants.iter().flat_map(|grant| grant.permissions.iter().copied()).collect()
    }

    /// Whether everything in `wanted` is held at least as widely: nobody hands on more than they have.
    pub fn covers(&self, wanted: &Grant) -> bool {
        let as_wide =
            |own: &Grant| own.inbox.is_none_or(|id| wanted.inbox == Some(id)) && own.team.is_none_or(|id| wanted.team == Some(id));
        wanted.permissions.iter().all(|permission| self.grants.iter().any(|own| own.permissions.contains(permission) && as_wide(own)))
    }

    /// The part of these rights that `other` holds too: a token never outlives the rights of who made it.
    pub fn within(&self, other: &Self) -> Self {
        let held = |grant: &Grant, permission: &Permission| {
            other.covers(&Grant { permissions: BTreeSet::from([*permission]), inbox: grant.inbox, team: grant.team })
        };
        let narrowed = self.grants.iter().map(|grant| Grant {
            permissions: grant.permissions.iter().copied().filter(|permission| held(grant, permission)).collect(),
            ..grant.clone()
        });
        Self { grants: narrowed.filter(|grant| !grant.permissions.is_empty()).collect() }
    }

    /// Where `permission` holds: the scope that lists and searches put into their query.
    pub fn scope(&self, permission: Permission) -> Scope {
        if self.everywhere(permission) {
            return Scope::Everywhere;
        }
        let pairs = self.grants.iter().filter(|grant| grant.permissions.contains(&permission)).map(|grant| (grant.inbox, grant.team));
        Scope::Within(pairs.collect())
    }
}

/// Where something may be seen. A pair holds where both of its named parts match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Everywhere,
    Within(Vec<(Option<InboxId>, Option<TeamId>)>),
}

impl Scope {
    pub fn contains(&self, inbox: InboxId, team: Option<TeamId>) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Within(pairs) => {
                pairs.iter().any(|(in_inbox, in_team)| in_inbox.is_none_or(|id| id == inbox) && in_team.is_none_or(|id| Some(id) == team))
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Within(pairs) if pairs.is_empty())
    }
}

/// Which of the two doors of a case is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Conversation text, preview, displayed name: by inbox and team.
    Text,
    /// The customer's record: only with a part in the open case.
    Record,
}

/// What a permission is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// Something of the whole workspace: settings, agents, audit.
    Workspace,
    Inbox(InboxId),
    Team(TeamId),
    Case(CaseScope<'a>),
}

/// What the check needs to know of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct CaseScope<'a> {
    pub inbox: InboxId,
    pub team: Option<TeamId>,
    pub contact: ContactId,
    pub assignee: Option<AgentId>,
    /// Whether the case still lives: a record closes with its case.
    pub open: bool,
    /// Agents added by the assignee or a supervisor, or by break-glass, and not yet run out.
    pub shared_with: &'a [AgentId],
    /// A side thread: nothing in it is for any visitor.
    pub aside: bool,
    pub door: Door,
}

/// The one check. Machines pass: they act by their own commands, which are recorded under their name.
pub fn can(actor: &Actor, permission: Permission, subject: Subject<'_>) -> bool {
    match actor {
        Actor::Machine { .. } => true,
        Actor::Visitor { contact } => match subject {
            Subject::Case(case) => {
                case.contact == *contact && !case.aside && case.door == Door::Text && permission == Permission::ConversationRead
            }
            _ => false,
        },
        Actor::Agent { id, rights } => allowed(rights, permission, subject) && part_of_case(Some(*id), subject),
        Actor::Token { rights, .. } => allowed(rights, permission, subject) && part_of_case(None, subject),
    }
}

fn allowed(rights: &Rights, permission: Permission, subject: Subject<'_>) -> bool {
    match subject {
        Subject::Workspace => rights.everywhere(permission),
        Subject::Inbox(inbox) => rights
            .grants
            .iter()
            .any(|grant| grant.permissions.contains(&permission) && grant.team.is_none() && grant.inbox.is_none_or(|id| id == inbox)),
        Subject::Team(team) => rights
            .grants
            .iter()
            .any(|grant| grant.permissions.contains(&permission) && grant.inbox.is_none() && grant.team.is_none_or(|id| id == team)),
        Subject::Case(case) => rights.scope(permission).contains(case.inbox, case.team),
    }
}

/// The second door: an agent needs a part in the open case; an integration never passes it.
fn part_of_case(agent: Option<AgentId>, subject: Subject<'_>) -> bool {
    let Subject::Case(case) = subject else { return true };
    if case.door == Door::Text {
        return true;
    }
    let Some(agent) = agent else { return false };
    (case.open && case.assignee == Some(agent)) || case.shared_with.contains(&agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(permissions: &[Permission], inbox: Option<u128>, team: Option<u128>) -> Grant {
        let id = |number: u128| uuid::Uuid::from_u128(number);
        Grant {
            permissions: permissions.iter().copied().collect(),
            inbox: inbox.map(|n| InboxId(id(n))),
            team: team.map(|n| TeamId(id(n))),
        }
    }

    use Permission::{AgentManage, ConversationRead, ConversationReply};

    #[test]
    fn nobody_hands_on_more_than_they_have() {
        let lead =
            Rights { grants: vec![grant(&[ConversationRead, ConversationReply], Some(1), None), grant(&[ConversationRead], None, None)] };
        assert!(lead.covers(&grant(&[ConversationRead], None, None)));
        assert!(lead.covers(&grant(&[ConversationRead, ConversationReply], Some(1), None)));
        assert!(lead.covers(&grant(&[ConversationReply], Some(1), Some(9))));
        assert!(!lead.covers(&grant(&[ConversationReply], None, None)), "an inbox is not everywhere");
        assert!(!lead.covers(&grant(&[ConversationReply], Some(2), None)), "another inbox");
        assert!(!lead.covers(&grant(&[ConversationReply], None, Some(1))), "a team is not an inbox");
        assert!(!lead.covers(&grant(&[AgentManage], Some(1), None)));
        assert!(Rights::default().covers(&grant(&[], None, None)));
    }

    #[test]
    fn a_token_keeps_only_what_its_maker_still_holds() {
        let token =
            Rights { grants: vec![grant(&[ConversationRead, ConversationReply], Some(1), None), grant(&[AgentManage], None, None)] };
        let maker = Rights { grants: vec![grant(&[ConversationRead], None, None)] };
        assert_eq!(token.within(&maker), Rights { grants: vec![grant(&[ConversationRead], Some(1), None)] });
        assert_eq!(token.within(&Rights::default()), Rights::default());
    }
}
