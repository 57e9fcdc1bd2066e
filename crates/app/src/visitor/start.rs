//! How a visitor's session begins: anonymous, signed by the exchange, or an earlier one that goes on.

use super::challenge::{self, Solution, Solved};
use super::identity::{self, Keys, Refused};
use super::session::{self, Visitor};
use super::{ANONYMOUS_LIFE, Origin, SIGNED_LIFE, many, person, reachable};
use crate::{App, Error, Limit, Result, secret};
use candor_domain::device::Device;
use candor_domain::event::Proof;
use candor_domain::id::{ContactId, InboxId, VisitorSessionId};
use candor_domain::inbox::IdentityAlgorithm;
use candor_domain::locale::Locale;
use candor_store::inbox::{self, Identity};
use candor_store::visitor::{self as sessions, Session};
use candor_store::{Pool, Query, Queue, contact};
use data_encoding::BASE64URL_NOPAD;
use std::net::IpAddr;
use std::time::Duration;

/// When somebody new who was put off should try again.
const COME_BACK: Duration = Duration::from_secs(5);

/// What comes with a start.
#[derive(Debug)]
pub struct StartInput<'a> {
    pub inbox: InboxId,
    /// The exchange's signed word.
    pub jwt: Option<&'a str>,
    /// The token of a session that goes on, or that turns out to be somebody's.
    pub resume: Option<&'a str>,
    /// The solution of the riddle that an earlier try was refused with.
    pub proof: Option<Solution<'a>>,
    pub locale: Option<Locale>,
    pub device: Device,
    pub origin: Origin<'a>,
    pub peer: IpAddr,
}

/// A session and its token, told once.
pub struct Opened {
    pub token: String,
    pub visitor: Visitor,
}

/// Starts a session. Pages must be on the inbox's list; who is no page must be signed.
pub async fn start(app: &App, input: StartInput<'_>) -> Result<Opened> {
    app.heard_from(input.peer).await?;
    app.limits.check_peer(Limit::SessionStart, input.peer)?;
    let inbox = input.inbox;
    let found = app.db.read(Pool::Quick, move |rx| reachable(rx, inbox)).await?;
    input.origin.may_use(&found)?;
    if let Some(jwt) = input.jwt {
        let opened = signed(app, &input, jwt).await?;
        app.heard(opened.visitor.contact.id, input.peer).await?;
        return Ok(opened);
    }
    if let Some(opened) = go_on(app, &input).await? {
        app.heard(opened.visitor.contact.id, input.peer).await?;
        return Ok(opened);
    }
    if found.identity_required || !found.widget.anonymous_allowed {
        return Err(Error::Forbidden("this inbox takes signed customers only"));
    }
    if input.origin == Origin::Absent {
        return Err(Error::OriginRefused);
    }
    let solved = challenge::pass(app, &found, input.peer, input.proof).await?;
    match anonymous(app, &input, solved).await? {
        Some(opened) => Ok(opened),
        // The solution was used before: whoever has it asks for a riddle of their own.
        None => {
            app.limits.check_peer(Limit::AnonymousStart, input.peer)?;
            let bits = found.widget.proof_of_work.bits;
            Err(Error::ProofRequired(challenge::issue(app, inbox, bits).await?))
        }
    }
}

/// The session of `resume` goes on under its token, if it lives and is of this inbox.
async fn go_on(app: &App, input: &StartInput<'_>) -> Result<Option<Opened>> {
    let Some(token) = input.resume else { return Ok(None) };
    let (hash, inbox) = (secret::hash(token), input.inbox);
    let found = app.db.read(Pool::Quick, move |rx| session::find(rx, &hash)).await?;
    let Some(mut visitor) = found.filter(|visitor| visitor.session.inbox == inbox) else { return Ok(None) };
    let session = visitor.session;
    let (key, from) = (visitor.contact.key, input.peer.to_string());
    let done = app.db.write(Queue::People, move |tx| {
        let sealed = tx.seal(key, sessions::address_cell(session.id), from.as_bytes())?;
        sessions::came_from(tx, session.id, &sealed)?;
        session::seen(tx, &session)
    });
    visitor.session.expires_at = done.await?;
    Ok(Some(Opened { token: token.to_owned(), visitor }))
}

