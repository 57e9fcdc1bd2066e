//! Whether a domain publishes the key that its mail is signed with.

use super::Judge;
use mail_auth::{DnsError, Error};
use std::time::Duration;
use tokio::time::timeout;

/// Name servers may take so long.
const LIMIT: Duration = Duration::from_secs(5);

/// What stands where a key should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    Yes,
    /// There is no record of that name.
    Nothing,
    /// There is one, and it holds another key.
    Another,
    /// The name servers did not answer.
    Unknown,
}

impl Judge {
    /// Compares the record of a selector with what it should hold, as it is now: what was known a minute ago is of no use to who has
    /// just corrected it.
    pub async fn publishes(&self, domain: &str, selector: &str, record: &str) -> Published {
        let name = format!("{selector}._domainkey.{domain}.");
        match timeout(LIMIT, self.fresh().txt_raw_lookup(&name)).await {
            Ok(Ok(found)) if found.is_empty() => Published::Nothing,
            Ok(Ok(found)) if key(&String::from_utf8_lossy(&found)) == key(record) => Published::Yes,
            Ok(Ok(_)) => Published::Another,
            Ok(Err(Error::Dns(DnsError::RecordNotFound(_)))) => Published::Nothing,
            _ => Published::Unknown,
        }
    }
}

/// The key in a record (RFC 6376, 3.6.1), without the spaces that may stand in it.
fn key(record: &str) -> Option<String> {
    let value = record.split(';').find_map(|tag| tag.trim().strip_prefix("p=").or_else(|| tag.trim().strip_prefix("p =")))?;
    Some(value.split_whitespace().collect()).filter(|key: &String| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_key_is_the_same_however_it_is_spaced() {
        assert_eq!(key("v=DKIM1; k=rsa; p=MIIB IjAN"), key("p=MIIBIjAN ;v=DKIM1"));
        assert_eq!((key("v=DKIM1; p="), key("v=spf1 -all")), (None, None));
    }
}
