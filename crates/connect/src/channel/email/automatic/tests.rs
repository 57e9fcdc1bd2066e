use super::*;
use mail_parser::MessageParser;

fn told(head: &str) -> Option<(Kind, &'static str)> {
    let mail = format!("{head}\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nHello\r\n");
    read(&MessageParser::default().parse(mail.as_bytes()).unwrap()).map(|automatic| (automatic.kind, automatic.by))
}

#[test]
fn each_sign_is_read() {
    for (head, kind, by) in [
        ("Auto-Submitted: auto-replied", Kind::Reply, "Auto-Submitted"),
        ("auto-submitted: Auto-Generated (failure); x=y", Kind::System, "Auto-Submitted"),
        ("Auto-Submitted: auto-notified", Kind::System, "Auto-Submitted"),
        ("X-Autoreply: yes", Kind::Reply, "X-Autoreply"),
        ("X-Autorespond: Re", Kind::Reply, "X-Autorespond"),
        ("X-Apple-Action: VACATION", Kind::Reply, "X-Apple-Action"),
        ("List-Id: Friends <friends.example.org>", Kind::List, "List-Id"),
        ("List-Unsubscribe: <mailto:off@example.org>", Kind::List, "List-Unsubscribe"),
        ("Precedence: Bulk", Kind::Bulk, "Precedence"),
        ("Precedence: junk", Kind::Bulk, "Precedence"),
        ("Precedence: list", Kind::List, "Precedence"),
        ("Precedence: auto_reply", Kind::Reply, "Precedence"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", Kind::System, "X-Auto-Response-Suppress"),
        ("X-Auto-Response-Suppress: All", Kind::System, "X-Auto-Response-Suppress"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x", Kind::System, "Content-Type"),
        ("Return-Path: <>", Kind::System, "Return-Path"),
        ("Return-Path: <MAILER-DAEMON>", Kind::System, "Return-Path"),
        ("From: Mail System <MAILER-DAEMON@example.org>", Kind::System, "sender"),
        ("From: MAILER-DAEMON <>", Kind::System, "sender"),
        ("From: postmaster@example.org", Kind::System, "sender"),
        ("From: Shop <no-reply@example.org>", Kind::System, "sender"),
        ("From: Shop <orders_NoReply@example.org>", Kind::System, "sender"),
        ("From: a@example.org\r\nReturn-Path: <friends-bounces+x=y@example.org>", Kind::List, "sender"),
        ("From: a@example.org\r\nSender: owner-friends@example.org", Kind::List, "sender"),
    ] {
        assert_eq!(told(head), Some((kind, by)), "{head}");
    }
}

#[test]
fn subjects_of_absence_are_read_in_many_languages() {
    for subject in [
        "Automatic reply: Your ticket",
        "Out of Office",
        "Out of Office AutoReply: Your ticket",
        "Out of office Re: hello",
        "[Auto-Reply] x",
        "Abwesenheitsnotiz: x",
        "Réponse automatique : x",
        "Automatisch antwoord: x",
        "Respuesta automática: x",
        "Автоматический ответ: x",
        "自动回复",
        "自动回复: 您好",
        "【自動回覆】x",
        "自動返信：x",
        "자동 회신: x",
        "=?utf-8?B?6Ieq5Yqo5Zue5aSNOiDmgqjlpb0=?=",
        "Otomatik yanıt: x",
        "İşyeri dışında: x",
        "Trả lời tự động: x",
        "การตอบกลับอัตโนมัติ: x",
    ] {
        assert_eq!(told(&format!("Subject: {subject}")), Some((Kind::Reply, "Subject")), "{subject}");
    }
}

#[test]
fn mail_of_people_is_not_automatic() {
    for head in [
        "From: Jo <jo@example.org>\r\nReturn-Path: <jo@example.org>\r\nSubject: hello",
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person wrote this)",
        "X-Autoreply: no",
        "Precedence: normal",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "Subject: Re: Automatic reply: hello",
        "Subject: 自动回复的邮件收不到怎么办",
        "Subject: Out of office hours support?",
        "Subject: Automatic replying bot is broken",
        "Subject: ooops",
        "From: bounceback@example.org",
        "From: Noreen Plyler <noreen@example.org>",
        "From: answers@example.org",
    ] {
        assert_eq!(told(head), None, "{head}");
    }
}

#[test]
fn our_own_automatic_mail_is_recognised_as_such() {
    for (name, value) in headers_for_ours() {
        assert!(told(&format!("{name}: {value}")).is_some(), "{name}");
    }
}

#[test]
fn a_mail_of_nothing_is_not_automatic() {
    assert_eq!(read(&Message::default()), None);
}
