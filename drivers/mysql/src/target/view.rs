//! Views.

use aludel::schema::View;
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Refusal, Rendered};

use super::data;
use super::facts::Facts;
use super::meaning::Meaning;
use super::names;
use super::session;
use super::spelling::Words;

/// The statements for a view's change.
///
/// # Errors
///
/// If its query has no form here.
pub(crate) fn view(
    before: Option<&View>,
    after: Option<&View>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    let words = Words::new(facts);
    let mut statements = Vec::new();
    if let Some(before) = before
        && after.is_none_or(|after| after.name != before.name)
    {
        statements.push(print(&words, |p| {
            format!("DROP VIEW {}", p.name(&before.name))
        })?);
    }
    let Some(after) = after else {
        return Ok(session::rendered(statements, facts));
    };
    let Some(query) = &after.query else {
        let message = format!("the query of view `{}` is not understood", after.name);
        return Err(vec![Refusal::new("view-query", message)]);
    };
    let mut query = query.clone();
    data::write_distinct(&mut query);
    data::name_columns(&mut query);
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let inner = Scope::new(scope.authored, scope.source);
    let (query, omissions) = rewrite(&meaning, inner, |rw| rw.query(&query))?;
    let view = View {
        name: names::flat(&after.name),
        query: Some(query),
        ..after.clone()
    };
    let replaces = before.is_some_and(|before| before.name == after.name);
    statements.push(print(&words, |p| {
        let text = p.create_view(&view);
        if replaces {
            text.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
        } else {
            text
        }
    })?);
    let mut rendered = session::rendered(statements, facts);
    rendered.omissions = omissions;
    Ok(rendered)
}
