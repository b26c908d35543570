//! Expressions.

use super::spelling::quoted;
use super::{Printer, join};
use crate::schema::{
    BinaryOp, Call, CallArg, Expr, Literal, OrderBy, Quantifier, TrimSide, Type, UnaryOp, Window,
};

/// How tightly an expression's text holds together, loosest first. Operators between which the
/// engines disagree share [`Level::Other`], whose operands must be [`Level::Primary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `OR`.
    Or,
    /// `AND`.
    And,
    /// `NOT`.
    Not,
    /// `=`, `<`, `IS`, `LIKE`, `IN`, `BETWEEN` …: never chained.
    Comparison,
    /// `||`, `&`, `->`, `^` …
    Other,
    /// `+`, `-`.
    Add,
    /// `*`, `/`, `%`.
    Multiply,
    /// `-x`, `~x`.
    Unary,
    /// `x COLLATE c`, `x AT TIME ZONE z`, `x[1]`.
    Postfix,
    /// What needs no parentheses anywhere.
    Primary,
}

/// A printed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    /// Its text.
    pub text: String,
    /// How tightly it holds together.
    pub level: Level,
}

impl Sql {
    /// A text that holds together by itself.
    pub fn primary(text: impl Into<String>) -> Self {
        Self::new(text, Level::Primary)
    }

    /// A text of a level.
    pub fn new(text: impl Into<String>, level: Level) -> Self {
        Self {
            text: text.into(),
            level,
        }
    }

    /// The text, in parentheses if it is looser than `level`.
    pub fn at(self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.text)
        } else {
            self.text
        }
    }
}

impl From<Sql> for String {
    fn from(sql: Sql) -> Self {
        sql.text
    }
}

