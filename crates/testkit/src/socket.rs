//! A WebSocket client: sends frames, waits for the frame it wants with a deadline, never sleeps.

use crate::app::TestApp;
use crate::client::Client;
use crate::contract;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long a frame may take: generous, because it only ends a test that fails.
const DEADLINE: Duration = Duration::from_secs(10);

pub struct Socket {
    path: String,
    line: WebSocketStream<TcpStream>,
}

impl TestApp {
    /// Opens a socket with a client's headers; the HTTP status when it is refused.
    pub async fn socket(&self, client: &Client, path: &str) -> Result<Socket, u16> {
        let address = self.address().await;
        let stream = TcpStream::connect(address).await.expect("the listener answers");
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
        for (name, value) in client.headers() {
            request.headers_mut().insert(name, value.clone());
        }
        match client_async(request, stream).await {
            Ok((line, _)) => Ok(Socket { path: path.to_owned(), line }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the socket did not open: {error}"),
        }
    }
}

impl Socket {
    pub async fn send(&mut self, frame: Value) {
        self.line.send(Message::text(frame.to_string())).await.expect("the line stands");
    }

    /// The next frame, which is the contract's; `None` when the line was closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.line.next()).await.expect("a frame in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).expect("frames are JSON");
                    contract::hold(&self.path, &frame);
                    return Some(frame);
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Skips frames until one of this type.
    #[track_caller]
    pub fn until(&mut self, kind: &str) -> impl Future<Output = Value> + '_ {
        let kind = kind.to_owned();
        async move {
            loop {
                let frame = self.next().await.unwrap_or_else(|| panic!("the line closed before `{kind}` came"));
                if frame["type"] == kind.as_str() {
                    return frame;
                }
            }
        }
    }

    /// Waits for the close and gives its code.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.line.next()).await.expect("a close in time");
            match message {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
