//! How often something may be done: token buckets in memory, one kind of bucket for each thing worth limiting.
//!
//! A node counts for itself; several nodes tell each other what was taken (`shared`), so that together they give little
//! more than one. Buckets run on the monotonic clock, so that a wall clock that is set back locks nobody out. Keys are
//! hashed with a secret, so a bucket holds neither an address nor a name.

mod shared;

pub(crate) use shared::TOPIC;

use crate::{Error, Result};
use candor_domain::network::Network;
use candor_store::Ephemeral;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shared::Shared;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $burst:literal in $seconds:literal),* $(,)?) => {
        /// What is limited. The numbers are a burst, and the seconds in which it fills again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Limit {$($(#[$doc])* $name),*}

        impl Limit {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            fn quota(self) -> (u32, u64) {
                match self {$(Self::$name => ($burst, $seconds)),*}
            }

            fn as_str(self) -> &'static str {
                match self {$(Self::$name => stringify!($name)),*}
            }
        }
    };
}

limits! {
    /// A visitor without a name starts a session: by the peer's address. An office or a carrier shares one address.
    AnonymousStart = 60 in 600,
    /// Any visitor's session that begins or goes on, and every wrong token: by address.
    SessionStart = 240 in 60,
    /// Reads of a widget's settings: by address.
    WidgetConfig = 240 in 60,
    /// A new conversation: by contact.
    ConversationStart = 10 in 600,
    /// The same of somebody unsigned, by address: a new session is no way around it.
    ConversationAddress = 60 in 600,
    /// Messages: by contact.
    VisitorMessage = 30 in 60,
    /// Messages of the customer into one conversation, from however many sessions.
    ConversationMessage = 40 in 60,
    /// Reads of the visitor surface: by session.
    VisitorRead = 300 in 60,
    /// Typing marks and read marks: by session.
    VisitorTyping = 60 in 60,
    /// Uploads: by contact,
    VisitorFile = 20 in 300,
    /// and by address: a new session is no way to fill the disk.
    FileAddress = 120 in 600,
    /// Links asked for an address to be written to: by session,
    ConfirmSession = 5 in 86400,
    /// and by address of the network: a new session is no way to write to strangers.
    ConfirmNetwork = 20 in 3600,
    /// Such links looked at or followed: by address. Programs that read mail look, too.
    ConfirmLink = 60 in 300,
    /// Transcripts of one conversation, whoever asks for them.
    Transcript = 3 in 3600,
    /// Downloads: by session.
    FileRead = 240 in 60,
    /// Uploads of one agent.
    AgentFile = 60 in 60,
    /// Revealed fields of one agent: a screen needs a few, a copyist many.
    Reveal = 40 in 3600,
    /// Conversations one agent begins by mail with people outside: a day's work needs few, a spammer or a thief of data many.
    AgentBegins = 20 in 3600,
    /// Sign-ins of staff: by address.
    SignInAddress = 20 in 300,
    /// Sign-ins of staff: by account, right or wrong.
    SignInAccount = 10 in 300,
    /// One-time links tried: by address.
    Link = 20 in 300,
}

/// All buckets. One for each [`crate::App`].
pub struct Limits {
    buckets: Vec<Bucket>,
    hasher: RandomState,
    factor: NonZeroU32,
    /// Where several nodes may serve the desk.
    shared: Option<Shared>,
}

struct Bucket {
    limiter: DefaultKeyedRateLimiter<u64>,
    uses: AtomicU32,
}

/// After so many uses a bucket forgets the keys that are full again.
const SWEEP_EVERY: u32 = 4096;

impl Default for Limits {
    fn default() -> Self {
        Self::times(NonZeroU32::MIN)
    }
}

impl Limits {
    /// The usual limits, each `factor` times as wide (load generators and tests of other things).
    pub fn times(factor: NonZeroU32) -> Self {
        let clock = DefaultClock::default();
        let limiter = |limit: &Limit| RateLimiter::dashmap_with_clock(quota(*limit, factor), clock.clone());
        let bucket = |limit: &Limit| Bucket { limiter: limiter(limit), uses: AtomicU32::new(0) };
        Self { buckets: Limit::ALL.iter().map(bucket).collect(), hasher: RandomState::new(), factor, shared: None }
    }

    /// Counted together with other nodes that were given the same secret.
    pub(crate) fn with_others(self, secret: &[u8]) -> Self {
        Self { shared: Some(Shared::new(secret)), ..self }
    }

    /// What other nodes should know of the last second.
    pub(crate) fn tell(&self) -> Vec<Ephemeral> {
        let about = |limit: usize| {
            let limit = Limit::ALL[limit];
            let (burst, seconds) = limit.quota();
            (limit.as_str(), burst.saturating_mul(self.factor.get()).div_ceil(4), Duration::from_secs(seconds))
        };
        self.shared.as_ref().map_or_else(Vec::new, |shared| shared.tell(about))
    }

