//! Visitors' sessions: who gets one, who they become, what moves along, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::conversation::{Content, view::Eyes};
use candor_app::visitor::{self, Details, Origin};
use candor_app::{Error, conversation, inbox};
use candor_domain::actor::Actor;
use candor_domain::event::{Event, Proof};
use candor_store::event::Part;
use candor_store::{Note, Pool, Query, contact, db_test};
use desk::{Desk, PAGE, signed};
use serde_json::json;
use uuid::Uuid;

/// Why a start with this token was refused.
async fn refusal(desk: &Desk, jwt: &str) -> String {
    match desk.start(Origin::Absent, Some(jwt), None).await {
        Err(Error::IdentityRefused(why)) => why.to_string(),
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("believed"),
    }
}

/// Whether open sockets of this session were told to look again.
async fn told(notes: &mut tokio::sync::broadcast::Receiver<Note>, session: Uuid) -> bool {
    let wanted = async { while notes.recv().await.unwrap() != (Note::VisitorLeft { session }) {} };
    tokio::time::timeout(std::time::Duration::from_secs(5), wanted).await.is_ok()
}

db_test!(an_anonymous_session_needs_a_page_on_the_list, |db| async move {
    let desk = Desk::new(db).await;
    assert!(desk.start(Origin::Page(PAGE), None, None).await.is_ok());
    assert!(desk.start(Origin::Own, None, None).await.is_ok());
    assert!(matches!(desk.start(Origin::Absent, None, None).await, Err(Error::OriginRefused)));
    for page in ["https://evil.example", "http://exchange.example", "https://exchange.example.evil.test", "null"] {
        assert!(matches!(desk.start(Origin::Page(page), None, None).await, Err(Error::OriginRefused)), "{page}");
        let jwt = desk.jwt("u-1", json!({}));
        assert!(matches!(desk.start(Origin::Page(page), Some(&jwt), None).await, Err(Error::OriginRefused)), "{page} with a token");
    }
});

db_test!(an_app_without_origin_gets_in_by_a_signed_identity_only, |db| async move {
    let desk = Desk::new(db).await;
    let opened = desk.start(Origin::Absent, Some(&desk.jwt("u-1", json!({ "name": "Li Wei" }))), None).await.unwrap();
    let visitor = visitor::by_token(&desk.app, &opened.token).await.unwrap();
    assert_eq!((visitor.contact.proof, visitor.contact.name.as_deref()), (Proof::Signed, Some("Li Wei")));
    assert_eq!(visitor.session.proof, Proof::Signed);
});

db_test!(tokens_that_are_not_for_now_and_here_are_refused, |db| async move {
    let desk = Desk::new(db).await;
    let now = desk.now_s();
    for (changes, why) in [
        (json!({ "exp": now - 1, "iat": now - 100 }), "the token has run out"),
        (json!({ "iat": now + 120, "exp": now + 300 }), "the token is not valid yet"),
        (json!({ "exp": now + 3600 }), "the token lives longer than 10 minutes"),
        (json!({ "aud": Uuid::nil() }), "aud is not this inbox"),
    ] {
        assert_eq!(refusal(&desk, &desk.jwt("u-1", changes)).await, why);
    }
    let other = signed(&desk.claims("u-1", json!({})), b"another secret");
    assert_eq!(refusal(&desk, &other).await, "this is not a token signed for this inbox");
});

db_test!(a_token_opens_one_session_and_never_another, |db| async move {
    let desk = Desk::new(db).await;
    let jwt = desk.jwt("u-1", json!({}));
    assert!(desk.start(Origin::Absent, Some(&jwt), None).await.is_ok());
    assert_eq!(refusal(&desk, &jwt).await, "the token was used before");
    let same_jti = desk.jwt("u-2", json!({ "jti": "j" }));
    assert!(desk.start(Origin::Absent, Some(&same_jti), None).await.is_ok());
    assert_eq!(refusal(&desk, &desk.jwt("u-3", json!({ "jti": "j" }))).await, "the token was used before");
});

