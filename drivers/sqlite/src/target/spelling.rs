//! How SQLite writes what the printer is given: from its oldest supported version on.

use std::cmp::Ordering;

use aludel::schema::{
    BinaryOp, Column, Constraint, ConstraintKind, DataStatement, Expr, Index, Literal, Name,
    OnConflict, Table, TableRef, Type,
};
use aludel::translate::Refusal;
use aludel::translate::print::{Conflict, Level, Printer, Spelling, Sql};

/// Compares a word in lower case with a name in any.
fn compare(word: &str, name: &str) -> Ordering {
    let lower = name.bytes().map(|byte| byte.to_ascii_lowercase());
    word.bytes().cmp(lower)
}

/// The schema of a name that means a table of the database itself, whatever WITH calls so. Nobody can
/// write it.
pub(super) const ITSELF: &str = "\0main";

/// SQLite's spelling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sqlite;

impl Spelling for Sqlite {
    fn identifier(&self, name: &str) -> String {
        let mut bytes = name.bytes();
        // Letters of either case: SQLite keeps them and does not tell them apart.
        let plain = bytes
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && WORDS.binary_search_by(|word| compare(word, name)).is_err();
        if plain {
            name.to_owned()
        } else {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }

    fn name(&self, name: &Name) -> Result<String, Refusal> {
        match &name.schema {
            None => Ok(self.identifier(&name.name)),
            Some(schema) if schema == ITSELF => Ok(format!("main.{}", self.identifier(&name.name))),
            Some(schema) => Err(Refusal::new(
                "no-schemas",
                format!("`{name}`: there is no schema `{schema}` on sqlite"),
            )),
        }
    }

    fn function(&self, name: &Name) -> Result<String, Refusal> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if name.schema.is_none() && !name.name.is_empty() && name.name.bytes().all(plain) {
            return Ok(name.name.clone());
        }
        Err(Refusal::new(
            "no-such-function",
            format!("`{name}` has no counterpart on sqlite"),
        ))
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        Ok(match literal {
            Literal::Null => "NULL".into(),
            Literal::Boolean(true) => "TRUE".into(),
            Literal::Boolean(false) => "FALSE".into(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Literal::Bytes(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("x'{digits}'")
            }
            other => {
                let message = format!("the constant {other:?} has no form on sqlite");
                return Err(Refusal::new("no-such-literal", message));
            }
        })
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        Ok(match ty {
            Type::Boolean => "BOOLEAN".into(),
            Type::SmallInt { unsigned: false } => "SMALLINT".into(),
            Type::Integer { unsigned: false } => "INTEGER".into(),
            Type::BigInt { unsigned: false } => "BIGINT".into(),
            Type::TinyInt {
                unsigned: false,
                width: None,
            } => "TINYINT".into(),
            Type::Real => "REAL".into(),
            Type::Double => "DOUBLE".into(),
            Type::Numeric {
                precision: None, ..
            } => "NUMERIC".into(),
            Type::Numeric {
                precision: Some((digits, scale)),
                ..
            } => {
                format!("NUMERIC({digits}, {scale})")
            }
            Type::Char(length) => sized("CHAR", *length),
            Type::Varchar(length) => sized("VARCHAR", *length),
            Type::Binary(length) => sized("BINARY", *length),
            Type::Varbinary(length) => sized("VARBINARY", *length),
            Type::Text => "TEXT".into(),
            Type::Blob => "BLOB".into(),
            Type::Date => "DATE".into(),
            Type::Time {
                precision: None,
                zoned: false,
            } => "TIME".into(),
            Type::Timestamp {
                precision: None,
                zoned: false,
            } => "TIMESTAMP".into(),
            Type::Timestamp {
                precision: None,
                zoned: true,
            } => "TIMESTAMPTZ".into(),
            Type::Uuid => "UUID".into(),
            Type::Json => "JSON".into(),
            Type::Jsonb => "JSONB".into(),
            Type::Other(declared) => declared.clone(),
            Type::Absent => String::new(),
            other => {
                let message = format!("the type {other:?} has no counterpart on sqlite");
                return Err(Refusal::new("no-such-type", message));
            }
        })
    }

    fn cast_type(&self, ty: &Type) -> Result<String, Refusal> {
        // The five that a value can be.
        Ok(match ty {
            Type::Integer { unsigned: false } | Type::BigInt { unsigned: false } => {
                "INTEGER".into()
            }
            Type::Double | Type::Real => "REAL".into(),
            Type::Numeric { .. } => "NUMERIC".into(),
            other => return self.ty(other),
        })
    }

    fn binary(&self, op: BinaryOp) -> Result<&'static str, Refusal> {
        Ok(match op {
            BinaryOp::Or => "OR",
            BinaryOp::And => "AND",
            BinaryOp::Eq => "=",
            BinaryOp::NotEq => "<>",
            BinaryOp::Lt => "<",
            BinaryOp::LtEq => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::GtEq => ">=",
            BinaryOp::Plus => "+",
            BinaryOp::Minus => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
            BinaryOp::Concat => "||",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::ShiftLeft => "<<",
            BinaryOp::ShiftRight => ">>",
            BinaryOp::JsonGet => "->",
            BinaryOp::JsonGetText => "->>",
            other => {
                let message = format!("the operator {other:?} has no counterpart on sqlite");
                return Err(Refusal::new("no-such-operator", message));
            }
        })
    }

