//! A [`Target`] and an [`Introspect`] over a loaded library.

use std::sync::{Arc, PoisonError};

use aludel::driver::{Introspect, ResultSet, Server};
use aludel::schema::{DataStatement, Effect, Query, Schema, Table, View};
use aludel::sql::Syntax;
use aludel::translate::{DataScope, Lowered, Refusal, Rendered, TableChange, Target};

use super::plugin::{CallError, Plugin};
use crate::abi::op;
use crate::wire;
use crate::wire::{TargetAnswer, TargetRequest, Wanted};

pub(super) struct PluginTarget {
    plugin: Arc<Plugin>,
    server: Server,
    folds: bool,
    enforcing: Option<String>,
    functions: Option<Vec<String>>,
}

impl PluginTarget {
    /// `None`: this version of the words is not spoken here, and nothing is translated.
    pub(super) fn new(
        plugin: &Arc<Plugin>,
        server: &Server,
        said: &wire::TargetSaid,
    ) -> Option<Self> {
        (said.words == wire::model::WORDS).then(|| Self {
            plugin: plugin.clone(),
            server: server.clone(),
            folds: said.folds,
            enforcing: said.enforcing.clone(),
            functions: said.functions.clone(),
        })
    }

    fn ask(
        &self,
        source: Syntax,
        authored: &Schema,
        target: Option<&Schema>,
        wanted: Wanted,
    ) -> Result<TargetAnswer, Vec<Refusal>> {
        let answer = self.answer(source, authored, target, wanted);
        match answer {
            Ok(TargetAnswer::Refused(refusals)) if !refusals.is_empty() => Err(refusals),
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.refused(error)),
        }
    }

    fn answer(
        &self,
        source: Syntax,
        authored: &Schema,
        target: Option<&Schema>,
        wanted: Wanted,
    ) -> Result<TargetAnswer, CallError> {
        let source = source
            .try_into()
            .map_err(|word: wire::NoWord| CallError::Refused(word.to_string()))?;
        // Held until the answer is there: updates reach the driver in their order.
        let mut mirrored = self
            .plugin
            .mirrored
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let authored = mirrored.update(authored);
        let target = target.map(|target| mirrored.update(target));
        let request = TargetRequest {
            server: (&self.server).into(),
            gone: mirrored.gone(),
            source,
            authored: authored.mirror,
            target: target.as_ref().map(|target| target.mirror),
            updates: std::iter::once(authored).chain(target).collect(),
            wanted,
        };
        let answer = self
            .plugin
            .call(op::TRANSLATE, &wire::write_words(&request), &[])
            .and_then(|(head, _)| {
                wire::read_words(&head).map_err(|error| Plugin::garbage(op::TRANSLATE, &error))
            });
        if answer.is_err() {
            mirrored.forget();
        }
        answer
    }

    fn refused(&self, error: CallError) -> Vec<Refusal> {
        let message = error.sentence(&self.plugin.info.name);
        vec![Refusal::new("driver-did-not-translate", message)]
    }

    fn rendered(&self, scope: &DataScope<'_>, wanted: Wanted) -> Result<Rendered, Vec<Refusal>> {
        match self.ask(scope.source, scope.authored, Some(scope.target), wanted)? {
            TargetAnswer::Rendered(rendered) => Ok(*rendered),
            other => Err(self.refused(another(&other))),
        }
    }
}

/// An answer to another question.
fn another(answer: &TargetAnswer) -> CallError {
    let what = match answer {
        TargetAnswer::Lowered(_) => "a table",
        TargetAnswer::Rendered(_) => "statements",
        TargetAnswer::Refused(_) => "refusals without one",
    };
    let what = format!("{what}, which was not asked for");
    Plugin::garbage(op::TRANSLATE, &wire::Unreadable::new(what))
}

impl Target for PluginTarget {
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>> {
        let wanted = Wanted::Lower(Box::new(table.clone()));
        match self.ask(source, authored, None, wanted)? {
            TargetAnswer::Lowered(lowered) => Ok(*lowered),
            other => Err(self.refused(another(&other))),
        }
    }

    fn folds(&self) -> bool {
        self.folds
    }

    fn enforcing(&self) -> Option<&str> {
        self.enforcing.as_deref()
    }

    fn functions(&self) -> Option<Vec<&str>> {
        let names = self.functions.as_ref()?;
        Some(names.iter().map(String::as_str).collect())
    }

    // A driver that was built before this was asked for does not understand the question.
    fn assert_empty(&self, table: &Table, message: &str, scope: &DataScope<'_>) -> Option<String> {
        let wanted = Wanted::AssertEmpty(Box::new(table.clone()), message.to_owned());
        let rendered = self.rendered(scope, wanted).ok()?;
        rendered.statements.into_iter().next()
    }

    // One that was built before this was asked for says that it does not understand.
    fn assert_none(
        &self,
        query: &Query,
        message: &str,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        let wanted = Wanted::AssertNone(Box::new(query.clone()), message.to_owned());
        self.rendered(scope, wanted)
    }

    fn table(&self, change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
        self.rendered(&change.scope, Wanted::Table(Box::new(change.into())))
    }

    fn view(
        &self,
        before: Option<&View>,
        after: Option<&View>,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        let boxed = |view: Option<&View>| view.cloned().map(Box::new);
        self.rendered(scope, Wanted::View(boxed(before), boxed(after)))
    }

    fn other(&self, effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
        self.rendered(scope, Wanted::Other(Box::new(effect.clone())))
    }

    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        self.rendered(scope, Wanted::Data(Box::new(statement.clone())))
    }
}

pub(super) struct PluginIntrospect {
    plugin: Arc<Plugin>,
    server: Server,
    queries: Vec<String>,
}

impl PluginIntrospect {
    pub(super) fn new(
        plugin: &Arc<Plugin>,
        server: &Server,
        said: wire::IntrospectSaid,
    ) -> Option<Self> {
        (said.words == wire::model::WORDS).then(|| Self {
            plugin: plugin.clone(),
            server: server.clone(),
            queries: said.queries,
        })
    }
}

impl Introspect for PluginIntrospect {
    fn queries(&self) -> Vec<&str> {
        self.queries.iter().map(String::as_str).collect()
    }

    fn schema(&self, answers: &[ResultSet]) -> Result<Schema, String> {
        let request = wire::SchemaRequest {
            server: (&self.server).into(),
            answers: answers.iter().cloned().map(Into::into).collect(),
        };
        let answer = self.plugin.call(op::SCHEMA, &wire::write(&request), &[]);
        let schema = answer.and_then(|(head, _)| {
            wire::read_words(&head).map_err(|error| Plugin::garbage(op::SCHEMA, &error))
        });
        schema.map_err(|error| error.sentence(&self.plugin.info.name))
    }
}
