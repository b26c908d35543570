//! Function calls and windows.

use sqlparser::ast;

use super::digest;
use super::{Convert, NewRow, Parsed, none, unclear};
use crate::schema::{Call, CallArg, Expr, Literal, Name, OrderBy, Window, WindowFrame};
use crate::sql::Syntax;

/// Functions of PostgreSQL's extensions, which are in whatever schema the extension was made in.
const OF_EXTENSIONS: &[&str] = &[
    "gen_random_bytes",
    "gen_random_uuid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_nil",
];

impl Convert<'_> {
    pub(super) fn function(self, function: ast::Function) -> Parsed<Expr> {
        let ast::Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = function;
        none!(uses_odbc_syntax, within_group, null_treatment);
        if !matches!(parameters, ast::FunctionArguments::None) {
            return unclear("a function with parameters");
        }
        let quoted = matches!(
            name.0.as_slice(),
            [ast::ObjectNamePart::Identifier(ident)] if ident.quote_style.is_some()
        );
        let mut name = self.name(name)?;
        if self.syntax == Syntax::Postgres && OF_EXTENSIONS.contains(&name.name.as_str()) {
            name.schema = None;
        }
        if !quoted && name.schema.is_none() {
            if let Some(keyword) = self.keyword(&name.name)
                && let Some(precision) = precision(&args)
            {
                return Ok(Expr::Keyword(keyword, precision));
            }
            // Built-in names are the same in any case.
            name.name.make_ascii_lowercase();
        }
        let mut call = Call {
            name,
            args: Vec::new(),
            distinct: false,
            order_by: Vec::new(),
            filter: filter.map(|filter| self.expr(*filter)).transpose()?,
            over: over.map(|over| self.window_type(over)).transpose()?,
            separator: None,
        };
        match args {
            ast::FunctionArguments::None => {}
            ast::FunctionArguments::Subquery(query) if call.name.name == "array" => {
                return Ok(Expr::ArrayQuery(Box::new(self.query(*query)?)));
            }
            ast::FunctionArguments::Subquery(_) => return unclear("a query as an argument"),
            ast::FunctionArguments::List(list) => self.arguments(list, &mut call)?,
        }
        self.texts_of_call(&mut call);
        if !quoted && call.name.schema.is_none() {
            match (call.name.name.as_str(), self.new_row) {
                ("row", _) => return row(call),
                ("values", Some(NewRow::Values)) => return excluded(call),
                _ => {}
            }
        }
        if self.syntax == Syntax::Mysql
            && let Some(constant) = digest::of_constant(&call)
        {
            return Ok(constant);
        }
        Ok(Expr::Call(Box::new(call)))
    }

    fn arguments(self, list: ast::FunctionArgumentList, call: &mut Call) -> Parsed<()> {
        let ast::FunctionArgumentList {
            duplicate_treatment,
            args,
            clauses,
        } = list;
        call.distinct = duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
        for clause in clauses {
            match clause {
                ast::FunctionArgumentClause::OrderBy(order) => {
                    call.order_by = self.all(order, Self::order_by)?;
                }
                ast::FunctionArgumentClause::Separator(ast::ValueWithSpan { value, span: _ }) => {
                    match self.value(value)? {
                        Literal::Text(text) => call.separator = Some(text),
                        _ => return unclear("a SEPARATOR that is no text"),
                    }
                }
                other => return unclear(format!("`{other}` in a call")),
            }
        }
        call.args = self.all(args, Self::argument)?;
        Ok(())
    }

    fn argument(self, arg: ast::FunctionArg) -> Parsed<CallArg> {
        match arg {
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => {
                Ok(CallArg::Expr(self.expr(expr)?))
            }
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) => Ok(CallArg::Star),
            ast::FunctionArg::Named {
                name,
                arg: ast::FunctionArgExpr::Expr(expr),
                operator:
                    ast::FunctionArgOperator::RightArrow | ast::FunctionArgOperator::Assignment,
            } => Ok(CallArg::Named(self.ident(name), self.expr(expr)?)),
            ast::FunctionArg::ExprNamed {
                name: ast::Expr::Identifier(name),
                arg: ast::FunctionArgExpr::Expr(expr),
                operator:
                    ast::FunctionArgOperator::RightArrow | ast::FunctionArgOperator::Assignment,
            } => Ok(CallArg::Named(self.ident(name), self.expr(expr)?)),
            other => unclear(format!("the argument `{other}`")),
        }
    }

    fn window_type(self, window: ast::WindowType) -> Parsed<Window> {
        match window {
            ast::WindowType::WindowSpec(spec) => self.window(spec),
            ast::WindowType::NamedWindow(name) => Ok(Window {
                name: Some(self.ident(name)),
                ..Window::default()
            }),
        }
    }

    pub(super) fn window(self, spec: ast::WindowSpec) -> Parsed<Window> {
        let ast::WindowSpec {
            window_name,
            partition_by,
            order_by,
            window_frame,
        } = spec;
        Ok(Window {
            name: window_name.map(|name| self.ident(name)),
            partition_by: self.all(partition_by, Self::expr)?,
            order_by: self.all(order_by, Self::order_by)?,
            frame: window_frame.map(frame).transpose()?,
        })
    }

    pub(super) fn order_by(self, order: ast::OrderByExpr) -> Parsed<OrderBy> {
        let ast::OrderByExpr {
            expr,
            options: ast::OrderByOptions { sort, nulls_first },
            with_fill,
        } = order;
        none!(with_fill);
        Ok(OrderBy {
            expr: self.expr(expr)?,
            descending: match sort {
                None | Some(ast::OrderBySort::Asc) => false,
                Some(ast::OrderBySort::Desc) => true,
                Some(_) => return unclear("ORDER BY with an operator"),
            },
            nulls: nulls_first.map(super::query::nulls),
        })
    }
}

