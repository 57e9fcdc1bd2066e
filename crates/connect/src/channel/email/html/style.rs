//! Inline styles: an allow-list of properties and a narrow form of their values.

/// Bytes of one `style` that are read, and declarations in it.
const MAX_BYTES: usize = 8_192;
const MAX_DECLARATIONS: usize = 64;
/// Characters of one value.
const MAX_VALUE: usize = 200;

/// Properties that change how the text of the mail looks, and nothing outside of it. Not here on purpose: `position`, `z-index`,
/// `transform`, `content`, `cursor`, `filter`, `animation`, `behavior`, everything with a vendor's prefix.
const PROPERTIES: [&str; 58] = [
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
    "word-spacing",
];
const FAMILIES: [&str; 5] = ["margin", "padding", "word-", "overflow", "text-decoration-"];
const FUNCTIONS: [&str; 4] = ["rgb", "rgba", "hsl", "hsla"];

/// The declarations of a style that are kept, each checked by itself; empty when none is.
pub(super) fn keep(style: &str) -> String {
    let style = style.get(..style.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let mut kept = String::new();
    for declaration in style.split(';').take(MAX_DECLARATIONS) {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let name = name.trim_ascii().to_ascii_lowercase();
        let value = unforced(value.trim_ascii());
        if !is_property(&name) || !is_value(value) {
            continue;
        }
        if !kept.is_empty() {
            kept.push_str("; ");
        }
        kept.push_str(&name);
        kept.push_str(": ");
        kept.push_str(value);
    }
    kept
}

fn is_property(name: &str) -> bool {
    let in_family =
        FAMILIES.iter().any(|family| name.starts_with(family)) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    PROPERTIES.contains(&name) || in_family
}

/// The value without `!important`, which could outdo the styles of the console.
fn unforced(value: &str) -> &str {
    value.split_once('!').map_or(value, |(value, _)| value.trim_ascii_end())
}

/// Words, numbers, colours, quoted names. No address, no escape, no comment, no function but those of colours, nothing below zero:
/// a negative margin lays a mail over the console.
fn is_value(value: &str) -> bool {
    if value.is_empty() || value.len() > MAX_VALUE {
        return false;
    }
    let mut quote = None;
    let mut inside = false;
    let mut word = 0..0;
    let mut before = ' ';
    for (at, letter) in value.char_indices() {
        let fits = match quote {
            Some(open) if letter == open => {
                quote = None;
                true
            }
            Some(_) => letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.'),
            None => match letter {
                '"' | '\'' => {
                    quote = Some(letter);
                    true
                }
                '(' => {
                    let known = value.get(word.clone()).is_some_and(|word| FUNCTIONS.iter().any(|name| word.eq_ignore_ascii_case(name)));
                    !std::mem::replace(&mut inside, true) && known
                }
                ')' => std::mem::replace(&mut inside, false),
                '-' if before.is_alphanumeric() => true,
                '-' => !value.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')),
                _ => letter.is_alphanumeric() || matches!(letter, ' ' | '#' | '%' | '.' | ',' | '_' | '+' | '/'),
            },
        };
        if !fits {
            return false;
        }
        if letter.is_alphanumeric() || letter == '-' {
            word.end = at + letter.len_utf8();
        } else {
            word = at + letter.len_utf8()..at + letter.len_utf8();
        }
        before = letter;
    }
    quote.is_none() && !inside
}
