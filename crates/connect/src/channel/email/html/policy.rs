//! The allow-list of attributes and addresses, as `ammonia` applies it to the parsed mail.

use super::{style, tags};
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Bytes of a picture inside of an address (`data:`), as decoded.
const MAX_DATA_BYTES: usize = 100_000;
/// Bytes of any other address, and of other values.
const MAX_ADDRESS: usize = 4_096;
const MAX_VALUE: usize = 1_024;
/// Pictures of pixels. Not SVG, which is a document with scripts.
const RASTERS: [&str; 6] = ["png", "jpeg", "jpg", "gif", "webp", "bmp"];

/// Attributes of any element. No `id`, `class` or `name`: the console has its own.
const COMMON: [&str; 6] = ["align", "dir", "lang", "style", "title", "valign"];
const OF_ELEMENT: [(&str, &[&str]); 15] = [
    ("a", &["href"]),
    ("br", &["clear"]),
    ("col", &["span", "width"]),
    ("colgroup", &["span", "width"]),
    ("font", &["color", "face", "size"]),
    ("hr", &["color", "noshade", "size", "width"]),
    ("img", &["alt", "border", "data-cid", "data-src", "height", "hspace", "src", "vspace", "width"]),
    ("li", &["type", "value"]),
    ("ol", &["reversed", "start", "type"]),
    ("table", &["bgcolor", "border", "cellpadding", "cellspacing", "height", "rules", "width"]),
    ("tbody", &["bgcolor"]),
    ("td", &["bgcolor", "colspan", "height", "nowrap", "rowspan", "width"]),
    ("th", &["bgcolor", "colspan", "height", "nowrap", "rowspan", "width"]),
    ("tr", &["bgcolor", "height"]),
    ("ul", &["type"]),
];

/// The rules, ready to clean one text.
pub(super) fn builder() -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> =
        OF_ELEMENT.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(tags::KEPT.into_iter().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .generic_attributes(COMMON.into_iter().collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid", "data"]))
        // Relative addresses come to the filter below, which keeps only `//host`.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(attribute);
    builder
}

/// The value of an attribute that may stay; values are decoded here.
fn attribute<'a>(element: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match name {
        "href" => address(value).filter(|url| starts(url, &["http://", "https://", "mailto:", "tel:"])).map(Cow::Owned),
        "src" if starts(value.trim_ascii(), &["data:"]) => picture(value).map(Cow::Owned),
        "src" => address(value).filter(|url| starts(url, &["http://", "https://", "cid:"])).map(Cow::Owned),
        "data-src" => address(value).filter(|url| starts(url, &["http://", "https://"])).map(Cow::Owned),
        "style" => Some(style::keep(value)).filter(|style| !style.is_empty()).map(Cow::Owned),
        "rel" | "target" if element == "a" => Some(Cow::Borrowed(value)),
        "width" | "height" | "border" | "cellpadding" | "cellspacing" | "hspace" | "vspace" => length(value).map(Cow::Borrowed),
        "colspan" | "rowspan" | "span" | "start" | "value" => number(value).map(Cow::Borrowed),
        _ => (value.len() <= MAX_VALUE).then_some(Cow::Borrowed(value)),
    }
}

/// An address as a browser reads it: without the line breaks and the space around that could hide its scheme.
fn address(value: &str) -> Option<String> {
    let value: String = value.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let value = value.trim_matches(|c: char| c <= ' ');
    if value.len() > MAX_ADDRESS || value.chars().any(|c| c.is_control()) {
        return None;
    }
    Some(if value.starts_with("//") { format!("https:{value}") } else { value.to_owned() })
}

/// A small picture in base64, rewritten to its plainest form.
fn picture(value: &str) -> Option<String> {
    let value = value.trim_ascii();
    let (kind, data) = value.get(5..)?.split_once(',')?;
    let kind = kind.to_ascii_lowercase();
    let raster = kind.strip_prefix("image/")?.strip_suffix(";base64")?;
    let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let fits =
        data.len() / 4 * 3 <= MAX_DATA_BYTES && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    (RASTERS.contains(&raster) && fits).then(|| format!("data:image/{raster};base64,{data}"))
}

fn starts(value: &str, schemes: &[&str]) -> bool {
    let head = value.as_bytes();
    schemes.iter().any(|scheme| head.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes())))
}

/// Pixels or percent.
fn length(value: &str) -> Option<&str> {
    let value = value.trim_ascii();
    let digits = value.strip_suffix('%').or_else(|| value.strip_suffix("px")).unwrap_or(value);
    number(digits).map(|_| value)
}

fn number(value: &str) -> Option<&str> {
    let value = value.trim_ascii();
    (matches!(value.len(), 1..=4) && value.bytes().all(|byte| byte.is_ascii_digit())).then_some(value)
}
