//! What the printer writes, in the standard's spelling.

use super::{Level, Spelling, Sql, Standard, print, quote_if_needed};
use crate::schema::{
    Assignment, BinaryOp, Column, Constraint, ConstraintKind, Cte, DataStatement, Delete, Expr,
    ForeignKey, Generated, Index, IndexKey, IndexPart, Insert, InsertSource, JoinKind, JoinOn,
    Literal, Name, Nulls, OnConflict, OrderBy, Query, ReferentialAction, Select, SelectItem,
    SetExpr, SetOp, Table, TableRef, Type, UnaryOp, Update,
};
use crate::translate::Refusal;

fn number(digits: &str) -> Expr {
    Expr::Literal(Literal::Number(digits.into()))
}

fn column(name: &str) -> Expr {
    Expr::column(name)
}

fn unary(op: UnaryOp, expr: Expr) -> Expr {
    Expr::Unary {
        op,
        expr: Box::new(expr),
    }
}

use BinaryOp::{And, Concat, Divide, Eq, JsonGet, JsonGetText, Minus, Multiply, Or, Plus, Power};

fn op(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::binary(left, op, right)
}

fn text(expr: &Expr) -> String {
    print(&Standard, |p| p.expr(expr)).expect("the standard has it")
}

fn select(items: Vec<SelectItem>, from: Vec<TableRef>) -> Query {
    body(SetExpr::Select(Box::new(Select {
        items,
        from,
        ..Select::default()
    })))
}

fn body(body: SetExpr) -> Query {
    Query {
        with: Vec::new(),
        recursive: false,
        body,
        order_by: Vec::new(),
        limit: None,
        offset: None,
    }
}

fn item(expr: Expr) -> SelectItem {
    SelectItem::Expr { expr, alias: None }
}

fn table(name: &str, alias: Option<&str>) -> TableRef {
    TableRef::Table {
        name: Name::bare(name),
        alias: alias.map(Into::into),
        columns: Vec::new(),
    }
}

#[test]
fn parentheses_stand_where_they_are_needed_and_only_there() {
    let (a, b, c) = (column("a"), column("b"), column("c"));
    let cases = [
        (
            op(a.clone(), Plus, op(b.clone(), Multiply, c.clone())),
            "a + b * c",
        ),
        (
            op(op(a.clone(), Plus, b.clone()), Multiply, c.clone()),
            "(a + b) * c",
        ),
        (
            op(op(a.clone(), Minus, b.clone()), Minus, c.clone()),
            "a - b - c",
        ),
        (
            op(a.clone(), Minus, op(b.clone(), Minus, c.clone())),
            "a - (b - c)",
        ),
        (
            op(op(a.clone(), Multiply, b.clone()), Divide, c.clone()),
            "a * b / c",
        ),
        (
            op(a.clone(), Divide, op(b.clone(), Multiply, c.clone())),
            "a / (b * c)",
        ),
        (
            op(op(a.clone(), Or, b.clone()), And, c.clone()),
            "(a OR b) AND c",
        ),
        (
            op(a.clone(), Or, op(b.clone(), And, c.clone())),
            "a OR b AND c",
        ),
        (
            op(a.clone(), And, op(b.clone(), And, c.clone())),
            "a AND (b AND c)",
        ),
        (
            op(op(a.clone(), Eq, b.clone()), Eq, c.clone()),
            "(a = b) = c",
        ),
        (
            unary(UnaryOp::Not, op(a.clone(), Eq, b.clone())),
            "NOT (a = b)",
        ),
        (
            op(unary(UnaryOp::Not, a.clone()), Eq, b.clone()),
            "(NOT a) = b",
        ),
        (
            unary(UnaryOp::Minus, unary(UnaryOp::Minus, a.clone())),
            "-(-a)",
        ),
        (
            op(a.clone(), Multiply, unary(UnaryOp::Minus, b.clone())),
            "a * (-b)",
        ),
        (op(number("-1"), Power, b.clone()), "(-1) ^ b"),
    ];
    for (expr, expected) in cases {
        assert_eq!(text(&expr), expected);
    }
}

