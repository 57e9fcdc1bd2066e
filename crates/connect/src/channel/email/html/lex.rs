//! Tags and text of HTML, as the tokenizer of the standard finds them (HTML 13.2.5), without comments and declarations.
//!
//! Only finds; entities stay as they are. What it gives is always written anew by the caller, so that a difference to the parser
//! of a browser can lose words but never bring back markup.

/// Attributes of one tag that are read. A parser compares each with all before it, so a tag with thousands would cost minutes.
const MAX_ATTRIBUTES: usize = 32;

/// A piece of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text with its entities; a `<` in it is one that starts no tag.
    Text(&'a str),
    /// A start tag; the name is lower case.
    Start(String, Vec<(&'a str, &'a str)>),
    /// An end tag; the name is lower case.
    End(String),
}

/// Elements whose content is not markup and never shown: it is skipped up to their end tag.
const SKIPPED: [&str; 9] = ["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp", "template"];

/// Reads tokens from the start of the rest of a text.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Everything up to the next place where a tag may begin.
    fn text(&mut self) -> &'a str {
        let mut from = 0;
        let end = loop {
            match self.rest.get(from..).and_then(|rest| rest.find('<')) {
                None => break self.rest.len(),
                Some(at) if opens(self.rest.get(from + at + 1..).unwrap_or_default()) => break from + at,
                Some(at) => from += at + 1,
            }
        };
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }

    /// Passes a comment or declaration.
    fn declaration(&mut self) {
        let end = match self.rest.strip_prefix("<!--") {
            Some(comment) if comment.starts_with('>') => Some(5),
            Some(comment) if comment.starts_with("->") => Some(6),
            Some(comment) => comment_end(comment).map(|end| end + 4),
            None => self.rest.find('>').map(|end| end + 1),
        };
        self.skip(end.unwrap_or(self.rest.len()));
    }

    /// The tag at the start of the rest; `None` when the text ends inside of it.
    fn tag(&mut self) -> Option<Token<'a>> {
        let closing = self.rest.starts_with("</");
        self.skip(if closing { 2 } else { 1 });
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(self.rest.len());
        let name = self.rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        self.skip(end);
        let mut attributes = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if self.rest.is_empty() {
                return None;
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                break;
            }
            let attribute = self.attribute()?;
            if attributes.len() < MAX_ATTRIBUTES {
                attributes.push(attribute);
            }
        }
        Some(if closing { Token::End(name) } else { Token::Start(name, attributes) })
    }

    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        // A name may begin with `=` but not hold one.
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let end = self.rest.get(first..)?.find(ends).map_or(self.rest.len(), |end| end + first);
        let name = self.rest.get(..end)?;
        self.skip(end);
        let Some(value) = self.rest.trim_ascii_start().strip_prefix('=') else { return Some((name, "")) };
        self.rest = value.trim_ascii_start();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, rest) = match quote {
            Some(quote) => self.rest.get(1..)?.split_once(quote)?,
            None => self.rest.split_at_checked(self.rest.find(|c: char| c.is_ascii_whitespace() || c == '>')?)?,
        };
        self.rest = rest;
        Some((name, value))
    }

    /// Passes the content of an element that is never shown; its end tag comes next.
    fn pass(&mut self, name: &str) {
        let mut from = 0;
        let end = loop {
            let Some(at) = self.rest.get(from..).and_then(|rest| rest.find("</")) else { break self.rest.len() };
            let after = self.rest.as_bytes().get(from + at + 2..).unwrap_or_default();
            let named = after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            if named && after.get(name.len()).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'/' | b'>')) {
                break from + at;
            }
            from += at + 2;
        };
        self.skip(end);
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let text = self.text();
            if !text.is_empty() {
                return Some(Token::Text(text));
            }
            let second = *self.rest.as_bytes().get(1)?;
            let third = self.rest.as_bytes().get(2);
            if second.is_ascii_alphabetic() || (second == b'/' && third.is_some_and(u8::is_ascii_alphabetic)) {
                let tag = self.tag()?;
                if let Token::Start(name, _) = &tag
                    && SKIPPED.contains(&name.as_str())
                {
                    self.pass(name);
                }
                return Some(tag);
            }
            self.declaration();
        }
    }
}

/// Whether a `<` before this text is more than a sign.
fn opens(after: &str) -> bool {
    let mut bytes = after.bytes();
    match bytes.next() {
        Some(b'!' | b'?') => true,
        Some(b'/') => bytes.next().is_some(),
        Some(byte) => byte.is_ascii_alphabetic(),
        None => false,
    }
}

/// Where a comment ends: behind `-->` or `--!>`.
fn comment_end(comment: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let dashes = from + comment.get(from..)?.find("--")?;
        let after = comment.get(dashes + 2..)?;
        if after.starts_with('>') {
            return Some(dashes + 3);
        }
        if after.starts_with("!>") {
            return Some(dashes + 4);
        }
        from = dashes + 1;
    }
}
