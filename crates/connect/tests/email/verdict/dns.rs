//! A name server on the loopback that knows a handful of records.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

const A: u16 = 1;
const PTR: u16 = 12;
const MX: u16 = 15;
const TXT: u16 = 16;
const AAAA: u16 = 28;

/// Records by name, in lower case without the last dot, and type.
#[derive(Clone, Default)]
pub(super) struct Zone {
    records: BTreeMap<(String, u16), Vec<Vec<u8>>>,
    names: BTreeSet<String>,
}

impl Zone {
    fn put(&mut self, name: &str, kind: u16, data: Vec<Vec<u8>>) {
        let name = name.trim_end_matches('.').to_lowercase();
        self.names.insert(name.clone());
        self.records.insert((name, kind), data);
    }

    pub(super) fn txt(&mut self, name: &str, value: &str) {
        let strings = value.as_bytes().chunks(255).flat_map(|chunk| [&[chunk.len() as u8], chunk].concat()).collect();
        self.put(name, TXT, vec![strings]);
    }

    pub(super) fn addresses(&mut self, name: &str, addresses: &[IpAddr]) {
        let of = |four: bool| addresses.iter().filter(move |ip| ip.is_ipv4() == four);
        let octets = |ip: &IpAddr| match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        for (four, kind) in [(true, A), (false, AAAA)] {
            if of(four).next().is_some() {
                self.put(name, kind, of(four).map(octets).collect());
            }
        }
    }

    pub(super) fn pointers(&mut self, ip: IpAddr, names: &[&str]) {
        let reverse = match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(ip) => {
                let nibbles = ip.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
                nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + "ip6.arpa"
            }
        };
        self.put(&reverse, PTR, names.iter().map(|name| labels(name)).collect());
    }

    pub(super) fn exchanges(&mut self, name: &str, hosts: &[String]) {
        let data = hosts.iter().enumerate().map(|(at, host)| [vec![0, at as u8 + 1], labels(host)].concat());
        self.put(name, MX, data.collect());
    }

    /// The answer to one question; `None` for what is no question.
    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let mut at = 12;
        let mut name = Vec::new();
        while let length @ 1.. = usize::from(*question.get(at)?) {
            name.push(String::from_utf8_lossy(question.get(at + 1..at + 1 + length)?).to_lowercase());
            at += 1 + length;
        }
        let name = name.join(".");
        let kind = u16::from_be_bytes(question.get(at + 1..at + 3)?.try_into().ok()?);
        let found = self.records.get(&(name.clone(), kind)).map_or(&[][..], Vec::as_slice);
        let parent = self.names.iter().any(|known| *known == name || known.ends_with(&format!(".{name}")));
        let code = if found.is_empty() && !parent { 3 } else { 0 };
        let mut out = question.get(..2)?.to_vec();
        out.extend([0x84, 0x80 | code, 0, 1, 0, found.len() as u8, 0, 0, 0, 0]);
        out.extend(question.get(12..at + 5)?);
        for data in found {
            out.extend([0xc0, 12]);
            out.extend(kind.to_be_bytes());
            out.extend([0, 1, 0, 0, 0, 60]);
            out.extend((data.len() as u16).to_be_bytes());
            out.extend(data);
        }
        Some(out)
    }
}

fn labels(name: &str) -> Vec<u8> {
    let mut out: Vec<u8> =
        name.trim_end_matches('.').split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    out.push(0);
    out
}

/// Serves the records until the test ends; they may be changed meanwhile.
pub(super) async fn serve(zone: Zone) -> (SocketAddr, Arc<Mutex<Zone>>) {
    let zone = Arc::new(Mutex::new(zone));
    // UDP and TCP on one port: the port that UDP was given may be taken for TCP, so try until both are free.
    let (udp, tcp) = loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            break (udp, tcp);
        }
    };
    let address = udp.local_addr().unwrap();
    let known = zone.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 4_096];
        while let Ok((length, peer)) = udp.recv_from(&mut buffer).await {
            let answer = known.lock().unwrap().answer(&buffer[..length]);
            if let Some(mut answer) = answer {
                if answer.len() > 1_200 {
                    answer[2] |= 2;
                }
                udp.send_to(&answer, peer).await.unwrap();
            }
        }
    });
    let known = zone.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let known = known.clone();
            tokio::spawn(async move {
                while let Ok(length) = stream.read_u16().await {
                    let mut question = vec![0; usize::from(length)];
                    stream.read_exact(&mut question).await.unwrap();
                    let answer = known.lock().unwrap().answer(&question);
                    let Some(answer) = answer else { break };
                    stream.write_u16(answer.len() as u16).await.unwrap();
                    stream.write_all(&answer).await.unwrap();
                }
            });
        }
    });
    (address, zone)
}
