//! A loop over rows that inserts for each of them is one INSERT of all.
//!
//! # Invariants
//!
//! - What is inserted for one row hangs on no other: no trigger runs, nothing reads the table that is
//!   written, and nothing is gathered, limited or numbered within.
//! - Rows that get numbers get them one row of the loop after the other. In which order the loop takes
//!   its rows PostgreSQL does not promise; here it is that of what is inserted of them.
//!
//! Deliberately absent: loops with an ORDER BY, with several statements on rows, and such that update or delete.

use super::Trial;
use super::asked::calls_known;
use super::value::{Env, Value};
use crate::schema::{
    Call, Change, DataStatement, Expr, Ident, Insert, InsertSource, Literal, Name, OrderBy, Part,
    PartMut, Query, Select, SelectItem, SetExpr, TableRef, Type, named_tables,
};
use crate::sql::{self, Part as BlockPart, Syntax};
use crate::translate::infer::{gathers, gives_the_same, has_aggregate};
use crate::translate::print::{STANDARD_WORDS, quote_if_needed};

/// What the rows of the loop are called.
const LOOP: &str = "aludel_loop";

/// What several rows of values are called.
const ROWS: &str = "aludel_rows";

impl Trial {
    /// `FOR name IN query LOOP INSERT …; END LOOP` as one statement, if it is the same.
    pub(super) fn for_all(
        &self,
        name: &Ident,
        query: &Query,
        parts: &[BlockPart],
    ) -> Option<DataStatement> {
        let text = self.executed(name, parts)?;
        let changes = sql::parse(Syntax::Postgres, &text);
        let [Change::Data(DataStatement::Insert(insert))] = changes.as_slice() else {
            return None;
        };
        let mut insert = insert.clone();
        let plain = insert.with.is_empty()
            && insert.on_conflict.is_none()
            && insert.returning.is_empty()
            && !insert.columns.is_empty()
            && !insert.overriding;
        let rows = plain_select(query)?;
        if !plain || !query.order_by.is_empty() {
            return None;
        }
        let mut each = source(&insert)?;
        let several = each.from.first().is_some_and(are_rows);
        self.is_apart(&insert, rows, &each)?;
        let mut fields = self.substituted(name, rows, &mut each)?;
        self.filled(name, &mut each)?;
        // What no row of the loop is asked for is the same for all, as many as there are.
        if fields.is_empty() {
            return None;
        }
        let of_loop = |(field, _): &(Ident, Expr)| Expr::Column {
            table: Some(Name::bare(LOOP)),
            column: field.clone(),
        };
        let numbers = self.numbers_itself(&insert)?;
        let mut order_by = Vec::new();
        if numbers {
            order_by.extend(fields.iter().map(|field| OrderBy {
                expr: of_loop(field),
                descending: false,
                nulls: None,
            }));
            // Those of one row of the loop are numbered as they are written.
            order_by.extend(several.then(|| OrderBy {
                expr: place_of_row(),
                descending: false,
                nulls: None,
            }));
        }
        let items = fields.drain(..).map(|(field, expr)| SelectItem::Expr {
            expr,
            alias: Some(field),
        });
        let all = Select {
            items: items.collect(),
            from: rows.from.clone(),
            filter: rows.filter.clone(),
            ..Select::default()
        };
        let of_rows = TableRef::Subquery {
            lateral: false,
            query: Box::new(all.into()),
            alias: Some(LOOP.into()),
            columns: Vec::new(),
        };
        each.from.insert(0, of_rows);
        let mut source: Query = each.into();
        source.order_by = order_by;
        insert.source = InsertSource::Query(Box::new(source));
        let mut statement = DataStatement::Insert(insert);
        // The loop's own query may name other variables too.
        self.fill_but(name, &mut statement)?;
        Some(statement)
    }

