//! The token that brings an answer by mail back to its case: in the address customers reply to, and in the ids of our mails.
//!
//! It holds the number of the case and an HMAC over the case and whom the mail was sent to, made by the store. A number alone, a
//! subject or an id seen elsewhere opens nothing. The token says where a mail wants to go; whether its sender may go there is
//! another question, because mails are forwarded.

/// Bytes of the HMAC that are carried: 80 bits cannot be guessed through a mail server.
pub const MAC: usize = 10;
/// What stands between the desk's own address and the token: `support+c.TOKEN@example.com`.
const MARK: &str = "+c.";
/// Letters without case, which mail programs change at will; `0`, `1`, `8` and `9` are left out.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A token as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyToken {
    /// The number of the case.
    pub number: i64,
    pub mac: [u8; MAC],
}

impl ReplyToken {
    /// From the case's number and the HMAC, of which the first bytes are taken; `None` where it is too short.
    pub fn new(number: i64, hmac: &[u8]) -> Option<Self> {
        let mac = hmac.get(..MAC)?.try_into().ok()?;
        (number > 0).then_some(Self { number, mac })
    }

    /// The token as letters: 16 for the HMAC, then as many as the number needs.
    pub fn encode(&self) -> String {
        let number = self.number.to_be_bytes();
        let begins = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
        let bytes: Vec<u8> = self.mac.iter().chain(&number[begins..]).copied().collect();
        spell(&bytes)
    }

    /// Reads a token, in upper or lower case.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = read(text)?;
        let (mac, rest) = bytes.split_at_checked(MAC)?;
        if rest.is_empty() || rest.len() > 8 || rest[0] == 0 {
            return None;
        }
        let number = rest.iter().try_fold(0_i64, |number, byte| number.checked_mul(256)?.checked_add(i64::from(*byte)))?;
        let found = Self::new(number, mac)?;
        // One way to write it: another spelling is another text.
        (found.encode() == text.to_ascii_lowercase()).then_some(found)
    }

    /// The address customers reply to, for a mailbox of the desk's own. `None`: it would be longer than mail can carry.
    pub fn address(&self, own: &str) -> Option<String> {
        let (user, host) = own.rsplit_once('@')?;
        let user = format!("{user}{MARK}{}", self.encode());
        (user.len() <= 64).then(|| format!("{user}@{host}"))
    }

    /// The token in an address, whoever's it is.
    pub fn in_address(address: &str) -> Option<Self> {
        let user = address.rsplit_once('@')?.0.to_ascii_lowercase();
        let (_, token) = user.rsplit_once(MARK)?;
        Self::decode(token)
    }

    /// The id of a mail of ours: `TOKEN.UNIQUE@host`.
    pub fn message_id(&self, unique: &str, host: &str) -> String {
        format!("{}.{unique}@{host}", self.encode())
    }

    /// The token in an id that a mail refers to; only ids of this host are ours.
    pub fn in_message_id(id: &str, host: &str) -> Option<Self> {
        Self::split(id, host).map(|(token, _)| token)
    }

    /// The same with what makes the id unique.
    pub fn split<'a>(id: &'a str, host: &str) -> Option<(Self, &'a str)> {
        let (left, at) = id.rsplit_once('@')?;
        let (token, unique) = left.split_once('.')?;
        if at.eq_ignore_ascii_case(host) { Some((Self::decode(token)?, unique)) } else { None }
    }
}

/// Base32 of RFC 4648 in lower case, without padding.
fn spell(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for piece in bytes.chunks(5) {
        let mut word = [0_u8; 8];
        word[3..3 + piece.len()].copy_from_slice(piece);
        let bits = u64::from_be_bytes(word);
        for place in 0..(piece.len() * 8).div_ceil(5) {
            let letter = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(LETTERS[letter as usize]));
        }
    }
    text
}

/// The bytes of such a text; `None` for any other. Bits that are left over are looked at by whoever compares spellings.
fn read(text: &str) -> Option<Vec<u8>> {
    const LONGEST: usize = 32;
    if text.len() > LONGEST {
        return None;
    }
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(20), 0_u32, 0_u32);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|known| known.eq_ignore_ascii_case(&letter))?;
        bits = bits << 5 | value as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(number: i64) -> ReplyToken {
        ReplyToken::new(number, &[7, 0, 255, 1, 2, 3, 4, 5, 6, 9, 42]).unwrap()
    }

    proptest! {
        #[test]
        fn a_token_comes_back_from_its_letters_in_any_case(number in 1_i64.., mac in any::<[u8; MAC]>()) {
            let made = ReplyToken { number, mac };
            prop_assert_eq!(ReplyToken::decode(&made.encode()), Some(made.clone()));
            prop_assert_eq!(ReplyToken::decode(&made.encode().to_uppercase()), Some(made));
        }

        #[test]
        fn any_text_is_a_token_or_none_and_has_one_spelling(text in "\\PC{0,40}|[a-z2-7]{16,32}") {
            if let Some(found) = ReplyToken::decode(&text) {
                prop_assert_eq!(found.encode(), text.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn it_stands_in_an_address_and_in_an_id() {
        let made = token(20_817);
        let address = made.address("support@desk.test").unwrap();
        assert!(address.len() < 50, "{address}");
        assert_eq!(ReplyToken::in_address(&address.to_uppercase()), Some(made.clone()));
        assert_eq!(ReplyToken::in_address("support+c.abc@desk.test"), None);
        assert_eq!(ReplyToken::in_address("support@desk.test"), None);
        let id = made.message_id("0190", "desk.test");
        assert_eq!(ReplyToken::in_message_id(&id, "desk.test"), Some(made));
        assert_eq!(ReplyToken::in_message_id(&id, "evil.test"), None);
    }

    #[test]
    fn an_address_too_long_for_mail_is_none() {
        assert_eq!(token(1).address(&format!("{}@desk.test", "a".repeat(50))), None);
    }

    #[test]
    fn no_case_has_the_number_nothing_or_less() {
        assert_eq!(ReplyToken::new(0, &[1; 32]), None);
        assert_eq!(ReplyToken::new(-4, &[1; 32]), None);
        assert_eq!(ReplyToken::new(1, &[1; 9]), None);
    }
}
