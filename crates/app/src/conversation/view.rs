//! What a reader sees of a stream: events with their opened messages and the names that stand in them.

use super::get_permitted;
use crate::mail::{Head, pieces};
use crate::{App, Error, Result};
use candor_domain::actor::{Actor, ActorKind};
use candor_domain::channel::MailState;
use candor_domain::event::{Event, Recorded};
use candor_domain::id::{AgentId, ConversationId, MessageId};
use candor_domain::inbox::Channel;
use candor_domain::permission::Permission;
use candor_store::conversation::Stored;
use candor_store::event::Part;
use candor_store::{Pool, Query, agent, contact, event, file, mail, message};
use std::collections::{BTreeSet, HashMap};

/// A message with its text. `text` is empty after a redaction.
#[derive(Clone, Debug)]
pub struct Opened {
    pub stored: message::Stored,
    pub text: String,
    pub files: Vec<file::File>,
    /// Where it was a mail.
    pub mail: Option<Letter>,
}

/// What is known of a mail beside its words.
#[derive(Clone, Debug)]
pub struct Letter {
    pub head: Head,
    /// Which stretches of the text are new, in its order: a letter (n, q, s) and a length in bytes each.
    pub pieces: Vec<(char, usize)>,
    pub state: MailState,
    /// What the other server said of it.
    pub problem: Option<String>,
    /// The case it answers without being a part of it, where the reader may open that.
    pub answers: Option<ConversationId>,
}

/// One line of a timeline.
#[derive(Clone, Debug)]
pub struct Item {
    pub recorded: Recorded,
    pub message: Option<Opened>,
}

/// The names that stand in a part of a stream.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub agents: HashMap<AgentId, agent::Name>,
    pub contact: Option<String>,
}

/// A part of a stream, ascending.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub stored: Stored,
    pub items: Vec<Item>,
    /// Whether there is more in the direction that was asked for.
    pub more: bool,
    pub names: Names,
}

/// Whose numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Everything, by `seq`.
    Staff,
    /// What the customer may see, by `public_seq`.
    Customer,
}

/// Reads a part of a stream for a screen.
pub async fn timeline(app: &App, actor: &Actor, id: ConversationId, part: Part, limit: usize, eyes: Eyes) -> Result<Timeline> {
    let actor = actor.clone();
    app.db.read(Pool::Quick, move |rx| timeline_in(rx, &actor, id, part, limit, eyes)).await
}

/// The same inside a query that reads more.
pub fn timeline_in(q: &mut impl Query, actor: &Actor, id: ConversationId, part: Part, limit: usize, eyes: Eyes) -> Result<Timeline> {
    let stored = get_permitted(q, actor, Permission::ConversationRead, id)?;
    read(q, Some(actor), stored, part, limit, eyes)
}

/// What all who may read a chat are shown of it behind a number, for whoever has checked them; `None` for a case whose readers
/// are not all shown the same: what a mail answers is for those who may open that.
pub(crate) fn chat_after(q: &mut impl Query, stored: &Stored, after: i64, limit: usize) -> Result<Option<Timeline>> {
    if stored.channel == Channel::Email.as_str() {
        return Ok(None);
    }
    let timeline = read(q, None, stored.clone(), Part::After(after), limit, Eyes::Staff)?;
    let joined = |item: &Item| item.message.as_ref().is_some_and(|message| message.mail.is_some());
    Ok(if timeline.items.iter().any(joined) { None } else { Some(timeline) })
}

fn read(q: &mut impl Query, actor: Option<&Actor>, stored: Stored, part: Part, limit: usize, eyes: Eyes) -> Result<Timeline> {
    let id = stored.case.id;
    let ask = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut events = match eyes {
        Eyes::Staff => event::page(q, id, part, ask)?,
        Eyes::Customer => event::public_page(q, id, part, ask)?,
    };
    let more = events.len() > limit;
    if more {
        // One was read too many, at the far end of the direction asked for.
        match part {
            Part::After(_) => events.truncate(limit),
            Part::Before(_) | Part::Newest => drop(events.remove(0)),
        }
    }
    let mut messages = messages(q, actor, &stored, &events)?;
    let items: Vec<Item> = events.into_iter().map(|recorded| Item { message: messages.remove(&recorded.seq), recorded }).collect();
    let names = names(q, &stored, &items)?;
    Ok(Timeline { stored, items, more, names })
}

/// The opened messages of these events, by their number: one statement, and one for the files if there are any.
fn messages(q: &mut impl Query, actor: Option<&Actor>, stored: &Stored, events: &[Recorded]) -> Result<HashMap<i64, Opened>> {
    let numbers: BTreeSet<i64> = events.iter().filter(|one| matches!(one.event, Event::Message { .. })).map(|one| one.seq).collect();
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(HashMap::new()) };
    let kept = message::between(q, stored.case.id, *first, *last)?;
    let mut files: HashMap<_, _> = if kept.iter().any(|one| !one.files.is_empty()) {
        file::of_case(q, stored.case.id)?.into_iter().map(|file| (file.id, file)).collect()
    } else {
        HashMap::new()
    };
    let joined = |one: &Recorded| matches!(one.event, Event::Message { joined_from: Some(_), .. });
    let mails = stored.channel == Channel::Email.as_str() || events.iter().any(joined);
    let mut letters = if mails { letters(q, actor, stored, *first, *last)? } else { HashMap::new() };
    let mut opened = HashMap::new();
    for mut one in kept.into_iter().filter(|one| numbers.contains(&one.seq)) {
        let text = match one.body.take() {
            Some(sealed) => q.open_kept(message::body_cell(one.id), &sealed)?.unwrap_or_default(),
            None => String::new(),
        };
        let own = one.files.iter().filter_map(|id| files.remove(id)).collect();
        opened.insert(one.seq, Opened { text, files: own, mail: letters.remove(&one.id), stored: one });
    }
    Ok(opened)
}

/// What is known of the mails among them; what one answers is said to a reader who may open that.
fn letters(q: &mut impl Query, actor: Option<&Actor>, stored: &Stored, first: i64, last: i64) -> Result<HashMap<MessageId, Letter>> {
    let mut letters = HashMap::new();
    for kept in mail::between(q, stored.case.id, first, last)? {
        let Some(head) = kept.head.as_deref().and_then(|head| serde_json::from_str::<Head>(head).ok()) else { continue };
        let answers = match (actor, &head.answers) {
            (Some(actor), Some(answers)) => readable(q, actor, answers.conversation)?.map(|found| found.case.id),
            _ => None,
        };
        let letter = Letter { head, pieces: pieces::read(&kept.pieces), state: kept.state, problem: kept.problem, answers };
        letters.insert(kept.message, letter);
    }
    Ok(letters)
}

/// The case, if this reader may open it.
pub(super) fn readable(q: &mut impl Query, actor: &Actor, id: ConversationId) -> Result<Option<Stored>> {
    match get_permitted(q, actor, Permission::ConversationRead, id) {
        Err(Error::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

fn names(q: &mut impl Query, stored: &Stored, items: &[Item]) -> Result<Names> {
    let mut agents = BTreeSet::new();
    for item in items {
        if item.recorded.actor.kind == ActorKind::Agent {
            agents.extend(item.recorded.actor.id.map(AgentId));
        }
        if let Event::Assigned { to: Some(to), .. } = item.recorded.event {
            agents.insert(to);
        }
    }
    let agents = if agents.is_empty() { HashMap::new() } else { agent::names(q, &agents.into_iter().collect::<Vec<_>>())? };
    Ok(Names { agents, contact: contact::name(q, stored.case.contact)? })
}
