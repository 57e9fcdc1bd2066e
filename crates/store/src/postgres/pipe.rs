//! The wire under a connection: moved on whenever somebody waits for an answer, and what it says unasked is kept.

use postgres::Notification;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{AsyncMessage, Connection};

/// Asks the connection for its next message; whatever carries it, encrypted or not.
type Next = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, postgres::Error>>> + Send>;

pub(super) struct Pipe {
    next: Next,
    heard: Vec<Notification>,
    closed: bool,
}

impl Pipe {
    pub(super) fn new<S, T>(mut connection: Connection<S, T>) -> Pipe
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Pipe { next: Box::new(move |context| connection.poll_message(context)), heard: Vec::new(), closed: false }
    }

    /// Sends and reads as much as can be; an error that ended the connection is told once.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Option<postgres::Error> {
        while !self.closed {
            match (self.next)(context) {
                Poll::Ready(Some(Ok(AsyncMessage::Notification(one)))) => self.heard.push(one),
                // Notices are for people.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => {
                    self.closed = true;
                    return Some(error);
                }
                Poll::Ready(None) => self.closed = true,
                Poll::Pending => break,
            }
        }
        None
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn has_heard(&self) -> bool {
        !self.heard.is_empty()
    }

    pub(super) fn take_heard(&mut self) -> Vec<Notification> {
        std::mem::take(&mut self.heard)
    }
}
