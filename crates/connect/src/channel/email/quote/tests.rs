//! Small mails, one behaviour each.

use super::*;

fn fresh(text: &str) -> String {
    let folded = fold(text);
    let mut at = 0;
    for piece in &folded.pieces {
        assert_eq!(piece.range.start, at, "{text:?}");
        assert!(piece.range.end > at, "{text:?}");
        at = piece.range.end;
    }
    assert_eq!(at, text.len(), "{text:?}");
    folded.fresh(text).trim_start().to_owned()
}

fn all_new(text: &str) {
    assert_eq!(fresh(text), text.trim(), "hidden");
}

#[test]
fn attributions_of_many_clients_and_languages_begin_a_quote() {
    for intro in [
        "On Mon, Jan 1, 2024 at 10:00 AM Ann Lee <ann@example.com> wrote:",
        "On Mon, Jan 1, 2024 at 10:00 AM Ann Lee\n<ann@example.com>\nwrote:",
        "On 1 Jan 2024, at 10:00, Ann Lee <ann@example.com> wrote:",
        "On Monday, January 1, 2024 at 10:00:00 AM GMT+1, Ann <ann@example.com> wrote:",
        "At 2024-01-01 10:00:00, \"Ann\" <ann@example.com> wrote:",
        "在 2024-01-01 10:00:00，\"Ann\" <ann@example.com> 写道：",
        "在 2024年1月1日，10:00，Ann <ann@example.com> 写道：",
        "在 2026年2月1日 10:00，客服 <support@desk.test> 写道：",
        "2024-01-01 10:00:00,“Ann” <ann@example.com> 写道：",
        "Ann <ann@example.com> 于2024年1月1日周一 10:00写道：",
        "Ann <ann@example.com> 於 2024年1月1日 週一 上午10:00寫道：",
        "於 2024年1月1日 上午10:00，Ann <ann@example.com> 寫道：",
        "Le lun. 1 janv. 2024 à 10:00, Ann <ann@example.com> a écrit :",
        "Le 1 janv. 2024 à 10:00, Ann <ann@example.com> a\nécrit :",
        "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Ann <ann@example.com>:",
        "Ann Lee <ann@example.com> schrieb am Mo., 1. Jan. 2024, 10:00:",
        "El lun, 1 ene 2024 a las 10:00, Ann (<ann@example.com>) escribió:",
        "Il giorno lun 1 gen 2024 alle ore 10:00 Ann <ann@example.com> ha scritto:",
        "Em seg., 1 de jan. de 2024 às 10:00, Ann <ann@example.com> escreveu:",
        "Op ma 1 jan 2024 om 10:00 schreef Ann <ann@example.com>:",
        "pon., 1 sty 2024 o 10:00 Ann <ann@example.com> napisał(a):",
        "пн, 1 янв. 2024 г. в 10:00, Ann <ann@example.com>:",
        "1 января 2024 г., в 10:00, Ann <ann@example.com> написал(а):",
        "пн, 1 січ. 2024 р. о 10:00 Ann <ann@example.com> пише:",
        "Den mån 1 jan. 2024 kl 10:00 skrev Ann <ann@example.com>:",
        "man. 1. jan. 2024 kl. 10.00 skrev Ann <ann@example.com>:",
        "ma 1. tammik. 2024 klo 10.00 Ann (ann@example.com) kirjoitti:",
        "po 1. 1. 2024 v 10:00 odesílatel Ann <ann@example.com> napsal:",
        "Ann <ann@example.com>, 1 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:",
        "Vào Th 2, 1 thg 1, 2024 vào lúc 10:00 Ann <ann@example.com> đã viết:",
        "2024年1月1日(月) 10:00 Ann <ann@example.com>:",
        "2024/01/01 10:00、Ann <ann@example.com>のメール:",
        "2024년 1월 1일 (월) 오전 10:00, Ann <ann@example.com>님이 작성:",
        "Ann <ann@example.com> ezt írta (időpont: 2024. jan. 1., H, 10:00):",
        "Pada tanggal Sen, 1 Jan 2024 pukul 10.00 Ann <ann@example.com> menulis:",
        "În lun., 1 ian. 2024 la 10:00, Ann <ann@example.com> a scris:",
        "Στις Δευ 1 Ιαν 2024 στις 10:00 π.μ., ο χρήστης Ann <ann@example.com> έγραψε:",
        "في الاثنين، 1 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة Ann <ann@example.com>:",
        "\u{202b}בתאריך יום ב׳, 1 בינו׳ 2024 ב-10:00 מאת \u{202a}Ann\u{202c}\u{200f} <\u{202a}ann@example.com\u{202c}\u{200f}>:\u{202c}",
        "เมื่อ จ. 1 ม.ค. 2024 เวลา 10:00 Ann <ann@example.com> เขียนว่า:",
        "---- On Mon, 01 Jan 2024 10:00:00 +0000 Ann<ann@example.com> wrote ----",
    ] {
        for quote in ["> Old words.\n> More.\n", "\n> Old words.\n", "\nOld words.\n\nMore of them.\n"] {
            assert_eq!(fresh(&format!("New words.\n\n{intro}\n{quote}")), "New words.", "{intro}");
        }
    }
}

