//! What can be wrong with a database URL.
//!
//! Invariant: no variant holds any part of the value, so no message can show a secret, even of a
//! value that has no recognisable password. Each message names the cure.

/// Why a value is not a database URL. It holds no part of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Nothing was given.
    #[error("the database URL is empty")]
    Empty,
    /// There is no scheme, and nothing that says it is a SQLite file.
    #[error(
        "the database URL has no scheme: write `sqlite:PATH` for a SQLite file, or begin with \
         `postgres://`, `mysql://`, `mariadb://`"
    )]
    NoScheme,
    /// `postgres:` or its like is not followed by `//`.
    #[error("the database URL needs `//` after its scheme: `postgres://user@host/database`")]
    NoAuthority,
    /// `sqlite:` is followed by nothing.
    #[error("the SQLite URL names no file: write `sqlite:PATH` or `sqlite::memory:`")]
    NoPath,
    /// `sqlite:` is followed by another URL.
    #[error("the SQLite URL names no file: another URL stands in its place")]
    UrlInPath,
    /// A user or a password stands where `sqlite:` names a file.
    #[error(
        "the SQLite URL holds a user or a password before an `@`, and a file has neither: write \
         `sqlite:PATH`, an `@` of the file's name as `%40`"
    )]
    UserInPath,
    /// White space or a control character.
    #[error(
        "the database URL holds white space or a control character: percent-encode it (a space is \
         `%20`)"
    )]
    WhiteSpace,
    /// An unencoded `#`, which would begin a fragment.
    #[error(
        "the database URL holds an unencoded `#`: percent-encode it as `%23` in a user name or \
         password"
    )]
    Fragment,
    /// More than one `@` before the path.
    #[error(
        "the database URL has more than one `@` before its path: percent-encode those of the user \
         name and password as `%40`"
    )]
    ManyAt,
    /// An `@` after the host.
    #[error(
        "the database URL has an `@` after its host: percent-encode `/` as `%2F`, `?` as `%3F` and \
         `@` as `%40` in a user name, password, database name or parameter"
    )]
    AtAfterHost,
    /// A `%` that begins no escape.
    #[error(
        "the database URL has a `%` without two hexadecimal digits: percent-encode `%` itself as \
         `%25`"
    )]
    Percent,
    /// Escapes that decode to a NUL or to something that is not UTF-8.
    #[error("the database URL has percent-escapes that are not UTF-8 text")]
    NotUtf8,
    /// What stands where the port should be is no port.
    #[error(
        "the database URL has a port that is not a number from 1 to 65535: if it is part of the \
         password, percent-encode `@` as `%40`, `:` as `%3A`, `/` as `%2F`, `?` as `%3F`, `#` as \
         `%23` and `%` as `%25`; an IPv6 address stands in brackets"
    )]
    Port,
    /// A bracket without its partner, or brackets around what is no IPv6 address.
    #[error(
        "the database URL has brackets in its host that hold no IPv6 address: percent-encode `[` \
         as `%5B` and `]` as `%5D` in a user name or password"
    )]
    Bracket,
    /// A character that no host name has.
    #[error(
        "the database URL has a host name with a character that none can have: if it is part of \
         the password, percent-encode `@` as `%40`, `:` as `%3A`, `/` as `%2F`, `?` as `%3F` and \
         `%` as `%25`; a socket directory is percent-encoded too"
    )]
    Host,
    /// A query parameter without a value.
    #[error(
        "the database URL has a parameter without `=`: percent-encode `&` as `%26` and `?` as \
         `%3F` in a value, user name or password"
    )]
    Parameter,
    /// A query parameter of a SQLite URL that is not understood.
    #[error(
        "a SQLite URL takes one parameter, `mode`, which is `rwc`, `rw`, `ro` or `memory`: write a \
         `?` of the file's name as `%3F`"
    )]
    SqliteParameter,
}

impl UrlError {
    /// The stable code of this kind of problem.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "url-empty",
            Self::NoScheme => "url-no-scheme",
            Self::NoAuthority => "url-no-authority",
            Self::NoPath => "url-no-path",
            Self::UrlInPath => "url-in-path",
            Self::UserInPath => "url-user-in-path",
            Self::WhiteSpace => "url-white-space",
            Self::Fragment => "url-fragment",
            Self::ManyAt => "url-many-at",
            Self::AtAfterHost => "url-at-after-host",
            Self::Percent => "url-percent",
            Self::NotUtf8 => "url-not-utf8",
            Self::Port => "url-port",
            Self::Bracket => "url-bracket",
            Self::Host => "url-host",
            Self::Parameter | Self::SqliteParameter => "url-parameter",
        }
    }
}
