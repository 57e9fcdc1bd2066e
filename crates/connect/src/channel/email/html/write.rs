//! One start tag in its plainest form.

/// Bytes of a style in which addresses are counted.
const MAX_COUNTED: usize = 4_096;

/// Writes a start tag with quoted attributes; `page` turns the colour of a whole page into that of a block.
///
/// Answers how many of the attributes would make a browser fetch something, images apart: they do not survive what follows.
pub(super) fn tag(html: &mut String, name: &str, attributes: &[(&str, &str)], page: bool) -> usize {
    let mut remote = 0;
    html.push('<');
    html.push_str(name);
    for (attribute, value) in attributes {
        let attribute = attribute.to_ascii_lowercase();
        if !attribute.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            continue;
        }
        remote += usize::from(fetches(&attribute, value));
        let color = page && attribute == "bgcolor";
        html.push(' ');
        html.push_str(if color { "style" } else { &attribute });
        html.push_str("=\"");
        if color {
            html.push_str("background-color:");
        }
        html.push_str(&value.replace('"', "&quot;"));
        html.push('"');
    }
    html.push('>');
    remote
}

fn fetches(attribute: &str, value: &str) -> bool {
    match attribute {
        "background" => !value.is_empty(),
        "style" => value.get(..value.floor_char_boundary(MAX_COUNTED)).is_some_and(|value| value.to_ascii_lowercase().contains("url(")),
        _ => false,
    }
}
