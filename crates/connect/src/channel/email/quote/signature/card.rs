//! Name cards without a delimiter: only those that hold nothing but a name, a post and ways to reach the sender.

use super::super::intro::address;
use super::super::lines::Line;
use super::super::rows::Rows;
use std::ops::Range;

/// A card has at most this many lines.
const MAX_LINES: usize = 9;

/// Closings, in lower case, alone in their line.
static CLOSINGS: Rows = Rows::new(&[
    "thanks|thank you|many thanks|thanks again|thanks in advance|thx|regards|best regards|kind regards|warm regards",
    "kindest regards|with best regards|best|best wishes|all the best|cheers|sincerely|yours sincerely",
    "yours faithfully|yours truly|thanks and regards|thanks & regards|mit freundlichen grüßen|mit freundlichem gruß",
    "freundliche grüße|viele grüße|beste grüße|grüße|liebe grüße|danke|vielen dank|cordialement|bien cordialement",
    "merci|salutations|bien à vous|saludos|un saludo|saludos cordiales|atentamente|gracias|cordiali saluti",
    "distinti saluti|saluti|grazie|atenciosamente|obrigado|obrigada|cumprimentos|met vriendelijke groet",
    "vriendelijke groet|groeten|pozdrawiam|z poważaniem|с уважением|спасибо|з повагою|дякую|med vänlig hälsning",
    "vänliga hälsningar|mvh|med venlig hilsen|venlig hilsen|med vennlig hilsen|hilsen|ystävällisin terveisin",
    "terveisin|s pozdravem|s pozdravom|üdvözlettel|cu stimă|saygılarımla|trân trọng|hormat saya|salam|此致|谢谢|謝謝|祝好",
    "顺祝商祺|よろしくお願いします|よろしくお願いいたします|敬具|감사합니다",
]);

/// What a line of a card can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Mail,
    Phone,
    Site,
    /// Words without digits: a name, a post, a company.
    Words,
}

/// A dash and a name: "-Abhishek Kona", the last line, a paragraph of its own, and not the item of a list.
pub(super) fn named(lines: &[Line<'_>], part: &Range<usize>) -> Option<usize> {
    let (at, line) = filled(lines, part).next()?;
    let name = line.bare.strip_prefix(['-', '–', '—', '~'])?.trim_start();
    let apart = at.checked_sub(1).and_then(|above| lines.get(above)).is_some_and(Line::blank);
    let above = filled(lines, &(part.start..at)).next()?.1.bare;
    let listed = above.ends_with([':', '：', '?']) || above.starts_with(['-', '–', '—', '*', '•', '~']);
    (self::name(name) && apart && !listed).then_some(at)
}

/// Two or three words with capitals; one is as often a coin or a choice.
fn name(text: &str) -> bool {
    let capital = |word: &str| word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || ".'’-".contains(c));
    (2..=3).contains(&text.split_whitespace().count()) && text.split_whitespace().all(capital)
}

/// A closing, a name, and ways to reach the sender; or a name with a mail address, a phone and a site.
pub(super) fn closing(lines: &[Line<'_>], part: &Range<usize>) -> Option<usize> {
    let (mut seen, mut count, mut found) = ([false; 3], 0, None);
    for (at, line) in filled(lines, part) {
        let text = line.bare.to_lowercase();
        let text = text.trim_matches(|c: char| "*_,.!，。！ ".contains(c));
        let reached = seen.iter().filter(|kind| **kind).count();
        if CLOSINGS.has(text) {
            let [_, phone, _] = seen;
            found = (count >= 2 && (phone || reached >= 2)).then_some(at);
            break;
        }
        let Some(entry) = entry(line.bare) else { break };
        let apart = at.checked_sub(1).and_then(|above| lines.get(above)).is_some_and(Line::blank);
        if entry == Entry::Words && apart && reached == 3 && name(line.bare) {
            found = Some(at);
            break;
        }
        match entry {
            Entry::Mail => seen[0] = true,
            Entry::Phone => seen[1] = true,
            Entry::Site => seen[2] = true,
            Entry::Words => {}
        }
        count += 1;
        if count > MAX_LINES {
            break;
        }
    }
    let at = found?;
    // Announced, it is an answer; with nothing above, it is the mail.
    let above = filled(lines, &(part.start..at)).next()?.1.bare;
    (!above.ends_with([':', '：'])).then_some(at)
}

/// The filled lines of a part, from its end.
fn filled<'a>(lines: &'a [Line<'a>], part: &Range<usize>) -> impl Iterator<Item = (usize, &'a Line<'a>)> {
    part.clone().rev().filter_map(|at| lines.get(at).map(|line| (at, line))).filter(|(_, line)| !line.blank())
}

fn entry(bare: &str) -> Option<Entry> {
    if bare.len() > 90 || bare.ends_with([':', '：', '?', '？', '!', '.']) {
        return None;
    }
    let text = bare.to_lowercase();
    if phone(&text) {
        return Some(Entry::Phone);
    }
    let value = text.rsplit([' ', '<', ':']).next().unwrap_or_default().trim_end_matches('>');
    if address(value) && text.split_whitespace().count() <= 2 {
        return Some(Entry::Mail);
    }
    let host = text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let whole = !host.contains(['/', ' ', '?', '@']) && host.contains('.');
    if whole && (host.len() < text.len() || host.starts_with("www.")) {
        return Some(Entry::Site);
    }
    let plain =
        !bare.contains(|c: char| c.is_numeric() || c == '@' || c == ':') && bare.split_whitespace().count() <= 8 && !bare.contains("//");
    plain.then_some(Entry::Words)
}

/// A phone number: with a plus, brackets or the word for it. Bare digits can be an order or an account.
fn phone(text: &str) -> bool {
    static NAMES: Rows = Rows::new(&["tel|tel.|phone|mobile|mob|cell|fax|office|direct|m|t|p|telefon|mobil|тел|тел.|电话|手机"]);
    let cut = text.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(').unwrap_or(text.len());
    let Some((name, number)) = text.split_at_checked(cut) else { return false };
    let name = name.trim_matches(|c: char| ": ：|".contains(c));
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let clean = number.chars().all(|c| c.is_ascii_digit() || "+()-. /x".contains(c));
    let formed = number.starts_with(['+', '(']) || NAMES.has(name);
    clean && formed && (7..=20).contains(&digits) && (name.is_empty() || NAMES.has(name))
}
