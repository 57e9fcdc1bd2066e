//! What the operator may do from the command line, and doing it. The audit log names the operator's user id.

use super::channels::{self, ChannelWanted};
use crate::api::erasures::Erasure;
use crate::api::parked::ParkedEvent;
use candor_app::{App, Error, Result, agent, erasure, feed, inbox, keys, keywork, reactor, setup, token};
use candor_domain::actor::Actor;
use candor_domain::id::{ContactId, ConversationId, InboundId, InboxId, TokenId};
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_store::agent_role::Held;
use candor_store::{MasterKey, Pool, job, role, scrub};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use uuid::Uuid;

const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    UserList,
    /// With a password the agent can sign in at once, without one a link invites them.
    UserCreate {
        email: String,
        name: String,
        role: String,
        locale: Locale,
        password: Option<String>,
    },
    UserReset {
        email: String,
    },
    UserDisable {
        email: String,
    },
    UserEnable {
        email: String,
    },
    TokenList,
    TokenCreate {
        name: String,
        permissions: Vec<String>,
        inboxes: Vec<String>,
        days: Option<u32>,
    },
    TokenRevoke {
        id: TokenId,
    },
    /// Erases a customer for good.
    ContactErase {
        id: ContactId,
    },
    ErasureShow {
        id: Uuid,
    },
    /// Makes the first key of this file the master key; without a file the first of those the server was given.
    KeyRotate {
        file: Option<PathBuf>,
    },
    /// Gives every customer a new key.
    KeyRenew,
    KeyStatus,
    ParkedList,
    /// Runs what is parked for a part of the desk in a conversation again.
    ParkedRun {
        follower: String,
        conversation: ConversationId,
    },
    ChannelList,
    /// Makes a channel, and the inbox for e-mail of that name where there is none.
    ChannelCreate {
        wanted: Box<ChannelWanted>,
    },
    /// Switches a channel, named by name or id, on or off.
    ChannelSwitch {
        channel: String,
        on: bool,
    },
    /// Sets the words around a sender's answers in one language; what is absent stays.
    ChannelWords {
        channel: String,
        language: Locale,
        above: Option<String>,
        below: Option<String>,
    },
    /// Keeps the mail whose bytes come with the deed.
    ChannelDeliver {
        channel: Option<String>,
        from: String,
        to: Vec<String>,
    },
    /// Mail that could not be made a message.
    IntakeList,
    IntakeAgain {
        id: InboundId,
    },
    /// After a restore: older cursors of the outside feed count no more.
    EventsNewEpoch,
}

/// Does it, as the operator with this user id; `bytes` is what some deeds are about.
pub(crate) async fn perform(app: &App, uid: u32, deed: Deed, bytes: Vec<u8>) -> Result<Value> {
    // Commands are typed by hand, so the few bytes each name keeps are never many.
    let actor = Actor::machine(format!("cli, uid {uid}").leak());
    setup::run(app, Locale::English).await?;
    match deed {
        Deed::UserList => users(app, &actor).await,
        Deed::UserCreate { email, name, role, locale, password } => create(app, &actor, email, name, &role, locale, password).await,
        Deed::UserReset { email } => {
            let id = find(app, &actor, &email).await?.agent.id;
            Ok(json!({ "link": agent::reset(app, &actor, id).await? }))
        }
        Deed::UserDisable { email } => {
            let id = find(app, &actor, &email).await?.agent.id;
            agent::disable(app, &actor, id).await.map(|changed| shown(&changed))
        }
        Deed::UserEnable { email } => {
            let id = find(app, &actor, &email).await?.agent.id;
            agent::enable(app, &actor, id).await.map(|changed| shown(&changed))
        }
        Deed::TokenList => {
            let tokens = token::list(app, &actor).await?;
            Ok(json!({ "items": tokens.iter().map(shown_token).collect::<Vec<_>>() }))
        }
        Deed::TokenCreate { name, permissions, inboxes, days } => make_token(app, &actor, name, &permissions, &inboxes, days).await,
        Deed::ContactErase { id } => {
            let ordered = erasure::erase(app, &actor, id).await?;
            shown_erasure(app, ordered).await
        }
        Deed::ErasureShow { id } => {
            let found = erasure::get(app, &actor, id).await?;
            shown_erasure(app, found).await
        }
        Deed::KeyRotate { file } => rotate(app, &actor, file).await,
        Deed::KeyRenew => {
            keys::renew_customers(app, &actor).await?;
            key_status(app, &actor).await
        }
        Deed::KeyStatus => key_status(app, &actor).await,
        Deed::ParkedList => {
            let parked = reactor::shown(app, &actor, 100).await?.into_iter().map(ParkedEvent::from);
            Ok(json!({ "items": parked.collect::<Vec<_>>() }))
        }
        Deed::ParkedRun { follower, conversation } => {
            Ok(json!({ "done": reactor::run_again(app, &actor, &follower, conversation).await? }))
        }
        Deed::ChannelList => channels::list(app, &actor).await,
        Deed::ChannelCreate { wanted } => channels::create(app, &actor, *wanted).await,
        Deed::ChannelSwitch { channel, on } => channels::switch(app, &actor, &channel, on).await,
        Deed::ChannelWords { channel, language, above, below } => channels::words(app, &actor, &channel, language, above, below).await,
        Deed::ChannelDeliver { channel, from, to } => channels::deliver(app, &actor, channel.as_deref(), from, to, bytes).await,
        Deed::IntakeList => channels::failed(app, &actor).await,
        Deed::IntakeAgain { id } => channels::again(app, &actor, id).await,
        Deed::EventsNewEpoch => Ok(json!({ "epoch": feed::begin_epoch(app, &actor).await? })),
        Deed::TokenRevoke { id } => token::revoke(app, &actor, id).await.map(|()| json!({ "id": id })),
    }
}

