//! Brand colours that can be read: contrast by WCAG 2.2, repaired where it is too low.
//!
//! The operator chooses one colour; what a button needs in light and dark follows from it. Hue is kept: a repair only
//! makes a colour darker or lighter.

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Least contrast of text on its ground (WCAG AA).
pub const READABLE: f64 = 4.5;
/// Least contrast of a button against the page behind it (WCAG 1.4.11).
pub const VISIBLE: f64 = 3.0;

/// An opaque colour in sRGB. Its text form is `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a colour such as #1f6feb")]
pub struct NoColour;

/// A ground and the ink on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    #[serde(serialize_with = "as_text")]
    pub ground: Colour,
    #[serde(serialize_with = "as_text")]
    pub ink: Colour,
}

/// The brand in both themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Brand {
    pub light: Pair,
    pub dark: Pair,
}

impl Colour {
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };

    /// Relative luminance, 0 for black to 1 for white.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// 1 (the same) to 21 (black on white), whichever way round.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Mixed with another colour: `share` of 255 parts of it.
    fn towards(self, other: Self, share: u8) -> Self {
        let mix = |from: u8, to: u8| {
            let sum = u16::from(from) * (255 - u16::from(share)) + u16::from(to) * u16::from(share);
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        };
        Self { red: mix(self.red, other.red), green: mix(self.green, other.green), blue: mix(self.blue, other.blue) }
    }

    /// The first mix towards `end` that is `good`; `end` itself if none is.
    fn until(self, end: Self, good: impl Fn(Self) -> bool) -> Self {
        (0..=255).map(|share| self.towards(end, share)).find(|colour| good(*colour)).unwrap_or(end)
    }
}

/// The brand for pages with these grounds. The button is seen on the page ([`VISIBLE`]) and its text is read on the
/// button ([`READABLE`]): first the ground moves away from the page until it shows, then the better of white and black
/// is its ink. One of the two always reads: no colour is under 4.5 against both.
pub fn brand(chosen: Colour, light_page: Colour, dark_page: Colour) -> Brand {
    Brand { light: pair(chosen, light_page), dark: pair(chosen, dark_page) }
}

fn pair(chosen: Colour, page: Colour) -> Pair {
    let away = if page.luminance() > 0.179 { Colour::BLACK } else { Colour::WHITE };
    let ground = chosen.until(away, |colour| colour.contrast(page) >= VISIBLE);
    // White on a strong colour is what brands look like, so it wins where it can be read.
    let ink = if ground.contrast(Colour::WHITE) >= READABLE { Colour::WHITE } else { Colour::BLACK };
    Pair { ground, ink }
}

/// A colour for text (links, names) on `page`: the chosen one where it can be read, else darker or lighter.
pub fn readable(chosen: Colour, page: Colour) -> Colour {
    let end = if page.contrast(Colour::BLACK) >= page.contrast(Colour::WHITE) { Colour::BLACK } else { Colour::WHITE };
    chosen.until(end, |colour| colour.contrast(page) >= READABLE)
}

impl FromStr for Colour {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        let hex =
            text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).ok_or(NoColour)?;
        let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| NoColour);
        Ok(Self { red: channel(0)?, green: channel(2)?, blue: channel(4)? })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

fn as_text<S: serde::Serializer>(colour: &Colour, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn colour(text: &str) -> Colour {
        text.parse().expect("a colour")
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        assert!((colour("#777777").contrast(Colour::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn a_good_brand_is_left_alone_and_a_bad_one_repaired() {
        let (light, dark) = (colour("#ffffff"), colour("#101418"));
        let blue = brand(colour("#1f6feb"), light, dark);
        assert_eq!((blue.light.ground, blue.light.ink), (colour("#1f6feb"), Colour::WHITE));
        let yellow = brand(colour("#f0b90b"), light, dark);
        assert_ne!(yellow.light.ground, colour("#f0b90b"));
        assert_eq!((yellow.dark.ground, yellow.dark.ink), (colour("#f0b90b"), Colour::BLACK));
        assert_ne!(brand(Colour::BLACK, light, dark).dark.ground, Colour::BLACK);
    }

    #[test]
    fn only_colours_are_colours() {
        for text in ["", "red", "#fff", "#12345g", "#12345é", "1f6feb"] {
            assert_eq!(text.parse::<Colour>(), Err(NoColour), "{text}");
        }
        assert_eq!(colour("#1F6feb").to_string(), "#1f6feb");
    }

    proptest! {
        #[test]
        fn any_brand_can_be_read_and_seen(rgb in any::<[u8; 3]>(), light in 200u8.., dark in 0u8..50) {
            let [red, green, blue] = rgb;
            let chosen = Colour { red, green, blue };
            let grey = |value| Colour { red: value, green: value, blue: value };
            let made = brand(chosen, grey(light), grey(dark));
            for (pair, page) in [(made.light, grey(light)), (made.dark, grey(dark))] {
                prop_assert!(pair.ground.contrast(pair.ink) >= READABLE, "{:?}", pair);
                prop_assert!(pair.ground.contrast(page) >= VISIBLE, "{:?}", pair);
                prop_assert!(readable(chosen, page).contrast(page) >= READABLE);
            }
        }
    }
}
