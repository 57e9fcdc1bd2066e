//! The settings of a chat widget and what may stand in them.

use super::{BITS, Origin, ProofOfWork};
use crate::locale::{ByLocale, Locale};
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// The corner of the page the button stands in.
    Position {
        Right = "right",
        Left = "left",
    }
}

/// How a widget looks and who may use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WidgetSettings {
    pub team_name: String,
    /// The same in the languages where it is called otherwise.
    #[serde(default)]
    pub team_names: ByLocale,
    /// `#rrggbb`, lower case.
    pub brand: String,
    pub greeting: ByLocale,
    pub position: Position,
    /// The pages that may show it.
    pub origins: Vec<Origin>,
    pub anonymous_allowed: bool,
    /// Whether the customer is asked for a rating when a case ends.
    pub csat: bool,
    /// Whether the line "we never ask for passwords or codes" stands above the conversation.
    pub anti_scam: bool,
    pub default_locale: Locale,
    /// What unsigned visitors compute before they may write.
    #[serde(default)]
    pub proof_of_work: ProofOfWork,
}

/// A change of the settings; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WidgetPatch {
    pub team_name: Option<String>,
    pub team_names: Option<ByLocale>,
    pub brand: Option<String>,
    pub greeting: Option<ByLocale>,
    pub position: Option<Position>,
    pub origins: Option<Vec<Origin>>,
    pub anonymous_allowed: Option<bool>,
    pub csat: Option<bool>,
    pub anti_scam: Option<bool>,
    pub default_locale: Option<Locale>,
    pub proof_of_work: Option<ProofOfWork>,
}

const MAX_NAME: usize = 60;
const MAX_GREETING: usize = 500;
const MAX_ORIGINS: usize = 50;

impl WidgetPatch {
    /// The settings with this change made, if the result can be used.
    pub fn onto(self, kept: WidgetSettings) -> Result<WidgetSettings, (&'static str, &'static str)> {
        let changed = WidgetSettings {
            team_name: self.team_name.unwrap_or(kept.team_name),
            team_names: self.team_names.unwrap_or(kept.team_names),
            brand: self.brand.unwrap_or(kept.brand),
            greeting: self.greeting.unwrap_or(kept.greeting),
            position: self.position.unwrap_or(kept.position),
            origins: self.origins.unwrap_or(kept.origins),
            anonymous_allowed: self.anonymous_allowed.unwrap_or(kept.anonymous_allowed),
            csat: self.csat.unwrap_or(kept.csat),
            anti_scam: self.anti_scam.unwrap_or(kept.anti_scam),
            default_locale: self.default_locale.unwrap_or(kept.default_locale),
            proof_of_work: self.proof_of_work.unwrap_or(kept.proof_of_work),
        };
        changed.checked()
    }
}

impl WidgetSettings {
    /// The settings with names trimmed and origins once each, or the field that cannot be used and why.
    pub fn checked(mut self) -> Result<Self, (&'static str, &'static str)> {
        self.team_name = self.team_name.trim().to_owned();
        if self.team_name.is_empty() || self.team_name.chars().count() > MAX_NAME {
            return Err(("widget.team_name", "1 to 60 characters"));
        }
        self.team_names.0.retain(|_, name| !name.trim().is_empty());
        self.team_names.0.values_mut().for_each(|name| *name = name.trim().to_owned());
        if self.team_names.0.values().any(|name| name.chars().count() > MAX_NAME) {
            return Err(("widget.team_names", "at most 60 characters in each language"));
        }
        self.brand = self.brand.to_ascii_lowercase();
        let hex = self.brand.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if !hex {
            return Err(("widget.brand", "a colour such as #1f6feb"));
        }
        self.greeting.0.retain(|_, words| !words.trim().is_empty());
        if self.greeting.0.values().any(|words| words.chars().count() > MAX_GREETING) {
            return Err(("widget.greeting", "at most 500 characters in each language"));
        }
        self.origins.sort();
        self.origins.dedup();
        if self.origins.len() > MAX_ORIGINS {
            return Err(("widget.origins", "at most 50"));
        }
        if !BITS.contains(&self.proof_of_work.bits) {
            return Err(("widget.proof_of_work", "8 to 20 bits"));
        }
        Ok(self)
    }

    /// Whether a page of this origin may use the widget.
    pub fn allows(&self, origin_header: &str) -> bool {
        self.origins.iter().any(|origin| origin.is(origin_header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> WidgetSettings {
        WidgetSettings {
            team_name: " Support ".to_owned(),
            team_names: ByLocale::all(" 客服 ", " ", ""),
            brand: "#1F6FEB".to_owned(),
            greeting: ByLocale::all("你好", " ", "Hello"),
            position: Position::Right,
            origins: ["https://b.example", "https://a.example", "https://b.example"].map(|text| text.parse().expect("an origin")).into(),
            anonymous_allowed: true,
            csat: true,
            anti_scam: true,
            default_locale: Locale::SimplifiedChinese,
            proof_of_work: ProofOfWork::default(),
        }
    }

    #[test]
    fn settings_are_kept_in_one_form() {
        let kept = settings().checked().expect("good settings");
        assert_eq!((kept.team_name.as_str(), kept.brand.as_str()), ("Support", "#1f6feb"));
        assert_eq!(kept.origins.len(), 2);
        assert_eq!((kept.team_names.get(Locale::SimplifiedChinese), kept.team_names.0.len()), (Some("客服"), 1));
        assert_eq!(kept.greeting.get(Locale::TraditionalChinese), None);
        assert!(kept.allows("https://a.example") && !kept.allows("https://c.example"));
    }

    #[test]
    fn a_change_touches_what_it_names() {
        let patch = WidgetPatch { brand: Some("#000000".to_owned()), csat: Some(false), ..WidgetPatch::default() };
        let changed = patch.onto(settings()).expect("a good change");
        assert_eq!((changed.brand.as_str(), changed.csat, changed.anti_scam), ("#000000", false, true));
    }

    #[test]
    fn a_bad_field_is_named() {
        let field = |change: fn(&mut WidgetSettings)| {
            let mut changed = settings();
            change(&mut changed);
            changed.checked().expect_err("refused").0
        };
        assert_eq!(field(|widget| widget.team_name = "  ".to_owned()), "widget.team_name");
        assert_eq!(field(|widget| widget.team_names = ByLocale::all(&"长".repeat(61), "", "")), "widget.team_names");
        assert_eq!(field(|widget| widget.brand = "red".to_owned()), "widget.brand");
        assert_eq!(field(|widget| widget.brand = "#12345é".to_owned()), "widget.brand");
        assert_eq!(field(|widget| widget.proof_of_work.bits = 40), "widget.proof_of_work");
        assert_eq!(field(|widget| widget.greeting = ByLocale::all(&"长".repeat(501), "", "")), "widget.greeting");
    }
}
