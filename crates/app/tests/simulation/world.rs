//! One world: a desk, the people around it, and the seed that decides what happens next.

use crate::act;
use crate::act::probe::Plan;
use crate::desk::{self, Desk, People};
use crate::model::Model;
use crate::tasks::{Tasks, finish};
use candor_app::App;
use candor_domain::actor::Actor;
use candor_domain::id::AgentId;
use candor_store::testing::START;
use candor_store::{ManualClock, Note, Odds, Pool};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// What most of a world is about; the rest happens beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Delivery,
    Jobs,
    Timers,
    Held,
    Keys,
}

impl Focus {
    pub const ALL: [Focus; 5] = [Focus::Delivery, Focus::Jobs, Focus::Timers, Focus::Held, Focus::Keys];

    pub fn of(seed: u64) -> Focus {
        Focus::ALL[(seed % 5) as usize]
    }
}

/// How much is begun in a world.
const ACTS: usize = 70;

pub struct World {
    pub seed: u64,
    pub focus: Focus,
    pub clock: Arc<ManualClock>,
    pub people: &'static People,
    pub model: RefCell<Model>,
    pub dir: tempfile::TempDir,
    dice: RefCell<StdRng>,
    trace: Option<RefCell<String>>,
    app: RefCell<Option<App>>,
    notes: RefCell<Option<Receiver<Note>>>,
    lives: RefCell<u64>,
    /// Nothing fails any more: the world comes to rest.
    pub calm: RefCell<bool>,
    pub plan: Arc<Plan>,
}

/// What became of a world.
pub struct Outcome {
    pub trace: String,
    pub wrong: Vec<String>,
}

/// Plays a seed to its end and looks whether every promise was kept.
pub fn play(seed: u64, traced: bool) -> Outcome {
    let desk = Desk::get();
    let world = Rc::new(World {
        seed,
        focus: Focus::of(seed),
        clock: Arc::new(ManualClock::at(START)),
        people: &desk.people,
        model: RefCell::default(),
        dir: desk.lay_out(),
        dice: RefCell::new(StdRng::seed_from_u64(seed)),
        trace: traced.then(RefCell::default),
        app: RefCell::default(),
        notes: RefCell::default(),
        lives: RefCell::default(),
        calm: RefCell::new(false),
        plan: Arc::new(Plan { seed, ..Plan::default() }),
    });
    world.say(|| format!("seed {seed}, most of it about {:?}", world.focus));
    world.begin_life();
    world.live();
    crate::calm::rest(&world);
    let mut wrong = std::mem::take(&mut world.model.borrow_mut().wrong);
    wrong.extend(crate::check::all(&world));
    let trace = world.trace.as_ref().map(|trace| trace.borrow().clone()).unwrap_or_default();
    world.app.take();
    Outcome { trace, wrong }
}

impl World {
    /// Everything until the world comes to rest.
    fn live(self: &Rc<Self>) {
        let mut tasks = Tasks::default();
        let mut begun = 0;
        while begun < ACTS || tasks.len() > 0 {
            if !self.app().db.health().writer_alive {
                self.die(&mut tasks);
            }
            let more = begun < ACTS && tasks.len() < 6;
            if more && (tasks.len() == 0 || self.chance(400)) {
                begun += 1;
                act::begin(self, &mut tasks);
            } else if tasks.len() > 0 {
                let place = self.below(tasks.len());
                tasks.poll(place);
            }
        }
        if !self.app().db.health().writer_alive {
            self.die(&mut tasks);
        }
    }

    /// The process has died: a new one opens what it left behind.
    pub fn die(&self, tasks: &mut Tasks) {
        let lost = tasks.die();
        self.model.borrow_mut().rights_change.clear();
        self.say(|| format!("the process dies; nobody finishes {lost:?}"));
        self.begin_life();
    }

    pub fn begin_life(&self) {
        // The directory's lock goes with the last life.
        self.app.take();
        let life = self.lives.replace_with(|lives| *lives + 1);
        let calm = *self.calm.borrow();
        let odds = if calm { Odds::default() } else { self.odds() };
        let app = desk::open(
            self.dir.path(),
            &self.clock,
            self.seed.wrapping_mul(1009).wrapping_add(life),
            odds,
            act::probe::followers(&self.plan),
        );
        // Signed on before the first read, so that nothing falls between them.
        self.notes.replace(Some(app.db.notes()));
        finish(app.live.load(&app.db)).unwrap();
        self.app.replace(Some(app));
        self.say(|| format!("life {life} begins"));
    }

    /// How rough this world is: every fourth has no faults at all, so that what is found there is nobody's fault but ours.
    fn odds(&self) -> Odds {
        let rough = self.seed / 5 % 4;
        let some = |most: u32| if rough == 0 { 0 } else { most * rough as u32 / 3 };
        Odds {
            wait_for_others: 500,
            commit_fails: some(25),
            crash_before_commit: some(12),
            crash_after_commit: some(12),
            note_lost: some(300),
        }
    }

    pub fn app(&self) -> App {
        self.app.borrow().clone().expect("a life has begun")
    }

    /// The next note that this life has heard; a gap where it fell behind.
    pub fn next_note(&self) -> Option<Note> {
        match self.notes.borrow_mut().as_mut()?.try_recv() {
            Ok(note) => Some(note),
            Err(TryRecvError::Lagged(_)) => Some(Note::Gap),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }

    /// What an agent may do now, as a request would find it.
    pub async fn agent(&self, place: usize) -> Option<Actor> {
        let id: AgentId = self.people.agents[place];
        let app = self.app();
        app.db.read(Pool::Quick, move |rx| candor_app::rights::actor_of(rx, id)).await.ok().flatten()
    }

    pub fn visitor(&self, place: usize) -> Actor {
        Actor::Visitor { contact: self.people.visitors[place].0 }
    }

    pub fn now(&self) -> i64 {
        candor_store::Clock::now_ms(&*self.clock)
    }

    pub fn chance(&self, of_a_thousand: u32) -> bool {
        self.dice.borrow_mut().random_range(0..1000) < of_a_thousand
    }

    pub fn below(&self, end: usize) -> usize {
        self.dice.borrow_mut().random_range(0..end)
    }

    pub fn one_of<T: Copy>(&self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.below(all.len())]) }
    }

    pub fn id(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.dice.borrow_mut().random()).into_uuid()
    }

    /// An answer gets lost on its way now and then.
    pub fn loses_answer(&self) -> bool {
        !*self.calm.borrow() && self.chance(80)
    }

    pub fn wrong(&self, what: String) {
        self.say(|| format!("WRONG: {what}"));
        self.model.borrow_mut().wrong.push(what);
    }

    pub fn say(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let at = self.now() - START;
            let _ = writeln!(trace.borrow_mut(), "{at:>8} {}", line());
        }
    }
}

impl World {
    /// Whether a message is the one its case was started with.
    pub fn is_first(&self, sent: &crate::model::Sent) -> bool {
        let model = self.model.borrow();
        model.sent[model.cases[sent.case].first].client_id == sent.client_id
    }

    /// Whether processes die in this world.
    pub fn odds_are_rough(&self) -> bool {
        self.odds().crash_before_commit > 0
    }
}
