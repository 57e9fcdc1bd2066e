//! The names of header fields as clients print them above a quote, by language.

use super::rows::Rows;

/// A field of a header that is printed above a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Who wrote it.
    From,
    /// When.
    Sent,
    /// To whom: To, Cc, Bcc.
    To,
    /// What about. Nothing else that people paste into a mail (transfers have from, to and a date too) has this.
    Subject,
    /// Answers to, attachments, importance.
    Other,
}

impl Label {
    /// Its bit in a set of labels.
    pub(super) fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

static FROM: Rows = Rows::new(&[
    "from|von|de|da|van|od|från|fra|frá|lähettäjä|saatja|no|nuo|от|от кого|від|від кого|ад|kimden|gönderen|từ",
    "người gửi|feladó|de la|expéditeur|expediteur|remitente|remetente|mittente|absender|afzender|nadawca|отправитель",
    "відправник|avsändare|avsender|afsender|odesílatel|odosielateľ|expeditor|šalje|pošiljatelj|από|dari|pengirim|من",
    "מאת|จาก|发件人|发信人|發件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|发件者",
]);

static SENT: Rows = Rows::new(&[
    "sent|date|sent on|date sent|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviado em|enviada",
    "enviada em|data|fecha|inviato|data invio|verzonden|verzonden op|wysłano|wysłane|data wysłania|отправлено|дата",
    "дата отправки|надіслано|відправлено|дата надсилання|skickat|skickades|sendt|sent date|dato|lähetetty|päiväys|pvm",
    "päivämäärä|odesláno|odoslané|dátum|elküldve|küldve|gönderildi|gönderme tarihi|gönderilme tarihi|tarih|đã gửi",
    "ngày|gửi|ngày gửi|trimis|dată|στάλθηκε|ημερομηνία|dikirim|tanggal|تاريخ|التاريخ|تم الإرسال|נשלח|תאריך|ส่งเมื่อ",
    "วันที่|发送时间|发送日期|发件时间|發送時間|發送日期|日期|寄件日期|傳送時間|傳送日期|时间|時間|送信日時|送信日|日時|日付|보낸 날짜|보낸날짜|날짜|보낸 시간|poslano|изпратено",
    "saadetud|kuupäev",
]);

static TO: Rows = Rows::new(&[
    "to|cc|bcc|cci|an|à|a|para|aan|naar|do|dla|к|кому|до|до кого|till|til|vastaanottaja|komu|pro|kime|alıcı|đến|tới",
    "người nhận|címzett|către|προς|kepada|untuk|إلى|אל|ถึง|destinataire|destinatário|destinatario|empfänger|saaja|za",
    "prima|kopie|kopie an|copie|copie à|copia|cópia|con copia|kopia|dw|udw|копия|копія|копия для|kopi|kopio|kopija",
    "másolat|bilgi|κοιν|收件人|收件者|收信人|抄送|抄送人|副本|密送|宛先|받는 사람|받는사람|받는이|참조|到|发送至",
]);

static SUBJECT: Rows = Rows::new(&[
    "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|тема|ämne|emne|efni|aihe|předmět|predmet|konu",
    "chủ đề|tiêu đề|tárgy|subiect|θέμα|perihal|subjek|subyek|الموضوع|נושא|เรื่อง|หัวเรื่อง|tēma|tema|teema|относно",
    "naslov|主题|主題|主旨|标题|標題|件名|題名|제목|assumpte",
]);

static OTHER: Rows = Rows::new(&[
    "reply-to|reply to|risposta|rispondi a|antwort an|antwoord aan|répondre à|responder a|odpowiedz do|ответить",
    "svar till|importance|priority|wichtigkeit|importanza|attachments|attachment|anlagen|anhänge|pièces jointes",
    "allegati|adjuntos|anexos|bijlagen|załączniki|вложения|bilagor|附件|添付ファイル|重要性|优先级|回复|答复|organization|sender",
    "list-id|message-id|in-reply-to|x-mailer|mailing list",
]);

/// The field that a line of a header names.
pub(super) fn label(bare: &str) -> Option<Label> {
    let text = bare.trim_start_matches(|c: char| "*|_ \u{A0}".contains(c));
    let end = text.char_indices().take(28).find(|(_, c)| matches!(c, ':' | '：' | '|')).map(|(at, _)| at)?;
    let mut name = text.get(..end)?.trim_end_matches(|c: char| "*_ \u{A0}\u{202F}".contains(c)).to_lowercase();
    // Chinese clients fill short names up: "主　题", "主 题". Korean names keep their space.
    if name.chars().any(|c| ('\u{4E00}'..'\u{A000}').contains(&c)) {
        name.retain(|c| !c.is_whitespace());
    }
    let name = name.as_str();
    let lists = [(Label::From, &FROM), (Label::Sent, &SENT), (Label::To, &TO), (Label::Subject, &SUBJECT), (Label::Other, &OTHER)];
    lists.iter().find(|(_, list)| list.has(name)).map(|(label, _)| *label)
}