/// `||` binds tighter than `*` on SQLite, looser than `+` on PostgreSQL, and is OR on MySQL.
#[test]
fn operators_on_which_engines_disagree_never_meet_without_parentheses() {
    let (a, b, c) = (column("a"), column("b"), column("c"));
    let sum = op(a.clone(), Plus, b.clone());
    assert_eq!(text(&op(sum.clone(), Concat, c.clone())), "(a + b) || c");
    assert_eq!(
        text(&op(a.clone(), Plus, op(b.clone(), Concat, c.clone()))),
        "a + (b || c)"
    );
    let chain = op(op(a.clone(), Concat, b.clone()), Concat, c.clone());
    assert_eq!(text(&chain), "a || b || c");
    assert_eq!(text(&op(chain, Eq, c.clone())), "a || b || c = c");
    let path = op(
        op(a.clone(), JsonGet, Expr::text("x")),
        JsonGetText,
        Expr::text("y"),
    );
    assert_eq!(text(&path), "a -> 'x' ->> 'y'");
    assert_eq!(
        text(&op(path, Concat, b.clone())),
        "(a -> 'x' ->> 'y') || b"
    );
    let power = op(op(a, Power, b.clone()), Power, c);
    assert_eq!(text(&power), "(a ^ b) ^ c");
    let regex = BinaryOp::Regex {
        any_case: false,
        negated: true,
    };
    let matches = op(b.clone(), regex, op(Expr::text("^"), Concat, b));
    assert_eq!(text(&op(matches, Eq, column("d"))), "(b !~ ('^' || b)) = d");
}

#[test]
fn a_chain_of_ten_thousand_operators_is_printed() {
    std::thread::Builder::new()
        .stack_size(16 << 20) // for dropping the expression, which recurses
        .spawn(|| {
            let chain = (0..10_000).fold(column("a"), |chain, _| op(chain, Or, column("b")));
            assert_eq!(text(&chain).matches(" OR ").count(), 10_000);
        })
        .expect("a thread starts")
        .join()
        .expect("no stack overflow");
}

#[test]
fn predicates() {
    let (a, b) = (column("a"), column("b"));
    let boxed = |expr: &Expr| Box::new(expr.clone());
    let sum = op(a.clone(), Plus, b.clone());
    let equal = op(a.clone(), Eq, b.clone());
    let cases = [
        (
            Expr::IsNull {
                expr: boxed(&equal),
                negated: true,
            },
            "(a = b) IS NOT NULL",
        ),
        (
            Expr::IsDistinct {
                left: boxed(&a),
                right: boxed(&sum),
                negated: false,
            },
            "a IS DISTINCT FROM a + b",
        ),
        (
            Expr::Between {
                expr: boxed(&a),
                low: boxed(&sum),
                high: boxed(&equal),
                negated: true,
            },
            "a NOT BETWEEN a + b AND (a = b)",
        ),
        (
            Expr::InList {
                expr: boxed(&a),
                list: vec![number("1"), equal.clone()],
                negated: false,
            },
            "a IN (1, a = b)",
        ),
        (
            Expr::Like {
                expr: boxed(&a),
                pattern: Box::new(Expr::text("it's")),
                escape: Some('!'),
                any_case: true,
                negated: true,
            },
            "a NOT ILIKE 'it''s' ESCAPE '!'",
        ),
        (
            Expr::Case {
                operand: None,
                whens: vec![(equal.clone(), number("1"))],
                otherwise: Some(boxed(&sum)),
            },
            "CASE WHEN a = b THEN 1 ELSE a + b END",
        ),
        (Expr::Row(vec![a.clone()]), "ROW(a)"),
        (
            Expr::Collate {
                expr: boxed(&sum),
                collation: Name::bare("C"),
            },
            "(a + b) COLLATE \"C\"",
        ),
    ];
    for (expr, expected) in cases {
        assert_eq!(text(&expr), expected);
    }
}

