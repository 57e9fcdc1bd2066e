//! The reader on small own mails.

mod bodies;

use super::{Doubt, Inbound, names, read};

fn mail(head: &str, body: &str) -> Inbound {
    read(format!("From: Ann <ann@example.org>\r\nDate: Mon, 3 Feb 2025 10:00:00 +0800\r\n{head}\r\n{body}").as_bytes())
}

fn bytes_mail(head: &[u8], body: &[u8]) -> Inbound {
    read(&[b"From: a@example.org\r\n".as_slice(), head, b"\r\n".as_slice(), body].concat())
}

#[test]
fn a_plain_mail_is_read_whole() {
    let mail = mail(
        "To: Desk <desk@example.com>, \"B, C\" <b@example.com>\r\nCc: team: x@example.com, y@example.com;\r\nSubject:  my\r\n withdrawal \r\n\
         Message-ID: < 1@example.org >\r\nReferences: <a@x> <b@x>\r\n <a@x>\r\nIn-Reply-To: <b@x>\r\nReturn-Path: <>\r\n",
        "Hello\r\n\r\nnot arrived\r\n",
    );
    assert_eq!((mail.froms[0].name.as_str(), mail.froms[0].mail.as_str()), ("Ann", "ann@example.org"));
    assert_eq!(mail.to.iter().map(|to| to.name.as_str()).collect::<Vec<_>>(), ["Desk", "B, C"]);
    assert_eq!(mail.cc.iter().map(|cc| cc.mail.as_str()).collect::<Vec<_>>(), ["x@example.com", "y@example.com"]);
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("my withdrawal", "Hello\n\nnot arrived"));
    assert_eq!((mail.message_id.as_deref(), mail.return_path.as_deref()), (Some("1@example.org"), Some("")));
    assert_eq!((mail.references, mail.in_reply_to), (vec!["a@x".to_owned(), "b@x".to_owned()], vec!["b@x".to_owned()]));
    assert_eq!((mail.date, mail.doubts, mail.unparsed), (Some(1_738_548_000_000), vec![], false));
}

#[test]
fn nothing_and_noise_give_an_answer() {
    for raw in [&b""[..], b"\r\n", b"\0\0\0", b"hello", b"\xff\xfe", b"From "] {
        let mail = read(raw);
        assert!(mail.unparsed && mail.doubts.contains(&Doubt::Unparsable), "{raw:?}");
    }
    assert!(super::parse(b"").is_none());
}

#[test]
fn what_stands_in_front_of_the_header_is_skipped() {
    for front in ["\u{feff}", "\r\n\r\n", "From ann@example.org Mon Sep  7 12:30:00 2020\n", "\u{feff}From x\n>From: y\n"] {
        let mail = read(format!("{front}Subject: a\nFrom: a@example.org\n\nb").as_bytes());
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("a", "b"), "{front:?}");
    }
    let old = read(b"Subject: a\rFrom: a@example.org\r\rone\rtwo\r");
    assert_eq!((old.subject.as_str(), old.text.as_str()), ("a", "one\ntwo"));
    assert!(old.doubts.contains(&Doubt::LoneCr));
}

#[test]
fn chinese_is_read_whatever_its_label() {
    let gbk = b"\xcc\xe1\xcf\xd6\xc3\xbb\xd3\xd0\xb5\xbd\xd5\xcb\xa3\xac\xc7\xeb\xb0\xef\xc3\xa6";
    for label in ["gb2312", "GBK", "gb18030", "\"iso-8859-1\"", "us-ascii", "utf-8", "x-unknown", ""] {
        let head = if label.is_empty() { String::new() } else { format!("Content-Type: text/plain; charset={label}\r\n") };
        assert_eq!(bytes_mail(head.as_bytes(), gbk).text, "提现没有到账，请帮忙", "{label}");
        assert_eq!(bytes_mail(head.as_bytes(), "提现没有到账".as_bytes()).text, "提现没有到账", "{label}");
    }
    assert_eq!(bytes_mail(b"Content-Type: text/plain; charset=big5\r\n", b"\xa7A\xa6n\xa1A\xa5@\xac\xc9").text, "你好，世界");
    assert_eq!(bytes_mail(b"Content-Type: text/plain; charset=hz-gb-2312\r\n", b"a~{VPND~}b").text, "a中文b");
    assert_eq!(bytes_mail(&[b"Subject: ", gbk.as_slice(), b"\r\n"].concat(), b"").subject, "提现没有到账，请帮忙");
}

#[test]
fn other_scripts_are_read() {
    let set = |name: &str| format!("Content-Type: text/plain; charset={name}\r\n");
    assert_eq!(bytes_mail(set("koi8-r").as_bytes(), b"\xf0\xd2\xc9\xd7\xc5\xd4").text, "Привет");
    assert_eq!(bytes_mail(set("utf-7").as_bytes(), b"+ZYeB9FH6ckh5Pg-, 1980.").text, "文致出版社, 1980.");
    assert_eq!(bytes_mail(set("iso-2022-jp").as_bytes(), b"\x1b$B%O%m!<\x1b(B").text, "ハロー");
    assert_eq!(bytes_mail(b"", b"\x1b$B%O%m!<\x1b(B").text, "ハロー");
    assert_eq!(bytes_mail(b"", b"caf\xe9 cr\xe8me").text, "café crème");
    assert_eq!(bytes_mail(set("iso-8859-1").as_bytes(), b"\xfcber Stra\xdfe").text, "über Straße");
    assert_eq!(bytes_mail(b"", b"na\xc3\xafve caf\xc3\xa9 \xe2\x82").text, "naïve café \u{fffd}");
}

