//! Queries.

use super::Rewriter;
use crate::schema::{
    Cte, Distinct, Expr, JoinOn, Literal, OrderBy, Query, Select, SelectItem, SetExpr, TableRef,
    item_meant,
};
use crate::translate::infer::{Field, Relation};

impl Rewriter<'_> {
    /// A query.
    pub fn query(&mut self, query: &Query) -> Query {
        let rules = self.rules;
        match rules.query(self, query) {
            Some(query) => query,
            None => self.plain_query(query, None),
        }
    }

    /// A query kept as it is, its parts rewritten. If its rows are stored into columns, `into`
    /// says which.
    pub fn plain_query(&mut self, query: &Query, into: Option<&[Field]>) -> Query {
        self.scope.enter();
        let with = self.with(&query.with, query.recursive);
        let (body, order_by) = self.ordered_body(&query.body, &query.order_by, into);
        let limit = self.maybe(query.limit.as_ref());
        let offset = self.maybe(query.offset.as_ref());
        self.scope.leave();
        Query {
            with,
            recursive: query.recursive,
            body,
            order_by,
            limit,
            offset,
        }
    }

    /// Common table expressions; they are in sight from here on.
    pub fn with(&mut self, with: &[Cte], recursive: bool) -> Vec<Cte> {
        with.iter()
            .map(|cte| {
                // A recursive one sees itself.
                if recursive {
                    self.scope.add_cte(cte, true);
                }
                let body = Box::new(self.statement(&cte.body));
                if !recursive {
                    self.scope.add_cte(cte, false);
                }
                Cte {
                    name: cte.name.clone(),
                    columns: cte.columns.clone(),
                    body,
                }
            })
            .collect()
    }

    fn ordered_body(
        &mut self,
        body: &SetExpr,
        order: &[OrderBy],
        into: Option<&[Field]>,
    ) -> (SetExpr, Vec<OrderBy>) {
        match body {
            SetExpr::Select(select) => {
                self.scope.enter();
                self.scope.add_from(&select.from);
                let rewritten = self.select(select, into);
                let order: Vec<OrderBy> = order
                    .iter()
                    .map(|key| by_column(key, &select.items))
                    .collect();
                let order = self.query_order(&order, &select.items);
                self.scope.leave();
                (SetExpr::Select(Box::new(rewritten)), order)
            }
            body => {
                let rewritten = self.body(body, into);
                // Only the names and numbers of the columns can stand in it, of which the first query
                // says the names.
                let fields = self.scope.body_fields(body).filter(|_| !order.is_empty());
                let Some(fields) = fields else {
                    let order = self.query_order(order, first_items(body));
                    return (rewritten, order);
                };
                let items: Vec<SelectItem> = fields.iter().map(|field| item(&field.name)).collect();
                self.scope.enter();
                self.scope.add(Relation {
                    name: None,
                    table: None,
                    fields: Some(fields),
                    function: None,
                });
                let order = self.query_order(order, &items);
                self.scope.leave();
                (rewritten, order)
            }
        }
    }

    /// Keys of a query's order: names and numbers of items of its select list mean those.
    pub fn query_order(&mut self, keys: &[OrderBy], items: &[SelectItem]) -> Vec<OrderBy> {
        let rules = self.rules;
        keys.iter()
            .map(|key| {
                let item = item_meant(&key.expr, items);
                let value = item.map_or(&key.expr, |(_, value)| value);
                rules.order_key(self, key, value)
            })
            .collect()
    }

    fn body(&mut self, body: &SetExpr, into: Option<&[Field]>) -> SetExpr {
        match body {
            SetExpr::Select(select) => {
                self.scope.enter();
                self.scope.add_from(&select.from);
                let select = self.select(select, into);
                self.scope.leave();
                SetExpr::Select(Box::new(select))
            }
            SetExpr::Values(rows) => {
                SetExpr::Values(rows.iter().map(|row| self.row(row, into)).collect())
            }
            SetExpr::Query(query) => SetExpr::Query(Box::new(match into {
                Some(into) => self.plain_query(query, Some(into)),
                None => self.query(query),
            })),
            SetExpr::Op {
                op,
                all,
                left,
                right,
            } => SetExpr::Op {
                op: *op,
                all: *all,
                left: Box::new(self.body(left, into)),
                right: Box::new(self.body(right, into)),
            },
        }
    }

    fn row(&mut self, row: &[Expr], into: Option<&[Field]>) -> Vec<Expr> {
        let Some(into) = into else {
            return self.exprs(row);
        };
        row.iter()
            .enumerate()
            .map(|(place, value)| self.stored(value, into.get(place)))
            .collect()
    }

    /// A value stored into a column, if it is known into which.
    pub fn stored(&mut self, value: &Expr, field: Option<&Field>) -> Expr {
        let rules = self.rules;
        match (field, value) {
            (Some(field), value) if *value != Expr::Default => rules.assign(self, value, field),
            _ => self.expr(value),
        }
    }

    /// A SELECT whose FROM is in sight already.
    pub fn select(&mut self, select: &Select, into: Option<&[Field]>) -> Select {
        let rules = self.rules;
        let said = rules.select(self, select);
        let select = said.as_ref().unwrap_or(select);
        let mut items = Vec::new();
        for item in &select.items {
            let place = items.len();
            items.extend(self.select_item(item, into.and_then(|into| into.get(place))));
        }
        // `EXISTS (SELECT FROM …)`: PostgreSQL alone has lists of nothing.
        if select.items.is_empty() && into.is_none() {
            items.push(SelectItem::Expr {
                expr: Expr::Literal(Literal::Number("1".into())),
                alias: None,
            });
        }
        Select {
            distinct: select.distinct.as_ref().map(|distinct| match distinct {
                Distinct::All => Distinct::All,
                Distinct::On(keys) => Distinct::On(self.exprs(keys)),
            }),
            items,
            from: self.from(&select.from),
            filter: self.maybe(select.filter.as_ref()),
            group_by: self.exprs(&select.group_by),
            having: self.maybe(select.having.as_ref()),
            windows: select
                .windows
                .iter()
                .map(|(name, window)| (name.clone(), self.window(window)))
                .collect(),
        }
    }

    fn select_item(&mut self, item: &SelectItem, field: Option<&Field>) -> Vec<SelectItem> {
        let rules = self.rules;
        if let Some(items) = rules.select_item(self, item) {
            return items;
        }
        vec![match item {
            SelectItem::Expr { expr, alias } => SelectItem::Expr {
                expr: self.stored(expr, field),
                alias: alias.clone(),
            },
            SelectItem::Star => SelectItem::Star,
            SelectItem::TableStar(table) => SelectItem::TableStar(self.qualifier(table)),
        }]
    }

    /// Items of a select list, or of RETURNING.
    pub fn items(&mut self, items: &[SelectItem]) -> Vec<SelectItem> {
        items
            .iter()
            .flat_map(|item| self.select_item(item, None))
            .collect()
    }

    /// Items of FROM, which are in sight already.
    pub fn from(&mut self, items: &[TableRef]) -> Vec<TableRef> {
        items.iter().map(|item| self.table_ref(item)).collect()
    }

    /// An item of FROM.
    pub fn table_ref(&mut self, item: &TableRef) -> TableRef {
        let TableRef::Function { call, alias, .. } = item else {
            return self.item(item);
        };
        // A function sees what stands before it, and not itself.
        let called = match (alias, call) {
            (Some(alias), _) => Some(alias),
            (None, Expr::Call(call)) => Some(&call.name.name),
            (None, _) => None,
        };
        let relations = self.scope.hide();
        let own = relations.iter().position(|relation| {
            let name = relation.name.as_ref().map(|name| &name.name);
            relation.function.is_some() && name == called
        });
        let before = own.unwrap_or(relations.len());
        self.scope.unhide(relations[..before].to_vec());
        let rewritten = self.item(item);
        self.scope.unhide(relations);
        rewritten
    }

    fn item(&mut self, item: &TableRef) -> TableRef {
        let rules = self.rules;
        if let Some(item) = rules.table_ref(self, item) {
            return item;
        }
        match item {
            TableRef::Table {
                name,
                alias,
                columns,
            } => TableRef::Table {
                name: self.table_name(name),
                alias: alias.clone(),
                columns: columns.clone(),
            },
            TableRef::Subquery {
                lateral,
                query,
                alias,
                columns,
            } => TableRef::Subquery {
                lateral: *lateral,
                query: Box::new(self.subquery(*lateral, query)),
                alias: alias.clone(),
                columns: columns.clone(),
            },
            TableRef::Function {
                lateral,
                call,
                ordinality,
                alias,
                columns,
            } => TableRef::Function {
                lateral: *lateral,
                call: self.expr(call),
                ordinality: *ordinality,
                alias: alias.clone(),
                columns: columns.clone(),
            },
            TableRef::Join {
                left,
                kind,
                right,
                on,
            } => TableRef::Join {
                left: Box::new(self.table_ref(left)),
                kind: *kind,
                right: Box::new(self.table_ref(right)),
                on: match on {
                    JoinOn::Expr(expr) => JoinOn::Expr(self.expr(expr)),
                    on => on.clone(),
                },
            },
        }
    }

    /// A query in FROM. Unless it is lateral it does not see what stands beside it.
    pub fn subquery(&mut self, lateral: bool, query: &Query) -> Query {
        if lateral {
            return self.query(query);
        }
        let beside = self.scope.hide();
        let query = self.query(query);
        self.scope.unhide(beside);
        query
    }
}

/// A key that is the name of an item that is a column, as that column: an item without a name of its
/// own has none to engines that look for the name among the tables.
fn by_column(key: &OrderBy, items: &[SelectItem]) -> OrderBy {
    match (&key.expr, item_meant(&key.expr, items)) {
        (Expr::Column { table: None, .. }, Some((_, value @ Expr::Column { .. }))) => OrderBy {
            expr: value.clone(),
            ..key.clone()
        },
        _ => key.clone(),
    }
}

/// A column by its name, as an item of a select list.
fn item(name: &str) -> SelectItem {
    SelectItem::Expr {
        expr: Expr::column(name.to_owned()),
        alias: None,
    }
}

fn first_items(body: &SetExpr) -> &[SelectItem] {
    match body {
        SetExpr::Select(select) => &select.items,
        SetExpr::Op { left, .. } => first_items(left),
        SetExpr::Query(query) => first_items(&query.body),
        SetExpr::Values(_) => &[],
    }
}