#[test]
fn a_query_with_everything() {
    let mut query = select(
        vec![
            SelectItem::Expr {
                expr: column("a"),
                alias: Some("from".into()),
            },
            SelectItem::TableStar(Name::bare("u")),
        ],
        vec![TableRef::Join {
            left: Box::new(table("t", None)),
            kind: JoinKind::Left,
            right: Box::new(TableRef::Join {
                left: Box::new(table("u", None)),
                kind: JoinKind::Cross,
                right: Box::new(table("v", Some("w"))),
                on: JoinOn::Nothing,
            }),
            on: JoinOn::Using(vec!["id".into()]),
        }],
    );
    query.order_by = vec![OrderBy {
        expr: column("a"),
        descending: true,
        nulls: Some(Nulls::Last),
    }];
    query.limit = Some(number("3"));
    query.with = vec![Cte {
        name: "x".into(),
        columns: vec!["n".into()],
        body: Box::new(DataStatement::Query(Box::new(body(SetExpr::Values(vec![
            vec![number("1")],
        ]))))),
    }];
    assert_eq!(
        print(&Standard, |p| p.query(&query)).as_deref(),
        Ok(
            "WITH x (n) AS (VALUES (1)) SELECT a AS \"from\", u.* FROM t LEFT JOIN \
            (u CROSS JOIN v AS w) USING (id) ORDER BY a DESC NULLS LAST LIMIT 3"
        )
    );
}

#[test]
fn set_operators_of_another_kind_stand_in_parentheses() {
    let one = |name: &str| {
        SetExpr::Select(Box::new(Select {
            items: vec![item(column(name))],
            ..Select::default()
        }))
    };
    let join = |left, op, all, right| SetExpr::Op {
        op,
        all,
        left: Box::new(left),
        right: Box::new(right),
    };
    let unions = join(
        join(one("a"), SetOp::Union, true, one("b")),
        SetOp::Union,
        false,
        one("c"),
    );
    let query = body(join(unions, SetOp::Except, false, one("d")));
    assert_eq!(
        print(&Standard, |p| p.query(&query)).as_deref(),
        Ok("(SELECT a UNION ALL SELECT b UNION SELECT c) EXCEPT SELECT d")
    );
}

#[test]
fn statements() {
    let insert = Insert {
        with: Vec::new(),
        recursive: false,
        table: Name::qualified("app", "t"),
        alias: None,
        columns: vec!["a".into(), "B".into()],
        overriding: false,
        source: InsertSource::Query(Box::new(body(SetExpr::Values(vec![vec![
            number("1"),
            Expr::Default,
        ]])))),
        on_conflict: Some(OnConflict::Update {
            columns: vec!["a".into()],
            key_filter: None,
            constraint: None,
            assignments: vec![Assignment {
                columns: vec!["B".into()],
                value: column("a"),
            }],
            filter: None,
        }),
        returning: vec![SelectItem::Star],
    };
    let update = Update {
        with: Vec::new(),
        recursive: false,
        table: Name::bare("t"),
        alias: Some("x".into()),
        assignments: vec![Assignment {
            columns: vec!["a".into(), "b".into()],
            value: Expr::Row(vec![number("1"), number("2")]),
        }],
        from: vec![table("u", None)],
        filter: Some(op(column("a"), Eq, column("b"))),
        order_by: Vec::new(),
        limit: None,
        returning: Vec::new(),
    };
    let delete = Delete {
        with: Vec::new(),
        recursive: false,
        table: Name::bare("t"),
        alias: None,
        using: vec![table("u", None)],
        filter: None,
        order_by: Vec::new(),
        limit: None,
        returning: Vec::new(),
    };
    let cases = [
        (
            DataStatement::Insert(Box::new(insert)),
            "INSERT INTO app.t (a, \"B\") VALUES (1, DEFAULT) ON CONFLICT (a) DO UPDATE SET \"B\" = a RETURNING *",
        ),
        (
            DataStatement::Update(Box::new(update)),
            "UPDATE t AS x SET (a, b) = (1, 2) FROM u WHERE a = b",
        ),
        (
            DataStatement::Delete(Box::new(delete)),
            "DELETE FROM t USING u",
        ),
        (
            DataStatement::Truncate {
                tables: vec![Name::bare("t")],
                restart_identity: true,
                cascade: false,
            },
            "TRUNCATE TABLE t RESTART IDENTITY",
        ),
    ];
    for (statement, expected) in cases {
        assert_eq!(
            print(&Standard, |p| p.statement(&statement)).as_deref(),
            Ok(expected)
        );
    }
}

