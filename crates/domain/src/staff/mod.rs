//! The staff's own words: states, presence, how a screen is set, which links exist, which names and passwords are taken.

mod imitation;
mod password;
mod settings;

pub use imitation::imitates;
pub use password::{MIN_PASSWORD, PasswordError, Prepared, prepare as prepare_password};
pub use settings::{AgentSettings, Density, Sounds, Theme};

use crate::word::words;

words! {
    AgentState {
        Active = "active",
        /// Has a link and no password yet.
        Invited = "invited",
        /// Cannot sign in; what they did stays under their name.
        Disabled = "disabled",
    }
    Presence {
        Online = "online",
        Away = "away",
        Offline = "offline",
    }
    /// What a one-time link is for.
    LinkKind {
        /// Makes the first administrator.
        Admin = "admin",
        Invite = "invite",
        /// Sets a new password.
        Reset = "reset",
    }
    /// The colour of a tag.
    Colour {
        Grey = "grey",
        Red = "red",
        Amber = "amber",
        Green = "green",
        Blue = "blue",
        Violet = "violet",
    }
}

impl LinkKind {
    /// How long a new link can be used.
    pub fn lives_ms(self) -> i64 {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Admin | Self::Reset => 24 * HOUR,
            Self::Invite => 72 * HOUR,
        }
    }
}

/// A name for people to read, trimmed and with single spaces: 1 to `max` characters, no control characters.
pub fn display_name(text: &str, max: usize) -> Option<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=max).contains(&name.chars().count());
    // Direction overrides would let a name pretend to be another.
    let harmless = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    (fits && name.chars().all(harmless)).then_some(name)
}

/// An agent's number as people read it.
pub fn agent_number(number: i64) -> String {
    format!("{number:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_cannot_pretend() {
        assert_eq!(display_name("  李  雷 ", 60).as_deref(), Some("李 雷"));
        for refused in ["", " \t", "a\u{202e}nimda", "a\u{0}b", "a\u{200b}b"] {
            assert_eq!(display_name(refused, 60), None, "{refused:?}");
        }
        assert_eq!(display_name(&"长".repeat(61), 60), None);
    }
}
