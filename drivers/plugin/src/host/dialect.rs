//! A [`Dialect`] over a loaded library: its constants were fetched once, its texts are asked for
//! many at a time.

use std::borrow::Cow;
use std::sync::Arc;

use aludel::driver::{
    Capabilities, Client, Dialect, DialectError, Introspect, LedgerRequest, LedgerSql, Server,
};
use aludel::ledger::{Guard, Identity, JournalEntry, LedgerTables, LedgerText};
use aludel::sql::Syntax;
use aludel::translate::Target;

use super::plugin::{CallError, Plugin};
use super::target::{PluginIntrospect, PluginTarget};
use crate::abi::op;
use crate::{intern, wire};

pub(super) struct PluginDialect {
    plugin: Arc<Plugin>,
    server: Server,
    syntax: Syntax,
    names: &'static [&'static str],
    capabilities: Capabilities,
    default_schema: Option<&'static str>,
    begin: &'static str,
    commit: &'static str,
    rollback: &'static str,
    reset_session: &'static [&'static str],
    /// For the usual client, and for none.
    headers: (&'static str, &'static str),
    target: Option<PluginTarget>,
    introspect: Option<PluginIntrospect>,
}

impl PluginDialect {
    /// Asks the library for a dialect.
    pub(super) fn new(plugin: &Arc<Plugin>, server: &Server) -> Result<Self, String> {
        let request = wire::DialectRequest {
            server: server.into(),
        };
        let answer = plugin.call(op::DIALECT, &wire::write(&request), &[]);
        let said = answer.and_then(|(head, _)| {
            let said = wire::read::<wire::Dialect>(&head);
            said.map_err(|error| Plugin::garbage(op::DIALECT, &error))
        });
        let said = said.map_err(|error| error.sentence(&plugin.info.name))?;
        Ok(Self {
            plugin: plugin.clone(),
            server: server.clone(),
            syntax: said.syntax.into(),
            names: intern::texts(&said.names),
            capabilities: (&said.capabilities).into(),
            default_schema: said.default_schema.as_deref().map(intern::text),
            begin: intern::text(&said.begin),
            commit: intern::text(&said.commit),
            rollback: intern::text(&said.rollback),
            reset_session: intern::texts(&said.reset_session),
            headers: (
                intern::text(&said.headers.usual),
                intern::text(&said.headers.none),
            ),
            target: said
                .target
                .as_ref()
                .and_then(|said| PluginTarget::new(plugin, server, said)),
            introspect: said
                .introspect
                .and_then(|said| PluginIntrospect::new(plugin, server, said)),
        })
    }

    fn error(&self, error: CallError) -> DialectError {
        DialectError {
            message: error.sentence(&self.plugin.info.name),
        }
    }

    /// One text, for whoever asks for one where there is no way to fail: what stands in its place
    /// then is no statement of any engine.
    fn one(&self, tables: &LedgerTables, by: &Identity, text: LedgerText) -> String {
        let request = LedgerRequest {
            tables,
            by,
            setup: false,
            texts: &[text],
        };
        match self.ledger(&request) {
            Ok(written) => written.texts.concat(),
            Err(error) => no_statement(&error),
        }
    }
}

fn no_statement(error: &DialectError) -> String {
    format!("no statement: {error}")
}

impl Dialect for PluginDialect {
    fn server(&self) -> &Server {
        &self.server
    }

    fn syntax(&self) -> Syntax {
        self.syntax
    }

    fn names(&self) -> &[&'static str] {
        self.names
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn target(&self) -> Option<&dyn Target> {
        self.target.as_ref().map(|target| target as &dyn Target)
    }

    fn introspect(&self) -> Option<&dyn Introspect> {
        self.introspect
            .as_ref()
            .map(|introspect| introspect as &dyn Introspect)
    }

    fn default_schema(&self) -> Option<&'static str> {
        self.default_schema
    }

