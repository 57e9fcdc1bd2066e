//! How many connections one peer may hold open, and all together.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Large senders open ten or so at once.
const OF_ONE: usize = 20;
const OF_ALL: usize = 500;

#[derive(Clone, Default)]
pub(super) struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection that is counted until this is dropped.
pub(super) struct Place {
    peers: Peers,
    peer: IpAddr,
}

impl Peers {
    /// `None`: too many are open.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, of_one) = (open.values().sum::<usize>(), open.get(&peer).copied().unwrap_or(0));
        if all >= OF_ALL || of_one >= OF_ONE {
            return None;
        }
        open.insert(peer, of_one + 1);
        Some(Place { peers: self.clone(), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_holds_so_many_connections_and_gets_one_back_when_one_ends() {
        let (peers, one, other) = (Peers::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut held: Vec<Place> = std::iter::from_fn(|| peers.enter(one)).collect();
        assert_eq!(held.len(), OF_ONE);
        assert!(peers.enter(other).is_some(), "others are not held up");
        held.pop();
        assert!(peers.enter(one).is_some());
    }
}
