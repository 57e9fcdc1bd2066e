//! Discourse's mails, each with what its own trimmer leaves.

use super::Tally;
use crate::corpus;

#[test]
fn mails_of_a_forum_leave_their_new_words() {
    let mut tally = Tally::default();
    for path in corpus::files("reply-trimmer-discourse/emails", &[".txt"]) {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let expected = path.parent().unwrap().with_file_name("trimmed").join(&name);
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file of the corpus")).into_owned();
        tally.check(&name, &text, &std::fs::read_to_string(expected).unwrap());
    }
    // The set cuts the printed header off a mail that is only a forward. Here it stays: from whom the customer has the words
    // is what they want to show.
    tally.hold(0.95);
}
