//! Queries.

use super::{Level, Printer, join};
use crate::schema::{
    Cte, Distinct, Expr, Ident, JoinKind, JoinOn, Query, Select, SelectItem, SetExpr, SetOp,
    TableRef,
};

impl Printer<'_> {
    /// A query, without parentheses.
    pub fn query(&mut self, query: &Query) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.query(self, query) {
            return text;
        }
        let with = self.with(&query.with, query.recursive);
        let body = self.body(&query.body);
        let order = if query.order_by.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", self.order(&query.order_by))
        };
        let end = self.limit(query.limit.as_ref(), query.offset.as_ref());
        format!("{with}{body}{order}{end}")
    }

    /// `WITH …`, with a blank at its end, or nothing.
    pub fn with(&mut self, with: &[Cte], recursive: bool) -> String {
        if with.is_empty() {
            return String::new();
        }
        let tables = join(with, |cte| {
            let columns = self.column_names(&cte.columns);
            let body = self.statement(&cte.body);
            format!("{}{columns} AS ({body})", self.ident(&cte.name))
        });
        let recursive = if recursive { "RECURSIVE " } else { "" };
        format!("WITH {recursive}{tables} ")
    }

    /// `LIMIT … OFFSET …`, with a blank at its start, or nothing.
    pub fn limit(&mut self, limit: Option<&Expr>, offset: Option<&Expr>) -> String {
        let limit = limit.map(|limit| self.at(limit, Level::Or));
        let offset = offset.map(|offset| self.at(offset, Level::Or));
        self.spelling.limit(limit.as_deref(), offset.as_deref())
    }

    /// The body of a query. A chain of one set operator is a loop: programs generate long ones.
    pub fn body(&mut self, body: &SetExpr) -> String {
        let mut rest = Vec::new();
        let mut first = body;
        while let SetExpr::Op {
            op,
            all,
            left,
            right,
        } = first
        {
            if rest.last().is_some_and(|(above, _, _)| above != op) {
                break;
            }
            rest.push((*op, *all, right));
            first = left;
        }
        if rest.is_empty() {
            return self.simple_body(first);
        }
        let mut text = self.set_operand(first);
        for (op, all, right) in rest.into_iter().rev() {
            let word = match op {
                SetOp::Union => "UNION",
                SetOp::Intersect => "INTERSECT",
                SetOp::Except => "EXCEPT",
            };
            let all = if all { " ALL" } else { "" };
            text.push_str(&format!(" {word}{all} {}", self.set_operand(right)));
        }
        text
    }

    fn simple_body(&mut self, body: &SetExpr) -> String {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Values(rows) => {
                let spelling = self.spelling;
                match spelling.values(self, rows) {
                    Some(text) => text,
                    None => format!("VALUES {}", self.rows(rows)),
                }
            }
            SetExpr::Query(query) => {
                let text = self.query(query);
                self.spelling.nested_body(&text)
            }
            SetExpr::Op { .. } => self.body(body),
        }
    }

    fn set_operand(&mut self, body: &SetExpr) -> String {
        let text = self.simple_body(body);
        match body {
            // Engines differ in whether INTERSECT binds tighter than UNION.
            SetExpr::Op { .. } => self.spelling.nested_body(&text),
            _ => text,
        }
    }

    /// Rows of VALUES.
    pub fn rows(&mut self, rows: &[Vec<Expr>]) -> String {
        join(rows, |row| format!("({})", self.list(row)))
    }

    /// A SELECT without what may stand around it.
    pub fn select(&mut self, select: &Select) -> String {
        let mut text = String::from("SELECT");
        if let Some(distinct) = &select.distinct {
            text.push(' ');
            text.push_str(&self.distinct(distinct));
        }
        if !select.items.is_empty() {
            text.push(' ');
            text.push_str(&self.items(&select.items));
        }
        if !select.from.is_empty() {
            text.push_str(&format!(" FROM {}", self.from(&select.from)));
        }
        text.push_str(&self.filter(select.filter.as_ref()));
        if !select.group_by.is_empty() {
            text.push_str(&format!(" GROUP BY {}", self.list(&select.group_by)));
        }
        if let Some(having) = &select.having {
            text.push_str(&format!(" HAVING {}", self.at(having, Level::Or)));
        }
        if !select.windows.is_empty() {
            let windows = join(&select.windows, |(name, window)| {
                let window = self.window(window);
                format!("{} AS ({window})", self.ident(name))
            });
            text.push_str(&format!(" WINDOW {windows}"));
        }
        text
    }

    fn distinct(&mut self, distinct: &Distinct) -> String {
        let spelling = self.spelling;
        match spelling.distinct(self, distinct) {
            Some(text) => text,
            None => match distinct {
                Distinct::All => "DISTINCT".into(),
                Distinct::On(keys) => format!("DISTINCT ON ({})", self.list(keys)),
            },
        }
    }

    /// `WHERE …`, with a blank at its start, or nothing.
    pub fn filter(&mut self, filter: Option<&Expr>) -> String {
        self.optional(" WHERE ", filter, |p, filter| p.at(filter, Level::Or))
    }

    /// A select list, or what RETURNING returns.
    pub fn items(&mut self, items: &[SelectItem]) -> String {
        join(items, |item| match item {
            SelectItem::Expr { expr, alias } => {
                let expr = self.at(expr, Level::Or);
                let alias = self.optional(" AS ", alias.as_ref(), |p, alias| p.ident(alias));
                format!("{expr}{alias}")
            }
            SelectItem::Star => "*".into(),
            SelectItem::TableStar(table) => format!("{}.*", self.name(table)),
        })
    }

    /// Items of FROM, joined by commas.
    pub fn from(&mut self, items: &[TableRef]) -> String {
        join(items, |item| self.table_ref(item))
    }

    /// One item of FROM.
    pub fn table_ref(&mut self, item: &TableRef) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.table_ref(self, item) {
            return text;
        }
        match item {
            TableRef::Table {
                name,
                alias,
                columns,
            } => {
                let name = self.name(name);
                format!("{name}{}", self.alias(alias.as_ref(), columns))
            }
            TableRef::Subquery {
                lateral,
                query,
                alias,
                columns,
            } => {
                let query = self.query(query);
                format!(
                    "{}({query}){}",
                    word_lateral(*lateral),
                    self.alias(alias.as_ref(), columns)
                )
            }
            TableRef::Function {
                lateral,
                call,
                ordinality,
                alias,
                columns,
            } => {
                let call = self.at(call, Level::Primary);
                let ordinality = if *ordinality { " WITH ORDINALITY" } else { "" };
                let alias = self.alias(alias.as_ref(), columns);
                format!("{}{call}{ordinality}{alias}", word_lateral(*lateral))
            }
            TableRef::Join {
                left,
                kind,
                right,
                on,
            } => self.join(left, *kind, right, on),
        }
    }

    fn join(&mut self, left: &TableRef, kind: JoinKind, right: &TableRef, on: &JoinOn) -> String {
        let left = self.table_ref(left);
        let mut right_text = self.table_ref(right);
        if matches!(right, TableRef::Join { .. }) {
            right_text = format!("({right_text})");
        }
        let word = match kind {
            JoinKind::Inner => "JOIN",
            JoinKind::Left => "LEFT JOIN",
            JoinKind::Right => "RIGHT JOIN",
            JoinKind::Full => "FULL JOIN",
            JoinKind::Cross => "CROSS JOIN",
        };
        let (natural, on) = match on {
            JoinOn::Nothing => ("", String::new()),
            JoinOn::Natural => ("NATURAL ", String::new()),
            JoinOn::Expr(expr) => ("", format!(" ON {}", self.at(expr, Level::Or))),
            JoinOn::Using(columns) => ("", format!(" USING ({})", self.idents(columns))),
        };
        format!("{left} {natural}{word} {right_text}{on}")
    }

    /// `AS alias (columns)`, with a blank at its start, or nothing.
    pub fn alias(&mut self, alias: Option<&Ident>, columns: &[Ident]) -> String {
        self.optional(" AS ", alias, |p, alias| {
            format!("{}{}", p.ident(alias), p.column_names(columns))
        })
    }

    /// ` (a, b)`, or nothing.
    fn column_names(&self, columns: &[Ident]) -> String {
        if columns.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.idents(columns))
        }
    }
}

fn word_lateral(lateral: bool) -> &'static str {
    if lateral { "LATERAL " } else { "" }
}
