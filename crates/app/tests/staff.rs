//! Staff below HTTP: the first start, rights on several nodes, commands that fail half-way, what is tidied.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::agent::{self, Held, New};
use candor_app::{App, Config, Error, Ids, link, role, session, setup, token, workspace};
use candor_domain::actor::Actor;
use candor_domain::id::AgentId;
use candor_domain::locale::Locale;
use candor_domain::permission::{Permission, Subject, can};
use candor_store::testing::{self, TestDb};
use candor_store::{Clock, Db, Fault, ManualClock, Pool, Query, db_test, inbox};
use desk::Desk;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery staple";
const OPERATOR: Actor = Actor::machine("test");

fn app_on(db: &Db, test: &TestDb) -> App {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&test.clock);
    let config = Config::new("https://desk.example".to_owned(), test.dir().to_owned());
    App::new(db.clone(), config, Ids::new(Arc::clone(&clock)), clock)
}

fn from() -> session::From {
    session::From { address: IpAddr::V4(Ipv4Addr::LOCALHOST), device: Some("Firefox, Linux".to_owned()) }
}

async fn held(app: &App, name: &str) -> Held {
    let roles = role::list(app, &OPERATOR).await.unwrap();
    Held { role: roles.iter().find(|role| role.name == name).unwrap().id, inbox: None, team: None }
}

fn new(email: &str, roles: Vec<Held>) -> New {
    New { email: email.to_owned(), name: "Ann".to_owned(), roles, teams: Default::default(), locale: None }
}

async fn ann(app: &App, role: &str) -> AgentId {
    let roles = vec![held(app, role).await];
    agent::create(app, &OPERATOR, new("ann@desk.example", roles), PASSWORD).await.unwrap().agent.id
}

