//! INSERT.

use aludel::schema::{
    DataStatement, Expr, Ident, Insert, InsertSource, Literal, OnConflict, Query, SelectItem,
    SetExpr, Table, expand_stars,
};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, Scope};
use aludel::translate::{DataScope, Refusal, Rendered};

use super::numbers::{Numbered, numbered};
use super::{conflict, mysql, plain, some_rows, written};

/// The statements for an INSERT.
pub(super) fn render(insert: &Insert, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
    let table = written(&insert.table, scope)?;
    some_rows(&insert.with, false)?;
    let mut insert = insert.clone();
    // What it gives back, nobody gets.
    insert.returning.clear();
    name_columns(&mut insert, table, scope)?;
    respell(&mut insert.columns, table);
    let numbered = numbered(table, scope);
    let writes = match numbered {
        Some(numbered) => numbers(&mut insert, &numbered, scope)?,
        None => Writes::Nothing,
    };
    if let Some(conflict) = &insert.on_conflict
        && let Some(rows) = rows_apart(
            &insert,
            conflict,
            table,
            writes == Writes::Nothing && numbered.is_some_and(|numbered| numbered.goes_back),
        )?
    {
        let mut all = Rendered::default();
        for row in &rows {
            let one = render(row, scope)?;
            all.statements.extend(one.statements);
            all.omissions.extend(one.omissions);
        }
        return Ok(all);
    }
    if let Some(on_conflict) = insert.on_conflict.take() {
        if let (Syntax::Mysql, OnConflict::Update { assignments, .. }) =
            (scope.source, &on_conflict)
        {
            mysql::in_order(assignments)?;
        }
        insert.on_conflict = Some(conflict::shape(
            on_conflict,
            &mut insert,
            table,
            scope.authored,
        )?);
    }
    forget_order(&mut insert, writes);
    let mut rendered = plain(&DataStatement::Insert(Box::new(insert)), scope)?;
    if let Some(numbered) = numbered {
        match writes {
            Writes::Numbers if numbered.goes_back => rendered.statements.push(numbered.set_back()?),
            Writes::Numbers => rendered.statements.push(numbered.caught_up()?),
            // Rows may be gone since numbers were given last.
            Writes::Nothing if numbered.goes_back => {
                rendered.statements.insert(0, numbered.set_back()?);
            }
            Writes::Nothing => {}
        }
    }
    Ok(rendered)
}

/// An INSERT of several rows as several of one, where one may meet another of the same statement,
/// or (`numbers_go_back`) a row that is given up leaves its number to the next one; `None`: it is one.
fn rows_apart(
    insert: &Insert,
    conflict: &OnConflict,
    table: &Table,
    numbers_go_back: bool,
) -> Result<Option<Vec<Insert>>, Vec<Refusal>> {
    let InsertSource::Query(query) = &insert.source else {
        return Ok(None);
    };
    let changes = matches!(conflict, OnConflict::Update { .. } | OnConflict::Replace);
    if !changes && !numbers_go_back {
        return Ok(None);
    }
    match &query.body {
        SetExpr::Values(rows) if rows.len() < 2 => Ok(None),
        SetExpr::Values(rows) => {
            let one = |row: &Vec<Expr>| {
                let mut query = query.clone();
                query.body = SetExpr::Values(vec![row.clone()]);
                Insert {
                    source: InsertSource::Query(query),
                    ..insert.clone()
                }
            };
            Ok(Some(rows.iter().map(one).collect()))
        }
        _ if !numbers_go_back => Ok(None),
        _ => {
            let message = format!(
                "rows of `{}` that are given up leave their numbers to the next ones",
                table.name
            );
            let help = "write the numbers, or choose the rows so that none is given up";
            Err(vec![Refusal::new("numbers", message).help(help)])
        }
    }
}

/// Whether an INSERT writes the numbers of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writes {
    Numbers,
    Nothing,
}

/// Names as the table has them, where case does not count.
pub(super) fn respell(columns: &mut [Ident], table: &Table) {
    for name in columns {
        let own = table.column(name).is_none().then(|| {
            let mut columns = table.columns.iter();
            columns.find(|column| column.name.eq_ignore_ascii_case(name))
        });
        if let Some(Some(column)) = own {
            name.clone_from(&column.name);
        }
    }
}

