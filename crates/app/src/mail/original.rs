//! A mail as it came in, for agents: its head in full, its HTML made harmless, its bytes.
//!
//! All three name addresses and whatever else the sender's program wrote, so they open like the customer's record, with a part in
//! the case, and the look is on record. What is not harmless leaves in the bytes alone, which are a download.

use super::head::Head;
use super::pictures::Pictures;
use crate::contact::{enter, look};
use crate::conversation::get_permitted;
use crate::file::{Opened, check_harmless, open_unasked, read_whole};
use crate::{App, Error, Limit, Result};
use candor_connect::channel::email::html::{self, Clean};
use candor_connect::channel::email::mime::{self, Inbound};
use candor_domain::actor::Actor;
use candor_domain::file::Scan;
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::permission::Permission;
use candor_store::file::{self, File};
use candor_store::keys::KeyId;
use candor_store::{Pool, Query, inbound, mail, message};

/// What stands in a mail besides its words.
#[derive(Clone, Debug)]
pub struct Original {
    pub head: Head,
    pub received_at: i64,
    /// Bytes of the whole mail.
    pub size: i64,
    /// All fields of its header, decoded, in order.
    pub headers: Vec<(String, String)>,
    /// Where it has a part that looks like a page.
    pub page: Option<PageFacts>,
    /// What a scanner said of the whole mail, and its words.
    pub scan: Scan,
    pub scan_note: Option<String>,
}

/// What is to be known of the page before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageFacts {
    /// Pictures that lie on other servers.
    pub remote: usize,
    /// Its end is missing.
    pub cut: bool,
    /// Only its words are left: its form could not be made harmless.
    pub plain: bool,
}

/// The page in a mail, harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub subject: String,
    /// The inside of a `body`.
    pub html: String,
}

/// A mail and where its bytes are.
struct Found {
    head: Head,
    received_at: i64,
    raw: File,
}

/// Opens what stands in a mail besides its words.
pub async fn original(app: &App, actor: &Actor, id: ConversationId, message: MessageId) -> Result<Original> {
    let found = find(app, actor, id, message).await?;
    look(app, actor, "case.mail_viewed", ("conversation", id.0), id).await?;
    let (headers, page) = with(app, &found.raw, |inbound| {
        let facts = |clean: Clean| PageFacts { remote: html::sheet(&clean, false, |_| None).remote, cut: clean.cut, plain: clean.plain };
        (inbound.headers, inbound.html.map(|source| facts(html::clean(&source))))
    })
    .await?;
    let File { size, scan, scan_note, .. } = found.raw;
    Ok(Original { head: found.head, received_at: found.received_at, size, headers, page, scan, scan_note })
}

/// Opens the page in a mail; with `remote`, pictures of other servers are named in it.
pub async fn page(app: &App, actor: &Actor, id: ConversationId, message: MessageId, remote: bool) -> Result<Page> {
    let found = find(app, actor, id, message).await?;
    look(app, actor, "case.mail_viewed", ("conversation", id.0), id).await?;
    // Its words are harmless by now; its files may be what was found.
    let harmless = check_harmless(&found.raw).is_ok();
    let html = with(app, &found.raw, move |inbound| {
        let source = inbound.html?;
        let mut pictures = Pictures::new(if harmless { inbound.files } else { vec![] });
        Some(html::sheet(&html::clean(&source), remote, |cid| pictures.address(cid)).html)
    })
    .await?;
    Ok(Page { subject: found.head.subject, html: html.ok_or(Error::NotFound)? })
}

/// Opens the bytes of a mail, to be taken away; not where a scanner found something in it.
pub async fn bytes(app: &App, actor: &Actor, id: ConversationId, message: MessageId) -> Result<Opened> {
    let found = find(app, actor, id, message).await?;
    look(app, actor, "case.mail_taken", ("conversation", id.0), id).await?;
    check_harmless(&found.raw)?;
    open_unasked(app, found.raw).await
}

async fn find(app: &App, actor: &Actor, id: ConversationId, message: MessageId) -> Result<Found> {
    app.limits.check(Limit::FileRead, actor.as_ref().id)?;
    let actor = actor.clone();
    app.db.read(Pool::Quick, move |rx| find_in(rx, &actor, id, message)).await
}

fn find_in(q: &mut impl Query, actor: &Actor, id: ConversationId, message: MessageId) -> Result<Found> {
    if get_permitted(q, actor, Permission::ConversationRead, id)?.key == KeyId::NONE {
        return Err(Error::Erased);
    }
    enter(q, actor, Permission::ContactRead, id)?;
    let known = mail::get(q, message)?.filter(|known| known.conversation == id).ok_or(Error::NotFound)?;
    if message::get(q, message)?.redacted_at.is_some() {
        return Err(Error::NotFound);
    }
    // A mail of ours was made of its message and is kept as that.
    let kept = inbound::get(q, known.inbound.ok_or(Error::NotFound)?)?;
    let head = known.head.ok_or(Error::Erased)?;
    let head = serde_json::from_str(&head).map_err(|error| Error::Broken(error.to_string()))?;
    Ok(Found { head, received_at: kept.received_at, raw: file::get(q, kept.file)? })
}

/// Reads the bytes as a mail and does something with it, both on a thread that may take its time.
async fn with<T: Send + 'static>(app: &App, raw: &File, work: impl FnOnce(Inbound) -> T + Send + 'static) -> Result<T> {
    let bytes = read_whole(app, raw).await?;
    let done = tokio::task::spawn_blocking(move || {
        let inbound = mime::read(&bytes);
        drop(bytes);
        work(inbound)
    });
    done.await.map_err(|error| Error::Broken(format!("reading a mail: {error}")))
}
