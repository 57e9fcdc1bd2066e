//! Agents sign in and out; who is behind a cookie; the list of signed-in browsers.

use crate::password::Passwords;
use crate::{App, Error, Limit, Result, audit, rights, secret};
use candor_domain::actor::Actor;
use candor_domain::contact::IdentityKind;
use candor_domain::id::{AgentId, SessionId};
use candor_domain::staff::{AgentState, prepare_password};
use candor_store::session::{Found, Session};
use candor_store::{Note, Pool, Queue, Tx, agent, inbox, link, session};
use serde_json::json;
use std::net::IpAddr;

/// A session ends when it was not used for this long,
const IDLE_MS: i64 = 12 * 3_600_000;
/// and after this long in any case.
pub const LONGEST_MS: i64 = 7 * 24 * 3_600_000;
/// How exact "last seen" is.
const SEEN_EVERY_MS: i64 = 60_000;
const MAX_DEVICE: usize = 200;

/// An agent behind a request.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: SessionId,
    pub agent: AgentId,
    pub actor: Actor,
}

/// A new session: the cookie's value leaves once.
pub struct Started {
    pub token: String,
    pub session: SessionId,
    pub agent: AgentId,
    /// When the browser may forget the cookie.
    pub expires_at: i64,
}

/// Where a sign-in comes from; shown to its owner only.
#[derive(Clone, Debug)]
pub struct From {
    pub address: IpAddr,
    pub device: Option<String>,
}

/// Signs in with address and password. Every failure is the same failure, after the same work.
pub async fn sign_in(app: &App, email: &str, password: &str, from: From) -> Result<Started> {
    app.limits.check_peer(Limit::SignInAddress, from.address)?;
    let address = IdentityKind::Email.normal(email).unwrap_or_default();
    app.limits.check(Limit::SignInAccount, &address)?;
    let found = app.db.read(Pool::Quick, move |rx| agent::credentials(rx, &address)).await.map_err(Error::from)?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    // Too long to be anybody's; an empty one costs the same as any other.
    let typed = prepare_password(password).or_else(|_| prepare_password("")).map_err(|_| Error::Unauthenticated)?;
    let matches = app.passwords.matches(typed, hash.clone()).await?;
    let Some(found) = found.filter(|found| matches && found.state == AgentState::Active) else {
        tracing::info!("a sign-in was refused");
        return Err(Error::Unauthenticated);
    };
    let new = New::prepare(app, found.id, from);
    app.db
        .write(Queue::People, move |tx| {
            let now = agent::credentials_of(tx, found.id)?;
            if now.state != AgentState::Active || now.password_hash != hash {
                return Err(Error::Unauthenticated);
            }
            new.insert(tx)
        })
        .await
}

/// A session to be written: made before the command, so that every run of it writes the same.
#[derive(Clone)]
pub(crate) struct New {
    token: String,
    session: Session,
}

impl New {
    pub(crate) fn prepare(app: &App, agent: AgentId, from: From) -> Self {
        let now = app.now();
        let device = from.device.map(|device| device.chars().filter(|c| !c.is_control()).take(MAX_DEVICE).collect());
        let address = Some(from.address.to_canonical().to_string());
        let session = Session { id: app.ids.make(), agent, created_at: now, seen_at: now, expires_at: now + IDLE_MS, address, device };
        Self { token: secret::fresh(app), session }
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>) -> Result<Started> {
        let Session { id, agent, seen_at, expires_at, .. } = self.session;
        session::insert(tx, &self.session, &secret::hash(&self.token))?;
        session::trim(tx, agent)?;
        agent::seen(tx, agent, seen_at)?;
        let actor = Actor::Agent { id: agent, rights: Default::default() };
        audit::record(tx, &actor, "session.started", ("session", id.0), json!({}))?;
        Ok(Started { token: self.token.clone(), session: id, agent, expires_at })
    }
}

/// Who is behind a cookie.
pub async fn by_cookie(app: &App, token: &str) -> Result<SignedIn> {
    let hash = secret::hash(token);
    look_up(app, move |q, now| session::by_hash(q, &hash, now)).await
}

/// Whether a session still stands, and with which rights: asked again and again by open sockets.
pub async fn by_id(app: &App, id: SessionId) -> Result<SignedIn> {
    look_up(app, move |q, now| session::by_id(q, id, now)).await
}

