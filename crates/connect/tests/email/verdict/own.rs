//! Whose word counts: mails signed here, with the key of RFC 8463.

use super::dns::Zone;
use super::{Envelope, Trust, Verdict, judged};
use candor_connect::channel::email::verdict::{Check, Judge};
use mail_auth::arc::ArcSealer;
use mail_auth::common::{crypto::Ed25519Key, headers::HeaderWriter};
use mail_auth::dkim::DkimSigner;
use mail_auth::{ArcOutput, AuthenticatedMessage, AuthenticationResults, DmarcOutput, DmarcResult, Error};
use mail_parser::decoders::base64::base64_decode;

const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const MAIL: &str = "From: Ann <ann@example.org>\r\nSubject: Hello\r\n\r\nWhere is my deposit?\r\n";

fn key() -> Ed25519Key {
    let seed = base64_decode(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    Ed25519Key::from_seed_and_public_key(&seed, &base64_decode(PUBLIC.as_bytes()).unwrap()).unwrap()
}

fn signed(domain: &str, headers: &[&str], mail: &str) -> String {
    let signature =
        DkimSigner::from_key(key()).domain(domain).selector("k").headers(headers.iter().copied()).sign(mail.as_bytes()).unwrap();
    signature.to_header() + mail
}

/// The mail as forwarded by a host that saw this answer of DMARC.
fn sealed(domain: &str, seen: DmarcResult) -> String {
    let message = AuthenticatedMessage::parse(MAIL.as_bytes()).unwrap();
    let dmarc = DmarcOutput::new("example.org".into()).with_dkim_result(seen);
    let results = AuthenticationResults::new("mx.forwarder.example").with_dmarc_result(&dmarc);
    let sealer = ArcSealer::from_key(key()).domain(domain).selector("k").headers(["From", "Subject"]);
    sealer.seal(&message, &results, &ArcOutput::default()).unwrap().to_header() + MAIL
}

fn zone(records: &[(&str, &str)]) -> Zone {
    let mut zone = Zone::default();
    for domain in ["example.org", "mail.example.org", "example.com"] {
        zone.txt(&format!("k._domainkey.{domain}"), &format!("v=DKIM1; k=ed25519; p={PUBLIC}"));
    }
    for (name, value) in records {
        zone.txt(name, value);
    }
    zone
}

async fn by(signer: &str, records: &[(&str, &str)]) -> Verdict {
    judged(zone(records), signed(signer, &["From", "Subject"], MAIL).as_bytes(), None, Trust::default()).await
}

#[tokio::test]
async fn a_signature_of_the_authors_organisation_aligns() {
    let policy = [("_dmarc.example.org", "v=DMARC1; p=reject")];
    let verdict = by("example.org", &policy).await;
    assert_eq!((verdict.dkim, verdict.dmarc, verdict.aligned), (Check::Pass, Check::Pass, true));
    assert_eq!((verdict.signed_by, verdict.from_domain), (vec!["example.org".to_owned()], Some("example.org".to_owned())));
    assert!(by("mail.example.org", &policy).await.aligned);
    let strict = by("mail.example.org", &[("_dmarc.example.org", "v=DMARC1; p=reject; adkim=s")]).await;
    assert_eq!((strict.dkim, strict.dmarc, strict.aligned), (Check::Pass, Check::Fail, false));
}

#[tokio::test]
async fn without_a_policy_the_organisation_is_told_by_the_name() {
    let verdict = by("mail.example.org", &[]).await;
    assert_eq!((verdict.dmarc, verdict.aligned), (Check::None, true));
    assert!(!by("example.com", &[]).await.aligned);
}

#[tokio::test]
async fn spf_of_the_reverse_path_aligns_the_author() {
    let records = [("example.org", "v=spf1 ip4:192.0.2.7 -all"), ("_dmarc.example.org", "v=DMARC1; p=reject")];
    let mut envelope = Envelope {
        peer: "::ffff:192.0.2.7".parse().unwrap(),
        helo: "a.example".into(),
        mail_from: "b@example.org".into(),
        receiver: "r".into(),
    };
    let verdict = judged(zone(&records), MAIL.as_bytes(), Some(&envelope), Trust::default()).await;
    assert_eq!((verdict.spf, verdict.dkim, verdict.dmarc, verdict.aligned), (Check::Pass, Check::None, Check::Pass, true));
    envelope.peer = "192.0.2.8".parse().unwrap();
    let verdict = judged(zone(&records), MAIL.as_bytes(), Some(&envelope), Trust::default()).await;
    assert_eq!((verdict.spf, verdict.dmarc, verdict.aligned), (Check::Fail, Check::Fail, false));
    (envelope.mail_from, envelope.helo) = (String::new(), "example.org".into());
    let verdict = judged(zone(&records), MAIL.as_bytes(), Some(&envelope), Trust::default()).await;
    assert_eq!(verdict.spf, Check::Fail, "the greeting stands for a null path");
}

#[tokio::test]
async fn a_signature_without_the_author_does_not_count() {
    let verdict = judged(zone(&[]), signed("example.org", &["Subject"], MAIL).as_bytes(), None, Trust::default()).await;
    assert_eq!((verdict.dkim, verdict.aligned), (Check::Neutral, false));
    assert!(verdict.signed_by.is_empty());
}

#[tokio::test]
async fn two_authors_align_with_nothing() {
    for second in ["From: eve@example.org\r\n", "from : eve@example.org\r\n", "FROM: eve@evil.example\r\n"] {
        let mail = format!("{second}{}", signed("example.org", &["From", "Subject"], MAIL));
        let verdict = judged(zone(&[("_dmarc.example.org", "v=DMARC1; p=reject")]), mail.as_bytes(), None, Trust::default()).await;
        assert_eq!((verdict.aligned, verdict.from_domain), (false, None), "{second}");
    }
    let mail = MAIL.replace("<ann@example.org>", "<ann@example.org>, eve@example.org");
    let verdict = judged(zone(&[]), signed("example.org", &["From"], &mail).as_bytes(), None, Trust::default()).await;
    assert!(!verdict.aligned);
}

#[tokio::test]
async fn only_the_hosts_in_front_of_the_desk_are_believed() {
    let trust = Trust { servers: vec!["mx.desk.example".into()], sealers: vec![] };
    let header =
        "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=a@example.org;\r\n dmarc=pass header.from=example.org\r\n";
    let records = [("_dmarc.example.org", "v=DMARC1; p=reject")];
    let mail = format!("{header}{MAIL}");
    let verdict = judged(zone(&records), mail.as_bytes(), None, trust.clone()).await;
    assert_eq!((verdict.spf, verdict.dmarc, verdict.aligned), (Check::Pass, Check::Pass, true));
    let verdict = judged(zone(&records), mail.as_bytes(), None, Trust::default()).await;
    assert_eq!((verdict.spf, verdict.dmarc, verdict.aligned), (Check::None, Check::Fail, false));
    let failed = "Authentication-Results: mx.desk.example; spf=fail smtp.mailfrom=a@example.org; dmarc=fail header.from=example.org\r\n";
    let forged = format!("{failed}Received: from evil\r\n{header}{MAIL}");
    let verdict = judged(zone(&records), forged.as_bytes(), None, trust.clone()).await;
    assert_eq!((verdict.spf, verdict.dmarc, verdict.aligned), (Check::Fail, Check::Fail, false));
    let envelope =
        Envelope { peer: "192.0.2.7".parse().unwrap(), helo: "x.example".into(), mail_from: String::new(), receiver: "r".into() };
    let verdict = judged(zone(&records), mail.as_bytes(), Some(&envelope), trust).await;
    assert!(!verdict.aligned, "what came by SMTP brings no word of our own host");
}

#[tokio::test]
async fn only_trusted_forwarders_vouch_for_an_author() {
    let records = [("_dmarc.example.org", "v=DMARC1; p=reject")];
    let trust = Trust { servers: vec![], sealers: vec!["Example.com".into()] };
    let mail = sealed("example.com", DmarcResult::Pass);
    let verdict = judged(zone(&records), mail.as_bytes(), None, trust.clone()).await;
    assert_eq!((verdict.arc, verdict.dmarc, verdict.aligned), (Check::Pass, Check::Fail, true));
    assert!(!judged(zone(&records), mail.as_bytes(), None, Trust::default()).await.aligned);
    let mail = mail.replace("deposit", "refund");
    let verdict = judged(zone(&records), mail.as_bytes(), None, trust.clone()).await;
    assert_eq!((verdict.arc, verdict.aligned), (Check::Fail, false));
    let failed = sealed("example.com", DmarcResult::Fail(Error::NotAligned));
    let verdict = judged(zone(&records), failed.as_bytes(), None, trust).await;
    assert_eq!((verdict.arc, verdict.aligned), (Check::Pass, false));
}

#[tokio::test]
async fn a_thousand_signatures_are_not_all_looked_at() {
    let one = signed("example.com", &["From"], MAIL);
    let header = one.strip_suffix(MAIL).unwrap();
    let mail = format!("{}{}", header.repeat(900), signed("example.org", &["From"], MAIL));
    let verdict = judged(zone(&[]), mail.as_bytes(), None, Trust::default()).await;
    assert_eq!((verdict.dkim, verdict.signed_by), (Check::Pass, vec!["example.com".to_owned()]));
}

#[tokio::test]
async fn a_name_server_that_is_silent_delays_nothing_for_long() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let judge = Judge::at(&[silent.local_addr().unwrap()], Trust::default()).unwrap();
    let start = std::time::Instant::now();
    let verdict = judge.judge(signed("example.org", &["From"], MAIL).as_bytes(), None).await;
    assert!(start.elapsed() < std::time::Duration::from_secs(11), "{:?}", start.elapsed());
    assert_eq!((verdict.dkim, verdict.dmarc, verdict.aligned), (Check::TempError, Check::TempError, false));
}
