use super::*;
use crate::channel::email::automatic;
use mail_parser::MessageParser;
use proptest::prelude::*;

mod forms;

fn of(mail: &str) -> Option<Bounce> {
    read(&MessageParser::default().parse(mail.as_bytes()).unwrap())
}

const RETURNED: &str = "Received: from a by b\r\nMessage-ID: <ours.1@desk.example>\r\nFrom: me@desk.example\r\nTo: jo@example.org\r\nSubject: Ticket\r\n\r\nHello\r\n";

/// A bounce by the book; `head` goes before the type.
fn report(head: &str, action: &str, status: &str) -> String {
    format!(
        "{head}To: me@desk.example\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n<jo@example.org>: host mx said: 550 gone\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
         Final-Recipient: rfc822; jo@example.org\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 gone\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\n--b--\r\n"
    )
}

#[test]
fn a_report_tells_who_why_and_which_mail() {
    let bounce = of(&report("Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\n", "failed", "5.1.1")).unwrap();
    assert_eq!(
        bounce,
        Bounce {
            kind: Kind::Bounce,
            recipients: vec![Failed {
                mail: "jo@example.org".into(),
                addressed: None,
                action: Action::Failed,
                status: Some("5.1.1".into()),
                words: "550 gone".into()
            }],
            original: Some("ours.1@desk.example".into()),
            permanent: true,
        }
    );
    // The type alone is enough: no mail program of people writes it.
    assert!(of(&report("From: Jo <jo@example.org>\r\n", "failed", "5.1.1")).is_some());
}

#[test]
fn delays_and_full_mailboxes_are_not_permanent() {
    let delay = of(&report("", "delayed", "4.4.1")).unwrap();
    assert_eq!((delay.kind, delay.permanent), (Kind::Delay, false));
    let full = of(&report("", "failed", "4.2.2")).unwrap();
    assert_eq!((full.kind, full.permanent), (Kind::Bounce, false));
    let arrived = of(&report("", "relayed", "2.0.0")).unwrap();
    assert_eq!((arrived.kind, arrived.permanent), (Kind::Delivered, false));
}

#[test]
fn a_bounce_that_a_person_passes_on_is_no_bounce() {
    let inner = report("Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\n", "failed", "5.1.1");
    let attached = format!(
        "Return-Path: <jo@example.org>\r\nFrom: Jo <jo@example.org>\r\nSubject: Fwd: Undelivered Mail\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
         --o\r\n\r\nI got this: delivery failed\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    );
    assert_eq!(of(&attached), None);
    let parts = inner.replace("multipart/report", "multipart/mixed").replace("<>", "<jo@example.org>").replace("MAILER-DAEMON", "jo");
    assert_eq!(of(&parts), None);
    let words = "From: Jo <jo@example.org>\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\nWhy?\r\n\r\n<me@desk.example>: 550 5.1.1 User unknown\r\n";
    assert_eq!(of(words), None);
    let postmaster = format!(
        "From: Jo <postmaster@example.org>\r\nSubject: Fwd: Returned mail\r\n\r\nSee: mail could not be delivered\r\n\r\n<a@example.org>: 550 gone\r\n\r\n{RETURNED}"
    );
    assert_eq!(of(&postmaster), None);
}

#[test]
fn automatic_answers_and_receipts_are_no_bounces() {
    for mail in [
        "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nFrom: jo@example.org\r\nSubject: Re: Ticket\r\n\r\nI am away. Your mail will not be delivered to kim@example.org.\r\n",
        "Return-Path: <>\r\nFrom: jo@example.org\r\nSubject: Automatic reply: Undeliverable\r\n\r\n550 5.1.1 is my code\r\n",
        "Return-Path: <>\r\nFrom: postmaster@example.org\r\nSubject: Welcome\r\n\r\nYour mailbox is ready.\r\n",
        "Return-Path: <>\r\nFrom: jo@example.org\r\nSubject: Read: Ticket\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nnot delivered\r\n--b--\r\n",
    ] {
        assert_eq!(of(mail), None, "{mail}");
    }
}

