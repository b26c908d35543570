//! Views.

use aludel::schema::{View, expand_stars};
use aludel::translate::infer::Scope;
use aludel::translate::print::print;
use aludel::translate::rewrite::rewrite;
use aludel::translate::{DataScope, Refusal, Rendered};

use super::data::without_dual;
use super::meaning::{Meaning, Stands};
use super::names;
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
) -> Result<Rendered, Vec<Refusal>> {
    let mut rendered = Rendered::default();
    if let Some(before) = before {
        let drop = print(&Words, |p| format!("DROP VIEW {}", p.name(&before.name)))?;
        rendered.statements.push(drop);
    }
    let Some(after) = after else {
        return Ok(rendered);
    };
    let Some(query) = &after.query else {
        let message = format!("the query of the view `{}` is not understood", after.name);
        return Err(vec![Refusal::new("view-query", message)]);
    };
    let mut query = query.clone();
    // A column's place is not always the same here.
    expand_stars(&mut query, scope.authored);
    without_dual(&mut query);
    let inner = Scope::new(scope.authored, scope.source);
    let meaning = Meaning::new(scope.source, Stands::View);
    let (query, omissions) = rewrite(&meaning, inner, |rw| rw.query(&query))?;
    rendered.omissions = omissions;
    let view = View {
        name: names::flat(&after.name),
        query: Some(query),
        ..after.clone()
    };
    rendered
        .statements
        .push(print(&Words, |p| p.create_view(&view))?);
    Ok(rendered)
}