#[test]
fn printed_headers_and_titles_begin_a_quote() {
    for block in [
        "From: Ann <ann@example.com>\nSent: Monday, January 1, 2024 10:00 AM\nTo: Bob\nSubject: Re: Hello",
        "________________________________\nFrom: Ann\nSent: Monday\nTo: Bob; Cid\nCc: Dan\nSubject: Re",
        "*From:* Ann\n*Date:* Monday\n*To:* Bob\n*Subject:* Re",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: Re",
        "-------- Ursprüngliche Nachricht --------\nVon: Ann <ann@example.com>\nDatum: 01.01.24 10:00 (GMT+01:00)\nAn: Bob\nBetreff: Re",
        "De : Ann\nEnvoyé : lundi 1 janvier 2024 10:00\nÀ : Bob\nObjet : Re",
        "Von: Ann\nGesendet: Montag, 1. Januar 2024 10:00\nAn: Bob\nBetreff: AW",
        "De: Ann\nEnviado el: lunes\nPara: Bob\nAsunto: RE",
        "Da: Ann\nInviato: lunedì\nA: Bob\nOggetto: R",
        "Van: Ann\nVerzonden: maandag\nAan: Bob\nOnderwerp: RE",
        "Od: Ann\nWysłano: poniedziałek\nDo: Bob\nTemat: RE",
        "От: Ann\nОтправлено: понедельник\nКому: Bob\nТема: Re",
        "Kimden: Ann\nGönderildi: Pazartesi\nKime: Bob\nKonu: Re",
        "Lähettäjä: Ann\nLähetetty: maanantai\nVastaanottaja: Bob\nAihe: Re",
        "------------------ 原始邮件 ------------------\n发件人: \"Ann\" <ann@example.com>;\n发送时间: 2024年1月1日(星期一) 上午10:00\n收件人: \"Bob\"<bob@example.com>;\n主题: Re",
        "------------------&nbsp;Original&nbsp;------------------\nFrom: &nbsp;\"Ann\"\nDate: &nbsp;Mon\nTo: &nbsp;\"Bob\"\nSubject: &nbsp;Re",
        "---- 回复的原邮件 ----\n| 发件人 | Ann |\n| 日期 | 2024 |\n| 收件人 | |\n| 主题 | Re |",
        "发件人： Ann\n发送时间： 2024-01-01 10:00\n收件人： Bob\n主题： Re",
        "寄件者: Ann\n寄件日期: 2024年1月1日\n收件者: Bob\n主旨: Re",
        "差出人: Ann\n送信日時: 2024年1月1日\n宛先: Bob\n件名: Re",
        "보낸 사람: Ann\n보낸 날짜: 2024년\n받는 사람: Bob\n제목: Re",
        "From: Human Resources\n<a-long-address@example.com>\nSent: Monday\nTo: Bob\nSubject: Re",
        "##- Please type your reply above this line -##",
        "##- 请在此行上方回复 -##",
    ] {
        assert_eq!(fresh(&format!("New words.\n\n{block}\n\nOld words.\n\nMore.\n")), "New words.", "{block}");
    }
}

#[test]
fn words_below_a_quote_stay() {
    assert_eq!(fresh("On 1 Jan 2024, at 10:00, Ann wrote:\n> Old.\n> Old.\n\nNew words.\n"), "New words.");
    assert_eq!(fresh("Hello,\n\nOn 1 Jan 2024, at 10:00, Ann wrote:\n> Old.\n\nNew words.\n\n> Old end.\n"), "Hello,\n\n\nNew words.");
    all_new("> Old.\n\nNew words.\n");
}

#[test]
fn answers_between_quotes_stay_with_what_they_answer() {
    all_new("Ann wrote this:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n");
    assert_eq!(fresh("> One?\nYes.\n> Two?\nNo.\n> Three is not asked.\n> More\n> More\n"), "> One?\nYes.\n> Two?\nNo.");
}

#[test]
fn a_forward_stays_whole() {
    for title in [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- 转发邮件信息 --------",
        "---------- Weitergeleitete Nachricht ---------",
    ] {
        let header = "From: Ann <ann@example.com>\nDate: Mon\nSubject: Scam?\nTo: Bob";
        all_new(&format!("{title}\n{header}\n\nGive us your key.\n"));
        all_new(&format!("Is this from you?\n\n{title}\n{header}\n\nGive us your key.\n-- \nAnn\n"));
    }
    all_new("发件人: Ann\n发送时间: 2024\n收件人: Bob\n主题: Re\n\n正文\n");
    all_new("I was sent this:\n\nFrom: Ann\nSent: Mon\nTo: Bob\nSubject: Re\n\nGive us your key.\n");
}

#[test]
fn a_mail_without_new_words_is_all_new() {
    all_new("> Only a quote.\n> More of it.\n");
    all_new("-- \nAnn\n");
    all_new("On 1 Jan 2024, at 10:00, Ann <ann@example.com> wrote:\n> Old.\n");
    all_new("Sent from my iPhone");
}

