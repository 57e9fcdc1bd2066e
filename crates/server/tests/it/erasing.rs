//! Erasing customers and changing keys: through HTTP, and by the program itself, beside a running desk and without one.

use super::cli::{Desk, KEY, candor, done, run};
use candor_app::conversation::{Content, StartInput};
use candor_app::visitor::{self, Origin};
use candor_app::{App, Config, Ids, inbox, setup};
use candor_domain::actor::Actor;
use candor_domain::device::Device;
use candor_domain::id::ContactId;
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_store::testing::TestDb;
use candor_store::{Clock, Db, MasterKey, Options, Place, SystemClock};
use candor_testkit::{TestApp, app_test};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Works until the erasure has come to its end; the report.
pub(crate) async fn carried_out(app: &TestApp, client: &candor_testkit::Client, id: &str) -> Value {
    app.finish_keywork().await;
    let report = client.get(&format!("/api/v1/erasures/{id}")).await.ok();
    assert_eq!(report["state"], "done", "{report}");
    report
}

app_test!(a_customer_is_erased_through_the_api, |app| async move {
    let visitor = app.visitor().await;
    visitor.patch("/visitor/v1/session", json!({ "name": "Li Wei", "email": "murong@example.com" })).await.ok();
    let body = json!({ "client_id": Uuid::from_u128(1), "text": "zqmarked words" });
    let opened = visitor.post("/visitor/v1/conversations", body).await.created();
    let (case, contact) = (opened["conversation"]["id"].as_str().unwrap(), visitor.session["contact"]["id"].as_str().unwrap());
    let (path, of_case) = (format!("/api/v1/contacts/{contact}/erasure"), format!("/api/v1/conversations/{case}"));
    let (admin, supervisor) = (app.admin().await, app.supervisor().await);
    supervisor.post(&path, json!({})).await.refused(403, "forbidden");
    app.bare().post(&path, json!({})).await.refused(401, "unauthenticated");
    let narrow = app.token(&admin, &[Permission::ContactErase], &[app.inbox().await]).await;
    narrow.post(&path, json!({})).await.refused(403, "forbidden");
    admin.post(&format!("/api/v1/contacts/{}/erasure", Uuid::from_u128(7)), json!({})).await.refused(404, "not_found");

    let keyed = admin.client.clone().with("idempotency-key", "once");
    let ordered = keyed.post(&path, json!({})).await.expect(202);
    assert_eq!(keyed.post(&path, json!({})).await.expect(202)["id"], ordered["id"]);
    let id = ordered["id"].as_str().unwrap();
    let report = carried_out(&app, &admin.client, id).await;
    assert_eq!((&report["conversations"], &report["messages"], &report["identities"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!((&report["keys"], &report["copies"], &report["actor_kind"]), (&json!(1), &json!([]), &json!("agent")));
    assert_eq!(admin.get("/api/v1/erasures").await.ok()["items"][0], report);

    visitor.get("/visitor/v1/conversations").await.refused(401, "unauthenticated");
    let shell = admin.get(&of_case).await.ok();
    assert_eq!((&shell["contact"]["name"], &shell["preview"]), (&json!(""), &json!("")), "{shell}");
    let timeline = admin.get(&format!("{of_case}/timeline")).await.ok();
    let items = timeline["items"].as_array().unwrap();
    assert_eq!(items.last().unwrap()["type"], "erased");
    assert!(!timeline.to_string().contains("zqmarked"));
    assert_eq!(admin.get("/api/v1/search?q=zqmarked").await.ok()["items"], json!([]));
    let noted = admin.post(&format!("{of_case}/notes"), json!({ "client_id": Uuid::from_u128(2), "text": "after" })).await;
    noted.refused(410, "gone");
    for action in ["contact.erasure_ordered", "contact.erased", "contact.erasure_done"] {
        let said = admin.get(&format!("/api/v1/audit?action={action}")).await.ok();
        assert_eq!(said["items"].as_array().unwrap().len(), 1, "{action}");
    }
});

/// Customers of a new desk, each with a conversation.
fn people(place: Place, dir: &Path, count: usize) -> Vec<ContactId> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let master = MasterKey::load_or_create(&dir.join("data/master.key")).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let db = Db::open(Options::new(place, master, Arc::clone(&clock))).unwrap();
    let found = runtime.block_on(async {
        let mut config = Config::new("http://localhost:5688".to_owned(), dir.join("data"));
        config.limit_factor = NonZeroU32::new(1000).unwrap();
        let app = App::new(db.clone(), config, Ids::new(Arc::clone(&clock)), clock);
        setup::run(&app, Locale::English).await.unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            found.push(arrives(&app).await);
        }
        found
    });
    db.close();
    found
}

async fn arrives(app: &App) -> ContactId {
    let inbox = inbox::list(app, &Actor::machine("test")).await.unwrap()[0].id;
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let input = visitor::StartInput {
        inbox,
        jwt: None,
        resume: None,
        locale: None,
        device: Device::default(),
        origin: Origin::Own,
        peer,
        proof: None,
    };
    let who = visitor::start(app, input).await.unwrap().visitor;
    let content = Content { text: "a few words".to_owned(), ..Content::default() };
    let input = StartInput { session: who.session.id, inbox, client_id: app.ids.make(), content, subject: None, origin: None };
    visitor::open(app, &who, peer, input).await.unwrap();
    who.contact.id
}

/// What an operator does with keys and customers, with and without a desk that runs, and with one that is killed meanwhile.
fn operated(place: Place, dir: &Path, prepare: impl Fn(&mut Command)) {
    let command = || {
        let mut command = candor(dir);
        prepare(&mut command);
        command
    };
    let json = |arguments: &[&str]| serde_json::from_str::<Value>(&done(&run(&mut command(), arguments), 0)).expect("JSON");
    let people = people(place, dir, 40);
    // Without a desk the command does the work itself.
    let report = json(&["contact", "erase", &people[0].to_string(), "--json"]);
    assert_eq!((&report["state"], &report["contact"]), (&json!("done"), &json!(people[0])), "{report}");
    assert_eq!(json(&["contact", "erase", &people[0].to_string(), "--json"])["id"], report["id"]);
    done(&run(&mut command(), &["contact", "erase", &Uuid::from_u128(3).to_string()]), 1);
    assert!(std::fs::read_to_string(dir.join("data/erased")).unwrap().lines().count() >= 1);

    let desk = Desk::start(&mut command());
    desk.until("the desk is open");
    let said = done(&run(&mut command(), &["contact", "erase", &people[1].to_string()]), 0);
    assert!(said.contains("done") && said.contains("keys destroyed"), "{said}");
    // The desk is killed while all keys are wrapped anew: after the next start the work goes on.
    let mut rotating = command();
    let mut rotating = rotating.args(["key", "rotate"]).spawn().unwrap();
    let lines = || std::fs::read_to_string(dir.join("data/master.key")).unwrap_or_default().lines().count();
    let begun = Instant::now();
    while lines() < 2 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    desk.signal("KILL");
    drop(desk);
    let _ = rotating.wait();
    let desk = Desk::start(&mut command());
    desk.until("the desk is open");
    let mut status = json(&["key", "status", "--json"]);
    if status["masters"].as_array().unwrap().len() < 2 {
        // The kill came before the change: it is asked for again, and takes the key that waits in the file.
        status = json(&["key", "rotate", "--json"]);
        assert_eq!(lines(), 2, "no third key was made");
    }
    while !status["rewrapping"].is_null() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{status}");
        status = json(&["key", "status", "--json"]);
    }
    let old = status["masters"].as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
    assert!(old["removable_at"].is_i64(), "{status}");
    assert!(json(&["key", "renew", "--json"])["renewing"].is_null());
    desk.signal("TERM");
    assert!(desk.wait().success());

    // The new key alone is enough, the old one alone is refused.
    let text = std::fs::read_to_string(dir.join("data/master.key")).unwrap();
    let keys: Vec<&str> = text.lines().collect();
    std::fs::write(dir.join("data/master.key"), format!("{}\n", keys[0])).unwrap();
    done(&run(&mut command(), &["audit", "verify"]), 0);
    assert_eq!(json(&["contact", "erase", &people[2].to_string(), "--json"])["state"], "done");
    std::fs::write(dir.join("data/master.key"), format!("{}\n", keys[1])).unwrap();
    let refused = run(&mut command(), &["user", "list"]);
    done(&refused, 1);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("master key does not belong to this database"), "{why}");
}

#[test]
fn an_operator_erases_and_changes_keys_on_sqlite() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("data")).unwrap();
    operated(Place::Sqlite { dir: dir.path().join("data") }, dir.path(), |_| {});
}

#[test]
fn an_operator_erases_and_changes_keys_on_postgres() {
    let db = TestDb::postgres();
    // The test's own node would keep the master key from being changed.
    db.db.close();
    let Place::Postgres { url, .. } = db.place.clone() else { panic!("a PostgreSQL database") };
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("data")).unwrap();
    std::fs::write(dir.path().join("data/master.key"), format!("{KEY}\n")).unwrap();
    let place = Place::Postgres { url: url.clone(), dir: dir.path().join("data") };
    operated(place, dir.path(), |command| {
        command.env("CANDOR_DATABASE_URL", &url);
    });
}
