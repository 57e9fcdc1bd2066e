//! Erasing customers: nothing of theirs is found afterwards, byte by byte, and everything of the others is.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;
#[path = "erasure/people.rs"]
mod people;
#[path = "erasure/traces.rs"]
mod traces;

use candor_app::conversation::view::{self, Eyes};
use candor_app::conversation::{self, Content};
use candor_app::search::{self, Asked};
use candor_app::visitor::{self, Origin};
use candor_app::{Error, erasure, keywork};
use candor_domain::actor::Actor;
use candor_domain::event::Event;
use candor_domain::id::ContactId;
use candor_domain::permission::Permission;
use candor_store::erasure::State;
use candor_store::event::Part;
use candor_store::testing::{TestDb, options};
use candor_store::{Db, Note, Pool, Query, audit, contact, db_test};
use desk::Desk;
use people::{Person, busy_desk, person};
use std::time::{Duration, Instant};
use traces::{Traces, logged, watch_logs};
use uuid::Uuid;

const OPERATOR: Actor = Actor::machine("test");

/// Carries out what was ordered, to its end.
async fn carried_out(desk: &Desk, id: Uuid) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        keywork::work(&desk.app).await.unwrap();
        if erasure::get(&desk.app, &OPERATOR, id).await.unwrap().state == State::Done {
            return;
        }
        // Work that was put off is due a little later; on PostgreSQL the transactions of other tests are waited for.
        desk.clock.advance(1_000);
    }
    panic!("the erasure does not end: {:?}", erasure::get(&desk.app, &OPERATOR, id).await.unwrap());
}

async fn erased(desk: &Desk, people: &[Person]) {
    let mut last = Uuid::nil();
    for one in people {
        last = erasure::erase(&desk.app, &OPERATOR, one.contact).await.unwrap().id;
    }
    carried_out(desk, last).await;
    for one in people {
        let report = erasure::erase(&desk.app, &OPERATOR, one.contact).await.unwrap();
        assert_eq!((report.state, report.cases, report.files, report.identities), (State::Done, 2, 1, 2), "{report:?}");
        assert!(report.messages >= 4 && report.keys >= 1, "{report:?}");
    }
}

async fn said(desk: &Desk, one: &Person) -> Vec<String> {
    let mut texts = Vec::new();
    for case in one.cases {
        let timeline = view::timeline(&desk.app, &OPERATOR, case, Part::Newest, 100, Eyes::Staff).await.unwrap();
        texts.extend(timeline.items.into_iter().filter_map(|item| item.message).map(|message| message.text));
        let seen = conversation::detail::detail(&desk.app, &OPERATOR, case).await.unwrap();
        texts.extend([seen.row.preview, seen.row.subject.unwrap_or_default(), seen.row.contact_name.unwrap_or_default()]);
        texts.extend([seen.origin.unwrap_or_default(), seen.rating.and_then(|rating| rating.comment).unwrap_or_default()]);
        texts.extend(seen.held.into_iter().map(|held| held.text));
    }
    texts
}

async fn found(desk: &Desk, reader: &Actor, word: &str) -> usize {
    let asked = Asked { query: word.to_owned(), filter: None, spam: false, limit: 20, before: None };
    search::search(&desk.app, reader, asked).await.unwrap().hits.len()
}

async fn whole_audit(desk: &Desk) {
    let (place, clock) = (desk.db.place.clone(), desk.clock.clone());
    let verified = tokio::task::spawn_blocking(move || {
        let options = options(place, &clock);
        let roots = options.audit_roots.clone();
        audit::verify(&Db::open_reader(options).unwrap(), &roots).map(|report| report.entries)
    });
    assert!(verified.await.unwrap().unwrap() > 0);
}

