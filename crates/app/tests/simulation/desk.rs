//! The desk every world begins with: made once, kept as bytes, laid out anew for each seed.

use candor_app::reactor::{Followers, standard};
use candor_app::{App, Config, Ids, agent, inbox, setup};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ContactId, InboxId, RoleId, TeamId, VisitorSessionId};
use candor_domain::locale::Locale;
use candor_store::agent_role::Held;
use candor_store::testing::{START, options};
use candor_store::{Clock, Db, Error, ManualClock, Odds, Place, Pool, Queue, contact, role, team};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Who works and who writes here.
pub struct People {
    pub inbox: InboxId,
    pub team: TeamId,
    pub role: RoleId,
    pub agents: Vec<AgentId>,
    pub visitors: Vec<(ContactId, VisitorSessionId)>,
}

pub struct Desk {
    pub people: People,
    files: Vec<(String, Vec<u8>)>,
}

/// What the simulation keeps beside the desk, in the same transactions.
const TABLES: [&str; 3] = [
    "CREATE TABLE sim_effect (nth INTEGER PRIMARY KEY, follower TEXT NOT NULL, stream BLOB NOT NULL, seq INTEGER NOT NULL)",
    "CREATE TABLE sim_result (nth INTEGER PRIMARY KEY, job BLOB NOT NULL, lease INTEGER NOT NULL)",
    "CREATE TABLE sim_made (id BLOB PRIMARY KEY, owner BLOB NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL)",
];

/// Where simulated desks lie: in memory, where there is such a place.
pub fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}

pub fn directory() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("candor-sim-").tempdir_in(memory()).unwrap()
}

/// One life of the desk's process.
pub fn open(dir: &Path, clock: &Arc<ManualClock>, seed: u64, odds: Odds, followers: Followers) -> App {
    let db = Db::inline(options(Place::Sqlite { dir: dir.to_owned() }, clock), seed, odds).unwrap();
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    let config = Config::new("https://desk.example".to_owned(), dir.to_owned());
    App::with_followers(db, config, Ids::seeded(Arc::clone(&clock), seed), clock, followers)
}

impl Desk {
    /// The one desk of this program.
    pub fn get() -> &'static Desk {
        static DESK: OnceLock<Desk> = OnceLock::new();
        DESK.get_or_init(Desk::make)
    }

    /// Lays the desk out in a directory of its own.
    pub fn lay_out(&self) -> tempfile::TempDir {
        let dir = directory();
        for (name, bytes) in &self.files {
            std::fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }

    fn make() -> Desk {
        let (dir, clock) = (directory(), Arc::new(ManualClock::at(START)));
        let app = open(dir.path(), &clock, 1, Odds::default(), standard());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let people = runtime.block_on(people(&app));
        app.db.close();
        drop(app);
        let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap());
        let plain = names.filter(|entry| entry.file_type().unwrap().is_file() && entry.file_name() != "lock");
        let files = plain.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect();
        Desk { people, files }
    }
}

async fn people(app: &App) -> People {
    setup::run(app, Locale::English).await.unwrap();
    let operator = Actor::machine("test");
    let inbox = inbox::list(app, &operator).await.unwrap()[0].id;
    let (roles, teams) = app.db.read(Pool::Quick, |rx| Ok::<_, Error>((role::list(rx)?, team::list(rx)?))).await.unwrap();
    let role = roles.iter().find(|role| role.name == "supervisor").unwrap().id;
    let mut agents = Vec::new();
    for name in ["Ana", "Bo", "Chen"] {
        let held = Held { role, inbox: None, team: None };
        let email = format!("{}@desk.example", name.to_lowercase());
        let new = agent::New { email, name: name.to_owned(), roles: vec![held], teams: BTreeSet::new(), locale: None };
        agents.push(agent::create(app, &operator, new, "correct horse battery staple").await.unwrap().agent.id);
    }
    let visitors: Vec<(ContactId, VisitorSessionId)> = (0..3).map(|_| (app.ids.make(), app.ids.make())).collect();
    let new = visitors.clone();
    app.db
        .write(Queue::People, move |tx| {
            for (contact, _) in &new {
                contact::insert(tx, *contact, None)?;
            }
            TABLES.into_iter().try_for_each(|table| tx.execute(table, &[]).map(|_| ()))
        })
        .await
        .map_err(|error: Error| error)
        .unwrap();
    People { inbox, team: teams[0].id, role, agents, visitors }
}
