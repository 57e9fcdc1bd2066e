//! A name server that tests ask.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::UdpSocket;

/// Texts by their names; they may change while they are served.
pub(crate) type Texts = Arc<Mutex<Vec<(String, String)>>>;

/// Answers with these texts and says of every other name that there is none; until the test ends.
pub(crate) fn serve(texts: &[(&str, &str)]) -> SocketAddr {
    let kept = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    serve_changing(Arc::new(Mutex::new(kept)))
}

pub(crate) fn serve_changing(texts: Texts) -> SocketAddr {
    let socket = std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let (socket, address) = (UdpSocket::from_std(socket.try_clone().unwrap()).unwrap(), socket.local_addr().unwrap());
    tokio::spawn(async move {
        let mut packet = [0; 1500];
        while let Ok((length, peer)) = socket.recv_from(&mut packet).await {
            let said = answer(&packet[..length], &texts.lock().unwrap());
            let _ = socket.send_to(&said, peer).await;
        }
    });
    address
}

/// RFC 1035, 4.1: the question again, and behind it what is known.
fn answer(asked: &[u8], texts: &[(String, String)]) -> Vec<u8> {
    let (mut name, mut at) = (Vec::new(), 12);
    while asked[at] > 0 {
        let end = at + 1 + usize::from(asked[at]);
        name.push(String::from_utf8_lossy(&asked[at + 1..end]).to_lowercase());
        at = end;
    }
    let question = &asked[12..at + 5];
    let is_text = question[question.len() - 4..] == [0, 16, 0, 1];
    let found = texts.iter().find(|(known, _)| *known == name.join(".")).map(|(_, text)| text.as_bytes());
    let text = found.filter(|_| is_text);
    let code = if found.is_some() { 0 } else { 3 };
    let mut said = [&asked[..2], &[0x84, 0x80 | code, 0, 1, 0, u8::from(text.is_some()), 0, 0, 0, 0], question].concat();
    if let Some(text) = text {
        let strings: Vec<u8> = text.chunks(255).flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat()).collect();
        // The name of the question, TXT, IN, a minute.
        said.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        said.extend(u16::try_from(strings.len()).unwrap().to_be_bytes());
        said.extend(strings);
    }
    said
}