    /// Takes out of the buckets here what another node says was taken there.
    pub(crate) fn hear(&self, body: &str) {
        let Some((name, taken)) = self.shared.as_ref().and_then(|shared| shared.hear(body)) else { return };
        let Some(limit) = Limit::ALL.iter().find(|limit| limit.as_str() == name) else { return };
        for (key, times) in taken {
            let bucket = &self.buckets[*limit as usize].limiter;
            // An empty bucket cannot give more.
            let _ = (0..times).try_for_each(|_| bucket.check_key(&key));
        }
    }

    /// How many times as wide as usual.
    pub fn factor(&self) -> NonZeroU32 {
        self.factor
    }

    /// Takes one from the bucket of `key`, or says how long to wait.
    pub fn check(&self, limit: Limit, key: impl Hash) -> Result<()> {
        let bucket = &self.buckets[limit as usize];
        if bucket.uses.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            bucket.limiter.retain_recent();
            bucket.limiter.shrink_to_fit();
        }
        let key = self.shared.as_ref().map_or_else(|| self.hasher.hash_one(&key), |shared| shared.hash(&key));
        bucket.limiter.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Error::RateLimited { retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1) }
        })?;
        if let Some(shared) = &self.shared {
            shared.note(limit as usize, key);
        }
        Ok(())
    }

    /// The same, by the address of the real peer.
    pub fn check_peer(&self, limit: Limit, peer: IpAddr) -> Result<()> {
        self.check(limit, Network::of_peer(peer))
    }
}

fn quota(limit: Limit, factor: NonZeroU32) -> Quota {
    let (burst, seconds) = limit.quota();
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN).saturating_mul(factor);
    let period = Duration::from_secs(seconds) / burst.get();
    Quota::with_period(period).expect("every limit has a period above zero").allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(limits: &Limits, limit: Limit, key: &str) -> Option<u64> {
        match limits.check(limit, key) {
            Err(Error::RateLimited { retry_after_ms }) => Some(retry_after_ms),
            _ => None,
        }
    }

    #[test]
    fn a_bucket_empties_and_says_when_to_come_back() {
        let limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(waits(&limits, Limit::ConversationStart, "a"), None);
        }
        let wait = waits(&limits, Limit::ConversationStart, "a").expect("the eleventh start must wait");
        assert!((1..=60_000).contains(&wait), "one start in 60 s is given back, so wait {wait} ms");
    }

    #[test]
    fn one_key_does_not_use_up_what_belongs_to_another_key_or_limit() {
        let limits = Limits::default();
        while waits(&limits, Limit::ConversationStart, "a").is_none() {}
        assert_eq!(waits(&limits, Limit::ConversationStart, "b"), None);
        assert_eq!(waits(&limits, Limit::VisitorMessage, "a"), None);
    }

    /// Two nodes of one desk, and what they tell each other once a second.
    fn pair() -> (Limits, Limits) {
        let node = || Limits::default().with_others(b"the desk's own");
        (node(), node())
    }

    fn gossip(from: &Limits, to: &Limits) {
        from.tell().iter().for_each(|note| {
            assert!(note.body.len() < 4000, "a note stays small");
            from.hear(&note.body);
            to.hear(&note.body);
        });
    }

    #[test]
    fn what_was_taken_on_one_node_is_missing_on_the_other() {
        let (a, b) = pair();
        for _ in 0..10 {
            assert_eq!(waits(&a, Limit::ConversationStart, "someone"), None);
        }
        gossip(&a, &b);
        assert!(waits(&b, Limit::ConversationStart, "someone").is_some(), "all ten were taken on the other node");
        assert_eq!(waits(&b, Limit::ConversationStart, "another"), None);
        assert_eq!(waits(&b, Limit::VisitorMessage, "someone"), None);
        assert!(a.tell().is_empty(), "nothing is told twice");
    }

    #[test]
    fn spreading_over_two_nodes_wins_a_quarter_at_most() {
        let (a, b) = pair();
        let mut taken = 0;
        for _ in 0..60 {
            for node in [&a, &b] {
                taken += u32::from(waits(node, Limit::SessionStart, "spreader").is_none())
                    + u32::from(waits(node, Limit::SessionStart, "spreader").is_none());
            }
            gossip(&a, &b);
            gossip(&b, &a);
        }
        assert!((240..=240 + 60 + 8).contains(&taken), "{taken} of 240");
    }

    #[test]
    fn notes_of_strangers_change_nothing() {
        let (a, _) = pair();
        for body in
            ["", "{}", "[]", r#"{"by":"x","limit":"Nonsense","taken":[[1,9]]}"#, r#"{"by":"x","limit":"Link","taken":[[1,4294967295]]}"#]
        {
            a.hear(body);
        }
        assert_eq!(waits(&a, Limit::Link, "anyone"), None);
    }
}
