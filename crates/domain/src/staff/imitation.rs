//! Names by which somebody outside pretends to be one of us: those of the desk and its agents, and words that only staff go by, in any
//! letters that look alike. A hint for people, never a reason to refuse: two people may share a name.

use crate::text::fold;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What staff and nobody else call themselves, in the languages of the desk. Each counts wherever it stands in a name.
const WORDS: &[&str] = &[
    "support",
    "helpdesk",
    "customerservice",
    "customercare",
    "serviceteam",
    "securityteam",
    "riskcontrol",
    "compliance",
    "official",
    "administrator",
    "客服",
    "客户服务",
    "客户支持",
    "技术支持",
    "安全中心",
    "风控",
    "官方",
    "管理员",
    "支援",
];
/// Short ones count as a word alone.
const SHORT: &[&str] = &["admin", "staff", "mod"];
/// A name of ours that is shorter says nothing: half of all names hold it.
const LEAST: usize = 3;

/// Whether a name that a stranger goes by is made to be taken for one of ours. `desk` are the names of the desk itself, which count
/// wherever they stand; `people` those of its agents, which count as a whole.
pub fn imitates<'a>(name: &str, desk: impl IntoIterator<Item = &'a str>, people: impl IntoIterator<Item = &'a str>) -> bool {
    let words = shapes(name);
    let whole = words.concat();
    if whole.is_empty() {
        return false;
    }
    if people.into_iter().any(|own| shapes(own).concat() == whole) {
        return true;
    }
    let own = desk.into_iter().map(|own| shapes(own).concat()).filter(|own| own.chars().count() >= LEAST);
    let fixed = WORDS.iter().map(|word| shapes(word).concat());
    own.chain(fixed).any(|own| whole.contains(&own)) || words.iter().any(|word| SHORT.iter().any(|short| *word == shapes(short).concat()))
}

/// The words of a name as an eye takes them: no case, no accents, one letter for all that look like it.
fn shapes(name: &str) -> Vec<String> {
    let bare: String = fold(name).nfkd().filter(|c| !is_combining_mark(*c)).map(shape).collect();
    let words = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.replace("rn", "m").replace("vv", "w")).collect()
}

/// The Latin letter a character is taken for; itself where there is none.
fn shape(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' | 'ø' => 'o',
        '1' | '|' | '!' | 'i' | 'ı' | 'і' | 'ι' | 'ӏ' | 'ł' => 'l',
        '3' | 'е' | 'ε' | 'є' => 'e',
        '4' | '@' | 'а' | 'α' => 'a',
        '5' | '$' | 'ѕ' => 's',
        '7' | 'т' | 'τ' => 't',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' | 'đ' => 'd',
        'ɡ' => 'g',
        'н' | 'һ' => 'h',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'η' | 'п' => 'n',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'υ' | 'μ' | 'ս' => 'u',
        'ν' => 'v',
        'ω' | 'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(name: &str) -> bool {
        imitates(name, ["Candor", "Beispiel Börse", "OK"], ["Mia Chen", "李雷", "Kim"])
    }

    #[test]
    fn a_name_of_the_desk_or_of_an_agent_is_known_in_any_letters() {
        for name in [
            "Candor Support",
            "CANDOR",
            "Cаndоr",
            "C\u{200b}andor",
            "Ｃａｎｄｏｒ team",
            "c a n d o r",
            "Cand0r",
            "Çándör",
            "Beispiel Borse",
            "The Beispiel-Börse",
            "mia chen",
            "Mіа Сhеn",
            "MiaChen",
            "rnia chen",
            "李雷",
            "KIM",
        ] {
            assert!(taken(name), "{name}");
        }
    }

    #[test]
    fn words_of_staff_are_known_in_the_languages_of_the_desk() {
        for name in [
            "Support",
            "5upp0rt",
            "Account Support Team",
            "在线客服",
            "線上客服",
            "官方",
            "風控中心",
            "Admin",
            "ѕuрроrt",
            "Customer-Service",
        ] {
            assert!(taken(name), "{name}");
        }
    }

    #[test]
    fn customers_keep_their_names() {
        for name in [
            "Ann Lee",
            "Mia",
            "Chen",
            "李",
            "Kimberly",
            "王芳",
            "Adminah Musa",
            "Olga Petrowa",
            "Ольга",
            "OK",
            "",
            "…",
            "ann@example.net",
            "Rupert Sup",
        ] {
            assert!(!taken(name), "{name}");
        }
    }
}
