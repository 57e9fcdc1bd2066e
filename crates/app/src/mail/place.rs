//! Where a mail belongs. Into a case only with a token that was made for that case and for the very address the mail comes from, and
//! only when that address's domain stands behind the mail. A number in the subject, an id seen elsewhere, the same address: none of
//! these is enough, because all of them can be had by others.

use super::enter::{Entry, proven};
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
    let Some(from) = proven(letter) else { return Ok(Place::Own(Some("token_unproven"))) };
    for token in &letter.tokens {
        let Some(id) = conversation::by_number(tx, token.number)? else { continue };
        if !is_for(tx, token, id, &from) {
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
    ReplyToken::new(stored.case.number, &hmac(q, stored.case.id, &address))
}

/// Whether a token was made for this case and this address, which is in its normal form.
pub(super) fn is_for(q: &impl Query, token: &ReplyToken, id: ConversationId, address: &str) -> bool {
    ReplyToken::new(token.number, &hmac(q, id, address)).is_some_and(|own| own.mac.ct_eq(&token.mac).into())
}

fn hmac(q: &impl Query, id: ConversationId, address: &str) -> Vec<u8> {
    q.blind("mail.reply", &format!("{id} {address}"))
}
