//! `jsonb_array_elements`, `unnest` and their like in FROM: JSON_TABLE, which sees what stands before it in
//! FROM, as they do.

use aludel::schema::{BinaryOp, CallArg, Expr, Ident, Name, SelectItem, TableRef, Type};
use aludel::translate::infer::{Family, Relation, UNNEST, elements, is_text_constant, takes_apart};
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
        let array = match function.name.name.as_str() {
            UNNEST => match self.unnested(rw, document) {
                Some(array) => array,
                None => self.refuse(rw, "no-form", "the elements of this array"),
            },
            _ => self.json_array(rw, document),
        };
        let name = alias.unwrap_or(&function.name.name).clone();
        let column = columns.first().cloned();
        let column = column.unwrap_or_else(|| match function.name.name.as_str() {
            UNNEST => name.clone(),
            _ => "value".into(),
        });
        let mut args = vec![array, Expr::column(column)];
        if ordinality {
            let number = columns.get(1).cloned();
            let number = number.unwrap_or_else(|| "ordinality".into());
            args.push(Expr::column(number));
        }
        Some(TableRef::Function {
            lateral: false,
            call: build::call(ELEMENTS, args),
            ordinality: false,
            alias: Some(name),
            columns: Vec::new(),
        })
    }

    /// An array whose elements have a form; nothing if they have none.
    fn unnested(&self, rw: &mut Rewriter<'_>, array: &Expr) -> Option<Expr> {
        let Type::Array(item) = rw.scope.ty(array)? else {
            return None;
        };
        self.of_array(Expr::column("value"), &item)?;
        // What it selects from has a column of its own.
        let array = rw.scope.qualified(array);
        Some(rw.expr(&array))
    }

    /// A document that is an array; of what is none it fails, and gives nothing here.
    fn json_array(&self, rw: &mut Rewriter<'_>, document: &Expr) -> Expr {
        let document = if is_text_constant(document) {
            self.meet(rw, document, &Type::Jsonb)
        } else if rw.scope.ty(document).is_some() {
            // What it selects from has a column of its own.
            let document = rw.scope.qualified(document);
            rw.expr(&document)
        } else {
            self.refuse_unknown(rw, "the elements of a JSON value")
        };
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
        build::case([(array, document), (some, other)], None)
    }

    /// A column that holds elements; nothing if it is another, or one that is read as it is.
    pub(super) fn element(
        &self,
        rw: &mut Rewriter<'_>,
        table: Option<&Name>,
        column: &Ident,
    ) -> Option<Expr> {
        rw.scope.functions().any(takes_apart).then_some(())?;
        let owner = table.or_else(|| rw.scope.owner(column))?.clone();
        let relation = rw.scope.relation(&owner)?;
        let function = relation.function.as_deref().filter(|f| takes_apart(f))?;
        let of = elements(function);
        // The other one is its number.
        let first = relation.fields.iter().flatten().next()?;
        (first.name == *column).then_some(())?;
        let item = first.ty.clone();
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
        match of {
            Some(Type::Text) => Some(self.found(element, true)),
            Some(_) => Some(element),
            None => self.of_array(element, &item?),
        }
    }

    /// An element of an array, which stands there as JSON; nothing if it has no form.
    pub(super) fn of_array(&self, found: Expr, item: &Type) -> Option<Expr> {
        match Family::of(item) {
            Family::Text | Family::Uuid | Family::Enum => Some(self.found(found, true)),
            Family::Integer => Some(build::cast(self.found(found, true), Type::BIGINT)),
            _ => None,
        }
    }

    /// Refuses a `*` that would show elements as they are not.
    pub(super) fn star_of_elements(&self, rw: &mut Rewriter<'_>, item: &SelectItem) {
        let is_other = |relation: &Relation| match relation.function.as_deref() {
            Some(UNNEST) => true,
            function => function
                .and_then(elements)
                .is_some_and(|ty| ty == Type::Text || self.facts.json),
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
            takes_apart(&call.name.name) && matches!(call.args.as_slice(), [CallArg::Expr(_)])
        }
        _ => false,
    }
}

fn holds_elements(item: &TableRef) -> bool {
    match item {
        // An element of an array that is missing is NULL, as JSON's null is there.
        TableRef::Function {
            call: Expr::Call(call),
            ..
        } => elements(&call.name.name).is_some(),
        TableRef::Join { left, right, .. } => holds_elements(left) || holds_elements(right),
        _ => false,
    }
}
