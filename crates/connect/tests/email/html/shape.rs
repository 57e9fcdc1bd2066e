//! Reads cleaned HTML by the narrow form that it must have, and refuses everything else.
//!
//! Stricter than a parser of HTML, which would mend what it finds: text holds no bare `<` or `>`, every attribute is quoted, every
//! element is closed in order. Within this form, with no element that switches the tokenizer, all parsers see the same document.

const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];
/// Elements of which none may be left. Everything not known here is refused as well.
const KNOWN: &str = " a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div \
    dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section \
    small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr ";
const ATTRIBUTES: &str = " align alt bgcolor border cellpadding cellspacing clear color colspan data-cid data-other-host data-src dir face \
    height href hspace lang noshade nowrap rel reversed rowspan rules size span src start style target title type valign value vspace width ";
const NOT_IN_STYLES: [&str; 9] = ["url", "expression", "@", "position", "behavior", "binding", "\\", "/*", "script"];

/// Says what is wrong with the HTML.
pub(super) fn fault(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        if rest[at..].starts_with('>') {
            return Err(format!("bare > after {:?}", &rest[..at]));
        }
        rest = &rest[at + 1..];
        if let Some(end) = rest.strip_prefix('/') {
            let (name, after) = end.split_once('>').ok_or("open end tag")?;
            let expected = open.pop();
            if expected != Some(name) {
                return Err(format!("</{name}> closes {expected:?}"));
            }
            rest = after;
            continue;
        }
        let end = rest.find([' ', '>']).ok_or("open tag")?;
        let name = &rest[..end];
        if name.is_empty() || !KNOWN.contains(&format!(" {name} ")) {
            return Err(format!("element {name:?}"));
        }
        rest = attributes(name, &rest[end..])?;
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn attributes<'a>(element: &str, mut rest: &'a str) -> Result<&'a str, String> {
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return Ok(after);
        }
        let (name, after) = rest.strip_prefix(' ').and_then(|rest| rest.split_once("=\"")).ok_or("attribute")?;
        let (value, after) = after.split_once('"').ok_or("open value")?;
        if name.is_empty() || !ATTRIBUTES.contains(&format!(" {name} ")) {
            return Err(format!("attribute {name:?}"));
        }
        let value =
            value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
        check_value(element, name, &value)?;
        rest = after;
    }
}

fn check_value(element: &str, name: &str, value: &str) -> Result<(), String> {
    let plain: String = value.chars().filter(|c| *c > ' ').collect::<String>().to_lowercase();
    let schemes: &[&str] = match name {
        "href" if element == "a" => &["http://", "https://", "mailto:", "tel:"],
        "data-src" if element == "img" => &["http://", "https://"],
        "src" if element == "img" => &[
            "data:image/png;base64,",
            "data:image/jpeg;base64,",
            "data:image/jpg;base64,",
            "data:image/gif;base64,",
            "data:image/webp;base64,",
            "data:image/bmp;base64,",
        ],
        "style" => {
            return match NOT_IN_STYLES.iter().find(|word| plain.contains(*word)) {
                Some(word) => Err(format!("{word} in style {value:?}")),
                None => Ok(()),
            };
        }
        "href" | "src" | "data-src" => &[],
        _ => return Ok(()),
    };
    if schemes.iter().any(|scheme| plain.starts_with(scheme)) { Ok(()) } else { Err(format!("{name}={value:?}")) }
}

/// The words of cleaned HTML.
pub(super) fn words(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<') {
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
