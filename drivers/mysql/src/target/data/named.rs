//! What columns of queries are called: the servers call a computed one by its text, PostgreSQL by
//! its function. And what queries in FROM are called: the servers want a name for each, PostgreSQL
//! from 16 on wants none.

use aludel::schema::{DataStatement, Expr, PartMut, Query, TableRef};
use aludel::translate::infer::{UNNAMED, output_name};
use aludel::translate::name_results;

/// Names the columns of all that a statement selects from, and that.
pub(super) fn in_statement(statement: &mut DataStatement) {
    let mut unnamed = 0;
    statement.parts_mut(&mut |part| in_part(part, &mut unnamed));
}

/// Names the columns of a query, and of all that it selects from, and that.
pub(crate) fn in_query(query: &mut Query) {
    whole(query, &mut 0);
}

/// `unnamed` counts the queries in FROM that have no name of their own: nothing speaks of them.
fn whole(query: &mut Query, unnamed: &mut usize) {
    query.parts_mut(&mut |part| in_part(part, unnamed));
    let named = |expr: &Expr| Some(output_name(expr)).filter(|name| name != UNNAMED);
    name_results(&mut query.body, &named);
}

fn in_part(part: PartMut<'_>, unnamed: &mut usize) {
    match part {
        PartMut::Table(TableRef::Subquery { query, alias, .. }) => {
            if alias.is_none() {
                *unnamed += 1;
                *alias = Some(format!("aludel_query_{unnamed}"));
            }
            whole(query, unnamed);
        }
        PartMut::Table(table) => table.parts_mut(&mut |part| in_part(part, unnamed)),
        PartMut::Data(DataStatement::Query(query)) => whole(query, unnamed),
        PartMut::Data(statement) => statement.parts_mut(&mut |part| in_part(part, unnamed)),
        PartMut::Query(query) => query.parts_mut(&mut |part| in_part(part, unnamed)),
        PartMut::Expr(expr) => expr.parts_mut(&mut |part| in_part(part, unnamed)),
    }
}
