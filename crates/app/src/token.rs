//! API tokens of integrations: they may do at most what their maker may, now and at any later time.

use crate::rights::{covers, known, require_everywhere};
use crate::{App, Error, Result, audit, secret};
use candor_domain::actor::Actor;
use candor_domain::id::{InboxId, TokenId};
use candor_domain::permission::{Permission, Rights};
use candor_domain::staff::{AgentState, display_name};
use candor_store::token::{self, Token};
use candor_store::{Note, Pool, Query, Queue, agent, inbox};
use serde_json::json;
use std::collections::BTreeSet;

const MAX_NAME: usize = 60;
const MAX_INBOXES: usize = 50;
const USED_EVERY_MS: i64 = 60_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct New {
    pub name: String,
    pub permissions: BTreeSet<Permission>,
    /// Where they hold; none: everywhere.
    pub inboxes: Vec<InboxId>,
    pub expires_at: Option<i64>,
}

pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Token>> {
    require_everywhere(actor, Permission::TokenManage)?;
    app.db.read(Pool::Quick, |rx| Ok(token::list(rx)?)).await
}

pub async fn get(app: &App, actor: &Actor, id: TokenId) -> Result<Token> {
    require_everywhere(actor, Permission::TokenManage)?;
    app.db.read(Pool::Quick, move |rx| Ok(token::get(rx, id)?)).await
}

/// Makes a token; its secret leaves once.
pub async fn create(app: &App, actor: &Actor, new: New) -> Result<(Token, String)> {
    require_everywhere(actor, Permission::TokenManage)?;
    if matches!(actor, Actor::Token { .. }) {
        return Err(Error::Forbidden("a token makes no tokens"));
    }
    let token = prepare(app, actor, new)?;
    if !token.rights().grants.iter().all(|grant| covers(actor, grant)) {
        return Err(Error::Forbidden("wider than your own rights"));
    }
    let (actor, secret) = (actor.clone(), secret::fresh_token(app));
    let hash = secret::hash(&secret);
    let done = app.db.write(Queue::People, move |tx| {
        for id in &token.inboxes {
            inbox::get(tx, *id).map_err(|error| match error {
                candor_store::Error::NotFound => Error::invalid("inboxes", "there is no such inbox"),
                other => other.into(),
            })?;
        }
        token::insert(tx, &token, &hash)?;
        let data = json!({ "permissions": token.permissions, "inboxes": token.inboxes, "expires_at": token.expires_at });
        audit::record(tx, &actor, "token.created", ("token", token.id.0), data)?;
        Ok::<_, Error>(token.clone())
    });
    Ok((done.await?, secret))
}

fn prepare(app: &App, actor: &Actor, new: New) -> Result<Token> {
    let (name, now) = (display_name(&new.name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))?, app.now());
    if new.permissions.is_empty() {
        return Err(Error::invalid("permissions", "at least one"));
    }
    if new.inboxes.len() > MAX_INBOXES {
        return Err(Error::invalid("inboxes", format!("at most {MAX_INBOXES}")));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("expires_at", "lies in the past"));
    }
    let inboxes: BTreeSet<InboxId> = new.inboxes.into_iter().collect();
    Ok(Token {
        id: app.ids.make(),
        name,
        permissions: new.permissions,
        inboxes: inboxes.into_iter().collect(),
        created_by: actor.agent(),
        created_at: now,
        expires_at: new.expires_at,
        used_at: None,
    })
}

pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<()> {
    require_everywhere(actor, Permission::TokenManage)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let now = tx.now();
            if !token::revoke(tx, id, now)? {
                return Err(Error::NotFound);
            }
            audit::record(tx, &actor, "token.revoked", ("token", id.0), json!({}))?;
            // Open sockets of the token end like those of an agent.
            tx.note(Note::Revoked { agent: id.0 });
            Ok(())
        })
        .await
}

/// Who is behind a bearer token.
pub async fn by_secret(app: &App, secret: &str) -> Result<Actor> {
    if !secret.starts_with(secret::TOKEN_PREFIX) {
        return Err(Error::Unauthenticated);
    }
    let hash = secret::hash(secret);
    look_up(app, move |q, now| token::by_hash(q, &hash, now)).await
}

/// Whether a token still stands, and with which rights: asked again and again by open sockets.
pub async fn by_id(app: &App, id: TokenId) -> Result<Actor> {
    let live = move |q: &mut candor_store::Rx<'_>, now: i64| match token::get(q, id) {
        Ok(token) => Ok(Some(token).filter(|token| token.expires_at.is_none_or(|at| at > now))),
        Err(candor_store::Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    };
    look_up(app, live).await
}

/// A token with what it may do, read in this transaction; nobody when it does not count any more.
pub(crate) fn actor_of(app: &App, q: &mut impl Query, id: TokenId) -> Result<Option<Actor>> {
    let now = q.now();
    let found = match token::get(q, id) {
        Ok(token) if token.expires_at.is_none_or(|at| at > now) => token,
        Ok(_) | Err(candor_store::Error::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match bounded(app, q, &found) {
        Ok(rights) => Ok(Some(Actor::Token { id, rights })),
        Err(Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn look_up(
    app: &App,
    find: impl FnOnce(&mut candor_store::Rx<'_>, i64) -> Result<Option<Token>, candor_store::Error> + Send + 'static,
) -> Result<Actor> {
    let (asker, now) = (app.clone(), app.now());
    let found = app.db.read(Pool::Quick, move |rx| {
        let Some(token) = find(rx, now)? else { return Err(Error::Unauthenticated) };
        let rights = bounded(&asker, rx, &token)?;
        Ok((token, rights))
    });
    let (token, rights) = found.await?;
    if token.used_at.is_none_or(|at| now - at >= USED_EVERY_MS) {
        note_used(app, token.id, now);
    }
    Ok(Actor::Token { id: token.id, rights })
}

/// What a token may do: never more than whoever made it may do now.
fn bounded(app: &App, q: &mut impl Query, token: &Token) -> Result<Rights> {
    let Some(maker) = token.created_by else { return Ok(token.rights()) };
    if agent::credentials_of(q, maker)?.state != AgentState::Active {
        return Err(Error::Unauthenticated);
    }
    Ok(token.rights().within(&known(app, q, maker)?))
}

fn note_used(app: &App, id: TokenId, now: i64) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.db.write(Queue::Machines, move |tx| token::used(tx, id, now)).await {
            tracing::debug!(%error, "could not note that a token is in use");
        }
    });
}