    /// The one statement that parts execute for each row.
    fn executed(&self, name: &Ident, parts: &[BlockPart]) -> Option<String> {
        if let [BlockPart::Statement(text)] = parts {
            return Some(text.clone());
        }
        let [sets @ .., BlockPart::ExecuteUsing(put_together, given)] = parts else {
            return None;
        };
        let mut variables = self.variables.clone();
        variables.insert(name.clone(), Value::Unknown);
        for set in sets {
            let BlockPart::Set(set, value) = set else {
                return None;
            };
            let env = Env {
                replay: &self.replay,
                unread: &self.unread,
                variables: &variables,
            };
            let value = env.value(value).ok()?;
            variables.insert(set.clone(), value);
        }
        let env = Env {
            replay: &self.replay,
            unread: &self.unread,
            variables: &variables,
        };
        let Value::Text(text) = env.value(put_together).ok()? else {
            return None;
        };
        // It knows of no variables but what it is given: a name in it is another thing's.
        let words = sql::words_of(&text)?;
        if words.iter().any(|word| variables.contains_key(word)) {
            return None;
        }
        let given: Option<Vec<String>> = given.iter().map(|one| field_of(one, name)).collect();
        let filled = sql::with_given(text.trim().trim_end_matches(';'), &given?)?;
        Some(filled)
    }

    /// That what is inserted for one row does not show in what is inserted for another.
    fn is_apart(&self, insert: &Insert, rows: &Select, each: &Select) -> Option<()> {
        let schema = self.replay.schema();
        let sure = |name: &Name| {
            let own = self.replay.relation_named(name)?;
            let table = schema.table(&own)?;
            let sure = table.opaque.is_none() && !self.replay.has_partitions(&own);
            sure.then_some(own)
        };
        let target = sure(&insert.table)?;
        if !schema.triggers_of(&target).is_empty() {
            return None;
        }
        let mut read = Vec::new();
        for select in [rows, each] {
            let query: Query = select.clone().into();
            if !calls_known(Part::Query(&query)) || !is_steady(Part::Query(&query)) {
                return None;
            }
            named_tables(Part::Query(&query), &mut read);
        }
        let read: Option<Vec<Name>> = read.iter().map(sure).collect();
        read?.iter().all(|name| *name != target).then_some(())
    }

    /// The columns of the loop's rows that a select asks for, each with what it is; in the select they are
    /// those of what the rows are called from here on.
    fn substituted(
        &self,
        name: &Ident,
        rows: &Select,
        each: &mut Select,
    ) -> Option<Vec<(Ident, Expr)>> {
        let schema = self.replay.schema();
        let only = match rows.from.as_slice() {
            [
                TableRef::Table {
                    name,
                    alias,
                    columns,
                },
            ] if columns.is_empty() => {
                let own = self.replay.relation_named(name)?;
                let called = alias.clone().unwrap_or_else(|| name.name.clone());
                Some((schema.table(&own)?, called))
            }
            _ => None,
        };
        let given = |item: &SelectItem, wanted: &Ident| match item {
            SelectItem::Expr { expr, alias } => {
                let Expr::Column { column, .. } = expr else {
                    return None;
                };
                (alias.as_ref().unwrap_or(column) == wanted).then(|| expr.clone())
            }
            SelectItem::Star | SelectItem::TableStar(_) => {
                let (table, called) = only.as_ref()?;
                table.column(wanted).map(|_| Expr::Column {
                    table: Some(Name::bare(called.clone())),
                    column: wanted.clone(),
                })
            }
        };
        let is_plain = |item: &SelectItem| match item {
            SelectItem::Expr { expr, .. } => matches!(expr, Expr::Column { .. }),
            SelectItem::Star | SelectItem::TableStar(_) => true,
        };
        if !rows.items.iter().all(is_plain) {
            return None;
        }
        // A variable that is no record is converted to its own type.
        let single = match self.types.get(name) {
            None => None,
            Some(ty) => {
                let ([item], Some((table, _))) = (rows.items.as_slice(), &only) else {
                    return None;
                };
                let SelectItem::Expr {
                    expr: Expr::Column { column, .. },
                    ..
                } = item
                else {
                    return None;
                };
                if !matches!(
                    ty,
                    Type::Integer { .. } | Type::BigInt { .. } | Type::Uuid | Type::Text
                ) || table.column(column)?.ty != *ty
                {
                    return None;
                }
                Some(())
            }
        };
        let mut fields: Vec<(Ident, Expr)> = Vec::new();
        let mut known = true;
        let mut query: Query = std::mem::take(each).into();
        query.each_mut(&mut |expr| {
            let wanted = match (&*expr, single) {
                (
                    Expr::Column {
                        table: None,
                        column,
                    },
                    Some(()),
                ) if column == name => match rows.items.first() {
                    Some(SelectItem::Expr {
                        expr: Expr::Column { column, .. },
                        alias,
                    }) => Some(alias.clone().unwrap_or_else(|| column.clone())),
                    _ => None,
                },
                (
                    Expr::Column {
                        table: Some(table),
                        column,
                    },
                    None,
                ) if table.schema.is_none() && table.name == *name => Some(column.clone()),
                // The whole row, or a field of what has none.
                (
                    Expr::Column {
                        table: None,
                        column,
                    },
                    None,
                ) if column == name => {
                    known = false;
                    None
                }
                _ => None,
            };
            let Some(wanted) = wanted else {
                return;
            };
            let mut found = rows.items.iter().filter_map(|item| given(item, &wanted));
            let Some(value) = found.next() else {
                known = false;
                return;
            };
            let place = fields.iter().position(|(_, other)| *other == value);
            let place = place.unwrap_or(fields.len());
            let field: Ident = format!("loop_{}", place + 1);
            if place == fields.len() {
                fields.push((field.clone(), value));
            }
            *expr = Expr::Column {
                table: Some(Name::bare(LOOP)),
                column: field,
            };
        });
        // What is inserted may itself have something of the variable's name.
        let mut clash = false;
        query.parts(&mut |part| clash |= is_called(&part, name));
        if !known || clash {
            return None;
        }
        let SetExpr::Select(select) = query.body else {
            return None;
        };
        // What stands in FROM does not see what stands beside it.
        if select
            .from
            .iter()
            .any(|item| looks_at_loop(Part::Table(item)))
        {
            return None;
        }
        *each = *select;
        Some(fields)
    }

