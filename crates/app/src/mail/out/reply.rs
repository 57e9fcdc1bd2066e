//! An agent's answer as a mail: read with everything it is made of, written, handed over.

use super::letter::{Parts, Picture};
use super::queue::answered;
use super::route::{Route, Tried};
use super::{Sent, code, place};
use crate::file::{check_harmless, read_whole};
use crate::mail::head::read;
use crate::mail::{Head, Person, phishing, pieces};
use crate::{App, Error, Result};
use candor_connect::channel::email::outgoing::{File, NotTaken, Outgoing, Party, Recipients, Refused, Taken};
use candor_domain::channel::{Known, MailState};
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
    number: i64,
    text: String,
    files: Vec<file::File>,
    agent: String,
    quoted: Option<(String, String)>,
    /// What the customer knows mail of ours by.
    code: Option<String>,
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
    let pictures = pictures(&ready);
    let mut files = Vec::new();
    for (one, shown_as) in ready.files.iter().zip(&pictures) {
        let shown_as = shown_as.as_ref().map(|picture| picture.id.clone());
        files.push(File { name: one.name.clone(), mime: one.media_type.clone(), bytes: read_whole(app, one).await?, shown_as });
    }
    let pictures: Vec<Picture> = pictures.into_iter().flatten().collect();
    hand_over(app, &ready, &pictures, written(&ready, &pictures, files)).await
}

/// Hands it over to customer and copies in one go. Where the customer's own has a code above it, the others get theirs without; who
/// does not get it then is named, because the customer's is out and is not sent again.
async fn hand_over(app: &App, ready: &Ready, pictures: &[Picture], mut mail: Outgoing) -> Result<Tried> {
    let others = ready.head.cc.iter().chain(&ready.head.bcc).filter(|_| !ready.head.copied);
    let (main, copies): (String, Vec<String>) = (mail.to.mail.clone(), others.map(|one| one.mail.clone()).collect());
    // What comes back names its case by the address it comes to.
    let back = mail.reply_to.clone().unwrap_or_else(|| mail.from.mail.clone());
    let alone = ready.code.is_some() && !copies.is_empty();
    let with: &[String] = if alone { &[] } else { &copies };
    let first = Recipients { main: Some(&main), copies: with };
    let tried = ready.route.hand_over(app, &mail, first, Some(&back)).await?;
    let (true, Some(Ok(taken))) = (alone, &tried) else { return Ok(tried) };
    let bare = parts(ready, None, pictures);
    (mail.text, mail.html) = (bare.plain(), bare.html());
    let rest = ready.route.hand_over(app, &mail, Recipients { main: None, copies: &copies }, Some(&back)).await;
    let nobody = |words: String| copies.iter().map(|mail| NotTaken { mail: mail.clone(), words: words.clone() }).collect();
    let not = match rest {
        Ok(Some(Ok(rest))) => rest.not,
        Ok(Some(Err(refused))) => nobody(refused.words),
        Ok(None) => vec![],
        Err(problem) => nobody(problem.to_string()),
    };
    Ok(Some(Ok(Taken { words: taken.words.clone(), not })))
}

/// The pictures that every mail program shows within a page; other files are attached.
fn pictures(ready: &Ready) -> Vec<Option<Picture>> {
    let shown = |(place, one): (usize, &file::File)| {
        let picture = matches!(one.media_type.as_str(), "image/png" | "image/jpeg" | "image/gif");
        picture.then(|| Picture { id: format!("p{place}.{}", ready.message_id), name: one.name.clone(), width: one.width })
    };
    ready.files.iter().enumerate().map(shown).collect()
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
    let code = match head.to.first() {
        Some(to) => phishing::code_of(q, &to.mail)?,
        None => None,
    };
    let names = agent::names(q, &kept.author.id.map(AgentId).into_iter().collect::<Vec<_>>())?;
    Ok(Some(Ready {
        head,
        message_id: token.map(|token| token.message_id(&Sent::Reply(id).unique(), host)).unwrap_or_default(),
        route: Route::of(q, &stored)?,
        number: stored.case.number,
        text: texts.join("\n\n"),
        files: files.iter().map(|id| file::get(q, *id)).collect::<Result<_, _>>()?,
        agent: names.into_values().next().map(|name| name.public_name).unwrap_or_default(),
        quoted: quoted(q, &stored)?,
        code,
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

fn parts<'a>(ready: &'a Ready, code: Option<&'a str>, pictures: &'a [Picture]) -> Parts<'a> {
    let settings = &ready.route.sender.settings;
    Parts {
        code,
        text: &ready.text,
        pictures,
        around: settings.around.get(&ready.locale),
        known: Known { agent: &ready.agent, desk: &settings.name, number: ready.number },
        quoted: ready.quoted.as_ref().map(|(who, words)| (who.as_str(), words.as_str())),
        locale: ready.locale,
    }
}

fn written(ready: &Ready, pictures: &[Picture], files: Vec<File>) -> Outgoing {
    let (head, parts) = (&ready.head, parts(ready, ready.code.as_deref(), pictures));
    let party = |one: &Person| Party { name: one.name.clone(), mail: one.mail.clone() };
    let first = |person: Option<&Person>| person.map_or_else(|| Party { name: String::new(), mail: String::new() }, party);
    Outgoing {
        from: first(head.from.as_ref()),
        to: first(head.to.first()),
        cc: head.cc.iter().map(party).collect(),
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
