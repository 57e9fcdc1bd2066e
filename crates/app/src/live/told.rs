//! The number each conversation has been told up to, so that a sweep finds what was not.

use candor_domain::id::ConversationId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far back a sweep looks, in milliseconds.
pub(super) const SWEEP_MS: i64 = 15_000;

/// By conversation: the number, and the time of the sweep that saw it first.
#[derive(Default)]
pub(super) struct Told(Mutex<HashMap<ConversationId, (i64, i64)>>);

impl Told {
    pub(super) fn note(&self, id: ConversationId, seq: i64) {
        let mut told = self.all();
        let one = told.entry(id).or_insert((0, i64::MAX));
        *one = (one.0.max(seq), i64::MAX);
    }

    /// What of the changes since [`SWEEP_MS`] ago was not told.
    pub(super) fn missing(&self, changed: Vec<(ConversationId, i64)>, now: i64) -> Vec<(ConversationId, i64)> {
        let mut told = self.all();
        // What was told since the last sweep gets this one's time; what is older than two windows cannot be missed any more.
        told.values_mut().filter(|(_, at)| *at == i64::MAX).for_each(|(_, at)| *at = now);
        told.retain(|_, (_, at)| *at >= now - 2 * SWEEP_MS);
        changed.into_iter().filter(|(id, seq)| told.get(id).is_none_or(|(known, _)| known < seq)).collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ConversationId, (i64, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_not_missing_and_is_forgotten_after_two_windows() {
        let (told, id) = (Told::default(), ConversationId::from_parts(1, [1; 10]));
        assert_eq!(told.missing(vec![(id, 1)], 0), [(id, 1)]);
        told.note(id, 2);
        told.note(id, 1);
        assert_eq!(told.missing(vec![(id, 2)], 1_000), []);
        assert_eq!(told.missing(vec![(id, 3)], 2_000), [(id, 3)]);
        assert_eq!(told.missing(vec![(id, 2)], 1_000 + 2 * SWEEP_MS), []);
        assert_eq!(told.missing(vec![(id, 2)], 1_001 + 2 * SWEEP_MS), [(id, 2)]);
    }
}
