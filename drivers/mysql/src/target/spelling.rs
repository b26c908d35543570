//! How MySQL and MariaDB write what the printer is given.
//!
//! Written so that no mode of the server reads it otherwise: names always in backticks, no
//! backslash in a literal, no `||`.

use aludel::schema::{
    BinaryOp, Call, CallArg, Column, Constraint, DataStatement, Distinct, Expr, Literal, Name,
    Nulls, OnConflict, OrderBy, Table, TrimSide, Type,
};
use aludel::translate::Refusal;
use aludel::translate::print::{Conflict, Level, Printer, Spelling, Sql};

use super::data;
use super::facts::Facts;
use super::types::words;

/// What stands for the elements of a document in FROM, as a call of the document and the name of
/// the column that holds them, and of that which numbers them.
pub(crate) const ELEMENTS: &str = "json_table";

/// The spelling of one server.
pub(crate) struct Words<'a> {
    pub(crate) facts: &'a Facts,
    /// What a query reads is locked, and is what others have committed.
    pub(crate) locks: bool,
}

impl<'a> Words<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self {
            facts,
            locks: false,
        }
    }

    pub(crate) fn locking(facts: &'a Facts) -> Self {
        Self { facts, locks: true }
    }
}

impl Words<'_> {
    fn no_form(&self, what: impl std::fmt::Display) -> Refusal {
        let message = format!("{what} has no counterpart on {}", self.facts.name);
        Refusal::new("no-form", message)
    }
}

/// A name between backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text. A backslash begins an escape, but not in every mode: a text that holds one is written
/// in hexadecimal, which every mode reads alike.
pub(crate) fn text(value: &str) -> String {
    if value.contains(['\\', '\0']) {
        return format!("CONVERT({} USING utf8mb4)", bytes(value.as_bytes()));
    }
    format!("'{}'", value.replace('\'', "''"))
}