/// The report, and when the database's files are cleared if that waits for the night.
async fn shown_erasure(app: &App, kept: candor_store::erasure::Erasure) -> Result<Value> {
    let due = app
        .db
        .read(Pool::Quick, |rx| Ok::<_, Error>(job::of_kind(rx, keywork::QUEUE, "clean")?.first().map(|_| scrub::due_at(rx))))
        .await?;
    let mut shown = json!(Erasure::from(kept));
    if let Some(due) = due.transpose()? {
        shown["cleared_at"] = json!(due);
    }
    Ok(shown)
}

async fn rotate(app: &App, actor: &Actor, file: Option<PathBuf>) -> Result<Value> {
    let to = match file {
        Some(file) => tokio::task::spawn_blocking(move || MasterKey::load_or_create(&file))
            .await
            .map_err(|error| Error::Broken(error.to_string()))??,
        None => given(app, actor).await?,
    };
    keys::rotate_master(app, actor, to).await?;
    key_status(app, actor).await
}

/// The keys this process was started with, the one that is not in use first.
async fn given(app: &App, actor: &Actor) -> Result<MasterKey> {
    let status = keys::status(app, actor).await?;
    let held = app.db.master();
    let known = |name: &str| status.masters.iter().any(|one| one.name == name);
    let new = held.names().iter().map(ToString::to_string).find(|name| !known(name));
    new.and_then(|name| held.led_by(&name)).ok_or_else(|| {
        Error::invalid("master_key", "the key comes from outside: give the new one beside the old one, start again, then change it")
    })
}

async fn key_status(app: &App, actor: &Actor) -> Result<Value> {
    Ok(json!(keys::status(app, actor).await?))
}

async fn users(app: &App, actor: &Actor) -> Result<Value> {
    let (agents, roles) = (agent::list(app, actor).await?, roles(app).await?);
    let named = |held: &Held| roles.iter().find(|role| role.id == held.role).map_or_else(String::new, |role| role.name.clone());
    let line = |profile: &agent::Profile| {
        let mut line = shown(profile);
        line["roles"] = json!(profile.roles.iter().map(named).collect::<BTreeSet<_>>());
        line
    };
    Ok(json!({ "items": agents.iter().map(line).collect::<Vec<_>>() }))
}

fn shown(profile: &agent::Profile) -> Value {
    let agent = &profile.agent;
    json!({ "id": agent.id, "email": agent.email, "name": agent.name, "state": agent.state.as_str(), "seen_at": agent.seen_at })
}

async fn roles(app: &App) -> Result<Vec<role::Role>> {
    app.db.read(Pool::Quick, |rx| Ok(role::list(rx)?)).await
}

async fn find(app: &App, actor: &Actor, email: &str) -> Result<agent::Profile> {
    let wanted = email.trim().to_lowercase();
    let found = agent::list(app, actor).await?.into_iter().find(|profile| profile.agent.email.to_lowercase() == wanted);
    found.ok_or_else(|| Error::invalid("email", "nobody has this address"))
}

async fn create(
    app: &App,
    actor: &Actor,
    email: String,
    name: String,
    role: &str,
    locale: Locale,
    password: Option<String>,
) -> Result<Value> {
    let known = roles(app).await?;
    let role = known.iter().find(|one| one.name.eq_ignore_ascii_case(role)).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|role| role.name.as_str()).collect();
        Error::invalid("role", format!("one of {}", names.join(", ")))
    })?;
    let everywhere = Held { role: role.id, inbox: None, team: None };
    let new = agent::New { email, name, roles: vec![everywhere], teams: BTreeSet::new(), locale: Some(locale) };
    match password {
        Some(password) => agent::create(app, actor, new, &password).await.map(|made| shown(&made)),
        None => {
            let (made, link) = agent::invite(app, actor, new).await?;
            let mut made = shown(&made);
            made["link"] = json!(link);
            Ok(made)
        }
    }
}

fn shown_token(token: &candor_store::token::Token) -> Value {
    let permissions: Vec<&str> = token.permissions.iter().map(|permission| permission.as_str()).collect();
    json!({ "id": token.id, "name": token.name, "permissions": permissions, "inboxes": token.inboxes, "expires_at": token.expires_at, "used_at": token.used_at })
}

async fn make_token(
    app: &App,
    actor: &Actor,
    name: String,
    permissions: &[String],
    inboxes: &[String],
    days: Option<u32>,
) -> Result<Value> {
    let parse = |word: &String| Permission::parse(word).ok_or_else(|| Error::invalid("permissions", format!("`{word}` is none")));
    let permissions = permissions.iter().map(parse).collect::<Result<BTreeSet<_>>>()?;
    let known = inbox::list(app, actor).await?;
    let named = |wanted: &String| {
        let found = known.iter().find(|inbox| inbox.name == *wanted || inbox.id.to_string() == *wanted);
        found.map(|inbox| inbox.id).ok_or_else(|| Error::invalid("inboxes", format!("`{wanted}` is none")))
    };
    let inboxes = inboxes.iter().map(named).collect::<Result<Vec<InboxId>>>()?;
    let expires_at = days.map(|days| app.now() + i64::from(days) * DAY_MS);
    let (made, secret) = token::create(app, actor, token::New { name, permissions, inboxes, expires_at }).await?;
    let mut made = shown_token(&made);
    made["secret"] = json!(secret);
    Ok(made)
}
