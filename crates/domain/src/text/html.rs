/// Plain text as a part of a page: nothing in it is read as markup, in the text of an element or in a quoted attribute.
pub fn html_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_would_read_as_markup_is_text() {
        assert_eq!(
            html_escaped(r#"<a href='x' id="y">A & B 提现</a>"#),
            "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;A &amp; B 提现&lt;/a&gt;"
        );
    }
}
