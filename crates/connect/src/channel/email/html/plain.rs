//! The words of HTML that could not be made fit otherwise.

use super::lex::{Lexer, Token};
use super::tags;

/// The text of the HTML with a line break where a block begins. Entities stay entities; there is no other tag than `<br>`.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut fresh = true;
    for token in Lexer::new(html) {
        match token {
            Token::Text(text) => {
                out.push_str(&text.replace('<', "&lt;").replace('>', "&gt;"));
                fresh &= text.trim_ascii().is_empty();
            }
            Token::Start(name, _) | Token::End(name) => {
                if !fresh && (tags::is_block(&name) || name == "br" || name == "tr") {
                    out.push_str("<br>");
                    fresh = true;
                }
            }
        }
    }
    out
}
