//! Lines to mail servers, kept as long as their settings stay the same: each has connections that stay open.

use crate::Result;
use candor_connect::channel::email::outgoing::Relay;
use candor_domain::id::ChannelId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct Relays(Mutex<HashMap<ChannelId, (i64, Relay)>>);

impl Relays {
    /// The line of a sender with this version of its settings; made where there is none.
    pub(crate) fn get(&self, id: ChannelId, version: i64, make: impl FnOnce() -> Result<Relay>) -> Result<Relay> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, relay)) = known.get(&id).filter(|(kept, _)| *kept == version) {
            return Ok(relay.clone());
        }
        let relay = make()?;
        known.insert(id, (version, relay.clone()));
        Ok(relay)
    }
}

impl Drop for Relays {
    /// Closing a line needs the runtime. Where it is gone, the process goes too, and the system closes them.
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            std::mem::forget(std::mem::take(&mut self.0));
        }
    }
}
