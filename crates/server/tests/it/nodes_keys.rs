//! Changing the master key of a desk that several nodes serve: refused while another lives, and then done once for all.

use crate::cli::KEY;
use crate::nodes::{Desk, Node, SERVE, dir, refused, says};
use candor_store::Queue;
use std::path::Path;
use std::process::Command;

/// A node whose master key lies in a file of its own.
fn with_key(desk: &Desk, data: &Path) -> Command {
    let key = data.join("the.key");
    if !key.exists() {
        std::fs::write(&key, KEY).expect("writes");
    }
    let mut command = desk.command(data);
    command.env_remove("CANDOR_MASTER_KEY").env("CANDOR_MASTER_KEY_FILE", key);
    command
}

#[test]
fn the_master_key_is_not_changed_under_another_node_and_the_other_is_told_which_it_needs() {
    let desk = Desk::new();
    let (a, b) = (dir(), dir());
    let _first = Node::start(&mut with_key(&desk, a.path()));
    let second = Node::start(&mut with_key(&desk, b.path()));
    let rotate = || {
        let mut command = with_key(&desk, a.path());
        command.args(["key", "rotate"]);
        command
    };
    says(&refused(&mut rotate(), 1), &["other nodes serve this database", "stop them", "give it to them"]);
    // The same key in a setting: it cannot be made here, and the operator hears how to give it.
    let mut outside = desk.command(a.path());
    says(&refused(outside.args(["key", "rotate"]), 1), &["give the new one beside the old one"]);

    drop(second);
    // As if the seconds had gone after which a node that says nothing counts as away.
    let away = |tx: &mut candor_store::Tx<'_>| tx.execute("UPDATE node SET seen_at = 0", &[]);
    desk.db.write_blocking::<_, candor_store::Error>(Queue::People, away).expect("writes");
    let output = rotate().output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    says(&String::from_utf8_lossy(&output.stdout), &["in use", "no longer needed here"]);

    says(&refused(with_key(&desk, b.path()).args(SERVE), 1), &["does not belong to this database", "master_key_file"]);
    std::fs::copy(a.path().join("the.key"), b.path().join("the.key")).expect("copies");
    drop(Node::start(&mut with_key(&desk, b.path())));
}
