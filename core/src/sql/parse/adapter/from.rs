//! What a query selects from.

use sqlparser::ast;

use super::{Convert, Parsed, none, unclear};
use crate::schema::{Expr, Ident, JoinKind, JoinOn, TableRef};
use crate::sql::Syntax;

impl Convert<'_> {
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

    pub(super) fn join_on(self, constraint: ast::JoinConstraint) -> Parsed<JoinOn> {
        Ok(match constraint {
            ast::JoinConstraint::On(expr) => JoinOn::Expr(self.expr(expr)?),
            ast::JoinConstraint::Using(columns) => JoinOn::Using(self.all(columns, Self::bare)?),
            ast::JoinConstraint::UsingAlias(..) => return unclear("USING with an alias"),
            ast::JoinConstraint::Natural => JoinOn::Natural,
            ast::JoinConstraint::None => JoinOn::Nothing,
        })
    }

    pub(super) fn factor(self, factor: ast::TableFactor) -> Parsed<TableRef> {
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
                self.deeper()?.joined(*table_with_joins)
            }
            _ => unclear("a FROM item of an unknown kind"),
        }
    }

    pub(super) fn table_function(
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

    pub(super) fn optional_alias(
        self,
        alias: Option<ast::TableAlias>,
    ) -> Parsed<(Option<Ident>, Vec<Ident>)> {
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
