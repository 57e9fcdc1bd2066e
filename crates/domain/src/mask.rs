//! Personal values and how they look to people who may not see them: one table of masks.
//!
//! [`Personal`] and [`Sealed`] cannot be logged or serialised by accident: neither shows its value in `Debug`, neither
//! is `Serialize` or `Display`. Who may see a value in full is decided elsewhere; sealing it is the store's business.

use crate::text::clean_line;
use crate::word::words;
use std::fmt;

const DOTS: &str = "••••";
/// Longest part of a mask that is taken from the value, as a guard against odd values.
const MAX_SHOWN: usize = 12;

words! {
    /// What a personal value is; decides its mask.
    PersonalKind {
        Mail = "mail",
        Phone = "phone",
        Name = "name",
        /// A postal address.
        Address = "address",
        /// The number of an identity document.
        Document = "document",
        /// The range a balance lies in.
        BalanceBand = "balance_band",
        /// The account's id at the exchange.
        Account = "account",
        /// A word by which the customer knows us, as an anti-phishing code.
        Code = "code",
    }
}

/// A personal value. It shows itself masked; the full value is taken out by name only.
///
/// ```compile_fail
/// # use candor_domain::mask::{Personal, PersonalKind};
/// serde_json::to_string(&Personal::new(PersonalKind::Name, "Mei")).unwrap();
/// ```
/// ```compile_fail
/// # use candor_domain::mask::{Personal, PersonalKind};
/// Personal::new(PersonalKind::Name, "Mei").to_string();
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Personal<T> {
    kind: PersonalKind,
    value: T,
}

impl<T> Personal<T> {
    pub fn new(kind: PersonalKind, value: T) -> Self {
        Self { kind, value }
    }

    pub fn kind(&self) -> PersonalKind {
        self.kind
    }

    /// The full value. Whoever calls this has checked the right to it and written the look down.
    pub fn reveal(&self) -> &T {
        &self.value
    }

    pub fn into_revealed(self) -> T {
        self.value
    }
}

impl<T: AsRef<str>> Personal<T> {
    pub fn masked(&self) -> String {
        mask(self.kind, self.value.as_ref())
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({})", self.kind.as_str())
    }
}

/// Text that lies sealed on the disk and is open only in memory.
///
/// ```compile_fail
/// # use candor_domain::mask::Sealed;
/// serde_json::to_string(&Sealed::new("a message")).unwrap();
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Sealed<T>(T);

impl<T> Sealed<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn open(&self) -> &T {
        &self.0
    }

    pub fn into_open(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// The mask of a value. A short value shows less of itself, an empty one is only dots: whether there is a value is
/// told by the field being there, not by its mask.
pub fn mask(kind: PersonalKind, value: &str) -> String {
    let value = clean_line(value, 254);
    match kind {
        PersonalKind::Mail => mail(&value),
        PersonalKind::Phone => phone(&value),
        PersonalKind::Name => name(&value),
        PersonalKind::Document => ending(&value, 8, 2),
        PersonalKind::Account => account(&value),
        // Any part of these is already the answer.
        PersonalKind::Address | PersonalKind::BalanceBand | PersonalKind::Code => DOTS.to_owned(),
    }
}

/// `mu•••@•••.com`
fn mail(value: &str) -> String {
    let Some((user, host)) = value.rsplit_once('@') else { return DOTS.to_owned() };
    let shown: String = user.chars().take(if user.chars().count() > 4 { 2 } else { 1 }).collect();
    let shown = if user.chars().count() < 2 { "" } else { &shown };
    match host.rsplit_once('.') {
        Some((_, end)) if !end.is_empty() && end.chars().count() <= MAX_SHOWN => format!("{shown}•••@•••.{end}"),
        _ => format!("{shown}•••@•••"),
    }
}

/// `+65 •••• 2207`
fn phone(value: &str) -> String {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let code = if value.trim_start().starts_with('+') { country_code(&digits) } else { "" };
    let rest = digits.len() - code.len();
    let shown = match rest {
        7.. => 4,
        5..7 => 2,
        _ => 0,
    };
    let mut out = String::new();
    if !code.is_empty() && shown > 0 {
        out.push('+');
        out.push_str(code);
        out.push(' ');
    }
    out.push_str(DOTS);
    if shown > 0 {
        out.push(' ');
        out.push_str(&digits[digits.len() - shown..]);
    }
    out
}

/// The country code that an international number begins with: one digit for zones 1 and 7, two for the countries
/// below, else three.
fn country_code(digits: &str) -> &str {
    const TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54",
        "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let length = match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if TWO.contains(&two) => 2,
        _ => 3,
    };
    digits.get(..length).unwrap_or("")
}

