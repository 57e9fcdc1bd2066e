//! How the command line changes something while a server owns the data directory: one line of JSON each way over
//! `DIR/control.sock`, which only the owner of the directory can open. Without a server the same deed is done here.

mod call;
mod channels;
mod deed;
mod listen;

pub use call::{Refused, perform, perform_to_end, perform_with};
pub use channels::ChannelWanted;
pub use deed::Deed;
pub use listen::{Control, listen};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

const NAME: &str = "control.sock";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The longest line either side reads.
const LONGEST: u64 = 4 << 20;
/// The most bytes that follow a line: the largest mail.
const MOST: u64 = candor_app::mail::MAX_BYTES;
/// What the address of a Unix socket can hold.
const LONGEST_PATH: usize = 107;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    version: String,
    deed: Value,
    /// How many bytes follow the line: a mail.
    #[serde(default)]
    bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done(Value),
    Refused(String),
}

/// The socket's address, through an open directory when its path is too long to be one.
struct Address {
    path: PathBuf,
    _dir: File,
}

impl Address {
    fn of(dir: &Path) -> std::io::Result<Self> {
        let open = File::open(dir)?;
        let plain = dir.join(NAME);
        let path = if plain.as_os_str().len() <= LONGEST_PATH {
            plain
        } else {
            PathBuf::from(format!("/proc/self/fd/{}/{NAME}", open.as_raw_fd()))
        };
        Ok(Self { path, _dir: open })
    }
}
