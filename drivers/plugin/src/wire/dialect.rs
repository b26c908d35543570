//! The dialect of one server: what of it is constant, and how scripts are printed.

use aludel::driver as core;
use serde::{Deserialize, Serialize};

use super::Server;

/// Asks for the dialect of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectRequest {
    /// The server.
    pub server: Server,
}

/// Answers [`op::DIALECT`](crate::abi::op::DIALECT).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// How scripts are lexed.
    pub syntax: Syntax,
    /// The names by which override files and directives mean it, most specific first.
    pub names: Vec<String>,
    /// What the engine can do.
    pub capabilities: Capabilities,
    /// The schema that holds the ledger where none is configured and no server was asked.
    pub default_schema: Option<String>,
    /// Starts a revision's transaction.
    pub begin: String,
    /// Commits it.
    pub commit: String,
    /// Reverts it.
    #[serde(default = "rollback")]
    pub rollback: String,
    /// Puts a session's settings back, statement by statement.
    #[serde(default)]
    pub reset_session: Vec<String>,
    /// The first lines of printed scripts.
    #[serde(default)]
    pub headers: Headers,
    /// How it translates, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetSaid>,
    /// How it reads a live schema, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspect: Option<IntrospectSaid>,
}

/// What a dialect says of itself as a target of translations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSaid {
    /// The version of the model's words that it speaks; with another one than the host's it is not
    /// asked.
    pub words: u32,
    /// Several changes to one table within a revision are rendered as one.
    pub folds: bool,
    /// What a session says first in which foreign keys are enforced, if the engine leaves that to sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforcing: Option<String>,
    /// The functions that the engine has of its own, if that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<String>>,
}

/// What a dialect says of how it reads a live schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntrospectSaid {
    /// The version of the model's words that it speaks; with another one than the host's it is not
    /// asked.
    pub words: u32,
    /// The statements that read a whole schema, in order. None writes.
    pub queries: Vec<String>,
}

/// What every engine so far reverts a transaction with.
fn rollback() -> String {
    "ROLLBACK".into()
}

/// How scripts are lexed: the rules of one of the engines that the host knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    /// Dollar quotes, `E''`, nested comments, SQL-standard bodies.
    Postgres,
    /// Backticks, backslashes, `#` comments, DELIMITER.
    Mysql,
    /// Trigger bodies, three kinds of quoted names.
    Sqlite,
}

/// What an engine can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// DDL can be rolled back.
    pub transactional_ddl: bool,
    /// How runners keep out of each other's way.
    pub lock: LockKind,
    /// Most revisions in one message.
    pub revisions_per_message: usize,
    /// Some statements must be a message of their own.
    #[serde(default)]
    pub statements_alone: bool,
    /// The server says where in a statement an error lies.
    #[serde(default)]
    pub error_positions: bool,
}

/// How runners keep out of each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockKind {
    /// A named lock that the session holds until it ends.
    Session,
    /// The database's write lock, taken by each transaction.
    Transaction,
}

/// The first lines of a printed script, for each client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// For the engine's usual client.
    pub usual: String,
    /// For none.
    pub none: String,
}

/// The client that a printed script is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The engine's usual client.
    Usual,
    /// None.
    None,
}

/// Asks for statements as a client reads them; each is a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintRequest {
    /// The dialect's server.
    pub server: Server,
    /// The client.
    pub client: Client,
}

/// Answers [`op::PRINT`](crate::abi::op::PRINT); the body is the texts, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// Their lengths in bytes.
    pub lengths: Vec<usize>,
}

/// A core value that this version of the boundary has no word for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoWord(pub(crate) &'static str);

impl std::fmt::Display for NoWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the boundary has no word for this {}", self.0)
    }
}

impl TryFrom<&dyn core::Dialect> for Dialect {
    type Error = NoWord;

    fn try_from(dialect: &dyn core::Dialect) -> Result<Self, NoWord> {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(Self {
            syntax: dialect.syntax().try_into()?,
            names: owned(dialect.names()),
            capabilities: dialect.capabilities().try_into()?,
            default_schema: dialect.default_schema().map(str::to_owned),
            begin: dialect.begin().to_owned(),
            commit: dialect.commit().to_owned(),
            rollback: dialect.rollback().to_owned(),
            reset_session: owned(dialect.reset_session()),
            headers: Headers {
                usual: dialect.script_header(core::Client::Usual).to_owned(),
                none: dialect.script_header(core::Client::None).to_owned(),
            },
            target: dialect.target().map(|target| TargetSaid {
                words: super::model::WORDS,
                folds: target.folds(),
                enforcing: target.enforcing().map(str::to_owned),
                functions: target.functions().as_deref().map(owned),
            }),
            introspect: dialect.introspect().map(|introspect| IntrospectSaid {
                words: super::model::WORDS,
                queries: owned(&introspect.queries()),
            }),
        })
    }
}

impl TryFrom<aludel::sql::Syntax> for Syntax {
    type Error = NoWord;

    fn try_from(syntax: aludel::sql::Syntax) -> Result<Self, NoWord> {
        match syntax {
            aludel::sql::Syntax::Postgres => Ok(Self::Postgres),
            aludel::sql::Syntax::Mysql => Ok(Self::Mysql),
            aludel::sql::Syntax::Sqlite => Ok(Self::Sqlite),
            _ => Err(NoWord("syntax")),
        }
    }
}

impl From<Syntax> for aludel::sql::Syntax {
    fn from(syntax: Syntax) -> Self {
        match syntax {
            Syntax::Postgres => Self::Postgres,
            Syntax::Mysql => Self::Mysql,
            Syntax::Sqlite => Self::Sqlite,
        }
    }
}

impl TryFrom<&core::Capabilities> for Capabilities {
    type Error = NoWord;

    fn try_from(able: &core::Capabilities) -> Result<Self, NoWord> {
        Ok(Self {
            transactional_ddl: able.transactional_ddl,
            lock: match able.lock {
                core::LockKind::Session => LockKind::Session,
                core::LockKind::Transaction => LockKind::Transaction,
                _ => return Err(NoWord("kind of lock")),
            },
            revisions_per_message: able.revisions_per_message,
            statements_alone: able.statements_alone,
            error_positions: able.error_positions,
        })
    }
}

impl From<&Capabilities> for core::Capabilities {
    fn from(able: &Capabilities) -> Self {
        let lock = match able.lock {
            LockKind::Session => core::LockKind::Session,
            LockKind::Transaction => core::LockKind::Transaction,
        };
        let mut core = Self::new(able.transactional_ddl, lock)
            .revisions_per_message(able.revisions_per_message);
        core.statements_alone = able.statements_alone;
        core.error_positions = able.error_positions;
        core
    }
}

impl From<core::Client> for Client {
    fn from(client: core::Client) -> Self {
        match client {
            core::Client::Usual => Self::Usual,
            core::Client::None => Self::None,
        }
    }
}

impl From<Client> for core::Client {
    fn from(client: Client) -> Self {
        match client {
            Client::Usual => Self::Usual,
            Client::None => Self::None,
        }
    }
}
