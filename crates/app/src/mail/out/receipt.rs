//! The mail that tells a customer that theirs has arrived: its number, when to expect an answer, where help is quicker. It holds no
//! word the sender wrote, not even their subject or name: nobody can have the desk mail their words to a stranger.

use super::receipt_words::{Facts, html, plain, subject};
use super::route::{Route, Tried};
use super::{Sent, locale_of, place};
use crate::inbox::Office;
use crate::mail::head::read;
use crate::mail::phishing;
use crate::{App, Error, Result};
use candor_connect::channel::email::automatic::headers_for_ours;
use candor_connect::channel::email::outgoing::{Outgoing, Party};
use candor_domain::hours::Calendar;
use candor_domain::id::ConversationId;
use candor_domain::inbox::Channel as Medium;
use candor_domain::locale::Locale;
use candor_store::conversation::Stored;
use candor_store::job::Job;
use candor_store::{Pool, Query, conversation, inbox, mail};

/// The longest id of a mail that a receipt refers to, in characters.
const MAX_ID: usize = 200;

/// Tries to hand over the receipt of the case that the job names.
pub(super) async fn send(app: &App, job: &Job) -> Result<Tried> {
    let id = case_of(job)?;
    let (host, site, now) = (app.host().to_owned(), app.config.public_url.clone(), app.now());
    let made = app.db.read(Pool::Quick, move |rx| made(rx, id, &host, &site, now)).await?;
    let Some((route, mail)) = made else { return Ok(None) };
    // Nothing comes back from an answer by a machine (RFC 3834, 3.3): two of them would write to each other for ever.
    route.hand_over_to_one(app, &mail, None).await
}

/// The case a job is about.
pub(super) fn case_of(job: &Job) -> Result<ConversationId> {
    job.body.parse().map_err(|_| Error::Broken("a job of a receipt without its case".into()))
}

fn made(q: &mut impl Query, id: ConversationId, host: &str, site: &str, now: i64) -> Result<Option<(Route, Outgoing)>> {
    let stored = conversation::get(q, id)?;
    let Some(first) = mail::newest_received(q, id)? else { return Ok(None) };
    let Some(head) = read(first.head.as_deref())? else { return Ok(None) };
    let Some(to) = head.from else { return Ok(None) };
    let Some(token) = place::token(q, &stored, &to.mail) else { return Ok(None) };
    let route = Route::of(q, &stored)?;
    let Some(own) = route.sender.settings.addresses.first().cloned() else { return Ok(None) };
    let locale = locale_of(&stored);
    let facts = Facts { code: phishing::code_of(q, &to.mail)?, ..facts(q, &stored, site, now, locale)? };
    let mail = Outgoing {
        from: Party { name: route.sender.settings.name.clone(), mail: own.clone() },
        to: Party { name: String::new(), mail: to.mail },
        cc: vec![],
        reply_to: token.address(&own),
        subject: subject(&facts, locale),
        message_id: token.message_id(&Sent::Receipt(id).unique(), host),
        in_reply_to: head.message_id.filter(|id| is_plain(id)),
        date: now,
        text: plain(&facts, locale),
        html: html(&facts, locale),
        files: vec![],
        fields: headers_for_ours().to_vec(),
    };
    Ok(Some((route, mail)))
}

/// Whether an id is one that a mail program makes, and not a text.
fn is_plain(id: &str) -> bool {
    id.len() <= MAX_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.-_+=$%~".contains(&byte))
}

fn facts(q: &mut impl Query, stored: &Stored, site: &str, now: i64, locale: Locale) -> Result<Facts> {
    let all = inbox::list(q)?;
    let own = all.iter().find(|one| one.id == stored.case.inbox).ok_or(Error::NotFound)?;
    let office = Office::of(q, own, now)?;
    let opens = office.next_change_at.filter(|_| !office.open_now);
    let opens = opens.and_then(|at| Some(format!("{} ({})", Calendar::new(&own.hours).ok()?.wall_clock(at), own.hours.zone)));
    let mut chat = None;
    for one in all.iter().filter(|one| one.enabled && one.channel == Medium::Web) {
        if Office::of(q, one, now)?.open_now {
            chat = Some(format!("{}/chat?inbox={}&lang={}", site.trim_end_matches('/'), one.id, locale.as_str()));
            break;
        }
    }
    Ok(Facts { code: None, number: stored.case.number, opens, reply_time: office.reply_time, chat })
}
