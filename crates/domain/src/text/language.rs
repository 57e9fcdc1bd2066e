//! Which language a message is written in.
//!
//! Made for chat: a few words must be enough. Scripts decide first; traditional and simplified Chinese by the
//! characters that are written on one side only; languages in Latin letters by a statistical model, and English by its
//! small words when there is too little text for that.

use super::han::{Side, side};
use crate::word::words;
use whatlang::{Detector, Lang};

words! {
    /// A language that Candor tells apart; its word is a BCP 47 tag.
    Language {
        ChineseSimplified = "zh-CN",
        ChineseTraditional = "zh-TW",
        English = "en",
        Japanese = "ja",
        Korean = "ko",
        Thai = "th",
        Vietnamese = "vi",
        Indonesian = "id",
        Hindi = "hi",
        Bengali = "bn",
        Burmese = "my",
        Khmer = "km",
        Lao = "lo",
        Arabic = "ar",
        Persian = "fa",
        Hebrew = "he",
        Russian = "ru",
        Ukrainian = "uk",
        Greek = "el",
        Turkish = "tr",
        Spanish = "es",
        Portuguese = "pt",
        French = "fr",
        German = "de",
        Italian = "it",
        Dutch = "nl",
        Polish = "pl",
    }
}

/// Characters looked at; more text makes no better answer.
const ENOUGH: usize = 600;

/// Letters of each script in a text.
#[derive(Default)]
struct Letters {
    han: usize,
    simplified: usize,
    traditional: usize,
    kana: usize,
    hangul: usize,
    cyrillic: usize,
    arabic: usize,
    latin: usize,
    /// Scripts that mean one language each: its letters.
    single: [usize; 8],
}

const SINGLE: [(char, char, Language); 8] = [
    ('\u{e00}', '\u{e7f}', Language::Thai),
    ('\u{e80}', '\u{eff}', Language::Lao),
    ('\u{1000}', '\u{109f}', Language::Burmese),
    ('\u{1780}', '\u{17ff}', Language::Khmer),
    ('\u{900}', '\u{97f}', Language::Hindi),
    ('\u{980}', '\u{9ff}', Language::Bengali),
    ('\u{590}', '\u{5ff}', Language::Hebrew),
    ('\u{370}', '\u{3ff}', Language::Greek),
];

/// The language of a text, or nothing when it shows none: numbers, ids, emoji, a single foreign word.
pub fn detect(text: &str) -> Option<Language> {
    let text = prose(text);
    let letters = count(&text);
    let words_like = |characters: usize| characters * 2;
    // A Chinese sentence carries coin and product names in Latin letters: one character weighs as much as a short word.
    let east = words_like(letters.han + letters.kana + letters.hangul);
    let single = letters.single.iter().enumerate().max_by_key(|(_, count)| **count);
    if east > 0 && east * 2 >= letters.latin {
        return Some(east_asian(&letters));
    }
    let rest = letters.latin;
    if let Some((which, most)) = single
        && *most * 3 > rest
        && *most > letters.cyrillic.max(letters.arabic)
    {
        return Some(SINGLE[which].2);
    }
    if letters.cyrillic * 3 > rest && letters.cyrillic >= letters.arabic && letters.cyrillic > 1 {
        let ukrainian = text.chars().any(|c| matches!(c, 'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ'));
        return Some(if ukrainian { Language::Ukrainian } else { Language::Russian });
    }
    if letters.arabic * 3 > rest && letters.arabic > 1 {
        let persian = text.chars().any(|c| matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ی' | 'ک'));
        return Some(if persian { Language::Persian } else { Language::Arabic });
    }
    latin(&text, letters.latin)
}

/// The head of the text without what is no prose: addresses, links, ids, amounts.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let ascii = word.is_ascii();
        let noise = word.contains("://") || (word.contains('@') && ascii) || (ascii && word.bytes().any(|byte| byte.is_ascii_digit()));
        if !noise {
            out.extend(word.chars().take(ENOUGH));
            out.push(' ');
        }
        if out.len() > ENOUGH * 3 {
            break;
        }
    }
    out
}

fn count(text: &str) -> Letters {
    let mut letters = Letters::default();
    for c in text.chars().take(ENOUGH) {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => letters.latin += 1,
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9d}' => letters.kana += 1,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}' => {
                letters.han += 1;
                match side(c) {
                    Side::Simplified => letters.simplified += 1,
                    Side::Traditional => letters.traditional += 1,
                    Side::Shared => {}
                }
            }
            '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' => letters.hangul += 1,
            '\u{400}'..='\u{52f}' => letters.cyrillic += 1,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => letters.arabic += 1,
            _ => {
                if let Some(at) = SINGLE.iter().position(|(from, to, _)| (*from..=*to).contains(&c) && c.is_alphabetic()) {
                    letters.single[at] += 1;
                }
            }
        }
    }
    letters
}

fn east_asian(letters: &Letters) -> Language {
    if letters.hangul > letters.han && letters.hangul >= letters.kana {
        return Language::Korean;
    }
    // One kana among many characters is decoration (の in a Chinese shop's name); a Japanese sentence has more.
    if letters.kana * 6 > letters.han {
        return Language::Japanese;
    }
    if letters.traditional > letters.simplified { Language::ChineseTraditional } else { Language::ChineseSimplified }
}

/// Letters below which the model guesses.
const MODEL_NEEDS: usize = 20;

