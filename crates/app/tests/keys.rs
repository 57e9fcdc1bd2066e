//! Keys that change while the desk runs: the master key and customers' keys, with everything readable before, during and after.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;
#[path = "erasure/people.rs"]
mod people;

use candor_app::conversation::view::{self, Eyes};
use candor_app::keys::{self, Status};
use candor_app::{Error, erasure, keywork, visitor};
use candor_domain::actor::Actor;
use candor_store::event::Part;
use candor_store::keys::masters;
use candor_store::testing::options;
use candor_store::{Db, MasterKey, Pool, Query, SealError, audit, contact, db_test};
use desk::Desk;
use people::{PARTS, Person, busy_desk, person};
use std::sync::Arc;

const OPERATOR: Actor = Actor::machine("test");

async fn status(desk: &Desk) -> Status {
    keys::status(&desk.app, &OPERATOR).await.unwrap()
}

/// Works until nothing is left to do.
async fn settled(desk: &Desk) {
    for _ in 0..20 {
        keywork::work(&desk.app).await.unwrap();
        desk.clock.advance(1_000);
    }
    let status = status(desk).await;
    assert!(status.rewrapping.is_none() && status.renewing.is_none(), "{status:?}");
}

/// Everything the customer wrote and what was written about them can be read.
async fn is_readable(desk: &Desk, one: &Person) {
    let mut said = String::new();
    for case in one.cases {
        let timeline = view::timeline(&desk.app, &OPERATOR, case, Part::Newest, 100, Eyes::Staff).await.unwrap();
        said.extend(timeline.items.into_iter().filter_map(|item| item.message).map(|message| {
            let files: String = message.files.iter().map(|file| file.name.clone()).collect();
            format!("{} {files} ", message.text)
        }));
        let seen = candor_app::conversation::detail::detail(&desk.app, &OPERATOR, case).await.unwrap();
        said += &format!("{:?} {:?} {:?} {:?} {:?}", seen.row.subject, seen.row.contact_name, seen.origin, seen.rating, seen.held);
    }
    let of = one.contact;
    let (record, known) = desk
        .app
        .db
        .read(Pool::Quick, move |rx| Ok::<_, candor_store::Error>((contact::get(rx, of)?, contact::identities(rx, of)?)))
        .await
        .unwrap();
    said += &format!("{record:?} {known:?}");
    for part in PARTS.iter().filter(|part| **part != "draft") {
        assert!(said.contains(&one.word(part)), "{part} of {}: {said}", one.number);
    }
}

async fn wrapped_keys(desk: &Desk) -> Vec<Vec<u8>> {
    let all = desk.app.db.read(Pool::Slow, |rx| rx.list("SELECT wrapped FROM customer_key ORDER BY id", &[], |row| row.get::<Vec<u8>>(0)));
    all.await.unwrap()
}

/// Opens the same place with another master key.
async fn opened_with(desk: &Desk, master: MasterKey) -> Result<Db, candor_store::Error> {
    let (place, clock) = (desk.db.place.clone(), Arc::clone(&desk.clock));
    let open = move || {
        let mut options = options(place, &clock);
        options.master = master;
        Db::open_reader(options)
    };
    tokio::task::spawn_blocking(open).await.unwrap()
}

async fn whole_audit(desk: &Desk, master: MasterKey) {
    let roots = options(desk.db.place.clone(), &desk.clock).audit_roots;
    let db = opened_with(desk, master).await.unwrap();
    tokio::task::spawn_blocking(move || assert!(audit::verify(&db, &roots).unwrap().entries > 0)).await.unwrap();
}

db_test!(a_new_master_key_wraps_everything_and_the_old_one_is_named, |db| async move {
    let desk = busy_desk(db).await;
    let people = [person(&desk, 1).await, person(&desk, 2).await, person(&desk, 3).await];
    let (old, before) = (desk.app.db.master(), wrapped_keys(&desk).await);
    assert!(status(&desk).await.masters.iter().all(|one| one.current && one.name == old.name().to_string()));
    let new = old.under_new();
    keys::rotate_master(&desk.app, &OPERATOR, new.clone()).await.unwrap();
    assert!(matches!(keys::rotate_master(&desk.app, &OPERATOR, new.clone()).await, Err(Error::Invalid { .. })));
    // Both open while the work goes on: what was wrapped before, and what is made now.
    let late = person(&desk, 4).await;
    is_readable(&desk, &people[0]).await;
    is_readable(&desk, &late).await;
    assert!(status(&desk).await.rewrapping.is_some());
    let of_old = status(&desk).await.masters.into_iter().find(|one| !one.current).unwrap();
    assert_eq!((of_old.name, of_old.removable_at), (old.name().to_string(), None));

    settled(&desk).await;
    assert!(wrapped_keys(&desk).await.iter().all(|key| !before.contains(key)), "every key is wrapped anew");
    let of_old = status(&desk).await.masters.into_iter().find(|one| !one.current).unwrap();
    assert!(of_old.removable_at.is_some());
    for one in people.iter().chain([&late]) {
        is_readable(&desk, one).await;
    }
    // The new key alone is enough, the old one alone is refused by name.
    let first = people[0].contact;
    let db = opened_with(&desk, new.without_older()).await.unwrap();
    let name = db.read(Pool::Quick, move |rx| contact::name(rx, first)).await.unwrap();
    assert_eq!(name, Some(people[0].word("name")));
    assert!(matches!(opened_with(&desk, old).await, Err(candor_store::Error::Sealed(SealError::WrongMaster))));
    whole_audit(&desk, new.without_older()).await;
});