db_test!(nothing_of_a_hundred_erased_customers_is_found_and_everything_of_the_others, |db| async move {
    watch_logs();
    let desk = busy_desk(db).await;
    let reader = desk.agent(&[Permission::ConversationRead]);
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for number in 0..120 {
        let one = person(&desk, number).await;
        // Those who stay stand between those who go.
        if number % 6 == 5 { kept.push(one) } else { gone.push(one) }
    }
    let (traces, others) = (Traces::of(&desk, &gone).await, Traces::of(&desk, &kept).await);
    // The check can fail: all of it lies on the disk now, none of it in the clear.
    assert_eq!(traces.plain_on_disk(&desk), Vec::<String>::new());
    let before = traces.blind_on_disk(&desk);
    assert_eq!((before.keys, before.values), (traces.keys.len(), traces.values.len()), "keys and blind values can be found");
    assert!(before.words * 10 >= traces.words.len() * 9, "{} of {} words can be found", before.words, traces.words.len());
    assert_eq!(found(&desk, &reader, &gone[0].word("text")).await, 1);

    erased(&desk, &gone).await;

    assert_eq!(traces.plain_on_disk(&desk), Vec::<String>::new());
    assert_eq!(traces.blind_on_disk(&desk), traces::Hits::default(), "{:?}", traces.places(&desk));
    let segments = desk.app.db.read(Pool::Quick, |rx| candor_store::scrub::segments(rx)).await.unwrap();
    assert!(segments <= 1, "one segment newer than the deletion is left, not {segments}");
    let others_now = others.blind_on_disk(&desk);
    assert_eq!((others_now.keys, others_now.values), (others.keys.len(), others.values.len()));
    assert!(others_now.words * 10 >= others.words.len() * 9, "{} of {} words", others_now.words, others.words.len());
    for one in &gone {
        assert!(said(&desk, one).await.iter().all(String::is_empty), "{:?}", said(&desk, one).await);
        assert_eq!(found(&desk, &reader, &one.word("text")).await, 0);
    }
    for one in &kept {
        let said = said(&desk, one).await.join(" ");
        for part in ["text", "subject", "note", "reply", "comment", "held", "page", "name"] {
            assert!(said.contains(&one.word(part)), "{part} of {}: {said}", one.number);
        }
        assert_eq!(found(&desk, &reader, &one.word("text")).await, 1);
    }
    assert_eq!(traces.plain_in(&logged()), Vec::<String>::new(), "in the log");
    whole_audit(&desk).await;
});

db_test!(a_shell_stays_with_its_events_and_figures, |db| async move {
    let desk = busy_desk(db).await;
    let one = person(&desk, 7).await;
    let before = conversation::detail::detail(&desk.app, &OPERATOR, one.cases[0]).await.unwrap();
    erased(&desk, std::slice::from_ref(&one)).await;
    let after = conversation::detail::detail(&desk.app, &OPERATOR, one.cases[0]).await.unwrap();
    assert_eq!((after.row.stored.case.number, after.row.stored.case.rating), (before.row.stored.case.number, Some(4)));
    let timeline = view::timeline(&desk.app, &OPERATOR, one.cases[0], Part::Newest, 100, Eyes::Staff).await.unwrap();
    assert_eq!(timeline.items.last().map(|item| item.recorded.event.clone()), Some(Event::Erased));
    assert!(timeline.items.iter().any(|item| matches!(item.recorded.event, Event::Message { .. })));
    assert!(timeline.items.iter().filter_map(|item| item.message.as_ref()).all(|message| message.stored.redacted_at.is_some()));
    // The same person may come back, as somebody nobody knows.
    let again = desk.person(&one.word("sub")).await.visitor;
    assert!(again.contact.id != one.contact && again.contact.name.is_none());
});

db_test!(who_may_not_erase_is_refused_and_an_order_is_given_once, |db| async move {
    let desk = busy_desk(db).await;
    let one = person(&desk, 1).await;
    let reader = desk.agent(&[Permission::ContactRead, Permission::ContactEdit, Permission::ConversationRedact]);
    assert!(matches!(erasure::erase(&desk.app, &reader, one.contact).await, Err(Error::Forbidden("contact.erase"))));
    let lead = desk.agent(&[Permission::ContactErase]);
    let ordered = erasure::erase(&desk.app, &lead, one.contact).await.unwrap();
    assert_eq!(erasure::erase(&desk.app, &lead, one.contact).await.unwrap().id, ordered.id);
    assert!(matches!(erasure::erase(&desk.app, &lead, ContactId(Uuid::from_u128(9))).await, Err(Error::NotFound)));
    carried_out(&desk, ordered.id).await;
    let (list, next) = erasure::list(&desk.app, &lead, None, 10).await.unwrap();
    assert_eq!((list.len(), list[0].state, next), (1, State::Done, None));
});