#[test]
fn servers_without_reports_are_understood() {
    let qmail = format!(
        "From: MAILER-DAEMON@example.com\r\nTo: me@desk.example\r\nSubject: failure notice\r\n\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n\
         <jo@example.org>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 no such user\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n{RETURNED}"
    );
    let bounce = of(&qmail).unwrap();
    assert_eq!(bounce.original.as_deref(), Some("ours.1@desk.example"));
    assert_eq!((bounce.recipients[0].mail.as_str(), bounce.recipients[0].status.as_deref()), ("jo@example.org", Some("5.1.1")));
    assert!(bounce.permanent);

    let chinese = "Return-Path: <>\r\nFrom: postmaster@example.cn\r\nTo: me@desk.example\r\nSubject: 系统退信\r\nIn-Reply-To: <ours.2@desk.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <table><tr><td>抱歉，您的邮件被退回来了</td></tr><tr><td>收件人：</td><td>jo@example.cn</td></tr><tr><td>退信原因：</td><td>550 User not found</td></tr></table>";
    let bounce = of(chinese).unwrap();
    assert_eq!((bounce.recipients[0].mail.as_str(), bounce.original.as_deref()), ("jo@example.cn", Some("ours.2@desk.example")));
    assert_eq!(bounce.recipients[0].status.as_deref(), Some("5.0.0"));

    let field = "Auto-Submitted: auto-replied\r\nFrom: Mail Delivery System <Mailer-Daemon@example.com>\r\nX-Failed-Recipients: jo@example.org,\r\n kim@example.org\r\nSubject: hm\r\n\r\nnothing\r\n";
    assert_eq!(of(field).unwrap().recipients.len(), 2);

    let delay = "Return-Path: <>\r\nFrom: mailer-daemon@example.com\r\nSubject: Delivery Status Notification (Delay)\r\n\r\nDelivery has been delayed:\r\n\r\n  jo@example.org\r\n";
    let bounce = of(delay).unwrap();
    assert_eq!((bounce.kind, bounce.recipients[0].action, bounce.permanent), (Kind::Delay, Action::Delayed, false));
}

#[test]
fn a_full_mailbox_without_a_code_may_pass() {
    let mail = "Return-Path: <>\r\nFrom: Postmaster <postmaster@example.com>\r\nSubject: Undeliverable Mail\r\n\r\nMailbox full: jo@example.org\r\n";
    let bounce = of(mail).unwrap();
    assert_eq!(
        (bounce.recipients[0].mail.as_str(), bounce.recipients[0].status.as_deref(), bounce.permanent),
        ("jo@example.org", None, false)
    );
}

#[test]
fn a_bounce_within_a_bounce_gives_the_inner_recipient_and_our_mail() {
    let inner = report("Return-Path: <>\r\nMessage-ID: <theirs@example.org>\r\nFrom: MAILER-DAEMON@example.org\r\n", "failed", "5.1.1");
    let attached = format!(
        "From: MAILER-DAEMON@relay.example\r\nSubject: Returned mail\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
         --o\r\n\r\nhad permanent delivery errors\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    );
    let text = format!("From: MAILER-DAEMON@relay.example\r\nSubject: Returned mail\r\n\r\nDelivery failed.\r\n\r\n{inner}");
    for mail in [attached, text] {
        let bounce = of(&mail).unwrap();
        assert_eq!(
            (bounce.recipients[0].mail.as_str(), bounce.original.as_deref()),
            ("jo@example.org", Some("ours.1@desk.example")),
            "{mail}"
        );
    }
}

#[test]
fn a_returned_mail_without_its_type_is_found() {
    let bare = format!(
        "From: MAILER-DAEMON@example.com\r\nSubject: Returned Mail\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
         --o\r\nContent-Type: text/plain\r\n\r\nhad delivery errors\r\n\r\njo@example.org [User unknown]\r\n--o\r\n{RETURNED}\r\n--o--\r\n"
    );
    let blank = bare.replace("--o\r\nReceived", "--o\r\nContent-Type: message/rfc822\r\n\r\n\r\nReceived");
    for mail in [bare, blank] {
        assert_eq!(of(&mail).unwrap().original.as_deref(), Some("ours.1@desk.example"), "{mail}");
    }
}

#[test]
fn a_sender_that_is_not_read_must_attach_the_mail() {
    let carrier = format!(
        "From: no-reply@carrier.example\r\nSubject: Mail\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
         --o\r\n\r\nCould not be delivered to: <jo@carrier.example>\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\n--o--\r\n"
    );
    assert_eq!(of(&carrier).unwrap().recipients[0].mail, "jo@carrier.example");
    let shop = "From: no-reply@shop.example\r\nSubject: Delivery failed\r\n\r\nYour parcel to: jo@example.org could not be delivered. Error: 550\r\n";
    assert_eq!(of(shop), None);
}

