//! What is new in a folder: numbers, sizes and times, before anything is fetched.

use super::ImapError;
use super::answer::Heard;
use crate::channel::email::mime::date;
use async_imap::imap_proto::{AttributeValue, Response};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A mail in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub uid: u32,
    /// In bytes, as the server counts.
    pub size: u64,
    /// When it came to the server, in milliseconds since 1970; 0 where the server does not say.
    pub arrived_at: i64,
}

/// What a list is made of. `*` of a range always names the last mail, also one before the range: it is left out here.
pub(super) struct List {
    wanted: RangeInclusive<u32>,
    found: BTreeMap<u32, Listed>,
}

impl List {
    pub(super) fn of(wanted: RangeInclusive<u32>) -> Self {
        Self { wanted, found: BTreeMap::new() }
    }

    /// What is asked for it.
    pub(super) fn command(&self) -> String {
        let (first, last) = (self.wanted.start(), self.wanted.end());
        let last = if *last == u32::MAX { "*".to_owned() } else { last.to_string() };
        format!("UID FETCH {first}:{last} (UID RFC822.SIZE INTERNALDATE)")
    }

    pub(super) fn heard(&mut self, heard: &Heard) {
        let Some(Response::Fetch(_, attributes)) = heard.response() else { return };
        let (mut uid, mut size, mut arrived_at) = (None, None, 0);
        for attribute in attributes {
            match attribute {
                AttributeValue::Uid(value) => uid = Some(*value),
                AttributeValue::Rfc822Size(value) => size = Some(u64::from(*value)),
                AttributeValue::InternalDate(text) => arrived_at = date::read(text).unwrap_or_default(),
                _ => {}
            }
        }
        // Flags that others changed are told in between, without a size.
        if let (Some(uid), Some(size)) = (uid, size)
            && self.wanted.contains(&uid)
        {
            self.found.insert(uid, Listed { uid, size, arrived_at });
        }
    }

    /// In the order in which they came.
    pub(super) fn done(self) -> Vec<Listed> {
        self.found.into_values().collect()
    }
}

/// Numbers as a command names them, neighbours together: `3:5,9`.
pub(super) fn set(uids: &[u32]) -> Result<String, ImapError> {
    let mut pieces: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match pieces.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => pieces.push((uid, uid)),
        }
    }
    let named: Vec<String> =
        pieces.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}:{last}") }).collect();
    if named.is_empty() { Err(ImapError::Refused("no mail was named".to_owned())) } else { Ok(named.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_named_together() {
        assert_eq!(set(&[3, 4, 5, 9, 11, 12]).unwrap(), "3:5,9,11:12");
        assert_eq!(set(&[u32::MAX]).unwrap(), "4294967295");
        assert!(set(&[]).is_err());
    }

    #[test]
    fn times_of_servers_are_read_with_their_zone() {
        assert_eq!(date::read("17-Jul-1996 02:44:25 -0700"), Some(837_596_665_000));
        assert_eq!(date::read(" 1-Jan-1970 00:00:00 +0000"), Some(0));
        assert_eq!(date::read("29-Feb-2024 23:59:59 +0800"), Some(1_709_222_399_000));
    }
}
