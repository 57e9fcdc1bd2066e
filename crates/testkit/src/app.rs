//! One desk for one test.

use crate::client::Client;
use axum::Router;
use candor_app::background::{self, Roles};
use candor_app::conversation::bulk;
use candor_app::{App, Config, Error, Ids, feed, keywork, mail, reactor, setup, timers};
use candor_domain::locale::Locale;
use candor_server::state::{Options, Site};
use candor_server::{AppState, router, serve};
use candor_store::testing::TestDb;
use candor_store::{Clock, ManualClock, Pool, job};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

/// Where the tests' desk is reached.
pub const PUBLIC_URL: &str = "http://localhost:5689";
const SEED: u64 = 11;
/// How long an erasure may wait for the transactions of other tests, which PostgreSQL shows it too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A desk as after its first start. Cheap to clone.
#[derive(Clone)]
pub struct TestApp(Arc<Parts>);

/// The parts of a [`TestApp`].
pub struct Parts {
    pub app: App,
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    router: Router,
    address: OnceCell<SocketAddr>,
    /// The loops behind sockets and lists; reactions and timers happen only when a test says so.
    _screens: JoinSet<()>,
    /// Last, so that everything else is gone when the database is.
    db: TestDb,
}

impl Deref for TestApp {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Runs a test on a desk of its own, and checks that it left no work behind.
pub fn run<F: Future<Output = ()>>(db: impl FnOnce() -> TestDb, test: impl FnOnce(TestApp) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let db = db();
    let app = runtime.block_on(async {
        let app = TestApp::start(db).await;
        test(app.clone()).await;
        app.check_jobs().await;
        app
    });
    app.state.draining.cancel();
    runtime.shutdown_timeout(Duration::from_secs(5));
    drop(app);
}

/// Runs a test on both databases, on desks with other settings; `change` may start what they name.
pub fn on_both(change: impl Fn(&mut Config), test: impl AsyncFn(TestApp)) {
    for db in [TestDb::sqlite, TestDb::postgres] {
        let db = db();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let app = TestApp::start_with(db, |config| {
                config.limit_factor = NonZeroU32::new(1000).expect("1000 is not 0");
                change(config);
            });
            test(app.await).await;
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

impl TestApp {
    /// A desk as after its first start, with rate limits that tests do not reach.
    pub async fn start(db: TestDb) -> Self {
        Self::start_with(db, |config| config.limit_factor = NonZeroU32::new(1000).expect("1000 is not 0")).await
    }

    /// The same with other settings.
    pub async fn start_with(db: TestDb, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(PUBLIC_URL.to_owned(), db.dir().to_owned());
        change(&mut config);
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&db.clock);
        let app = App::new(db.db.clone(), config, Ids::seeded(Arc::clone(&clock), SEED), clock);
        setup::run(&app, Locale::English).await.expect("the desk is filled");
        let site = Site::parse(PUBLIC_URL).expect("an address");
        let state = AppState::new(app.clone(), site, Options::default());
        let router = router::build(state.clone());
        let clock = Arc::clone(&db.clock);
        let screens = background::start(&app, Roles { screens: true, work: false }, &state.draining);
        Self(Arc::new(Parts { app, state, clock, router, address: OnceCell::new(), _screens: screens, db }))
    }

    /// Somebody without any right, in a browser on the desk's own page.
    pub fn anon(&self) -> Client {
        self.bare().with("origin", PUBLIC_URL)
    }

    /// A program: no browser, no Origin.
    pub fn bare(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// The database of the test.
    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// Lets reactions and due timers happen until nothing is left to do now; lists and counts know everything after it.
    pub async fn settle(&self) {
        mail::work(&self.app).await.expect("mail is read");
        mail::out::work(&self.app).await.expect("mail is handed over");
        loop {
            reactor::drain(&self.app).await.expect("reactions go well");
            if timers::fire_due(&self.app).await.expect("timers go well") == 0 {
                break;
            }
        }
        bulk::work_all(&self.app).await.expect("bulk actions go well");
        reactor::drain(&self.app).await.expect("reactions go well");
        feed::number_all(&self.app).await.expect("the feed is numbered");
        self.app.live.load(&self.app.db).await.expect("open work can be read");
    }

    /// Moves time and lets happen what falls due.
    pub async fn pass(&self, time: Duration) {
        self.clock.advance(i64::try_from(time.as_millis()).expect("a short time"));
        self.settle().await;
    }

    /// Lets erasures and changes of keys come to their end, and time pass for those that are put off.
    pub async fn finish_keywork(&self) {
        let begun = Instant::now();
        keywork::work(&self.app).await.expect("work on keys goes well");
        while let Some(due) = keywork::next_due(&self.app).await {
            assert!(begun.elapsed() < PATIENCE, "work on keys does not end");
            self.clock.advance((due - self.app.now()).max(0));
            keywork::work(&self.app).await.expect("work on keys goes well");
        }
    }

    /// The address of a real listener, for sockets and for clients that misbehave on the wire.
    pub async fn address(&self) -> SocketAddr {
        let listening = async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            let address = listener.local_addr().expect("a bound address");
            tokio::spawn(serve::run(listener, self.router.clone(), self.state.draining.clone()));
            address
        };
        *self.address.get_or_init(|| listening).await
    }

    async fn check_jobs(&self) {
        match reactor::drain(&self.app).await {
            Err(Error::Store(candor_store::Error::Closed)) => return,
            drained => drained.expect("reactions go well"),
        }
        bulk::work_all(&self.app).await.expect("bulk actions go well");
        mail::work(&self.app).await.expect("mail is read");
        mail::out::work(&self.app).await.expect("mail is handed over");
        let left = self.app.db.read(Pool::Quick, |rx| job::open(rx)).await.expect("jobs can be counted");
        assert_eq!(left, 0, "the test left jobs behind");
    }
}
