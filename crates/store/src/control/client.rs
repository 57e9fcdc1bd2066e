//! The asking side.

use super::{Ask, Hello, PATIENCE, Say, address, line, versions};
use crate::Error;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Asks the server that holds `dir`; gives every line of progress to `progress` and answers the last one.
pub fn ask(dir: &Path, version: &str, request: &str, mut progress: impl FnMut(&str)) -> Result<String, Error> {
    let failed = |error| Error::io(format!("cannot speak to the server of {}", dir.display()), error);
    let address = address(dir)?;
    let mut stream = UnixStream::connect(&address.path).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    let mut lines = BufReader::new(stream.try_clone().map_err(failed)?).lines();
    let mut next = || -> Result<String, Error> { lines.next().ok_or(Error::Closed)?.map_err(failed) };
    let hello: Hello = read(&next()?)?;
    if hello.candor != version {
        return Err(versions(&hello.candor, version));
    }
    let hello = line(&Hello { candor: version.to_owned() })?;
    let asked = line(&Ask { request: request.to_owned() })?;
    stream.write_all(format!("{hello}{asked}").as_bytes()).map_err(failed)?;
    loop {
        match read(&next()?)? {
            Say::Progress(line) => progress(&line),
            Say::Done(line) => return Ok(line),
            Say::Refused(reason) => return Err(Error::Invalid(reason)),
        }
    }
}

fn read<'l, T: serde::Deserialize<'l>>(line: &'l str) -> Result<T, Error> {
    serde_json::from_str(line).map_err(|_| Error::Invalid("the server answers in another language".to_owned()))
}
