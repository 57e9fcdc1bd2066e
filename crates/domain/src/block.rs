//! Blocks: who is not heard for a while, for how long, and what the one who is stopped is told.

use crate::id::ContactId;
use crate::network::Network;
use crate::word::words;

words! {
    /// What a block stops.
    BlockKind {
        /// One customer, wherever they write from.
        Contact = "contact",
        /// Everybody who writes from a network.
        Network = "network",
        /// Everybody who shows up with this e-mail address, phone number or account.
        Address = "address",
    }
}

/// The longest a reason is, in characters.
pub const MAX_REASON: usize = 500;

/// A block that stops somebody now: what they are told, and never why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    pub kind: BlockKind,
    /// `None`: until somebody lifts it.
    pub until: Option<i64>,
}

/// All blocks that were not lifted, as a node keeps them in memory. An address stands with the contacts that have it.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    contacts: std::collections::HashMap<ContactId, Vec<Stopped>>,
    networks: Vec<(Network, Option<i64>)>,
}

impl Blocks {
    pub fn add_contact(&mut self, contact: ContactId, kind: BlockKind, until: Option<i64>) {
        self.contacts.entry(contact).or_default().push(Stopped { kind, until });
    }

    pub fn add_network(&mut self, network: Network, until: Option<i64>) {
        self.networks.push((network, until));
    }

    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.networks.is_empty()
    }

    /// What stops this customer now, the longest first.
    pub fn of_contact(&self, contact: ContactId, now: i64) -> Option<Stopped> {
        longest(self.contacts.get(&contact)?.iter().copied(), now)
    }

    /// What stops everybody from this address now.
    pub fn of_peer(&self, peer: std::net::IpAddr, now: i64) -> Option<Stopped> {
        let stops = self.networks.iter().filter(|(network, _)| network.contains(peer));
        longest(stops.map(|(_, until)| Stopped { kind: BlockKind::Network, until: *until }), now)
    }
}

fn longest(stops: impl Iterator<Item = Stopped>, now: i64) -> Option<Stopped> {
    stops.filter(|stop| stop.until.is_none_or(|until| until > now)).max_by_key(|stop| stop.until.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_block_stops_until_its_end_and_the_longest_is_told() {
        let (somebody, other) = (ContactId(Uuid::from_u128(1)), ContactId(Uuid::from_u128(2)));
        let mut blocks = Blocks::default();
        blocks.add_contact(somebody, BlockKind::Contact, Some(100));
        blocks.add_contact(somebody, BlockKind::Address, Some(200));
        assert_eq!(blocks.of_contact(somebody, 50), Some(Stopped { kind: BlockKind::Address, until: Some(200) }));
        assert_eq!(blocks.of_contact(somebody, 200), None, "the end itself is free");
        assert_eq!(blocks.of_contact(other, 50), None);
        blocks.add_contact(somebody, BlockKind::Contact, None);
        assert_eq!(blocks.of_contact(somebody, i64::MAX), Some(Stopped { kind: BlockKind::Contact, until: None }));
    }

    #[test]
    fn a_network_stops_its_addresses_alone() {
        let mut blocks = Blocks::default();
        blocks.add_network("198.51.100.0/24".parse().unwrap(), Some(100));
        blocks.add_network("2001:db8:1:2::/64".parse().unwrap(), None);
        let stops = |peer: &str, now| blocks.of_peer(peer.parse().unwrap(), now).is_some();
        assert!(stops("198.51.100.9", 50) && stops("::ffff:198.51.100.9", 50) && stops("2001:db8:1:2:9::1", i64::MAX));
        assert!(!stops("198.51.101.9", 50) && !stops("198.51.100.9", 100) && !stops("2001:db8:1:3::1", 50));
    }
}
