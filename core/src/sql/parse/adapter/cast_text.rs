//! A text constant with its cast, `'%x'::text`, as PostgreSQL's own tools write every one.
//!
//! # Invariants
//!
//! - The cast goes only where the bare constant is read as a text too: PostgreSQL would choose the same
//!   operator or function. Anywhere else, as in `n = '1'::text`, it stays and is looked at as a cast.
//! - The constant itself stays as it is: a cast to a limit that it does not keep is no cast of this kind.

use super::Convert;
use crate::schema::{Call, CallArg, Expr, Literal, Type};
use crate::sql::Syntax;

/// Arguments, from 0, that are texts whatever else the function is given.
const TEXTS: &[(&str, &[usize])] = &[
    ("array_to_string", &[1, 2]),
    ("btrim", &[1]),
    ("convert_from", &[1]),
    ("convert_to", &[1]),
    ("current_setting", &[0]),
    ("date_part", &[0]),
    ("date_trunc", &[0, 2]),
    ("decode", &[0, 1]),
    ("digest", &[1]),
    ("encode", &[1]),
    ("format", &[0]),
    ("lpad", &[2]),
    ("ltrim", &[1]),
    ("overlay", &[1]),
    ("pg_get_serial_sequence", &[0, 1]),
    ("pg_input_is_valid", &[0, 1]),
    ("regexp_match", &[2]),
    ("regexp_matches", &[2]),
    ("regexp_replace", &[2, 3]),
    ("regexp_split_to_array", &[2]),
    ("regexp_split_to_table", &[2]),
    ("rpad", &[2]),
    ("rtrim", &[1]),
    ("set_config", &[0, 1]),
    ("starts_with", &[1]),
    ("string_agg", &[1]),
    ("string_to_array", &[1, 2]),
    ("string_to_table", &[1, 2]),
    ("timezone", &[0]),
    ("to_char", &[1]),
    ("to_date", &[1]),
    ("to_number", &[1]),
    ("to_timestamp", &[1]),
];

/// Functions whose second argument is a text, unless the first one is a `citext`: its functions of these
/// names ignore case, and a cast to text asks for those that do not.
const TEXT_OR_CITEXT: &[&str] = &[
    "regexp_match",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "split_part",
];

impl Convert<'_> {
    /// What stands where a text is wanted: without the cast, if it is a constant with one.
    pub(super) fn text_wanted(self, expr: Expr) -> Expr {
        if self.syntax == Syntax::Postgres {
            bare(expr, &[])
        } else {
            expr
        }
    }

    /// A place in JSON: a constant is a text there, or texts, anyway.
    pub(super) fn place(self, place: Expr) -> Expr {
        if self.syntax == Syntax::Postgres {
            bare(place, &[Type::Array(Box::new(Type::Text))])
        } else {
            place
        }
    }

    /// A cast: of a constant that a cast makes a text first, it is one of the constant.
    pub(super) fn cast(self, expr: Expr, ty: Type) -> Expr {
        // Not to a moment: `'now'::timestamp` is the time at which it is read, `'now'::text::timestamp`
        // that at which it is computed.
        let same = matches!(ty, Type::Text | Type::Varchar(None) | Type::Interval(_))
            || matches!(&ty, Type::Array(of) if **of == Type::Text);
        let expr = if same { self.text_wanted(expr) } else { expr };
        let expr = match (expr, &ty) {
            (Expr::Array(items), Type::Array(of)) if **of == Type::Text => Expr::Array(
                items
                    .into_iter()
                    .map(|item| self.text_wanted(item))
                    .collect(),
            ),
            (expr, _) => expr,
        };
        Expr::Cast {
            expr: Box::new(expr),
            ty,
        }
    }

    /// A call's arguments, those that are texts without their casts.
    pub(super) fn texts_of_call(self, call: &mut Call) {
        if self.syntax != Syntax::Postgres
            || !matches!(call.name.schema.as_deref(), None | Some("pg_catalog"))
        {
            return;
        }
        let name = call.name.name.as_str();
        let wanted = TEXTS.iter().find(|(known, _)| *known == name);
        for place in wanted.map_or(&[][..], |(_, places)| places) {
            if let Some(CallArg::Expr(arg)) = call.args.get_mut(*place) {
                *arg = bare(arg.clone(), &[]);
            }
        }
        if TEXT_OR_CITEXT.contains(&name)
            && let [first, CallArg::Expr(arg), ..] = call.args.as_mut_slice()
        {
            let plain = bare(arg.clone(), &[]);
            let has_case = matches!(&plain, Expr::Literal(Literal::Text(text))
                if text.chars().any(char::is_alphabetic));
            if !has_case || is_text(first) {
                *arg = plain;
            }
        }
    }
}

/// Whether an argument says itself that it is a text, and not a `citext`.
fn is_text(arg: &CallArg) -> bool {
    matches!(
        arg,
        CallArg::Expr(Expr::Cast {
            ty: Type::Text | Type::Varchar(_),
            ..
        })
    )
}

/// The constant in casts that leave it what it is: to text, or to one of `types`.
fn bare(expr: Expr, types: &[Type]) -> Expr {
    match expr {
        Expr::Cast { expr: inner, ty } => {
            let plain = bare(*inner, types);
            let keeps = match (&plain, &ty) {
                (Expr::Literal(Literal::Text(_)), Type::Text | Type::Varchar(None)) => true,
                (Expr::Literal(Literal::Text(text)), Type::Varchar(Some(limit))) => {
                    u32::try_from(text.chars().count()).is_ok_and(|length| length <= *limit)
                }
                (Expr::Literal(Literal::Text(_)), ty) => types.contains(ty),
                _ => false,
            };
            if keeps {
                plain
            } else {
                Expr::Cast {
                    expr: Box::new(plain),
                    ty,
                }
            }
        }
        other => other,
    }
}
