//! Customers' identities: their kinds, and the one form in which a value is kept and compared.

use crate::event::Proof;
use crate::mask::{PersonalKind, mask};
use crate::text::clean_line;
use crate::word::words;

words! {
    /// What an identity of a customer is.
    IdentityKind {
        /// The account's id at the exchange.
        Exchange = "exchange",
        Email = "email",
        Phone = "phone",
    }
}

/// An identity of a customer, and how sure we are of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub kind: IdentityKind,
    pub value: String,
    pub proof: Proof,
}

/// The longest identity, in bytes; also the longest address that mail can carry.
pub const MAX_VALUE: usize = 254;

/// The field of a customer that holds their anti-phishing code: words by which they know mail of the desk. The exchange alone sets it.
pub const PHISHING_CODE: &str = "anti_phishing_code";

/// Whether a field holds the code, however its name is spelt.
pub fn is_phishing_code(field: &str) -> bool {
    field.to_lowercase().replace(['-', ' ', '.'], "_") == PHISHING_CODE
}

/// The longest name of a person, in characters.
pub const MAX_NAME: usize = 100;

/// What somebody is called of whom only a mail is known: as they call themselves, or their masked address where that is no name.
/// Everybody who may read a case reads the name; the address is for those who may see it.
pub fn called(name: &str, address: &str) -> Option<String> {
    let name = clean_line(name, MAX_NAME);
    if !name.is_empty() && IdentityKind::Email.normal(&name).is_none() {
        return Some(name);
    }
    IdentityKind::Email.normal(address).map(|address| mask(PersonalKind::Mail, &address))
}

impl IdentityKind {
    /// How its value is masked.
    pub fn personal(self) -> PersonalKind {
        match self {
            Self::Exchange => PersonalKind::Account,
            Self::Email => PersonalKind::Mail,
            Self::Phone => PersonalKind::Phone,
        }
    }

    /// The form in which two spellings of the same identity are equal, or `None` when this cannot be one.
    pub fn normal(self, value: &str) -> Option<String> {
        let value = value.trim();
        if value.is_empty() || value.len() > MAX_VALUE || value.chars().any(char::is_control) {
            return None;
        }
        match self {
            Self::Exchange => Some(value.to_owned()),
            Self::Email => normal_email(value),
            Self::Phone => normal_phone(value),
        }
    }
}

/// Lower case throughout: the part before the @ may differ by case in theory, and never does in practice.
fn normal_email(value: &str) -> Option<String> {
    let (user, host) = value.rsplit_once('@')?;
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "<>()[],;:\\\"@".contains(c));
    let named = host.contains('.') && host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    (user.len() <= 64 && plain(user) && plain(host) && named).then(|| value.to_lowercase())
}