db_test!(a_customer_who_writes_while_being_erased_is_refused_and_nothing_is_half, |db| async move {
    let desk = busy_desk(db).await;
    let one = person(&desk, 3).await;
    let mut notes = desk.app.db.notes();
    let ordered = erasure::erase(&desk.app, &OPERATOR, one.contact).await.unwrap();
    // Notes follow the answer, and some of what came before may still be on its way.
    let told = async { while !matches!(notes.recv().await.unwrap(), Note::VisitorLeft { .. }) {} };
    assert!(tokio::time::timeout(Duration::from_secs(5), told).await.is_ok(), "open sockets are told");
    // From the order on the token is dead, and whoever was let in before is refused by the key that is not there.
    assert!(matches!(visitor::by_token(&desk.app, &one.token).await, Err(Error::Unauthenticated)));
    let content = || Content { text: one.word("late"), ..Content::default() };
    assert!(desk.sends(&one.visitor, "a new case", &[]).await.is_err_and(|error| matches!(error, Error::Erased)));
    assert!(desk.start(Origin::Own, None, Some(&one.token)).await.is_ok_and(|new| new.visitor.contact.id != one.contact));
    let say = |id| visitor::say(&desk.app, &one.visitor, one.cases[1], id, content());
    let racing: Vec<_> = (0..20).map(|_| desk.app.ids.make::<Uuid>()).collect();
    let worker = keywork::work(&desk.app);
    let (outcomes, worked) = tokio::join!(futures_util::future::join_all(racing.into_iter().map(say)), worker);
    worked.unwrap();
    for outcome in outcomes {
        assert!(outcome.is_ok() || outcome.is_err_and(|error| matches!(error, Error::Erased | Error::Refused(_))));
    }
    carried_out(&desk, ordered.id).await;
    assert!(say(desk.app.ids.make()).await.is_err());
    assert!(said(&desk, &one).await.iter().all(String::is_empty), "what was taken before the case was shut is wiped with it");
    let texts = desk
        .app
        .db
        .read(Pool::Quick, |rx| rx.one("SELECT COUNT(*) FROM message WHERE body_sealed IS NOT NULL", &[], |row| row.get::<i64>(0)));
    assert_eq!(texts.await.unwrap(), 0);
});

db_test!(agents_are_refused_in_a_shell, |db| async move {
    let desk = busy_desk(db).await;
    let one = person(&desk, 4).await;
    erased(&desk, std::slice::from_ref(&one)).await;
    let agent = desk.agent(&[
        Permission::ConversationRead,
        Permission::ConversationNote,
        Permission::ConversationReply,
        Permission::ConversationTag,
    ]);
    let content = Content { text: "a word".to_owned(), ..Content::default() };
    let noted = conversation::note(&desk.app, &agent, one.cases[0], desk.app.ids.make(), content).await;
    assert!(matches!(noted, Err(Error::Erased)), "{noted:?}");
    let drafted = conversation::put_draft(&desk.app, &agent, one.cases[0], "note", "a word".to_owned(), vec![], Default::default()).await;
    assert!(matches!(drafted, Err(Error::Erased)), "{drafted:?}");
});

/// A copy of the database as it was before, in a directory of its own beside the list of the erased as it is now.
fn restored(db: &TestDb, copy: &std::path::Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(copy, dir.path().join("candor.db")).unwrap();
    std::fs::copy(db.dir().join("erased"), dir.path().join("erased")).unwrap();
    dir
}

