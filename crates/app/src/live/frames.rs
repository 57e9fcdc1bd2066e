//! Frames made of one piece of news: many lines say the same of it, so each frame is made once and shared.

use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The frames of one piece of news, by what they depend on.
#[derive(Debug, Default)]
pub struct Frames(Mutex<HashMap<String, Bytes>>);

impl Frames {
    /// The frame of this key; `make` runs for the first who asks, the others wait for it.
    pub fn get_or_make(&self, key: String, make: impl FnOnce() -> Bytes) -> Bytes {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_made_once_for_all_who_say_the_same() {
        let (frames, mut made) = (Frames::default(), 0);
        for key in ["a", "b", "a", "a"] {
            let frame = frames.get_or_make(key.to_owned(), || {
                made += 1;
                Bytes::from(key)
            });
            assert_eq!(frame, key);
        }
        assert_eq!(made, 2);
    }
}