db_test!(the_old_secret_counts_for_a_day_beside_the_new_one, |db| async move {
    let desk = Desk::new(db).await;
    let fresh = inbox::rotate_secret(&desk.app, &Actor::machine("test"), desk.inbox).await.unwrap();
    assert!(desk.start(Origin::Absent, Some(&desk.jwt("u-1", json!({}))), None).await.is_ok());
    desk.clock.advance(25 * 3_600_000);
    assert_eq!(refusal(&desk, &desk.jwt("u-1", json!({}))).await, "this is not a token signed for this inbox");
    assert!(desk.start(Origin::Absent, Some(&signed(&desk.claims("u-1", json!({})), fresh.as_bytes())), None).await.is_ok());
});

db_test!(who_is_new_keeps_what_they_wrote_before_they_signed_in, |db| async move {
    let desk = Desk::new(db).await;
    let nobody = desk.anonymous().await;
    let id = desk.writes(&nobody.visitor, "my withdrawal is missing").await;
    let mut notes = desk.app.db.notes();
    let known = desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), Some(&nobody.token)).await.unwrap();
    assert_eq!(known.visitor.contact.id, nobody.visitor.contact.id, "the contact became the person");
    assert!(matches!(visitor::by_token(&desk.app, &nobody.token).await, Err(Error::Unauthenticated)), "the old token is dead");
    assert_eq!(visitor::case(&desk.app, &known.visitor, id).await.unwrap().last, "my withdrawal is missing");
    let events = conversation::view::timeline(&desk.app, &Actor::machine("test"), id, Part::Newest, 10, Eyes::Staff).await.unwrap();
    assert!(events.items.iter().any(|item| item.recorded.event == Event::Identified { proof: Proof::Signed }));
    let seen = visitor::timeline(&desk.app, &known.visitor, id, Part::After(0), 10).await.unwrap();
    assert_eq!(seen.items.len(), 1, "the customer's own numbers have no trace of it");
    assert!(told(&mut notes, nobody.visitor.session.id.0).await, "open sockets of the old token are looked at");
});

db_test!(who_is_known_gets_what_nobody_had, |db| async move {
    let desk = Desk::new(db).await;
    let first = desk.person("u-1").await;
    let earlier = desk.writes(&first.visitor, "an earlier case").await;
    let nobody = desk.anonymous().await;
    let shell = nobody.visitor.contact.id;
    visitor::change(&desk.app, &nobody.visitor, Details { email: Some("Li@Example.com".into()), ..Details::default() }).await.unwrap();
    let cases = [desk.writes(&nobody.visitor, "one").await, desk.writes(&nobody.visitor, "two").await];
    let known = desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), Some(&nobody.token)).await.unwrap();
    assert_eq!(known.visitor.contact.id, first.visitor.contact.id);
    assert_eq!(known.visitor.session.id, nobody.visitor.session.id, "what was begun in the session stays repeatable");
    for id in [earlier, cases[0], cases[1]] {
        assert_eq!(visitor::case(&desk.app, &known.visitor, id).await.unwrap().id, id);
        assert_eq!(visitor::case(&desk.app, &first.visitor, id).await.unwrap().id, id, "also on the other device");
    }
    let person = known.visitor.contact.id;
    let (gone, identities, keys) = desk
        .app
        .db
        .read(Pool::Quick, move |rx| {
            let gone = matches!(contact::get(rx, shell), Err(candor_store::Error::NotFound));
            let keys = rx.one("SELECT COUNT(*) FROM customer_key WHERE contact_id = $1", &[&person.0], |row| row.get::<i64>(0))?;
            Ok::<_, Error>((gone, contact::identities(rx, person)?, keys))
        })
        .await
        .unwrap();
    assert!(gone, "the empty contact is gone");
    assert!(identities.iter().any(|known| known.identity.value == "li@example.com" && known.identity.proof == Proof::Typed));
    assert_eq!(keys, 2, "erasing the person destroys both keys");
    // A message that was sent before and whose answer was lost is still the same message.
    let client_id: Uuid = desk.app.ids.make();
    let content = || Content { text: "three".into(), ..Content::default() };
    let once = visitor::say(&desk.app, &known.visitor, cases[0], client_id, content()).await.unwrap();
    let again = visitor::say(&desk.app, &first.visitor, cases[0], client_id, content()).await.unwrap();
    assert_eq!((once.repeated, again.repeated), (false, true));
});

