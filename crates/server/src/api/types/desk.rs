//! The desk's own things as the agents' surface shows them: the directory, inboxes, statuses, tags, the audit log.

use super::staff::{Role, Team};
use super::words;
use candor_app::{block, directory};
use candor_domain::block::BlockKind;
use candor_domain::contact::IdentityKind;
use candor_domain::conversation::Category;
use candor_domain::hours;
use candor_domain::inbox::{Channel, IdentityAlgorithm, Position, ProofMode, WidgetSettings as Widget};
use candor_domain::locale::{ByLocale, Locale};
use candor_domain::staff::{AgentState, Colour, Presence};
use candor_store::{agent, inbox, status, tag};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A state of a conversation by the desk's own name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Status {
    pub id: Uuid,
    #[schema(value_type = words::ByLocale)]
    pub name: ByLocale,
    #[schema(value_type = words::Category)]
    pub category: Category,
    pub position: i64,
    pub builtin: bool,
    pub version: i64,
}

impl From<status::Status> for Status {
    fn from(status: status::Status) -> Self {
        Self {
            id: status.id.0,
            name: status.names,
            category: status.category,
            position: status.position,
            builtin: status.builtin,
            version: status.version,
        }
    }
}

/// A label of conversations.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tag {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = words::Colour)]
    pub colour: Colour,
    pub version: i64,
}

impl From<tag::Tag> for Tag {
    fn from(tag: tag::Tag) -> Self {
        Self { id: tag.id.0, name: tag.name, colour: tag.colour, version: tag.version }
    }
}

/// How a widget looks and who may use it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WidgetSettings {
    pub team_name: String,
    /// The same in the languages where it is called otherwise.
    #[schema(value_type = words::ByLocale)]
    pub team_names: ByLocale,
    /// `#rrggbb`.
    pub brand: String,
    #[schema(value_type = words::ByLocale)]
    pub greeting: ByLocale,
    #[schema(value_type = words::Position)]
    pub position: Position,
    /// The pages that may show it: `https://www.example.com`.
    pub origins: Vec<String>,
    pub anonymous_allowed: bool,
    pub csat: bool,
    pub anti_scam: bool,
    #[schema(value_type = words::Locale)]
    pub default_locale: Locale,
    pub proof_of_work: ProofOfWork,
}

impl From<Widget> for WidgetSettings {
    fn from(widget: Widget) -> Self {
        Self {
            team_name: widget.team_name,
            team_names: widget.team_names,
            brand: widget.brand,
            greeting: widget.greeting,
            position: widget.position,
            origins: widget.origins.into_iter().map(String::from).collect(),
            anonymous_allowed: widget.anonymous_allowed,
            csat: widget.csat,
            anti_scam: widget.anti_scam,
            default_locale: widget.default_locale,
            proof_of_work: ProofOfWork { mode: widget.proof_of_work.mode, bits: widget.proof_of_work.bits },
        }
    }
}

/// When an inbox is open. Values are read and written as `candor_domain::hours::Hours`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes candor_domain::hours::Hours")]
pub struct Hours {
    /// An IANA time zone.
    zone: String,
    always: bool,
    week: Vec<HoursSpan>,
    holidays: Vec<Holiday>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes candor_domain::hours::Opening")]
pub struct HoursSpan {
    /// 1 is Monday, 7 is Sunday.
    #[schema(value_type = words::Weekday)]
    day: u8,
    /// `HH:MM`
    from: String,
    /// `HH:MM`; `24:00` is the end of the day.
    to: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes candor_domain::hours::Holiday")]
pub struct Holiday {
    /// `YYYY-MM-DD`
    date: String,
    name: String,
    closed: bool,
    from: Option<String>,
    to: Option<String>,
}

/// How customers prove who they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InboxIdentity {
    pub secret_set: bool,
    #[schema(value_type = words::IdentityAlgorithm)]
    pub algorithm: IdentityAlgorithm,
    /// The Ed25519 key: 32 bytes in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// Whether only signed customers may write.
    pub required: bool,
}

/// A place where conversations arrive.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Inbox {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = words::Channel)]
    pub channel: Channel,
    pub enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Uuid>,
    pub widget: WidgetSettings,
    #[schema(value_type = Hours)]
    pub hours: hours::Hours,
    pub identity: InboxIdentity,
    pub version: i64,
}

