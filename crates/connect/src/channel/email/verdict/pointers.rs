//! Names of an address, as the rules of SPF compare them.

use mail_auth::{RecordSet, ResolverCache};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Keeps the answers of one check, with the last dot of each name taken off.
///
/// The library compares the names of an address (`example.org.`, as name servers write them) with those of a record
/// (`example.org`) letter by letter, so without this the mechanism `ptr` never matches a domain itself.
#[derive(Default)]
pub(super) struct Pointers {
    names: Mutex<HashMap<IpAddr, RecordSet<Box<str>>>>,
}

impl Pointers {
    /// Whether the check wanted to know the names of an address.
    pub(super) fn asked(&self) -> bool {
        !self.names().is_empty()
    }

    fn names(&self) -> MutexGuard<'_, HashMap<IpAddr, RecordSet<Box<str>>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolverCache<IpAddr, RecordSet<Box<str>>> for Pointers {
    fn get<Q>(&self, address: &Q) -> Option<RecordSet<Box<str>>>
    where
        IpAddr: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.names().get(address).cloned()
    }

    fn remove<Q>(&self, address: &Q) -> Option<RecordSet<Box<str>>>
    where
        IpAddr: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.names().remove(address)
    }

    fn insert(&self, address: IpAddr, found: RecordSet<Box<str>>, _valid_until: Instant) {
        let rrset = found.rrset.iter().map(|name| Box::from(name.trim_end_matches('.'))).collect();
        self.names().insert(address, RecordSet { rrset, ..found });
    }
}
