//! The words a desk sets around its answers by mail, for each language it writes in.

use serde::{Deserialize, Serialize};

/// What stands above and below an answer. Empty: as the desk does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Around {
    /// Above the answer; nothing by itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head: String,
    /// Below it, in the place of agent and desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub foot: String,
}

/// What is known of an answer, for the placeholders `{agent}`, `{desk}` and `{number}`.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub agent: &'a str,
    pub desk: &'a str,
    pub number: i64,
}

/// Of each of the two texts, in characters.
const LONGEST: usize = 2_000;
const PLACEHOLDERS: [&str; 3] = ["agent", "desk", "number"];

impl Around {
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.foot.is_empty()
    }

    /// The texts as they are kept, or what is wrong with them.
    pub(super) fn checked(self) -> Result<Self, &'static str> {
        Ok(Self { head: checked(&self.head)?, foot: checked(&self.foot)? })
    }
}

fn checked(text: &str) -> Result<String, &'static str> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end();
    if text.chars().count() > LONGEST {
        return Err("at most 2000 characters each");
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err("a character that no mail shows");
    }
    let mut rest = text;
    while let Some(begins) = rest.find(['{', '}']) {
        let name = rest.get(begins..).and_then(|from| from.strip_prefix('{')).and_then(|from| from.split_once('}'));
        match name {
            Some((name, behind)) if PLACEHOLDERS.contains(&name) => rest = behind,
            _ => return Err("placeholders are {agent}, {desk} and {number}"),
        }
    }
    Ok(text.to_owned())
}

/// A text with its placeholders filled in. What is filled in is not looked at again.
pub fn fill(text: &str, known: &Known<'_>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = from.split_once('}') else {
            rest = from;
            break;
        };
        match name {
            "agent" => out.push_str(known.agent),
            "desk" => out.push_str(known.desk),
            "number" => out.push_str(&known.number.to_string()),
            _ => {}
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let known = Known { agent: "Mia {desk}", desk: "示例", number: 7 };
        assert_eq!(fill("{agent} at {desk}: #{number}.", &known), "Mia {desk} at 示例: #7.");
        assert_eq!(fill("no braces", &known), "no braces");
    }

    #[test]
    fn what_is_no_placeholder_is_refused() {
        let of = |head: &str| Around { head: head.to_owned(), foot: String::new() }.checked();
        assert_eq!(of("Dear customer,\r\n#{number}\n").unwrap().head, "Dear customer,\n#{number}");
        for wrong in ["{name}", "{Agent}", "{", "}", "{{agent}}", "{agent", "a\0b", "a\rb"] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        assert!(of(&"字".repeat(LONGEST)).is_ok() && of(&"字".repeat(LONGEST + 1)).is_err());
    }
}