db_test!(a_desk_is_filled_once_however_many_start_it, |db| async move {
    let app = app_on(&db.db, &db);
    let starts = (0..4).map(|_| setup::run(&app, Locale::SimplifiedChinese));
    let filled: Vec<bool> = futures_util::future::join_all(starts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(filled.iter().filter(|filled| **filled).count(), 1, "{filled:?}");
    assert_eq!(role::list(&app, &OPERATOR).await.unwrap().len(), 5);
    let (kept, version) = workspace::read(&app, &OPERATOR).await.unwrap();
    assert_eq!((kept.default_locale, version), (Locale::SimplifiedChinese, 1));
});

db_test!(a_half_done_invitation_leaves_nothing, |db| async move {
    let desk = Desk::new(db).await;
    let app = desk.app.clone();
    let roles = vec![held(&app, "agent").await];
    for nth in 1..60 {
        app.db.fail(nth, Fault::Statement);
        match agent::invite(&app, &OPERATOR, new("ann@desk.example", roles.clone())).await {
            // The order lies behind the last statement: all was done.
            Ok((profile, _)) => {
                assert!(nth > 8, "an invitation takes more than {nth} statements");
                assert_eq!(agent::list(&app, &OPERATOR).await.map(|all| all.len()).unwrap_or(1), 1);
                assert_eq!(profile.agent.number, 1, "a number that was not used is given again");
                return;
            }
            Err(_) => assert!(agent::list(&app, &OPERATOR).await.unwrap().is_empty(), "statement {nth}"),
        }
    }
    panic!("it never went well");
});

db_test!(addresses_are_sealed_and_found, |db| async move {
    let desk = Desk::new(db).await;
    let app = desk.app.clone();
    let id = ann(&app, "agent").await;
    let (sealed, blind) = app
        .db
        .read(Pool::Quick, move |rx| {
            rx.one("SELECT email_sealed, email_blind FROM agent WHERE id = $1", &[&id.0], |row| {
                Ok((row.get::<Vec<u8>>(0)?, row.get::<Vec<u8>>(1)?))
            })
        })
        .await
        .map_err(|error: candor_store::Error| error)
        .unwrap();
    for kept in [sealed, blind] {
        assert!(!kept.windows(3).any(|part| part == b"ann"), "no part of an address stands in the database");
    }
    assert_eq!(agent::get(&app, &OPERATOR, id).await.unwrap().agent.email, "ann@desk.example");
    assert!(session::sign_in(&app, "ANN@desk.example", PASSWORD, from()).await.is_ok());
});

db_test!(what_ran_out_is_forgotten, |db| async move {
    let desk = Desk::new(db).await;
    let app = &desk.app;
    ann(app, "agent").await;
    session::sign_in(app, "ann@desk.example", PASSWORD, from()).await.unwrap();
    agent::invite(app, &OPERATOR, new("ben@desk.example", vec![])).await.unwrap();
    candor_app::inbox::rotate_secret(app, &OPERATOR, desk.inbox).await.unwrap();
    assert_eq!(session::tidy(app).await.unwrap(), 0);
    desk.clock.advance(73 * 3_600_000);
    assert_eq!(session::tidy(app).await.unwrap(), 3, "a session, a link, a replaced secret");
    assert_eq!(session::tidy(app).await.unwrap(), 0);
    let (id, now) = (desk.inbox, app.now());
    let keys = app.db.read(Pool::Quick, move |rx| inbox::identity(rx, id, now)).await.unwrap();
    assert!(keys.secret.is_some() && keys.old_secret.is_none());
});

db_test!(the_operators_token_is_bound_to_no_agent, |db| async move {
    let desk = Desk::new(db).await;
    let app = desk.app.clone();
    let asked = token::New { name: "backup".to_owned(), permissions: [Permission::AuditRead].into(), inboxes: vec![], expires_at: None };
    let (made, secret) = token::create(&app, &OPERATOR, asked).await.unwrap();
    let actor = token::by_secret(&app, &secret).await.unwrap();
    assert!(can(&actor, Permission::AuditRead, Subject::Workspace) && !can(&actor, Permission::TagManage, Subject::Workspace));
    token::revoke(&app, &OPERATOR, made.id).await.unwrap();
    assert!(matches!(token::by_id(&app, made.id).await, Err(Error::Unauthenticated)));
});

db_test!(a_link_dies_with_its_agent, |db| async move {
    let desk = Desk::new(db).await;
    let app = desk.app.clone();
    let (profile, address) = agent::invite(&app, &OPERATOR, new("ann@desk.example", vec![])).await.unwrap();
    let link = address.rsplit('/').next().unwrap();
    link::look(&app, link, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
    agent::disable(&app, &OPERATOR, profile.agent.id).await.unwrap();
    let filled = link::Filled { name: None, email: None, password: PASSWORD.to_owned() };
    assert!(matches!(link::follow(&app, link, filled, from()).await, Err(Error::LinkUsed)));
});

/// Several nodes need PostgreSQL.
#[test]
fn a_right_withdrawn_on_one_node_is_gone_on_the_other_within_five_seconds() {
    testing::run(TestDb::postgres(), two_nodes);
}

async fn two_nodes(db: TestDb) {
    let desk = Desk::new(db).await;
    let (second, _dir) = tokio::task::block_in_place(|| desk.db.second_node());
    let other = app_on(&second, &desk.db);
    let id = ann(&desk.app, "auditor").await;
    let started = session::sign_in(&desk.app, "ann@desk.example", PASSWORD, from()).await.unwrap();
    let may_read =
        || async { can(&session::by_id(&other, started.session).await.unwrap().actor, Permission::AuditRead, Subject::Workspace) };
    assert!(may_read().await);

    let viewer = held(&desk.app, "viewer").await;
    let patch = agent::Patch { roles: Some(vec![viewer]), ..agent::Patch::default() };
    agent::update(&desk.app, &OPERATOR, id, patch, None).await.unwrap();
    let withdrawn = Instant::now();
    while may_read().await {
        assert!(withdrawn.elapsed() < Duration::from_secs(5), "still allowed");
        tokio::task::yield_now().await;
    }
    agent::disable(&desk.app, &OPERATOR, id).await.unwrap();
    assert!(matches!(session::by_id(&other, started.session).await, Err(Error::Unauthenticated)));
    second.close();
}
