//! The desk's own addresses: it neither writes to itself nor has others write to it.

use crate::Result;
use candor_domain::channel::ChannelKind;
use candor_store::Query;
use candor_store::channel::{self, Channel};

pub(crate) struct Own(Vec<Channel>);

impl Own {
    pub(crate) fn of(q: &mut impl Query) -> Result<Self> {
        Ok(Self(channel::list(q)?))
    }

    /// Whether mail to it would come back here. `address` is in its normal form.
    pub(crate) fn has(&self, address: &str) -> bool {
        let mailbox = |one: &Channel| match (&one.settings.server, one.kind) {
            (Some(server), ChannelKind::Imap) => server.user.as_deref().is_some_and(|user| user.eq_ignore_ascii_case(address)),
            _ => false,
        };
        self.0.iter().any(|one| one.settings.takes(address) || mailbox(one))
    }
}
