//! Reads all open work, at a start and after a gap: from both ends at once until they meet. Each piece is made into entries by the
//! thread that reads it.

use super::entry::Entry;
use crate::{Error, Result};
use candor_domain::id::ConversationId;
use candor_store::conversation::{self, End, OPEN_ENDS, OpenPlace};
use candor_store::{Db, Pool, Rx};
use std::collections::HashMap;
use std::sync::Arc;

type Piece = Vec<Arc<Entry>>;

/// A piece holds `size` conversations.
pub(super) async fn open_work(db: &Db, size: usize) -> Result<HashMap<ConversationId, Arc<Entry>>> {
    let mut entries = HashMap::new();
    let mut take = |piece: Piece| entries.extend(piece.into_iter().map(|entry| (entry.id(), entry)));
    let (mut between, mut newest) = (OPEN_ENDS, None);
    loop {
        let (oldest, latest) = tokio::try_join!(piece(db, between, End::Oldest, size), piece(db, between, End::Newest, size))?;
        newest = newest.or(latest.first().map(place));
        let (Some(low), Some(high)) = (oldest.last().map(place), latest.last().map(place)) else { break };
        let met = low >= high || oldest.len() < size;
        between = (low, high);
        take(oldest);
        take(latest);
        if met {
            break;
        }
    }
    // Whatever was written to meanwhile has moved behind the newest; what is written to from now on, notes will tell.
    let mut after = newest.unwrap_or(OPEN_ENDS.0);
    loop {
        let piece = piece(db, (after, OPEN_ENDS.1), End::Oldest, size).await?;
        let full = piece.len() >= size;
        after = piece.last().map_or(after, place);
        take(piece);
        if !full {
            break;
        }
    }
    mark(db, &mut entries).await?;
    Ok(entries)
}

fn place(entry: &Arc<Entry>) -> OpenPlace {
    (entry.case.last_message_at, entry.id())
}

async fn piece(db: &Db, between: (OpenPlace, OpenPlace), end: End, size: usize) -> Result<Piece> {
    let entry = |stored| Arc::new(Entry::new(stored, Vec::new(), Vec::new()));
    let limit = i64::try_from(size).unwrap_or(i64::MAX);
    db.read(Pool::Slow, move |rx| Ok(conversation::open_states(rx, between, end, limit)?.into_iter().map(entry).collect())).await
}

/// Adds who has read how far, and who is mentioned.
async fn mark(db: &Db, entries: &mut HashMap<ConversationId, Arc<Entry>>) -> Result<()> {
    let read = |rx: &mut Rx<'_>| Ok::<_, Error>((conversation::open_marks(rx)?, conversation::open_mentions(rx)?));
    let (marks, mentions) = db.read(Pool::Slow, read).await?;
    let mut change = |id, change: &dyn Fn(&mut Entry)| entries.get_mut(&id).and_then(Arc::get_mut).map(change);
    for (id, agent, seq) in marks {
        change(id, &|entry| entry.marks.push((agent, seq)));
    }
    for (id, agent, seq) in mentions {
        change(id, &|entry| entry.mentions.push((agent, seq)));
    }
    Ok(())
}
