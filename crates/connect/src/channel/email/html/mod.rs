//! The HTML of strangers, made fit to stand in the console: nothing in it runs, is fetched, or lies over anything else.
//!
//! Three steps: [`even`] writes the mail anew as well-nested HTML of bounded depth, `ammonia` parses that and keeps an allow-list,
//! [`inert`] turns what would be fetched into data. The result is cleaned again and must stay as it is, so that no second reader
//! of it can see another document; where it does not settle, the text alone is given.

mod even;
mod inert;
mod lex;
mod plain;
mod policy;
mod sheet;
mod style;
mod tags;
#[cfg(test)]
mod tests;
mod write;

pub use sheet::{Sheet, sheet};

/// Bytes of HTML that are read. What goes beyond is cut off.
pub const MAX_BYTES: usize = 1_000_000;
/// Rounds of cleaning until the result must stay the same.
const MAX_ROUNDS: usize = 4;

/// HTML for the console, and what was taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// A piece of HTML for the inside of a `div`. Remote images stand as `<img data-src="https://…">`, pictures of the mail itself as
    /// `<img data-cid="…">`: neither is fetched until a script of the console gives it a `src`. A link that names a web address of
    /// another host than it leads to carries `data-other-host` with the true host.
    pub html: String,
    /// Images, backgrounds and styles that would have been fetched from the network.
    pub remote: usize,
    /// Content ids of pictures shown in the text, without angle brackets, each once, in order.
    pub cids: Vec<String>,
    /// The end is missing: the input was longer than [`MAX_BYTES`] or had more tags than are read.
    pub cut: bool,
    /// Only the text is given, since the HTML did not settle.
    pub plain: bool,
}

/// Cleans the HTML part of a mail. Any text gives an answer, in time near linear in its length.
#[must_use]
pub fn clean(html: &str) -> Clean {
    let (html, cut) = limit(html);
    let first = round(html);
    let (remote, cut) = (first.remote, first.cut || cut);
    let mut last = first;
    for _ in 1..MAX_ROUNDS {
        let next = round(&last.html);
        if next.html == last.html {
            return Clean { remote, cut, ..last };
        }
        last = next;
    }
    Clean { html: plain::text(html), remote, cut, plain: true, cids: Vec::new() }
}

/// The part that is read, up to the last tag that is whole.
fn limit(html: &str) -> (&str, bool) {
    if html.len() <= MAX_BYTES {
        return (html, false);
    }
    let end = html.floor_char_boundary(MAX_BYTES);
    let kept = html.get(..end).unwrap_or_default();
    let end = kept.rfind('<').unwrap_or(end);
    (kept.get(..end).unwrap_or_default(), true)
}

fn round(html: &str) -> Clean {
    let even = even::even(html);
    let kept = policy::builder().clean(&even.html).to_string();
    let inert = inert::inert(&kept);
    Clean { html: inert.html, remote: even.remote + inert.remote, cids: inert.cids, cut: even.cut, plain: false }
}