db_test!(a_change_of_the_master_key_goes_on_after_a_restart_in_its_middle, |db| async move {
    let desk = busy_desk(db).await;
    let one = person(&desk, 1).await;
    let new = desk.app.db.master().under_new();
    keys::rotate_master(&desk.app, &OPERATOR, new.clone()).await.unwrap();
    // Another process opens the store with both keys, as after a kill: nothing has been wrapped anew yet.
    let (place, clock, both) = (desk.db.place.clone(), Arc::clone(&desk.clock), new.clone());
    let app_db = desk.app.db.clone();
    tokio::task::spawn_blocking(move || app_db.close()).await.unwrap();
    let db = tokio::task::spawn_blocking(move || {
        let mut options = options(place, &clock);
        options.master = both;
        Db::open(options).unwrap()
    })
    .await
    .unwrap();
    let app = Desk::over(db.clone(), desk.db.dir(), &desk).await;
    let current = db.read(Pool::Quick, |rx| masters(rx)).await.unwrap().into_iter().find(|one| one.current).unwrap();
    assert_eq!(current.name, new.name().to_string());
    let of = one.contact;
    assert_eq!(db.read(Pool::Quick, move |rx| contact::name(rx, of)).await.unwrap(), Some(one.word("name")));
    for _ in 0..20 {
        keywork::work(&app).await.unwrap();
        desk.clock.advance(1_000);
    }
    let status = keys::status(&app, &OPERATOR).await.unwrap();
    assert!(status.rewrapping.is_none() && status.masters.iter().any(|one| one.removable_at.is_some()), "{status:?}");
    tokio::task::spawn_blocking(move || db.close()).await.unwrap();
});

db_test!(a_new_master_key_needs_the_one_in_use_beside_it, |db| async move {
    let desk = busy_desk(db).await;
    let alone = MasterKey::random();
    assert!(matches!(keys::rotate_master(&desk.app, &OPERATOR, alone).await, Err(Error::Invalid { field: "master_key", .. })));
    let nobody = desk.agent(&[]);
    assert!(matches!(keys::rotate_master(&desk.app, &nobody, desk.app.db.master().under_new()).await, Err(Error::Forbidden(_))));
    assert!(matches!(keys::renew_customers(&desk.app, &nobody).await, Err(Error::Forbidden(_))));
});

db_test!(customers_get_new_keys_and_everything_stays_readable, |db| async move {
    let desk = busy_desk(db).await;
    let people = [person(&desk, 1).await, person(&desk, 2).await];
    let gone = person(&desk, 3).await;
    let before = wrapped_keys(&desk).await;
    keys::renew_customers(&desk.app, &OPERATOR).await.unwrap();
    assert!(matches!(keys::renew_customers(&desk.app, &OPERATOR).await, Err(Error::Conflict(_))));
    // Somebody writes and somebody is erased while it goes on.
    let writes = async {
        for _ in 0..10 {
            let content = candor_app::conversation::Content { text: "meanwhile".to_owned(), ..Default::default() };
            visitor::say(&desk.app, &people[0].visitor, people[0].cases[1], desk.app.ids.make(), content).await.unwrap();
        }
        erasure::erase(&desk.app, &OPERATOR, gone.contact).await.unwrap();
    };
    let (worked, ()) = tokio::join!(keywork::work(&desk.app), writes);
    worked.unwrap();
    settled(&desk).await;
    for one in &people {
        is_readable(&desk, one).await;
    }
    // The desk's own key stays; each customer has one key, made anew, although two became one when they signed in.
    let after = wrapped_keys(&desk).await;
    assert_eq!(after.iter().filter(|key| before.contains(key)).count(), 1);
    for one in &people {
        let of = one.contact;
        let held = desk.app.db.read(Pool::Quick, move |rx| candor_store::erasure::keys_of(rx, of));
        assert_eq!(held.await.unwrap().len(), 1);
    }
    let listed = std::fs::read_to_string(desk.db.dir().join("erased")).unwrap_or_default();
    let of = gone.contact;
    let left = desk.app.db.read(Pool::Quick, move |rx| candor_store::erasure::keys_of(rx, of)).await.unwrap();
    assert!(left.is_empty() && (1..=3).contains(&listed.lines().count()), "only the erased one's keys are on the list: {listed}");
    whole_audit(&desk, desk.app.db.master()).await;
});

#[test]
fn a_key_file_holds_the_new_key_before_the_old_ones() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master.key");
    let old = MasterKey::load_or_create(&path).unwrap();
    let new = old.under_new();
    new.save(&path).unwrap();
    let read = MasterKey::load_or_create(&path).unwrap();
    assert_eq!(read.names(), [new.name(), old.name()]);
    assert!(read.led_by(&old.name().to_string()).is_some_and(|led| led.names() == [old.name(), new.name()]));
    assert!(MasterKey::parse("").is_err() && MasterKey::parse("00 zz").is_err());
}