db_test!(a_start_is_repeatable_across_signing_in, |db| async move {
    let desk = Desk::new(db).await;
    desk.person("u-1").await;
    let nobody = desk.anonymous().await;
    let input = |session| conversation::StartInput {
        session,
        inbox: desk.inbox,
        client_id: Uuid::from_u128(77),
        content: Content { text: "hello".into(), ..Content::default() },
        subject: None,
        origin: None,
    };
    let (first, _) = visitor::open(&desk.app, &nobody.visitor, desk::PEER, input(nobody.visitor.session.id)).await.unwrap();
    let known = desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), Some(&nobody.token)).await.unwrap();
    let (case, again) = visitor::open(&desk.app, &known.visitor, desk::PEER, input(known.visitor.session.id)).await.unwrap();
    assert_eq!((case.id, again.repeated), (first.id, true));
});

db_test!(somebody_elses_session_is_never_merged, |db| async move {
    let desk = Desk::new(db).await;
    let first = desk.person("u-1").await;
    let id = desk.writes(&first.visitor, "private").await;
    let second = desk.start(Origin::Absent, Some(&desk.jwt("u-2", json!({}))), Some(&first.token)).await.unwrap();
    assert_ne!(second.visitor.contact.id, first.visitor.contact.id);
    assert!(matches!(visitor::case(&desk.app, &second.visitor, id).await, Err(Error::NotFound)));
    assert!(matches!(visitor::by_token(&desk.app, &first.token).await, Err(Error::Unauthenticated)), "one device, one person");
});

db_test!(a_foreign_conversation_is_not_there, |db| async move {
    let desk = Desk::new(db).await;
    let (owner, other) = (desk.anonymous().await, desk.anonymous().await);
    let id = desk.writes(&owner.visitor, "private").await;
    let (app, them) = (&desk.app, &other.visitor);
    let content = Content { text: "let me in".into(), ..Content::default() };
    assert!(matches!(visitor::case(app, them, id).await, Err(Error::NotFound)));
    assert!(matches!(visitor::timeline(app, them, id, Part::Newest, 10).await, Err(Error::NotFound)));
    assert!(matches!(visitor::say(app, them, id, Uuid::from_u128(1), content).await, Err(Error::NotFound)));
    assert!(matches!(visitor::read(app, them, id, 1).await, Err(Error::NotFound)));
    assert!(matches!(visitor::typing(app, them, id).await, Err(Error::NotFound)));
    let rating = conversation::RatingInput { score: 5, solved: None, comment: None };
    assert!(matches!(visitor::rate(app, them, id, rating).await, Err(Error::NotFound)));
    assert!(visitor::cases(app, them, None, 10).await.unwrap().is_empty());
});

db_test!(logging_out_ends_the_session, |db| async move {
    let desk = Desk::new(db).await;
    let opened = desk.person("u-1").await;
    let mut notes = desk.app.db.notes();
    visitor::log_out(&desk.app, &opened.visitor.session).await.unwrap();
    assert!(matches!(visitor::by_token(&desk.app, &opened.token).await, Err(Error::Unauthenticated)));
    assert!(matches!(visitor::by_id(&desk.app, opened.visitor.session.id).await, Err(Error::Unauthenticated)));
    assert!(told(&mut notes, opened.visitor.session.id.0).await);
    visitor::log_out(&desk.app, &opened.visitor.session).await.unwrap();
});

db_test!(sessions_run_out_and_are_removed, |db| async move {
    let desk = Desk::new(db).await;
    let (nobody, person) = (desk.anonymous().await, desk.person("u-1").await);
    let day = 24 * 3_600_000;
    desk.clock.advance(day - 1000);
    assert!(visitor::by_token(&desk.app, &person.token).await.is_ok());
    desk.clock.advance(2000);
    assert!(matches!(visitor::by_token(&desk.app, &person.token).await, Err(Error::Unauthenticated)), "signed: a day from the token");
    // Used within its month, an anonymous session goes on.
    desk.clock.advance(28 * day);
    let resumed = desk.start(Origin::Page(PAGE), None, Some(&nobody.token)).await.unwrap();
    assert_eq!(resumed.token, nobody.token);
    desk.clock.advance(29 * day);
    assert_eq!(desk.start(Origin::Page(PAGE), None, Some(&nobody.token)).await.unwrap().token, nobody.token);
    desk.clock.advance(31 * day);
    assert!(matches!(visitor::by_token(&desk.app, &nobody.token).await, Err(Error::Unauthenticated)));
    assert_eq!(visitor::delete_ended(&desk.app).await.unwrap(), 3, "two sessions and the mark of one token");
});

