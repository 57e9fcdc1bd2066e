//! Writes roots outside the database: when a lane has begun, every minute while there are new entries, and at stop.

use super::lane::Lane;
use super::root::{self, Head, NONE, Root, hash_of_line};
use crate::Error;
use crate::options::Sink;
use crate::seat::Seat;
use crate::text::Sql;
use data_encoding::HEXLOWER as HEX;
use std::fs::OpenOptions;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const NEXT_LANE: &str = "SELECT MIN(lane) FROM audit_entry WHERE lane > $1";

pub(crate) struct Roots {
    path: PathBuf,
    sink: Option<Sink>,
    /// Hash of the last line, and the heads it held.
    last: String,
    heads: Vec<Head>,
}

impl Roots {
    /// Goes on after the last whole line of the file. A line that was cut off by a crash is taken away.
    pub(crate) fn open(path: &Path, sink: Option<Sink>) -> Result<Roots, Error> {
        let failed = |error| Error::io(format!("cannot read {}", path.display()), error);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            file.set_len(whole as u64).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        let last = text[..whole].lines().last();
        let heads = last.and_then(|line| serde_json::from_str::<Root>(line).ok()).map_or(Vec::new(), |root| root.heads);
        Ok(Roots { path: path.to_owned(), sink, last: last.map_or(NONE.to_owned(), hash_of_line), heads })
    }

    /// Writes a root if there are entries that the last one does not cover.
    pub(crate) fn write(&mut self, seat: &mut Seat) -> Result<(), Error> {
        let heads = heads(seat)?;
        if heads == self.heads {
            return Ok(());
        }
        let pair = root::key_pair(seat.shared.vault().signing())?;
        let at = seat.shared.clock.now_ms();
        let line = Root::sign(at, self.last.clone(), heads.clone(), &pair).line()?;
        let failed = |error| Error::io(format!("cannot write {}", self.path.display()), error);
        let new = !self.path.exists();
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path).map_err(failed)?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if new {
            crate::lock::sync_dir(self.path.parent().unwrap_or(Path::new(".")))?;
        }
        if let Some(sink) = &self.sink {
            sink(&line);
        }
        self.last = hash_of_line(&line);
        self.heads = heads;
        Ok(())
    }
}

/// The heads of all lanes; two look-ups by key each, however long the log is.
fn heads(seat: &mut Seat) -> Result<Vec<Head>, Error> {
    let (mut heads, mut after) = (Vec::new(), -1i64);
    loop {
        let mut next: Option<i64> = None;
        seat.conn.each(Sql::Fixed(NEXT_LANE), &[&after], &mut |row| {
            next = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        let Some(lane) = next else { return Ok(heads) };
        let head = Lane::read(seat, lane)?;
        heads.push(Head { lane, number: head.number, hash: HEX.encode(&head.hash) });
        after = lane;
    }
}
