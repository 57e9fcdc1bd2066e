//! A real scanner for malware looks at files: what it finds is given to nobody, and what it could not look at is tried again.

use crate::files::link;
use candor_app::file::{Scanner, Watch, scan_due};
use candor_app::{App, Ids, chores};
use candor_domain::id::FileId;
use candor_store::{Clock, Pool, file, job};
use candor_testkit::{Client, TestApp, TestDb};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// The scanner of the tests; without one they fail, they are never passed over.
fn place() -> String {
    std::env::var("CANDOR_TEST_CLAMD").expect("CANDOR_TEST_CLAMD names a scanner: scripts/clamav.sh start DIR")
}

/// The file that all scanners know, which harms nobody. In one piece it would be taken for malware here, too.
fn eicar() -> String {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTI", "VIRUS-TEST-FILE!$H+H*"].concat()
}

/// A desk that asks the scanner at this place, on both databases.
fn scanned(place: Option<&str>, test: impl AsyncFn(TestApp)) {
    for db in [TestDb::sqlite, TestDb::postgres] {
        let db = db();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let app = TestApp::start_with(db, |config| {
                config.limit_factor = NonZeroU32::new(1000).unwrap();
                config.scanner = place.map(|place| Scanner::parse(place).unwrap());
            });
            let app = app.await;
            test(app.clone()).await;
            app.state.draining.cancel();
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

async fn sent(visitor: &Client, name: &str, words: &str) -> Value {
    let info = visitor.upload(&format!("/visitor/v1/files?name={name}"), "text/plain", words).await.created();
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "files": [info["id"]] });
    visitor.post("/visitor/v1/conversations", body).await.created();
    info
}

async fn looked(app: &App) -> usize {
    scan_due(app, &mut Watch::default()).await.unwrap()
}

/// What is known of a file: the scanner's word, and what it says beside it.
async fn word(app: &App, info: &Value) -> (&'static str, Option<String>) {
    let id: FileId = info["id"].as_str().unwrap().parse().unwrap();
    let kept = app.db.read(Pool::Quick, move |rx| file::get(rx, id)).await.unwrap();
    (kept.scan.as_str(), kept.scan_note)
}

async fn waiting(app: &App) -> i64 {
    app.db.read(Pool::Quick, |rx| Ok::<_, candor_store::Error>(job::of_kind(rx, "scan", "file")?.len() as i64)).await.unwrap()
}

/// Another process of the same desk, with this scanner.
fn another(app: &TestApp, place: Option<&str>) -> App {
    let mut config = app.app.config.clone();
    config.scanner = place.map(|place| Scanner::parse(place).unwrap());
    let clock: Arc<dyn Clock> = app.clock.clone();
    App::new(app.app.db.clone(), config, Ids::seeded(clock.clone(), 7), clock)
}

#[test]
fn what_a_scanner_found_is_given_to_nobody_and_says_what_it_is() {
    scanned(Some(&place()), async |app| {
        let (visitor, agent) = (app.visitor().await, app.agent().await);
        let (good, bad) = (sent(&visitor, "good.txt", "my statement").await, sent(&visitor, "bad.txt", &eicar()).await);
        assert_eq!((&good["scan"], &bad["scan"]), (&json!("waiting"), &json!("waiting")));
        assert_eq!(visitor.get(bad["url"].as_str().unwrap()).await.status, 200, "nobody waits for the scanner");
        assert_eq!((looked(&app.app).await, looked(&app.app).await, waiting(&app.app).await), (2, 0, 0));
        assert_eq!(visitor.get(good["url"].as_str().unwrap()).await.bytes, b"my statement");
        visitor.get(bad["url"].as_str().unwrap()).await.refused(403, "infected");
        let found = agent.post("/api/v1/files/links", json!({ "files": [good["id"], bad["id"]] })).await.ok();
        let seen = |at: usize| (found["items"][at]["file"]["scan"].clone(), found["items"][at]["file"].get("scan_note").cloned());
        assert_eq!(seen(0), (json!("clean"), None));
        assert_eq!(seen(1), (json!("infected"), Some(json!("Desk.Test.Eicar.UNOFFICIAL"))));
        agent.get(found["items"][1]["file"]["url"].as_str().unwrap()).await.refused(403, "infected");
        let cases = visitor.get("/visitor/v1/conversations").await.ok();
        assert!(!cases.to_string().contains("Eicar"), "what it is concerns agents");
    });
}

