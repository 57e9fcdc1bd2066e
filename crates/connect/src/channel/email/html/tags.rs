//! The elements of a mail that are kept, and how they nest.

/// Elements that are kept. Everything else loses its tags and keeps its text.
pub(super) const KEPT: [&str; 73] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements without content.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];

/// Elements that end an open paragraph.
const BLOCKS: [&str; 36] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];

pub(super) fn is_kept(name: &str) -> bool {
    KEPT.contains(&name)
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// Inside of these, end tags do not reach out.
pub(super) fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption")
}

/// The parts of a table that hold only other parts.
pub(super) fn is_frame(name: &str) -> bool {
    matches!(name, "table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup")
}

/// The parts of a table that mean nothing outside of one.
pub(super) fn is_part(name: &str) -> bool {
    matches!(name, "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption" | "colgroup" | "col")
}

/// An open element that a start tag ends by itself, and the elements beyond which it does not look for it.
pub(super) fn ended_by(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "dir", "table", "td", "th", "caption", "blockquote", "dl"]),
        "dd" | "dt" => (&["dd", "dt"], &["dl", "table", "td", "th", "caption", "blockquote", "ul", "ol"]),
        "rt" | "rp" => (&["rt", "rp"], &["ruby", "table", "td", "th", "caption"]),
        "a" => (&["a"], &["table", "td", "th", "caption"]),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => (&["h1", "h2", "h3", "h4", "h5", "h6"], &["table", "td", "th", "caption", "div"]),
        _ => (&[], &[]),
    }
}
