//! Two nodes of one desk in one process, the second of which hears nothing at all: what the bus loses, the sweep and the
//! short memories make good.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::background::{self, Roles};
use candor_app::live::News;
use candor_app::{App, Config, Error, Ids, visitor};
use candor_store::testing::{self, TestDb};
use candor_store::{Clock, Db, ManualClock};
use desk::Desk;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A screen is at most this far behind, whatever the bus does.
const SCREEN: Duration = Duration::from_secs(2);
/// What a busy machine adds to a look a second.
const SLACK: Duration = Duration::from_millis(500);
const RIGHT: Duration = Duration::from_secs(5);

/// A second node that shares the clock and the files.
struct Deaf {
    app: App,
    db: Db,
    stop: CancellationToken,
    _dir: TempDir,
}

impl Deaf {
    fn beside(desk: &Desk) -> Self {
        let (db, dir) = tokio::task::block_in_place(|| desk.db.second_node());
        db.lose_notes();
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&desk.clock);
        let mut config = Config::new("https://desk.example".to_owned(), dir.path().to_owned());
        config.files = desk.app.blobs.clone();
        let app = App::new(db.clone(), config, Ids::new(Arc::clone(&clock)), clock);
        let stop = CancellationToken::new();
        // Its loops end with the token.
        background::start(&app, Roles { screens: true, work: false }, &stop).detach_all();
        Self { app, db, stop, _dir: dir }
    }

    async fn ready(&self) {
        while !self.app.live.is_ready() {
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Deaf {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[test]
fn a_screen_on_a_node_that_hears_nothing_is_two_seconds_behind_at_most() {
    testing::run(TestDb::postgres(), |db| async move {
        let desk = Desk::new(db).await;
        let deaf = Deaf::beside(&desk);
        deaf.ready().await;
        let mut screen = deaf.app.live.agent();
        let customer = desk.anonymous().await.visitor;
        let mut slowest = Duration::ZERO;
        for text in ["one", "two", "three"] {
            let case = desk.writes(&customer, text).await;
            let (begun, seq) = (Instant::now(), seq_of(&desk, case).await);
            loop {
                let left = (SCREEN + SLACK).saturating_sub(begun.elapsed());
                let news = tokio::time::timeout(left, screen.recv()).await.expect("the screen is more than two seconds behind").unwrap();
                if matches!(&news, News::Change(change) if change.id == case && change.seq >= seq) {
                    break;
                }
            }
            slowest = slowest.max(begun.elapsed());
        }
        assert!(slowest > Duration::from_millis(1), "a deaf node cannot know at once: the notes were not lost");
        tokio::task::block_in_place(|| deaf.db.close());
    });
}

async fn seq_of(desk: &Desk, case: candor_domain::id::ConversationId) -> i64 {
    let read = desk.app.db.read(candor_store::Pool::Quick, move |rx| candor_store::conversation::get(rx, case)).await;
    read.unwrap().case.seq
}

#[test]
fn a_visitor_who_logs_out_is_nobody_on_a_node_that_hears_nothing_within_five_seconds() {
    testing::run(TestDb::postgres(), |db| async move {
        let desk = Desk::new(db).await;
        let deaf = Deaf::beside(&desk);
        let opened = desk.anonymous().await;
        let token = opened.token.clone();
        assert!(visitor::by_token_lately(&deaf.app, &token).await.is_ok());
        visitor::log_out(&desk.app, &opened.visitor.session).await.unwrap();
        let begun = Instant::now();
        while !matches!(visitor::by_token_lately(&deaf.app, &token).await, Err(Error::Unauthenticated)) {
            assert!(begun.elapsed() < RIGHT, "still let in");
            tokio::task::yield_now().await;
        }
        tokio::task::block_in_place(|| deaf.db.close());
    });
}