#[test]
fn stories_and_transfers_are_not_quotes() {
    for text in [
        "Hello.\n\nOn 5 January 2024 at 10:00 your colleague wrote:\n\nWe will pay.\n\nWhere is it?",
        "Hello.\n\nOn 2024-01-05 10:30 support wrote:\nWe will pay.\nWhere is it?",
        "Hello.\n\nFrom: 0xabc\nTo: 0xdef\nDate: 2024-01-01\nAmount: 1 ETH\n\nWhere is it?",
        "Here is what I have:\n\n- Bitcoin\n- Ether\n\nWhat next?",
        "On Thursday:\n\nI sent it.\n\nOn Friday:\n\nIt was not there.",
        "I went to\n> Settings\n> Security",
        "Part one?\n--\nPart two?",
        "在1月5日我写道：\n请退款\n还没到账",
    ] {
        all_new(text);
    }
}

#[test]
fn signatures_of_devices_and_delimiters_are_folded() {
    for line in [
        "Sent from my iPhone",
        "Sent from Yahoo Mail on Android",
        "Sent from Outlook Mobile<https://aka.ms/x>",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "[Sent from Yahoo Mail for iPhone](https://example.com)",
        "Sent from my Verizon Wireless BlackBerry",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu mobilní pošty iPhone",
        "iPhone'umdan gönderildi",
        "Đã gửi từ iPhone của tôi",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "发自我的iPhone",
        "发自我的小米手机",
        "從我的 iPhone 傳送",
        "来自QQ邮箱手机版",
        "-- \nAnn Lee\nCandor Ltd",
        "--\nAnn Lee",
        "Best regards,\nAnn Lee\nHead of Sales\nTel: +1 (555) 123-4567\nwww.example.com",
    ] {
        assert_eq!(fresh(&format!("New words.\n\n{line}\n")), "New words.", "{line}");
        assert_eq!(
            fresh(&format!("New words.\n\n{line}\n\n\nOn 1 Jan 2024, at 10:00, Ann <a@b.c> wrote:\n> Old.\n")),
            "New words.",
            "{line}"
        );
    }
}

#[test]
fn sentences_that_look_like_signatures_stay() {
    for line in [
        "Sent from my Binance account yesterday",
        "Sent from my wallet to 0xabc",
        "Sent from my desk, is much easier than my mobile phone.",
        "Ich habe die E-Mail gesendet",
        "从我的手机收不到验证码",
        "来自手机的短信没有到",
        "Thanks,\nAnn",
        "Regards,\nAnn Lee\n12345678",
        "Regards,\nAnn\nhttps://explorer.example.com/tx/0xabc",
        "???",
        "👍",
    ] {
        all_new(&format!("New words.\n\n{line}\n"));
    }
}

#[test]
fn attributions_without_an_address_need_their_form_or_marks() {
    for intro in [
        "On 10/12/23 12:30, Ann Lee wrote:",
        "Em 28/01/2024 16:00, Ann Lee escreveu:",
        "On Wed, 2023-12-02 at 13:58 +0000, Ann Lee wrote:",
        "W dniu 2023-12-10 o 12:30, Ann pisze:",
    ] {
        assert_eq!(fresh(&format!("New words.\n\n{intro}\n\nOld words.\n")), "New words.", "{intro}");
    }
    for intro in [
        "Am 11.02.24 um 10:54 schrieb Ann Lee:",
        "At 6/16/2024 08:32 PM, you wrote:",
        "El jueves, 21 de noviembre de 2023, ann escribió:",
        "ann via Desk wrote:",
    ] {
        assert_eq!(fresh(&format!("New words.\n\n{intro}\n\n> Old words.\n")), "New words.", "{intro}");
        all_new(&format!("New words.\n\n{intro}\n\nOld words or new ones.\n"));
    }
}

#[test]
fn marks_below_that_nothing_introduces_keep_the_words_above_them() {
    all_new("Hi.\n\nOn Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:\n\nMy answer is here.\n\n> Old words.\n\nAnd here.\n");
}

#[test]
fn an_attribution_on_top_goes_alone_when_the_quote_has_no_marks() {
    assert_eq!(fresh("On 8 May 2024 17:34, \"Ann\" <ann@example.com> wrote:\n\nOld or new.\n\nNew.\n"), "Old or new.\n\nNew.");
}

#[test]
fn pieces_name_quote_and_signature() {
    let text = "New.\n\nSent from my iPhone\n\nOn 1 Jan 2024, at 10:00, Ann wrote:\n\n> Old.\n";
    let kinds: Vec<Kind> = fold(text).pieces.iter().map(|piece| piece.kind).collect();
    assert_eq!(kinds, [Kind::New, Kind::Signature, Kind::Quote]);
    assert!(fold("").pieces.is_empty());
    assert_eq!(fold("One line").pieces, [Piece { kind: Kind::New, range: 0..8 }]);
}
