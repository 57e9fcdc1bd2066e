//! Reading on after a refusal. A client that is still sending does not read the answer; if the connection closes under it, it
//! sees a broken pipe instead of the problem document. So what it still sends is read and thrown away, within limits.

use futures_util::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::timeout;

/// How much is read at most, and for how long: beyond it the connection may break.
const MOST: u64 = 64 << 20;
const LONGEST: Duration = Duration::from_secs(10);

/// Reads a refused body to its end.
pub(crate) async fn drain<B: AsRef<[u8]>, E>(mut body: impl Stream<Item = Result<B, E>> + Unpin) {
    let read = async {
        let mut size = 0;
        while let Some(Ok(part)) = body.next().await {
            size += part.as_ref().len() as u64;
            if size > MOST {
                break;
            }
        }
    };
    // A client that takes longer has its connection closed.
    let _ = timeout(LONGEST, read).await;
}
