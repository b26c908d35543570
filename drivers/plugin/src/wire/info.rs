//! Who a driver is, and how it refuses.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Answers [`op::INFO`](crate::abi::op::INFO).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// The messages that the driver speaks: at most what the host said that it reads.
    pub protocol: u32,
    /// The driver's name.
    pub name: String,
    /// The driver's own version.
    pub version: String,
    /// Each URL scheme with the flavour that it means.
    pub schemes: Vec<Scheme>,
    /// Every flavour that a directive or an override file may name.
    pub flavours: Vec<String>,
    /// The oldest server of each flavour: what is assumed where nobody says.
    pub floor: Vec<Floor>,
    /// The operations that the driver supports.
    pub ops: Vec<u32>,
}

/// A URL scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// Without the colon, in lower case.
    pub scheme: String,
    /// The flavour that it means.
    pub flavour: String,
}

/// The oldest server of a flavour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// The flavour.
    pub flavour: String,
    /// Major version.
    pub major: u32,
    /// Minor version.
    pub minor: u32,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Server {
    /// The flavour.
    pub flavour: String,
    /// Major version.
    pub major: u32,
    /// Minor version.
    pub minor: u32,
}

/// The head of an answer that is no answer: why not, in one sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The sentence.
    pub message: String,
}

/// The head of [`op::CATALOG`](crate::abi::op::CATALOG) and
/// [`op::ADMINISTRATION`](crate::abi::op::ADMINISTRATION).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlRequest {
    /// The whole URL, with its secrets.
    pub url: String,
}

/// Answers [`op::CATALOG`](crate::abi::op::CATALOG).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The database, if tables are qualified by one.
    pub catalog: Option<String>,
}

/// Answers [`op::ADMINISTRATION`](crate::abi::op::ADMINISTRATION).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Administration {
    /// By statements, on another database of the server.
    Statements {
        /// The URL of the database to connect to.
        on: String,
        /// A query with one row if the database exists, and none if it does not.
        exists: String,
        /// Makes it.
        create: String,
        /// Destroys it.
        drop: String,
    },
    /// It is a file.
    File {
        /// The file.
        path: String,
        /// Files that go with it.
        beside: Vec<String>,
        /// How such a file begins: at least one byte, as no other file is ever deleted.
        magic: Vec<u8>,
    },
}

impl TryFrom<aludel::driver::Administration> for Administration {
    type Error = String;

    fn try_from(by: aludel::driver::Administration) -> Result<Self, String> {
        use aludel::driver::Administration as Core;
        let text = |path: PathBuf| {
            path.into_os_string()
                .into_string()
                .map_err(|path| format!("the path `{}` is not UTF-8", path.display()))
        };
        match by {
            Core::Statements {
                on,
                exists,
                create,
                drop,
            } => Ok(Self::Statements {
                on: on.secret().to_owned(),
                exists,
                create,
                drop,
            }),
            Core::File {
                path,
                beside,
                magic,
            } => Ok(Self::File {
                path: text(path)?,
                beside: beside.into_iter().map(text).collect::<Result<_, _>>()?,
                magic,
            }),
            _ => Err("the boundary has no word for how this database is made".into()),
        }
    }
}

impl TryFrom<Administration> for aludel::driver::Administration {
    type Error = String;

    fn try_from(by: Administration) -> Result<Self, String> {
        match by {
            Administration::Statements {
                on,
                exists,
                create,
                drop,
            } => Ok(Self::Statements {
                on: Box::new(on.parse().map_err(|_| "the URL of its server is no URL")?),
                exists,
                create,
                drop,
            }),
            Administration::File { magic, .. } if magic.is_empty() => {
                Err("it does not say how a file of its databases begins".into())
            }
            Administration::File {
                path,
                beside,
                magic,
            } => Ok(Self::File {
                path: path.into(),
                beside: beside.into_iter().map(PathBuf::from).collect(),
                magic,
            }),
        }
    }
}

impl From<&aludel::driver::Server> for Server {
    fn from(server: &aludel::driver::Server) -> Self {
        let (major, minor) = server.version();
        Self {
            flavour: server.flavour().to_owned(),
            major,
            minor,
        }
    }
}

impl From<Server> for aludel::driver::Server {
    fn from(server: Server) -> Self {
        Self::new(server.flavour, server.major, server.minor)
    }
}

impl Refusal {
    /// A refusal as a head.
    pub fn head(message: impl Into<String>) -> Vec<u8> {
        super::write(&Self {
            message: message.into(),
        })
    }
}
