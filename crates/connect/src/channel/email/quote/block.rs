//! Blocks above a quote: a printed header (Outlook, QQ, Foxmail), a titled rule ("-----Original Message-----"), our own marker
//! ("##- Please type your reply above this line -##"); and the titles of forwards.

use super::labels::{Label, label};
use super::lines::{Line, next_filled, rule};
use super::rows::Rows;

/// A printed header has at most this many lines. A field is wrapped over at most two more, lists of addresses over any number.
const MAX_LINES: usize = 24;
const MAX_WRAPPED: usize = 2;
/// Titles are short; a longer line is a sentence.
const MAX_TITLE: usize = 120;

/// What a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A printed header; the line after it.
    Header(usize),
    /// A title or a marker: one line.
    Original,
    /// A title that says that the sender passes this on.
    Forward,
}

static ORIGINAL: Rows = Rows::new(&[
    "original message|original|original email|original mail|reply message|replied message|previous message",
    "message d'origine|message original|message initial|ursprüngliche nachricht|originalnachricht",
    "ursprüngliche e-mail|original-nachricht|mensaje original|mensaje de origen|messaggio originale",
    "messaggio original|mensagem original|oorspronkelijk bericht|origineel bericht|oryginalna wiadomość",
    "wiadomość oryginalna|wiadomość źródłowa|исходное сообщение|оригинальное сообщение|первоначальное сообщение",
    "вихідне повідомлення|початкове повідомлення|оригінальне повідомлення|ursprungligt meddelande|originalmeddelande",
    "oprindelig meddelelse|original meddelelse|opprinnelig melding|original melding|alkuperäinen viesti",
    "původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|mesaj original|mesajul original|orijinal mesaj",
    "özgün ileti|orijinal ileti|tin nhắn gốc|thư gốc|pesan asli|αρχικό μήνυμα|الرسالة الأصلية|הודעה מקורית",
    "ข้อความต้นฉบับ|原始邮件|原始郵件|原邮件|原郵件|原始信件|原始訊息|回复的原邮件|回复的邮件|回复邮件|回覆的原郵件|邮件原件|原始内容|元のメッセージ|オリジナルメッセージ|원본 메시지|원본 메일",
    "원본메세지|izvorna poruka|originalna poruka|prvotno sporočilo|оригинално съобщение|algne kiri|missatge original",
]);

static FORWARD: Rows = Rows::new(&[
    "forwarded message|forwarded email|forwarded by|begin forwarded message|start forwarded message|forward header",
    "forwarded mail|message transféré|message transmis|début du message réexpédié|début du message transféré",
    "weitergeleitete nachricht|weitergeleitete mail|anfang der weitergeleiteten|mensaje reenviado",
    "inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada",
    "mensagem reencaminhada|início da mensagem|doorgestuurd bericht|begin doorgestuurd bericht|przekazana wiadomość",
    "wiadomość przekazana|przesłana wiadomość|пересылаемое сообщение|пересланное сообщение|начало переадресованного",
    "пересылаемое письмо|переслане повідомлення|vidarebefordrat meddelande|vidarebefordrat mejl",
    "videresendt meddelelse|videresendt melding|videresendt e-mail|videresendt besked|välitetty viesti",
    "edelleenlähetetty viesti|přeposlaná zpráva|preposlaná správa|továbbított üzenet|mesaj redirecționat",
    "iletilen mesaj|yönlendirilen mesaj|iletilmiş|thư chuyển tiếp|tin nhắn chuyển tiếp|pesan yang diteruskan",
    "pesan terusan|προωθημένο μήνυμα|رسالة معاد توجيهها|הודעה שהועברה|ข้อความที่ส่งต่อ|转发邮件|轉寄郵件|转发的邮件|轉寄的郵件|转发信息",
    "转发的信息|轉發郵件|轉寄信件|转寄的邮件|転送メッセージ|転送されたメッセージ|転送されたメール|전달된 메시지|전달된 메일|전달한 메시지|missatge reenviat",
]);

