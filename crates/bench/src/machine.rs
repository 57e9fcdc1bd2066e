//! What the system says of a process and of itself: time used, memory held, load; and what makes the machine busy on purpose.

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, setsid};
use std::process::{Child, Command, Stdio};

/// Clock ticks a second in /proc: the kernel's own figure for programs, the same everywhere on Linux.
const TICKS: f64 = 100.0;

/// Sockets by the thousand need as many files as the system allows us; children get the same.
pub(crate) fn raise_limits() -> Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).context("cannot raise the number of open files")
}

/// The load average of the last minute.
pub(crate) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// The commit that the working tree stands on.
pub(crate) fn commit() -> String {
    let said = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok().filter(|said| said.status.success());
    said.map_or_else(|| "unknown".to_owned(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// Seconds of processor that a process has used so far, its threads together.
pub(crate) fn used(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the process does not run")?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
    let behind = stat.rsplit_once(") ").context("not a line of /proc")?.1;
    let fields: Vec<&str> = behind.split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok());
    Ok(ticks(11).zip(ticks(12)).map(|(user, system)| user + system).context("not a line of /proc")? / TICKS)
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Result<f64> {
    status(pid, "VmRSS:")
}

/// A line of a process's status that counts kilobytes, in bytes.
fn status(pid: u32, name: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the process does not run")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("the system does not say it")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().context("not a number")?;
    Ok(kilobytes * 1024.0)
}

/// The most memory a process ever held, in MB.
pub(crate) fn peak_mb(pid: u32) -> Result<f64> {
    Ok(status(pid, "VmHWM:")? / f64::from(1 << 20))
}

/// Programs that do nothing as fast as they can, until they are dropped. Each has a session of its own, as the services and
/// terminals of a real machine have: the kernel shares the processors out among those before it looks at threads.
pub(crate) struct Hogs(Vec<Child>);

impl Hogs {
    pub(crate) fn start(count: usize) -> Result<Self> {
        let program = std::env::current_exe().context("where is this program?")?;
        let one = || Command::new(&program).arg("hog").stdin(Stdio::piped()).spawn().context("cannot start a hog");
        Ok(Self((0..count).map(|_| one()).collect::<Result<_>>()?))
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            // It has nothing to finish.
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}

/// One of them: ends with the line to whoever started it.
pub(crate) fn hog() -> Result<bool> {
    setsid().context("no session of its own")?;
    std::thread::spawn(|| {
        loop {
            std::hint::spin_loop();
        }
    });
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).context("nobody to listen to")?;
    Ok(true)
}