    fn begin(&self) -> &'static str {
        self.begin
    }

    fn commit(&self) -> &'static str {
        self.commit
    }

    fn rollback(&self) -> &'static str {
        self.rollback
    }

    fn reset_session(&self) -> &'static [&'static str] {
        self.reset_session
    }

    fn create_ledger(&self, tables: &LedgerTables) -> Vec<String> {
        let request = LedgerRequest {
            tables,
            by: &Identity::default(),
            setup: true,
            texts: &[],
        };
        match self.ledger(&request) {
            Ok(written) => written.setup,
            Err(error) => vec![no_statement(&error)],
        }
    }

    fn guard(&self, tables: &LedgerTables, guard: &Guard) -> String {
        let text = LedgerText::Guard(guard.clone());
        self.one(tables, &Identity::default(), text)
    }

    fn journal(&self, tables: &LedgerTables, entry: &JournalEntry, by: &Identity) -> String {
        self.one(tables, by, LedgerText::Journal(entry.clone()))
    }

    fn insert(&self, tables: &LedgerTables, ids: &[&str]) -> String {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        self.one(tables, &Identity::default(), LedgerText::Insert(ids))
    }

    fn delete(&self, tables: &LedgerTables, ids: &[&str]) -> String {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        self.one(tables, &Identity::default(), LedgerText::Delete(ids))
    }

    fn ledger(&self, request: &LedgerRequest<'_>) -> Result<LedgerSql, DialectError> {
        let head = wire::write(&wire::LedgerRequest {
            server: (&self.server).into(),
            tables: request.tables.into(),
            by: request.by.into(),
            setup: request.setup,
            texts: request.texts.iter().map(Into::into).collect(),
        });
        let answer = self.plugin.call(op::LEDGER, &head, &[]);
        let (head, body) = answer.map_err(|error| self.error(error))?;
        let garbage = |error| self.error(Plugin::garbage(op::LEDGER, &error));
        let written: wire::Written = wire::read(&head).map_err(garbage)?;
        let texts = wire::cut(&body, &written.lengths).map_err(garbage)?;
        let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        if texts.len() != written.setup + request.texts.len()
            || (written.setup > 0) != request.setup
        {
            let what = "answered `ledger` with another number of texts than it was asked for";
            return Err(self.error(CallError::Broken(what.into())));
        }
        let rows = texts.split_off(written.setup);
        Ok(LedgerSql {
            setup: texts,
            texts: rows,
        })
    }

    fn script_header(&self, client: Client) -> &'static str {
        match client {
            Client::Usual => self.headers.0,
            Client::None => self.headers.1,
        }
    }

    fn print<'a>(&self, sql: &'a str, client: Client) -> Cow<'a, str> {
        match self.print_all(&[sql], client) {
            Ok(printed) => Cow::Owned(printed.concat()),
            Err(error) => Cow::Owned(no_statement(&error)),
        }
    }

    fn print_all<'a>(
        &self,
        statements: &[&'a str],
        client: Client,
    ) -> Result<Vec<Cow<'a, str>>, DialectError> {
        if !self.plugin.supports(op::PRINT) {
            let printed = statements.iter().map(|sql| format!("{sql};").into());
            return Ok(printed.collect());
        }
        let head = wire::write(&wire::PrintRequest {
            server: (&self.server).into(),
            client: client.into(),
        });
        let parts: Vec<&[u8]> = statements.iter().map(|sql| sql.as_bytes()).collect();
        let answer = self.plugin.call(op::PRINT, &head, &parts);
        let (head, body) = answer.map_err(|error| self.error(error))?;
        let garbage = |error| self.error(Plugin::garbage(op::PRINT, &error));
        let printed: wire::Printed = wire::read(&head).map_err(garbage)?;
        let texts = wire::cut(&body, &printed.lengths).map_err(garbage)?;
        if texts.len() != statements.len() {
            let what = "answered `print` with another number of texts than it was given";
            return Err(self.error(CallError::Broken(what.into())));
        }
        Ok(texts.into_iter().map(|t| t.to_owned().into()).collect())
    }
}
