//! Who meets whom.

use crate::desk::PAGE;
use crate::promises;
use crate::room::{Report, Room, finish};
use candor_app::conversation::{self, Content, FollowUp, ReplyInput, StartInput};
use candor_app::reactor::{self, Lane};
use candor_app::visitor::{Opened, Origin};
use candor_app::{App, Error, erasure, keywork};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::job::{self, NewJob};
use candor_store::stepped::Act;
use candor_store::{AuditEntry, Error as Store, Query, Queue};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    MessageAndReactor,
    TwoReactors,
    ClaimAndLateFinisher,
    MergeAndMessage,
    EraseAndMessage,
    LaneTakenOver,
}

const ALL: [Pair; 6] = [
    Pair::MessageAndReactor,
    Pair::TwoReactors,
    Pair::ClaimAndLateFinisher,
    Pair::MergeAndMessage,
    Pair::EraseAndMessage,
    Pair::LaneTakenOver,
];

impl Pair {
    pub fn of(seed: u64) -> Pair {
        ALL[(seed % ALL.len() as u64) as usize]
    }
}

/// The words that were acknowledged, with their cases.
pub type Kept = Arc<Mutex<Vec<(ConversationId, String)>>>;

/// One meeting: answers what was done in which order, and what was wrong with it.
pub fn meet(room: &mut Room, seed: u64) -> (String, Vec<String>) {
    room.begin(seed);
    let kept = Kept::default();
    let report = Report(Arc::clone(&room.heard));
    let story = match Pair::of(seed) {
        Pair::MessageAndReactor => message_and_reactor(room, seed, &kept, &report),
        Pair::TwoReactors => two_reactors(room, seed, &kept, &report),
        Pair::ClaimAndLateFinisher => claim_and_late_finisher(room, seed, &report),
        Pair::MergeAndMessage => merge_and_message(room, seed, &kept, &report),
        Pair::EraseAndMessage => erase_and_message(room, seed, &report),
        Pair::LaneTakenOver => lane_taken_over(room, seed, &report),
    };
    let mut wrong = report.0.lock().unwrap().clone();
    if wrong.is_empty() && Pair::of(seed) != Pair::EraseAndMessage {
        let cases = promises::cases_of_today(room);
        wrong.extend(promises::all(room, &cases, &kept.lock().unwrap()));
    }
    (story, wrong)
}

fn begun(room: &Room, who: &Opened, kept: &Kept) -> ConversationId {
    let text = "hello".to_owned();
    let id =
        finish(conversation::start(&room.desk.app, &who.visitor.actor(), start_input(&room.desk.app, who, &text))).unwrap().conversation;
    kept.lock().unwrap().push((id, text));
    id
}

fn start_input(app: &App, who: &Opened, text: &str) -> StartInput {
    let content = Content { text: text.to_owned(), ..Content::default() };
    let session = who.visitor.session;
    StartInput { session: session.id, inbox: session.inbox, client_id: app.ids.make(), content, subject: None, origin: None }
}

/// The customer says something; who is not known any more is told so.
fn says(app: &App, actor: Actor, id: ConversationId, texts: &'static [&'static str], kept: &Kept, report: &Report) -> Act {
    let (app, kept, report) = (app.clone(), Arc::clone(kept), report.clone());
    Box::new(move || {
        for text in texts {
            let content = Content { text: (*text).to_owned(), ..Content::default() };
            match finish(conversation::receive(&app, &actor, id, app.ids.make(), content)) {
                Ok(_) => kept.lock().unwrap().push((id, (*text).to_owned())),
                Err(Error::NotFound) => {}
                Err(error) => report.wrong(format!("an answer says what happened: a message got {error}")),
            }
        }
    })
}

fn replies(app: &App, actor: Actor, id: ConversationId, kept: &Kept, report: &Report) -> Act {
    let (app, kept, report) = (app.clone(), Arc::clone(kept), report.clone());
    Box::new(move || {
        let text = "an answer".to_owned();
        let input = ReplyInput {
            client_id: app.ids.make(),
            content: Content { text: text.clone(), ..Content::default() },
            seen_seq: 1000,
            hold_ms: 0,
            follow_up: FollowUp::default(),
            copies: Default::default(),
            force: false,
        };
        match finish(conversation::reply(&app, &actor, id, input)) {
            Ok(_) => kept.lock().unwrap().push((id, text)),
            Err(error) => report.wrong(format!("an answer says what happened: a reply got {error}")),
        }
    })
}