    fn expr(&self, p: &mut Printer<'_>, expr: &Expr) -> Option<Sql> {
        let lacking = match expr {
            Expr::IsBoolean {
                expr,
                value: None,
                negated,
            } => {
                let not = if *negated { "NOT " } else { "" };
                let text = format!("{} IS {not}NULL", p.operand(expr));
                return Some(Sql::new(text, Level::Comparison));
            }
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                // `x IS TRUE` asks whether x is not zero; `x IS 1` compares.
                let left = is_operand(p, left);
                let right = is_operand(p, right);
                let not = if *negated { "" } else { "NOT " };
                return Some(Sql::new(
                    format!("{left} IS {not}{right}"),
                    Level::Comparison,
                ));
            }
            Expr::Like {
                expr,
                pattern,
                escape,
                any_case: true,
                negated,
            } => {
                return Some(like(p, expr, pattern, *escape, *negated));
            }
            Expr::Like {
                any_case: false, ..
            } => "LIKE that minds case",
            Expr::Keyword("CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME", None) => {
                return None;
            }
            Expr::Keyword(word, _) => word,
            Expr::Quantified { .. } => "ANY and ALL",
            Expr::Extract { .. } => "EXTRACT",
            Expr::Position { .. } => "POSITION",
            Expr::Substring { .. } => "SUBSTRING … FROM",
            Expr::Trim { .. } => "TRIM … FROM",
            Expr::AtTimeZone { .. } => "AT TIME ZONE",
            Expr::Interval { .. } => "INTERVAL",
            Expr::Array(_) | Expr::ArrayQuery(_) => "ARRAY",
            Expr::Subscript { .. } => "a subscript",
            Expr::Default => "DEFAULT as a value",
            _ => return None,
        };
        Some(gap(p, lacking))
    }

    fn table_ref(&self, p: &mut Printer<'_>, item: &TableRef) -> Option<String> {
        use aludel::schema::JoinKind;
        let lacking = match item {
            TableRef::Table { columns, .. }
            | TableRef::Subquery { columns, .. }
            | TableRef::Function { columns, .. }
                if !columns.is_empty() =>
            {
                "an alias with names of columns"
            }
            TableRef::Function {
                ordinality: true, ..
            } => "WITH ORDINALITY",
            TableRef::Subquery { lateral: true, .. } | TableRef::Function { lateral: true, .. } => {
                "LATERAL"
            }
            TableRef::Join {
                kind: JoinKind::Right | JoinKind::Full,
                ..
            } => "RIGHT and FULL JOIN before 3.39",
            _ => return None,
        };
        Some(gap(p, lacking).text)
    }

    fn nested_body(&self, body: &str) -> String {
        format!("SELECT * FROM ({body})")
    }

    fn limit(&self, limit: Option<&str>, offset: Option<&str>) -> String {
        match (limit, offset) {
            (None, None) => String::new(),
            (Some(limit), None) => format!(" LIMIT {limit}"),
            (limit, Some(offset)) => format!(" LIMIT {} OFFSET {offset}", limit.unwrap_or("-1")),
        }
    }

    fn statement(&self, p: &mut Printer<'_>, statement: &DataStatement) -> Option<String> {
        let lacking = match statement {
            DataStatement::Truncate { .. } => "TRUNCATE",
            DataStatement::Delete(delete) if !delete.using.is_empty() => "DELETE … USING",
            DataStatement::Delete(delete)
                if !delete.order_by.is_empty() || delete.limit.is_some() =>
            {
                "DELETE … LIMIT"
            }
            DataStatement::Update(update)
                if !update.order_by.is_empty() || update.limit.is_some() =>
            {
                "UPDATE … LIMIT"
            }
            DataStatement::Insert(insert) if insert.overriding => "OVERRIDING SYSTEM VALUE",
            _ => return None,
        };
        Some(gap(p, lacking).text)
    }

    fn conflict(&self, _: &mut Printer<'_>, conflict: &OnConflict) -> Option<Conflict> {
        let verb = match conflict {
            OnConflict::Replace => "INSERT OR REPLACE INTO",
            OnConflict::Ignore => "INSERT OR IGNORE INTO",
            _ => return None,
        };
        Some(Conflict {
            verb,
            clause: String::new(),
        })
    }

    fn column(&self, p: &mut Printer<'_>, column: &Column, table: &Table) -> Option<String> {
        let mut text = match &column.identity {
            Some(numbers) if numbers.always => {
                return Some(gap(p, "GENERATED … AS IDENTITY").text);
            }
            Some(_) => {
                let (name, ty) = (p.ident(&column.name), p.ty(&column.ty));
                format!("{name} {ty} NOT NULL PRIMARY KEY AUTOINCREMENT")
            }
            None => p.plain_column(column),
        };
        for constraint in table
            .constraints
            .iter()
            .filter(|c| is_own_check(c, &column.name, table))
        {
            text.push(' ');
            text.push_str(&p.plain_constraint(&Constraint {
                name: None,
                ..constraint.clone()
            }));
        }
        Some(text)
    }

    fn constraint(
        &self,
        p: &mut Printer<'_>,
        constraint: &Constraint,
        table: &Table,
    ) -> Option<String> {
        match &constraint.kind {
            // It stands in the column, where AUTOINCREMENT has to.
            ConstraintKind::PrimaryKey { columns }
                if columns
                    .iter()
                    .any(|part| numbers_itself(table, &part.column)) =>
            {
                Some(String::new())
            }
            ConstraintKind::Unique {
                nulls_not_distinct: true,
                ..
            } => Some(gap(p, "NULLS NOT DISTINCT").text),
            ConstraintKind::Check {
                not_enforced: true, ..
            } => Some(gap(p, "NOT ENFORCED").text),
            _ if own_check(constraint, table).is_some() => Some(String::new()),
            // A name that an engine generated says nothing.
            _ if constraint.name.is_some() && !constraint.named => {
                Some(p.plain_constraint(&Constraint {
                    name: None,
                    ..constraint.clone()
                }))
            }
            _ => None,
        }
    }

    fn index(&self, p: &mut Printer<'_>, index: &Index, _: &Name) -> Option<String> {
        let lacking = if index.method.is_some() {
            "an index method"
        } else if !index.include.is_empty() {
            "INCLUDE"
        } else if index.nulls_not_distinct {
            "NULLS NOT DISTINCT"
        } else if index
            .keys
            .iter()
            .any(|key| key.nulls.is_some() || key.class.is_some() || key.length.is_some())
        {
            "a key's NULLS, class or length"
        } else {
            return None;
        };
        Some(gap(p, lacking).text)
    }

    fn table_options(&self, table: &Table) -> Result<String, Refusal> {
        Ok(match (table.options.strict, table.options.without_rowid) {
            (false, false) => "",
            (true, false) => " STRICT",
            (false, true) => " WITHOUT ROWID",
            (true, true) => " STRICT, WITHOUT ROWID",
        }
        .into())
    }
}

