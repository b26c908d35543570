//! Encodings and powers that SQLite computes step by step.

use aludel::schema::{
    BinaryOp, Cte, DataStatement, Expr, Literal, Name, Nulls, OrderBy, Query, SelectItem, SetExpr,
    SetOp, TableRef, Type,
};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::build::{
    and, between, call, case, cast, column_of, concat, eq, fail, is_stable, not_null, number,
    select, switch,
};
use super::structure::qualified;
use super::{Meaning, refuse};

const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const STEPS: &str = "aludel_base64";

impl Meaning {
    /// `encode(bytes, 'base64')`: lines of 76 characters, as PostgreSQL breaks them.
    ///
    /// Three hexadecimal digits are two of base64; a recursive query goes through them.
    pub(super) fn encode_base64(&self, rw: &mut Rewriter<'_>, bytes: &Expr) -> Expr {
        self.no_subquery(rw);
        match rw.scope.ty(bytes) {
            Some(ty) if Family::of(&ty) == Family::Bytes => {}
            _ => return refuse(rw, "encode of what are no bytes"),
        }
        let bytes = qualified(rw, bytes);
        let value = rw.expr(&bytes);
        if !is_stable(&value) {
            return refuse(rw, "encode of random bytes");
        }
        let encoded = base64(&value);
        case([(not_null(value), encoded)], None)
    }

    /// `log(2, n)` of a power of two; of others it fails, since it is no decimal number.
    pub(super) fn log_two(&self, rw: &mut Rewriter<'_>, arg: &Expr) -> Expr {
        let whole = rw
            .scope
            .ty(arg)
            .is_some_and(|ty| Family::of(&ty) == Family::Integer);
        let value = rw.expr(arg);
        if !whole || !is_stable(&value) {
            return refuse(rw, "log of what is no whole number");
        }
        let powers = (0..=62_u32).map(|power| (number(1 << power), number(i64::from(power))));
        let out = fail(
            "the logarithm has no end as a decimal number",
            Some(value.clone()),
        );
        switch(value, powers, Some(out))
    }

    /// `power(2, n)`, a float.
    pub(super) fn two_to(&self, rw: &mut Rewriter<'_>, arg: &Expr) -> Expr {
        let whole = rw
            .scope
            .ty(arg)
            .is_some_and(|ty| Family::of(&ty) == Family::Integer);
        let value = rw.expr(arg);
        if !whole || !is_stable(&value) {
            return refuse(rw, "power of what is no whole number");
        }
        let power = cast(
            Expr::binary(number(1), BinaryOp::ShiftLeft, value.clone()),
            Type::Double,
        );
        let out = fail(
            "a power that is computed for 0 to 62 only",
            Some(value.clone()),
        );
        case([(between(value, 0, 62), power)], Some(out))
    }
}

fn binary(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::binary(left, op, right)
}

fn base64(value: &Expr) -> Expr {
    let place = || Expr::column("place");
    let digits = || call("hex", [value.clone()]);
    // The value of the hexadecimal digit that stands so far on; what is not there is 0.
    let digit = |after: i64| {
        let one = call(
            "substr",
            [
                concat([digits(), Expr::text("00")]),
                binary(place(), BinaryOp::Plus, number(after)),
                number(1),
            ],
        );
        binary(
            call("instr", [Expr::text("0123456789ABCDEF"), one]),
            BinaryOp::Minus,
            number(1),
        )
    };
    let show = |value: Expr| {
        call(
            "substr",
            [
                Expr::text(DIGITS),
                binary(value, BinaryOp::Plus, number(1)),
                number(1),
            ],
        )
    };
    let first = binary(
        binary(digit(0), BinaryOp::Multiply, number(4)),
        BinaryOp::Plus,
        binary(digit(1), BinaryOp::Divide, number(4)),
    );
    let second = binary(
        binary(
            binary(digit(1), BinaryOp::Modulo, number(4)),
            BinaryOp::Multiply,
            number(16),
        ),
        BinaryOp::Plus,
        digit(2),
    );
    // 57 bytes a line: 114 digits. A whole line ends with a break, the last one too.
    let last = || binary(place(), BinaryOp::Plus, number(2));
    let at_end = eq(binary(last(), BinaryOp::Modulo, number(114)), number(0));
    let whole = binary(last(), BinaryOp::LtEq, call("length", [digits()]));
    let line_break = case(
        [(and(at_end, whole), call("char", [number(10)]))],
        Some(Expr::text("")),
    );
    let text = || Expr::column("text");
    let item = |expr: Expr| SelectItem::Expr { expr, alias: None };
    let start = select(
        vec![item(number(1)), item(Expr::text(""))],
        Vec::new(),
        None,
    );
    let steps = || TableRef::Table {
        name: Name::bare(STEPS),
        alias: None,
        columns: Vec::new(),
    };
    let within = binary(place(), BinaryOp::LtEq, call("length", [digits()]));
    let next = select(
        vec![
            item(binary(place(), BinaryOp::Plus, number(3))),
            item(concat([text(), show(first), show(second), line_break])),
        ],
        vec![steps()],
        Some(within),
    );
    // Of one byte that is left, two digits count, of two, three.
    let rest = binary(call("length", [value.clone()]), BinaryOp::Modulo, number(3));
    let text_of = || column_of(STEPS, "text");
    let padded = switch(
        rest,
        [
            (number(1), concat([text_of(), Expr::text("==")])),
            (
                number(2),
                concat([
                    call(
                        "substr",
                        [
                            text_of(),
                            number(1),
                            binary(call("length", [text_of()]), BinaryOp::Minus, number(1)),
                        ],
                    ),
                    Expr::text("="),
                ]),
            ),
        ],
        Some(text_of()),
    );
    let mut query = select(vec![item(padded)], vec![steps()], None);
    query.recursive = true;
    query.with = vec![Cte {
        name: STEPS.into(),
        columns: vec!["place".into(), "text".into()],
        body: Box::new(DataStatement::Query(Box::new(union(start, next)))),
    }];
    query.order_by = vec![OrderBy {
        expr: column_of(STEPS, "place"),
        descending: true,
        nulls: None::<Nulls>,
    }];
    query.limit = Some(Expr::Literal(Literal::Number("1".into())));
    Expr::Subquery(Box::new(query))
}

fn union(left: Query, right: Query) -> Query {
    Query::from(SetExpr::Op {
        op: SetOp::Union,
        all: true,
        left: Box::new(left.body),
        right: Box::new(right.body),
    })
}
