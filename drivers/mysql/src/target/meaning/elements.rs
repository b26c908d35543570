//! `jsonb_array_elements` and its like in FROM: JSON_TABLE, which sees what stands before it in
//! FROM, as they do.

use aludel::schema::{BinaryOp, CallArg, Expr, Ident, Name, SelectItem, TableRef, Type};
use aludel::translate::infer::{Relation, elements, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;
use crate::target::spelling::ELEMENTS;

impl Meaning<'_> {
    /// Such a function.
    pub(super) fn elements(
        &self,
        rw: &mut Rewriter<'_>,
        called: &Expr,
        ordinality: bool,
        alias: Option<&Ident>,
        columns: &[Ident],
    ) -> Option<TableRef> {
        let Expr::Call(function) = called else {
            return None;
        };
        let [CallArg::Expr(document)] = function.args.as_slice() else {
            return None;
        };
        let document = if is_text_constant(document) {
            self.meet(rw, document, &Type::Jsonb)
        } else if rw.scope.ty(document).is_some() {
            // What it selects from has a column of its own.
            let document = rw.scope.qualified(document);
            rw.expr(&document)
        } else {
            self.refuse_unknown(rw, "the elements of a JSON value")
        };
        let column = columns.first().cloned().unwrap_or_else(|| "value".into());
        // Of what is no array it fails, and gives nothing here.
        let ty = || self.kind_of_json(document.clone());
        let array = build::equal(ty(), Expr::text("ARRAY"));
        let other = if self.facts.json {
            // A query within it would not see what stands before it in FROM.
            let no_path = Expr::text("no elements of what is no array, but of ");
            let no_path = Expr::binary(no_path, BinaryOp::Concat, ty());
            build::call("json_extract", [document.clone(), no_path])
        } else {
            self.failing(rw, document.clone())
        };
        let some = build::is_null(ty(), true);
        let array = build::case([(array, document), (some, other)], None);
        let mut args = vec![array, Expr::column(column)];
        if ordinality {
            let number = columns.get(1).cloned();
            let number = number.unwrap_or_else(|| "ordinality".into());
            args.push(Expr::column(number));
        }
        let name = alias.unwrap_or(&function.name.name).clone();
        Some(TableRef::Function {
            lateral: false,
            call: build::call(ELEMENTS, args),
            ordinality: false,
            alias: Some(name),
            columns: Vec::new(),
        })
    }

    /// A column that holds elements; nothing if it is another, or one that is read as it is.
    pub(super) fn element(
        &self,
        rw: &mut Rewriter<'_>,
        table: Option<&Name>,
        column: &Ident,
    ) -> Option<Expr> {
        rw.scope.functions().find_map(elements)?;
        let owner = table.or_else(|| rw.scope.owner(column))?.clone();
        let relation = rw.scope.relation(&owner)?;
        let ty = of_elements(relation)?;
        // The other one is its number.
        let first = relation.fields.iter().flatten().next()?;
        (first.name == *column).then_some(())?;
        let element = Expr::Column {
            table: Some(rw.qualifier(&owner)),
            column: column.clone(),
        };
        let element = if self.facts.json {
            // MySQL takes JSON's null for NULL there.
            let null = build::cast(Expr::text("null"), Type::Json);
            build::call("coalesce", [element, null])
        } else {
            // It has the collation of the session, beside which no other stands.
            build::collate(element, self.facts.exact)
        };
        Some(match ty {
            Type::Text => self.found(element, true),
            _ => element,
        })
    }

    /// Refuses a `*` that would show elements as they are not.
    pub(super) fn star_of_elements(&self, rw: &mut Rewriter<'_>, item: &SelectItem) {
        let is_other = |relation: &Relation| {
            of_elements(relation).is_some_and(|ty| ty == Type::Text || self.facts.json)
        };
        let found = match item {
            SelectItem::Star => rw.scope.relations().iter().any(is_other),
            SelectItem::TableStar(table) => rw.scope.relation(table).is_some_and(is_other),
            SelectItem::Expr { .. } => false,
        };
        if found {
            self.refuse(rw, "no-form", "`*` of the elements of an array");
        }
    }

    /// Refuses elements that an outer join may leave out, which could not be told from JSON's null.
    pub(super) fn optional_elements(&self, rw: &mut Rewriter<'_>, optional: &TableRef) {
        if self.facts.json && holds_elements(optional) {
            self.refuse(rw, "no-form", "an outer join of the elements of an array");
        }
    }
}

/// Whether an expression is a call of such a function.
pub(super) fn is_elements(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => {
            elements(&call.name.name).is_some()
                && matches!(call.args.as_slice(), [CallArg::Expr(_)])
        }
        _ => false,
    }
}

fn holds_elements(item: &TableRef) -> bool {
    match item {
        TableRef::Function { call, .. } => is_elements(call),
        TableRef::Join { left, right, .. } => holds_elements(left) || holds_elements(right),
        _ => false,
    }
}

/// The type of the elements that a relation holds.
fn of_elements(relation: &Relation) -> Option<Type> {
    elements(relation.function.as_deref()?)
}
