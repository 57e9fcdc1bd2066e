//! HTML as plain text: what a reader would see, without its looks.
//!
//! Not a sanitiser and no parser of the standard: one pass, no tree, so nothing can nest too deep. Quoted blocks begin with
//! `> ` as in plain mails, so that the same rules find the quote.

use super::MAX_TEXT;
use super::markup::{entity, past, tag_end};

/// Quote marks in front of one line.
const MAX_QUOTE: usize = 10;

/// Readable text of at most [`MAX_TEXT`] bytes (and one character). Linear in the input.
pub fn html_to_text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while page.text.len() < MAX_TEXT {
        let Some(at) = rest.find('<') else {
            page.words(rest);
            break;
        };
        let (words, from) = rest.split_at(at);
        page.words(words);
        rest = page.markup(from);
    }
    page.text.truncate(page.text.trim_end().len());
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    /// Line breaks and a space owed before the next word.
    breaks: usize,
    space: bool,
    quote: usize,
    pre: usize,
    /// An element that is not shown, and how many of its name are open in it.
    hidden: Option<(String, usize)>,
    /// The next word begins an item of a list.
    bullet: bool,
    /// No `>` follows; `<` is then an ordinary character.
    no_more_tags: bool,
}

impl Page {
    /// Takes the markup at the start of `from` and gives what follows.
    fn markup<'a>(&mut self, from: &'a str) -> &'a str {
        let after = from.get(1..).unwrap_or_default();
        if let Some(comment) = after.strip_prefix("!--") {
            return comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
        }
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let end = if is_tag && !self.no_more_tags { tag_end(after) } else { None };
        let Some((tag, rest)) = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) else {
            self.no_more_tags |= is_tag;
            self.words("<");
            return after;
        };
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        let name = name.to_ascii_lowercase();
        if !closing && matches!(name.as_str(), "style" | "script" | "title" | "template" | "textarea" | "svg" | "noembed" | "noframes") {
            return past(rest, &name);
        }
        if self.hides(&name, attributes, closing) {
            return rest;
        }
        self.element(&name, closing);
        rest
    }

    /// Keeps count of elements that are not shown.
    fn hides(&mut self, name: &str, attributes: &str, closing: bool) -> bool {
        const VOID: [&str; 8] = ["img", "br", "hr", "input", "meta", "link", "col", "wbr"];
        if let Some((hidden, open)) = self.hidden.as_mut() {
            if hidden == name {
                *open = if closing { open.saturating_sub(1) } else { *open + 1 };
                if *open == 0 {
                    self.hidden = None;
                }
            }
            return true;
        }
        if closing || VOID.contains(&name) || attributes.len() > 4096 {
            return false;
        }
        let squeezed: String = attributes.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        let hides = squeezed.contains("display:none") || squeezed.contains("mso-hide:all");
        if hides {
            self.hidden = Some((name.to_owned(), 1));
        }
        hides
    }

    fn element(&mut self, name: &str, closing: bool) {
        match name {
            "br" => self.breaks += 1,
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" | "hr" | "pre" | "blockquote" => {
                self.at_least(2);
                let count = |open: usize| if closing { open.saturating_sub(1) } else { open + 1 };
                match name {
                    "pre" => self.pre = count(self.pre),
                    "blockquote" => self.quote = count(self.quote),
                    _ => {}
                }
            }
            "div" | "tr" | "section" | "article" | "header" | "footer" | "main" | "center" | "address" | "form" | "dt" | "dd" | "body"
            | "option" | "figure" | "aside" | "nav" | "caption" | "fieldset" | "legend" => self.at_least(1),
            "li" => {
                self.at_least(1);
                self.bullet = !closing;
            }
            "td" | "th" => self.space = true,
            _ => {}
        }
    }

    fn at_least(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }

    /// Text between tags.
    fn words(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let (shown, length) = if c == '&' { entity(rest) } else { (None, c.len_utf8()) };
            match shown {
                Some(text) => text.chars().for_each(|c| self.character(c)),
                None => self.character(c),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '\n' if self.pre > 0 => self.breaks += 1,
            ' ' | '\t' if self.pre > 0 => {
                self.settle();
                self.text.push(c);
            }
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{34f}' | '\0' => {}
            c if c.is_whitespace() || c.is_control() => self.space = true,
            c => {
                self.settle();
                self.text.push(c);
            }
        }
    }

    /// Writes what is owed: line breaks (at most one empty line), quote marks, a space.
    fn settle(&mut self) {
        let first = self.text.is_empty();
        if first || self.breaks > 0 {
            if !first {
                self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
                self.text.push_str(if self.breaks > 1 { "\n\n" } else { "\n" });
            }
            if self.quote > 0 {
                self.text.extend(std::iter::repeat_n('>', self.quote.min(MAX_QUOTE)));
                self.text.push(' ');
            }
        } else if self.space && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        if self.bullet {
            self.text.push_str("- ");
        }
        (self.breaks, self.space, self.bullet) = (0, false, false);
    }
}
