//! What stands before an address on its line, and what that makes of the address.

use crate::channel::email::bounce::status;

/// The SMTP reply on a line, where it stands as one: numbers of three digits alone are everywhere.
pub(super) fn reply_line(line: &str) -> Option<u16> {
    let code = status::reply(line)?;
    let before = line.split(&code.to_string()).next().unwrap_or_default().trim_end().to_lowercase();
    let bare = before.trim_matches(|c: char| !c.is_alphanumeric());
    let spoken = ["said", "code", "error", "reason", "smtp", "responded", "response", "status", "data", "recipient", "returned"];
    (bare.is_empty() || before.ends_with([':', '[', '#', '(', '"', '\'', ',', '：']) || spoken.iter().any(|word| bare.ends_with(word)))
        .then_some(code)
}

/// A lead without what stands directly before an address: brackets, quotes, bullets, colons.
pub(super) fn bare(lead: &str) -> &str {
    let mark = |c: char| {
        c.is_whitespace() || (c.is_ascii_punctuation() && !matches!(c, '.' | '%' | '@' | '_')) || "•·：（「【“”‘’『〈《–—■●◆○".contains(c)
    };
    lead.trim_end_matches(mark).trim_start_matches(mark)
}

/// A lead without the codes of a transcript (`550 5.1.1 <someone@…>`).
pub(super) fn uncoded(lead: &str) -> &str {
    lead.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ' | '-'))
}

/// Whether a lead, bare and in lower case, announces the recipient.
pub(super) fn is_label(lead: &str) -> bool {
    LABELS.iter().any(|label| ends_with_word(lead, label))
}

/// Whether a lead, bare and in lower case, announces someone else.
pub(super) fn is_other(lead: &str) -> bool {
    OTHERS.iter().any(|word| has_word(lead, word))
}

/// Whether a line in lower case announces the sender on the next.
pub(super) fn is_sender_above(line: &str) -> bool {
    SENDER_ABOVE.iter().any(|end| line.ends_with(end))
}

fn ends_with_word(lead: &str, word: &str) -> bool {
    lead.strip_suffix(word).is_some_and(|rest| !word.is_ascii() || !rest.ends_with(char::is_alphanumeric))
}

fn has_word(lead: &str, word: &str) -> bool {
    let alone = |at: usize| {
        let before = lead.get(..at).unwrap_or_default();
        let after = lead.get(at + word.len()..).unwrap_or_default();
        !word.is_ascii() || !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    lead.match_indices(word).any(|(at, _)| alone(at))
}

/// The last words of a line above the address of the sender.
const SENDER_ABOVE: &[&str] = &["sent by", "from", "from:", "sender", "sender:", "发件人：", "发件人:", "差出人", "отправитель:"];

/// Words before an address that is not the recipient's.
const OTHERS: &[&str] = &[
    "from",
    "sender",
    "please",
    "contact",
    "reply",
    "assistance",
    "questions",
    "help",
    "visit",
    "sent by",
    "envelope-from",
    "return-path",
    "发件人",
    "發件人",
    "寄件",
    "发信人",
    "差出人",
    "送信者",
    "联系",
    "聯絡",
    "連絡",
    "от",
    "absender",
    "expéditeur",
    "remitente",
    "remetente",
    "보낸",
];

/// Words before the recipient's address, in lower case, without the colon.
const LABELS: &[&str] = &[
    "to",
    "至",
    "recipient",
    "recipients",
    "recipient(s",
    "addressee",
    "address",
    "addresses",
    "user",
    "account",
    "mailbox",
    "for",
    "attempts",
    "size",
    "full",
    "收件人",
    "收件者",
    "收信人",
    "收件地址",
    "收件人地址",
    "收件人邮箱",
    "邮箱",
    "信箱",
    "地址",
    "发给",
    "发往",
    "寄给",
    "寄給",
    "宛先",
    "送信先",
    "受信者",
    "받는 사람",
    "받는사람",
    "수신자",
    "수신인",
    "empfänger",
    "an",
    "destinataire",
    "destinataires",
    "destinatario",
    "destinatarios",
    "destinatário",
    "destinatari",
    "ontvanger",
    "mottagare",
    "modtager",
    "mottaker",
    "vastaanottaja",
    "получатель",
    "получателю",
    "получателя",
    "адресат",
    "адресату",
    "кому",
    "одержувач",
    "odbiorca",
    "příjemce",
    "alıcı",
    "người nhận",
    "penerima",
    "ผู้รับ",
    "المستلم",
];
