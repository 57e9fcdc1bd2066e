//! Cleans HTML as the console shows it: a JSON list of strings comes in on standard input, the list of what is left goes out. The browser's
//! tests take it, so that what Chromium makes of each is seen and not only what we think it makes.

use candor_connect::channel::email::html::clean;
use std::io::{self, Read as _, Write as _};

fn main() -> io::Result<()> {
    let mut given = String::new();
    io::stdin().read_to_string(&mut given)?;
    let given: Vec<String> = serde_json::from_str(&given)?;
    let cleaned: Vec<String> = given.iter().map(|html| clean(html).html).collect();
    io::stdout().write_all(&serde_json::to_vec(&cleaned)?)
}
