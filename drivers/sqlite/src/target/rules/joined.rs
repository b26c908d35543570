//! `||` of two jsonb values of which nothing is known: arrays are joined, and what is none is an
//! element of one.

use aludel::schema::{BinaryOp, Expr, Type};
use aludel::translate::infer::is_text_constant;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::build::{and, call, case, concat, eq, fail, not, number};
use super::convert::How;
use super::json::Place;

impl Meaning {
    /// Two values joined. Of an object and anything but an array it fails: PostgreSQL puts two
    /// objects together member by member, and takes a scalar beside one by its version.
    pub(super) fn json_joined(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
    ) -> Option<Expr> {
        let left = self.joined_place(rw, left)?;
        let right = self.joined_place(rw, right)?;
        let is = |place: &Place, kind: &str| eq(place.kind(), Expr::text(kind));
        let no_object =
            |place: &Place| Expr::binary(place.kind(), BinaryOp::NotEq, Expr::text("object"));
        let or = |left: Expr, right: Expr| Expr::binary(left, BinaryOp::Or, right);
        let joins = or(
            or(is(&left, "array"), is(&right, "array")),
            and(no_object(&left), no_object(&right)),
        );
        let (first, second) = (inner(&left), inner(&right));
        let full = |text: &Expr| Expr::binary(text.clone(), BinaryOp::NotEq, Expr::text(""));
        let comma = case(
            [(and(full(&first), full(&second)), Expr::text(","))],
            Some(Expr::text("")),
        );
        let joined = concat([Expr::text("["), first, comma, second, Expr::text("]")]);
        let out = fail("an object is joined with no array", Some(left.json()));
        Some(case([(joins.clone(), joined), (not(joins), out)], None))
    }

    fn joined_place(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Place> {
        let place = if is_text_constant(expr) {
            Place::whole(self.value(rw, expr, &Type::Jsonb, How::Cast))
        } else {
            self.place(rw, expr)?
        };
        place.is_stable().then_some(place)
    }
}

/// What stands between the brackets of an array, or a value as the only element.
fn inner(place: &Place) -> Expr {
    let text = call("json", [place.json()]);
    let length = Expr::binary(call("length", [text.clone()]), BinaryOp::Minus, number(2));
    let between = call("substr", [text.clone(), number(2), length]);
    case(
        [(eq(place.kind(), Expr::text("array")), between)],
        Some(text),
    )
}
