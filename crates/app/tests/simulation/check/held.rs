//! A held reply ends as exactly one of message, draft, or what its author made of the draft.

use crate::model::{Sent, Told, Who};
use crate::tasks::finish;
use crate::world::World;
use candor_domain::id::ConversationId;
use candor_store::{Error, Pool, Query, draft, message, read_text};

pub fn check(world: &World) -> Vec<String> {
    let model = world.model.borrow();
    let held = model.sent.iter().filter(|sent| sent.hold_ms > 0 && sent.told != Told::Refused);
    held.filter_map(|sent| check_one(world, sent, model.cases[sent.case].id?)).collect()
}

fn check_one(world: &World, sent: &Sent, id: ConversationId) -> Option<String> {
    let Who::Agent(place) = sent.who else { return None };
    let (agent, client_id, text) = (world.people.agents[place], sent.client_id, sent.text.clone());
    let (messages, drafts) = finish(world.app().db.read::<_, Error>(Pool::Quick, move |rx| {
        let messages = message::between(rx, id, 1, i64::MAX)?.into_iter().filter(|one| one.client_id == Some(client_id)).count();
        let mut drafts = 0;
        for one in draft::list(rx, id, agent)? {
            let opened = read_text(rx.open(draft::text_cell(one.id), &one.text)?)?;
            drafts += opened.matches(&text).count();
        }
        Ok((messages, drafts))
    }))
    .unwrap();
    let wrong = messages + drafts != 1 || (sent.taken_back && messages == 1);
    let back = if sent.taken_back { ", taken back" } else { "" };
    wrong.then(|| format!("a held reply ends as one thing: {}{back} is {messages} messages and {drafts} drafts", sent.text))
}
