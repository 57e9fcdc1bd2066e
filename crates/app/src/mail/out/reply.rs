//! An agent's answer as a mail: read with everything it is made of, written, handed over.

use super::letter::Parts;
use super::queue::answered;
use super::route::{Route, Tried};
use super::{Sent, code, place};
use crate::file::{check_harmless, read_whole};
use crate::mail::head::read;
use crate::mail::{Head, Person, pieces};
use crate::{App, Error, Result};
use candor_connect::channel::email::outgoing::{File, Outgoing, Party, Refused};
use candor_domain::channel::MailState;
use candor_domain::id::{AgentId, MessageId};
use candor_domain::locale::Locale;
use candor_store::job::Job;
use candor_store::message::Stored as Message;
use candor_store::{Pool, Query, agent, contact, conversation, file, mail, message};

/// Everything an answer is made of.
struct Ready {
    head: Head,
    /// The same in every try.
    message_id: String,
    route: Route,
    text: String,
    files: Vec<file::File>,
    agent: String,
    quoted: Option<(String, String)>,
    locale: Locale,
}

/// Tries to hand over the answer that the job names.
pub(super) async fn send(app: &App, job: &Job) -> Result<Tried> {
    let id: MessageId = job.body.parse().map_err(|_| Error::Broken("a job of mail without its message".into()))?;
    let host = app.host().to_owned();
    let Some(ready) = app.db.read(Pool::Quick, move |rx| ready(rx, id, &host)).await? else { return Ok(None) };
    if ready.files.iter().any(|one| check_harmless(one).is_err()) {
        return Ok(Some(Err(Refused { permanent: true, words: code::INFECTED.to_owned() })));
    }
    let mut files = Vec::new();
    for one in &ready.files {
        files.push(File { name: one.name.clone(), mime: one.media_type.clone(), bytes: read_whole(app, one).await? });
    }
    let mail = written(&ready, files);
    // What comes back names its case by the address it comes to.
    let back = mail.reply_to.as_deref().unwrap_or(&mail.from.mail);
    ready.route.hand_over(app, &mail, Some(back)).await
}

fn ready(q: &mut impl Query, id: MessageId, host: &str) -> Result<Option<Ready>> {
    let Some(known) = mail::get(q, id)?.filter(|known| known.state == MailState::Queued) else { return Ok(None) };
    let Some(head) = read(known.head.as_deref())? else { return Ok(None) };
    let stored = conversation::get(q, known.conversation)?;
    let kept = message::get(q, id)?;
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    for id in head.with.iter().chain([&id]) {
        let one = message::get(q, *id)?;
        texts.push(text_of(q, &one)?);
        files.extend(one.files);
    }
    let token = head.to.first().and_then(|to| place::token(q, &stored, &to.mail));
    let names = agent::names(q, &kept.author.id.map(AgentId).into_iter().collect::<Vec<_>>())?;
    Ok(Some(Ready {
        head,
        message_id: token.map(|token| token.message_id(&Sent::Reply(id).unique(), host)).unwrap_or_default(),
        route: Route::of(q, &stored)?,
        text: texts.join("\n\n"),
        files: files.iter().map(|id| file::get(q, *id)).collect::<Result<_, _>>()?,
        agent: names.into_values().next().map(|name| name.public_name).unwrap_or_default(),
        quoted: quoted(q, &stored)?,
        locale: super::locale_of(&stored),
    }))
}

fn text_of(q: &mut impl Query, kept: &Message) -> Result<String> {
    let Some(sealed) = &kept.body else { return Ok(String::new()) };
    Ok(q.open_kept(message::body_cell(kept.id), sealed)?.unwrap_or_default())
}

/// Who wrote last, and the new words of it.
fn quoted(q: &mut impl Query, stored: &conversation::Stored) -> Result<Option<(String, String)>> {
    let Some(last) = mail::newest_received(q, stored.case.id)? else { return Ok(None) };
    let kept = message::get(q, last.message)?;
    let text = text_of(q, &kept)?;
    let who = match contact::name(q, stored.case.contact)? {
        Some(name) => Some(name),
        None => answered(q, stored)?.and_then(|head| head.from).map(|from| from.mail),
    };
    Ok(Some((who.unwrap_or_default(), pieces::fresh(&text, &last.pieces))))
}

fn written(ready: &Ready, files: Vec<File>) -> Outgoing {
    let head = &ready.head;
    let parts = Parts {
        text: &ready.text,
        agent: &ready.agent,
        desk: &ready.route.sender.settings.name,
        quoted: ready.quoted.as_ref().map(|(who, words)| (who.as_str(), words.as_str())),
        locale: ready.locale,
    };
    let party = |person: Option<&Person>| {
        person.map_or_else(
            || Party { name: String::new(), mail: String::new() },
            |one| Party { name: one.name.clone(), mail: one.mail.clone() },
        )
    };
    Outgoing {
        from: party(head.from.as_ref()),
        to: party(head.to.first()),
        reply_to: head.reply_to.first().map(|one| one.mail.clone()),
        subject: head.subject.clone(),
        message_id: ready.message_id.clone(),
        in_reply_to: head.in_reply_to.clone(),
        date: head.date.unwrap_or_default(),
        text: parts.plain(),
        html: parts.html(),
        files,
        fields: vec![],
    }
}
