//! Queries.

use sqlparser::ast;

use super::{Convert, Parsed, none, unclear};
use crate::schema::{
    Cte, DataStatement, Distinct, Expr, Ident, JoinKind, JoinOn, Nulls, OrderBy, Query, Select,
    SelectItem, SetExpr, SetOp, TableRef, Window,
};
use crate::sql::Syntax;

pub(super) fn nulls(first: bool) -> Nulls {
    if first { Nulls::First } else { Nulls::Last }
}

impl Convert<'_> {
    pub(super) fn query(self, query: ast::Query) -> Parsed<Query> {
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

    fn body(self, body: ast::SetExpr) -> Parsed<SetExpr> {
        Ok(match body {
            ast::SetExpr::Select(select) => SetExpr::Select(Box::new(self.select(*select)?)),
            ast::SetExpr::Query(query) => SetExpr::Query(Box::new(self.query(*query)?)),
            ast::SetExpr::SetOperation {
                left,
                op,
                set_quantifier,
                right,
            } => SetExpr::Op {
                op: match op {
                    ast::SetOperator::Union => SetOp::Union,
                    ast::SetOperator::Except | ast::SetOperator::Minus => SetOp::Except,
                    ast::SetOperator::Intersect => SetOp::Intersect,
                },
                all: match set_quantifier {
                    ast::SetQuantifier::All => true,
                    ast::SetQuantifier::None | ast::SetQuantifier::Distinct => false,
                    other => return unclear(format!("{other}")),
                },
                left: Box::new(self.body(*left)?),
                right: Box::new(self.body(*right)?),
            },
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
            ast::SetExpr::Table(_) => return unclear("TABLE as a query"),
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
            from: self.all(from, Self::joined)?,
            filter: selection.map(|e| self.expr(e)).transpose()?,
            group_by: match group_by {
                ast::GroupByExpr::Expressions(list, modifiers) => {
                    none!(modifiers);
                    self.all(list, Self::expr)?
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

    pub(super) fn joined(self, table: ast::TableWithJoins) -> Parsed<TableRef> {
        let ast::TableWithJoins { relation, joins } = table;
        let mut left = self.factor(relation)?;
        for join in joins {
            let ast::Join {
                relation,
                global,
                join_operator,
            } = join;
            none!(global);
            use ast::JoinOperator as J;
            let (kind, constraint) = match join_operator {
                J::Join(c) | J::Inner(c) => (JoinKind::Inner, c),
                J::Left(c) | J::LeftOuter(c) => (JoinKind::Left, c),
                J::Right(c) | J::RightOuter(c) => (JoinKind::Right, c),
                J::FullOuter(c) => (JoinKind::Full, c),
                // MySQL's and SQLite's CROSS JOIN … ON is an inner join.
                J::CrossJoin(ast::JoinConstraint::None) => {
                    (JoinKind::Cross, ast::JoinConstraint::None)
                }
                J::CrossJoin(c) if self.syntax != Syntax::Postgres => (JoinKind::Inner, c),
                J::StraightJoin(c) if self.syntax == Syntax::Mysql => (JoinKind::Inner, c),
                _ => return unclear("a join of an unknown kind"),
            };
            left = TableRef::Join {
                left: Box::new(left),
                kind,
                right: Box::new(self.factor(relation)?),
                on: self.join_on(constraint)?,
            };
        }
        Ok(left)
    }

    fn join_on(self, constraint: ast::JoinConstraint) -> Parsed<JoinOn> {
        Ok(match constraint {
            ast::JoinConstraint::On(expr) => JoinOn::Expr(self.expr(expr)?),
            ast::JoinConstraint::Using(columns) => JoinOn::Using(self.all(columns, Self::bare)?),
            ast::JoinConstraint::UsingAlias(..) => return unclear("USING with an alias"),
            ast::JoinConstraint::Natural => JoinOn::Natural,
            ast::JoinConstraint::None => JoinOn::Nothing,
        })
    }

    fn factor(self, factor: ast::TableFactor) -> Parsed<TableRef> {
        match factor {
            ast::TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                // Which index to use is a hint about how, not what.
                index_directives: _,
                inheritance,
            } => {
                none!(
                    with_hints,
                    version,
                    partitions,
                    json_path,
                    sample,
                    inheritance
                );
                let (alias, columns) = self.optional_alias(alias)?;
                let Some(ast::TableFunctionArgs { args, settings }) = args else {
                    none!(with_ordinality);
                    return Ok(TableRef::Table {
                        name: self.name(name)?,
                        alias,
                        columns,
                    });
                };
                none!(settings);
                self.table_function(false, name, args, with_ordinality, alias, columns)
            }
            ast::TableFactor::Derived {
                lateral,
                subquery,
                alias,
                sample,
            } => {
                none!(sample);
                let (alias, columns) = self.optional_alias(alias)?;
                Ok(TableRef::Subquery {
                    lateral,
                    query: Box::new(self.query(*subquery)?),
                    alias,
                    columns,
                })
            }
            ast::TableFactor::Function {
                lateral,
                name,
                args,
                with_ordinality,
                alias,
            } => {
                let (alias, columns) = self.optional_alias(alias)?;
                self.table_function(lateral, name, args, with_ordinality, alias, columns)
            }
            ast::TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality,
            } => {
                none!(with_offset, with_offset_alias);
                let (alias, columns) = self.optional_alias(alias)?;
                Ok(TableRef::Function {
                    lateral: false,
                    call: Expr::call("unnest", self.all(array_exprs, Self::expr)?),
                    ordinality: with_ordinality,
                    alias,
                    columns,
                })
            }
            ast::TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                none!(alias);
                self.joined(*table_with_joins)
            }
            _ => unclear("a FROM item of an unknown kind"),
        }
    }

    fn table_function(
        self,
        lateral: bool,
        name: ast::ObjectName,
        args: Vec<ast::FunctionArg>,
        ordinality: bool,
        alias: Option<Ident>,
        columns: Vec<Ident>,
    ) -> Parsed<TableRef> {
        let function = ast::Function {
            name,
            uses_odbc_syntax: false,
            parameters: ast::FunctionArguments::None,
            args: ast::FunctionArguments::List(ast::FunctionArgumentList {
                duplicate_treatment: None,
                args,
                clauses: Vec::new(),
            }),
            within_group: Vec::new(),
            filter: None,
            null_treatment: None,
            over: None,
        };
        Ok(TableRef::Function {
            lateral,
            call: self.function(function)?,
            ordinality,
            alias,
            columns,
        })
    }

    fn optional_alias(self, alias: Option<ast::TableAlias>) -> Parsed<(Option<Ident>, Vec<Ident>)> {
        let Some(alias) = alias else {
            return Ok((None, Vec::new()));
        };
        let (name, columns) = self.alias(alias)?;
        Ok((Some(name), columns))
    }

    /// A table's alias and those of its columns.
    pub(super) fn alias(self, alias: ast::TableAlias) -> Parsed<(Ident, Vec<Ident>)> {
        let ast::TableAlias {
            explicit: _,
            name,
            columns,
            at,
        } = alias;
        none!(at);
        let columns = self.all(columns, |convert, column| {
            let ast::TableAliasColumnDef { name, data_type } = column;
            none!(data_type);
            Ok(convert.ident(name))
        })?;
        Ok((self.ident(name), columns))
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