db_test!(typed_details_prove_nothing_and_do_not_replace_what_was_signed, |db| async move {
    let desk = Desk::new(db).await;
    let person = desk
        .start(
            Origin::Absent,
            Some(&desk.jwt("u-1", json!({ "name": "Li Wei", "email": "li@example.com", "attrs": { "vip": "3" } }))),
            None,
        )
        .await
        .unwrap();
    let typed = Details {
        name: Some("Support Team".into()),
        email: Some("LI@example.com".into()),
        fields: [("vip".into(), "9".into()), ("coin".into(), "BTC".into())].into(),
        ..Details::default()
    };
    let after = visitor::change(&desk.app, &person.visitor, typed.clone()).await.unwrap();
    assert_eq!(after.name.as_deref(), Some("Li Wei"));
    let fields = after.fields().unwrap();
    assert_eq!((fields["vip"].as_str(), fields["coin"].as_str()), ("3", "BTC"));
    // Somebody who only types the same address does not become that person, and takes nothing away.
    let nobody = desk.anonymous().await;
    let after = visitor::change(&desk.app, &nobody.visitor, typed).await.unwrap();
    assert_eq!((after.proof, after.name.as_deref()), (Proof::Typed, Some("Support Team")));
    assert_ne!(after.id, person.visitor.contact.id);
    for (field, details) in [
        ("email", Details { email: Some("not an address".into()), ..Details::default() }),
        ("name", Details { name: Some(" \u{202e}\n".into()), ..Details::default() }),
    ] {
        let refused = visitor::change(&desk.app, &nobody.visitor, details).await;
        assert!(matches!(refused, Err(Error::Invalid { field: named, .. }) if named == field));
    }
});

db_test!(an_address_belongs_to_whom_the_exchange_says, |db| async move {
    let desk = Desk::new(db).await;
    let signs = async |sub: &str, email: &str| {
        desk.start(Origin::Absent, Some(&desk.jwt(sub, json!({ "email": email }))), None).await.unwrap().visitor.contact.id
    };
    let first = signs("u-1", "a@example.com").await;
    let second = signs("u-2", "a@example.com").await;
    assert_eq!(signs("u-1", "b@example.com").await, first);
    let values = async |id| {
        let read = desk.app.db.read(Pool::Quick, move |rx| contact::identities(rx, id).map_err(Error::from)).await.unwrap();
        read.into_iter().map(|known| known.identity.value).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(values(first).await, ["u-1", "b@example.com"].map(str::to_owned).into());
    assert_eq!(values(second).await, ["u-2", "a@example.com"].map(str::to_owned).into());
});

db_test!(the_same_person_may_arrive_twice_at_once, |db| async move {
    let desk = Desk::new(db).await;
    let tokens: Vec<String> = (0..4).map(|_| desk.jwt("u-1", json!({}))).collect();
    let starts = tokens.iter().map(|jwt| desk.start(Origin::Absent, Some(jwt), None));
    let opened = futures_util::future::join_all(starts).await;
    let ids: std::collections::BTreeSet<_> = opened.into_iter().map(|opened| opened.unwrap().visitor.contact.id).collect();
    assert_eq!(ids.len(), 1);
});

db_test!(an_inbox_that_takes_signed_customers_only_says_so, |db| async move {
    let desk = Desk::new(db).await;
    let operator = Actor::machine("test");
    let patch = inbox::Patch { identity_required: Some(true), ..inbox::Patch::default() };
    inbox::update(&desk.app, &operator, desk.inbox, patch, None).await.unwrap();
    assert!(matches!(desk.start(Origin::Page(PAGE), None, None).await, Err(Error::Forbidden(_))));
    assert!(desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), None).await.is_ok());
    let patch = inbox::Patch { enabled: Some(false), ..inbox::Patch::default() };
    inbox::update(&desk.app, &operator, desk.inbox, patch, None).await.unwrap();
    assert!(matches!(desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), None).await, Err(Error::NotFound)));
});

