//! Keeping the index true: words that could not be written, rows whose scope words are old, an index to be rebuilt.

use super::scope_words;
use crate::{App, Result};
use candor_domain::id::ConversationId;
use candor_domain::text;
use candor_store::conversation::Stored;
use candor_store::{Pool, Query, Queue, Tx, conversation, message, scope_moved, search as index};

/// Documents one command writes, so that it holds the writer only shortly.
const PIECE: i64 = 50;

/// Writes words that could not be written with their message; a damaged index is made anew first. Returns how many
/// documents it did.
pub async fn catch_up(app: &App) -> Result<usize> {
    if app.db.health().search_broken {
        tracing::error!("the text index is damaged; it is made anew, and search says so meanwhile");
        app.db.write(Queue::Machines, |tx| index::start_again(tx).map_err(crate::Error::from)).await?;
    }
    let mut done = 0;
    loop {
        let docs = app.db.read(Pool::Quick, |rx| index::waiting(rx, PIECE).map_err(crate::Error::from)).await?;
        if docs.is_empty() {
            return Ok(done);
        }
        done += docs.len();
        app.db
            .write(Queue::Machines, move |tx| {
                for doc in &docs {
                    write_again(tx, *doc)?;
                    index::caught_up(tx, *doc)?;
                }
                Ok::<_, crate::Error>(())
            })
            .await?;
    }
}

/// Rewrites the index rows of conversations that moved to another inbox or team.
pub async fn rewrite_moved(app: &App) -> Result<usize> {
    let moved = app.db.read(Pool::Quick, |rx| scope_moved::list(rx, PIECE).map_err(crate::Error::from)).await?;
    for id in &moved {
        rewrite_case(app, *id).await?;
    }
    Ok(moved.len())
}

/// Rewrites the index rows of one conversation, if it moved.
pub(crate) async fn rewrite_case(app: &App, id: ConversationId) -> Result<()> {
    let Some(at) = app.db.read(Pool::Quick, move |rx| scope_moved::marked_at(rx, id).map_err(crate::Error::from)).await? else {
        return Ok(());
    };
    let mut after = 0;
    loop {
        let last = app
            .db
            .write(Queue::Machines, move |tx| {
                let stored = conversation::get(tx, id)?;
                let piece: Vec<_> = message::after(tx, id, after, PIECE)?;
                for one in &piece {
                    set_words(tx, &stored, one)?;
                }
                let last = (piece.len() as i64 == PIECE).then(|| piece.last().map(|one| one.seq)).flatten();
                if last.is_none() {
                    scope_moved::done(tx, id, at)?;
                }
                Ok::<_, crate::Error>(last)
            })
            .await?;
        match last {
            Some(seq) => after = seq,
            None => return Ok(()),
        }
    }
}

fn write_again(tx: &mut Tx<'_>, doc: i64) -> Result<()> {
    let Some(found) = message::by_doc(tx, doc)? else {
        tx.unindex(doc);
        return Ok(());
    };
    let stored = conversation::get(tx, found.conversation)?;
    set_words(tx, &stored, &found)
}

fn set_words(tx: &mut Tx<'_>, stored: &Stored, found: &message::Stored) -> Result<()> {
    let Some(body) = &found.body else {
        tx.unindex(found.doc);
        return Ok(());
    };
    let Some(text) = tx.open_kept(message::body_cell(found.id), body)? else {
        tx.unindex(found.doc);
        return Ok(());
    };
    let scope = scope_words(&stored.case);
    let marks = text::index_words(&text).iter().chain(scope.iter().map(String::as_str)).map(|word| tx.mark(word)).collect();
    tx.index(found.doc, marks);
    Ok(())
}
