//! Bodies: which words are shown, which parts are files.

use super::{bytes_mail, mail};
use crate::channel::email::mime::{Doubt, html_to_text, tnef};

#[test]
fn forms_of_one_text_are_not_doubled() {
    let body = "--a\nContent-Type: text/plain\n\nplain\n--a\nContent-Type: multipart/related; boundary=\"a b\"\n\n--a b\nContent-Type: text/html\n\n\
                <p>rich <img src='cid:Logo%40x'></p>\n--a b\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\naGk=\n\
                --a b\nContent-Type: image/gif\nContent-Disposition: inline\n\nx\n--a b--\n--a--\n";
    let mail = mail("Content-Type: multipart/alternative; boundary=a\n", body);
    assert_eq!((mail.text.as_str(), mail.html.as_deref()), ("plain", Some("<p>rich <img src='cid:Logo%40x'></p>")));
    assert_eq!(
        mail.files.iter().map(|file| (file.name.as_str(), file.inline)).collect::<Vec<_>>(),
        [("image.png", true), ("image.gif", false)]
    );
    assert_eq!(mail.files[0].bytes, b"hi");
}

#[test]
fn html_is_read_where_the_plain_part_is_empty() {
    let body =
        "--a\n\n \n--a\nContent-Type: text/html; charset=utf-8\n\n<style>p{}</style><p>one &amp; two&nbsp;&eacute;<br>three\n--a--\n";
    let mail = mail("Content-Type: multipart/alternative; boundary=a\n", body);
    assert_eq!(mail.text, "one & two é\nthree");
}

#[test]
fn parts_below_each_other_are_all_shown() {
    let body = "--a\n\none\n--a\nContent-Type: text/html\n\n<b>two</b>\n--a\nContent-Type: text/plain; name=n.txt\n\nfile\n--a\n\nthree <3\n--a--\nignored\n";
    let mail = mail("Content-Type: multipart/mixed; boundary=a\n", body);
    assert_eq!(mail.text, "one\n\ntwo\n\nthree <3");
    let html = mail.html.unwrap();
    assert!(html.contains("<b>two</b>") && html.contains("three &lt;3"), "{html}");
    assert_eq!(mail.files.len(), 1);
}

#[test]
fn a_boundary_that_begins_another_does_not_end_it() {
    let body = "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--";
    assert_eq!(mail("Content-Type: multipart/mixed; boundary=b\n", body).text, "one\n\ntwo");
}

#[test]
fn broken_multiparts_keep_their_words() {
    let text = |head: &str, body: &str| {
        let mail = mail(head, body);
        (mail.text, mail.doubts.contains(&Doubt::BrokenStructure))
    };
    assert_eq!(text("Content-Type: multipart/mixed; boundary=zz\n", "just words\n"), ("just words".to_owned(), true));
    assert_eq!(text("Content-Type: multipart/mixed\n", "--q\nContent-Type: text/plain\n\nwords\n--q--\n"), ("words".to_owned(), false));
    assert_eq!(text("Content-Type: multipart/mixed\n\tboundary=\"q\"\n", "--q\n\nwords"), ("words".to_owned(), false));
    assert_eq!(text("Content-Type: multipart/mixed; boundary=q\n", "--q\nno header here\n\nwords\n--q--").0, "no header here\n\nwords");
}

#[test]
fn attached_mails_and_invitations_are_files() {
    let body = "--a\n\nsee\n--a\nContent-Type: message/rfc822\n\nSubject: Re: a/b =?utf-8?Q?=C3=A9?=\nFrom: b@example.org\n\ninner\n--a\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--a--";
    let one = mail("Content-Type: multipart/mixed; boundary=a\n", body);
    assert_eq!(one.text, "see");
    assert_eq!(one.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["Re_ a-b é.eml", "invite.ics"]);
    let digest = mail("Content-Type: multipart/digest; boundary=a\n", "--a\n\nSubject: x\n\n1\n--a\n\nSubject: x\n\n2\n--a--");
    assert_eq!(digest.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["x.eml", "x (2).eml"]);
}

