//! What differs between the servers of the family, as values.

use aludel::driver::Server;

/// What one server's SQL has, and how it calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// How the server is called in messages.
    pub(crate) name: &'static str,
    /// The collation under which texts are equal only if they are the same, trailing blanks
    /// included, as PostgreSQL and SQLite have it. (The one that both servers know, `utf8mb4_bin`,
    /// ignores trailing blanks.)
    pub(crate) exact: &'static str,
    /// The collation under which texts are equal but for case, if there is one that does not
    /// ignore accents and trailing blanks too.
    pub(crate) any_case: Option<&'static str>,
    /// Keys of indexes may be expressions. Else they are generated columns that nobody sees.
    pub(crate) expression_keys: bool,
    /// JSON is a type of its own, which no index takes. Else it is text with a CHECK.
    pub(crate) json: bool,
    /// `JSON_OVERLAPS` is known.
    pub(crate) overlaps: bool,
    /// A generated column may be NOT NULL.
    pub(crate) generated_not_null: bool,
    /// A foreign key that deletes rows along may be on a column that a stored generated one looks at.
    pub(crate) generated_cascades: bool,
    /// What a CHAR gives depends on a mode of the session (with its blanks, or without), so a
    /// generated column may look at one without its blanks only.
    pub(crate) padded_chars: bool,
    /// Defaults are evaluated whenever their table is altered; one that is NULL at sight is refused.
    pub(crate) evaluates_defaults: bool,
    /// Strict mode is for DELETE too.
    pub(crate) strict_deletes: bool,
    /// A trigger's IF fails where it divides by zero.
    pub(crate) strict_conditions: bool,
    /// A generated column follows the new name of a column that it looks at (unless a statement
    /// has called the table by an alias before).
    pub(crate) renames_follow: bool,
    /// A table that has a CHECK may be copied when a column becomes NOT NULL, and the column of a
    /// foreign key cannot become so in a copy.
    pub(crate) checks_copy: bool,
    /// A CHECK takes a condition only, and no call or column that is 1 or 0.
    pub(crate) typed_checks: bool,
    /// ON UPDATE CASCADE may refer from a column that is NOT NULL to one that is not.
    pub(crate) cascades_null: bool,
    /// `RANDOM_BYTES` is known.
    pub(crate) random_bytes: bool,
    /// A table in FROM of a subquery is computed when a row first needs it.
    pub(crate) copies_late: bool,
    /// `OVER ()` takes rows of other windows along.
    pub(crate) mixes_windows: bool,
    /// MD5 and SHA1 are known without a component that adds them.
    pub(crate) old_hashes: bool,
    /// `UUID_TO_BIN` and `BIN_TO_UUID` are known.
    pub(crate) uuid_functions: bool,
    /// `CREATE SEQUENCE` is known.
    pub(crate) sequences: bool,
    /// `LATERAL` is known.
    pub(crate) lateral: bool,
    /// To a point of a regular expression, a CR and its LF are one character.
    pub(crate) joins_line_ends: bool,
    /// LAG and LEAD take what they give where there is no such row.
    pub(crate) lag_defaults: bool,
    /// DATE_FORMAT takes a locale. Where it does, it stands in a CHECK and in a generated column
    /// only with one.
    pub(crate) date_locales: bool,
    /// INTERSECT and EXCEPT are known.
    pub(crate) set_operators: bool,
    /// An index that is asked for what is LIKE a pattern gives no text with a character beyond U+FFFF at the
    /// place of its first `%` or `_`.
    pub(crate) like_misses: bool,
    /// Modes of a session beyond those that both servers have.
    pub(crate) modes: &'static str,
}

/// MySQL, from 8.0.17 on.
const MYSQL: Facts = Facts {
    name: "mysql",
    exact: "utf8mb4_0900_bin",
    any_case: Some("utf8mb4_0900_as_ci"),
    expression_keys: true,
    json: true,
    overlaps: true,
    generated_not_null: true,
    generated_cascades: false,
    padded_chars: false,
    evaluates_defaults: false,
    strict_deletes: true,
    strict_conditions: true,
    renames_follow: false,
    checks_copy: true,
    typed_checks: true,
    cascades_null: true,
    random_bytes: true,
    copies_late: false,
    mixes_windows: false,
    old_hashes: true,
    uuid_functions: true,
    sequences: false,
    lateral: true,
    joins_line_ends: true,
    lag_defaults: true,
    date_locales: false,
    set_operators: false,
    like_misses: false,
    modes: "",
};

/// MariaDB, from 10.5 on.
const MARIADB: Facts = Facts {
    name: "mariadb",
    exact: "utf8mb4_nopad_bin",
    any_case: None,
    expression_keys: false,
    json: false,
    overlaps: false,
    generated_not_null: false,
    generated_cascades: true,
    padded_chars: true,
    evaluates_defaults: true,
    strict_deletes: false,
    strict_conditions: false,
    renames_follow: true,
    checks_copy: false,
    typed_checks: false,
    cascades_null: false,
    random_bytes: false,
    copies_late: true,
    mixes_windows: true,
    old_hashes: true,
    uuid_functions: false,
    sequences: true,
    lateral: false,
    joins_line_ends: false,
    lag_defaults: false,
    date_locales: true,
    set_operators: true,
    like_misses: true,
    // MySQL rounds a time to the digits of its column, as PostgreSQL does; MariaDB cuts it off
    // unless it is told.
    modes: ",TIME_ROUND_FRACTIONAL",
};

impl Facts {
    pub(crate) fn of(server: &Server) -> Self {
        match server.flavour() {
            "mariadb" => {
                let mut facts = MARIADB;
                facts.overlaps = server.version() >= (10, 9);
                if server.version() >= (10, 10) {
                    facts.any_case = Some("utf8mb4_uca1400_nopad_as_ci");
                    facts.random_bytes = true;
                }
                facts
            }
            _ => {
                let mut facts = MYSQL;
                // From 8.0.31 on, which a version of two numbers does not tell from 8.0.
                facts.set_operators = server.version() >= (8, 1);
                facts.old_hashes = server.version() < (9, 6);
                facts
            }
        }
    }
}
