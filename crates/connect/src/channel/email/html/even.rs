//! Writes HTML anew so that it nests: each element is closed by its own end tag, tables hold only rows and cells, nothing is deep.
//!
//! Browsers repair broken nesting by moving elements about; doing it over at each reading is what attacks by mutation live on, and
//! the repair may cost the square of the input. After this step there is nothing left to repair.

use super::lex::{Lexer, Token};
use super::{tags, write};

/// Elements open at once. Tags beyond are left out, their text stays.
const MAX_DEPTH: usize = 200;
/// Start tags that are read; the text behind the last is cut off. A newsletter has two thousand.
const MAX_TAGS: usize = 30_000;

/// Well-nested HTML.
#[derive(Debug, Default)]
pub(super) struct Even {
    pub(super) html: String,
    /// Backgrounds and styles that would be fetched. Images are counted later, when they are found.
    pub(super) remote: usize,
    pub(super) cut: bool,
}

/// Writes the HTML anew.
pub(super) fn even(html: &str) -> Even {
    let mut writer = Writer { out: Even { html: String::with_capacity(html.len()), ..Even::default() }, ..Writer::default() };
    for token in Lexer::new(html) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Start(name, attributes) => {
                if writer.tags == MAX_TAGS {
                    writer.out.cut = true;
                    break;
                }
                writer.tags += 1;
                writer.start(name, &attributes);
            }
            Token::End(name) => writer.end(&name),
        }
    }
    writer.close_to(0);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: Even,
    open: Vec<String>,
    tags: usize,
    /// Elements that were left out for their depth and not yet ended.
    beyond: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            self.make_cell();
        }
        for piece in text.split_inclusive('<') {
            match piece.strip_suffix('<') {
                Some(before) => {
                    self.out.html.push_str(before);
                    self.out.html.push_str("&lt;");
                }
                None => self.out.html.push_str(piece),
            }
        }
    }

    fn start(&mut self, name: String, attributes: &[(&str, &str)]) {
        // The page of a mail is a block of ours.
        let page = name == "body";
        let name = if page { "div".to_owned() } else { name };
        if !tags::is_kept(&name) {
            return;
        }
        if tags::is_part(&name) {
            if !self.enter_part(&name) {
                return;
            }
        } else {
            self.make_cell();
            self.end_others(&name);
        }
        if tags::is_void(&name) {
            self.out.remote += write::tag(&mut self.out.html, &name, attributes, page);
        } else if self.open.len() < MAX_DEPTH {
            self.out.remote += write::tag(&mut self.out.html, &name, attributes, page);
            self.open.push(name);
        } else {
            self.beyond += 1;
        }
    }

    fn end(&mut self, name: &str) {
        let name = if name == "body" { "div" } else { name };
        if name == "br" {
            self.out.html.push_str("<br>");
            return;
        }
        if !tags::is_kept(name) || tags::is_void(name) {
            return;
        }
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let part = tags::is_part(name) || name == "table";
        let stops = |open: &str| if part { open == "table" } else { open == "table" || tags::is_cell(open) };
        for (at, open) in self.open.iter().enumerate().rev() {
            if open == name {
                return self.close_to(at);
            }
            if stops(open) {
                return;
            }
        }
    }

    /// Ends the paragraph, item, link or heading that the standard ends before this element.
    fn end_others(&mut self, name: &str) {
        if tags::is_block(name) {
            self.end_open(&["p"], &["table", "td", "th", "caption"]);
        }
        let (ended, stops) = tags::ended_by(name);
        self.end_open(ended, stops);
    }

    fn end_open(&mut self, ended: &[&str], stops: &[&str]) {
        for (at, open) in self.open.iter().enumerate().rev() {
            if ended.contains(&open.as_str()) {
                return self.close_to(at);
            }
            if stops.contains(&open.as_str()) {
                return;
            }
        }
    }

    /// Closes down to the part of the table in which this one may stand, and opens what is missing between. False outside of tables.
    fn enter_part(&mut self, name: &str) -> bool {
        let Some(table) = self.open.iter().rposition(|open| open == "table") else { return false };
        let holders: &[&str] = match name {
            "td" | "th" => &["tr"],
            "tr" => &["tbody", "thead", "tfoot"],
            "col" => &["colgroup"],
            _ => &[],
        };
        let holder = self.open.iter().rposition(|open| holders.contains(&open.as_str())).filter(|at| *at > table);
        self.close_to(holder.unwrap_or(table) + 1);
        if holder.is_none() {
            match name {
                "td" | "th" => {
                    self.enter_part("tr");
                    self.open_plain("tr");
                }
                "tr" => self.open_plain("tbody"),
                "col" => self.open_plain("colgroup"),
                _ => {}
            }
        }
        true
    }

    /// Content in a table but in no cell gets one; a browser would move it out before the table.
    fn make_cell(&mut self) {
        if self.open.last().is_some_and(|open| tags::is_frame(open)) {
            self.enter_part("td");
            self.open_plain("td");
        }
    }

    fn open_plain(&mut self, name: &str) {
        write::tag(&mut self.out.html, name, &[], false);
        self.open.push(name.to_owned());
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(name) = self.open.pop()
        {
            self.out.html.push_str("</");
            self.out.html.push_str(&name);
            self.out.html.push('>');
        }
    }
}
