//! File names that cannot lead anywhere or pretend to be something.

use super::FileKind;
use crate::text::clean_line;

/// Longest name without its extension, in characters and in bytes (file systems count bytes).
const MAX_STEM: usize = 80;
const MAX_STEM_BYTES: usize = 180;

/// A name for a file of this kind: the last part of a path, one line, nothing invisible, no character that a file
/// system or a header minds, no reserved name of Windows, and the extension that belongs to the content.
pub fn safe_name(name: &str, kind: FileKind) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).map(|c| if "<>:\"|?*;%$`&{}".contains(c) { '_' } else { c }).collect();
    let line = clean_line(&plain, 400);
    let (stem, extension) = split(&line, kind);
    let stem = shortened(&unarmed(stem));
    let stem = stem.trim_matches(|c: char| c == '.' || c == '-' || c.is_whitespace());
    let stem = match stem {
        "" => "file".to_owned(),
        _ if reserved(stem) => format!("_{stem}"),
        _ => stem.to_owned(),
    };
    format!("{stem}.{extension}")
}

/// The stem, and the extension of the kind: the one the name has where it fits.
fn split(line: &str, kind: FileKind) -> (&str, &'static str) {
    let usual = kind.extensions()[0];
    let Some((stem, extension)) = line.rsplit_once('.') else { return (line, usual) };
    let lower = extension.to_ascii_lowercase();
    match kind.extensions().iter().find(|known| **known == lower) {
        Some(known) => (stem, known),
        // An extension of another kind would contradict the content; anything else is part of the name.
        None if FileKind::of_extension(extension).is_some() => (stem, usual),
        None => (line, usual),
    }
}

/// `invoice.exe` before `.pdf` looks like a program to some and is one to nobody: points before what could be an
/// extension go, points in dates stay.
fn unarmed(stem: &str) -> String {
    let mut parts = stem.trim_end_matches(['.', ' ']).split('.');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let extension = (1..=5).contains(&part.len()) && part.starts_with(|c: char| c.is_ascii_alphabetic());
        out.push(if extension { '_' } else { '.' });
        out.push_str(part);
    }
    out
}

fn shortened(stem: &str) -> String {
    let mut short =
        if stem.chars().count() > MAX_STEM { clean_line(stem, MAX_STEM).trim_end_matches('…').to_owned() } else { stem.to_owned() };
    while short.len() > MAX_STEM_BYTES {
        short.pop();
    }
    short
}

/// Names that Windows gives to devices, whatever the extension.
fn reserved(stem: &str) -> bool {
    let upper = stem.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        upper.strip_prefix(prefix).is_some_and(|rest| matches!(rest.chars().collect::<Vec<_>>()[..], ['0'..='9' | '¹' | '²' | '³']))
    };
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}