db_test!(starts_without_a_name_are_counted_by_address, |db| async move {
    let desk = Desk::new(db).await;
    let mut refused = None;
    for _ in 0..70 {
        if let Err(error) = desk.start(Origin::Page(PAGE), None, None).await {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(Error::RateLimited { retry_after_ms }) if retry_after_ms > 0));
});

db_test!(what_was_acknowledged_while_somebody_signed_in_is_theirs, |db| async move {
    let desk = Desk::new(db).await;
    desk.person("u-1").await;
    for round in 0..3 {
        let nobody = desk.anonymous().await;
        let id = desk.writes(&nobody.visitor, "first").await;
        let says = (0..8).map(|n| {
            let content = Content { text: format!("{n}"), ..Content::default() };
            visitor::say(&desk.app, &nobody.visitor, id, Uuid::from_u128(n + 1), content)
        });
        let starts = (0..4).map(|_| desk.sends(&nobody.visitor, "another", &[]));
        let jwt = desk.jwt("u-1", json!({}));
        let (said, started, known) = tokio::join!(
            futures_util::future::join_all(says),
            futures_util::future::join_all(starts),
            desk.start(Origin::Page(PAGE), Some(&jwt), Some(&nobody.token))
        );
        let known = known.unwrap().visitor;
        let kept: Vec<String> = said.iter().zip(0..).filter(|(said, _)| said.is_ok()).map(|(_, n)| format!("{n}")).collect();
        assert!(said.iter().all(|said| matches!(said, Ok(_) | Err(Error::NotFound))), "round {round}: {said:?}");
        assert!(started.iter().all(|started| matches!(started, Ok(_) | Err(Error::NotFound))), "round {round}: {started:?}");
        let items = visitor::timeline(&desk.app, &known, id, Part::After(0), 50).await.unwrap().items;
        let mut texts: Vec<String> = items.into_iter().skip(1).map(|item| item.message.unwrap().text).collect();
        texts.sort();
        assert_eq!(texts, kept, "round {round}");
        for started in started.into_iter().flatten() {
            assert!(visitor::case(&desk.app, &known, started).await.is_ok(), "round {round}: a case was left behind");
        }
    }
});

db_test!(a_widget_says_when_somebody_answers_and_how_soon, |db| async move {
    let desk = Desk::new(db).await;
    let peer = "192.0.2.1".parse().unwrap();
    let shown = async || visitor::widget(&desk.app, desk.inbox, Origin::Absent, peer).await.unwrap();
    assert!(matches!(visitor::widget(&desk.app, desk.inbox, Origin::Page("https://evil.example"), peer).await, Err(Error::OriginRefused)));
    let always = shown().await;
    assert_eq!((always.open_now, always.next_change_at, always.reply_time), (true, None, None));
    // A yellow nobody could read on white is darkened, and is itself on the dark panel.
    let hours = serde_json::from_value(
        json!({ "zone": "Asia/Singapore", "always": false, "week": [{ "day": 1, "from": "09:00", "to": "18:00" }], "holidays": [] }),
    )
    .unwrap();
    let widget = candor_domain::inbox::WidgetPatch { brand: Some("#f0b90b".into()), ..Default::default() };
    let patch = inbox::Patch { hours: Some(hours), widget, ..inbox::Patch::default() };
    inbox::update(&desk.app, &Actor::machine("test"), desk.inbox, patch, None).await.unwrap();
    let inbox = desk.inbox.0;
    desk.app
        .db
        .write(candor_store::Queue::Machines, move |tx| {
            for n in 0..20 {
                candor_store::rollup::sample(tx, Uuid::from_u128(n + 1), inbox, 1, 90_000)?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let closed = shown().await;
    // The tests begin on a Thursday.
    let monday_nine_in_singapore = 1_767_574_800_000;
    assert_eq!((closed.open_now, closed.next_change_at), (false, Some(monday_nine_in_singapore)));
    assert_eq!(closed.reply_time.map(|time| (time.low_s, time.high_s)), Some((120, 120)));
    assert_eq!(closed.brand.dark.ground.to_string(), "#f0b90b");
    assert_ne!(closed.brand.light.ground.to_string(), "#f0b90b");
});
