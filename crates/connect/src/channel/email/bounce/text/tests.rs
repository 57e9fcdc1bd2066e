use super::*;

fn mails(notice: &str) -> Vec<String> {
    let own = ["me@desk.example".to_owned()];
    read(notice, &own).recipients.into_iter().map(|(mail, _)| mail).collect()
}

#[test]
fn listed_addresses_are_the_recipients() {
    assert_eq!(
        mails(
            "I wasn't able to deliver your message to the following addresses.\n\n<a@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 <a@example.org>... gone\n\n<b@example.org>:\nSorry. (#5.1.2)\n"
        ),
        ["a@example.org", "b@example.org"]
    );
    assert_eq!(
        mails(
            "could not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n  a@example.org\n    all hosts have been failing\n    for b@example.org\n  c@example.org\n    gone\n"
        ),
        ["a@example.org", "c@example.org"]
    );
    assert_eq!(
        mails(
            "A message sent by\n\n  <x@example.com>\n\ncould not be delivered to all recipients:\n\n  a@example.org\n    (from b@example.org)\n"
        ),
        ["a@example.org"]
    );
    assert_eq!(mails("Delivery failed permanently:\n   * a@example.org\n"), ["a@example.org"]);
    assert_eq!(mails("did not reach the following recipient(s):\n\na@example.org on Thu, 29 Apr\n    not recognized\n"), ["a@example.org"]);
    assert_eq!(
        mails(
            "--- Transcript of session follows ---\nWhile talking to mx:\n>>> RCPT To:<a@example.org>\n<<< 550 <a@example.org>, User Unknown\n554 <b@example.org>... 550 Host unknown\n"
        ),
        ["a@example.org", "b@example.org"]
    );
}

#[test]
fn a_label_or_the_sentence_names_the_recipient() {
    assert_eq!(
        mails("There was an error delivering your mail to <a@example.org>.\n\nmx did not like our RCPT TO:\n550 5.7.9 no\n"),
        ["a@example.org"]
    );
    assert_eq!(mails("User mailbox exceeds allowed size: a@example.org\n"), ["a@example.org"]);
    assert_eq!(mails("Your message was rejected.\n\nreject reason: full\ntarget mail address: a@example.org\n"), ["a@example.org"]);
    assert_eq!(
        mails("SMTP Server <mx.example.org> rejected recipient <a@example.org> (no). It responded: [550 5.1.1 gone]"),
        ["a@example.org"]
    );
    assert_eq!(
        mails(
            "Error: Invalid user address\n\nMessage details:\n  MAIL FROM: x@example.com\n  RCPT TO: a@example.org\n  From: y@example.com\n"
        ),
        ["a@example.org"]
    );
    assert_eq!(mails("抱歉，您的邮件被退回来了\n发件人：x@example.com\n收件人：a@example.org\n退信原因：550 不存在\n"), ["a@example.org"]);
    assert_eq!(mails("您发给a@example.org的邮件无法送达。"), ["a@example.org"]);
}

#[test]
fn the_words_of_the_server_stand_behind_the_address() {
    let notice = read("failed permanently:\n\n  a@example.org\n\nTechnical details:\n550 5.2.2 <a@example.org>...   Mailbox\n full\n", &[]);
    assert_eq!(notice.recipients[0].1, "Technical details: 550 5.2.2 <a@example.org>... Mailbox full");
    let notice = read("User's mailbox is full: <a@example.org>\n", &[]);
    assert_eq!(notice.recipients[0].1, "User's mailbox is full");
    assert!(notice.says && !notice.code && !notice.delay);
}

#[test]
fn the_one_who_asks_for_help_and_the_desk_are_no_recipients() {
    assert!(mails("Your mail was rejected. For questions write to postmaster or please contact help@example.org.\n").is_empty());
    assert_eq!(mails("Your mail was rejected:\n<me@desk.example>: Sender address rejected\n<a@example.org>: so\n"), ["a@example.org"]);
    assert_eq!(mails("Your mail was rejected:\n<me@desk.example>: full\n"), ["me@desk.example"]);
    assert!(mails("> was rejected:\n> a@example.org\n").is_empty());
}

#[test]
fn a_delay_is_told_from_a_failure() {
    assert!(read("A message is delayed for more than 10 minutes:\n\na@example.org: busy\n", &[]).delay);
    assert!(!read("The mail could not be delivered:\n\na@example.org: busy\n", &[]).delay);
}

#[test]
fn codes_count_only_where_a_server_says_them() {
    assert!(read("said: 550 no\n", &[]).code);
    assert!(read("550-no\n", &[]).code);
    assert!(!read("I paid 500 USDT and 450 more\n", &[]).code);
}
