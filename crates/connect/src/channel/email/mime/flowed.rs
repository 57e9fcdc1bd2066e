//! Paragraphs of `format=flowed` (RFC 3676) put together again.

/// Joins soft-broken lines. `delsp` says that the space at the break was added by the sender.
pub(super) fn unflow(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of the paragraph that is still open.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let words = line.trim_start_matches('>');
        let depth = line.len() - words.len();
        let words = words.strip_prefix(' ').unwrap_or(words);
        let signature = words == "-- ";
        if open.is_some_and(|before| before != depth || signature) {
            // A broken paragraph (4.5): the depth tells where it ends.
            trim_break(&mut out);
            out.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            out.extend(std::iter::repeat_n('>', depth));
            out.push(' ');
        }
        let soft = words.ends_with(' ') && !signature;
        out.push_str(if soft && delsp { words.strip_suffix(' ').unwrap_or(words) } else { words });
        if soft {
            open = Some(depth);
        } else {
            if depth > 0 && words.is_empty() {
                trim_break(&mut out);
            }
            out.push('\n');
            open = None;
        }
    }
    out
}

fn trim_break(out: &mut String) {
    if out.ends_with(' ') {
        out.pop();
    }
}