/// `+` and 6 to 15 digits; what people put between the digits goes.
fn normal_phone(value: &str) -> Option<String> {
    let rest = value.strip_prefix('+')?;
    if rest.contains(|c: char| !c.is_ascii_digit() && !" -().".contains(c)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (6..=15).contains(&digits.len()).then(|| format!("+{digits}"))
}

/// What a noted field is, by its name and by its value; `None` for what identifies nobody ("VIP 3", "BTC").
///
/// Exchanges name their fields as they like, so this errs on the side of masking.
pub fn personal_field(name: &str, value: &str) -> Option<PersonalKind> {
    const NAMES: [(&str, PersonalKind); 25] = [
        ("mail", PersonalKind::Mail),
        ("邮箱", PersonalKind::Mail),
        ("phone", PersonalKind::Phone),
        ("mobile", PersonalKind::Phone),
        ("tel", PersonalKind::Phone),
        ("手机", PersonalKind::Phone),
        ("电话", PersonalKind::Phone),
        ("passport", PersonalKind::Document),
        ("document", PersonalKind::Document),
        ("id_number", PersonalKind::Document),
        ("idcard", PersonalKind::Document),
        ("id_card", PersonalKind::Document),
        ("身份证", PersonalKind::Document),
        ("护照", PersonalKind::Document),
        ("birth", PersonalKind::Address),
        ("address", PersonalKind::Address),
        ("street", PersonalKind::Address),
        ("地址", PersonalKind::Address),
        ("balance", PersonalKind::BalanceBand),
        ("余额", PersonalKind::BalanceBand),
        ("full_name", PersonalKind::Name),
        ("real_name", PersonalKind::Name),
        ("phishing", PersonalKind::Code),
        ("防钓鱼", PersonalKind::Code),
        ("防釣魚", PersonalKind::Code),
    ];
    let name = name.to_lowercase().replace(['-', ' ', '.'], "_");
    if let Some((_, kind)) = NAMES.iter().find(|(part, _)| name.contains(part)) {
        return Some(*kind);
    }
    if IdentityKind::Email.normal(value).is_some() {
        return Some(PersonalKind::Mail);
    }
    if value.trim_start().starts_with('+') && IdentityKind::Phone.normal(value).is_some() {
        return Some(PersonalKind::Phone);
    }
    // Long numbers and codes: documents, cards, accounts, wallets. An amount or a date has points or is short.
    let code = value.trim();
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let long = code.len() >= 8 && digits >= 4 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    long.then_some(PersonalKind::Document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_nobodys_name() {
        assert_eq!(called(" Mei  Chen ", "mei@example.com").as_deref(), Some("Mei Chen"));
        assert_eq!(called("", "mei.chen@example.com").as_deref(), Some("me•••@•••.com"));
        assert_eq!(called("mei.chen@example.com", "mei.chen@example.com").as_deref(), Some("me•••@•••.com"));
        assert_eq!(called("", "nobody"), None);
    }

    #[test]
    fn an_address_has_one_form() {
        let normal = |value| IdentityKind::Email.normal(value);
        assert_eq!(normal(" Li.Wei@Example.COM "), Some("li.wei@example.com".to_owned()));
        assert_eq!(normal("用户@例子.公司"), Some("用户@例子.公司".to_owned()));
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a@.b",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "<a@b.c>",
            "a@b.c\nBcc: d@e.f",
            "a@b@c.d,e",
            "javascript:alert(1)",
        ] {
            assert_eq!(normal(bad), None, "{bad}");
        }
        assert_eq!(normal(&format!("{}@b.c", "a".repeat(300))), None);
    }

    #[test]
    fn a_number_has_one_form() {
        let normal = |value| IdentityKind::Phone.normal(value);
        assert_eq!(normal("+86 138-0013-8000"), Some("+8613800138000".to_owned()));
        for bad in ["13800138000", "+12", "+1234567890123456", "+86abc", "+"] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }

    #[test]
    fn personal_fields_are_known_by_name_or_by_value() {
        for (name, value, kind) in [
            ("Contact-Email", "x", Some(PersonalKind::Mail)),
            ("手机号", "x", Some(PersonalKind::Phone)),
            ("ID number", "1", Some(PersonalKind::Document)),
            ("note", "li@example.com", Some(PersonalKind::Mail)),
            ("note", "+86 138 0013 8000", Some(PersonalKind::Phone)),
            ("ref", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", Some(PersonalKind::Document)),
            ("anti_phishing_code", "blue fish", Some(PersonalKind::Code)),
            ("ref", "440102198001021230", Some(PersonalKind::Document)),
            ("vip", "3", None),
            ("coin", "BTC", None),
            ("since", "2019-04-02", None),
            ("volume", "12000.50", None),
            ("kyc", "level 2", None),
        ] {
            assert_eq!(personal_field(name, value), kind, "{name}: {value}");
        }
    }

    #[test]
    fn an_account_id_is_kept_as_it_is() {
        assert_eq!(IdentityKind::Exchange.normal("User-00A"), Some("User-00A".to_owned()));
        assert_eq!(IdentityKind::Exchange.normal("a\0b"), None);
    }
}
