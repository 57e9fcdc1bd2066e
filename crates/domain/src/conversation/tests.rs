//! What clocks and turns make of who spoke first, and of threads with third parties.

use super::*;
use crate::actor::ActorRef;
use crate::event::{Cause, Event, MessageKind, SideStep};
use crate::id::{ContactId, ConversationId, InboxId, MessageId};
use uuid::Uuid;

fn case(outbound: bool, parent: Option<ConversationId>) -> Conversation {
    let id = Uuid::from_u128;
    let blank = Conversation::blank(ConversationId(id(1)), ContactId(id(2)), InboxId(id(3)), None, 0);
    Conversation { number: 7, outbound, parent, ..blank }
}

fn happens(case: &mut Conversation, events: Vec<Event>, at: i64) {
    for event in events {
        let public = event.is_public();
        case.record(event, public, at, ActorRef::SYSTEM, &Cause::ACT);
    }
}

fn said(case: &mut Conversation, kind: MessageKind, at: i64) {
    let events = message_events(case, MessageId(Uuid::from_u128(9)), kind, status::OPEN).expect("an open case");
    happens(case, events, at);
}

#[test]
fn our_first_words_are_no_first_answer_and_whoever_answers_them_waits_for_us() {
    let mut ours = case(true, None);
    said(&mut ours, MessageKind::Reply, 10);
    assert_eq!((ours.turn, ours.first_reply_at), (Turn::Customer, None));
    said(&mut ours, MessageKind::Customer, 20);
    assert_eq!((ours.turn, ours.waiting_since), (Turn::Us, Some(20)));
    said(&mut ours, MessageKind::Reply, 30);
    assert_eq!((ours.waiting_since, ours.first_reply_at), (None, None));
    let mut theirs = case(false, None);
    said(&mut theirs, MessageKind::Customer, 10);
    said(&mut theirs, MessageKind::Reply, 30);
    assert_eq!(theirs.first_reply_at, Some(30));
}

#[test]
fn no_customer_waits_in_a_side_thread_and_its_other_end_is_a_third_party() {
    let mut side = case(true, Some(ConversationId(Uuid::from_u128(8))));
    said(&mut side, MessageKind::Reply, 10);
    assert_eq!(side.turn, Turn::ThirdParty);
    said(&mut side, MessageKind::Customer, 20);
    assert_eq!((side.turn, side.waiting_since), (Turn::Us, None));
    let finish = Event::StatusChanged { from: status::OPEN, to: status::RESOLVED, category: Category::Resolved, waiting_since: None };
    happens(&mut side, vec![finish], 30);
    let reopen = Event::StatusChanged { from: status::RESOLVED, to: status::OPEN, category: Category::Open, waiting_since: Some(20) };
    happens(&mut side, vec![reopen], 40);
    assert_eq!(side.waiting_since, None);
}

#[test]
fn news_of_a_side_thread_wake_its_case_and_nothing_of_them_is_for_the_customer() {
    let side = ConversationId(Uuid::from_u128(8));
    let mut case = case(false, None);
    said(&mut case, MessageKind::Customer, 10);
    let (seen, turn) = (case.public_seq, case.turn);
    happens(&mut case, vec![Event::Snoozed { until: None }], 20);
    let opened = side_events(&case, side, SideStep::Opened);
    happens(&mut case, opened, 30);
    assert!(case.snoozed, "who asks knows that they asked");
    let answered = side_events(&case, side, SideStep::Answered);
    happens(&mut case, answered, 40);
    assert_eq!((case.snoozed, case.public_seq, case.turn, case.category), (false, seen, turn, Category::Open));
}