fn latin(text: &str, letters: usize) -> Option<Language> {
    if letters < 2 {
        return None;
    }
    if text.chars().any(|c| matches!(c, 'ơ' | 'ư' | 'đ' | 'Ơ' | 'Ư' | 'Đ' | '\u{1ea0}'..='\u{1ef9}')) {
        return Some(Language::Vietnamese);
    }
    let english = small_words(text);
    if english.0 > 0 && english.0 * 4 >= english.1 {
        return Some(Language::English);
    }
    if letters < MODEL_NEEDS {
        return (english.0 > 0).then_some(Language::English);
    }
    let allowed =
        vec![Lang::Eng, Lang::Spa, Lang::Por, Lang::Fra, Lang::Deu, Lang::Ita, Lang::Nld, Lang::Pol, Lang::Tur, Lang::Vie, Lang::Ind];
    let info = Detector::with_allowlist(allowed).detect(text)?;
    let sure = info.confidence() > 0.05;
    match info.lang() {
        Lang::Eng => Some(Language::English),
        _ if !sure => (english.0 > 0).then_some(Language::English),
        Lang::Spa => Some(Language::Spanish),
        Lang::Por => Some(Language::Portuguese),
        Lang::Fra => Some(Language::French),
        Lang::Deu => Some(Language::German),
        Lang::Ita => Some(Language::Italian),
        Lang::Nld => Some(Language::Dutch),
        Lang::Pol => Some(Language::Polish),
        Lang::Tur => Some(Language::Turkish),
        Lang::Vie => Some(Language::Vietnamese),
        Lang::Ind => Some(Language::Indonesian),
        _ => None,
    }
}

/// Small English words that no other language here shares, and what chat is made of; with the number of all words.
const ENGLISH: &[&str] = &[
    "the",
    "is",
    "my",
    "i",
    "it",
    "i'm",
    "you",
    "your",
    "not",
    "and",
    "of",
    "to",
    "this",
    "that",
    "have",
    "has",
    "what",
    "why",
    "how",
    "when",
    "where",
    "can",
    "can't",
    "cannot",
    "don't",
    "please",
    "help",
    "thanks",
    "thank",
    "hello",
    "hi",
    "yes",
    "still",
    "with",
    "from",
    "was",
    "are",
    "been",
    "did",
    "does",
    "for",
    "but",
    "get",
    "need",
    "want",
    "money",
    "account",
    "withdraw",
    "withdrawal",
    "deposit",
    "missing",
    "sent",
    "received",
    "waiting",
    "anyone",
    "there",
    "funds",
    "about",
    "any",
    "more",
    "which",
    "isn't",
    "won't",
    "doesn't",
    "didn't",
    "would",
    "could",
    "should",
    "will",
    "who",
    "your",
    "keeps",
    "working",
    "support",
    "exchange",
    "currency",
];

fn small_words(text: &str) -> (usize, usize) {
    let mut counts = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’').filter(|word| !word.is_empty()) {
        counts.1 += 1;
        let lower = word.to_lowercase().replace('’', "'");
        counts.0 += usize::from(ENGLISH.contains(&lower.as_str()));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_show_their_language() {
        for (tag, texts) in [
            (
                "zh-CN",
                &[
                    "提现没到账",
                    "我的USDT充值一直没到",
                    "你好",
                    "怎么还没到？TXID: 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204",
                    "KYC 审核要多久",
                    "好",
                ][..],
            ),
            ("zh-TW", &["提現沒到帳", "請問驗證要多久", "我的 USDT 儲值還沒到", "謝謝", "台灣用戶可以提領嗎"]),
            (
                "en",
                &[
                    "my deposit is missing",
                    "hi",
                    "withdrawal?",
                    "Why is my account locked",
                    "pls help",
                    "I can't log in to my account since yesterday",
                    "still waiting",
                ],
            ),
            ("ja", &["入金が反映されません", "出金できない", "ありがとう"]),
            ("ko", &["출금이 안돼요", "입금 확인 부탁드립니다 USDT"]),
            ("th", &["ถอนเงินไม่ได้"]),
            ("ru", &["Где мой перевод", "вывод USDT завис"]),
            ("uk", &["Де мій переказ"]),
            ("ar", &["أين أموالي"]),
            ("fa", &["کی پول من می رسد"]),
            ("hi", &["मेरा पैसा कहाँ है"]),
            ("he", &["איפה הכסף שלי"]),
            ("vi", &["Tôi chưa nhận được tiền nạp"]),
            ("es", &["No puedo retirar mi dinero de la cuenta desde ayer por la tarde"]),
            ("fr", &["Je ne peux pas retirer mon argent depuis hier, que dois-je faire"]),
            ("de", &["Meine Auszahlung ist seit gestern nicht angekommen, was soll ich tun"]),
            ("tr", &["Hesabımdan para çekemiyorum, yardım eder misiniz lütfen"]),
            ("pt", &["Não consigo sacar meu dinheiro da conta desde ontem, o que devo fazer"]),
            ("id", &["Saya tidak bisa menarik uang saya dari akun sejak kemarin, tolong bantu"]),
        ] {
            for text in texts {
                assert_eq!(detect(text).map(Language::as_str), Some(tag), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_language_shows_none() {
        for text in
            ["", "12345", "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204", "😀😀", "https://example.org/a", "BTC", "user@example.org", "?!"]
        {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn every_language_has_its_own_tag() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.as_str()), Some(*language));
            assert_eq!(serde_json::to_string(language).ok(), Some(format!("\"{}\"", language.as_str())));
        }
        assert_eq!(Language::parse("zh-CN"), Some(Language::ChineseSimplified));
        assert_eq!(Language::parse("tlh"), None);
    }
}
