//! The session in which translated statements mean what they say.
//!
//! The modes are stated, so that they are the same on every server: what does not fit is an error
//! and never cut, 0 is a number and not "the next one", a time is rounded to the digits of its
//! column. The zone is UTC, in which moments are held. Texts that no column lends a collation are
//! compared exactly.

use aludel::translate::Rendered;

use super::facts::Facts;
use crate::reset::opening;

/// The longest text that GROUP_CONCAT may make.
const LONGEST: &str = "1073741824";

fn begin(facts: &Facts) -> String {
    format!(
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
         NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO{}', time_zone = '+00:00', \
         collation_connection = utf8mb4_bin, group_concat_max_len = {LONGEST}",
        facts.modes,
    )
}

/// Back to what a session begins with: the next script may be the server's own.
const END: &str = concat!(opening!(), ", SESSION group_concat_max_len = DEFAULT");

/// Statements with what stands around them.
pub(crate) fn rendered(statements: Vec<String>, facts: &Facts) -> Rendered {
    if statements.is_empty() {
        return Rendered::default();
    }
    Rendered {
        before: vec![begin(facts)],
        statements,
        after: vec![END.to_owned()],
        ..Rendered::default()
    }
}
