//! One-time links: they make the first administrator, let an invited colleague in, or set a new password.
//!
//! A link is 256 random bits, kept as a hash, used once, and gone with its agent. It is handed to whoever asked for it;
//! the desk sends it nowhere.

use crate::agent::{Drafted, MAX_NAME, New};
use crate::session::{From, New as NewSession, Started};
use crate::{App, Error, Limit, Result, audit, password, secret, workspace};
use candor_domain::actor::Actor;
use candor_domain::id::AgentId;
use candor_domain::staff::{AgentState, LinkKind, display_name};
use candor_store::agent::{self, Agent};
use candor_store::agent_role::Held;
use candor_store::link::{self, Link};
use candor_store::{Note, Pool, Query, Queue, Tx, session};
use serde_json::json;
use std::net::IpAddr;

/// A link before it is written.
#[derive(Clone)]
pub(crate) struct Issued {
    /// What is handed out, once.
    pub(crate) address: String,
    link: Link,
    hash: Vec<u8>,
    now: i64,
}

impl Issued {
    pub(crate) fn prepare(app: &App, kind: LinkKind, agent: Option<AgentId>) -> Self {
        let (token, now) = (secret::fresh(app), app.now());
        let link = Link { id: app.ids.make(), kind, agent, expires_at: now + kind.lives_ms() };
        let address = format!("{}/link/{token}", app.config.public_url.trim_end_matches('/'));
        Self { address, link, hash: secret::hash(&token), now }
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
        link::insert(tx, &self.link, &self.hash, self.now)?;
        let data = json!({ "kind": self.link.kind, "agent": self.link.agent, "expires_at": self.link.expires_at });
        audit::record(tx, actor, "link.issued", ("link", self.link.id.0), data)
    }
}

/// What the holder of a link sees before using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub kind: LinkKind,
    pub email: Option<String>,
    pub expires_at: i64,
}

/// What the holder fills in.
#[derive(Clone, Debug)]
pub struct Filled {
    pub name: Option<String>,
    /// Only the first administrator says it; for others it is known.
    pub email: Option<String>,
    pub password: String,
}

pub async fn look(app: &App, token: &str, from: IpAddr) -> Result<Shown> {
    app.limits.check_peer(Limit::Link, from)?;
    let (hash, now) = (secret::hash(token), app.now());
    app.db
        .read(Pool::Quick, move |rx| {
            let (link, agent) = find(rx, &hash, now)?;
            Ok(Shown { kind: link.kind, email: agent.map(|agent| agent.email), expires_at: link.expires_at })
        })
        .await
}

/// A link that counts, and whom it is for.
fn find(q: &mut impl Query, hash: &[u8], now: i64) -> Result<(Link, Option<Agent>)> {
    let link = link::by_hash(q, hash, now)?.ok_or(Error::LinkUsed)?;
    let agent = link.agent.map(|id| agent::get(q, id)).transpose()?;
    let fits = match (link.kind, agent.as_ref().map(|agent| agent.state)) {
        (LinkKind::Admin, None) => !agent::any_active(q)?,
        (LinkKind::Invite, Some(state)) => state == AgentState::Invited,
        (LinkKind::Reset, Some(state)) => state == AgentState::Active,
        _ => false,
    };
    if fits { Ok((link, agent)) } else { Err(Error::LinkUsed) }
}

/// Uses a link: sets the password and signs in.
pub async fn follow(app: &App, token: &str, filled: Filled, from: From) -> Result<Started> {
    app.limits.check_peer(Limit::Link, from.address)?;
    let (hash, now) = (secret::hash(token), app.now());
    let looked = hash.clone();
    let (link, agent) = app.db.read(Pool::Quick, move |rx| find(rx, &looked, now)).await?;
    let step = Step::prepare(app, link, agent, filled).await?;
    let new = NewSession::prepare(app, step.agent(), from);
    let done = app.db.write(Queue::People, move |tx| {
        // Another request may have been faster, or the agent was disabled meanwhile.
        if find(tx, &hash, now)?.0.id != link.id || !link::take(tx, link.id, now)? {
            return Err(Error::LinkUsed);
        }
        step.apply(tx)?;
        link::revoke_of(tx, step.agent())?;
        let actor = Actor::Agent { id: step.agent(), rights: Default::default() };
        audit::record(tx, &actor, "link.used", ("link", link.id.0), json!({ "kind": link.kind }))?;
        tx.note(Note::Revoked { agent: step.agent().0 });
        tx.note(Note::Settings);
        new.insert(tx)
    });
    let done = done.await;
    app.rights.forget();
    done
}