fn sized(name: &str, length: Option<u32>) -> String {
    match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    }
}

/// The column that a CHECK without a name is about, if it is about one: it is written there.
fn own_check<'t>(constraint: &Constraint, table: &'t Table) -> Option<&'t String> {
    let ConstraintKind::Check { expr, .. } = &constraint.kind else {
        return None;
    };
    if constraint.name.is_some() && constraint.named {
        return None;
    }
    let mut own = table
        .columns
        .iter()
        .filter(|column| expr.names_column(&column.name));
    let first = own.next()?;
    own.next().is_none().then_some(&first.name)
}

/// Whether it is that column. It is asked of each with each, and most do not name it.
fn is_own_check(constraint: &Constraint, column: &String, table: &Table) -> bool {
    let ConstraintKind::Check { expr, .. } = &constraint.kind else {
        return false;
    };
    expr.names_column(column) && own_check(constraint, table) == Some(column)
}

fn numbers_itself(table: &Table, column: &str) -> bool {
    table
        .column(column)
        .is_some_and(|column| column.identity.is_some())
}

fn gap(p: &mut Printer<'_>, lacking: &str) -> Sql {
    Sql::primary(p.refuse(Refusal::new(
        "no-form",
        format!("{lacking} has no form on sqlite"),
    )))
}