#[test]
fn flowed_lines_are_joined() {
    let flowed = |style: &str, body: &str| mail(&format!("Content-Type: text/plain; format=flowed{style}\n"), body).text;
    assert_eq!(flowed("", "one \ntwo\n> q \n> r\n>> s\n-- \nAnn \n  x\n"), "one two\n> q r\n>> s\n-- \nAnn  x");
    assert_eq!(flowed("; delsp=yes", "提现 \n没有"), "提现没有");
    assert_eq!(flowed("", "> open \nreply"), "> open\nreply");
}

#[test]
fn damaged_encodings_lose_no_more_than_the_damage() {
    let encoded = |name: &str, body: &str| mail(&format!("Content-Transfer-Encoding: {name}\n"), body).text;
    assert_eq!(encoded("base64", "aGVs\nbG8\u{7f}gd29y!bGQ="), "hello world");
    assert_eq!(encoded("BASE64", "aGVsbG8=\n____\nlist footer, with words\n"), "hello____\nlist footer, with words");
    assert_eq!(encoded("base64", "Hello, this is no base64 at all."), "Hello, this is no base64 at all.");
    assert_eq!(encoded("quoted-printable", "a=3Db =\nc =zz =3d=\t\nd=E9"), "a=b c =zz =dé");
    assert_eq!(encoded("8bit", "begin 644 a.txt\n#86)C\n`\nend\nafter"), "after");
    let uu = mail("", "before\nbegin 644 a.txt\n#86)C\n`\nend\nafter\nbegin to read\n");
    assert_eq!(
        (uu.text.as_str(), uu.files[0].name.as_str(), uu.files[0].bytes.as_slice()),
        ("before\nafter\nbegin to read", "a.txt", &b"abc"[..])
    );
}

#[test]
fn html_becomes_readable_text() {
    let cases = [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b<br>c</div>", "a\nb\nc"),
        ("<ul><li>a<li><p>b</p></ul>c", "- a\n\n- b\n\nc"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n\n>> c\n\nd"),
        ("x<!-- <p> -->y<script>if (a<b)</script>z", "xyz"),
        ("<a title=\"a>b\">t</a> 1 < 2 &#x4e2d;&#150;&unknown; &lt;", "t 1 < 2 中–&unknown; <"),
        ("<span style=\"display: none\">hidden<span>x</span></span>shown", "shown"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<td>a</td><td>b</td>", "a b"),
        ("a<", "a<"),
    ];
    for (html, text) in cases {
        assert_eq!(html_to_text(html), text, "{html}");
    }
}

#[test]
fn winmail_is_unpacked() {
    let attribute =
        |id: u32, data: &[u8]| [&[2u8][..], &id.to_le_bytes(), &u32::try_from(data.len()).unwrap().to_le_bytes(), data, &[0, 0]].concat();
    let name: Vec<u8> = "报告.pdf\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut props =
        [&1u32.to_le_bytes()[..], &[0x1f, 0, 0x07, 0x37], &1u32.to_le_bytes(), &u32::try_from(name.len()).unwrap().to_le_bytes(), &name]
            .concat();
    props.resize(props.len().next_multiple_of(4), 0);
    let packed = [
        &0x223e_9f78u32.to_le_bytes()[..],
        &[1, 0],
        &attribute(0x0006_9007, &936u32.to_le_bytes()),
        &attribute(0x0002_800c, b"\xd6\xd0\xce\xc4\0"),
        &attribute(0x0006_9002, &[]),
        &attribute(0x0001_8010, b"report.pdf\0"),
        &attribute(0x0006_800f, b"%PDF"),
        &attribute(0x0006_9005, &props),
    ]
    .concat();
    let head = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n";
    let whole = bytes_mail(head, &packed);
    assert_eq!((whole.text.as_str(), whole.files.len()), ("中文", 1));
    assert_eq!((whole.files[0].name.as_str(), whole.files[0].bytes.as_slice()), ("报告.pdf", &b"%PDF"[..]));
    // Cut anywhere it is still read, and then the original is kept, too.
    for end in 0..packed.len() {
        let cut = bytes_mail(head, &packed[..end]);
        assert!(!cut.files.is_empty() || cut.text == "中文", "{end}");
    }
    assert!(tnef::unpack(b"nonsense").is_none());
}