fn reacts(app: &App, lane: usize, turns: usize, report: &Report) -> Act {
    let (app, report) = (app.clone(), report.clone());
    Box::new(move || {
        for _ in 0..turns {
            if let Err(error) = finish(reactor::turn(&app, Lane(lane))) {
                report.wrong(format!("an answer says what happened: the reactor got {error}"));
            }
        }
    })
}

fn message_and_reactor(room: &Room, seed: u64, kept: &Kept, report: &Report) -> String {
    let who = finish(room.desk.anonymous());
    let id = begun(room, &who, kept);
    let (app, agent) = (&room.desk.app, room.desk.agent(&[Permission::ConversationRead, Permission::ConversationReply]));
    room.meet(
        seed,
        vec![
            says(app, who.visitor.actor(), id, &["one", "two"], kept, report),
            replies(app, agent, id, kept, report),
            reacts(app, 0, 2, report),
        ],
    )
}

fn two_reactors(room: &Room, seed: u64, kept: &Kept, report: &Report) -> String {
    let who = finish(room.desk.anonymous());
    let (id, _) = (begun(room, &who, kept), begun(room, &who, kept));
    let app = &room.desk.app;
    room.meet(seed, vec![reacts(app, 0, 2, report), reacts(app, 1, 2, report), says(app, who.visitor.actor(), id, &["and"], kept, report)])
}

fn claim_and_late_finisher(room: &Room, seed: u64, report: &Report) -> String {
    const LEASE_MS: i64 = 10_000;
    const RESULT: &str = "INSERT INTO sim_result (job, lease) VALUES ($1, $2)";
    let app = &room.desk.app;
    let id: Uuid = app.ids.make();
    let claim = move |app: &App| finish(app.db.write(Queue::Machines, |tx| Ok::<_, Error>(job::claim(tx, "meeting", LEASE_MS, 1)?)));
    finish(app.db.write(Queue::People, move |tx| {
        let due_at = tx.now();
        let new = NewJob { id, queue: "meeting", kind: "send", unique_key: None, stream: None, body: "{}", due_at, max_tries: 9 };
        Ok::<_, Error>(job::insert(tx, &new)?)
    }))
    .unwrap();
    let late = claim(app).unwrap().remove(0);
    room.desk.clock.advance(LEASE_MS + 1);
    let finishes = move |app: &App, report: &Report, one: job::Job| {
        let done = finish(app.db.write(Queue::Machines, move |tx| {
            tx.execute(RESULT, &[&one.id, &one.lease])?;
            Ok::<_, Error>(job::finish(tx, &one)?)
        }));
        match done {
            Ok(()) | Err(Error::Store(Store::LeaseLost)) => {}
            Err(error) => report.wrong(format!("an answer says what happened: a worker got {error}")),
        }
    };
    let mut acts: Vec<Act> = Vec::new();
    let (mine, heard) = (app.clone(), report.clone());
    acts.push(Box::new(move || finishes(&mine, &heard, late)));
    for _ in 0..2 {
        let (mine, heard) = (app.clone(), report.clone());
        acts.push(Box::new(move || match claim(&mine) {
            Ok(claimed) => claimed.into_iter().for_each(|one| finishes(&mine, &heard, one)),
            Err(error) => heard.wrong(format!("an answer says what happened: a claim got {error}")),
        }));
    }
    let story = room.meet(seed, acts);
    let (results, open) = (room.count("SELECT COUNT(*) FROM sim_result"), room.count("SELECT COUNT(*) FROM job WHERE queue = 'meeting'"));
    if (results, open) != (1, 0) {
        report.wrong(format!("a job has one result: {results} results and {open} jobs are there"));
    }
    finish(app.db.write(Queue::People, |tx| {
        tx.execute("DELETE FROM sim_result", &[])?;
        Ok::<_, Error>(tx.execute("DELETE FROM job WHERE queue = 'meeting'", &[])?)
    }))
    .unwrap();
    story
}

