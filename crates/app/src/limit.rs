//! How often something may be done: token buckets in memory, one kind of bucket for each thing worth limiting.
//!
//! A node counts for itself: with several nodes the limit is a little wider, which is what a limit is for. Buckets
//! run on the monotonic clock, so that a wall clock that is set back locks nobody out. Keys are hashed with a
//! secret of the process, so a bucket holds neither an address nor a name.

use crate::{Error, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
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
    /// Downloads: by session.
    FileRead = 240 in 60,
    /// Uploads of one agent.
    AgentFile = 60 in 60,
    /// Revealed fields of one agent: a screen needs a few, a copyist many.
    Reveal = 40 in 3600,
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
        let bucket = |limit: &Limit| Bucket { limiter: RateLimiter::keyed(quota(*limit, factor)), uses: AtomicU32::new(0) };
        Self { buckets: Limit::ALL.iter().map(bucket).collect(), hasher: RandomState::new(), factor }
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
        bucket.limiter.check_key(&self.hasher.hash_one(key)).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Error::RateLimited { retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1) }
        })
    }

    /// The same, by the address of the real peer.
    pub fn check_peer(&self, limit: Limit, peer: IpAddr) -> Result<()> {
        self.check(limit, neighbourhood(peer))
    }
}

fn quota(limit: Limit, factor: NonZeroU32) -> Quota {
    let (burst, seconds) = limit.quota();
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN).saturating_mul(factor);
    let period = Duration::from_secs(seconds) / burst.get();
    Quota::with_period(period).expect("every limit has a period above zero").allow_burst(burst)
}

/// One customer of a provider: an IPv4 address, or the /64 of an IPv6 one, whose rest is free to choose.
fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
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

    #[test]
    fn addresses_of_one_ipv6_network_and_mapped_ipv4_share_a_bucket() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(neighbourhood(address("2001:db8::1")), neighbourhood(address("2001:db8::ffff:2")));
        assert_ne!(neighbourhood(address("2001:db8::1")), neighbourhood(address("2001:db8:0:1::1")));
        assert_eq!(neighbourhood(address("::ffff:192.0.2.1")), neighbourhood(address("192.0.2.1")));
    }
}
