//! Flavour and version of a server.

use std::fmt;
use std::str::FromStr;

/// A flavour and a version: `postgres 15`, `mariadb 10.11`, `mysql 9.7`.
///
/// ```
/// use aludel::driver::Server;
///
/// let server: Server = "mariadb 10.11".parse()?;
/// assert_eq!((server.flavour(), server.version()), ("mariadb", (10, 11)));
/// # Ok::<(), aludel::driver::InvalidServer>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    flavour: String,
    major: u32,
    minor: u32,
}

/// A text that is not `FLAVOUR VERSION`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no server, which is a flavour and a version")]
pub struct InvalidServer(String);

impl Server {
    /// A server by flavour and version.
    pub fn new(flavour: impl Into<String>, major: u32, minor: u32) -> Self {
        Self {
            flavour: flavour.into(),
            major,
            minor,
        }
    }

    /// The flavour: `postgres`, `sqlite`, `mysql`, `mariadb`, …
    pub fn flavour(&self) -> &str {
        &self.flavour
    }

    /// Major and minor version.
    pub fn version(&self) -> (u32, u32) {
        (self.major, self.minor)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.flavour, self.major)?;
        if self.minor > 0 {
            write!(f, ".{}", self.minor)?;
        }
        Ok(())
    }
}

impl FromStr for Server {
    type Err = InvalidServer;

    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        let invalid = || InvalidServer(text.to_owned());
        let (flavour, version) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or_else(invalid)?;
        let mut numbers = version.trim().split('.').map(str::parse::<u32>);
        let mut next = || numbers.next().transpose().map_err(|_| invalid());
        let major = next()?.ok_or_else(invalid)?;
        let minor = next()?.unwrap_or(0);
        Ok(Self::new(flavour, major, minor))
    }
}

impl serde::Serialize for Server {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
