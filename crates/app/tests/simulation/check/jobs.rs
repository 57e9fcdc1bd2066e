//! Every job has one result or is parked; every key made one thing.

use crate::tasks::finish;
use crate::world::World;
use candor_store::{Error, Pool, Query, job};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub fn check(world: &World) -> Vec<String> {
    let (results, parked) = finish(world.app().db.read::<_, Error>(Pool::Quick, |rx| {
        let results = rx.list("SELECT job, COUNT(*) FROM sim_result GROUP BY job", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((results.into_iter().collect::<BTreeMap<Uuid, i64>>(), job::parked(rx, 1000)?))
    }))
    .unwrap();
    let parked: BTreeMap<Uuid, i64> = parked.into_iter().map(|one| (one.job.id, one.job.tries)).collect();
    let model = world.model.borrow();
    let mut wrong = Vec::new();
    for (id, job) in &model.jobs {
        let (results, tries) = (results.get(id).copied().unwrap_or(0), parked.get(id).copied());
        let well = match (results, tries) {
            (1, None) => job.sent > 0,
            (0, Some(tries)) => tries >= job.max_tries,
            (0, None) => !job.ordered,
            _ => false,
        };
        if !well {
            let ends = format!("{results} results, parked after {tries:?} of {} tries, sent {} times", job.max_tries, job.sent);
            wrong.push(format!("a job has one result: {id} has {ends}"));
        }
    }
    wrong
}

pub fn check_keys(world: &World) -> Vec<String> {
    const MADE: &str = "SELECT owner, key, id, body FROM sim_made ORDER BY owner, key";
    let made: Vec<(Uuid, String, Uuid, String)> = finish(
        world
            .app()
            .db
            .read::<_, Error>(Pool::Quick, |rx| rx.list(MADE, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))),
    )
    .unwrap();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (owner, key, ..) in &made {
        if !seen.insert((owner, key)) {
            wrong.push(format!("a key makes one thing: {key} of {owner} made two"));
        }
    }
    for ((owner, key), keyed) in &world.model.borrow().keyed {
        let Some((id, body)) = &keyed.made else { continue };
        if !made.iter().any(|one| *one == (owner.0, key.clone(), *id, body.clone())) {
            wrong.push(format!("nothing lost: what {key} of {owner} made is not there"));
        }
    }
    wrong
}