#[test]
fn a_restored_copy_forgets_the_erased_before_it_serves_anything() {
    candor_store::testing::run(TestDb::sqlite(), |db| async move {
        let desk = busy_desk(db).await;
        let (gone, kept) = (person(&desk, 1).await, person(&desk, 2).await);
        // The copy that a migration makes: its name says when.
        let copy = desk.db.dir().join("copies").join(format!("before-migration-{}.db", desk.app.now()));
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        traces::copy_of(&desk, &copy).await;
        let traces = Traces::of(&desk, std::slice::from_ref(&gone)).await;
        erased(&desk, std::slice::from_ref(&gone)).await;
        let report = erasure::erase(&desk.app, &OPERATOR, gone.contact).await.unwrap();
        assert!(report.copies.contains(copy.file_name().unwrap().to_str().unwrap()), "{}", report.copies);

        let dir = restored(&desk.db, &copy);
        let place = candor_store::Place::Sqlite { dir: dir.path().to_owned() };
        let opened = tokio::task::spawn_blocking({
            let clock = desk.clock.clone();
            move || Db::open(options(place, &clock)).unwrap()
        });
        let (db, of) = (opened.await.unwrap(), gone.contact);
        let left = db.read(Pool::Quick, move |rx| Ok::<_, candor_store::Error>(candor_store::erasure::keys_of(rx, of)?.len()));
        assert_eq!(left.await.unwrap(), 0, "the keys are gone before anybody can ask");
        let name = db.read(Pool::Quick, move |rx| contact::name(rx, of)).await.unwrap();
        assert_eq!(name, None);
        let other = kept.contact;
        assert_eq!(db.read(Pool::Quick, move |rx| contact::name(rx, other)).await.unwrap(), Some(kept.word("name")));
        // And the erasure is carried out again in the copy.
        let again = Desk::over(db.clone(), dir.path(), &desk).await;
        for _ in 0..5 {
            keywork::work(&again).await.unwrap();
            desk.clock.advance(1_000);
        }
        let report = erasure::erase(&again, &OPERATOR, gone.contact).await.unwrap();
        assert_eq!((report.state, report.cases), (State::Done, 2), "{report:?}");
        assert_eq!(traces.blind_in(&traces::read_all(dir.path())), traces::Hits::default());
        tokio::task::spawn_blocking(move || db.close()).await.unwrap();
        // The copy itself goes when its time is over.
        desk.clock.advance(31 * 24 * 3_600_000);
        candor_app::chores::run(&desk.app).await;
        assert!(!copy.exists());
    });
}

#[test]
fn a_second_node_forgets_opened_keys_and_keeps_the_list_though_every_note_is_lost() {
    candor_store::testing::run(TestDb::postgres(), |db| async move {
        let desk = busy_desk(db).await;
        let one = person(&desk, 5).await;
        let (second, dir) = desk.db.second_node();
        let of = one.contact;
        // The second node has the key open.
        let name = || second.read(Pool::Quick, move |rx| contact::name(rx, of));
        assert_eq!(name().await.unwrap(), Some(one.word("name")));
        erased(&desk, std::slice::from_ref(&one)).await;
        assert_eq!(name().await.unwrap(), None);
        let deadline = Instant::now() + Duration::from_secs(5);
        while std::fs::read_to_string(dir.path().join("erased")).unwrap_or_default().lines().count() == 0 {
            assert!(Instant::now() < deadline, "the list of the second node lacks the key after 5 s");
            tokio::task::yield_now().await;
        }
        tokio::task::spawn_blocking(move || second.close()).await.unwrap();
    });
}

#[test]
fn an_erasure_is_not_done_while_a_transaction_may_still_see_what_was_erased() {
    candor_store::testing::run(TestDb::postgres(), |db| async move {
        let desk = busy_desk(db).await;
        let one = person(&desk, 6).await;
        let traces = Traces::of(&desk, std::slice::from_ref(&one)).await;
        let (second, _dir) = desk.db.second_node();
        let (opened, seen) = tokio::sync::oneshot::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let reading = tokio::spawn(async move {
            let held = second.read(Pool::Slow, move |rx| {
                // A snapshot, and no lock on anything that is rewritten.
                let count = rx.one("SELECT COUNT(*) FROM role", &[], |row| row.get::<i64>(0));
                let _ = opened.send(());
                let _ = ended.recv();
                count
            });
            (held.await, second)
        });
        seen.await.unwrap();
        let id = erasure::erase(&desk.app, &OPERATOR, one.contact).await.unwrap().id;
        for _ in 0..10 {
            keywork::work(&desk.app).await.unwrap();
            desk.clock.advance(1_000);
        }
        assert_eq!(erasure::get(&desk.app, &OPERATOR, id).await.unwrap().state, State::Wiped);
        assert_ne!(traces.blind_on_disk(&desk), traces::Hits::default(), "the reader holds it");
        drop(end);
        let (held, second) = reading.await.unwrap();
        assert!(held.unwrap() > 0);
        carried_out(&desk, id).await;
        assert_eq!(traces.blind_on_disk(&desk), traces::Hits::default(), "{:?}", traces.places(&desk));
        tokio::task::spawn_blocking(move || second.close()).await.unwrap();
    });
}
