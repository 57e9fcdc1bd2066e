//! A mail server that tests send to.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The customer's mail server: takes everything, and remembers envelope and bytes.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    pub(crate) async fn started() -> (Self, u16) {
        let (sink, listener) = (Self::default(), TcpListener::bind(("127.0.0.1", 0)).await.unwrap());
        let (port, kept) = (listener.local_addr().unwrap().port(), sink.clone());
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(kept.clone().serve(line));
            }
        });
        (sink, port)
    }

    async fn serve(self, line: TcpStream) {
        let mut line = BufReader::new(line);
        let (mut mail, mut words, mut inside) = (String::new(), String::new(), false);
        line.write_all(b"220 sink.test\r\n").await.unwrap();
        while line.read_line(&mut words).await.is_ok_and(|read| read > 0) {
            let answer = match words.trim_end() {
                "." if inside => {
                    self.0.lock().unwrap().push(std::mem::take(&mut mail));
                    inside = false;
                    "250 2.0.0 taken\r\n"
                }
                _ if inside => "",
                "DATA" => {
                    inside = true;
                    "354 go on\r\n"
                }
                "QUIT" => return,
                rcpt if rcpt.starts_with("RCPT TO:<gone") => "550 5.1.1 nobody of that name\r\n",
                _ => "250 sink.test\r\n",
            };
            mail.push_str(&words);
            words.clear();
            line.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