#[test]
fn a_table() {
    let mut users = Table::new(Name::bare("user"));
    users.columns = vec![
        Column {
            nullable: false,
            ..Column::new("id", Type::BIGINT)
        },
        Column {
            default: Some(Expr::call("now", [])),
            ..Column::new(
                "at",
                Type::Timestamp {
                    precision: None,
                    zoned: true,
                },
            )
        },
        Column {
            default: Some(number("0")),
            ..Column::new("n", Type::INTEGER)
        },
        Column {
            generated: Some(Generated {
                expr: op(column("n"), Plus, number("1")),
                stored: true,
            }),
            ..Column::new("m", Type::INTEGER)
        },
    ];
    let constraint = |name: Option<&str>, kind| Constraint {
        name: name.map(Into::into),
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: true,
    };
    users.constraints = vec![
        constraint(
            None,
            ConstraintKind::PrimaryKey {
                columns: vec![IndexPart::whole("id")],
            },
        ),
        Constraint {
            initially_deferred: true,
            ..constraint(
                Some("fk"),
                ConstraintKind::ForeignKey(ForeignKey {
                    columns: vec!["n".into()],
                    table: Name::bare("t"),
                    referred: vec!["id".into()],
                    on_delete: ReferentialAction::SetNull,
                    on_update: ReferentialAction::NoAction,
                    match_full: false,
                }),
            )
        },
    ];
    assert_eq!(
        print(&Standard, |p| p.create_table(&users)).expect("the standard has it"),
        "CREATE TABLE \"user\" (\n    \
             id bigint NOT NULL,\n    \
             at timestamp with time zone DEFAULT (now()),\n    \
             n integer DEFAULT 0,\n    \
             m integer GENERATED ALWAYS AS (n + 1) STORED,\n    \
             PRIMARY KEY (id),\n    \
             CONSTRAINT fk FOREIGN KEY (n) REFERENCES t (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED\n)"
    );
    let index = Index {
        name: "user_lower".into(),
        unique: true,
        method: None,
        keys: vec![IndexKey {
            expr: Expr::call("lower", [column("email")]),
            length: None,
            descending: true,
            nulls: None,
            collation: None,
            class: None,
        }],
        include: Vec::new(),
        filter: Some(column("active")),
        nulls_not_distinct: false,
        comment: None,
    };
    assert_eq!(
        print(&Standard, |p| p.create_index(&index, &users.name)).as_deref(),
        Ok("CREATE UNIQUE INDEX user_lower ON \"user\" ((lower(email)) DESC) WHERE active")
    );
}

/// A dialect with a form of its own and several things that it lacks.
struct Odd;

impl Spelling for Odd {
    fn identifier(&self, name: &str) -> String {
        quote_if_needed(name, &[], '`')
    }
    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        Err(Refusal::new("no-literal", format!("{literal:?}")))
    }
    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        Err(Refusal::new("no-type", format!("{ty:?}")))
    }
    fn expr(&self, p: &mut super::Printer<'_>, expr: &Expr) -> Option<Sql> {
        match expr {
            Expr::Binary {
                left,
                op: Concat,
                right,
            } => {
                let text = format!(
                    "{} PLUS {}",
                    p.at(left, Level::Add),
                    p.at(right, Level::Multiply)
                );
                Some(Sql::new(text, Level::Add))
            }
            _ => None,
        }
    }
}

#[test]
fn every_refusal_is_collected_once() {
    let cast = Expr::Cast {
        expr: Box::new(Expr::text("x")),
        ty: Type::Uuid,
    };
    let expr = op(op(cast.clone(), Plus, Expr::text("y")), Eq, cast);
    let refusals = print(&Odd, |p| p.expr(&expr)).expect_err("nothing of it has a form");
    let messages: Vec<_> = refusals.iter().map(|r| r.message.as_str()).collect();
    assert_eq!(messages, ["Text(\"x\")", "Uuid", "Text(\"y\")"]);
}

#[test]
fn a_dialects_form_gets_the_parentheses_of_its_level() {
    let sum = op(column("A"), Concat, column("b"));
    assert_eq!(
        print(&Odd, |p| p.expr(&op(sum.clone(), Multiply, column("c")))).as_deref(),
        Ok("(`A` PLUS b) * c")
    );
    assert_eq!(
        print(&Odd, |p| p.expr(&op(sum, Eq, column("c")))).as_deref(),
        Ok("`A` PLUS b = c")
    );
}

#[test]
fn the_standards_reserved_words_are_in_order() {
    assert!(super::spelling::STANDARD_WORDS.is_sorted());
}
