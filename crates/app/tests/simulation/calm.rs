//! A world comes to rest: nothing fails any more, everybody is answered, every window ends, all work is done.
//! What should have happened on the way is looked at on the way.

use crate::act;
use crate::model::Told;
use crate::tasks::finish;
use crate::world::World;
use candor_app::reactor::{self, Lane};
use candor_app::{search, timers};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_store::{Error, Pool, Query, Rx, job, parked, timer};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

pub fn rest(world: &Rc<World>) {
    // Whoever has a screen open is not told that the world ends: what the bus has lost, the sweep has found by now.
    let app = world.app();
    finish(app.live.sweep(&app.db, world.now())).unwrap();
    finish(act::desk::follow(Rc::clone(world)));
    for what in crate::check::counts::check(world) {
        world.wrong(what);
    }
    drop(app);
    if world.chance(500) {
        world.app().db.close();
    } else {
        world.app().db.kill();
    }
    world.calm.replace(true);
    world.begin_life();
    answer_all(world);
    end_windows(world);
    do_all_jobs(world);
    react_to_all(world);
    mend(world);
    world.say(|| "all is calm".to_owned());
    let app = world.app();
    finish(act::desk::follow(Rc::clone(world)));
    finish(app.live.sweep(&app.db, world.now())).unwrap();
    finish(act::desk::follow(Rc::clone(world)));
    finish(search::rewrite_moved(&app)).unwrap();
    finish(search::catch_up(&app)).unwrap();
}

/// Everybody repeats until they are answered.
fn answer_all(world: &Rc<World>) {
    let open = world.model.borrow().find(|sent| sent.told == Told::Nothing);
    for place in open {
        finish(act::try_again(world, place));
        if world.model.borrow().sent[place].told == Told::Nothing {
            let text = world.model.borrow().sent[place].text.clone();
            world.wrong(format!("everybody is answered in the end: {text} was not"));
        }
    }
}

/// From timer to timer, until none is left. Whoever waits for a time waits no longer than that.
fn end_windows(world: &Rc<World>) {
    let app = world.app();
    for _ in 0..400 {
        let next = finish(app.db.read::<_, Error>(Pool::Quick, |rx| timer::next(rx))).unwrap();
        let Some(due_at) = next else {
            return still_waiting(world);
        };
        world.clock.set(due_at.max(world.now()));
        let fired = finish(timers::fire_due(&app)).unwrap();
        world.say(|| format!("timers at rest: {fired}"));
        // What is more than one command takes has its timer again, which is due at once.
        if finish(app.db.read::<_, Error>(Pool::Quick, |rx| timer::next(rx))).unwrap().is_some_and(|next| next <= world.now()) {
            continue;
        }
        let late = finish(app.db.read::<_, Error>(Pool::Quick, overdue)).unwrap();
        if !late.is_empty() {
            return world.wrong(format!("what waits for a time does not wait longer: {late:?}"));
        }
    }
    world.wrong("timers end: there was always one more".to_owned());
}

/// What waits although its time has come: sleepers, and the first held reply of a case.
fn overdue(rx: &mut Rx<'_>) -> Result<Vec<String>, Error> {
    const SLEEPERS: &str = "SELECT number FROM conversation WHERE snoozed AND snoozed_until <= $1 ORDER BY number";
    const HELD: &str = "SELECT c.number FROM conversation c JOIN held_reply h ON h.conversation_id = c.id WHERE h.release_at <= $1 \
         AND h.id = (SELECT MIN(f.id) FROM held_reply f WHERE f.conversation_id = c.id) ORDER BY c.number";
    let now = rx.now();
    let mut late: Vec<String> = rx.list(SLEEPERS, &[&now], |row| Ok(format!("case {} sleeps", row.get::<i64>(0)?)))?;
    late.extend(rx.list(HELD, &[&now], |row| Ok(format!("a reply in case {} is held", row.get::<i64>(0)?)))?);
    Ok(late)
}

fn still_waiting(world: &World) {
    const LEFT: &str = "SELECT (SELECT COUNT(*) FROM held_reply), (SELECT COUNT(*) FROM conversation WHERE snoozed_until IS NOT NULL)";
    let left: (i64, i64) =
        finish(world.app().db.read::<_, Error>(Pool::Quick, |rx| rx.one(LEFT, &[], |row| Ok((row.get(0)?, row.get(1)?))))).unwrap();
    if left != (0, 0) {
        world.wrong(format!("what waits for a time has a timer: {} held replies and {} sleepers have none", left.0, left.1));
    }
}

fn do_all_jobs(world: &Rc<World>) {
    let app = world.app();
    for _ in 0..200 {
        if finish(app.db.read(Pool::Quick, |rx| job::open(rx))).unwrap() == 0 {
            return;
        }
        let due = finish(app.db.read(Pool::Quick, |rx| job::next_due(rx, act::job::QUEUE))).unwrap();
        world.clock.set(due.unwrap_or(0).max(world.now()));
        finish(act::job::work(Rc::clone(world)));
    }
    world.wrong("jobs end: there was always one more".to_owned());
}

/// The reactor works off all that is marked, although some followers cannot take some events.
fn react_to_all(world: &Rc<World>) {
    let app = world.app();
    for _ in 0..300 {
        let turn = finish(reactor::turn(&app, Lane(0))).unwrap();
        world.say(|| format!("the reactor at rest: {turn:?}"));
        if turn.waiting == 0 {
            let waiting = crate::check::effects::before_mending(world);
            waiting.into_iter().for_each(|what| world.wrong(what));
            return;
        }
    }
    world.wrong("a parked follower stops nobody: the reactor never comes to an end".to_owned());
}

/// Somebody mends what followers failed on, and runs it again.
fn mend(world: &Rc<World>) {
    world.plan.mended.store(true, Ordering::SeqCst);
    let app = world.app();
    let all = finish(app.db.read(Pool::Quick, |rx| parked::shown(rx, 1000))).unwrap();
    world.say(|| format!("{} events are parked: {:?}", all.len(), all.iter().map(|one| (&one.follower, one.seq)).collect::<Vec<_>>()));
    let mut streams: Vec<(String, Uuid)> = all.into_iter().map(|one| (one.follower, one.stream)).collect();
    streams.sort();
    streams.dedup();
    for (follower, stream) in streams {
        finish(reactor::run_again(&app, &Actor::machine("test"), &follower, ConversationId(stream))).unwrap();
    }
}
