//! Types by PostgreSQL's rules, and MySQL's where they differ.

use super::{NUMERIC, Scope, TIMESTAMP, TIMESTAMPTZ};
use crate::schema::{
    BinaryOp as Op, Column, Cte, DataStatement, Expr, JoinKind, JoinOn, Literal, Name, Query,
    Schema, Select, SelectItem, SetExpr, SetOp, Table, TableRef, Type,
};
use crate::sql::Syntax;

fn schema() -> Schema {
    let mut t = Table::new(Name::bare("t"));
    t.columns = [
        ("i", Type::INTEGER),
        ("b", Type::BIGINT),
        ("n", NUMERIC),
        ("f", Type::Double),
        ("s", Type::Varchar(Some(9))),
        ("at", TIMESTAMPTZ),
        ("d", Type::Date),
        ("j", Type::Jsonb),
        ("a", Type::Array(Box::new(Type::Text))),
    ]
    .map(|(name, ty)| Column::new(name, ty))
    .into();
    t.columns[0].nullable = false;
    let mut schema = Schema::default();
    schema.put_table(t);
    schema
}

fn column(name: &str) -> Expr {
    Expr::column(name)
}

fn number(digits: &str) -> Expr {
    Expr::Literal(Literal::Number(digits.into()))
}

fn table(name: &str) -> TableRef {
    TableRef::Table {
        name: Name::bare(name),
        alias: None,
        columns: Vec::new(),
    }
}

fn query(items: Vec<SelectItem>, from: Vec<TableRef>) -> Query {
    Query {
        with: Vec::new(),
        recursive: false,
        body: SetExpr::Select(Box::new(Select {
            items,
            from,
            ..Select::default()
        })),
        order_by: Vec::new(),
        limit: None,
        offset: None,
    }
}

fn item(expr: Expr) -> SelectItem {
    SelectItem::Expr { expr, alias: None }
}

fn type_of(expr: &Expr, source: Syntax) -> Option<Type> {
    let schema = schema();
    let t = schema.table(&Name::bare("t")).expect("put above");
    Scope::of_table(t, &schema, source).ty(expr)
}

#[test]
fn operators() {
    let interval = Expr::Interval {
        value: Box::new(Expr::text("1 day")),
        unit: None,
    };
    let cases = [
        (column("i"), Op::Divide, number("2"), Some(Type::INTEGER)),
        (column("i"), Op::Plus, column("b"), Some(Type::BIGINT)),
        (column("i"), Op::Multiply, number("2.5"), Some(NUMERIC)),
        (column("n"), Op::Minus, column("f"), Some(Type::Double)),
        (column("i"), Op::Plus, Expr::text("1"), Some(Type::INTEGER)),
        (column("i"), Op::Lt, column("n"), Some(Type::Boolean)),
        (column("s"), Op::Concat, column("i"), Some(Type::Text)),
        (
            Expr::text("x"),
            Op::Concat,
            Expr::text("y"),
            Some(Type::Text),
        ),
        (
            column("a"),
            Op::Concat,
            Expr::text("y"),
            Some(Type::Array(Box::new(Type::Text))),
        ),
        (column("j"), Op::Concat, Expr::text("{}"), Some(Type::Jsonb)),
        (column("j"), Op::JsonGet, Expr::text("k"), Some(Type::Jsonb)),
        (
            column("j"),
            Op::JsonGetText,
            Expr::text("k"),
            Some(Type::Text),
        ),
        (column("at"), Op::Minus, interval.clone(), Some(TIMESTAMPTZ)),
        (column("d"), Op::Plus, interval, Some(TIMESTAMP)),
        (column("d"), Op::Minus, column("d"), Some(Type::INTEGER)),
        (
            column("at"),
            Op::Minus,
            column("at"),
            Some(Type::Interval(None)),
        ),
        // Nothing that PostgreSQL would take.
        (column("i"), Op::Concat, column("b"), None),
        (column("s"), Op::Plus, column("at"), None),
        (column("unknown"), Op::Plus, number("1"), None),
    ];
    for (left, op, right, expected) in cases {
        let expr = Expr::binary(left, op, right);
        assert_eq!(type_of(&expr, Syntax::Postgres), expected, "{expr:?}");
    }
}