/// A text where the grammar wants a literal: a comment, a member of an ENUM.
pub(crate) fn bare_text(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

fn bytes(value: &[u8]) -> String {
    let digits: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("X'{digits}'")
}

fn sized(name: &str, size: Option<u32>) -> String {
    match size {
        Some(size) => format!("{name}({size})"),
        None => name.to_owned(),
    }
}

fn integer(name: &str, unsigned: bool) -> String {
    let sign = if unsigned { " UNSIGNED" } else { "" };
    format!("{name}{sign}")
}

impl Spelling for Words<'_> {
    fn identifier(&self, name: &str) -> String {
        quoted(name)
    }

    // There are no schemas within a database: names were made flat before.
    fn name(&self, name: &Name) -> Result<String, Refusal> {
        Ok(quoted(&name.name))
    }

    fn function(&self, name: &Name) -> Result<String, Refusal> {
        // A blank between the name and its parenthesis would make it another function's; and a
        // quoted name is no built-in one.
        Ok(name.name.to_uppercase())
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        Ok(match literal {
            Literal::Null => "NULL".into(),
            Literal::Boolean(true) => "TRUE".into(),
            Literal::Boolean(false) => "FALSE".into(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(value) => text(value),
            Literal::Bytes(value) => bytes(value),
            Literal::Bits(digits) => format!("b'{digits}'"),
            Literal::Typed(Type::Date, value) => format!("DATE {}", text(value)),
            Literal::Typed(Type::Time { .. }, value) => format!("TIME {}", text(value)),
            Literal::Typed(Type::Timestamp { .. }, value) => format!("TIMESTAMP {}", text(value)),
            other => return Err(self.no_form(format!("the constant {other:?}"))),
        })
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        Ok(match ty {
            Type::TinyInt {
                unsigned: false,
                width: Some(1),
            } => "BOOLEAN".into(),
            Type::TinyInt { unsigned, .. } => integer("TINYINT", *unsigned),
            Type::SmallInt { unsigned } => integer("SMALLINT", *unsigned),
            Type::MediumInt { unsigned } => integer("MEDIUMINT", *unsigned),
            Type::Integer { unsigned } => integer("INT", *unsigned),
            Type::BigInt { unsigned } => integer("BIGINT", *unsigned),
            Type::Real => "FLOAT".into(),
            Type::Double => "DOUBLE".into(),
            Type::Numeric {
                precision: Some((digits, scale)),
                unsigned,
            } => integer(&format!("DECIMAL({digits}, {scale})"), *unsigned),
            Type::Char(length) => sized("CHAR", *length),
            Type::Varchar(Some(length)) => format!("VARCHAR({length})"),
            Type::TinyText => "TINYTEXT".into(),
            Type::Text => "TEXT".into(),
            Type::MediumText => "MEDIUMTEXT".into(),
            Type::LongText => "LONGTEXT".into(),
            Type::Binary(length) => sized("BINARY", *length),
            Type::Varbinary(Some(length)) => format!("VARBINARY({length})"),
            Type::TinyBlob => "TINYBLOB".into(),
            Type::Blob => "BLOB".into(),
            Type::MediumBlob => "MEDIUMBLOB".into(),
            Type::LongBlob => "LONGBLOB".into(),
            Type::Date => "DATE".into(),
            Type::Time { precision, .. } => sized("TIME", *precision),
            Type::Timestamp {
                precision,
                zoned: false,
            } => sized("DATETIME", *precision),
            Type::Timestamp {
                precision,
                zoned: true,
            } => sized("TIMESTAMP", *precision),
            Type::Year => "YEAR".into(),
            Type::Json => "JSON".into(),
            Type::Bit(digits) => sized("BIT", *digits),
            Type::InlineEnum(members) => format!("ENUM({})", list(members)),
            Type::InlineSet(members) => format!("SET({})", list(members)),
            Type::Other(name) => name.clone(),
            other => return Err(self.no_form(format!("the type {}", words(other)))),
        })
    }

    fn cast_type(&self, ty: &Type) -> Result<String, Refusal> {
        Ok(match ty {
            Type::TinyInt { unsigned, .. }
            | Type::SmallInt { unsigned }
            | Type::MediumInt { unsigned }
            | Type::Integer { unsigned }
            | Type::BigInt { unsigned } => if *unsigned { "UNSIGNED" } else { "SIGNED" }.into(),
            Type::Char(length) | Type::Varchar(length) => sized("CHAR", *length),
            Type::TinyText | Type::Text | Type::MediumText | Type::LongText => "CHAR".into(),
            Type::Blob | Type::LongBlob | Type::Varbinary(None) => "BINARY".into(),
            Type::Json if self.facts.json => "JSON".into(),
            Type::Double
            | Type::Numeric { .. }
            | Type::Date
            | Type::Time { .. }
            | Type::Timestamp { zoned: false, .. } => self.ty(ty)?,
            other => return Err(self.no_form(format!("a cast to {}", words(other)))),
        })
    }

    fn binary(&self, op: BinaryOp) -> Result<&'static str, Refusal> {
        Ok(match op {
            BinaryOp::Or => "OR",
            BinaryOp::And => "AND",
            BinaryOp::Xor => "XOR",
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
            BinaryOp::IntDivide => "DIV",
            BinaryOp::Modulo => "%",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::ShiftLeft => "<<",
            BinaryOp::ShiftRight => ">>",
            BinaryOp::Regex { negated: false, .. } => "REGEXP",
            BinaryOp::Regex { negated: true, .. } => "NOT REGEXP",
            other => return Err(self.no_form(format!("the operator {other:?}"))),
        })
    }

    fn expr(&self, printer: &mut Printer<'_>, expr: &Expr) -> Option<Sql> {
        Some(match expr {
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (left, right) = (printer.operand(left), printer.operand(right));
                let same = Sql::new(format!("{left} <=> {right}"), Level::Comparison);
                if *negated {
                    same
                } else {
                    Sql::new(format!("NOT {}", same.at(Level::Primary)), Level::Not)
                }
            }
            Expr::Binary {
                op: BinaryOp::Concat,
                ..
            } => {
                let mut parts = Vec::new();
                concatenated(expr, &mut parts);
                let parts: Vec<String> = parts.iter().map(|e| printer.at(e, Level::Or)).collect();
                Sql::primary(format!("CONCAT({})", parts.join(", ")))
            }
            Expr::Trim {
                expr,
                side: TrimSide::Both,
                what: None,
            } => Sql::primary(format!("TRIM({})", printer.at(expr, Level::Or))),
            Expr::Call(call) if let Some(elements) = elements(printer, call) => {
                Sql::primary(elements)
            }
            Expr::Like { any_case: true, .. }
            | Expr::Array(_)
            | Expr::ArrayQuery(_)
            | Expr::Subscript { .. }
            | Expr::AtTimeZone { .. } => {
                Sql::primary(printer.refuse(self.no_form("a part of an expression")))
            }
            _ => return None,
        })
    }

    fn distinct(&self, printer: &mut Printer<'_>, distinct: &Distinct) -> Option<String> {
        match distinct {
            Distinct::All => None,
            Distinct::On(_) => Some(printer.refuse(self.no_form("this `DISTINCT ON`"))),
        }
    }

    fn order_key(&self, printer: &mut Printer<'_>, key: &OrderBy) -> Option<String> {
        // A key of its own says where they stand: what is false comes first.
        let nulls = match key.nulls? {
            Nulls::First => "IS NOT NULL",
            Nulls::Last => "IS NULL",
        };
        let direction = if key.descending { " DESC" } else { "" };
        let operand = printer.operand(&key.expr);
        let expr = printer.at(&key.expr, Level::Or);
        Some(format!("{operand} {nulls}, {expr}{direction}"))
    }

    fn limit(&self, limit: Option<&str>, offset: Option<&str>) -> String {
        let limit = match (limit, offset) {
            (None, None) => String::new(),
            (Some(limit), None) => format!(" LIMIT {limit}"),
            (Some(limit), Some(offset)) => format!(" LIMIT {limit} OFFSET {offset}"),
            // There is no OFFSET without a LIMIT; the manual's own number for "all".
            (None, Some(offset)) => format!(" LIMIT 18446744073709551615 OFFSET {offset}"),
        };
        let lock = if self.locks {
            " LOCK IN SHARE MODE"
        } else {
            ""
        };
        format!("{limit}{lock}")
    }

    fn values(&self, printer: &mut Printer<'_>, rows: &[Vec<Expr>]) -> Option<String> {
        // As SELECTs, which both servers read alike and whose columns have names.
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let columns: Vec<String> = row
                    .iter()
                    .enumerate()
                    .map(|(place, expr)| {
                        let expr = printer.at(expr, Level::Or);
                        format!("{expr} AS {}", quoted(&format!("column{}", place + 1)))
                    })
                    .collect();
                format!("SELECT {}", columns.join(", "))
            })
            .collect();
        Some(rows.join(" UNION ALL "))
    }

    fn statement(&self, printer: &mut Printer<'_>, statement: &DataStatement) -> Option<String> {
        match statement {
            DataStatement::Insert(insert) => data::insert(printer, insert),
            DataStatement::Update(update) => data::update(printer, update),
            DataStatement::Delete(delete) => data::delete(printer, delete),
            _ => None,
        }
    }

    fn conflict(&self, printer: &mut Printer<'_>, conflict: &OnConflict) -> Option<Conflict> {
        let OnConflict::Update { assignments, .. } = conflict else {
            return None;
        };
        let assignments = printer.assignments(assignments);
        Some(Conflict {
            verb: "INSERT INTO",
            clause: format!(" ON DUPLICATE KEY UPDATE {assignments}"),
        })
    }

    fn column(&self, printer: &mut Printer<'_>, column: &Column, _: &Table) -> Option<String> {
        Some(super::definition::column(printer, column))
    }

    fn constraint(
        &self,
        printer: &mut Printer<'_>,
        constraint: &Constraint,
        table: &Table,
    ) -> Option<String> {
        super::definition::constraint(printer, constraint, table)
    }

    fn table_options(&self, table: &Table) -> Result<String, Refusal> {
        Ok(super::definition::options(table))
    }
}

/// `JSON_TABLE(document, '$[*]' COLUMNS (name JSON PATH '$'))`.
fn elements(printer: &mut Printer<'_>, call: &Call) -> Option<String> {
    let [
        CallArg::Expr(document),
        CallArg::Expr(Expr::Column { column, .. }),
        number @ ..,
    ] = call.args.as_slice()
    else {
        return None;
    };
    let number = match number {
        [CallArg::Expr(Expr::Column { column, .. })] => {
            format!(", {} FOR ORDINALITY", quoted(column))
        }
        _ => String::new(),
    };
    (call.name.name == ELEMENTS).then(|| {
        let document = printer.at(document, Level::Or);
        let column = quoted(column);
        format!("JSON_TABLE({document}, '$[*]' COLUMNS ({column} JSON PATH '$'{number}))")
    })
}

fn list(members: &[String]) -> String {
    let members: Vec<String> = members.iter().map(|member| bare_text(member)).collect();
    members.join(", ")
}

/// The operands of a chain of `||`.
fn concatenated<'e>(expr: &'e Expr, parts: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Binary {
            left,
            op: BinaryOp::Concat,
            right,
        } => {
            concatenated(left, parts);
            concatenated(right, parts);
        }
        other => parts.push(other),
    }
}