impl Printer<'_> {
    /// An expression.
    pub fn expr(&mut self, expr: &Expr) -> Sql {
        let spelling = self.spelling;
        match spelling.expr(self, expr) {
            Some(sql) => sql,
            None => self.standard(expr),
        }
    }

    /// An expression, in parentheses if it is looser than `level`.
    pub fn at(&mut self, expr: &Expr, level: Level) -> String {
        self.expr(expr).at(level)
    }

    /// Expressions, joined by commas.
    pub fn list(&mut self, exprs: &[Expr]) -> String {
        join(exprs, |expr| self.at(expr, Level::Or))
    }

    /// Keys of an order, joined by commas.
    pub fn order(&mut self, keys: &[OrderBy]) -> String {
        join(keys, |key| self.order_key(key))
    }

    fn order_key(&mut self, key: &OrderBy) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.order_key(self, key) {
            return text;
        }
        let direction = if key.descending { " DESC" } else { "" };
        let nulls = match key.nulls {
            Some(crate::schema::Nulls::First) => " NULLS FIRST",
            Some(crate::schema::Nulls::Last) => " NULLS LAST",
            None => "",
        };
        format!("{}{direction}{nulls}", self.at(&key.expr, Level::Or))
    }

    fn standard(&mut self, expr: &Expr) -> Sql {
        match expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Column { table, column } => {
                let table = self.optional("", table.as_ref(), |p, table| p.name(table) + ".");
                Sql::primary(table + &self.ident(column))
            }
            Expr::Keyword(word, precision) => Sql::primary(match precision {
                Some(digits) => format!("{word}({digits})"),
                None => (*word).to_owned(),
            }),
            Expr::Unary { op, expr } => self.unary(*op, expr),
            Expr::Binary { .. } => self.binary(expr),
            Expr::IsNull { expr, negated } => {
                comparison(format!("{} IS {}NULL", self.operand(expr), not(*negated)))
            }
            Expr::IsBoolean {
                expr,
                value,
                negated,
            } => {
                let value = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                comparison(format!(
                    "{} IS {}{value}",
                    self.operand(expr),
                    not(*negated)
                ))
            }
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (left, right) = (self.operand(left), self.operand(right));
                comparison(format!("{left} IS {}DISTINCT FROM {right}", not(*negated)))
            }
            Expr::Between {
                expr,
                low,
                high,
                negated,
            } => {
                let (expr, low, high) = (self.operand(expr), self.operand(low), self.operand(high));
                comparison(format!("{expr} {}BETWEEN {low} AND {high}", not(*negated)))
            }
            Expr::InList {
                expr,
                list,
                negated,
            } => {
                let (expr, list) = (self.operand(expr), self.list(list));
                comparison(format!("{expr} {}IN ({list})", not(*negated)))
            }
            Expr::InQuery {
                expr,
                query,
                negated,
            } => {
                let (expr, query) = (self.operand(expr), self.query(query));
                comparison(format!("{expr} {}IN ({query})", not(*negated)))
            }
            Expr::Quantified {
                left,
                op,
                quantifier,
                right,
            } => {
                let left = self.operand(left);
                let op = self.spelling.binary(*op).map(str::to_owned);
                let op = self.take(op);
                let quantifier = match quantifier {
                    Quantifier::Any => "ANY",
                    Quantifier::All => "ALL",
                };
                let right = match &**right {
                    Expr::Subquery(query) => self.query(query),
                    array => self.at(array, Level::Or),
                };
                comparison(format!("{left} {op} {quantifier} ({right})"))
            }
            Expr::Exists(query) => Sql::primary(format!("EXISTS ({})", self.query(query))),
            Expr::Like {
                expr,
                pattern,
                escape,
                any_case,
                negated,
            } => {
                let (expr, pattern) = (self.operand(expr), self.operand(pattern));
                let word = if *any_case { "ILIKE" } else { "LIKE" };
                let escape = self.optional(" ESCAPE ", escape.as_ref(), |p, escape| {
                    p.literal(&Literal::Text(escape.to_string())).text
                });
                comparison(format!("{expr} {}{word} {pattern}{escape}", not(*negated)))
            }
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => self.case(operand.as_deref(), whens, otherwise.as_deref()),
            Expr::Cast { expr, ty } => {
                let expr = self.at(expr, Level::Or);
                Sql::primary(format!("CAST({expr} AS {})", self.cast_type(ty)))
            }
            Expr::Call(call) => self.call(call),
            Expr::Extract { field, expr } => {
                let expr = self.at(expr, Level::Or);
                Sql::primary(format!("EXTRACT({field} FROM {expr})"))
            }
            Expr::Position { needle, haystack } => {
                let (needle, haystack) = (
                    self.at(needle, Level::Primary),
                    self.at(haystack, Level::Primary),
                );
                Sql::primary(format!("POSITION({needle} IN {haystack})"))
            }
            Expr::Substring {
                expr,
                start,
                length,
            } => {
                let expr = self.at(expr, Level::Or);
                let start = self.optional(" FROM ", start.as_ref(), |p, e| p.at(e, Level::Or));
                let length = self.optional(" FOR ", length.as_ref(), |p, e| p.at(e, Level::Or));
                Sql::primary(format!("SUBSTRING({expr}{start}{length})"))
            }
            Expr::Trim { expr, side, what } => {
                let side = match side {
                    TrimSide::Both => "BOTH",
                    TrimSide::Leading => "LEADING",
                    TrimSide::Trailing => "TRAILING",
                };
                let what = self.optional(" ", what.as_ref(), |p, e| p.at(e, Level::Primary));
                let expr = self.at(expr, Level::Or);
                Sql::primary(format!("TRIM({side}{what} FROM {expr})"))
            }
            Expr::AtTimeZone { expr, zone } => {
                let (expr, zone) = (self.at(expr, Level::Primary), self.at(zone, Level::Primary));
                Sql::new(format!("{expr} AT TIME ZONE {zone}"), Level::Postfix)
            }
            Expr::Interval { value, unit } => {
                let value = self.at(value, Level::Primary);
                let unit = self.optional(" ", unit.as_ref(), |_, unit| unit.clone());
                Sql::primary(format!("INTERVAL {value}{unit}"))
            }
            Expr::Collate { expr, collation } => {
                let expr = self.at(expr, Level::Primary);
                Sql::new(
                    format!("{expr} COLLATE {}", self.name(collation)),
                    Level::Postfix,
                )
            }
            Expr::Array(items) => Sql::primary(format!("ARRAY[{}]", self.list(items))),
            Expr::Subscript { expr, index } => {
                let (expr, index) = (self.at(expr, Level::Primary), self.at(index, Level::Or));
                Sql::new(format!("{expr}[{index}]"), Level::Postfix)
            }
            Expr::Row(items) => {
                // One expression in parentheses is that expression, not a row.
                let word = if items.len() < 2 { "ROW" } else { "" };
                Sql::primary(format!("{word}({})", self.list(items)))
            }
            Expr::Subquery(query) => Sql::primary(format!("({})", self.query(query))),
            Expr::ArrayQuery(query) => Sql::primary(format!("ARRAY({})", self.query(query))),
            Expr::Default => Sql::primary("DEFAULT"),
        }
    }

    /// A constant.
    pub fn literal(&mut self, literal: &Literal) -> Sql {
        let text = self.spelling.literal(literal);
        let text = self.take(text);
        // A number may have been given with its sign.
        let level = if text.starts_with(['-', '+']) {
            Level::Unary
        } else {
            Level::Primary
        };
        Sql::new(text, level)
    }

    /// A type, as in a cast.
    pub fn cast_type(&mut self, ty: &Type) -> String {
        let text = self.spelling.cast_type(ty);
        self.take(text)
    }

    /// An operand of a comparison.
    pub fn operand(&mut self, expr: &Expr) -> String {
        self.at(expr, Level::Other)
    }

    fn unary(&mut self, op: UnaryOp, expr: &Expr) -> Sql {
        // Its operand in parentheses unless it stands by itself: `--1` is a comment, and MySQL
        // can be told that NOT binds tighter than a comparison.
        let text = format!(
            "{}{}",
            self.spelling.unary(op),
            self.at(expr, Level::Primary)
        );
        let level = if op == UnaryOp::Not {
            Level::Not
        } else {
            Level::Unary
        };
        Sql::new(text, level)
    }

    /// A chain of operators that all take the result of the one before on their left: a loop,
    /// since the chains that programs generate can be long.
    fn binary(&mut self, expr: &Expr) -> Sql {
        let mut rest = Vec::new();
        let mut first = expr;
        let mut level = None;
        while let Expr::Binary { left, op, right } = first {
            let binding = Binding::of(*op);
            match rest.last() {
                Some((above, _)) if !binding.chains(*op, *above) => break,
                _ => level = Some(binding.level),
            }
            rest.push((*op, right));
            first = left;
        }
        let Some((&(op, _), level)) = rest.last().zip(level) else {
            return self.standard(expr);
        };
        let mut text = self.at(first, Binding::of(op).operand);
        for (op, right) in rest.into_iter().rev() {
            let right = self.at(right, Binding::of(op).operand);
            let word = self.spelling.binary(op).map(str::to_owned);
            let word = self.take(word);
            text.push_str(&format!(" {word} {right}"));
        }
        Sql::new(text, level)
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Sql {
        let mut text = String::from("CASE");
        if let Some(operand) = operand {
            text.push_str(&format!(" {}", self.at(operand, Level::Or)));
        }
        for (when, then) in whens {
            let (when, then) = (self.at(when, Level::Or), self.at(then, Level::Or));
            text.push_str(&format!(" WHEN {when} THEN {then}"));
        }
        if let Some(otherwise) = otherwise {
            text.push_str(&format!(" ELSE {}", self.at(otherwise, Level::Or)));
        }
        text.push_str(" END");
        Sql::primary(text)
    }

    /// A function call.
    pub fn call(&mut self, call: &Call) -> Sql {
        let name = self.spelling.function(&call.name);
        let name = self.take(name);
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        let args = join(&call.args, |arg| match arg {
            CallArg::Expr(expr) => self.at(expr, Level::Or),
            CallArg::Named(name, expr) => {
                format!("{} => {}", self.ident(name), self.at(expr, Level::Or))
            }
            CallArg::Star => "*".into(),
        });
        let mut text = format!("{name}({distinct}{args}");
        if !call.order_by.is_empty() {
            text.push_str(&format!(" ORDER BY {}", self.order(&call.order_by)));
        }
        if let Some(separator) = &call.separator {
            text.push_str(&format!(" SEPARATOR {}", quoted(separator)));
        }
        text.push(')');
        if let Some(filter) = &call.filter {
            text.push_str(&format!(" FILTER (WHERE {})", self.at(filter, Level::Or)));
        }
        if let Some(window) = &call.over {
            text.push_str(&format!(" OVER {}", self.over(window)));
        }
        Sql::primary(text)
    }

    fn over(&mut self, window: &Window) -> String {
        match window {
            Window {
                name: Some(name),
                partition_by,
                order_by,
                frame: None,
            } if partition_by.is_empty() && order_by.is_empty() => self.ident(name),
            window => format!("({})", self.window(window)),
        }
    }

    /// What stands in a window's parentheses.
    pub fn window(&mut self, window: &Window) -> String {
        let mut parts = Vec::new();
        if let Some(name) = &window.name {
            parts.push(self.ident(name));
        }
        if !window.partition_by.is_empty() {
            parts.push(format!("PARTITION BY {}", self.list(&window.partition_by)));
        }
        if !window.order_by.is_empty() {
            parts.push(format!("ORDER BY {}", self.order(&window.order_by)));
        }
        if let Some(frame) = &window.frame {
            parts.push(frame.0.clone());
        }
        parts.join(" ")
    }
}

