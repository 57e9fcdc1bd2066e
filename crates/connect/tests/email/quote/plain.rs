//! The mails of three libraries of the same family. Their expectations are in tests we do not have, so each mail has here the
//! lines that a reader takes for new, counted from one.

use super::Tally;
use crate::corpus;

const ALL: &[(usize, usize)] = &[(1, usize::MAX)];

type Expected = (&'static str, &'static [(usize, usize)]);

const GITHUB: &[Expected] = &[
    // A dash and a name below the words is a signature.
    ("email_1_1.txt", &[(1, 5)]),
    ("email_1_2.txt", &[(1, 1), (8, 35)]),
    ("email_1_6.txt", &[(1, 1)]),
    ("email_2_2.txt", &[(1, 1)]),
    ("email_bullets.txt", &[(1, 9)]),
    ("email_sig_delimiter_in_middle_of_line.txt", ALL),
    ("greedy_on.txt", &[(1, 6)]),
    ("email_partial_quote_header.txt", &[(1, 6)]),
];

const CRISP: &[Expected] = &[
    ("email_13.txt", &[(1, 5)]),
    // Words below a device's line without any mark are new; only the line is folded.
    ("email_15.txt", &[(1, 5), (9, usize::MAX)]),
    ("email_19.txt", &[(1, 1)]),
    ("email_21.txt", ALL),
    ("email_22.txt", &[(1, 5)]),
    ("email_23.txt", &[(1, 5)]),
    ("email_4.txt", &[(1, 1)]),
    // No "from": a sentence.
    ("email_6.txt", &[(1, 3)]),
    // The quote is wrapped so that two lines lost their marks. A reader sees it; by form they are answers between marks.
    ("email_7.txt", &[(1, 5)]),
    ("email_custom_quote_header.txt", &[(1, 1)]),
    ("email_customer_quote_header_2.txt", &[(1, 1)]),
    ("email_german.txt", &[(1, 5)]),
    ("email_german_outlook.txt", &[(1, 5)]),
    ("email_norwegian_gmail.txt", &[(1, 5)]),
    ("email_not_a_signature.txt", ALL),
    ("email_original_message.txt", &[(1, 5)]),
    ("email_outlook_split_line_from.txt", &[(1, 5)]),
    ("email_reply_header.txt", &[(1, 11)]),
    ("email_thread.txt", &[(1, 1)]),
    ("email_tricky_12_no_space_after_header.txt", &[(1, 5)]),
    ("email_tricky_13_timestamp_variations.txt", ALL),
    ("email_tricky_19_quote_without_header.txt", ALL),
    ("email_tricky_1_on_false_positive.txt", ALL),
    ("email_tricky_20_html_entities.txt", &[(1, 3)]),
    ("email_tricky_3_code_block.txt", ALL),
    ("email_tricky_8_sent_from_in_content.txt", ALL),
    ("email_tricky_9_nested_quotes.txt", &[(1, 1)]),
];

fn check(set: &str, table: &[Expected], share: f64) {
    let mut tally = Tally::default();
    for path in corpus::files(set, &[".txt"]) {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let Some((_, ranges)) = table.iter().find(|(file, _)| *file == name) else { continue };
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file of the corpus")).into_owned();
        let expected: String = text
            .split_inclusive('\n')
            .zip(1..)
            .filter(|(_, number)| ranges.iter().any(|(from, to)| (from..=to).contains(&number)))
            .map(|(line, _)| line)
            .collect();
        tally.check(&name, &text, &expected);
    }
    tally.hold(share);
}

#[test]
fn replies_to_a_code_host_leave_their_new_words() {
    check("reply-github", GITHUB, 1.0);
    check("reply-zapier", GITHUB, 1.0);
}

#[test]
fn replies_to_a_chat_desk_leave_their_new_words() {
    check("reply-crisp/fixtures", CRISP, 0.95);
}
