//! Replies that wait out their undo window: durable, without a number in the stream, not yet messages.

use crate::Error;
use crate::keys::Cell;
use crate::message::{join, split};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{AgentId, ConversationId, FileId, HeldReplyId};
use uuid::Uuid;

/// A held reply; the text is sealed.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: HeldReplyId,
    pub conversation: ConversationId,
    pub author: AgentId,
    pub text: Vec<u8>,
    /// Whom it also goes to by mail, sealed.
    pub mail: Option<Vec<u8>>,
    pub files: Vec<FileId>,
    pub client_id: Uuid,
    pub request_hmac: Vec<u8>,
    /// The newest number its author had seen.
    pub seen_seq: i64,
    /// What was sent with it (status, tags), as JSON; done at release.
    pub follow_up: String,
    pub created_at: i64,
    pub release_at: i64,
    /// Since a newer message came in: when it goes out as written if its author does not answer.
    pub ask_until: Option<i64>,
    /// Its author said: send it anyway.
    pub keep: bool,
}

macro_rules! columns {
    () => {
        "id, conversation_id, author_id, text_sealed, files, client_id, request_hmac, seen_seq, follow_up, created_at, release_at, ask_until, keep, mail_sealed"
    };
}

fn read(row: &Row<'_>) -> Result<Held, Error> {
    Ok(Held {
        id: HeldReplyId(row.get(0)?),
        conversation: ConversationId(row.get(1)?),
        author: AgentId(row.get(2)?),
        text: row.get(3)?,
        files: split(&row.get::<String>(4)?),
        client_id: row.get(5)?,
        request_hmac: row.get(6)?,
        seen_seq: row.get(7)?,
        follow_up: row.get(8)?,
        created_at: row.get(9)?,
        release_at: row.get(10)?,
        ask_until: row.get(11)?,
        keep: row.get(12)?,
        mail: row.get(13)?,
    })
}

const INSERT: &str = concat!(
    "INSERT INTO held_reply (",
    columns!(),
    ", state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'held')"
);
const GET: &str = concat!("SELECT ", columns!(), " FROM held_reply WHERE id = $1");
const BY_CLIENT: &str = concat!("SELECT ", columns!(), " FROM held_reply WHERE conversation_id = $1 AND author_id = $2 AND client_id = $3");
const OF_CASE: &str = concat!("SELECT ", columns!(), " FROM held_reply WHERE conversation_id = $1 ORDER BY id");
const ASK: &str = "UPDATE held_reply SET ask_until = $2, release_at = $2, state = 'asking' WHERE id = $1";
const KEEP: &str = "UPDATE held_reply SET keep = $2, release_at = $3 WHERE id = $1";
const HASTEN: &str = "UPDATE held_reply SET release_at = $2 WHERE id = $1";
const DELETE: &str = "DELETE FROM held_reply WHERE id = $1";

pub fn insert(tx: &mut Tx<'_>, new: &Held) -> Result<(), Error> {
    tx.execute(
        INSERT,
        &[
            &new.id.0,
            &new.conversation.0,
            &new.author.0,
            &new.text,
            &join(&new.files),
            &new.client_id,
            &new.request_hmac,
            &new.seen_seq,
            &new.follow_up,
            &new.created_at,
            &new.release_at,
            &new.ask_until,
            &new.keep,
            &new.mail,
        ],
    )?;
    Ok(())
}

pub fn get(q: &mut impl Query, id: HeldReplyId) -> Result<Option<Held>, Error> {
    q.optional(GET, &[&id.0], read)
}

pub fn by_client(q: &mut impl Query, conversation: ConversationId, author: AgentId, client_id: Uuid) -> Result<Option<Held>, Error> {
    q.optional(BY_CLIENT, &[&conversation.0, &author.0, &client_id], read)
}

/// The replies that wait in a conversation, in the order they were sent, which is the order they go out in.
pub fn of_case(q: &mut impl Query, conversation: ConversationId) -> Result<Vec<Held>, Error> {
    q.list(OF_CASE, &[&conversation.0], read)
}

/// The first replies whose window ends after this time, with their conversations.
pub fn ending_after(q: &mut impl Query, at: i64, limit: i64) -> Result<Vec<(HeldReplyId, ConversationId)>, Error> {
    const AFTER: &str = "SELECT id, conversation_id FROM held_reply WHERE release_at > $1 ORDER BY release_at DESC LIMIT $2";
    q.list(AFTER, &[&at, &limit], |row| Ok((HeldReplyId(row.get(0)?), ConversationId(row.get(1)?))))
}

/// A newer message came in: the author is asked, and without an answer it goes out at `until`.
pub fn ask(tx: &mut Tx<'_>, id: HeldReplyId, until: i64) -> Result<(), Error> {
    tx.execute(ASK, &[&id.0, &until])?;
    Ok(())
}

/// The author said: send it anyway, now.
pub fn keep(tx: &mut Tx<'_>, id: HeldReplyId, at: i64) -> Result<(), Error> {
    tx.execute(KEEP, &[&id.0, &true, &at])?;
    Ok(())
}

/// Its author does not want to wait: the window ends now.
pub fn hasten(tx: &mut Tx<'_>, id: HeldReplyId, at: i64) -> Result<(), Error> {
    tx.execute(HASTEN, &[&id.0, &at])?;
    Ok(())
}

/// Takes it out; false when somebody else did already.
pub fn delete(tx: &mut Tx<'_>, id: HeldReplyId) -> Result<bool, Error> {
    Ok(tx.execute(DELETE, &[&id.0])? > 0)
}

/// The cell that holds a held reply's text.
pub fn text_cell(id: HeldReplyId) -> Cell<'static> {
    Cell { table: "held_reply", column: "text", row: id.0 }
}

/// The cell that says whom it also goes to.
pub fn mail_cell(id: HeldReplyId) -> Cell<'static> {
    Cell { table: "held_reply", column: "mail", row: id.0 }
}
