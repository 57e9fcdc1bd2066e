//! `DIR/control.sock`: how a command on this machine speaks to the server that holds the directory.
//! Lines of JSON both ways. What a request means is the application's; here stand who may ask, and which version.

mod client;
mod server;

pub use client::ask;
pub use server::{ControlServer, Request};

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = "control.sock";
/// What the system takes as a socket's path.
const PATH: usize = 107;
/// A request or answer is one line, and not a long one.
const LINE: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// The first line of either side.
#[derive(Serialize, Deserialize)]
struct Hello {
    candor: String,
}

/// What the client sends after it.
#[derive(Serialize, Deserialize)]
struct Ask {
    request: String,
}

/// What the server sends: any number of `Progress`, then one of the others.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Say {
    Progress(String),
    Done(String),
    Refused(String),
}

/// The socket's path, with what keeps a short form of it valid.
struct Address {
    path: PathBuf,
    _dir: Option<File>,
}

/// A directory with a long path is named through its open file.
fn address(dir: &Path) -> Result<Address, Error> {
    let path = dir.join(NAME);
    if path.as_os_str().len() <= PATH {
        return Ok(Address { path, _dir: None });
    }
    let open = File::open(dir).map_err(|error| Error::io(format!("cannot open {}", dir.display()), error))?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", open.as_raw_fd()));
    Ok(Address { path, _dir: Some(open) })
}

fn line(value: &impl Serialize) -> Result<String, Error> {
    let mut line = serde_json::to_string(value).map_err(|error| Error::Invalid(error.to_string()))?;
    line.push('\n');
    Ok(line)
}

fn versions(server: &str, client: &str) -> Error {
    Error::Invalid(format!("the server is candor {server} and the command is candor {client}: use the same program"))
}