/// A frame's text, if its bounds are plain numbers.
fn frame(frame: ast::WindowFrame) -> Parsed<WindowFrame> {
    let ast::WindowFrame {
        units,
        start_bound,
        end_bound,
    } = frame;
    let start = bound(start_bound)?;
    Ok(WindowFrame(match end_bound {
        Some(end) => format!("{units} BETWEEN {start} AND {}", bound(end)?),
        None => format!("{units} {start}"),
    }))
}

fn bound(bound: ast::WindowFrameBound) -> Parsed<String> {
    let (distance, side) = match bound {
        ast::WindowFrameBound::CurrentRow => return Ok("CURRENT ROW".to_owned()),
        ast::WindowFrameBound::Preceding(distance) => (distance, "PRECEDING"),
        ast::WindowFrameBound::Following(distance) => (distance, "FOLLOWING"),
    };
    match distance.map(|distance| *distance) {
        None => Ok(format!("UNBOUNDED {side}")),
        Some(ast::Expr::Value(ast::ValueWithSpan {
            value: ast::Value::Number(number, _),
            span: _,
        })) => Ok(format!("{number} {side}")),
        Some(_) => unclear("a window's frame that is computed"),
    }
}

/// The precision of `CURRENT_TIMESTAMP(3)`, which may be written as a call or not; nothing if
/// these are no arguments of it.
fn precision(args: &ast::FunctionArguments) -> Option<Option<u32>> {
    match args {
        ast::FunctionArguments::None => Some(None),
        ast::FunctionArguments::Subquery(_) => None,
        ast::FunctionArguments::List(list) => match list.args.as_slice() {
            [] => Some(None),
            [
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(
                    ast::ValueWithSpan {
                        value: ast::Value::Number(number, _),
                        ..
                    },
                ))),
            ] => number.parse().ok().map(Some),
            _ => None,
        },
    }
}

/// `ROW(a, b)`.
fn row(call: Call) -> Parsed<Expr> {
    let values = call.args.into_iter().map(|arg| match arg {
        CallArg::Expr(expr) => Ok(expr),
        CallArg::Named(..) | CallArg::Star => unclear("ROW of other than expressions"),
    });
    Ok(Expr::Row(values.collect::<Parsed<_>>()?))
}

/// MySQL's `VALUES(column)`.
fn excluded(call: Call) -> Parsed<Expr> {
    match <[CallArg; 1]>::try_from(call.args) {
        Ok([CallArg::Expr(Expr::Column { table: _, column })]) => Ok(Expr::Column {
            table: Some(Name::bare("excluded")),
            column,
        }),
        _ => unclear("VALUES of other than a column"),
    }
}
