//! Documents and arrays as wholes, for keys over them: two are equal if they have the same parts, whatever the
//! order of their keys and however a number or a text is written.

use aludel::schema::{BinaryOp, Expr, OrderBy, Query, Select, SelectItem, SetExpr, TableRef};

use super::build::{call, case, column_of, concat, eq, number, subquery};

/// What the parts of a document are called.
const PARTS: &str = "aludel_parts";

/// Whether two documents are equal; NULL if one of them is.
pub(super) fn equal(left: Expr, right: Expr) -> Expr {
    eq(whole(left), whole(right))
}

/// All that a document says, in one text.
fn whole(document: Expr) -> Expr {
    let part = |name: &str| column_of(PARTS, name);
    let number = call(
        "printf",
        [
            Expr::text("%!.17g"),
            // A zero has no sign.
            Expr::binary(part("atom"), BinaryOp::Plus, super::build::number(0)),
        ],
    );
    let value = Expr::Case {
        operand: Some(Box::new(part("type"))),
        whens: vec![
            (Expr::text("integer"), number.clone()),
            (Expr::text("real"), number),
            (Expr::text("text"), call("json_quote", [part("atom")])),
        ],
        otherwise: Some(Box::new(part("type"))),
    };
    let said = concat([part("fullkey"), Expr::text(" "), value]);
    let all = call("group_concat", [said, Expr::text("\n")]);
    let parts = Query {
        order_by: vec![OrderBy {
            expr: column_of(PARTS, "fullkey"),
            descending: false,
            nulls: None,
        }],
        ..Query::from(Select {
            items: vec![SelectItem::Star],
            from: vec![json_tree(document)],
            ..Select::default()
        })
    };
    let parts = TableRef::Subquery {
        lateral: false,
        query: Box::new(parts),
        alias: Some(PARTS.into()),
        columns: Vec::new(),
    };
    subquery(all, vec![parts], None)
}

/// Whether a document says nothing twice, and has no key by which another one could be meant.
pub(super) fn is_clear(document: Expr) -> Expr {
    let key = column_of(PARTS, "key");
    let odd = |mark: &str| {
        Expr::binary(
            call("instr", [key.clone(), Expr::text(mark)]),
            BinaryOp::Gt,
            number(0),
        )
    };
    let odd = [odd("\""), odd("\n")]
        .into_iter()
        .fold(odd("\\"), |any, one| Expr::binary(any, BinaryOp::Or, one));
    let once = SetExpr::Select(Box::new(Select {
        items: vec![SelectItem::Expr {
            expr: number(1),
            alias: None,
        }],
        from: vec![json_tree(document)],
        group_by: vec![column_of(PARTS, "fullkey")],
        having: Some(Expr::binary(
            Expr::binary(count(), BinaryOp::Gt, number(1)),
            BinaryOp::Or,
            call("max", [case([(odd, number(1))], Some(number(0)))]),
        )),
        ..Select::default()
    }));
    let unclear = Expr::Exists(Box::new(Query {
        with: Vec::new(),
        recursive: false,
        body: once,
        order_by: Vec::new(),
        limit: None,
        offset: None,
    }));
    super::build::not(unclear)
}

fn count() -> Expr {
    call("count", [column_of(PARTS, "fullkey")])
}

fn json_tree(document: Expr) -> TableRef {
    TableRef::Function {
        lateral: false,
        call: call("json_tree", [document]),
        ordinality: false,
        alias: Some(PARTS.into()),
        columns: Vec::new(),
    }
}
