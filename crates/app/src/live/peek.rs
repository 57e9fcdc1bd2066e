//! The words of a colleague's draft on their way to other screens: cut short, sealed under the customer's key while they
//! cross the bus, opened by each node for those who may read the case. They are kept nowhere but in memory.

use crate::{App, Result};
use candor_domain::id::{AgentId, ConversationId};
use candor_store::{Cell, Db, Pool, Query, conversation};
use data_encoding::BASE64;
use std::sync::Arc;

/// What is shown of a draft: its end, where the hands are.
const LONGEST: usize = 240;

fn cell(agent: AgentId) -> Cell<'static> {
    Cell { table: "peek", column: "text", row: agent.0 }
}

/// The end of a text, at most [`LONGEST`] characters of it.
fn end(text: &str) -> &str {
    let text = text.trim();
    let from = text.char_indices().rev().nth(LONGEST - 1).map_or(0, |(at, _)| at);
    &text[from..]
}

/// Seals what is shown of a draft.
pub async fn seal(app: &App, id: ConversationId, agent: AgentId, text: &str) -> Result<String> {
    let words = end(text).to_owned();
    app.db
        .read(Pool::Quick, move |rx| {
            let key = conversation::get(rx, id)?.key;
            Ok(BASE64.encode(&rx.seal(key, cell(agent), words.as_bytes())?))
        })
        .await
}

/// Opens what another screen sealed; nothing where the customer's key is gone or the note was not ours.
pub(super) async fn open(db: &Db, agent: AgentId, sealed: &str) -> Option<Arc<str>> {
    let sealed = BASE64.decode(sealed.as_bytes()).ok()?;
    let opened = db.read(Pool::Quick, move |rx| rx.open_kept(cell(agent), &sealed).map_err(crate::Error::from)).await;
    opened.ok()?.filter(|words| !words.is_empty()).map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_draft_is_shown_in_whole_characters() {
        assert_eq!(end("  您好 "), "您好");
        let long = "提".repeat(300);
        assert_eq!(end(&long).chars().count(), LONGEST);
        assert_eq!(end(""), "");
    }
}