static ABOVE: Rows = Rows::new(&[
    "reply above this line|reply above the line|write above this line|respond above this line",
    "above this line to reply|在此行上方回复|在此行上方回覆|在此行以上回复|請在此行上方",
]);

/// The block that begins in this line.
pub(super) fn find(lines: &[Line<'_>], at: usize) -> Option<Block> {
    let bare = lines.get(at)?.bare;
    if bare.is_empty() || bare.starts_with('>') {
        return None;
    }
    title(bare).or_else(|| header(lines, at).map(Block::Header))
}

fn title(bare: &str) -> Option<Block> {
    if bare.len() > MAX_TITLE {
        return None;
    }
    let framed = bare.starts_with("##-") && bare.ends_with("-##");
    let edge = |c: char| "-_=*#—–─ \u{A0}".contains(c);
    let lower = bare.replace("&nbsp;", " ").to_lowercase();
    let inner = lower.trim_matches(edge);
    // The rule comes first: it is cheap, most lines have none, and nearly every title needs one.
    let marks = marks(&lower);
    if framed || ((marks >= 2 || inner.len() == lower.len()) && ABOVE.within(inner)) {
        return Some(Block::Original);
    }
    let name = inner.trim_end_matches([':', '：', '.', ' ', '\u{A0}']);
    if (marks >= 3 || lower.ends_with([':', '：'])) && FORWARD.any(|words| name.starts_with(words)) {
        return Some(Block::Forward);
    }
    if marks >= 6 && FORWARD.within(name) {
        return Some(Block::Forward);
    }
    (marks >= 4 && ORIGINAL.has(name)).then_some(Block::Original)
}

/// How many marks of a rule stand at the two ends together; none if one end has none.
fn marks(lower: &str) -> usize {
    let mark = |c: &char| "-_=#—–─".contains(*c);
    let skip = |c: &char| "* \u{A0}".contains(*c);
    let front = lower.chars().filter(|c| !skip(c)).take_while(mark).count();
    let back = lower.chars().rev().filter(|c| !skip(c)).take_while(mark).count();
    if front == 0 || back == 0 { 0 } else { front + back }
}

/// A printed header: who, and a subject, and when or to whom. A subject can be missing only under a rule.
fn header(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = label(lines.get(at)?.bare)?;
    if first == Label::Other {
        return None;
    }
    let (mut seen, mut end, mut wrapped, mut gap) = (0_u8, at, 0, false);
    for (index, line) in lines.iter().enumerate().skip(at).take(MAX_LINES) {
        if line.blank() {
            // HTML made text puts empty lines between the fields; twice empty, or empty and no field after it, is the end.
            if gap || !next_filled_is_field(lines, index) {
                break;
            }
            gap = true;
        } else if let Some(found) = label(line.bare) {
            if found == Label::From && seen & Label::From.bit() != 0 {
                break;
            }
            seen |= found.bit();
            (end, wrapped, gap) = (index + 1, 0, false);
        } else {
            wrapped += usize::from(!line.bare.contains(['@', ';']));
            if line.quoted || wrapped > MAX_WRAPPED {
                break;
            }
        }
    }
    let has = |label: Label| seen & label.bit() != 0;
    let dated = has(Label::Sent) || has(Label::To);
    let ruled = at.checked_sub(1).and_then(|above| lines.get(above)).is_some_and(|line| rule(line.bare) && line.bare.len() >= 8);
    (has(Label::From) && dated && (has(Label::Subject) || (ruled && has(Label::Sent) && has(Label::To)))).then_some(end)
}

fn next_filled_is_field(lines: &[Line<'_>], at: usize) -> bool {
    let near = lines.get(at..lines.len().min(at + 3)).unwrap_or_default();
    next_filled(near, 0).and_then(|next| near.get(next)).is_some_and(|line| label(line.bare).is_some())
}