async fn look_up(
    app: &App,
    find: impl FnOnce(&mut candor_store::Rx<'_>, i64) -> Result<Option<Found>, candor_store::Error> + Send + 'static,
) -> Result<SignedIn> {
    let (asker, now) = (app.clone(), app.now());
    let found = app.db.read(Pool::Quick, move |rx| {
        let Some(found) = find(rx, now)? else { return Err(Error::Unauthenticated) };
        Ok((found, rights::known(&asker, rx, found.agent)?))
    });
    let (found, rights) = found.await?;
    if now - found.seen_at >= SEEN_EVERY_MS {
        note_seen(app, found, now);
    }
    Ok(SignedIn { session: found.id, agent: found.agent, actor: Actor::Agent { id: found.agent, rights } })
}

/// Notes that the session is in use. Nobody waits for it, and a lost note costs a minute.
fn note_seen(app: &App, found: Found, now: i64) {
    let app = app.clone();
    let expires_at = (now + IDLE_MS).min(found.created_at + LONGEST_MS);
    tokio::spawn(async move {
        let noted = app.db.write(Queue::Machines, move |tx| {
            session::seen(tx, found.id, now, expires_at)?;
            agent::seen(tx, found.agent, now)
        });
        if let Err(error) = noted.await {
            tracing::debug!(%error, "could not note that a session is in use");
        }
    });
}

/// The browsers an agent is signed in with.
pub async fn list(app: &App, agent: AgentId) -> Result<Vec<Session>> {
    let now = app.now();
    app.db.read(Pool::Quick, move |rx| Ok(session::list(rx, agent, now)?)).await
}

/// Ends one of the agent's own sessions: signing out, or a browser left somewhere.
pub async fn revoke(app: &App, signed_in: &SignedIn, id: SessionId) -> Result<()> {
    let (actor, agent) = (signed_in.actor.clone(), signed_in.agent);
    app.db
        .write(Queue::People, move |tx| {
            if !session::delete(tx, agent, id)? {
                return Err(Error::NotFound);
            }
            audit::record(tx, &actor, "session.ended", ("session", id.0), json!({}))?;
            tx.note(Note::Revoked { agent: agent.0 });
            Ok(())
        })
        .await
}

/// Ends all other sessions of the agent; says how many.
pub async fn revoke_others(app: &App, signed_in: &SignedIn) -> Result<u64> {
    let (actor, agent, kept) = (signed_in.actor.clone(), signed_in.agent, signed_in.session);
    app.db
        .write(Queue::People, move |tx| {
            let ended = session::delete_others(tx, agent, kept)?;
            if ended > 0 {
                audit::record(tx, &actor, "session.others_ended", ("agent", agent.0), json!({ "ended": ended }))?;
                tx.note(Note::Revoked { agent: agent.0 });
            }
            Ok(ended)
        })
        .await
}

/// Forgets sessions and links that ran out, and identity secrets that were replaced a day ago.
pub async fn tidy(app: &App) -> Result<u64> {
    let now = app.now();
    app.db
        .write(Queue::Machines, move |tx| {
            Ok(session::delete_ended(tx, now)? + link::delete_ended(tx, now)? + inbox::forget_old_secrets(tx, now)?)
        })
        .await
}

/// Sets a new password against the old one, and ends all other sessions.
pub async fn change_password(app: &App, signed_in: &SignedIn, old: &str, new: &str) -> Result<()> {
    let SignedIn { agent: id, session: kept, actor } = signed_in.clone();
    // The same bucket as signing in: an open screen is no way to guess faster.
    app.limits.check(Limit::SignInAccount, id)?;
    let (found, person) = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>((agent::credentials_of(rx, id)?, agent::get(rx, id)?))).await?;
    let accepted = crate::password::accept(new, &[&person.name, &person.email])?;
    let typed = prepare_password(old).map_err(|why| Error::invalid("old", why.to_string()))?;
    let passwords: &Passwords = &app.passwords;
    if !passwords.matches(typed, found.password_hash.clone()).await? {
        return Err(Error::invalid("old", "not your password"));
    }
    let hash = passwords.hash(accepted, app.ids.bytes()).await?;
    app.db
        .write(Queue::People, move |tx| {
            if agent::credentials_of(tx, id)?.password_hash != found.password_hash {
                return Err(Error::Stale);
            }
            agent::set_password(tx, id, &hash)?;
            session::delete_others(tx, id, kept)?;
            audit::record(tx, &actor, "password.changed", ("agent", id.0), json!({}))?;
            tx.note(Note::Revoked { agent: id.0 });
            Ok(())
        })
        .await
}