/// What a link does, with everything made before the command.
#[derive(Clone)]
enum Step {
    First { drafted: Drafted, hash: String },
    Password { agent: Agent, name: Option<String>, hash: String },
}

impl Step {
    async fn prepare(app: &App, link: Link, agent: Option<Agent>, filled: Filled) -> Result<Self> {
        let name = filled
            .name
            .map(|name| display_name(&name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters")))
            .transpose()?;
        let known = agent.as_ref().map(|agent| agent.email.clone());
        let email = known.or(filled.email).ok_or_else(|| Error::invalid("email", "missing"))?;
        let shown =
            name.clone().or_else(|| agent.as_ref().map(|agent| agent.name.clone())).ok_or_else(|| Error::invalid("name", "missing"))?;
        let accepted = password::accept(&filled.password, &[&email, &shown])?;
        let drafted = match agent {
            Some(agent) => Err(agent),
            None => Ok(Self::first(app, email, shown).await?),
        };
        let hash = app.passwords.hash(accepted, app.ids.bytes()).await?;
        Ok(match drafted {
            Ok(drafted) => Self::First { drafted, hash },
            Err(agent) => Self::Password { agent, name: name.filter(|_| link.kind == LinkKind::Invite), hash },
        })
    }

    async fn first(app: &App, email: String, name: String) -> Result<Drafted> {
        let (workspace, _) = app.db.read(Pool::Quick, |rx| workspace::get(rx)).await?;
        let everywhere = Held { role: workspace.admin_role, inbox: None, team: None };
        let new = New { email, name, roles: vec![everywhere], teams: Default::default(), locale: Some(workspace.default_locale) };
        Drafted::prepare(app, new, AgentState::Active).await
    }

    fn agent(&self) -> AgentId {
        match self {
            Self::First { drafted, .. } => drafted.id,
            Self::Password { agent, .. } => agent.id,
        }
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<()> {
        match self {
            Self::First { drafted, hash } => {
                // One first administrator, however many links were printed.
                workspace::hold(tx)?;
                if agent::any_active(tx)? {
                    return Err(Error::LinkUsed);
                }
                drafted.insert(tx, &Actor::machine("setup"), "agent.created")?;
                agent::set_password(tx, drafted.id, hash)?;
                link::revoke_kind(tx, LinkKind::Admin)?;
            }
            Self::Password { agent, name, hash } => {
                let found = agent::lock(tx, agent.id)?;
                let name = name.clone().unwrap_or_else(|| found.name.clone());
                let public_name = if found.state == AgentState::Invited { name.clone() } else { found.public_name.clone() };
                agent::update(tx, &Agent { name, public_name, state: AgentState::Active, ..found })?;
                agent::set_password(tx, agent.id, hash)?;
                // Whoever knew the old password is out.
                session::delete_all(tx, agent.id)?;
            }
        }
        Ok(())
    }
}

/// A link for the first administrator when nobody can sign in; earlier ones stop working.
pub async fn first_admin(app: &App) -> Result<Option<String>> {
    let issued = Issued::prepare(app, LinkKind::Admin, None);
    app.db
        .write(Queue::People, move |tx| {
            if agent::any_active(tx)? {
                return Ok(None);
            }
            link::revoke_kind(tx, LinkKind::Admin)?;
            issued.insert(tx, &Actor::machine("setup"))?;
            Ok(Some(issued.address.clone()))
        })
        .await
}

/// Whether somebody can sign in: a desk that nobody can enter is new.
pub async fn anybody(app: &App) -> Result<bool> {
    app.db.read(Pool::Quick, |rx| Ok(agent::any_active(rx)?)).await
}