/// How an operator binds, in a way that is right for every engine.
struct Binding {
    level: Level,
    /// What its operands must at least be.
    operand: Level,
}

impl Binding {
    fn of(op: BinaryOp) -> Self {
        let (level, operand) = match op {
            BinaryOp::Or => (Level::Or, Level::And),
            BinaryOp::And => (Level::And, Level::Not),
            BinaryOp::Xor => (Level::Or, Level::Not),
            BinaryOp::Eq
            | BinaryOp::NotEq
            | BinaryOp::Lt
            | BinaryOp::LtEq
            | BinaryOp::Gt
            | BinaryOp::GtEq => (Level::Comparison, Level::Other),
            BinaryOp::Plus | BinaryOp::Minus => (Level::Add, Level::Multiply),
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::IntDivide | BinaryOp::Modulo => {
                (Level::Multiply, Level::Postfix)
            }
            // To PostgreSQL an operator like any other, to MySQL and SQLite a comparison.
            BinaryOp::Regex { .. } => (Level::Comparison, Level::Primary),
            _ => (Level::Other, Level::Primary),
        };
        Self { level, operand }
    }

    /// Whether `op` can be the left operand of `above` without parentheses, both of one group in
    /// which all engines go from left to right.
    fn chains(&self, op: BinaryOp, above: BinaryOp) -> bool {
        match self.level {
            Level::Add | Level::Multiply => Self::of(above).level == self.level,
            Level::Comparison => false,
            // `a -> 'b' ->> 'c'` is a path.
            _ if is_path(op) => is_path(above),
            _ => op == above && op != BinaryOp::Power,
        }
    }
}

fn is_path(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::JsonGet | BinaryOp::JsonGetText)
}

fn comparison(text: String) -> Sql {
    Sql::new(text, Level::Comparison)
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}
