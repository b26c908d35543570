//! Commits that do not wait for the disk, but the last of a message.
//!
//! The log is written in order: once the last commit of a message is on disk, at the database's own
//! setting, so are all before it (docs: PostgreSQL manual, "Asynchronous Commit"). So each
//! transaction but the last begins with a `SET LOCAL`, which ends with it.
//!
//! Invariant: no commit is told before a later one was waited for. After a failure that is a message
//! to the log which does nothing else; if it cannot be had, the commits do not count as completed.

use std::ops::Range;

use aludel::driver::{Failure, Message};

/// Stands after a BEGIN whose COMMIT need not wait.
const SET: &str = "SET LOCAL synchronous_commit = off";

/// A transaction that writes nothing but a note to the log, and whose commit is waited for.
pub(crate) const FLUSH: &str = "SELECT pg_catalog.pg_logical_emit_message(true, 'aludel', '')";

/// A message with those settings in it.
#[derive(Debug)]
pub(crate) struct Unhurried<'a> {
    statements: Vec<&'a str>,
    /// The transactions that do not wait, as they lie in the message as it was given.
    transactions: &'a [Range<usize>],
}

impl<'a> Unhurried<'a> {
    /// Puts the settings in. A message that speaks of the setting itself is left alone: it may mean
    /// the last commit, which the others rely on.
    pub(crate) fn new(message: Message<'a>) -> Self {
        let says_so = |sql: &&str| {
            let name = b"synchronous_commit";
            let mut windows = sql.as_bytes().windows(name.len());
            windows.any(|window| window.eq_ignore_ascii_case(name))
        };
        let all_but_last = message.transactions.split_last();
        let transactions = match all_but_last {
            Some((_, others)) if !message.statements.iter().any(says_so) => others,
            _ => &[],
        };
        let mut statements = Vec::with_capacity(message.statements.len() + transactions.len());
        let mut next = 0;
        for transaction in transactions {
            let after_begin = transaction.start + 1;
            statements.extend_from_slice(&message.statements[next..after_begin]);
            statements.push(SET);
            next = after_begin;
        }
        statements.extend_from_slice(&message.statements[next..]);
        Self {
            statements,
            transactions,
        }
    }

    /// What is sent.
    pub(crate) fn statements(&self) -> &[&'a str] {
        &self.statements
    }

    /// The index, in the message as it was given, of what stands at `sent` in what was sent.
    fn given(&self, sent: usize) -> usize {
        let before = self.transactions.iter().enumerate();
        // The settings of earlier transactions stand before it too.
        let before = before.take_while(|(index, range)| range.start + 1 + index < sent);
        sent - before.count()
    }

    /// Puts a failure's places where they are in the message as it was given.
    pub(crate) fn locate(&self, failure: &mut Failure) {
        failure.completed = self.given(failure.completed);
        if let Some(at) = &mut failure.at {
            at.statement = self.given(at.statement);
        }
    }

    /// Whether a commit among the first `completed` statements of the given message did not wait.
    pub(crate) fn owes(&self, completed: usize) -> bool {
        let first = self.transactions.first();
        first.is_some_and(|transaction| transaction.end <= completed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENTS: [&str; 9] = [
        "BEGIN", "1", "COMMIT", "BEGIN", "2", "COMMIT", "BEGIN", "3", "COMMIT",
    ];

    #[test]
    fn all_but_the_last_transaction_do_not_wait() {
        let transactions = [0..3, 3..6, 6..9];
        let message = Unhurried::new(Message::new(&STATEMENTS, &transactions));
        assert_eq!(
            message.statements(),
            [
                "BEGIN", SET, "1", "COMMIT", "BEGIN", SET, "2", "COMMIT", "BEGIN", "3", "COMMIT"
            ]
        );
        let given: Vec<usize> = (0..=11).map(|sent| message.given(sent)).collect();
        // What stands at a setting's place is the statement after it.
        assert_eq!(given, [0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9]);
        assert!(!message.owes(2) && message.owes(3) && message.owes(9));
    }

    #[test]
    fn one_transaction_waits() {
        let transaction = 0..3;
        let transactions = std::slice::from_ref(&transaction);
        let message = Unhurried::new(Message::new(&STATEMENTS[..3], transactions));
        assert_eq!(message.statements(), &STATEMENTS[..3]);
        assert!(!message.owes(3));
    }

    #[test]
    fn a_message_that_speaks_of_the_setting_is_left_alone() {
        let statements = [
            "BEGIN",
            "1",
            "COMMIT",
            "BEGIN",
            "SET LOCAL Synchronous_Commit = local",
            "COMMIT",
        ];
        let transactions = [0..3, 3..6];
        let message = Unhurried::new(Message::new(&statements, &transactions));
        assert_eq!(message.statements(), statements);
        assert!(!message.owes(6));
    }
}
