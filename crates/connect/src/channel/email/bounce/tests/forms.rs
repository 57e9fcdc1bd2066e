use super::{Kind, RETURNED, of};

/// Forms of servers that write no report: the head, what they say, and whom it is about (always `jo@example.org`).
#[test]
fn the_forms_of_many_servers_are_understood() {
    let daemon = "From: MAILER-DAEMON@mx.example\r\nTo: me@desk.example\r\n";
    let null = "Return-Path: <>\r\nFrom: postmaster@mx.example\r\nTo: me@desk.example\r\n";
    for (head, subject, text) in [
        (
            daemon,
            "FAILURE NOTICE :Ticket",
            "  ----- The following addresses had permanent fatal errors -----\n\n>>> jo@example.org <jo@example.org>\n\n  ----- original message -----\n",
        ),
        (
            null,
            "[BOUNCE]",
            "I'm afraid I wasn't able to deliver your message to the following addresses.\nBelow\nI include the list of recipients and the reason why.\n\nFailed recipient(s):\n\njo@example.org\n\nError message:\n\n550 - no such user here\n\nMessage details:\n  MAIL FROM: me@desk.example\n  RCPT TO: jo@example.org\n  From: me@desk.example\n",
        ),
        (
            null,
            "Mail could not be delivered",
            "Sent <<< RCPT TO:<jo@example.org>\nReceived >>> 550 5.1.1 <jo@example.org>... user unknown\n\nUnable to deliver message to <jo@example.org>\n",
        ),
        (
            null,
            "Message delivery has failed",
            "This is a bounce message.\n\nUnable to deliver message to: <jo@example.org>\nDelivery failed for the following reason:\nServer mx22.example.org[192.0.2.222] failed with: 550 <jo@example.org> No such user here\n",
        ),
        (
            null,
            "Undeliverable Mail: \"Ticket\"",
            "Your message:\n   From:    me@desk.example\n   Subject: Ticket\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected:\n    jo@example.org\n\nAdditional Information\n",
        ),
        (
            null,
            "Undeliverable message",
            "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\njo@example.org\n\n------- Returned Message --------\n",
        ),
        (
            null,
            "Message could not be sent",
            "Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: jo@example.org\n\nThu 29 Apr 2010 23:34:45 +0900\nFailed to send to identified host,\njo@example.org: [192.0.2.5], 550 jo@example.org... No such user\n\n--- Message non-deliverable.\n",
        ),
        (
            daemon,
            "failure notice",
            "We're sorry. There's a problem.\n\nUnable to deliver message to the following address(es).\n\n<jo@example.org>:\nThis user doesn't have a account (jo@example.org) [-9]\n",
        ),
        (
            daemon,
            "Returned mail: Host unknown",
            "   ----- Transcript of session follows -----\nWhile talking to smtp.example.org:\n>>> RCPT To:<jo@example.org>\n<<< 550 <jo@example.org>, User Unknown\n",
        ),
        (null, "系统退信", "很抱歉，您发送的邮件被退回。\n\n收件人：jo@example.org\n退信原因：收件人邮箱不存在。\n"),
        (null, "来自mx.example的退信", "您的邮件无法发送至 jo@example.org\nhost mx[192.0.2.1] said: 550 Mailbox not found\n"),
        (null, "配信エラー", "以下のメールアドレスへの送信に失敗しました。\njo@example.org\n\n550 User unknown\n"),
        (null, "반송 메일", "메일 전송 실패\n받는 사람: jo@example.org\n550 no mailbox\n"),
        (
            null,
            "Unzustellbar: Ticket",
            "Fehler bei der Zustellung an folgende Empfänger oder Gruppen:\n\njo@example.org\nDie Adresse wurde nicht gefunden. 550 5.1.10\n",
        ),
        (null, "Non remis : Ticket", "Échec de la remise pour ces destinataires :\n\njo@example.org\nadresse introuvable\n"),
        (
            null,
            "Недоставленное сообщение",
            "Ваше письмо не может быть доставлено одному или нескольким получателям:\n\njo@example.org\n550 нет такого пользователя\n",
        ),
        (null, "No se puede entregar: Ticket", "No se pudo entregar a estos destinatarios:\n\njo@example.org\n"),
        (
            null,
            "Warning: could not send message for past 4 hours",
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **********************************************\n\n   ----- Transcript of session follows -----\njo@example.org... Deferred: Connection timed out\n",
        ),
    ] {
        let mail = format!(
            "{head}Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\n{}",
            RETURNED.replace("jo@example.org", "other@example.org")
        );
        let bounce = of(&mail).unwrap_or_else(|| panic!("{mail}"));
        let mails: Vec<&str> = bounce.recipients.iter().map(|one| one.mail.as_str()).collect();
        assert_eq!(mails, ["jo@example.org"], "{mail}");
        assert_eq!(bounce.kind == Kind::Delay, subject.starts_with("Warning"), "{mail}");
        assert_eq!(bounce.original.as_deref(), Some("ours.1@desk.example"));
    }
}
