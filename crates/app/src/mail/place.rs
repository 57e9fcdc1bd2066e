//! Where a mail belongs. Into a case only with a token that was made for that case and for the very address the mail comes from, and
//! only when that address's domain stands behind the mail. A number in the subject, an id seen elsewhere, the same address: none of
//! these is enough, because all of them can be had by others.

use super::enter::Entry;
use crate::Result;
use candor_domain::contact::IdentityKind;
use candor_domain::conversation::Category;
use candor_domain::id::ConversationId;
use candor_domain::reply_token::ReplyToken;
use candor_store::conversation::Stored;
use candor_store::keys::KeyId;
use candor_store::{Query, Tx, conversation};
use subtle::ConstantTimeEq;

/// Where a mail goes.
pub(super) enum Place {
    /// Into this case, whose lock is held.
    Case(Box<Stored>),
    /// Into a case of its own; with a doubt where it wanted to go somewhere else.
    Own(Option<&'static str>),
}

/// Finds the place of a mail.
pub(super) fn find(tx: &mut Tx<'_>, entry: &Entry) -> Result<Place> {
    let letter = &entry.letter;
    if letter.tokens.is_empty() {
        return Ok(Place::Own(None));
    }
    let from = letter.head.from.as_ref().and_then(|from| IdentityKind::Email.normal(&from.mail));
    let (Some(from), true) = (from, letter.head.verdict.aligned) else { return Ok(Place::Own(Some("token_unproven"))) };
    for token in &letter.tokens {
        let Some(id) = conversation::by_number(tx, token.number)? else { continue };
        if !mac(tx, id, &from).is_some_and(|own| bool::from(own.mac.ct_eq(&token.mac))) {
            continue;
        }
        let stored = conversation::lock(tx, id)?;
        if stored.case.category == Category::Closed || stored.key == KeyId::NONE {
            return Ok(Place::Own(Some("case_closed")));
        }
        return Ok(Place::Case(Box::new(stored)));
    }
    Ok(Place::Own(Some("token_foreign")))
}

/// The token of a case for one address; made anew whenever it is needed, and kept nowhere.
pub(crate) fn token(q: &mut impl Query, stored: &Stored, address: &str) -> Option<ReplyToken> {
    let address = IdentityKind::Email.normal(address)?;
    let hmac = q.blind("mail.reply", &format!("{} {address}", stored.case.id));
    ReplyToken::new(stored.case.number, &hmac)
}

fn mac(q: &impl Query, id: ConversationId, address: &str) -> Option<ReplyToken> {
    ReplyToken::new(1, &q.blind("mail.reply", &format!("{id} {address}")))
}
