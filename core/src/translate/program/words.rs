//! What is known of a condition before any row: the words of a trigger (`TG_OP`, `TG_ARGV`, …) are
//! constants for its table and event, and what follows from constants is worked out.

use crate::schema::{
    BinaryOp, CallArg, Expr, Literal, NEW, OLD, PartMut, RowTrigger, Table, TriggerEvent, Type,
    UnaryOp,
};

/// A trigger at an event of its table.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) does: &'a RowTrigger,
    pub(crate) table: &'a Table,
    pub(crate) event: TriggerEvent,
}

impl Words<'_> {
    /// Works out what is known of a condition.
    pub(crate) fn settle(self, condition: &mut Expr) {
        self.put(PartMut::Expr(condition));
        fold(condition);
    }

    /// Puts the words of a trigger as the constants that they are.
    pub(super) fn put(self, part: PartMut<'_>) {
        match part {
            PartMut::Expr(expr) => match self.word(expr) {
                Some(constant) => *expr = constant,
                None => {
                    if let Some(there) = self.only_there(expr) {
                        *expr = there;
                    }
                    expr.parts_mut(&mut |part| self.put(part));
                }
            },
            PartMut::Query(query) => query.parts_mut(&mut |part| self.put(part)),
            PartMut::Table(item) => item.parts_mut(&mut |part| self.put(part)),
            PartMut::Data(statement) => statement.parts_mut(&mut |part| self.put(part)),
        }
    }

    /// The type of a column of the row that there is none of for the event: it is NULL.
    fn missing(&self, expr: &Expr) -> Option<&Type> {
        let Expr::Column {
            table: Some(row),
            column,
        } = expr
        else {
            return None;
        };
        let is_missing = row.schema.is_none() && self.is_missing(&row.name);
        let column = self.table.column(column).filter(|_| is_missing)?;
        Some(&column.ty)
    }

    fn is_missing(self, row: &str) -> bool {
        match self.event {
            TriggerEvent::Insert => row == OLD,
            // Where its copy is NULL, it has no columns.
            TriggerEvent::Delete => row == NEW && !self.does.copies,
            TriggerEvent::Update => false,
        }
    }

    /// What is left of `coalesce(NEW.a, OLD.a)`: one of the two rows is there.
    fn only_there(self, expr: &Expr) -> Option<Expr> {
        let Expr::Call(call) = expr else { return None };
        let [CallArg::Expr(left), CallArg::Expr(right)] = call.args.as_slice() else {
            return None;
        };
        let is_own = |expr: &Expr, ty: &Type| match expr {
            Expr::Column {
                table: Some(row),
                column,
            } if [NEW, OLD].contains(&row.name.as_str()) => {
                let column = self.table.column(column);
                column.is_some_and(|column| column.ty == *ty)
            }
            _ => false,
        };
        if call.name.name != "coalesce" {
            return None;
        }
        let is_left = |(there, missing): &(&Expr, &Expr)| {
            let ty = self.missing(missing);
            ty.is_some_and(|ty| is_own(there, ty))
        };
        let mut both = [(left, right), (right, left)].into_iter();
        both.find(is_left).map(|(there, _)| there.clone())
    }

    fn word(self, expr: &Expr) -> Option<Expr> {
        if let Some(ty) = self.missing(expr) {
            return Some(Expr::Cast {
                expr: Box::new(Expr::Literal(Literal::Null)),
                ty: ty.clone(),
            });
        }
        if let Expr::IsNull { expr, negated } = expr
            && let Expr::Column {
                table: None,
                column: row,
            } = &**expr
            && self.is_missing(row)
        {
            return Some(Expr::Literal(Literal::Boolean(!negated)));
        }
        if let Expr::Subscript { expr, index } = expr {
            let Expr::Literal(Literal::Number(index)) = &**index else {
                return None;
            };
            let is_list = **expr == Expr::column("tg_argv");
            let index = index.parse::<usize>().ok().filter(|_| is_list)?;
            let given = self.does.arguments.get(index);
            return Some(typed(
                given.map_or(Expr::Literal(Literal::Null), Expr::text),
            ));
        }
        let Expr::Column {
            table: None,
            column,
        } = expr
        else {
            return None;
        };
        Some(typed(Expr::text(match column.as_str() {
            "tg_op" => self.event.word(),
            "tg_name" => self.does.name.as_deref()?,
            "tg_when" if self.does.before => "BEFORE",
            "tg_when" => "AFTER",
            "tg_level" => "ROW",
            "tg_table_name" | "tg_relname" => self.table.name.name.as_str(),
            "tg_nargs" => {
                let number = self.does.arguments.len().to_string();
                return Some(Expr::Literal(Literal::Number(number)));
            }
            _ => return None,
        })))
    }
}

fn typed(constant: Expr) -> Expr {
    Expr::Cast {
        expr: Box::new(constant),
        ty: Type::Text,
    }
}