/// Spells out the columns that are filled: their places are not always the same here.
fn name_columns(
    insert: &mut Insert,
    table: &Table,
    scope: &DataScope<'_>,
) -> Result<(), Vec<Refusal>> {
    let InsertSource::Query(query) = &mut insert.source else {
        return Ok(());
    };
    expand_stars(query, scope.authored);
    if !insert.columns.is_empty() {
        return Ok(());
    }
    let filled = table.columns.iter().filter(|c| c.generated.is_none());
    insert.columns = filled.map(|column| column.name.clone()).collect();
    let width = match &query.body {
        SetExpr::Values(rows) => rows.first().map(Vec::len),
        _ => Scope::new(scope.authored, scope.source)
            .query_fields(query)
            .map(|fields| fields.len()),
    };
    if width != Some(insert.columns.len()) {
        let message = format!("which columns of `{}` are filled is not known", table.name);
        return Err(vec![
            Refusal::new("unknown-columns", message).help("name the columns"),
        ]);
    }
    Ok(())
}

/// What an INSERT does to the numbers of a table. NULL, and 0 to MySQL, stand for the next one.
fn numbers(
    insert: &mut Insert,
    numbered: &Numbered<'_>,
    scope: &DataScope<'_>,
) -> Result<Writes, Vec<Refusal>> {
    let name = &numbered.column.name;
    let Some(place) = insert.columns.iter().position(|column| column == name) else {
        return Ok(Writes::Nothing);
    };
    let InsertSource::Query(query) = &mut insert.source else {
        return Ok(Writes::Nothing);
    };
    let zero = scope.source == Syntax::Mysql;
    let copies = is_number(query, place, scope);
    match &mut query.body {
        SetExpr::Values(rows) => {
            let (mut written, mut given) = (0, 0);
            for value in rows.iter_mut().filter_map(|row| row.get_mut(place)) {
                match value {
                    Expr::Default | Expr::Literal(Literal::Null) => {
                        *value = Expr::Default;
                        given += 1;
                    }
                    Expr::Literal(Literal::Number(digits) | Literal::Text(digits)) => {
                        match digits.parse::<i64>() {
                            Ok(0) if zero => {
                                *value = Expr::Default;
                                given += 1;
                            }
                            Ok(_) => written += 1,
                            Err(_) => return Err(vec![unclear(name)]),
                        }
                    }
                    _ => return Err(vec![unclear(name)]),
                }
            }
            match (written, given) {
                (0, _) => Ok(Writes::Nothing),
                (_, 0) => Ok(Writes::Numbers),
                _ => {
                    let message = format!(
                        "some rows write the number of `{name}` and others take the next one"
                    );
                    Err(vec![
                        Refusal::new("numbers", message).help("write two statements"),
                    ])
                }
            }
        }
        _ if copies => Ok(Writes::Numbers),
        _ => Err(vec![unclear(name)]),
    }
}

fn unclear(column: &str) -> Refusal {
    let message =
        format!("whether `{column}` is given a number or takes the next one is not known");
    Refusal::new("numbers", message).help("write the numbers, or leave the column out")
}

/// Whether a query's column is another's number, never NULL.
fn is_number(query: &Query, place: usize, scope: &DataScope<'_>) -> bool {
    let fields = Scope::new(scope.authored, scope.source).query_fields(query);
    let field = fields.as_ref().and_then(|fields| fields.get(place));
    let numbered = field.is_some_and(|field| {
        let is_integer = |ty: &aludel::schema::Type| Family::of(ty) == Family::Integer;
        field.ty.as_ref().is_some_and(is_integer)
    });
    let SetExpr::Select(select) = &query.body else {
        return false;
    };
    let is_column = matches!(
        select.items.get(place),
        Some(SelectItem::Expr {
            expr: Expr::Column { .. },
            ..
        })
    );
    numbered && is_column
}

/// An order in which rows are inserted is none, unless they get numbers in it.
fn forget_order(insert: &mut Insert, writes: Writes) {
    if let InsertSource::Query(query) = &mut insert.source
        && writes == Writes::Numbers
        && query.limit.is_none()
        && query.offset.is_none()
    {
        query.order_by.clear();
    }
}
