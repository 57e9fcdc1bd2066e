//! Keys with which a sender signs its mail (DKIM), so that other servers can hold it to the desk's domain. A key is made here, its
//! public half published by whoever keeps the domain's records, and used from the moment the record was seen there: a signature that
//! nobody can check only makes a mail look wrong.

use crate::channel;
use crate::{App, Error, Result, audit};
use candor_connect::channel::email::outgoing::{Signer, new_key, record};
pub use candor_connect::channel::email::verdict::Published;
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, selector};
use candor_domain::id::{ChannelId, SigningId};
use candor_store::channel::Channel;
use candor_store::signing;
pub use candor_store::signing::Signing;
use candor_store::{Pool, Query, Queue, Tx};
use serde_json::json;

/// Keys one sender may have: the used one, the next, and one to spare.
const MOST: usize = 3;

/// The keys of a sender, the oldest first.
pub async fn list(app: &App, actor: &Actor, channel: ChannelId) -> Result<Vec<Signing>> {
    channel::get(app, actor, channel).await?;
    app.db.read(Pool::Quick, move |rx| Ok(signing::list(rx, channel)?)).await
}

/// Makes a key. It signs nothing until [`check`] has seen its record.
pub async fn make(app: &App, actor: &Actor, id: ChannelId) -> Result<Signing> {
    let sender = channel::get(app, actor, id).await?;
    let domain = domain_of(&sender).ok_or(Error::Conflict("only what sends mail signs it"))?.to_owned();
    // Takes a tenth of a second of a processor.
    let key = tokio::task::spawn_blocking(new_key).await.map_err(broken)?.map_err(broken)?;
    let public = record(&key).map_err(broken)?;
    let (actor, row) = (actor.clone(), app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            candor_store::channel::lock(tx, id)?;
            if signing::list(tx, id)?.len() >= MOST {
                return Err(Error::Conflict("a sender has at most 3 keys: delete one that signs nothing"));
            }
            let made_at = tx.now();
            let (domain, selector, record) = (domain.clone(), free(tx, &domain, made_at)?, public.clone());
            let made = Signing { id: row, channel: id, domain, selector, record, made_at, seen_at: None };
            signing::insert(tx, &made, &key)?;
            let data = json!({ "domain": made.domain, "selector": made.selector });
            audit::record(tx, &actor, "channel.key_made", ("channel", id.0), data)?;
            Ok(made)
        })
        .await
}

/// A selector that no key of the domain has.
fn free(tx: &mut Tx<'_>, domain: &str, at: i64) -> Result<String> {
    for nth in 0.. {
        let name = selector(at, nth);
        if !signing::is_taken(tx, domain, &name)? {
            return Ok(name);
        }
    }
    Err(Error::Conflict("too many keys today"))
}

/// Asks the name servers whether the record is published, and signs with the key from then on.
pub async fn check(app: &App, actor: &Actor, channel: ChannelId, id: SigningId) -> Result<(Signing, Published)> {
    let known = get(app, actor, channel, id).await?;
    let Some(judge) = &app.config.judge else { return Ok((known, Published::Unknown)) };
    let found = judge.publishes(&known.domain, &known.selector, &known.record).await;
    if found != Published::Yes || known.seen_at.is_some() {
        return Ok((known, found));
    }
    let actor = actor.clone();
    let used = app
        .db
        .write(Queue::People, move |tx| {
            signing::seen(tx, id)?;
            audit::record(tx, &actor, "channel.key_used", ("channel", channel.0), json!({ "selector": known.selector }))?;
            Ok::<_, Error>(signing::get(tx, id)?)
        })
        .await?;
    Ok((used, found))
}

/// Destroys a key. Mail that it signed can be checked as long as its record stays published.
pub async fn delete(app: &App, actor: &Actor, channel: ChannelId, id: SigningId) -> Result<()> {
    let known = get(app, actor, channel, id).await?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            signing::delete(tx, id)?;
            audit::record(tx, &actor, "channel.key_deleted", ("channel", channel.0), json!({ "selector": known.selector }))
        })
        .await
}

/// What signs the mail of a sender now.
pub(crate) fn signer_of(q: &mut impl Query, sender: &Channel) -> Result<Option<Signer>> {
    let Some(domain) = domain_of(sender) else { return Ok(None) };
    let Some(used) = signing::used(q, sender.id, domain)? else { return Ok(None) };
    let key = signing::key(q, used.id)?;
    Ok(Some(Signer::new(&key, &used.domain, &used.selector).map_err(broken)?))
}

async fn get(app: &App, actor: &Actor, channel: ChannelId, id: SigningId) -> Result<Signing> {
    let known = list(app, actor, channel).await?;
    known.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
}

/// The domain a sender writes from.
fn domain_of(sender: &Channel) -> Option<&str> {
    let address = sender.settings.addresses.first().filter(|_| sender.kind == ChannelKind::Sender)?;
    address.rsplit_once('@').map(|(_, domain)| domain)
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(error.to_string())
}
