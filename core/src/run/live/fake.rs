//! A dialect and a session of no engine: what is sent is written down, and what fails is chosen.

use std::ops::Range;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::driver::{
    At, Capabilities, Dialect, Failure, FailureKind, Interrupt, LockAttempt, LockKind, LockRequest,
    Message, ResultSet, Server, Session,
};
use crate::ledger::{LedgerTables, Snapshot};
use crate::plan::{Piece, Work, WorkScript};
use crate::sql::Syntax;

pub(super) struct FakeDialect {
    server: Server,
    capabilities: Capabilities,
}

impl FakeDialect {
    pub(super) fn new(together: usize) -> Self {
        Self {
            server: Server::new("fake", 1, 0),
            capabilities: Capabilities::new(true, LockKind::Session)
                .revisions_per_message(together),
        }
    }

    /// One that commits DDL by itself.
    pub(super) fn in_steps(together: usize) -> Self {
        Self {
            capabilities: Capabilities::new(false, LockKind::Session)
                .revisions_per_message(together),
            ..Self::new(together)
        }
    }
}

impl Dialect for FakeDialect {
    fn server(&self) -> &Server {
        &self.server
    }
    fn syntax(&self) -> Syntax {
        Syntax::Sqlite
    }
    fn names(&self) -> &[&'static str] {
        &["fake"]
    }
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
    fn default_schema(&self) -> Option<&'static str> {
        None
    }
    fn create_ledger(&self, _tables: &LedgerTables) -> Vec<String> {
        vec!["CREATE LEDGER".into()]
    }
}

/// Writes down each message, and refuses the statements that hold a marked text.
pub(super) struct FakeSession {
    server: Server,
    pub(super) messages: Vec<Vec<String>>,
    /// Where transactions lay in each message.
    pub(super) transactions: Vec<Vec<Range<usize>>>,
    /// After how many transactions of a message it stops.
    pub(super) stops_after: Option<usize>,
    /// A statement that holds one of these is refused, with that kind.
    pub(super) refused: Vec<(&'static str, FailureKind)>,
    /// What a read finds.
    pub(super) ledger: Snapshot,
}

impl FakeSession {
    pub(super) fn new() -> Self {
        Self {
            server: Server::new("fake", 1, 0),
            messages: Vec::new(),
            transactions: Vec::new(),
            stops_after: None,
            refused: Vec::new(),
            ledger: Snapshot::absent(LedgerTables::default()),
        }
    }

    /// Everything that was sent, statement by statement.
    pub(super) fn statements(&self) -> Vec<&str> {
        self.messages.iter().flatten().map(String::as_str).collect()
    }
}

impl Session for FakeSession {
    fn server(&self) -> &Server {
        &self.server
    }

    fn read<'a>(
        &'a mut self,
        _tables: &'a LedgerTables,
    ) -> BoxFuture<'a, Result<Snapshot, Failure>> {
        Box::pin(async { Ok(self.ledger.clone()) })
    }

    fn try_lock<'a>(
        &'a mut self,
        request: &'a LockRequest,
    ) -> BoxFuture<'a, Result<LockAttempt, Failure>> {
        Box::pin(async {
            Ok(LockAttempt::Obtained(Box::new(Snapshot::absent(
                request.tables.clone(),
            ))))
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn send<'a>(&'a mut self, statements: &'a [&'a str]) -> BoxFuture<'a, Result<(), Failure>> {
        let refused = |sql: &str| {
            let mut marks = self.refused.iter();
            marks
                .find(|(mark, _)| sql.contains(mark))
                .map(|(_, kind)| *kind)
        };
        let mut sent = Vec::new();
        let mut answer = Ok(());
        for (index, sql) in statements.iter().enumerate() {
            sent.push((*sql).to_owned());
            if let Some(kind) = refused(sql) {
                let mut failure = Failure::new(kind, format!("refused: {sql}"));
                failure.completed = index;
                failure.at = Some(At {
                    statement: index,
                    offset: Some(3),
                });
                answer = Err(failure);
                break;
            }
        }
        self.messages.push(sent);
        Box::pin(async { answer })
    }

    fn deliver<'a>(&'a mut self, message: Message<'a>) -> BoxFuture<'a, Result<usize, Failure>> {
        self.transactions.push(message.transactions.to_vec());
        let last = self
            .stops_after
            .and_then(|count| message.transactions.get(count - 1));
        let done = last.map_or(message.statements.len(), |transaction| transaction.end);
        Box::pin(async move {
            self.send(&message.statements[..done]).await?;
            Ok(done)
        })
    }

    fn query<'a>(&'a mut self, _sql: &'a str) -> BoxFuture<'a, Result<ResultSet, Failure>> {
        Box::pin(async { Ok(ResultSet::default()) })
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        struct Never;
        impl Interrupt for Never {
            fn interrupt(&self) -> BoxFuture<'static, ()> {
                Box::pin(async {})
            }
        }
        Arc::new(Never)
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

/// A revision of one statement: its own name.
pub(super) fn work(name: &str) -> Work {
    Work {
        id: name.to_owned(),
        name: name.to_owned(),
        message: None,
        direction: crate::ledger::Direction::Up,
        script: WorkScript {
            path: format!("{name}/up.sql").into(),
            text: Arc::from(name),
            checksum: "sha256:0".into(),
            pieces: vec![Piece {
                span: 0..name.len(),
                body: 0,
                sql: None,
                implicit_commit: false,
                sets_session: false,
                reads_clock: false,
            }],
            program: None,
            is_recorded: false,
            rules: 0,
            stepwise: None,
            before: Vec::new(),
            after: Vec::new(),
            relies_on_keys: false,
        },
        present: Vec::new(),
        absent: vec![name.to_owned()],
        hole: false,
    }
}