/// `陈••`, `M•••`: the first character, and dots whose number says nothing about the rest.
fn name(value: &str) -> String {
    let Some(first) = value.chars().find(|c| c.is_alphanumeric()) else { return DOTS.to_owned() };
    let dots =
        if matches!(first, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3fffd}') { "••" } else { "•••" };
    format!("{first}{dots}")
}

/// `8840••12`: agents know accounts by their ends, and the number alone opens nothing.
fn account(value: &str) -> String {
    let characters: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    if characters.len() < 8 {
        return ending(value, 6, 2);
    }
    let (start, end) = (&characters[..4], &characters[characters.len() - 2..]);
    format!("{}••{}", String::from_iter(start), String::from_iter(end))
}

/// The last characters of values that are long enough to keep their secret.
fn ending(value: &str, least: usize, shown: usize) -> String {
    let characters: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    if characters.len() < least {
        return DOTS.to_owned();
    }
    characters[characters.len() - shown..].iter().fold(DOTS.to_owned(), |mut out, c| {
        out.push(*c);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_has_its_mask() {
        use PersonalKind::{Account, Address, BalanceBand, Document, Mail, Name, Phone};
        for (kind, value, masked) in [
            (Mail, "murong@example.com", "mu•••@•••.com"),
            (Mail, "bob@example.co.uk", "b•••@•••.uk"),
            (Mail, "x@example.com", "•••@•••.com"),
            (Mail, "root@localhost", "r•••@•••"),
            (Mail, "nonsense", "••••"),
            (Phone, "+65 9123 2207", "+65 •••• 2207"),
            (Phone, "+8613812345678", "+86 •••• 5678"),
            (Phone, "+12025550123", "+1 •••• 0123"),
            (Phone, "+852 9123 4567", "+852 •••• 4567"),
            (Phone, "13812345678", "•••• 5678"),
            (Phone, "+65 123456", "+65 •••• 56"),
            (Phone, "1234", "••••"),
            (Name, "陈小明", "陈••"),
            (Name, "Mary Chen", "M•••"),
            (Name, "", "••••"),
            (Document, "E12345678", "••••78"),
            (Document, "12345", "••••"),
            (Account, "88401112", "8840••12"),
            (Account, "884012", "••••12"),
            (Account, "8840", "••••"),
            (Address, "1 Raffles Place", "••••"),
            (BalanceBand, "10k-100k", "••••"),
        ] {
            assert_eq!(mask(kind, value), masked, "{kind:?} {value}");
        }
    }

    #[test]
    fn values_do_not_reach_a_log() {
        let mail = Personal::new(PersonalKind::Mail, "murong@example.com".to_owned());
        assert_eq!(format!("{mail:?} {:?}", Sealed::new("a message")), "Personal(mail) Sealed(..)");
        assert_eq!(mail.masked(), "mu•••@•••.com");
        assert_eq!(mail.reveal(), "murong@example.com");
    }

    proptest! {
        #[test]
        fn a_mask_never_shows_the_whole_value(value in "\\PC{1,30}|\\+?[0-9 ]{1,16}|[a-z.]{1,12}@[a-z.]{1,12}", at in 0..PersonalKind::ALL.len()) {
            let masked = mask(PersonalKind::ALL[at], &value);
            prop_assert!(masked.contains("••"));
            prop_assert!(value.chars().count() < 2 || !masked.contains(value.trim()) || value.trim().chars().count() < 2, "{} from {}", masked, value);
            prop_assert!(masked.chars().count() <= 40);
        }
    }
}
