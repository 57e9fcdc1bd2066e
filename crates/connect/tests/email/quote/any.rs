//! What holds for any text.

use candor_connect::channel::email::quote::{Kind, fold};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Lines that quotes and signatures are made of, between anything at all.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("On Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:".to_owned()),
        Just("在 2024年1月1日，10:00，Ann <ann@example.com> 写道：".to_owned()),
        Just("On 1 Jan 2024, Ann <".to_owned()),
        Just("-----Original Message-----".to_owned()),
        Just("---------- Forwarded message ---------".to_owned()),
        Just("From: Ann".to_owned()),
        Just("Sent: Monday".to_owned()),
        Just("To: Bob".to_owned()),
        Just("Subject: Re".to_owned()),
        Just("发件人: Ann".to_owned()),
        Just("##- Please type your reply above this line -##".to_owned()),
        Just("-- ".to_owned()),
        Just("Sent from my iPhone".to_owned()),
        Just("Best regards,".to_owned()),
        Just("Ann Lee".to_owned()),
        Just("________________________".to_owned()),
        "> [a-z ]{0,20}",
        "[A-Za-z ]{1,30}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_cover_any_text(lines in proptest::collection::vec(line(), 0..24), crlf: bool) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        let folded = fold(&text);
        let mut at = 0;
        for pair in folded.pieces.windows(2) {
            prop_assert_ne!(pair[0].kind, pair[1].kind);
        }
        for piece in &folded.pieces {
            prop_assert_eq!(piece.range.start, at);
            prop_assert!(piece.range.end > at && text.get(piece.range.clone()).is_some());
            at = piece.range.end;
        }
        prop_assert_eq!(at, text.len());
        // Something is always shown, and what is shown is in the text.
        prop_assert!(text.is_empty() || folded.pieces.iter().any(|piece| piece.kind == Kind::New));
        prop_assert!(text.trim().is_empty() || !folded.fresh(&text).trim().is_empty());
    }

    #[test]
    fn a_question_on_top_is_never_hidden(lines in proptest::collection::vec(line(), 0..24)) {
        let text = format!("Where is my deposit?\n{}", lines.join("\n"));
        prop_assert!(fold(&text).fresh(&text).starts_with("Where is my deposit?"));
    }
}

#[test]
fn folding_is_linear_in_hostile_texts() {
    let started = Instant::now();
    for line in [
        "> \n",
        "\n",
        "On 1\n",
        "On 1 Jan 2024 Ann <\n",
        "On Mon, Jan 1, 2024 at 10:00 AM Ann wrote:\n",
        "On Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:\n",
        "On Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:\n> \nx\n",
        "From: a\n",
        "From: a\nx@y\nTo: b\n\n",
        "-- \n",
        "--\n\n\n",
        "Sent from my iPhone\n",
        "Best regards,\nAnn\n+1 555 123 4567\n",
        "________________________\nx://y\n",
        "----- Original Message -----\n",
        "##-",
        ">",
        "写道：\n",
        "2024-01-01 10:00 GMT+1 <\n",
        "@@@@ <<<< >>>> \n",
        "在1",
    ] {
        let text = line.repeat(50_000 / line.len());
        let folded = fold(&text);
        assert_eq!(folded.pieces.iter().map(|piece| piece.range.len()).sum::<usize>(), text.len());
        let x = "x ".repeat(1000);
        let text = format!("{x}\n{text}\n{x}");
        assert!(fold(&text).fresh(&text).starts_with("x x"), "{line:?}");
    }
    // Quadratic work on 50 kB of short lines takes minutes in a debug build.
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
}
