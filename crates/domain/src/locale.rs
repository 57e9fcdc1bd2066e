//! The languages the desk speaks, and text that stands in several of them.

use crate::word::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// A language of the desk's own screens and words.
    Locale {
        SimplifiedChinese = "zh-CN",
        TraditionalChinese = "zh-TW",
        English = "en",
    }
}

impl Locale {
    /// The language nearest to what a browser or app asks for (`zh-Hant-HK`, `en-GB`, ...), if there is one.
    pub fn nearest(tag: &str) -> Option<Self> {
        let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
        let mut parts = tag.split('-');
        match parts.next()? {
            "en" => Some(Self::English),
            "zh" => {
                let traditional = parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo"));
                let simplified = tag.contains("-hans");
                Some(if traditional && !simplified { Self::TraditionalChinese } else { Self::SimplifiedChinese })
            }
            _ => None,
        }
    }
}

/// The same words in several languages; not all need to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByLocale(pub BTreeMap<Locale, String>);

impl ByLocale {
    pub fn all(simplified: &str, traditional: &str, english: &str) -> Self {
        let words = [simplified, traditional, english].map(str::to_owned);
        Self(Locale::ALL.iter().copied().zip(words).collect())
    }

    pub fn get(&self, locale: Locale) -> Option<&str> {
        self.0.get(&locale).map(String::as_str)
    }

    /// The words in `locale`, else in the nearest language that has some.
    pub fn best(&self, locale: Locale) -> Option<&str> {
        let second = match locale {
            Locale::SimplifiedChinese => Locale::TraditionalChinese,
            Locale::TraditionalChinese => Locale::SimplifiedChinese,
            Locale::English => Locale::English,
        };
        self.get(locale).or_else(|| self.get(second)).or_else(|| self.0.values().next().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_language_finds_the_nearest_of_ours() {
        for (tag, locale) in [
            ("zh-CN", Some(Locale::SimplifiedChinese)),
            ("zh", Some(Locale::SimplifiedChinese)),
            ("zh-Hans-HK", Some(Locale::SimplifiedChinese)),
            ("zh-Hant", Some(Locale::TraditionalChinese)),
            ("zh_HK", Some(Locale::TraditionalChinese)),
            ("EN-gb", Some(Locale::English)),
            ("ja", None),
            ("", None),
        ] {
            assert_eq!(Locale::nearest(tag), locale, "{tag}");
        }
    }

    #[test]
    fn missing_words_are_borrowed_from_the_nearest_language() {
        let only_english = ByLocale([(Locale::English, "Hi".to_owned())].into());
        assert_eq!(only_english.best(Locale::TraditionalChinese), Some("Hi"));
        let chinese = ByLocale([(Locale::SimplifiedChinese, "你好".to_owned()), (Locale::English, "Hi".to_owned())].into());
        assert_eq!(chinese.best(Locale::TraditionalChinese), Some("你好"));
        assert_eq!(ByLocale::default().best(Locale::English), None);
    }
}
