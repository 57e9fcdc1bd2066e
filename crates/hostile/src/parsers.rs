//! The list of them.

use crate::{desk, imap, mail, smtp, text, upload};

/// A parser, and what it is tried with first.
pub struct Parser {
    /// The name of its target in `fuzz/`.
    pub name: &'static str,
    pub read: fn(&[u8]),
    /// Folders of the corpora whose files it reads.
    pub corpora: &'static [&'static str],
    /// Inputs that reach what no corpus shows.
    pub own: &'static [&'static [u8]],
    /// The longest input that is worth trying, in bytes.
    pub longest: usize,
}

const MAILS: &[&str] = &[
    "mail-parser-eml",
    "mime4j-testmsgs",
    "mimekit",
    "ruby-mail",
    "cpython-email",
    "flanker",
    "rspamd-messages",
    "spamassassin-data",
    "dkim-arc-spf",
];
const REPLIES: &[&str] = &["reply-crisp", "reply-github", "reply-talon", "reply-trimmer-discourse", "reply-zapier"];

/// Every parser of the desk.
pub const ALL: &[Parser] = &[
    Parser { name: "mime", read: mail::mime, corpora: MAILS, own: &[], longest: 64 << 10 },
    Parser { name: "quotes", read: mail::quotes, corpora: REPLIES, own: &[], longest: 16 << 10 },
    Parser { name: "bounces", read: mail::bounces, corpora: &["bounces-sisimai"], own: &[], longest: 32 << 10 },
    Parser { name: "automatic", read: mail::automatic, corpora: &["bounces-sisimai", "ruby-mail"], own: &[], longest: 16 << 10 },
    Parser {
        name: "html",
        read: mail::html,
        corpora: &["xss-payloads", "owasp-xss", "dompurify", "html5lib"],
        own: &[b"<a href=\"http://a.test\">b.test</a><img src=cid:a><table><tr><td style='color:red'>x</table><blockquote>q"],
        longest: 16 << 10,
    },
    Parser {
        name: "tnef",
        read: mail::tnef,
        corpora: &[],
        own: &[
            b"\x78\x9f\x3e\x22\x01\x00\x02\x02\x90\x06\x00\x0e\x00\x00\x00\x01\x00\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x0b\x04\
              \x02\x10\x80\x01\x00\x06\x00\x00\x00a.txt\x00\x02\x02\x02\x0f\x80\x06\x00\x02\x00\x00\x00hi\xd1\x00",
            b"\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00\x18\x00\x00\x00\x01\x00\x00\x00\x02\x01\x09\x10\x01\x00\x00\x00\x06\x00\x00\x00\
              LZFu\x00\x00\x00\x00\x80\x02",
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "imap",
        read: imap::answers,
        corpora: &[],
        own: &[
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\nA0004 OK\r\n* 1 FETCH (UID 7 RFC822.SIZE 11 INTERNALDATE \"17-Jul-1996 \
              02:44:25 -0700\")\r\nA0005 OK\r\n* 1 FETCH (UID 7 BODY[HEADER]<0> {4}\r\na: b)\r\nA0006 OK\r\n* 1 FETCH (UID 7 BODY[] {11}\r\na\
              \x00\r\n)\r\n* OK)\r\nA0007 OK\r\nA0008 NO [TRYCREATE] no such folder\r\n",
            b"* OK ready\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\nA0001 OK\r\n+ \r\nA0002 NO [AUTHENTICATIONFAILED] no\r\n",
            b"* BYE too busy\r\n",
            b"A0004 BAD what\r\n",
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "words",
        read: text::words,
        corpora: &["blns"],
        own: &[
            "提现 0x5c504ed4…dfba1b22060\n我的提现 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060 还没有到账 1,000.50 USDT".as_bytes(),
            "출금 Straße\n출금이 안 됩니다 STRASSE 한국어".as_bytes(),
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "filters",
        read: text::filters,
        corpora: &["json-suite"],
        own: &[
            br#"{"all":[{"field":"category","op":"in","value":["open"]},{"any":[{"field":"assignee","op":"empty"},{"not":{"field":"team","op":"is","value":"00000000-0000-7000-8000-000000000004"}}]},{"field":"priority","op":"at_least","value":"high"},{"field":"created_at","op":"before","value":1767225600000}]}"#,
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "reply_tokens",
        read: text::reply_tokens,
        corpora: &[],
        own: &[b"a4ap6aicamcakbqjkfia", b"support+c.a4ap6aicamcakbqjkfia@desk.test", b"a4ap6aicamcakbqjkfia.0190@desk.test"],
        longest: 512,
    },
    Parser {
        name: "headers",
        read: text::headers,
        corpora: &["blns"],
        own: &[
            b"10.0.0.0/8",
            b"2001:db8::/32",
            b"https://*.example.com:8443",
            b"Li@Example.com",
            b"zh-Hant-HK",
            b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
        ],
        longest: 1 << 10,
    },
    Parser {
        name: "files",
        read: upload::files,
        corpora: &["json-suite"],
        own: &[
            b"a.png\n\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0",
            b"a.jpg\n\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc2\0\x11\x08\0\x10\0\x10\x03",
            b"a.gif\nGIF89a\x40\x01\xf0\0\0\0\0",
            b"a.webp\nRIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0",
            b"a.mp4\n\0\0\0\x18ftypmp42\0\0\0\0isom\0\0\0\0\0\0\0\x08free",
            b"a.pdf\n%PDF-1.7\n1 0 obj",
            b"a.csv\n\xb6\xa9\xb5\xa5,\xca\xfd\xc1\xbf\r\n1,2\r\n",
            b"a.zip\nPK\x03\x04",
        ],
        longest: 8 << 10,
    },
    Parser {
        name: "pictures",
        read: upload::pictures,
        corpora: &[],
        own: &[
            b"\xff\xd8\xff\xe1\0\x2eExif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\0\0\0\0\0\0\0\0GPS\xff\
              \xda\0\x08\x01\x01\0\0\x3f\0data\xff\0more\xff\xd0and\xff\xd9behind",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0\0\0\0\0\0\0\0\x03tEXta\0b\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82",
            b"RIFF\x26\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x7f\x02\0\xdf\x01\0EXIF\x04\0\0\0II*\0XMP \x02\0\0\0ab",
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "smtp",
        read: smtp::session,
        corpora: &[],
        own: &[
            b"EHLO mx.example.net\r\nMAIL FROM:<a@b.test> BODY=8BITMIME SIZE=100\r\nRCPT TO:<support@desk.test>\r\nDATA\r\nSubject: x\r\n\r\n\
              ..y\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<support+c.x7@desk.test>\r\nRSET\r\nQUIT\r\n",
            b"HELO x\r\nVRFY a\r\nAUTH PLAIN AGEAYg==\r\nSTARTTLS\r\nNOOP\r\nHELP\r\nBDAT 5 LAST\r\nhello",
            b"EHLO [127.0.0.1]\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\na\n.\nMAIL FROM:<c@d.test>\n.\r\n\r.\r\n.\r\n",
        ],
        longest: 4 << 10,
    },
    Parser { name: "cursors", read: desk::cursors, corpora: &[], own: &[b"WzE3LDIsM10", b"eyJhIjoxfQ"], longest: 2 << 10 },
    Parser {
        name: "bodies",
        read: desk::bodies,
        corpora: &["json-suite"],
        own: &["{\"text\":\"提现未到账 \u{1f64f}\",\"page\":{\"number\":7}}".as_bytes(), br#"{"a":1,"a":2}"#, br#"{"a":"\u0000"}"#],
        longest: 8 << 10,
    },
    Parser {
        name: "frames",
        read: desk::frames,
        corpora: &["json-suite"],
        own: &[
            br#"{"type":"list","id":"a","view":"mine","filter":{"field":"turn","op":"is","value":"us"},"sort":"waiting","limit":50}"#,
            br#"{"type":"watch","conversation":"019a0000-0000-7000-8000-000000000000","after":7}"#,
            br#"{"type":"presence","conversation":"019a0000-0000-7000-8000-000000000000","doing":"typing","peek":"Hel"}"#,
            br#"{"type":"auth","token":"t","watch":[{"conversation":"019a0000-0000-7000-8000-000000000000"}]}"#,
            br#"{"type":"ping"}"#,
        ],
        longest: 4 << 10,
    },
    Parser {
        name: "identities",
        read: desk::identities,
        corpora: &[],
        own: &[desk::TOKEN.as_bytes(), b"eyJhbGciOiJub25lIn0.e30.", b"eyJhbGciOiJFZERTQSJ9.e30.AAAA"],
        longest: 9 << 10,
    },
    Parser {
        name: "settings",
        read: desk::settings,
        corpora: &[],
        own: &[
            b"listen = '127.0.0.1:1'\nmax_file_mb = 7\nlog_level = 'warn'\ntrusted_proxies = ['10.0.0.0/8']",
            b"public_url = 'https://desk.test'\nmail_listen = '127.0.0.1:25'\nmail_protocol = 'lmtp'\nmail_trusted_servers = ['mx.desk.test']",
            b"[files]\nbucket = 'desk'\nendpoint = 'http://127.0.0.1:9000'\naccess_key = 'a'\nsecret_key = 'hush'",
            b"database_url = 'postgres://me:hush@db/candor'\nrole = 'worker'\nnode = 'a-1'",
        ],
        longest: 2 << 10,
    },
];