    /// That no other variable is one that was asked of rows: it would be asked anew.
    fn filled(&self, name: &Ident, each: &mut Select) -> Option<()> {
        let mut sure = true;
        let mut query: Query = each.clone().into();
        query.each_mut(&mut |expr| {
            if let Expr::Column { table, column } = &*expr {
                let called = table.as_ref().map_or(column, |table| &table.name);
                let asked = matches!(self.variables.get(called), Some(Value::Asked(..)));
                sure &= called == name || !asked;
            }
        });
        sure.then_some(())
    }

    /// What the block knows, but for the loop's variable.
    fn fill_but(&self, name: &Ident, statement: &mut DataStatement) -> Option<()> {
        let mut trial = Trial {
            replay: self.replay.clone(),
            acts: Vec::new(),
            variables: self.variables.clone(),
            types: self.types.clone(),
            kept: Vec::new(),
            unread: self.unread.clone(),
            steps: 0,
        };
        trial.variables.remove(name);
        trial.fill(PartMut::Data(statement)).ok()
    }

    /// Whether a row gets a number of its own.
    fn numbers_itself(&self, insert: &Insert) -> Option<bool> {
        let own = self.replay.relation_named(&insert.table)?;
        let table = self.replay.schema().table(&own)?;
        let mut left = table.columns.iter();
        Some(left.any(|column| {
            let draws = column.identity.is_some()
                || matches!(&column.default, Some(default) if !is_steady(Part::Expr(default)));
            draws && !insert.columns.contains(&column.name)
        }))
    }
}

/// A query that is a SELECT of rows as they are.
fn plain_select(query: &Query) -> Option<&Select> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let plain = query.with.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && select.distinct.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.windows.is_empty()
        && !select.from.is_empty();
    plain.then_some(select)
}

/// What an INSERT gives for each row, of one row of values or of a SELECT of rows as they are.
fn source(insert: &Insert) -> Option<Select> {
    let InsertSource::Query(query) = &insert.source else {
        return None;
    };
    let select = match &query.body {
        SetExpr::Values(rows) => match rows.as_slice() {
            [row] if query.order_by.is_empty() => Select {
                items: row
                    .iter()
                    .map(|expr| SelectItem::Expr {
                        expr: expr.clone(),
                        alias: None,
                    })
                    .collect(),
                ..Select::default()
            },
            rows if query.order_by.is_empty() => of_rows(rows)?,
            _ => return None,
        },
        SetExpr::Query(inner) if query.order_by.is_empty() && query.with.is_empty() => {
            plain_select(inner)
                .filter(|_| inner.order_by.is_empty())?
                .clone()
        }
        _ => plain_select(query)
            .filter(|_| query.order_by.is_empty())?
            .clone(),
    };
    let gathers_nothing = |item: &SelectItem| match item {
        SelectItem::Expr { expr, .. } => {
            !has_aggregate(expr) && !matches!(expr, Expr::Default) && !is_window(expr)
        }
        SelectItem::Star | SelectItem::TableStar(_) => false,
    };
    select.items.iter().all(gathers_nothing).then_some(select)
}

