//! Opening a store for meetings: PostgreSQL, two connections an actor, nothing beside them.

use super::{apart, prepare};
use crate::conn::Conn;
use crate::house::House;
use crate::lock::DirLock;
use crate::options::{Options, Place};
use crate::postgres::{Connector, Work, take_lane, work};
use crate::seat::Seat;
use crate::shared::Shared;
use crate::stepped::Stepped;
use crate::{Backend, Db, Error};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;

impl Db {
    /// Opens a store for meetings of so many actors at most. The schema is there.
    pub fn stepped(options: Options, actors: usize) -> Result<Db, Error> {
        let Place::Postgres { url, dir } = options.place.clone() else {
            return Err(Error::Invalid("transactions meet on PostgreSQL".to_owned()));
        };
        apart(move || {
            let lock = DirLock::take(&dir)?;
            let connector = Arc::new(Connector::new(&url)?);
            let shared = Arc::new(Shared::new(Arc::clone(&options.clock), actors, options.bulk));
            let seat = |kind, nth: usize| {
                let conn = Conn::Postgres(Box::new(connector.connect(kind)?));
                Ok::<Seat, Error>(Seat::new(conn, Arc::clone(&shared), StdRng::seed_from_u64(nth as u64)))
            };
            let mut seats = Vec::new();
            for nth in 0..=actors {
                let mut writer = seat(work(options.bulk), 2 * nth)?;
                if nth == 0 {
                    prepare(&mut writer, &options)?;
                }
                take_lane(&mut writer)?;
                seats.push((writer, seat(Work::House, 2 * nth + 1)?));
            }
            let mut house = House::new(Arc::clone(&shared), Backend::Postgres, Some(lock));
            house.stepped = Some(Stepped::new(Arc::clone(&connector), seats)?);
            Ok(house)
        })
    }
}
