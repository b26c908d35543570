//! `jsonb_array_elements`, `unnest` and their like in FROM: `json_each`, which sees what stands before it in
//! FROM, as they do.
//!
//! It has columns of its own (`key`, `value`, `id` …): where one is in sight, every other column is
//! qualified. A value is taken as its JSON text, as everywhere ([`json`](super::json)).

use aludel::schema::{BinaryOp, Expr, Ident, JoinOn, Name, SelectItem, TableRef, Type};
use aludel::translate::infer::{Family, Relation, UNNEST, is_text_constant, takes_apart};
use aludel::translate::rewrite::Rewriter;

use super::build::{call, case, column_of, eq, fail, number};
use super::convert::How;
use super::json::Place;
use super::structure::qualified;
use super::{Meaning, refuse};

impl Meaning {
    /// Such a function, called by an alias. Nothing if its argument has no form.
    pub(super) fn elements(
        &self,
        rw: &mut Rewriter<'_>,
        function: &str,
        argument: &Expr,
        alias: &Ident,
    ) -> Option<TableRef> {
        let array = match function {
            UNNEST => self.unnested(rw, argument)?,
            _ => self.json_array(rw, argument)?,
        };
        Some(TableRef::Function {
            lateral: false,
            call: call("json_each", [array]),
            ordinality: false,
            alias: Some(alias.clone()),
            columns: Vec::new(),
        })
    }

    /// An array whose elements are held as JSON gives them.
    fn unnested(&self, rw: &mut Rewriter<'_>, argument: &Expr) -> Option<Expr> {
        let Type::Array(item) = rw.scope.ty(argument)? else {
            return None;
        };
        if !is_held_as_given(&item) {
            return None;
        }
        let argument = qualified(rw, argument);
        Some(self.value(rw, &argument, &Type::Array(item), How::Cast))
    }

    /// A document that is an array; it fails if it is none.
    fn json_array(&self, rw: &mut Rewriter<'_>, argument: &Expr) -> Option<Expr> {
        let place = if is_text_constant(argument) {
            Place::whole(self.value(rw, argument, &Type::Jsonb, How::Cast))
        } else {
            let argument = qualified(rw, argument);
            self.place(rw, &argument)?
        };
        if !place.is_stable() {
            return None;
        }
        let out = fail("no elements of what is no array", Some(place.json()));
        Some(case(
            [(eq(place.kind(), Expr::text("array")), place.json())],
            Some(out),
        ))
    }

    /// A column beside such a function, or of it; nothing if there is none in sight.
    pub(super) fn beside_elements(
        &self,
        rw: &mut Rewriter<'_>,
        table: Option<&Name>,
        column: &Ident,
    ) -> Option<Expr> {
        if !rw.scope.functions().any(takes_apart) {
            return None;
        }
        let owner = match table {
            Some(table) => Some(table.clone()),
            None => rw.scope.owner(column).cloned(),
        };
        let Some(owner) = owner else {
            return Some(refuse(
                rw,
                "a column of nobody knows what beside the elements of an array",
            ));
        };
        if let Some(relation) = rw.scope.relation(&owner)
            && let Some(value) = value_of(relation)
        {
            let first = relation.fields.iter().flatten().next();
            if first.is_some_and(|field| field.name == *column) {
                return Some(self.element(rw, &value));
            }
            // WITH ORDINALITY counts from 1.
            let place = column_of(&value.alias, "key");
            return Some(Expr::binary(place, BinaryOp::Plus, number(1)));
        }
        Some(Expr::Column {
            table: Some(rw.qualifier(&owner)),
            column: column.clone(),
        })
    }

    fn element(&self, rw: &mut Rewriter<'_>, value: &ElementOf) -> Expr {
        let json = || Place::whole(value.json());
        match value.of {
            Of::Texts => self.text_at(rw, &json(), false),
            Of::Json => json().json(),
            Of::Array => column_of(&value.alias, "value"),
        }
    }

    /// `*` beside such a function, spelled out.
    pub(super) fn star_beside_elements(
        &self,
        rw: &mut Rewriter<'_>,
        relations: &[Relation],
    ) -> Option<Vec<SelectItem>> {
        relations.iter().find_map(value_of)?;
        let mut items = Vec::new();
        for relation in relations {
            let (Some(fields), Some(table)) = (&relation.fields, &relation.name) else {
                refuse(rw, "`*` of columns that are not known");
                continue;
            };
            for field in fields {
                let expr = self.beside_elements(rw, Some(table), &field.name)?;
                items.push(SelectItem::Expr {
                    expr,
                    alias: Some(field.name.clone()),
                });
            }
        }
        Some(items)
    }

    /// USING compares columns by their names, of which such a function has some.
    pub(super) fn joined_beside_elements(&self, rw: &mut Rewriter<'_>, on: &JoinOn) {
        if matches!(on, JoinOn::Using(_) | JoinOn::Natural) && rw.scope.functions().any(takes_apart)
        {
            refuse(rw, "USING beside the elements of an array");
        }
    }
}

/// Whether an element of an array is held as JSON gives it.
pub(super) fn is_held_as_given(item: &Type) -> bool {
    matches!(
        Family::of(item),
        Family::Text
            | Family::Integer
            | Family::Uuid
            | Family::Date
            | Family::Boolean
            | Family::Enum
    )
}

/// The value of such a function in FROM.
struct ElementOf {
    alias: String,
    of: Of,
}

/// What it is an element of.
enum Of {
    /// JSON, as a text.
    Texts,
    /// JSON.
    Json,
    /// An array of PostgreSQL's own.
    Array,
}

fn value_of(relation: &Relation) -> Option<ElementOf> {
    let function = relation.function.as_deref()?;
    takes_apart(function).then_some(())?;
    Some(ElementOf {
        alias: relation.name.as_ref()?.name.clone(),
        of: match function {
            UNNEST => Of::Array,
            _ if function.ends_with("_text") => Of::Texts,
            _ => Of::Json,
        },
    })
}

impl ElementOf {
    /// Its JSON text: the same path twice gives an array of two.
    fn json(&self) -> Expr {
        let path = column_of(&self.alias, "fullkey");
        let document = column_of(&self.alias, "json");
        let both = call("json_extract", [document, path.clone(), path]);
        let half = Expr::binary(call("length", [both.clone()]), BinaryOp::Divide, number(2));
        let length = Expr::binary(half, BinaryOp::Minus, number(1));
        call("substr", [both, number(2), length])
    }
}