#[test]
fn mysql_divides_integers_into_a_decimal() {
    let half = Expr::binary(column("i"), Op::Divide, number("2"));
    assert_eq!(type_of(&half, Syntax::Mysql), Some(NUMERIC));
}

#[test]
fn constants_take_the_type_of_what_they_meet() {
    let coalesce = Expr::call("coalesce", [Expr::text("5"), column("b")]);
    assert_eq!(type_of(&coalesce, Syntax::Postgres), Some(Type::BIGINT));
    let texts = Expr::call("coalesce", [Expr::text("5"), Expr::Literal(Literal::Null)]);
    assert_eq!(type_of(&texts, Syntax::Postgres), Some(Type::Text));
    assert_eq!(
        type_of(&number("2147483648"), Syntax::Postgres),
        Some(Type::BIGINT)
    );
    assert_eq!(
        type_of(&number("9223372036854775808"), Syntax::Postgres),
        Some(NUMERIC)
    );
}

#[test]
fn an_outer_join_makes_its_columns_nullable() {
    let schema = schema();
    let mut scope = Scope::new(&schema, Syntax::Postgres);
    scope.enter();
    let join = |kind| TableRef::Join {
        left: Box::new(table("t")),
        kind,
        right: Box::new(TableRef::Table {
            name: Name::bare("t"),
            alias: Some("u".into()),
            columns: Vec::new(),
        }),
        on: JoinOn::Nothing,
    };
    scope.add_from(&[join(JoinKind::Left)]);
    let qualified = |name: &str| Expr::Column {
        table: Some(Name::bare(name)),
        column: "i".into(),
    };
    assert!(!scope.nullable(&qualified("t")));
    assert!(scope.nullable(&qualified("u")));
}

#[test]
fn fields_of_a_union_and_of_a_recursive_table_expression() {
    let schema = schema();
    let scope = Scope::new(&schema, Syntax::Postgres);
    let first = query(vec![item(number("1"))], Vec::new());
    let rest = query(
        vec![item(Expr::binary(column("x"), Op::Plus, number("1")))],
        vec![table("r")],
    );
    let union = SetExpr::Op {
        op: SetOp::Union,
        all: true,
        left: Box::new(first.body),
        right: Box::new(rest.body),
    };
    let numbers = Query {
        body: union,
        ..query(Vec::new(), Vec::new())
    };
    let mut outer = query(vec![SelectItem::Star], vec![table("r")]);
    outer.recursive = true;
    outer.with = vec![Cte {
        name: "r".into(),
        columns: vec!["x".into()],
        body: Box::new(DataStatement::Query(Box::new(numbers))),
    }];
    let fields = scope.query_fields(&outer).expect("all of it is known");
    assert_eq!(fields.len(), 1);
    assert_eq!(
        (fields[0].name.as_str(), &fields[0].ty),
        ("x", &Some(Type::INTEGER))
    );
}

/// A column of something unknown hides what stands further out.
#[test]
fn what_may_come_from_an_unknown_function_has_no_type() {
    let schema = schema();
    let mut scope = Scope::of_table(
        schema.table(&Name::bare("t")).expect("put above"),
        &schema,
        Syntax::Postgres,
    );
    scope.enter();
    scope.add_from(&[TableRef::Function {
        lateral: false,
        call: Expr::call("my_function", []),
        ordinality: false,
        alias: Some("f".into()),
        columns: Vec::new(),
    }]);
    assert_eq!(scope.ty(&column("i")), None);
}

/// Each term of a sum or a product doubled the work, so that thirty of them took minutes.
#[test]
fn a_long_sum_has_the_type_of_its_terms() {
    for (first, op, ty) in [
        ("i", Op::Plus, Type::INTEGER),
        ("b", Op::Minus, Type::BIGINT),
        ("f", Op::Multiply, Type::Double),
        ("n", Op::Divide, NUMERIC),
    ] {
        let terms = (0..200).map(|_| column("i"));
        let long = terms.fold(column(first), |sum, term| Expr::binary(sum, op, term));
        assert_eq!(type_of(&long, Syntax::Postgres), Some(ty));
    }
}
