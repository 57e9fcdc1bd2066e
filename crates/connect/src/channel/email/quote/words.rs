//! The words of attribution lines, by language.

use super::rows::{Rows, apart};
use std::cmp::Reverse;

/// "Wrote", in lower case, as clients and people's settings put it.
static WROTE: Rows = Rows::new(&[
    "wrote|writes|a écrit|a ecrit|écrit|écrivait|schrieb|geschrieben|escribió|escribio|ha scritto|scrive|ha escrit",
    "va escriure|escribiu|escreveu|schreef|geschreven|napisał|napisała|napisał(a)|pisze|napisano|написал|написала",
    "написал(а)|писал|писала|пишет|пише|написав|написав(ла)|писав|написа|напісаў|skrev|skreiv|skrifaði|kirjoitti",
    "kirjutas|rašė|rakstīja|napsal|napsala|napsal(a)|píše|napísal|napísala|napísal(a)|napisao|napisala|napisao je",
    "je napisao|je napisal|je napisala|написао|írta|ezt írta|a scris|scris|έγραψε|yazdı|yazdi|yazmış|đã viết|viết",
    "menulis|כתב|כתבה|כתב/ה|كتب|كتبت|نوشت|ने लिखा",
]);

/// The same in scripts without spaces between words.
static WROTE_JOINED: Rows = Rows::new(&["写道|寫道|写到|寫到|来信|來信|のメール|書きました|書いた|さんは|작성|썼습니다|썼음|เขียนว่า|เขียน"]);

/// Words before the date.
static OPENERS: Rows = Rows::new(&[
    "on|at|le|el|il|em|am|op|den|på|pe|dne|dňa|dnia|w|no|o|la|a|ai|de|в|у|на|от|vào|lúc|pada|στις|την|σε|în|in",
    "kuupäeval|u|v|dana|เมื่อ|ใน|في|بتاريخ|בתאריך|ב|da|i|von|za|ter|zo|ti|ons|tor|klo|quando",
]);

static OPENERS_JOINED: Rows = Rows::new(&["在|於|于|เมื่อ|ב-"]);

/// Words with which a person tells a story, and no client introduces a mail. They keep "On 5 January your colleague wrote:" new.
static STORY: Rows = Rows::new(&[
    "i'm|i've|my|we|our|your|he|she|they|but|and|that|because|when|then|which|who|had|has|have|were|was|ich|mein",
    "meine|votre|vous|mio|vostro|meu|seu|mijn|uw|ik|мой|ваш|ваша|я|вы|yo|me|us|kami|saya|anda",
]);

static STORY_JOINED: Rows = Rows::new(&["我|你们|你們|客服|您"]);

/// What "wrote" looks like in an attribution.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrote<'a> {
    /// Nowhere.
    No,
    /// Before a name or a date, which is here: "skrev Ann <ann@example.com>".
    Before(&'a str),
    /// As the last word.
    Last,
}

/// Looks for "wrote" in a text in lower case.
pub(super) fn wrote(body: &str) -> Wrote<'_> {
    if WROTE_JOINED.any(|word| body.ends_with(word)) || WROTE.any(|word| ends_with_word(body, word)) {
        return Wrote::Last;
    }
    // Of several the one that stands first in its list; in scripts without spaces where it stands last.
    let joined = WROTE_JOINED.found(body).min_by_key(|(word, at)| (*word, Reverse(at.start)));
    let found = joined.or_else(|| WROTE.found(body).filter(|(_, at)| apart(body, at)).min_by_key(|(word, at)| (*word, at.start)));
    found.and_then(|(_, at)| body.get(at.end..)).map_or(Wrote::No, Wrote::Before)
}

/// Whether the text begins with a word that stands before dates.
pub(super) fn opens(text: &str) -> bool {
    let first = text.split([' ', '\u{A0}', ',', '\u{202F}']).next().unwrap_or_default();
    OPENERS.has(first) || OPENERS_JOINED.any(|word| text.starts_with(word))
}

/// Whether a person tells something. Addresses and what stands in quotation marks or brackets are a name, not a story.
pub(super) fn story(body: &str) -> bool {
    let mut outside = String::with_capacity(body.len());
    let mut close = None;
    for c in body.chars() {
        match close {
            Some(end) if c == end => close = None,
            Some(_) => {}
            None => match c {
                '<' => {
                    leave_name(&mut outside);
                    close = Some('>');
                }
                '"' => close = Some('"'),
                '“' => close = Some('”'),
                _ => outside.push(c),
            },
        }
    }
    let mut words = outside.split_whitespace().filter(|word| !word.contains('@'));
    // "i" is "in" in Danish and "and" in Polish; after a comma or the date of an English line it is the customer.
    let english = outside.starts_with("on ") || outside.starts_with("at ");
    words.any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        STORY.has(word) || (english && word == "i")
    }) || STORY_JOINED.within(&outside)
}

/// Takes the name off that an address follows: a desk is called 客服 there, and nobody tells anything. Only a name of one piece, so
/// that no sentence goes with it.
fn leave_name(outside: &mut String) {
    const LONGEST: usize = 12;
    let begins = outside.char_indices().rev().find(|(_, c)| c.is_ascii_digit() || ",，、:：".contains(*c));
    let Some(begins) = begins.map(|(at, c)| at + c.len_utf8()) else { return };
    let name = outside.get(begins..).unwrap_or_default().trim();
    if !name.is_ascii() && !name.contains(char::is_whitespace) && name.chars().count() <= LONGEST {
        outside.truncate(begins);
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|head| !head.ends_with(char::is_alphanumeric))
}
