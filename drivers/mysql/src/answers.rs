//! How many results a statement answers with, as far as its first word tells.
//!
//! The server answers each statement of a message with one result, and an error ends the answers,
//! so that the number of results is the index of the failing statement: *if* each statement before
//! it gave exactly one. CALL, EXECUTE and compound statements may give several, so a message ends
//! with the first of them and whatever fails from there on is that statement's own. An executable
//! comment (`/*!99999 … */`) that the server skips is an empty statement, which the server accepts
//! alone and refuses among others, so it travels alone.
//!
//! A message also ends with what returns as if nothing had happened when it is stopped (SLEEP answers
//! 1): what stands after it would run all the same.
//!
//! Deliberately absent: parsing. An unknown word ends a message, which costs a round trip.

/// How a statement may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Travels {
    /// It answers with one result: anywhere.
    Anywhere,
    /// It may answer with several, or hide that it was stopped: as the last of a message.
    Last,
    /// It may be empty to the server: as the only one.
    Alone,
}

/// First words of statements that answer with exactly one result.
const ONE: &[&str] = &[
    "ALTER",
    "ANALYZE",
    "CHECK",
    "COMMIT",
    "CREATE",
    "DEALLOCATE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DO",
    "DROP",
    "EXPLAIN",
    "FLUSH",
    "GRANT",
    "INSERT",
    "LOCK",
    "OPTIMIZE",
    "PREPARE",
    "RELEASE",
    "RENAME",
    "REPAIR",
    "REPLACE",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TABLE",
    "TRUNCATE",
    "UNLOCK",
    "UPDATE",
    "USE",
    "VALUES",
    "WITH",
];

/// How `sql` may travel.
pub(crate) fn travels(sql: &str) -> Travels {
    let Some((word, rest)) = first_word(sql) else {
        return Travels::Alone;
    };
    let rest_is = |expected: &str| rest.trim().eq_ignore_ascii_case(expected);
    let next_is = |expected: &str| {
        first_word(rest).is_some_and(|(next, _)| next.eq_ignore_ascii_case(expected))
    };
    let one = if word.eq_ignore_ascii_case("BEGIN") {
        // Not MariaDB's BEGIN NOT ATOMIC, nor a block of its Oracle mode.
        rest_is("") || rest_is("WORK")
    } else if word.eq_ignore_ascii_case("SET") {
        // MariaDB's SET STATEMENT … FOR runs any statement.
        !next_is("STATEMENT")
    } else {
        ONE.iter().any(|known| known.eq_ignore_ascii_case(word))
    };
    if one && !may_hide_a_stop(sql) {
        Travels::Anywhere
    } else {
        Travels::Last
    }
}

/// Functions that return a value when they are stopped. One in a text or a comment costs no more
/// than a round trip.
fn may_hide_a_stop(sql: &str) -> bool {
    let starts = |name: &'static str| move |at: &[u8]| at.eq_ignore_ascii_case(name.as_bytes());
    ["SLEEP", "BENCHMARK", "GET_LOCK", "_WAIT"]
        .iter()
        .any(|name| sql.as_bytes().windows(name.len()).any(starts(name)))
}

/// The first word after white space and comments, and what follows it. `None`: nothing but
/// comments, or an executable one first.
fn first_word(sql: &str) -> Option<(&str, &str)> {
    let mut rest = sql.trim_start();
    loop {
        if rest.is_empty() || rest.starts_with("/*!") || rest.starts_with("/*M!") {
            return None;
        }
        let after = if rest.starts_with("--") || rest.starts_with('#') {
            rest.split_once('\n')?.1
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")?.1
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic());
            return Some(rest.split_at(end.unwrap_or(rest.len())));
        };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_statements_travel_anywhere() {
        for sql in [
            "create table calls (a int)",
            "-- it's\n  /*/ ; */ INSERT INTO t VALUES (1)",
            "# x\nSTART TRANSACTION",
            "begin work",
            "SET @a = 1",
        ] {
            assert_eq!(travels(sql), Travels::Anywhere, "{sql}");
        }
    }

    #[test]
    fn what_may_answer_several_times_ends_a_message() {
        for sql in [
            "CALL p()",
            "EXECUTE s",
            "BEGIN NOT ATOMIC SELECT 1; END",
            "IF 1 THEN SELECT 1; END IF",
            "SET STATEMENT max_statement_time = 1 FOR CALL p()",
            "(SELECT 1)",
        ] {
            assert_eq!(travels(sql), Travels::Last, "{sql}");
        }
    }

    #[test]
    fn what_hides_that_it_was_stopped_ends_a_message() {
        for sql in ["SELECT Sleep (8)", "DO get_lock('a', 9)"] {
            assert_eq!(travels(sql), Travels::Last, "{sql}");
        }
    }

    #[test]
    fn what_may_be_empty_travels_alone() {
        for sql in [
            "/*!40101 SET NAMES utf8 */",
            "/*M!100100 DO 1 */",
            "-- nothing",
            "",
        ] {
            assert_eq!(travels(sql), Travels::Alone, "{sql}");
        }
    }
}
