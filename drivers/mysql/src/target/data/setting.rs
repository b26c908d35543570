//! To what `setval` sets the counter of a table's numbers.
//!
//! The servers set a counter to a constant, or to one above the greatest number that there is if that is
//! more. So a number is understood by what it is where there are rows, and where there are none.

use aludel::schema::{BinaryOp, Expr, Literal, Name, Query, Select, SelectItem, SetExpr, TableRef};

/// A number that is a constant, or made of the greatest of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Made {
    /// What is added to the greatest number, if it is made of that.
    above: Option<i64>,
    /// What it is at least, where there are rows.
    least: Option<i64>,
    /// What it is where there are none; `None`: NULL.
    empty: Option<i64>,
}

/// The rows that a number may be made of.
pub(super) struct Rows<'a> {
    /// Of this table,
    pub(super) table: &'a Name,
    /// and this column.
    pub(super) column: &'a str,
}

/// The number that is given next, or the one above the greatest that there is if that is more. `None`: that
/// is not what a counter is set to.
pub(super) fn next(
    rows: &Rows<'_>,
    value: &Expr,
    called: Option<&Expr>,
    select: &Select,
) -> Option<i64> {
    let there = sees(rows, select)?;
    let made = rows.made(value, there)?;
    // What is selected from rows is one number if it is an aggregate.
    if there && made.above.is_none() {
        return None;
    }
    let (by, by_empty) = match called {
        None | Some(Expr::Literal(Literal::Boolean(true))) => (1, 1),
        Some(Expr::Literal(Literal::Boolean(false))) => (0, 0),
        // Whether there are rows.
        Some(Expr::IsNull {
            expr,
            negated: true,
        }) => {
            let asked = rows.made(expr, there)?;
            let is_greatest = asked.above.is_some() && asked.empty.is_none();
            is_greatest.then_some((1, 0))?
        }
        Some(_) => return None,
    };
    let Some(above) = made.above else {
        return made.least?.checked_add(by);
    };
    let least = made.least.map_or(1, |least| least.saturating_add(by));
    let empty = match made.empty {
        Some(empty) => empty.checked_add(by_empty)?,
        // It stays; that is nothing that can be said.
        None => least,
    };
    // With a number below the greatest row the next one fails, unless there is no row.
    let is_next = above.checked_add(by)? == 1 || above + by == 0 && made.empty.is_some();
    // One is a number that every row is at least.
    (is_next && empty <= least.max(2)).then_some(least.max(empty))
}

/// Whether the rows are what a select is made of; `None` if it is made of anything else.
fn sees(rows: &Rows<'_>, select: &Select) -> Option<bool> {
    let plain = Select {
        items: select.items.clone(),
        from: select.from.clone(),
        ..Select::default()
    };
    if *select != plain {
        return None;
    }
    match select.from.as_slice() {
        [] => Some(false),
        [TableRef::Table { name, columns, .. }] if name == rows.table && columns.is_empty() => {
            Some(true)
        }
        _ => None,
    }
}

impl Rows<'_> {
    fn made(&self, expr: &Expr, there: bool) -> Option<Made> {
        if let Some(number) = whole(expr) {
            return Some(Made {
                above: None,
                least: Some(number),
                empty: Some(number),
            });
        }
        match expr {
            Expr::Cast { expr, ty } if ty.is_integer() => self.made(expr, there),
            Expr::Subquery(query) => self.of_query(query),
            Expr::Binary { left, op, right } => {
                let (made, by) = match (whole(left), whole(right), op) {
                    (_, Some(by), BinaryOp::Plus) => (self.made(left, there)?, by),
                    (Some(by), _, BinaryOp::Plus) => (self.made(right, there)?, by),
                    (_, Some(by), BinaryOp::Minus) => (self.made(left, there)?, by.checked_neg()?),
                    _ => return None,
                };
                let more = |number: i64| number.checked_add(by);
                Some(Made {
                    above: made.above.and_then(more),
                    least: made.least.and_then(more),
                    empty: made.empty.and_then(more),
                })
            }
            Expr::Call(call) => {
                let args = call.plain_args()?;
                match (call.name.name.as_str(), args.as_slice()) {
                    ("max", [Expr::Column { column, .. }]) if there && column == self.column => {
                        let plain = Expr::call("max", [args[0].clone()]);
                        (plain == *expr).then_some(Made {
                            above: Some(0),
                            least: None,
                            empty: None,
                        })
                    }
                    ("coalesce", [first, other]) => {
                        let made = self.made(first, there)?;
                        let empty = made.empty.or(Some(whole(other)?));
                        Some(Made { empty, ..made })
                    }
                    ("greatest", [first, other]) => {
                        let (first, other) = match (whole(first), whole(other)) {
                            (_, Some(other)) => (first, other),
                            (Some(first), _) => (other, first),
                            _ => return None,
                        };
                        let made = self.made(first, there)?;
                        let at_least = |number: Option<i64>| number.max(Some(other));
                        Some(Made {
                            least: at_least(made.least),
                            empty: at_least(made.empty),
                            ..made
                        })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn of_query(&self, query: &Query) -> Option<Made> {
        let SetExpr::Select(select) = &query.body else {
            return None;
        };
        if *query != Query::from(query.body.clone()) {
            return None;
        }
        let [SelectItem::Expr { expr, .. }] = select.items.as_slice() else {
            return None;
        };
        let there = sees(self, select)?;
        let made = self.made(expr, there)?;
        (!there || made.above.is_some()).then_some(made)
    }
}

/// A whole number that is written.
pub(super) fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
        Expr::Cast { expr, ty } if ty.is_integer() => whole(expr),
        Expr::Unary {
            op: aludel::schema::UnaryOp::Minus,
            expr,
        } => whole(expr)?.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greatest() -> Expr {
        Expr::call("max", [Expr::column("id")])
    }

    fn number(number: i64) -> Expr {
        Expr::Literal(Literal::Number(number.to_string()))
    }

    fn plus(left: Expr, right: i64) -> Expr {
        Expr::binary(left, BinaryOp::Plus, number(right))
    }

    #[test]
    fn a_number_is_what_the_servers_set_a_counter_to() {
        let table = Name::bare("t");
        let rows = Rows {
            table: &table,
            column: "id",
        };
        let select = Select {
            from: vec![TableRef::Table {
                name: table.clone(),
                alias: None,
                columns: Vec::new(),
            }],
            ..Select::default()
        };
        let or = |value: i64| Expr::call("coalesce", [greatest(), number(value)]);
        let at_least = |value: i64| Expr::call("greatest", [greatest(), number(value)]);
        let is_there = Expr::IsNull {
            expr: Box::new(greatest()),
            negated: true,
        };
        let no = Expr::Literal(Literal::Boolean(false));
        for (value, called, wanted) in [
            (greatest(), None, Some(1)),
            (or(1), None, Some(2)),
            (or(1), Some(&is_there), Some(1)),
            (or(1), Some(&no), Some(1)),
            (plus(or(0), 1), Some(&no), Some(1)),
            (plus(greatest(), 1), Some(&no), Some(1)),
            (at_least(1000), None, Some(1001)),
            (plus(greatest(), 10), None, None),
            (or(1000), None, None),
            (greatest(), Some(&no), None),
            (number(5), None, None),
            (Expr::call("max", [Expr::column("other")]), None, None),
        ] {
            assert_eq!(next(&rows, &value, called, &select), wanted, "{value:?}");
        }
        let bare = Select::default();
        assert_eq!(next(&rows, &number(5), None, &bare), Some(6));
        assert_eq!(next(&rows, &greatest(), None, &bare), None);
    }
}