fn merge_and_message(room: &Room, seed: u64, kept: &Kept, report: &Report) -> String {
    let sub = format!("person-{}", room.day);
    let known = finish(room.desk.person(&sub)).visitor.contact.id;
    let nobody = finish(room.desk.anonymous());
    let (first, second) = (begun(room, &nobody, kept), begun(room, &nobody, kept));
    let app = &room.desk.app;
    let jwt = room.desk.jwt(&sub, serde_json::json!({}));
    let input = start_input(app, &nobody, "a new one");
    let (mine, actor, heard, told) = (app.clone(), nobody.visitor.actor(), report.clone(), Arc::clone(kept));
    let starts: Act = Box::new(move || match finish(conversation::start(&mine, &actor, input)) {
        Ok(started) => told.lock().unwrap().push((started.conversation, "a new one".to_owned())),
        Err(Error::NotFound) => {}
        Err(error) => heard.wrong(format!("an answer says what happened: a start got {error}")),
    });
    let (mine, inbox, token, heard) = (app.clone(), room.desk.inbox, nobody.token.clone(), report.clone());
    let merges: Act = Box::new(move || {
        let input = crate::desk::start_input(inbox, Origin::Page(PAGE), Some(&jwt), Some(&token));
        if let Err(error) = finish(candor_app::visitor::start(&mine, input)) {
            heard.wrong(format!("an answer says what happened: a person's arrival got {error}"));
        }
    });
    let acts = vec![
        merges,
        says(app, nobody.visitor.actor(), first, &["one"], kept, report),
        says(app, nobody.visitor.actor(), second, &["two"], kept, report),
        starts,
    ];
    let story = room.meet(seed, acts);
    for what in promises::belongs_to(room, known, &kept.lock().unwrap()) {
        report.wrong(what);
    }
    story
}

/// Whoever writes while everything of theirs is erased: heard before or refused, and nothing of it is left.
fn erase_and_message(room: &Room, seed: u64, report: &Report) -> String {
    let kept = Kept::default();
    let who = finish(room.desk.anonymous());
    let (first, second) = (begun(room, &who, &kept), begun(room, &who, &kept));
    let (app, contact) = (&room.desk.app, who.visitor.contact.id);
    let (mine, heard) = (app.clone(), report.clone());
    let erases: Act = Box::new(move || {
        let ordered = finish(erasure::erase(&mine, &Actor::machine("test"), contact));
        if let Err(error) = ordered.map(|_| ()).and_then(|()| finish(keywork::work(&mine)).map(|_| ())) {
            heard.wrong(format!("an answer says what happened: an erasure got {error}"));
        }
    });
    let writes = |id: ConversationId, text: &'static str| -> Act {
        let (app, actor, heard) = (app.clone(), who.visitor.actor(), report.clone());
        Box::new(move || {
            for _ in 0..2 {
                let content = Content { text: text.to_owned(), ..Content::default() };
                match finish(conversation::receive(&app, &actor, id, app.ids.make(), content)) {
                    Ok(_) | Err(Error::NotFound | Error::Refused(_) | Error::Erased) => {}
                    Err(error) => heard.wrong(format!("an answer says what happened: a message got {error}")),
                }
            }
        })
    };
    let mut acts = vec![erases, writes(first, "one"), writes(second, "two")];
    let (mine, actor, heard, input) = (app.clone(), who.visitor.actor(), report.clone(), start_input(app, &who, "a new one"));
    acts.push(Box::new(move || match finish(conversation::start(&mine, &actor, input)) {
        Ok(_) | Err(Error::NotFound | Error::Refused(_) | Error::Erased) => {}
        Err(error) => heard.wrong(format!("an answer says what happened: a start got {error}")),
    }));
    let story = room.meet(seed, acts);
    for what in promises::nothing_left_of(room, contact) {
        report.wrong(what);
    }
    story
}

fn lane_taken_over(room: &Room, seed: u64, report: &Report) -> String {
    let before = room.count("SELECT COUNT(*) FROM audit_entry");
    let written = Arc::new(Mutex::new(0));
    let notes = |db: &candor_store::Db, plan: &'static str| -> Act {
        let (db, written, report) = (db.clone(), Arc::clone(&written), report.clone());
        Box::new(move || {
            for step in plan.chars() {
                let done = match step {
                    'r' => db.reconnect(),
                    _ => finish(db.write::<_, Store>(Queue::People, |tx| tx.audit(AuditEntry::new("machine", None, "test.met"))))
                        .map(|_| *written.lock().unwrap() += 1),
                };
                if let Err(error) = done {
                    report.wrong(format!("an answer says what happened: an entry got {error}"));
                }
            }
        })
    };
    let story = room.meet(seed, vec![notes(&room.db, "aara"), notes(&room.db, "raara"), notes(&room.db, "araa")]);
    let (after, written) = (room.count("SELECT COUNT(*) FROM audit_entry"), *written.lock().unwrap());
    if after - before != written {
        report.wrong(format!("nothing lost: {written} entries were answered, {} are there", after - before));
    }
    story
}
