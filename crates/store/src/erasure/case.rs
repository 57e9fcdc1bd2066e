//! One case of an erased customer: shut at once, its messages wiped in pieces.

use crate::Error;
use crate::keys::KeyId;
use crate::message::split;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{ConversationId, FileId, MessageId};
use uuid::Uuid;

/// What [`shut`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shut {
    /// Whether it was open until now.
    pub now: bool,
    /// Files that unsent words named and nothing names any more; their bytes go after the commit.
    pub files: Vec<FileId>,
}

const LOCK: &str = "SELECT key_id FROM conversation WHERE id = $1 /*lock*/";
const SHUT: &str = "UPDATE conversation SET key_id = $2, subject_sealed = NULL, preview_sealed = NULL, origin_sealed = NULL, \
     preview_from = 'customer', client_id = NULL, start_session = NULL, start_hmac = NULL WHERE id = $1";
const COUNT: &str = "UPDATE erasure SET cases = cases + 1 WHERE id = $1";

/// Takes a case's key away, under the stream's lock: whoever writes into it after this is refused, whoever wrote before is
/// wiped. Everything beside the messages goes now: subject, preview, page, drafts, held replies, the rating's words.
pub fn shut(tx: &mut Tx<'_>, erasure: Uuid, id: ConversationId) -> Result<Shut, Error> {
    let key = tx.one(LOCK, &[&id.0], |row| row.get(0).map(KeyId))?;
    if key == KeyId::NONE {
        return Ok(Shut::default());
    }
    tx.execute(SHUT, &[&id.0, &KeyId::NONE.0])?;
    let files = unsent(tx, id)?;
    for file in &files {
        tx.execute("DELETE FROM file WHERE id = $1 AND conversation_id IS NULL", &[&file.0])?;
    }
    tx.execute("DELETE FROM draft WHERE conversation_id = $1", &[&id.0])?;
    tx.execute("DELETE FROM held_reply WHERE conversation_id = $1", &[&id.0])?;
    tx.execute("DELETE FROM timer WHERE stream_id = $1", &[&id.0])?;
    crate::inbound::forget_case(tx, id)?;
    tx.execute("UPDATE rating SET comment_sealed = NULL WHERE conversation_id = $1", &[&id.0])?;
    tx.execute(COUNT, &[&erasure])?;
    Ok(Shut { now: true, files })
}

/// Files that only drafts and held replies of a case name.
pub fn unsent(q: &mut impl Query, id: ConversationId) -> Result<Vec<FileId>, Error> {
    const NAMED: &str = "SELECT files FROM draft WHERE conversation_id = $1 AND files <> '' \
         UNION ALL SELECT files FROM held_reply WHERE conversation_id = $1 AND files <> ''";
    let named = q.list(NAMED, &[&id.0], |row| row.get::<String>(0))?;
    Ok(named.iter().flat_map(|files| split::<FileId>(files)).collect())
}

/// What a piece of wiping did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiped {
    pub messages: usize,
}

const LEFT: &str = "SELECT id, doc FROM message WHERE conversation_id = $1 \
     AND (body_sealed IS NOT NULL OR request_hmac IS NOT NULL OR client_id IS NOT NULL OR files <> '') ORDER BY seq LIMIT $2";
const WIPE: &str = "UPDATE message SET body_sealed = NULL, files = '', client_id = NULL, request_hmac = NULL, \
     redacted_at = COALESCE(redacted_at, $2) WHERE id = $1";
const COUNT_MESSAGES: &str = "UPDATE erasure SET messages = messages + $2 WHERE id = $1";

/// Wipes the next messages of a case that was shut: text, what compares it with a repeat, and its words in the index.
/// Nothing left: zero.
pub fn wipe(tx: &mut Tx<'_>, erasure: Uuid, id: ConversationId, limit: i64) -> Result<Wiped, Error> {
    let now = tx.now();
    let left = tx.list(LEFT, &[&id.0, &limit], |row| Ok((row.get::<Uuid>(0)?, row.get::<i64>(1)?)))?;
    for (message, doc) in &left {
        tx.execute(WIPE, &[message, &now])?;
        crate::mail::forget(tx, MessageId(*message))?;
        tx.unindex(*doc);
    }
    if !left.is_empty() {
        tx.execute(COUNT_MESSAGES, &[&erasure, &i64::try_from(left.len()).unwrap_or(i64::MAX)])?;
    }
    Ok(Wiped { messages: left.len() })
}
