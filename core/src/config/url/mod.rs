//! A database URL that masks itself.
//!
//! [`DatabaseUrl`] is the only form in which a URL travels below the command line. Its `Display`,
//! `Debug` and `Serialize` show `***` for a password and for every parameter that is not known to hold none;
//! only [`DatabaseUrl::secret`], [`DatabaseUrl::password`] and the parameters' values hold the
//! real text. A value that could be read in two ways, as an unencoded password makes it, is
//! refused rather than guessed at: a guess could show half a password as a host.
//!
//! Deliberately absent: what parameters mean. That is the driver's business; but of a SQLite URL, which
//! ends in a path, all are refused that would otherwise be lost.

mod authority;
mod error;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

pub use error::UrlError;

/// What is shown in the place of a secret.
pub const MASK: &str = "***";

/// One `host:port` of a URL; PostgreSQL URLs may have several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host {
    /// The name, address (without brackets) or socket directory, percent-decoded.
    pub name: String,
    /// The port, if one is given.
    pub port: Option<u16>,
}

/// A database URL: its parts, and a text that is safe to show.
///
/// | URL | database |
/// | --- | --- |
/// | `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH` | a SQLite file |
/// | `PATH`, without a scheme | the same, if the file exists or ends in `.db`, `.sqlite` or `.sqlite3` |
/// | `sqlite::memory:` | one that lives and dies with its connection |
/// | `postgres://user@host/database`, `postgresql://…` | PostgreSQL |
/// | `mysql://user@host/database`, `mariadb://…` | MySQL, MariaDB |
/// | `scheme://…`, `scheme:PATH` | whatever driver claims the scheme |
///
/// `Display`, `Debug` and `Serialize` show `***` in the place of secrets; only
/// [`secret`](Self::secret), [`password`](Self::password) and the parameters hold them.
///
/// ```
/// use aludel::config::DatabaseUrl;
///
/// let url = DatabaseUrl::parse("postgres://app:p%40ss@db:5433/accounts?sslmode=require")?;
/// assert_eq!(url.scheme(), "postgres");
/// assert_eq!(url.password(), Some("p@ss"));
/// assert_eq!(url.port(), Some(5433));
/// assert_eq!(url.param("sslmode"), Some("require"));
/// assert_eq!(url.to_string(), "postgres://app:***@db:5433/accounts?sslmode=require");
/// # Ok::<(), aludel::config::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DatabaseUrl {
    raw: String,
    masked: String,
    scheme: String,
    user: Option<String>,
    password: Option<String>,
    hosts: Vec<Host>,
    path: String,
    params: Vec<(String, String)>,
}

impl DatabaseUrl {
    /// Reads a value from a command line or an environment variable: a relative SQLite path stays
    /// relative to the working directory.
    ///
    /// # Errors
    ///
    /// If the value is no URL or can be read in two ways.
    pub fn parse(value: &str) -> Result<Self, UrlError> {
        Self::parse_in(value, Path::new(""))
    }

    /// Reads a value from a file in `base`: a relative SQLite path is made relative to it.
    ///
    /// ```
    /// use aludel::config::DatabaseUrl;
    ///
    /// let url = DatabaseUrl::parse_in("sqlite:var/accounts.db", "/srv/app".as_ref())?;
    /// assert_eq!(url.path(), "/srv/app/var/accounts.db");
    /// # Ok::<(), aludel::config::UrlError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the value is no URL or can be read in two ways.
    pub fn parse_in(value: &str, base: &Path) -> Result<Self, UrlError> {
        parse::parse(value, base)
    }

    /// The scheme in lower case, without the colon: what a driver is found by.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The user name, percent-decoded.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The password before the `@`, percent-decoded. It is a secret.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The hosts in their order; none if the URL leaves the host to the driver's default.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The name of the first host.
    pub fn host(&self) -> Option<&str> {
        self.hosts.first().map(|host| host.name.as_str())
    }

    /// The port of the first host.
    pub fn port(&self) -> Option<u16> {
        self.hosts.first().and_then(|host| host.port)
    }

    /// What follows the authority, percent-decoded: the database's name without the slash that
    /// precedes it, or the whole path of a SQLite file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query parameters in their order, percent-decoded. Their values may be secrets.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// The value of the last parameter with this name. It may be a secret.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is a SQLite database that lives and dies with its connection.
    pub fn is_sqlite_memory(&self) -> bool {
        self.scheme == "sqlite" && (self.path == ":memory:" || self.param("mode") == Some("memory"))
    }

    /// The same server, another database: the URL with another path.
    ///
    /// ```
    /// use aludel::config::DatabaseUrl;
    ///
    /// let url = DatabaseUrl::parse("postgres://app:secret@db/accounts?sslmode=require")?;
    /// let other = url.with_path("postgres")?;
    /// assert_eq!(other.to_string(), "postgres://app:***@db/postgres?sslmode=require");
    /// # Ok::<(), aludel::config::UrlError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text with that path is no URL.
    pub fn with_path(&self, path: &str) -> Result<Self, UrlError> {
        let start = self.raw.find("://").map_or(0, |at| at + 3);
        let query = self.raw[start..].find('?').map(|at| start + at);
        let end = query.unwrap_or(self.raw.len());
        let slash = self.raw[start..end].find('/').map_or(end, |at| start + at);
        let (server, query) = (&self.raw[..slash], &self.raw[end..]);
        Self::parse(&format!("{server}/{path}{query}"))
    }

    /// The whole URL with its secrets, for a driver to connect with. Never show it.
    pub fn secret(&self) -> &str {
        &self.raw
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.masked)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&self.masked).finish()
    }
}

impl serde::Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked)
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Self::parse(value)
    }
}
