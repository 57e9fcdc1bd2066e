//! Where a mail belongs. Into a case only with a token that was made for that case and for the very address the mail comes from, and
//! only when that address's domain stands behind the mail. A number in the subject, an id seen elsewhere, the same address: none of
//! these is enough, because all of them can be had by others.

use super::enter::Entry;
use super::head::Answers;
use crate::Result;
use candor_domain::contact::IdentityKind;
use candor_domain::conversation::Category;
use candor_domain::id::ConversationId;
use candor_domain::reply_token::ReplyToken;
use candor_store::conversation::Stored;
use candor_store::keys::KeyId;
use candor_store::{Query, Tx, contact, conversation};
use subtle::ConstantTimeEq;

/// Where a mail goes.
pub(super) enum Place {
    /// Into this case, whose lock is held.
    Case(Box<Stored>),
    /// Into a case of its own; with a doubt where it wanted to go somewhere else.
    Own(Option<Stray>),
}

/// Why a mail does not go where it wants to.
pub(super) struct Stray {
    /// The stable code of the doubt.
    pub why: &'static str,
    /// The case it answers, where that is certain: a number alone anybody can write.
    pub answers: Option<Answers>,
}

/// Finds the place of a mail.
pub(super) fn find(tx: &mut Tx<'_>, entry: &Entry) -> Result<Place> {
    let letter = &entry.letter;
    if letter.tokens.is_empty() {
        return Ok(Place::Own(None));
    }
    let from = letter.head.from.as_ref().and_then(|from| IdentityKind::Email.normal(&from.mail));
    let mut certain = None;
    for token in &letter.tokens {
        let Some(id) = conversation::by_number(tx, token.number)? else { continue };
        let answers = answered(tx, id, token.number)?;
        if !from.as_deref().is_some_and(|from| is_for(tx, token, id, from)) {
            certain = certain.or(is_for_customer(tx, id, token)?.then_some(answers));
            continue;
        }
        if !letter.head.verdict.aligned {
            return Ok(stray("token_unproven", Some(answers)));
        }
        let stored = conversation::lock(tx, id)?;
        // Whose mails an agent took over is not for that reason proven to be the other case's customer: each is looked at again.
        let answers = answered(tx, id, token.number)?;
        if answers.conversation != id {
            return Ok(stray("case_joined", Some(answers)));
        }
        if stored.case.category == Category::Closed || stored.key == KeyId::NONE {
            return Ok(stray("case_closed", Some(answers)));
        }
        return Ok(Place::Case(Box::new(stored)));
    }
    let why = if letter.head.verdict.aligned { "token_foreign" } else { "token_unproven" };
    Ok(stray(why, certain))
}

/// The case that is answered, or the one that an agent took its mails over into.
fn answered(q: &mut impl Query, id: ConversationId, number: i64) -> Result<Answers> {
    let Some(into) = conversation::joined_to(q, id)? else { return Ok(Answers { conversation: id, number }) };
    Ok(Answers { conversation: into, number: conversation::get(q, into)?.case.number })
}

fn stray(why: &'static str, answers: Option<Answers>) -> Place {
    Place::Own(Some(Stray { why, answers }))
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

/// Whether it was made for this case and an address of its customer: then the mail answers the case, whoever wrote it.
fn is_for_customer(q: &mut impl Query, id: ConversationId, token: &ReplyToken) -> Result<bool> {
    let customer = conversation::get(q, id)?.case.contact;
    let known = contact::identities(q, customer)?;
    let mut addresses = known.iter().map(|known| &known.identity).filter(|identity| identity.kind == IdentityKind::Email);
    Ok(addresses.any(|address| is_for(q, token, id, &address.value)))
}
