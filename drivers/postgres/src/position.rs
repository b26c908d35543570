//! One message out of many statements, and the way back from the server's error position.
//!
//! The server counts **characters** of the whole message from 1, at every statement, and gives a
//! position for errors of parsing and analysis only. If any statement cannot be parsed none runs,
//! so such a position may lie far behind the statements that completed (docs: PostgreSQL manual,
//! "Multiple Statements in a Simple Query"; "Error and Notice Message Fields", `P`).

use aludel::driver::At;

/// Stands between statements. The line break ends a line comment that the statement ends with.
const BETWEEN: &str = "\n;\n";

/// Statements joined into one message.
#[derive(Debug)]
pub(crate) struct Message {
    text: String,
    /// Where each statement ends in `text`, in bytes.
    ends: Vec<usize>,
}

impl Message {
    /// Joins statements.
    pub(crate) fn new(statements: &[&str]) -> Self {
        let mut text = String::with_capacity(
            statements
                .iter()
                .map(|s| s.len() + BETWEEN.len())
                .sum::<usize>(),
        );
        let mut ends = Vec::with_capacity(statements.len());
        for (index, statement) in statements.iter().enumerate() {
            if index > 0 {
                text.push_str(BETWEEN);
            }
            text.push_str(statement);
            ends.push(text.len());
        }
        Self { text, ends }
    }

    /// What is sent.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where it failed: after `completed` statements, at the server's `position` if it gave one.
    pub(crate) fn locate(&self, completed: usize, position: Option<u32>) -> Option<At> {
        let last = self.ends.len().checked_sub(1)?;
        let running = At {
            statement: completed.min(last),
            offset: None,
        };
        let Some(characters) = position.and_then(|p| usize::try_from(p).ok()?.checked_sub(1))
        else {
            return Some(running);
        };
        let byte = self
            .text
            .char_indices()
            .nth(characters)
            .map_or(self.text.len(), |(byte, _)| byte);
        // What stands between two statements belongs to the one before: `near ";"`.
        let next = self.ends.partition_point(|end| end + BETWEEN.len() <= byte);
        let statement = next.min(last);
        if completed > 0 && statement != completed {
            // A position that is not of this message: better none than a wrong one.
            return Some(running);
        }
        let start = match statement {
            0 => 0,
            n => self.ends[n - 1] + BETWEEN.len(),
        };
        let length = self.ends[statement] - start;
        Some(At {
            statement,
            offset: Some((byte - start).min(length)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(statement: usize, offset: Option<usize>) -> Option<At> {
        Some(At { statement, offset })
    }

    /// The position, as the server counts, of `needle` in the message.
    fn position(message: &Message, needle: &str) -> Option<u32> {
        let byte = message.text().find(needle).unwrap();
        Some(u32::try_from(message.text()[..byte].chars().count() + 1).unwrap())
    }

    #[test]
    fn counts_characters_and_answers_bytes() {
        let message = Message::new(&["SELECT 'äöü€'", "SELECT 'ß', nope"]);
        assert_eq!(
            message.locate(1, position(&message, "nope")),
            at(1, Some("SELECT 'ß', ".len()))
        );
    }

    #[test]
    fn finds_the_statement_of_a_parse_error_that_stopped_everything() {
        let message = Message::new(&["SELECT '€'", "SELECT 2", "SELEKT 3", "SELECT 4"]);
        assert_eq!(
            message.locate(0, position(&message, "SELEKT")),
            at(2, Some(0))
        );
    }

    #[test]
    fn the_terminator_belongs_to_the_statement_before() {
        let message = Message::new(&["SELECT (", "SELECT 2"]);
        assert_eq!(message.locate(0, position(&message, ";")), at(0, Some(8)));
        // The end of the input.
        let message = Message::new(&["SELECT 1", "SELECT ("]);
        let end = u32::try_from(message.text().len() + 1).unwrap();
        assert_eq!(message.locate(0, Some(end)), at(1, Some(8)));
    }

    #[test]
    fn without_a_position_the_statement_is_known_all_the_same() {
        let message = Message::new(&["a", "b", "c"]);
        assert_eq!(message.locate(2, None), at(2, None));
        assert_eq!(message.locate(3, None), at(2, None));
        assert_eq!(Message::new(&[]).locate(0, None), None);
    }

    #[test]
    fn a_position_elsewhere_is_not_believed() {
        let message = Message::new(&["SELECT 1", "DO $$ something $$", "SELECT 3"]);
        assert_eq!(message.locate(1, Some(3)), at(1, None));
    }
}