#[test]
fn encoded_words_survive_their_senders() {
    let subject = |text: &str| mail(&format!("Subject: {text}\r\n"), "").subject;
    // One character split over two words.
    assert_eq!(subject("=?utf-8?B?5o+Q5w==?=\r\n =?utf-8?B?jrA=?="), "提现");
    assert_eq!(subject("=?utf-8?Q?=E6=8F?= =?UTF-8?Q?=90?= now"), "提 now");
    assert_eq!(subject("=?gb2312?B?1tA=?==?utf-8?Q?=E6=96=87?="), "中文");
    assert_eq!(subject("Re: =?utf-8?q?a_b c?= d =?x?= =?"), "Re: a b c d =?x?= =?");
    assert_eq!(subject("=?utf-8?B?YWJj"), "abc");
    assert_eq!(subject("=?utf-8*en?Q?a=3Fb?="), "a?b");
    assert_eq!(subject("Zug\u{e4}nglich"), "Zugänglich");
    assert_eq!(subject("Bin\u{202e}ance\u{200b}"), "Binance");
    let from = read("From: =?utf-8?B?5byg?=, =?utf-8?Q?=22x=2C_y=22?= <zhang@example.org>\r\n\r\n".as_bytes());
    assert_eq!(from.froms.last().unwrap().mail, "zhang@example.org");
    let one = read("From: =?utf-8?Q?Wang=2C_Wei_=28CN=29?= <w@example.org>\r\n\r\n".as_bytes());
    assert_eq!((one.froms.len(), one.froms[0].name.as_str()), (1, "Wang, Wei (CN)"));
}

#[test]
fn dates_are_read_as_people_write_them() {
    let utc = 1_494_377_670_000; // 2017-05-10 00:54:30
    let cases = [
        ("Tue, 9 May 2017 16:54:30 -0800", utc),
        ("Tue, May 09 2017 16:54:30 -0800 (PST)", utc),
        ("9 May 17 16:54:30 PST", utc),
        ("Wed, 10-May-2017 00:54:30", utc),
        ("2017-05-10T00:54:30Z", utc),
        ("2017-05-10 08:54:30.123+08:00", utc),
        ("10.05.2017 00:54:30 GMT", utc),
        ("Tue May  9 16:54:30 2017 -0800 From: someone", utc),
        ("10 May 2017 00(comment): 54 : 30 +0000", utc),
        ("Wed, 10 May 2017 12:54:30 AM", utc),
        ("Tue, 9 May 2017 16:54 PST", utc - 30_000),
    ];
    for (text, expected) in cases {
        assert_eq!(read(format!("Date: {text}\r\n\r\n").as_bytes()).date, Some(expected), "{text}");
    }
    for text in ["", "yesterday", "32 May 2017 00:00:00 +0000", "1 Foo 2017 10:00", "99999999 May 99999 99:99:99"] {
        assert_eq!(read(format!("Date: {text}\r\n\r\n").as_bytes()).date, None, "{text}");
    }
}

#[test]
fn names_of_files_are_safe_and_unique() {
    let part = |disposition: &str| format!("--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; {disposition}\r\n\r\nx\r\n");
    let parts: String = [
        "filename=\"../../etc/passwd\"",
        "filename=\"C:\\Users\\a\\photo.png\"",
        "filename=PHOTO.PNG",
        "filename*=utf-8''%E6%8A%A5%E5%91%8A.pdf; filename=\"x.pdf\"",
        "filename*0*=gb18030''%b1%a8; filename*1*=%b8%e6; filename*2=.txt",
        "filename=\"=?gbk?B?saix8bjmLnBkZg==?=\"",
        "filename=\"gpj.\u{202e}exe\"",
        "filename=\".htaccess\"",
        "filename=",
        "filename=\"con.txt\"",
    ]
    .map(part)
    .concat();
    let mail = mail("Content-Type: multipart/mixed; boundary=b\r\n", &format!("{parts}--b--\r\n"));
    let found: Vec<&str> = mail.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(found[..5], ["passwd", "photo.png", "PHOTO (2).PNG", "报告.pdf", "报告.txt"]);
    assert_eq!(found[6..], ["gpj.exe", "htaccess", "image.png", "_con.txt"]);
    let long = names::safe(&format!("{}.tar.gz", "长".repeat(300)));
    assert!(long.ends_with("长.gz") || long.ends_with(".gz"));
    assert_eq!(long.chars().count(), super::MAX_NAME);
}

#[test]
fn a_name_with_another_address_is_a_doubt() {
    let doubts = |from: &str| read(format!("From: {from}\r\nDate: 3 Feb 2025 10:00:00 +0000\r\n\r\n").as_bytes()).doubts;
    let imitation = |named: &str| vec![Doubt::Imitation { named: named.to_owned(), mail: "x@evil.example".to_owned() }];
    assert_eq!(doubts("\"support@exchange.example\" <x@evil.example>"), imitation("support@exchange.example"));
    assert_eq!(doubts("\"Support (support\u{ff20}exchange.example)\" <x@evil.example>"), imitation("support@exchange.example"));
    assert_eq!(doubts("\"X@evil.example\" <x@evil.example>"), vec![]);
    assert_eq!(doubts("a@example.org, b@example.org"), [Doubt::TwoFroms]);
    assert_eq!(doubts("a@example.org b@example.org"), [Doubt::TwoFroms]);
    assert_eq!(doubts("MAILER-DAEMON"), [Doubt::NoFrom]);
    assert_eq!(doubts("undisclosed-recipients:;"), [Doubt::NoFrom]);
}
