//! Names of files that are safe to store, to show and to hand to any system.

use super::MAX_NAME;
use std::collections::HashSet;

/// Characters of an ending that is kept when a name is cut; longer ones are words behind a full stop.
const MAX_ENDING: usize = 16;

/// A safe name: no path, nothing that hides, steers or means something to a shell of Windows, no leading dot. Empty where
/// nothing is left.
pub(super) fn safe(name: &str) -> String {
    let name = name.trim().trim_end_matches(['/', '\\']);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|c| !hides(*c)).map(|c| if forbidden(c) { '_' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let stem = line.split('.').next().unwrap_or_default();
    // Windows opens devices under these names, whatever their ending.
    let device = matches!(stem.to_ascii_lowercase().as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && stem.ends_with(|c: char| c.is_ascii_digit())
            && stem.get(..3).is_some_and(|s| s.eq_ignore_ascii_case("com") || s.eq_ignore_ascii_case("lpt")));
    cut(&if device { format!("_{line}") } else { line.to_owned() }, MAX_NAME)
}

/// The safe form of `name`, else a name by type.
pub(super) fn or_default(name: Option<&str>, mime: &str) -> String {
    let name = name.map(safe).unwrap_or_default();
    if name.is_empty() { default(mime).to_owned() } else { name }
}

/// A name that is not taken yet: `a.png`, `a (2).png`.
pub(super) fn unique(name: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(name.to_lowercase()) {
        return name;
    }
    // At most as many rounds as there are files, which are bounded.
    let mut number = 2usize;
    loop {
        let mark = format!(" ({number})");
        let (stem, ending) = ending(&name);
        let room = MAX_NAME.saturating_sub(mark.len() + ending.chars().count());
        let numbered = format!("{}{mark}{ending}", stem.chars().take(room).collect::<String>());
        if taken.insert(numbered.to_lowercase()) {
            return numbered;
        }
        number += 1;
    }
}

/// Controls, marks of direction, and characters without width.
fn hides(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn forbidden(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// Stem and ending, the full stop with the ending.
fn ending(name: &str) -> (&str, &str) {
    let at = name
        .rfind('.')
        .filter(|at| *at > 0 && name.len() - at <= MAX_ENDING * 4 && name.get(*at..).is_some_and(|end| end.chars().count() <= MAX_ENDING));
    at.and_then(|at| name.split_at_checked(at)).unwrap_or((name, ""))
}

fn cut(name: &str, characters: usize) -> String {
    if name.chars().count() <= characters {
        return name.to_owned();
    }
    let (stem, ending) = ending(name);
    let room = characters - ending.chars().count();
    let kept: String = stem.chars().take(room).collect();
    format!("{}{ending}", kept.trim_end())
}

fn default(mime: &str) -> &'static str {
    match mime {
        "message/rfc822" | "message/global" | "message/news" => "message.eml",
        "message/delivery-status" | "message/global-delivery-status" => "delivery-status.txt",
        "message/disposition-notification" => "receipt.txt",
        "message/feedback-report" => "feedback-report.txt",
        "text/rfc822-headers" | "message/rfc822-headers" => "headers.txt",
        "text/calendar" | "application/ics" => "invite.ics",
        "text/html" => "page.html",
        "text/csv" => "table.csv",
        "text/vcard" | "text/x-vcard" | "text/directory" => "contact.vcf",
        "application/pdf" => "document.pdf",
        "application/zip" | "application/x-zip-compressed" => "archive.zip",
        "application/json" => "data.json",
        "application/rtf" | "text/rtf" => "message.rtf",
        "application/pgp-signature" => "signature.asc",
        "application/pgp-encrypted" => "version.txt",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "smime.p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "smime.p7m",
        "application/ms-tnef" | "application/vnd.ms-tnef" => "winmail.dat",
        "image/png" => "image.png",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "image.jpg",
        "image/gif" => "image.gif",
        "image/webp" => "image.webp",
        "image/heic" => "image.heic",
        "image/bmp" => "image.bmp",
        "image/svg+xml" => "image.svg",
        "image/tiff" => "image.tif",
        "audio/mpeg" | "audio/mp3" => "audio.mp3",
        "audio/ogg" => "audio.ogg",
        "audio/wav" | "audio/x-wav" => "audio.wav",
        "video/mp4" => "video.mp4",
        "video/quicktime" => "video.mov",
        _ if mime.starts_with("text/") => "text.txt",
        _ if mime.starts_with("message/") => "message.txt",
        _ => "file.bin",
    }
}