#[test]
fn a_recipient_that_only_the_returned_mail_names_is_found() {
    let carrier = "Return-Path: <>\r\nFrom: MMSC <sysadmin@carrier.example>\r\nTo: me@desk.example\r\nSubject: Undeliverable Message\r\n\r\n\
         Message could not be delivered to mobile.\r\n\r\nFrom: me@desk.example\r\nTo: 0000000000@carrier.example\r\nSubject: hi\r\nDate: x\r\n";
    assert_eq!(of(carrier).unwrap().recipients[0].mail, "0000000000@carrier.example");
}

#[test]
fn a_report_with_the_wrong_boundary_is_read_from_the_text() {
    let broken = report("Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\n", "failed", "5.1.1").replace("boundary=b", "boundary=c");
    let bounce = of(&broken).unwrap();
    assert_eq!((bounce.recipients[0].mail.as_str(), bounce.recipients[0].status.as_deref()), ("jo@example.org", Some("5.1.1")));
    assert_eq!(bounce.original.as_deref(), Some("ours.1@desk.example"));
}

fn feedback(kind: &str) -> String {
    format!(
        "From: fbl@example.org\r\nSubject: Abuse\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nA complaint.\r\n\
         --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nOriginal-Rcpt-To: <jo@example.org>\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\n--b--\r\n"
    )
}

#[test]
fn complaints_name_who_complained_and_blame_nobody_else() {
    let complaint = of(&feedback("abuse")).unwrap();
    assert_eq!((complaint.kind, complaint.permanent, complaint.original.as_deref()), (Kind::Complaint, false, Some("ours.1@desk.example")));
    assert_eq!((complaint.recipients[0].mail.as_str(), complaint.recipients[0].action), ("jo@example.org", Action::Delivered));
    assert!(of(&feedback("auth-failure")).unwrap().recipients.is_empty());
    let passed_on = feedback("abuse").replace("multipart/report", "multipart/mixed");
    assert_eq!(of(&passed_on), None);
}

#[test]
fn notifications_of_a_sending_service_are_read() {
    let mail = "From: <no-reply@sns.amazonaws.com>\r\nSubject: AWS Notification Message\r\n\r\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\
         \"bouncedRecipients\":[{\"emailAddress\":\"jo@example.org\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 \\u0067one\"},{\"emailAddress\":\"kim@example.org\"}]},\
         \"mail\":{\"commonHeaders\":{\"messageId\":\"<ours.3@desk.example>\"}}}";
    let bounce = of(mail).unwrap();
    assert_eq!((bounce.kind, bounce.permanent, bounce.original.as_deref()), (Kind::Bounce, true, Some("ours.3@desk.example")));
    assert_eq!(bounce.recipients.iter().map(|one| one.mail.as_str()).collect::<Vec<_>>(), ["jo@example.org", "kim@example.org"]);
    assert_eq!(bounce.recipients[0].words, "smtp; 550 gone");
    assert_eq!(of(&mail.replace("sns.amazonaws.com", "example.org")), None);
}

#[test]
fn words_are_one_line_and_short() {
    assert_eq!(short(" >: a\r\n\tb\u{7}  c "), "a b c");
    assert_eq!(short(&"字 ".repeat(1_000)).chars().count(), MAX_WORDS - 1);
}

#[test]
fn a_mail_cut_anywhere_is_answered() {
    assert_eq!(read(&Message::default()), None);
    for mail in [report("Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\n", "failed", "5.1.1"), feedback("abuse")] {
        for end in 0..mail.len() {
            if let Some(message) = MessageParser::default().parse(&mail.as_bytes()[..end]) {
                let _ = (read(&message), automatic::read(&message));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_below_a_server_s_head_is_answered(text in "\\PC{0,300}", lines in prop::collection::vec("[ <>@.:a-z0-9\"=&?五-]{0,40}", 0..40)) {
        let mail = format!("Return-Path: <>\r\nFrom: MAILER-DAEMON\r\nSubject: Returned mail\r\n\r\n{text}\r\n{}", lines.join("\r\n"));
        if let Some(bounce) = of(&mail) {
            prop_assert!(bounce.recipients.len() <= MAX_RECIPIENTS);
            prop_assert!(bounce.recipients.iter().all(|one| one.mail.contains('@') && one.words.chars().count() <= MAX_WORDS));
        }
    }

    #[test]
    fn any_report_is_answered(text in "\\PC{0,200}", fields in prop::collection::vec("(Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code|)[:; ]{0,2}[@.a-z0-9;<> ]{0,20}", 0..30)) {
        let mail = report("", "failed", "5.1.1").replace("Final-Recipient:", &format!("{text}\r\n{}\r\nFinal-Recipient:", fields.join("\r\n")));
        prop_assert!(of(&mail).is_some());
    }
}
