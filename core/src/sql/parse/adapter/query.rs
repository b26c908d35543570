//! Queries.

use sqlparser::ast;

use super::{Convert, Parsed, none, unclear};
use crate::schema::{
    Cte, DataStatement, Distinct, Expr, Ident, Name, Nulls, OrderBy, Query, Select, SelectItem,
    SetExpr, SetOp, TableRef, Window,
};
use crate::sql::Syntax;

pub(super) fn nulls(first: bool) -> Nulls {
    if first { Nulls::First } else { Nulls::Last }
}

impl Convert<'_> {
    pub(super) fn query(self, query: ast::Query) -> Parsed<Query> {
        self.deeper()?.whole_query(query)
    }

    fn whole_query(self, query: ast::Query) -> Parsed<Query> {
        let ast::Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        none!(for_clause, settings, format_clause, pipe_operators);
        // A migration's own transaction needs no row locks to see its own rows, but another
        // engine has none to give.
        none!(locks);
        let (with, recursive) = self.with(with)?;
        let (limit, offset) = self.limit(limit_clause, fetch)?;
        Ok(Query {
            with,
            recursive,
            body: self.body(*body)?,
            order_by: self.order(order_by)?,
            limit,
            offset,
        })
    }

    /// `WITH`, and whether it is recursive.
    pub(super) fn with(self, with: Option<ast::With>) -> Parsed<(Vec<Cte>, bool)> {
        let Some(ast::With {
            with_token: _,
            recursive,
            cte_tables,
        }) = with
        else {
            return Ok((Vec::new(), false));
        };
        Ok((self.all(cte_tables, Self::cte)?, recursive))
    }

    fn cte(self, cte: ast::Cte) -> Parsed<Cte> {
        let ast::Cte {
            alias,
            query,
            from,
            // A hint about how, not what.
            materialized: _,
            closing_paren_token: _,
        } = cte;
        none!(from);
        let (name, columns) = self.alias(alias)?;
        Ok(Cte {
            name,
            columns,
            body: Box::new(self.query_statement(*query)?),
        })
    }

    /// A query that may be a data statement, as the crate nests them.
    pub(super) fn query_statement(self, query: ast::Query) -> Parsed<DataStatement> {
        match *query.body {
            ast::SetExpr::Insert(_) | ast::SetExpr::Update(_) | ast::SetExpr::Delete(_) => {
                self.nested_statement(query)
            }
            _ => Ok(DataStatement::Query(Box::new(self.query(query)?))),
        }
    }

    fn order(self, order: Option<ast::OrderBy>) -> Parsed<Vec<OrderBy>> {
        let Some(ast::OrderBy { kind, interpolate }) = order else {
            return Ok(Vec::new());
        };
        none!(interpolate);
        match kind {
            ast::OrderByKind::Expressions(list) => self.all(list, Self::order_by),
            ast::OrderByKind::All(_) => unclear("ORDER BY ALL"),
        }
    }

    fn limit(
        self,
        clause: Option<ast::LimitClause>,
        fetch: Option<ast::Fetch>,
    ) -> Parsed<(Option<Expr>, Option<Expr>)> {
        let (mut limit, offset) = match clause {
            None => (None, None),
            Some(ast::LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            }) => {
                none!(limit_by);
                let offset = offset.map(|ast::Offset { value, rows: _ }| value);
                (limit, offset)
            }
            Some(ast::LimitClause::OffsetCommaLimit { offset, limit }) => {
                (Some(limit), Some(offset))
            }
        };
        if let Some(ast::Fetch {
            with_ties,
            percent,
            quantity,
        }) = fetch
        {
            none!(with_ties, percent);
            limit =
                quantity.or_else(|| Some(ast::Expr::value(ast::Value::Number("1".into(), false))));
        }
        Ok((
            limit.map(|e| self.expr(e)).transpose()?,
            offset.map(|e| self.expr(e)).transpose()?,
        ))
    }

    /// A query's body. A chain of UNIONs is walked in a loop: programs write long ones.
    fn body(self, mut body: ast::SetExpr) -> Parsed<SetExpr> {
        let mut rest = Vec::new();
        while let ast::SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = body
        {
            rest.push((op, set_quantifier, right));
            body = *left;
        }
        let mut body = self.operand(body)?;
        while let Some((op, quantifier, right)) = rest.pop() {
            if self.syntax == Syntax::Sqlite && matches!(*right, ast::SetExpr::SetOperation { .. })
            {
                // SQLite reads all of them from left to right, the crate INTERSECT before others.
                return unclear("INTERSECT after UNION or EXCEPT");
            }
            body = SetExpr::Op {
                op: match op {
                    ast::SetOperator::Union => SetOp::Union,
                    ast::SetOperator::Except | ast::SetOperator::Minus => SetOp::Except,
                    ast::SetOperator::Intersect => SetOp::Intersect,
                },
                all: match quantifier {
                    ast::SetQuantifier::All => true,
                    ast::SetQuantifier::None | ast::SetQuantifier::Distinct => false,
                    other => return unclear(format!("{other}")),
                },
                left: Box::new(body),
                right: Box::new(self.deeper()?.body(*right)?),
            };
        }
        Ok(body)
    }

    fn operand(self, body: ast::SetExpr) -> Parsed<SetExpr> {
        Ok(match body {
            ast::SetExpr::Select(select) => SetExpr::Select(Box::new(self.select(*select)?)),
            ast::SetExpr::Query(query) => unparenthesized(self.query(*query)?),
            ast::SetExpr::SetOperation { .. } => return unclear("a set operation within one"),
            ast::SetExpr::Values(values) => {
                let ast::Values {
                    explicit_row: _,
                    value_keyword: _,
                    rows,
                } = values;
                SetExpr::Values(
                    self.all(rows, |convert, row| convert.all(row.content, Self::expr))?,
                )
            }
            ast::SetExpr::Insert(_)
            | ast::SetExpr::Update(_)
            | ast::SetExpr::Delete(_)
            | ast::SetExpr::Merge(_) => return unclear("a data statement within a query"),
            ast::SetExpr::Table(table) => {
                let ast::Table {
                    table_name,
                    schema_name,
                } = *table;
                let Some(name) = table_name else {
                    return unclear("TABLE without a name");
                };
                let table = TableRef::Table {
                    name: Name {
                        schema: schema_name.map(|schema| self.ident(schema)),
                        name: self.ident(name),
                    },
                    alias: None,
                    columns: Vec::new(),
                };
                SetExpr::Select(Box::new(Select {
                    items: vec![SelectItem::Star],
                    from: vec![table],
                    ..Select::default()
                }))
            }
        })
    }

    fn select(self, select: ast::Select) -> Parsed<Select> {
        let ast::Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        none!(
            select_modifiers,
            top,
            top_before_distinct,
            exclude,
            into,
            lateral_views,
            prewhere
        );
        none!(
            connect_by,
            cluster_by,
            distribute_by,
            sort_by,
            qualify,
            value_table_mode
        );
        if flavor != ast::SelectFlavor::Standard {
            return unclear("FROM before SELECT");
        }
        Ok(Select {
            distinct: match distinct {
                None | Some(ast::Distinct::All) => None,
                Some(ast::Distinct::Distinct) => Some(Distinct::All),
                Some(ast::Distinct::On(list)) => Some(Distinct::On(self.all(list, Self::expr)?)),
            },
            items: self.all(projection, Self::item)?,
            from: match self.all(from, Self::joined)? {
                // MySQL's way to select from nothing.
                from if self.syntax == Syntax::Mysql && is_dual(&from) => Vec::new(),
                from => from,
            },
            filter: selection.map(|e| self.expr(e)).transpose()?,
            group_by: match group_by {
                ast::GroupByExpr::Expressions(list, modifiers) => {
                    none!(modifiers);
                    // `GROUP BY (a, b)` is a list in brackets.
                    let keys = self.all(list, Self::expr)?.into_iter();
                    keys.flat_map(|key| match key {
                        Expr::Row(keys) if self.syntax == Syntax::Postgres => keys,
                        key => vec![key],
                    })
                    .collect()
                }
                ast::GroupByExpr::All(_) => return unclear("GROUP BY ALL"),
            },
            having: having.map(|e| self.expr(e)).transpose()?,
            windows: self.all(named_window, Self::named_window)?,
        })
    }

    fn named_window(self, window: ast::NamedWindowDefinition) -> Parsed<(Ident, Window)> {
        let ast::NamedWindowDefinition(name, expr) = window;
        let window = match expr {
            ast::NamedWindowExpr::WindowSpec(spec) => self.window(spec)?,
            ast::NamedWindowExpr::NamedWindow(_) => {
                return unclear("a window that is another's name");
            }
        };
        Ok((self.ident(name), window))
    }

    pub(super) fn item(self, item: ast::SelectItem) -> Parsed<SelectItem> {
        Ok(match item {
            ast::SelectItem::UnnamedExpr(expr) => SelectItem::Expr {
                expr: self.expr(expr)?,
                alias: None,
            },
            ast::SelectItem::ExprWithAlias { expr, alias } => SelectItem::Expr {
                expr: self.expr(expr)?,
                alias: Some(self.ident(alias)),
            },
            ast::SelectItem::ExprWithAliases { .. } => return unclear("an item with two aliases"),
            ast::SelectItem::Wildcard(options) => {
                plain(options)?;
                SelectItem::Star
            }
            ast::SelectItem::QualifiedWildcard(kind, options) => {
                plain(options)?;
                match kind {
                    ast::SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        SelectItem::TableStar(self.name(name)?)
                    }
                    ast::SelectItemQualifiedWildcardKind::Expr(_) => {
                        return unclear("the fields of a value");
                    }
                }
            }
        })
    }
}

/// A query in parentheses; they are not kept where they only group.
fn unparenthesized(query: Query) -> SetExpr {
    let Query {
        with,
        recursive: _,
        body: _,
        order_by,
        limit,
        offset,
    } = &query;
    if with.is_empty() && order_by.is_empty() && limit.is_none() && offset.is_none() {
        query.body
    } else {
        SetExpr::Query(Box::new(query))
    }
}

fn plain(options: ast::WildcardAdditionalOptions) -> Parsed<()> {
    let ast::WildcardAdditionalOptions {
        wildcard_token: _,
        opt_ilike,
        opt_exclude,
        opt_except,
        opt_replace,
        opt_rename,
        opt_alias,
    } = options;
    none!(
        opt_ilike,
        opt_exclude,
        opt_except,
        opt_replace,
        opt_rename,
        opt_alias
    );
    Ok(())
}

/// `FROM DUAL`.
fn is_dual(from: &[TableRef]) -> bool {
    matches!(from, [TableRef::Table { name, alias: None, .. }]
        if name.schema.is_none() && name.name.eq_ignore_ascii_case("dual"))
}
