//! Array constants, which are JSON arrays here.

use aludel::schema::{Expr, Literal, Schema, Type};
use aludel::translate::Refusal;
use aludel::translate::constant::{Item, array};
use aludel::translate::infer::Family;

use super::constant::constant as value;

/// An array constant `{a,"b c",NULL}` as a JSON text.
pub(super) fn constant(text: &str, item: &Type, schema: &Schema) -> Result<String, Refusal> {
    let items = array(text).ok_or_else(|| {
        Refusal::new(
            "bad-constant",
            format!("'{text}' is not an array that is translated"),
        )
    })?;
    list(&items, item, schema)
}

fn list(items: &[Item], ty: &Type, schema: &Schema) -> Result<String, Refusal> {
    let no_form = || Refusal::new("no-form", "an array of such values has no form on sqlite");
    let parts: Result<Vec<String>, Refusal> = items
        .iter()
        .map(|item| match item {
            Item::Null => Ok("null".into()),
            Item::Array(items) => list(items, ty, schema),
            Item::Text(text) => json_of(&value(text, ty, schema)?, ty).ok_or_else(no_form),
        })
        .collect();
    Ok(format!("[{}]", parts?.join(",")))
}

/// The JSON of a constant of a type.
pub(super) fn json_of(constant: &Expr, ty: &Type) -> Option<String> {
    let Expr::Literal(literal) = constant else {
        return None;
    };
    Some(match literal {
        Literal::Null => "null".into(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(digits) => digits.clone(),
        Literal::Text(text) if matches!(Family::of(ty), Family::Json | Family::Array) => {
            text.clone()
        }
        Literal::Text(text) => serde_json::to_string(text).ok()?,
        _ => return None,
    })
}

/// The texts of an array constant of one dimension; `None` is NULL.
pub(super) fn elements(text: &str) -> Option<Vec<Option<String>>> {
    let items = array(text)?.into_iter().map(|item| match item {
        Item::Text(text) => Some(Some(text)),
        Item::Null => Some(None),
        Item::Array(_) => None,
    });
    items.collect()
}