fn is_operand(p: &mut Printer<'_>, expr: &Expr) -> String {
    match expr {
        Expr::Literal(Literal::Boolean(value)) => i32::from(*value).to_string(),
        expr => p.operand(expr),
    }
}

fn like(
    p: &mut Printer<'_>,
    expr: &Expr,
    pattern: &Expr,
    escape: Option<char>,
    negated: bool,
) -> Sql {
    let (expr, pattern) = (p.operand(expr), p.operand(pattern));
    let not = if negated { "NOT " } else { "" };
    let escape = match escape {
        Some(escape) => format!(
            " ESCAPE {}",
            p.literal(&Literal::Text(escape.to_string())).text
        ),
        None => String::new(),
    };
    Sql::new(
        format!("{expr} {not}LIKE {pattern}{escape}"),
        Level::Comparison,
    )
}

/// Every keyword of SQLite, reserved or not, and those constants that it takes for such.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "abort", "action", "add", "after", "all", "alter", "always", "analyze", "and", "as", "asc",
    "attach", "autoincrement", "before", "begin", "between", "by", "cascade", "case", "cast",
    "check", "collate", "column", "commit", "conflict", "constraint", "create", "cross", "current",
    "current_date", "current_time", "current_timestamp", "database", "default", "deferrable",
    "deferred", "delete", "desc", "detach", "distinct", "do", "drop", "each", "else", "end",
    "escape", "except", "exclude", "exclusive", "exists", "explain", "fail", "false", "filter", "first",
    "following", "for", "foreign", "from", "full", "generated", "glob", "group", "groups",
    "having", "if", "ignore", "immediate", "in", "index", "indexed", "initially", "inner",
    "insert", "instead", "intersect", "into", "is", "isnull", "join", "key", "last", "left",
    "like", "limit", "match", "materialized", "natural", "no", "not", "nothing", "notnull", "null",
    "nulls", "of", "offset", "on", "or", "order", "others", "outer", "over", "partition", "plan",
    "pragma", "preceding", "primary", "query", "raise", "range", "recursive", "references",
    "regexp", "reindex", "release", "rename", "replace", "restrict", "returning", "right",
    "rollback", "row", "rows", "savepoint", "select", "set", "strict", "table", "temp", "temporary", "then",
    "ties", "to", "transaction", "trigger", "true", "unbounded", "union", "unique", "update",
    "using", "vacuum", "values", "view", "virtual", "when", "where", "window", "with", "within", "without",
];
