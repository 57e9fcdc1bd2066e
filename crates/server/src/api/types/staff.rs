//! Agents, their rights and their screens, as the agents' surface shows them.

use super::words;
use candor_app::agent::Profile;
use candor_app::session::SignedIn;
use candor_app::{checklist, me};
use candor_domain::id::{InboxId, RoleId, TeamId};
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_domain::staff::{self, AgentState, Density, LinkKind, Presence, Theme};
use candor_store::agent_role::Held;
use candor_store::{role, session, team, token};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A role and where it holds; without inbox and team everywhere.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub role: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Uuid>,
}

impl From<Held> for Grant {
    fn from(held: Held) -> Self {
        Self { role: held.role.0, inbox: held.inbox.map(|id| id.0), team: held.team.map(|id| id.0) }
    }
}

impl From<Grant> for Held {
    fn from(grant: Grant) -> Self {
        Self { role: RoleId(grant.role), inbox: grant.inbox.map(InboxId), team: grant.team.map(TeamId) }
    }
}

/// A member of staff.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agent {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    /// The name customers see.
    pub public_name: String,
    /// The number customers are told.
    pub agent_number: String,
    #[schema(value_type = words::AgentState)]
    pub state: AgentState,
    #[schema(value_type = words::Presence)]
    pub presence: Presence,
    #[schema(value_type = words::Locale)]
    pub locale: Locale,
    pub roles: Vec<Grant>,
    pub teams: Vec<Uuid>,
    pub created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<i64>,
    pub version: i64,
}

impl From<Profile> for Agent {
    fn from(profile: Profile) -> Self {
        let agent = profile.agent;
        Self {
            id: agent.id.0,
            name: agent.name,
            email: agent.email,
            public_name: agent.public_name,
            agent_number: staff::agent_number(agent.number),
            state: agent.state,
            presence: agent.presence,
            locale: agent.locale,
            roles: profile.roles.into_iter().map(Grant::from).collect(),
            teams: profile.teams.into_iter().map(|team| team.0).collect(),
            created_at: agent.created_at,
            last_seen_at: agent.seen_at,
            version: agent.version,
        }
    }
}

/// A named set of permissions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Role {
    pub id: Uuid,
    /// Roles that came with the desk have a word here that screens translate: admin, supervisor, agent, viewer, auditor.
    pub name: String,
    pub builtin: bool,
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: Vec<Permission>,
    pub version: i64,
}

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        Self {
            id: role.id.0,
            name: role.name,
            builtin: role.builtin,
            permissions: role.permissions.into_iter().collect(),
            version: role.version,
        }
    }
}

/// A group of agents.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Team {
    pub id: Uuid,
    pub name: String,
    pub members: Vec<Uuid>,
    pub version: i64,
}

impl From<team::Team> for Team {
    fn from(team: team::Team) -> Self {
        Self { id: team.id.0, name: team.name, members: team.members.into_iter().map(|id| id.0).collect(), version: team.version }
    }
}

/// An API token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Token {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: Vec<Permission>,
    /// Where they hold; absent: everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inboxes: Option<Vec<Uuid>>,
    pub created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl From<token::Token> for Token {
    fn from(token: token::Token) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            permissions: token.permissions.into_iter().collect(),
            inboxes: (!token.inboxes.is_empty()).then(|| token.inboxes.into_iter().map(|id| id.0).collect()),
            created_at: token.created_at,
            last_used_at: token.used_at,
            expires_at: token.expires_at,
        }
    }
}

/// A browser that is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionInfo {
    pub id: Uuid,
    /// The one that asks.
    pub current: bool,
    pub created_at: i64,
    pub seen_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl SessionInfo {
    pub fn of(session: session::Session, asking: &SignedIn) -> Self {
        Self {
            id: session.id.0,
            current: session.id == asking.session,
            created_at: session.created_at,
            seen_at: session.seen_at,
            address: session.address,
            device: session.device,
        }
    }
}

/// What a one-time link is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkInfo {
    #[schema(value_type = words::LinkKind)]
    pub kind: LinkKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub expires_at: i64,
}

/// How an agent has set up their screen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    #[schema(value_type = words::Theme)]
    pub theme: Theme,
    #[schema(value_type = words::Density)]
    pub density: Density,
    #[schema(value_type = words::Locale)]
    pub locale: Locale,
    pub sounds: Sounds,
    pub browser_notifications: bool,
    /// Keys that differ from the usual ones, by action.
    pub keys: BTreeMap<String, String>,
    #[schema(value_type = words::UndoSeconds)]
    pub undo_seconds: i64,
    /// Colleagues who have the same conversation open see what the agent is drafting there.
    #[serde(default)]
    pub share_drafts: bool,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sounds {
    pub message: bool,
    pub assigned: bool,
    pub mention: bool,
    /// 0 to 100.
    pub volume: i64,
}

impl From<staff::AgentSettings> for AgentSettings {
    fn from(kept: staff::AgentSettings) -> Self {
        let staff::Sounds { message, assigned, mention, volume } = kept.sounds;
        Self {
            theme: kept.theme,
            density: kept.density,
            locale: kept.locale,
            sounds: Sounds { message, assigned, mention, volume },
            browser_notifications: kept.browser_notifications,
            keys: kept.keys,
            undo_seconds: kept.undo_seconds,
            share_drafts: kept.share_drafts,
        }
    }
}

impl From<AgentSettings> for staff::AgentSettings {
    fn from(given: AgentSettings) -> Self {
        let Sounds { message, assigned, mention, volume } = given.sounds;
        Self {
            theme: given.theme,
            density: given.density,
            locale: given.locale,
            sounds: staff::Sounds { message, assigned, mention, volume },
            browser_notifications: given.browser_notifications,
            keys: given.keys,
            undo_seconds: given.undo_seconds,
            share_drafts: given.share_drafts,
        }
    }
}

/// Where the rights are bound to; absent: everywhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Scopes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inboxes: Option<Vec<Uuid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Uuid>>,
}

/// A step of setting the desk up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChecklistStep {
    #[schema(value_type = words::ChecklistKey)]
    pub key: &'static str,
    pub done: bool,
}

/// What is left to set up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Checklist {
    pub steps: Vec<ChecklistStep>,
    pub dismissed: bool,
}

impl From<checklist::Checklist> for Checklist {
    fn from(list: checklist::Checklist) -> Self {
        let steps = list.steps.into_iter().map(|step| ChecklistStep { key: step.key, done: step.done });
        Self { steps: steps.collect(), dismissed: list.dismissed }
    }
}

/// The signed-in agent, with everything a screen needs to begin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    pub agent: Agent,
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: Vec<Permission>,
    pub scopes: Scopes,
    pub session: Uuid,
    /// There is none: requests are checked by where they come from.
    #[schema(value_type = Option<String>)]
    pub csrf: Option<()>,
    pub settings: AgentSettings,
    pub directory: super::desk::Directory,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checklist: Option<Checklist>,
}

impl Me {
    pub fn of(me: me::Me, signed_in: &SignedIn) -> Self {
        Self {
            agent: me.profile.into(),
            permissions: me.permissions.into_iter().collect(),
            scopes: Scopes {
                inboxes: me.inboxes.map(|all| all.into_iter().map(|id| id.0).collect()),
                teams: me.teams.map(|all| all.into_iter().map(|id| id.0).collect()),
            },
            session: signed_in.session.0,
            csrf: None,
            settings: me.settings.into(),
            directory: me.directory.into(),
            checklist: me.checklist.map(Into::into),
        }
    }
}