impl From<inbox::Inbox> for Inbox {
    fn from(inbox: inbox::Inbox) -> Self {
        let identity = InboxIdentity {
            secret_set: inbox.secret_set,
            algorithm: inbox.algorithm,
            public_key: inbox.public_key,
            required: inbox.identity_required,
        };
        Self {
            id: inbox.id.0,
            name: inbox.name,
            channel: inbox.channel,
            enabled: inbox.enabled,
            team: inbox.team.map(|id| id.0),
            widget: inbox.widget.into(),
            hours: inbox.hours,
            identity,
            version: inbox.version,
        }
    }
}

/// A colleague by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DirectoryAgent {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = words::Presence)]
    pub presence: Presence,
    #[schema(value_type = words::AgentState)]
    pub state: AgentState,
}

impl From<agent::Colleague> for DirectoryAgent {
    fn from(agent: agent::Colleague) -> Self {
        Self { id: agent.id.0, name: agent.name, presence: agent.presence, state: agent.state }
    }
}

/// An inbox by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DirectoryInbox {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = words::Channel)]
    pub channel: Channel,
    pub enabled: bool,
}

/// The names behind the ids.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Directory {
    pub agents: Vec<DirectoryAgent>,
    pub teams: Vec<Team>,
    pub inboxes: Vec<DirectoryInbox>,
    pub statuses: Vec<Status>,
    pub tags: Vec<Tag>,
    /// For those who give roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
}

impl From<directory::Directory> for Directory {
    fn from(directory: directory::Directory) -> Self {
        let named = |inbox: directory::InboxName| DirectoryInbox {
            id: inbox.id.0,
            name: inbox.name,
            channel: inbox.channel,
            enabled: inbox.enabled,
        };
        Self {
            agents: directory.agents.into_iter().map(Into::into).collect(),
            teams: directory.teams.into_iter().map(Into::into).collect(),
            inboxes: directory.inboxes.into_iter().map(named).collect(),
            statuses: directory.statuses.into_iter().map(Into::into).collect(),
            tags: directory.tags.into_iter().map(Into::into).collect(),
            roles: directory.roles.map(|roles| roles.into_iter().map(Into::into).collect()),
        }
    }
}

/// Somebody or somewhere that is not heard for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Block {
    pub id: Uuid,
    #[schema(value_type = words::BlockKind)]
    pub kind: BlockKind,
    /// The customer, or whose case it was made from.
    #[schema(required)]
    pub contact: Option<BlockContact>,
    /// The case it was made from.
    #[schema(required)]
    pub conversation: Option<Uuid>,
    /// The network, or the address masked.
    #[schema(required)]
    pub value: Option<String>,
    #[schema(required, value_type = Option<words::IdentityKind>)]
    pub address_kind: Option<IdentityKind>,
    pub reason: String,
    /// The name of who made it.
    #[schema(required)]
    pub by: Option<String>,
    pub created_at: i64,
    /// Without one until somebody lifts it.
    #[schema(required)]
    pub until: Option<i64>,
    #[schema(required)]
    pub lifted_at: Option<i64>,
    #[schema(required)]
    pub lifted_by: Option<String>,
}

/// A customer by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BlockContact {
    pub id: Uuid,
    pub name: String,
}

impl From<block::Held> for Block {
    fn from(held: block::Held) -> Self {
        let kept = held.block;
        Self {
            id: kept.id.0,
            kind: kept.kind,
            contact: kept.contact.map(|id| BlockContact { id: id.0, name: held.contact_name.unwrap_or_default() }),
            conversation: kept.conversation.map(|id| id.0),
            value: held.shown,
            address_kind: held.identity,
            reason: kept.reason,
            by: held.by_name,
            created_at: kept.created_at,
            until: kept.until,
            lifted_at: kept.lifted_at,
            lifted_by: held.lifted_by_name,
        }
    }
}

/// What an unsigned visitor's browser computes before it may write.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofOfWork {
    #[schema(value_type = words::ProofMode)]
    pub mode: ProofMode,
    /// 8 to 20: each one more doubles the work.
    pub bits: u8,
}

impl From<ProofOfWork> for candor_domain::inbox::ProofOfWork {
    fn from(given: ProofOfWork) -> Self {
        Self { mode: given.mode, bits: given.bits }
    }
}