/// Several rows of values, as a query: what is not the same in all goes by which row it is.
fn of_rows(rows: &[Vec<Expr>]) -> Option<Select> {
    let (first, others) = rows.split_first()?;
    if others.iter().any(|row| row.len() != first.len()) {
        return None;
    }
    let plain = |expr: &Expr| {
        use Literal::{Boolean, Number};
        matches!(expr, Expr::Literal(Number(_) | Boolean(_)))
    };
    let number = |place: usize| Expr::Literal(Literal::Number(place.to_string()));
    let mut items = Vec::new();
    for (column, value) in first.iter().enumerate() {
        let values: Vec<&Expr> = rows.iter().filter_map(|row| row.get(column)).collect();
        let expr = if values.iter().all(|other| *other == value) {
            value.clone()
        } else if values.iter().all(|value| plain(value)) {
            let whens = values.iter().enumerate();
            Expr::Case {
                operand: Some(Box::new(place_of_row())),
                whens: whens
                    .map(|(place, value)| (number(place), (*value).clone()))
                    .collect(),
                otherwise: None,
            }
        } else {
            return None;
        };
        items.push(SelectItem::Expr { expr, alias: None });
    }
    let places = (0..rows.len()).map(|place| vec![number(place)]).collect();
    Some(Select {
        items,
        from: vec![TableRef::Subquery {
            lateral: false,
            query: Box::new(SetExpr::Values(places).into()),
            alias: Some(ROWS.into()),
            columns: vec!["place".into()],
        }],
        ..Select::default()
    })
}

/// Which one of several rows of values it is.
fn place_of_row() -> Expr {
    Expr::Column {
        table: Some(Name::bare(ROWS)),
        column: "place".into(),
    }
}

fn are_rows(item: &TableRef) -> bool {
    matches!(item, TableRef::Subquery { alias: Some(alias), .. } if alias == ROWS)
}

/// A column of the loop's row, as written.
fn field_of(expr: &Expr, name: &Ident) -> Option<String> {
    match expr {
        Expr::Column {
            table: Some(table),
            column,
        } if table.schema.is_none() && table.name == *name => Some(format!(
            "{}.{}",
            quote_if_needed(name, STANDARD_WORDS, '"'),
            quote_if_needed(column, STANDARD_WORDS, '"')
        )),
        _ => None,
    }
}

fn is_window(expr: &Expr) -> bool {
    let over = |call: &Call| call.over.is_some() || gathers(call);
    let mut found = matches!(expr, Expr::Call(call) if over(call));
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= is_window(expr);
        }
    });
    found
}

/// Whether all that is called within gives the same each time.
fn is_steady(part: Part<'_>) -> bool {
    let mut steady = match &part {
        Part::Expr(Expr::Call(call)) => {
            gives_the_same(&call.name.name) || gives_new(&call.name.name)
        }
        _ => true,
    };
    let mut inner = |part: Part<'_>| steady = steady && is_steady(part);
    part.parts(&mut inner);
    steady
}

/// Another value for each row, wherever that stands.
fn gives_new(name: &str) -> bool {
    ["gen_random_uuid", "uuid_generate_v4"].contains(&name)
}

/// Whether something in a FROM has a name.
fn is_called(part: &Part<'_>, name: &Ident) -> bool {
    let mut found = match part {
        Part::Table(TableRef::Table {
            name: own, alias, ..
        }) => alias.as_ref().unwrap_or(&own.name) == name,
        Part::Table(TableRef::Subquery { alias, .. } | TableRef::Function { alias, .. }) => {
            alias.as_ref() == Some(name)
        }
        _ => false,
    };
    let mut inner = |part: Part<'_>| found |= is_called(&part, name);
    part.parts(&mut inner);
    found
}

/// Whether something looks at the rows of the loop.
fn looks_at_loop(part: Part<'_>) -> bool {
    let mut found = match &part {
        Part::Expr(Expr::Column { table, .. }) => *table == Some(Name::bare(LOOP)),
        _ => false,
    };
    let mut inner = |part: Part<'_>| found = found || looks_at_loop(part);
    part.parts(&mut inner);
    found
}
