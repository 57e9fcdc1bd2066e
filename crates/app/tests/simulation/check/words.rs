//! The index finds every message by each of its words, and finds nothing else.

use crate::tasks::finish;
use crate::world::World;
use candor_domain::text::index_words;
use candor_store::{Error, Pool, Query, message, read_text};
use std::collections::{BTreeMap, BTreeSet};

pub fn check(world: &World) -> Vec<String> {
    let (cases, ghosts) = {
        let model = world.model.borrow();
        (model.known_cases(), model.ghosts.clone())
    };
    let sent: Vec<String> = world.model.borrow().sent.iter().map(|sent| sent.text.clone()).collect();
    finish(world.app().db.read::<_, Error>(Pool::Quick, move |rx| {
        let mut expected: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for text in &sent {
            for word in index_words(text).iter() {
                expected.entry(word.to_owned()).or_default();
            }
        }
        expected.extend(ghosts.into_iter().map(|ghost| (ghost, BTreeSet::new())));
        for (_, id) in cases {
            for one in message::between(rx, id, 1, i64::MAX)? {
                let Some(body) = &one.body else { continue };
                let text = read_text(rx.open(message::body_cell(one.id), body)?)?;
                for word in index_words(&text).iter() {
                    expected.entry(word.to_owned()).or_default().insert(one.doc);
                }
            }
        }
        let mut wrong = Vec::new();
        for (word, docs) in expected {
            let found: BTreeSet<i64> = rx.search_docs(&[rx.mark(&word)], &[], None, 10_000)?.into_iter().collect();
            if found != docs {
                wrong.push(format!("index words are those of the messages: {word} finds {found:?} instead of {docs:?}"));
            }
        }
        Ok(wrong)
    }))
    .unwrap()
}
