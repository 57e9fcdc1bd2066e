//! The anti-phishing code: words that the exchange and its customer know, printed above every mail of ours to an address that is proven
//! to be that customer's. Nobody else gets them, copies included.

use super::pieces;
use crate::Result;
use candor_domain::contact::{IdentityKind, is_phishing_code};
use candor_domain::locale::Locale;
use candor_domain::text::clean_line;
use candor_store::{Query, contact};

/// The longest code that is printed, in characters.
const LONGEST: usize = 64;
/// Shorter ones are words that may stand anywhere: they are not looked for.
const SHORTEST: usize = 4;

/// The code of whoever is proven to have this address.
pub(super) fn code_of(q: &mut impl Query, address: &str) -> Result<Option<String>> {
    let Some(address) = IdentityKind::Email.normal(address) else { return Ok(None) };
    let Some((customer, _)) = contact::proven(q, IdentityKind::Email, &address)? else { return Ok(None) };
    let fields = contact::get(q, customer)?.fields()?;
    let found = fields.into_iter().find(|(name, _)| is_phishing_code(name));
    Ok(found.map(|(_, code)| clean_line(&code, LONGEST)).filter(|code| !code.is_empty()))
}

/// The line with it.
pub(super) fn line(code: &str, locale: Locale) -> String {
    match locale {
        Locale::English => format!("Your anti-phishing code: {code}"),
        Locale::SimplifiedChinese => format!("您的防钓鱼码：{code}"),
        Locale::TraditionalChinese => format!("您的防釣魚碼：{code}"),
    }
}

/// A text whose quoted history repeats the code, without it: agents are not to read it there. As long as before, so that `pieces` fit.
pub(super) fn hidden(text: &str, kept: &str, code: &str) -> String {
    if code.chars().count() < SHORTEST {
        return text.to_owned();
    }
    let (mut begins, mut out) = (0, String::with_capacity(text.len()));
    for (kind, length) in pieces::read(kept) {
        let Some(part) = text.get(begins..begins + length) else { return text.to_owned() };
        begins += length;
        match kind {
            'q' => out.push_str(&part.replace(code, &"*".repeat(code.len()))),
            _ => out.push_str(part),
        }
    }
    if begins == text.len() { out } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_hidden_where_history_repeats_it() {
        let text = "蓝鲸鱼群?\n> 您的防钓鱼码：蓝鲸鱼群\n";
        let first = "蓝鲸鱼群?\n".len();
        let kept = format!("n{first} q{}", text.len() - first);
        let seen = hidden(text, &kept, "蓝鲸鱼群");
        assert_eq!((seen.len(), seen.as_str()), (text.len(), "蓝鲸鱼群?\n> 您的防钓鱼码：************\n"));
        assert_eq!(hidden(text, "q9999", "蓝鲸鱼群"), text);
        assert_eq!(hidden(text, &kept, "码"), text, "a word that stands anywhere");
    }
}
