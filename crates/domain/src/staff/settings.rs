//! How an agent has set up their own screen.

use crate::locale::Locale;
use crate::word::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    Theme {
        Auto = "auto",
        Light = "light",
        Dark = "dark",
    }
    Density {
        Compact = "compact",
        Comfortable = "comfortable",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sounds {
    pub message: bool,
    pub assigned: bool,
    pub mention: bool,
    /// 0 to 100.
    pub volume: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    pub theme: Theme,
    pub density: Density,
    pub locale: Locale,
    pub sounds: Sounds,
    pub browser_notifications: bool,
    /// Keys that differ from the usual ones, by action.
    pub keys: BTreeMap<String, String>,
    /// How long a sent reply can be taken back.
    pub undo_seconds: i64,
    /// Whether colleagues with the same conversation open see the words of a draft. People write otherwise when they are
    /// watched: nobody is, unless they choose to be.
    #[serde(default)]
    pub share_drafts: bool,
}

/// The undo windows an agent may choose, in seconds.
const UNDO_SECONDS: [i64; 5] = [0, 5, 8, 15, 30];
const MAX_KEYS: usize = 200;
const MAX_KEY: usize = 64;

impl AgentSettings {
    pub fn new(locale: Locale) -> Self {
        Self {
            theme: Theme::Auto,
            density: Density::Comfortable,
            locale,
            sounds: Sounds { message: true, assigned: true, mention: true, volume: 60 },
            browser_notifications: false,
            keys: BTreeMap::new(),
            undo_seconds: 8,
            share_drafts: false,
        }
    }

    /// The field that cannot be used, and why.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if !(0..=100).contains(&self.sounds.volume) {
            return Err(("settings.sounds.volume", "0 to 100"));
        }
        if !UNDO_SECONDS.contains(&self.undo_seconds) {
            return Err(("settings.undo_seconds", "0, 5, 8, 15 or 30"));
        }
        let long = |text: &String| text.chars().count() > MAX_KEY;
        if self.keys.len() > MAX_KEYS || self.keys.iter().any(|(action, chord)| long(action) || long(chord)) {
            return Err(("settings.keys", "at most 200, each of at most 64 characters"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_make_sense_are_taken() {
        let good = AgentSettings::new(Locale::English);
        assert_eq!(good.check(), Ok(()));
        let loud = AgentSettings { sounds: Sounds { volume: 101, ..good.sounds.clone() }, ..good.clone() };
        assert_eq!(loud.check().map_err(|(field, _)| field), Err("settings.sounds.volume"));
        let slow = AgentSettings { undo_seconds: 60, ..good };
        assert_eq!(slow.check().map_err(|(field, _)| field), Err("settings.undo_seconds"));
    }
}