/// Works out a condition in which the same column may stand on both sides of a comparison.
pub(super) fn settle_alike(condition: &mut Expr) {
    let is_column = |expr: &Expr| match expr {
        Expr::Cast { expr, .. } => matches!(**expr, Expr::Column { .. }),
        expr => matches!(expr, Expr::Column { .. }),
    };
    // Where nothing in it asks whether it is known, not known is as good as false.
    let mut plain = true;
    condition.each_mut(&mut |expr| {
        plain &= match expr {
            Expr::IsNull { expr, .. } => is_column(expr),
            Expr::IsDistinct { left, right, .. } => is_column(left) && is_column(right),
            Expr::IsBoolean { value, .. } => value.is_some(),
            Expr::Call(_) | Expr::Case { .. } => false,
            _ => true,
        };
    });
    condition.each_mut(&mut |expr| {
        let alike = match &*expr {
            Expr::IsDistinct {
                left,
                right,
                negated,
            } if left == right && is_column(left) => Some(*negated),
            Expr::Binary {
                left,
                op: BinaryOp::NotEq,
                right,
            } if plain && left == right && is_column(left) => Some(false),
            _ => None,
        };
        if let Some(value) = alike {
            *expr = Expr::Literal(Literal::Boolean(value));
        }
    });
    fold(condition);
}

/// Works out comparisons of constants, and what follows from them.
pub(super) fn fold(expr: &mut Expr) {
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            fold(expr);
        }
    });
    if let Some(folded) = folded(expr) {
        *expr = folded;
    }
}

fn folded(expr: &Expr) -> Option<Expr> {
    let constant = |value: bool| Expr::Literal(Literal::Boolean(value));
    let is = |expr: &Expr, value: bool| *expr == Expr::Literal(Literal::Boolean(value));
    match expr {
        Expr::Binary { left, op, right } => match op {
            BinaryOp::Eq | BinaryOp::NotEq => {
                equal(left, right).map(|same| constant(same == (*op == BinaryOp::Eq)))
            }
            BinaryOp::And if is(left, false) || is(right, false) => Some(constant(false)),
            BinaryOp::And if is(left, true) => Some((**right).clone()),
            BinaryOp::And if is(right, true) => Some((**left).clone()),
            BinaryOp::Or if is(left, true) || is(right, true) => Some(constant(true)),
            BinaryOp::Or if is(left, false) => Some((**right).clone()),
            BinaryOp::Or if is(right, false) => Some((**left).clone()),
            _ => None,
        },
        Expr::IsDistinct {
            left,
            right,
            negated,
        } => equal(left, right).map(|same| constant(same == *negated)),
        Expr::InList {
            expr,
            list,
            negated,
        } => {
            let list: Option<Vec<&str>> = list.iter().map(text).collect();
            let found = list?.contains(&text(expr)?);
            Some(constant(found != *negated))
        }
        Expr::IsNull { expr, negated } => {
            let is_null = match &**expr {
                Expr::Cast { expr, .. } => is_null(expr),
                expr => is_null(expr),
            };
            is_null.map(|is_null| constant(is_null != *negated))
        }
        Expr::IsBoolean {
            expr,
            value: Some(value),
            negated,
        } => match **expr {
            Expr::Literal(Literal::Boolean(is)) => Some(constant((is == *value) != *negated)),
            _ => None,
        },
        Expr::Unary {
            op: UnaryOp::Not,
            expr,
        } => match **expr {
            Expr::Literal(Literal::Boolean(value)) => Some(constant(!value)),
            _ => None,
        },
        Expr::Case {
            operand: None,
            whens,
            otherwise,
        } => match whens.as_slice() {
            [(when, then), ..] if is(when, true) => Some(then.clone()),
            [(when, _), rest @ ..] if is(when, false) => match (rest, otherwise) {
                ([], Some(otherwise)) => Some((**otherwise).clone()),
                ([], None) => None,
                (rest, otherwise) => {
                    let rest = Expr::Case {
                        operand: None,
                        whens: rest.to_vec(),
                        otherwise: otherwise.clone(),
                    };
                    Some(folded(&rest).unwrap_or(rest))
                }
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether a constant is NULL.
fn is_null(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Literal(literal) => Some(*literal == Literal::Null),
        _ => None,
    }
}

/// Whether two constants are equal, where neither is NULL.
fn equal(left: &Expr, right: &Expr) -> Option<bool> {
    if let (Some(left), Some(right)) = (text(left), text(right)) {
        return Some(left == right);
    }
    Some(number(left)? == number(right)?)
}

fn number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
        Expr::Cast { expr, ty } if ty.is_integer() => number(expr),
        Expr::Unary {
            op: UnaryOp::Minus,
            expr,
        } => number(expr).and_then(i64::checked_neg),
        _ => None,
    }
}

/// A constant text.
pub(super) fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        Expr::Cast {
            expr,
            ty: Type::Text,
        } => text(expr),
        _ => None,
    }
}
