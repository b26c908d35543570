//! What code that no replay understands may have made or changed.
//!
//! A question to a catalogue has an answer by the model only if no such code can have changed it.
//!
//! # Invariants
//!
//! - Code reaches what it names, what the engine names after that (`t_a_key`), and nothing else,
//!   unless it executes text that it puts together, drops with `CASCADE`, or calls what is not
//!   known ([`sql::reach`]).

use std::collections::HashSet;
use std::sync::Arc;

use crate::schema::Table;
use crate::sql::Reach;

/// What may be otherwise than the model says.
#[derive(Debug, Clone, Default)]
pub(super) struct Unread {
    words: Arc<HashSet<String>>,
    anything: bool,
}

impl Unread {
    /// Takes note of code.
    pub(super) fn add(&mut self, reach: Reach) {
        match reach {
            Reach::Rows => {}
            Reach::Words(words) => {
                if words.iter().any(|word| !self.words.contains(word)) {
                    Arc::make_mut(&mut self.words).extend(words);
                }
            }
            Reach::Anything => self.anything = true,
        }
    }

    /// Whether all is as the model says.
    pub(super) fn is_empty(&self) -> bool {
        !self.anything && self.words.is_empty()
    }

    /// Whether what bears a name may have been made, changed or dropped.
    pub(super) fn reaches(&self, name: &str) -> bool {
        // A name that an engine has made may be cut.
        const CUT: usize = 60;
        if self.anything {
            return true;
        }
        if self.words.is_empty() {
            return false;
        }
        let name = name.to_lowercase();
        // The type of a table's arrays is `_t`.
        let bare = name.trim_start_matches('_');
        let mut ends = bare.match_indices('_').map(|(at, _)| at);
        name.len() >= CUT
            || self.words.contains(&name)
            || self.words.contains(bare)
            || ends.any(|at| self.words.contains(&bare[..at]))
    }

    /// Whether a table may be otherwise than the model says.
    pub(super) fn reaches_table(&self, table: &Table) -> bool {
        table.opaque.is_some() || self.reaches(&table.name.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Unread};

    #[test]
    fn what_is_not_named_is_as_the_model_says() {
        let mut unread = Unread::default();
        unread.add(Reach::Rows);
        assert!(!unread.reaches("users"));
        unread.add(Reach::Words(vec!["users".into(), "x".into()]));
        for name in [
            "users",
            "Users",
            "users_email_key",
            "_users",
            &"a".repeat(60),
        ] {
            assert!(unread.reaches(name), "{name}");
        }
        for name in ["user", "identities", "the_users"] {
            assert!(!unread.reaches(name), "{name}");
        }
        unread.add(Reach::Anything);
        assert!(unread.reaches("identities"));
    }
}