/// A session of nobody; `None` when the solution it came with was used before.
async fn anonymous(app: &App, input: &StartInput<'_>, solved: Option<Solved>) -> Result<Option<Opened>> {
    // What follows from those who are here already comes first; they, and whoever is signed, are never put off for it.
    if app.db.health().reactor_late {
        return Err(candor_store::Error::Full { retry_after: COME_BACK }.into());
    }
    let (token, id, contact_id) = (secret::fresh(app), app.ids.make(), app.ids.make());
    let (hash, inbox, locale, device) = (secret::hash(&token), input.inbox, input.locale, described(&input.device, input.locale));
    let from = input.peer.to_string();
    let _turn = app.gate.turn().await?;
    let visitor = app
        .db
        .write(Queue::People, move |tx| {
            if let Some(solved) = &solved
                && !solved.use_up(tx, inbox)?
            {
                return Ok(None);
            }
            let mut contact = contact::insert(tx, contact_id, locale.map(Locale::as_str))?;
            contact.device.clone_from(&device);
            contact::update(tx, &contact)?;
            let session = new_session(id, inbox, contact_id, Proof::Anonymous, candor_store::Query::now(tx));
            let sealed = tx.seal(contact.key, sessions::address_cell(id), from.as_bytes())?;
            sessions::insert(tx, &session, &hash, &sealed)?;
            Ok::<_, Error>(Some(Visitor { session, contact }))
        })
        .await?;
    Ok(visitor.map(|visitor| Opened { token, visitor }))
}

async fn signed(app: &App, input: &StartInput<'_>, jwt: &str) -> Result<Opened> {
    let (inbox, now) = (input.inbox, app.now());
    let keys = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(inbox::identity(rx, inbox, now)?)).await?;
    let signed = identity::verify(jwt, &keys_of(keys)?, inbox, now).inspect_err(|why| {
        tracing::info!(inbox = %inbox, %why, "a visitor's token was refused");
    })?;
    let token = secret::fresh(app);
    let mut arrival = person::Arrival {
        signed,
        inbox,
        locale: input.locale,
        device: described(&input.device, input.locale),
        token_hash: secret::hash(&token),
        resume_hash: input.resume.map(secret::hash),
        session: app.ids.make(),
        contact: app.ids.make(),
        from: input.peer.to_string(),
        identities: [app.ids.make(), app.ids.make()],
        entered: false,
    };
    many::move_ahead(app, &mut arrival).await?;
    let again = arrival.clone();
    let arrived = app.db.write(Queue::People, move |tx| person::arrive(tx, &arrival)).await;
    let (visitor, rest) = match arrived {
        // The same person arrived twice at the same time and the other was first: now there is somebody to find.
        Err(Error::Store(error)) if error.is_unique("contact_identity", "value_blind") => {
            app.db.write(Queue::People, move |tx| person::arrive(tx, &again)).await?
        }
        arrived => arrived?,
    };
    if let Err(problem) = many::tell_rest(app, visitor.contact.id, rest).await {
        tracing::warn!(%problem, "some cases do not say since when their customer is known");
    }
    // A session that turned out to be somebody's has another token now.
    app.visitors.forget();
    Ok(Opened { token, visitor })
}

pub(super) fn new_session(id: VisitorSessionId, inbox: InboxId, contact: ContactId, proof: Proof, now: i64) -> Session {
    let life = if proof == Proof::Anonymous { ANONYMOUS_LIFE } else { SIGNED_LIFE };
    Session { id, inbox, contact, proof, created_at: now, seen_at: now, expires_at: now + life }
}

fn keys_of(identity: Identity) -> Result<Keys> {
    match identity.algorithm {
        IdentityAlgorithm::Hs256 => Ok(Keys::Hs256(identity.secret.into_iter().chain(identity.old_secret).collect())),
        IdentityAlgorithm::EdDsa => {
            let bytes = identity.public_key.and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
            let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or(Refused::NoKey)?;
            Ok(Keys::EdDsa(key))
        }
    }
}

fn described(device: &Device, locale: Option<Locale>) -> Option<String> {
    let language = device.language.clone().or_else(|| locale.map(|locale| locale.as_str().to_owned()));
    let device = Device { language, ..device.clone() };
    (device != Device::default()).then(|| serde_json::to_string(&device).expect("texts always serialise"))
}
