//! One network, as `10.0.0.0/8` or a single address: who counts as a trusted proxy, who shares a limit, who is blocked.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The widest networks somebody may name as one peer's: beyond them stand whole providers.
const WIDEST: (u8, u8) = (16, 32);

impl Network {
    /// One customer of a provider: an IPv4 address, or the /64 of an IPv6 one, whose rest is free to choose.
    pub fn of_peer(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V4(address) => Self { address: IpAddr::V4(address), prefix: 32 },
            IpAddr::V6(address) => Self { address: IpAddr::V6(address), prefix: 64 }.whole(),
        }
    }

    /// The same network by its first address, so that two spellings of it are equal.
    pub fn whole(self) -> Self {
        let address = match self.address.to_canonical() {
            IpAddr::V4(net) => {
                IpAddr::V4(Ipv4Addr::from_bits(first(u128::from(net.to_bits()) << 96, self.prefix).unbounded_shr(96) as u32))
            }
            IpAddr::V6(net) => IpAddr::V6(Ipv6Addr::from_bits(first(net.to_bits(), self.prefix))),
        };
        Self { address, ..self }
    }

    /// Whether it holds more than one network of a customer could: IPv4 wider than /16, IPv6 wider than /32.
    pub fn is_too_wide(self) -> bool {
        self.prefix < if self.address.is_ipv4() { WIDEST.0 } else { WIDEST.1 }
    }

    /// Whether the two have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(host)) => {
                same_prefix(u128::from(net.to_bits()) << 96, u128::from(host.to_bits()) << 96, self.prefix)
            }
            (IpAddr::V6(net), IpAddr::V6(host)) => same_prefix(net.to_bits(), host.to_bits(), self.prefix),
            _ => false,
        }
    }
}

/// The first address of a network, whose bits stand high.
fn first(bits: u128, prefix: u8) -> u128 {
    bits & !u128::MAX.unbounded_shr(u32::from(prefix))
}

/// Both addresses stand in the high bits.
fn same_prefix(left: u128, right: u128, prefix: u8) -> bool {
    prefix == 0 || (left ^ right) >> (128 - u32::from(prefix)) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not an address or network like 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| bad()))?;
        if prefix > longest {
            return Err(bad());
        }
        Ok(Self { address, prefix })
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(holds("127.0.0.1", "127.0.0.1"));
        assert!(!holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("fd00::/8", "fd12::1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn a_peer_is_one_address_or_one_ipv6_network() {
        let of = |text: &str| Network::of_peer(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7/32");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7/32");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn two_spellings_of_a_network_are_equal() {
        let whole = |text: &str| text.parse::<Network>().unwrap().whole().to_string();
        assert_eq!(whole("198.51.100.77/24"), "198.51.100.0/24");
        assert_eq!(whole("198.51.100.77"), "198.51.100.77/32");
        assert_eq!(whole("2001:db8::1/32"), "2001:db8::/32");
        assert_eq!(whole("10.1.2.3/0"), "0.0.0.0/0");
    }

    #[test]
    fn a_whole_provider_is_no_peer() {
        let wide = |text: &str| text.parse::<Network>().unwrap().is_too_wide();
        assert!(wide("0.0.0.0/0") && wide("10.0.0.0/8") && wide("::/0") && wide("2001::/16"));
        assert!(!wide("198.51.0.0/16") && !wide("2001:db8::/32") && !wide("192.0.2.1"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "example.com", "10.0.0.0/-1", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