#[test]
fn a_mail_with_something_harmful_is_read_and_not_handed_on() {
    scanned(Some(&place()), async |app| {
        let text = format!(
            "From: Ann <ann@example.net>\r\nSubject: see\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html\r\n\r\n<p>words</p>\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\n\
             Content-Disposition: attachment; filename=a.txt\r\n\r\n{}\r\n--b--\r\n",
            eicar()
        );
        let (case, message) = crate::mail::arrived(&app, &text).await;
        assert_eq!(looked(&app.app).await, 2, "the file, and the mail as it came in");
        let alice = app.agent().await;
        crate::writing::act(&alice, &case, json!({ "type": "assign", "agent": alice.id })).await;
        let path = format!("/api/v1/conversations/{case}/messages/{message}/mail");
        let original = alice.get(&path).await.ok();
        assert_eq!(original["scan"], json!("infected"));
        assert_eq!(alice.get(&format!("{path}/html")).await.status, 200, "its words are made harmless");
        alice.get(original["url"].as_str().unwrap()).await.refused(403, "infected");
        let shown = crate::mail::mail_of(&alice, &case, 0).await;
        let file = &shown["files"][0];
        assert_eq!(file["scan"], json!("infected"));
        let id = file["id"].as_str().unwrap();
        alice.get(&format!("/api/v1/files/{id}{}", link(&app, &alice, id).await)).await.refused(403, "infected");
    });
}

#[test]
fn a_scanner_that_comes_later_looks_at_everything() {
    scanned(None, async |app| {
        let visitor = app.visitor().await;
        let (good, bad) = (sent(&visitor, "good.txt", "my statement").await, sent(&visitor, "bad.txt", &eicar()).await);
        assert_eq!((&good["scan"], looked(&app.app).await, waiting(&app.app).await), (&json!("unscanned"), 0, 0));
        let (one, two) = (another(&app, Some(&place())), another(&app, Some(&place())));
        chores::run(&one).await;
        assert_eq!(waiting(&one).await, 2);
        let (here, there) = tokio::join!(looked(&one), looked(&two));
        assert_eq!(here + there, 2, "each of two processes looks at its own");
        assert_eq!(word(&one, &good).await.0, "clean");
        assert_eq!(word(&one, &bad).await.0, "infected");
        // What was found is looked at again after a day: scanners unlearn, too. Meanwhile it stays shut.
        chores::run(&one).await;
        assert_eq!(waiting(&one).await, 0);
        app.clock.advance(25 * 3_600_000);
        chores::run(&one).await;
        assert_eq!((waiting(&one).await, word(&one, &bad).await.0), (1, "infected"));
        assert_eq!((looked(&one).await, word(&one, &bad).await.0), (1, "infected"));
    });
}

#[test]
fn a_scanner_that_is_away_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clamd.ctl");
    let place_then = format!("unix:{}", path.display());
    scanned(Some(&place_then), async |app| {
        let _ = std::fs::remove_file(&path);
        let visitor = app.visitor().await;
        let bad = sent(&visitor, "bad.txt", &eicar()).await;
        let mut watch = Watch::default();
        assert_eq!(scan_due(&app.app, &mut watch).await.unwrap(), 1);
        assert_eq!(word(&app.app, &bad).await, ("failed", Some("no_answer".to_owned())));
        assert_eq!(visitor.get(bad["url"].as_str().unwrap()).await.status, 200);
        let ready = app.anon().get("/readyz").await;
        assert_eq!((ready.status, &ready.body["scanner"]["status"]), (200, &json!("warn")));
        app.clock.advance(3_000);
        assert_eq!(scan_due(&app.app, &mut watch).await.unwrap(), 0, "it is asked for its name first");
        std::os::unix::fs::symlink(place().strip_prefix("unix:").unwrap(), &path).unwrap();
        assert_eq!(scan_due(&app.app, &mut watch).await.unwrap(), 1);
        assert_eq!(word(&app.app, &bad).await.0, "infected");
        assert_eq!(app.anon().get("/readyz").await.body["scanner"], json!({ "status": "ok" }));
        // A look that goes wrong takes nothing back.
        app.clock.advance(25 * 3_600_000);
        chores::run(&app.app).await;
        std::fs::remove_file(&path).unwrap();
        assert_eq!((looked(&app.app).await, word(&app.app, &bad).await.0), (1, "infected"));
    });
}

#[test]
fn what_is_too_large_for_the_scanner_says_so_and_blocks_nothing() {
    scanned(Some(&place()), async |app| {
        let visitor = app.visitor().await;
        let large = sent(&visitor, "log.txt", &"a line of a log\n".repeat(100_000)).await;
        let mut looks = 0;
        // It may hang up before it is heard out; then it is asked again.
        while word(&app.app, &large).await != ("failed", Some("too_large".to_owned())) {
            looks += 1;
            assert!(looks < 20, "{:?}", word(&app.app, &large).await);
            app.clock.advance(600_000);
            looked(&app.app).await;
        }
        assert_eq!(waiting(&app.app).await, 0);
        assert_eq!(visitor.get(large["url"].as_str().unwrap()).await.status, 200);
    });
}
