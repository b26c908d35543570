//! How the `mariadb` and `mysql` clients read a statement.
//!
//! They split at the delimiter without knowing bodies, so a statement that holds a `;` within is
//! put between DELIMITER lines. The server itself needs none of that.

use std::borrow::Cow;

use aludel::driver::Client;
use aludel::sql::{self, Syntax};

pub(crate) fn print(sql: &str, client: Client) -> Cow<'_, str> {
    let plain = || {
        let separator = if ends_in_comment(sql) { "\n" } else { "" };
        Cow::Owned(format!("{sql}{separator};"))
    };
    if client == Client::None {
        return plain();
    }
    let Ok(script) = sql::scan(Syntax::Mysql, sql) else {
        return plain();
    };
    let delimiter = script
        .statements
        .iter()
        .find(|statement| statement.needs_delimiter())
        .and_then(|statement| statement.delimiter(&script));
    match delimiter {
        Some(delimiter) => Cow::Owned(format!(
            "DELIMITER {delimiter}\n{}\n{delimiter}\nDELIMITER ;",
            sql.trim_start_matches(['\n', '\r'])
        )),
        None => plain(),
    }
}

/// A `;` after a line comment would be part of it.
fn ends_in_comment(sql: &str) -> bool {
    let last = sql.rsplit('\n').next().unwrap_or_default();
    last.contains("--") || last.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_stand_between_delimiter_lines() {
        let sql = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END";
        let text = print(sql, Client::Usual);
        assert!(text.starts_with("DELIMITER "), "{text}");
        assert!(text.ends_with("DELIMITER ;"), "{text}");
        assert_eq!(print(sql, Client::None), format!("{sql};"));
        assert_eq!(print("SELECT 1", Client::Usual), "SELECT 1;");
        assert_eq!(print("SELECT 1 -- x", Client::Usual), "SELECT 1 -- x\n;");
    }

    #[test]
    fn the_text_of_a_statement_is_not_touched() {
        let sql = "INSERT INTO t VALUES ('a\n;b')";
        assert!(print(sql, Client::Usual).contains(sql));
        assert_eq!(print(sql, Client::None), format!("{sql};"));
    }
}
