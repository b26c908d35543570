//! Translation and introspection, answered by the driver's own [`Target`] and [`Introspect`].
//!
//! [`Target`]: aludel::translate::Target
//! [`Introspect`]: aludel::driver::Introspect

use std::sync::{Mutex, PoisonError};

use aludel::driver::Dialect;
use aludel::schema::Schema;
use aludel::translate::{DataScope, Rendered, Target};

use super::host::Reply;
use crate::abi::status;
use crate::wire;
use crate::wire::model::Mirrors;
use crate::wire::{TargetAnswer, TargetRequest, Unreadable, Wanted};

/// Answers a question to a target.
pub(super) fn translate(
    dialect: &dyn Dialect,
    mirrors: &Mutex<Mirrors>,
    request: TargetRequest,
) -> Result<Reply, Reply> {
    let Some(target) = dialect.target() else {
        return Err(Reply::unsupported());
    };
    // A panic of the driver's code leaves the mirrors whole: they have followed before it runs.
    let mut mirrors = mirrors.lock().unwrap_or_else(PoisonError::into_inner);
    mirrors.forget(&request.gone);
    for update in request.updates {
        mirrors.follow(update).map_err(Reply::bad)?;
    }
    let authored = mirrors.schema(request.authored).map_err(Reply::bad)?;
    let held = match request.target {
        Some(mirror) => Some(mirrors.schema(mirror).map_err(Reply::bad)?),
        None => None,
    };
    let source = request.source.into();
    let answer = answer(target, request.wanted, source, authored, held).map_err(Reply::bad)?;
    Ok(Reply::ok(wire::write_words(&answer)))
}

fn answer(
    target: &dyn Target,
    wanted: Wanted,
    source: aludel::sql::Syntax,
    authored: &Schema,
    held: Option<&Schema>,
) -> Result<TargetAnswer, Unreadable> {
    if let Wanted::Lower(table) = &wanted {
        return Ok(match target.lower(table, authored, source) {
            Ok(lowered) => TargetAnswer::Lowered(Box::new(lowered)),
            Err(refusals) => TargetAnswer::Refused(refusals),
        });
    }
    let scope = DataScope {
        authored,
        source,
        target: held.ok_or_else(|| Unreadable::new("the target's schema is missing"))?,
    };
    let rendered = match &wanted {
        Wanted::Lower(_) => return Err(Unreadable::new("to lower a table renders nothing")),
        Wanted::Table(change) => target.table(&change.within(scope)),
        Wanted::View(before, after) => target.view(before.as_deref(), after.as_deref(), &scope),
        Wanted::Other(effect) => target.other(effect, &scope),
        Wanted::Data(statement) => target.data(statement, &scope),
        Wanted::AssertNone(query, message) => target.assert_none(query, message, &scope),
        Wanted::AssertEmpty(table, message) => Ok(Rendered {
            statements: target
                .assert_empty(table, message, &scope)
                .into_iter()
                .collect(),
            ..Rendered::default()
        }),
    };
    Ok(match rendered {
        Ok(rendered) => TargetAnswer::Rendered(Box::new(rendered)),
        Err(refusals) => TargetAnswer::Refused(refusals),
    })
}

/// Answers with the schema that the answers to the dialect's queries tell of.
pub(super) fn schema(dialect: &dyn Dialect, request: wire::SchemaRequest) -> Result<Reply, Reply> {
    let Some(introspect) = dialect.introspect() else {
        return Err(Reply::unsupported());
    };
    let answers: Vec<_> = request.answers.into_iter().map(Into::into).collect();
    let schema = introspect.schema(&answers);
    let schema = schema.map_err(|message| Reply::refusal(status::REFUSED, message))?;
    Ok(Reply::ok(wire::write_words(&schema)))
}
