//! Queries: what SQLite has no form for, or another.

use aludel::schema::{
    BinaryOp, Call, Cte, DataStatement, Distinct, Expr, Ident, JoinKind, JoinOn, Literal, Name,
    Nulls, OrderBy, Query, Select, SelectItem, SetExpr, SetOp, TableRef, Type, Window,
};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, UNNAMED, output_name, takes_apart};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{Refusal, name_results, named_elements};

use super::build::{number, select};
use super::{Meaning, Stands, constant, refuse};

impl Meaning {
    /// Refuses a query that tells rows apart by what is a text here, and need not be written alike
    /// where it is equal.
    pub(in crate::target) fn no_doubles(&self, rw: &mut Rewriter<'_>, query: &Query) {
        if rw
            .scope
            .told_apart(query)
            .iter()
            .any(Family::is_of_many_texts)
        {
            refuse(
                rw,
                "DISTINCT, GROUP BY or UNION of json values, arrays or intervals",
            );
        }
        self.no_mixed_texts(rw, query);
    }

    /// Refuses UNION and its like where a text of one kind meets one of another: what is equal then goes
    /// by the first here, and a `char(n)` beside a `varchar` has its blanks there.
    fn no_mixed_texts(&self, rw: &mut Rewriter<'_>, query: &Query) {
        let SetExpr::Op { .. } = query.body else {
            return;
        };
        let mut arms = Vec::new();
        if !arms_of(&query.body, &mut arms) {
            rw.refuse(
                Refusal::new("no-form", "sqlite has no EXCEPT ALL and INTERSECT ALL")
                    .help("without ALL each row comes once"),
            );
            return;
        }
        let mut kinds: Vec<Option<TextKind>> = Vec::new();
        for arm in arms {
            let alone = Query {
                with: query.with.clone(),
                recursive: query.recursive,
                ..Query::from(arm.clone())
            };
            let fields = rw.scope.query_fields(&alone).unwrap_or_default();
            kinds.resize(kinds.len().max(fields.len()), None);
            for (kind, field) in kinds.iter_mut().zip(fields) {
                let Some(own) = field.ty.as_ref().and_then(TextKind::of) else {
                    continue;
                };
                if kind.replace(own).is_some_and(|kind| kind != own) {
                    refuse(
                        rw,
                        "UNION and its like of citext or char(n) and another text",
                    );
                    return;
                }
            }
        }
    }

    pub(super) fn query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        self.no_subquery(rw);
        self.no_doubles(rw, query);
        if self.source(rw) == Syntax::Mysql {
            self.mysql_union(rw, query);
        }
        for cte in &query.with {
            if !matches!(*cte.body, DataStatement::Query(_)) {
                refuse(rw, "a WITH that changes rows");
            }
        }
        let unnamed = |cte: &Cte| {
            cte.columns.is_empty()
                && matches!(&*cte.body, DataStatement::Query(query) if with_names(query) != **query)
        };
        if query.with.iter().any(unnamed) {
            let mut named = query.clone();
            for cte in &mut named.with {
                if let DataStatement::Query(query) = &mut *cte.body {
                    **query = with_names(query);
                }
            }
            return Some(rw.query(&named));
        }
        if let Some(ordered) = super::ordered::ordered(query) {
            return Some(rw.query(&ordered));
        }
        if let Some(named) = named_elements(query) {
            return Some(rw.query(&named));
        }
        let SetExpr::Select(inner) = &query.body else {
            return None;
        };
        match &inner.distinct {
            Some(Distinct::On(_)) => match first_of_each(query) {
                Ok(query) => Some(rw.plain_query(&query, None)),
                Err(refusal) => {
                    rw.refuse(refusal);
                    None
                }
            },
            _ => None,
        }
    }

    pub(super) fn table_ref(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        match item {
            TableRef::Function {
                call,
                ordinality,
                alias,
                columns,
                ..
            } => Some(self.table_function(rw, call, *ordinality, alias.as_ref(), columns)),
            TableRef::Subquery { lateral: true, .. } => {
                refuse(rw, "LATERAL");
                None
            }
            TableRef::Subquery {
                lateral: false,
                query,
                alias,
                columns,
            } if columns.is_empty() => Some(TableRef::Subquery {
                lateral: false,
                query: Box::new(rw.subquery(false, &with_names(query))),
                alias: alias.clone(),
                columns: Vec::new(),
            }),
            // VALUES, or any query, whose columns are named by the alias.
            TableRef::Subquery {
                lateral,
                query,
                alias,
                columns,
            } if !columns.is_empty() => {
                let fields = rw.scope.query_fields(query);
                let inner = rw.subquery(*lateral, query);
                let named = Cte {
                    name: "named".into(),
                    columns: columns.clone(),
                    body: Box::new(DataStatement::Query(Box::new(inner))),
                };
                if fields.is_none_or(|fields| fields.len() != columns.len()) {
                    refuse(rw, "an alias that names some of the columns");
                }
                let mut outer = select(
                    vec![SelectItem::Star],
                    vec![TableRef::Table {
                        name: Name::bare("named"),
                        alias: None,
                        columns: Vec::new(),
                    }],
                    None,
                );
                outer.with = vec![named];
                Some(TableRef::Subquery {
                    lateral: false,
                    query: Box::new(outer),
                    alias: alias.clone(),
                    columns: Vec::new(),
                })
            }
            TableRef::Table { columns, .. } if !columns.is_empty() => {
                refuse(rw, "an alias that names the columns of a table");
                None
            }
            TableRef::Join {
                kind: JoinKind::Right | JoinKind::Full,
                ..
            } => {
                rw.refuse(
                    Refusal::new(
                        "no-form",
                        "RIGHT and FULL JOIN are not known to sqlite before 3.39",
                    )
                    .help("turn the join round"),
                );
                None
            }
            TableRef::Join { on, .. } => {
                self.joined_beside_elements(rw, on);
                no_mixed_names(rw, on);
                None
            }
            _ => None,
        }
    }

    fn table_function(
        &self,
        rw: &mut Rewriter<'_>,
        called: &Expr,
        ordinality: bool,
        alias: Option<&Ident>,
        columns: &[Ident],
    ) -> TableRef {
        let nothing = TableRef::Table {
            name: Name::bare("nothing"),
            alias: None,
            columns: Vec::new(),
        };
        let Expr::Call(function) = called else {
            refuse(rw, "this function in FROM");
            return nothing;
        };
        let args = function.plain_args();
        let name = function.name.name.clone();
        let called_as = alias.unwrap_or(&name);
        if let (true, Some([argument])) = (takes_apart(&name), args.as_deref())
            && let Some(item) = self.elements(rw, &name, argument, called_as)
        {
            return item;
        }
        let column = columns
            .first()
            .or(alias)
            .cloned()
            .unwrap_or_else(|| name.clone());
        let query = match (name.as_str(), args.as_deref()) {
            ("generate_series", Some([first, last])) if !ordinality => {
                self.series(rw, first, last, &column)
            }
            _ => None,
        };
        match query {
            Some(query) => TableRef::Subquery {
                lateral: false,
                query: Box::new(query),
                alias: Some(alias.cloned().unwrap_or(name)),
                columns: Vec::new(),
            },
            None => {
                if !rw.has_refused() {
                    refuse(rw, &format!("`{name}` in FROM"));
                }
                nothing
            }
        }
    }

    /// Whole numbers from one to another.
    fn series(
        &self,
        rw: &mut Rewriter<'_>,
        first: &Expr,
        last: &Expr,
        column: &str,
    ) -> Option<Query> {
        for bound in [first, last] {
            let ty = rw.scope.ty(bound)?;
            // What stands beside it in FROM is not in sight of a query.
            if Family::of(&ty) != Family::Integer || mentions_column(bound) {
                return None;
            }
        }
        let (first, last) = (rw.expr(first), rw.expr(last));
        let value = || Expr::column(column);
        let start = select(
            vec![SelectItem::Expr {
                expr: first.clone(),
                alias: None,
            }],
            Vec::new(),
            Some(Expr::binary(first, BinaryOp::LtEq, last.clone())),
        );
        let series = TableRef::Table {
            name: Name::bare("series"),
            alias: None,
            columns: Vec::new(),
        };
        let next = select(
            vec![SelectItem::Expr {
                expr: Expr::binary(value(), BinaryOp::Plus, number(1)),
                alias: None,
            }],
            vec![series.clone()],
            Some(Expr::binary(value(), BinaryOp::Lt, last)),
        );
        let union = SetExpr::Op {
            op: SetOp::Union,
            all: true,
            left: Box::new(start.body),
            right: Box::new(next.body),
        };
        let mut query = select(
            vec![SelectItem::Expr {
                expr: value(),
                alias: None,
            }],
            vec![series],
            None,
        );
        query.recursive = true;
        query.with = vec![Cte {
            name: "series".into(),
            columns: vec![column.into()],
            body: Box::new(DataStatement::Query(Box::new(Query::from(union)))),
        }];
        Some(query)
    }

    pub(super) fn select_item(
        &self,
        rw: &mut Rewriter<'_>,
        item: &SelectItem,
    ) -> Option<Vec<SelectItem>> {
        let relations: Vec<_> = match item {
            SelectItem::Star => rw.scope.relations().to_vec(),
            SelectItem::TableStar(table) => rw.scope.relation(table).cloned().into_iter().collect(),
            _ => return None,
        };
        if let Some(items) = self.star_beside_elements(rw, &relations) {
            return Some(items);
        }
        // PostgreSQL spells out a view's `*` when it is made, SQLite when it is read.
        if self.stands != Stands::View {
            return None;
        }
        let mut items = Vec::new();
        for relation in relations {
            let (Some(fields), Some(table)) = (relation.fields, relation.name) else {
                refuse(rw, "a `*` in a view, of columns that are not known");
                continue;
            };
            let table = rw.qualifier(&table);
            items.extend(fields.into_iter().map(|field| SelectItem::Expr {
                expr: Expr::Column {
                    table: Some(table.clone()),
                    column: field.name,
                },
                alias: None,
            }));
        }
        Some(items)
    }

    /// PostgreSQL puts NULLs last where SQLite puts them first, and the other way round.
    pub(super) fn order_key(&self, rw: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        let ty = rw.scope.ty(value);
        match ty.as_ref().map(Family::of) {
            Some(Family::Text) if !matches!(value, Expr::Collate { .. }) => {
                self.text_order(rw, &Type::Text);
            }
            Some(
                Family::Enum | Family::Json | Family::Array | Family::Interval | Family::Other,
            ) => {
                let shown = ty.as_ref().map(constant::name_of).unwrap_or_default();
                refuse(rw, &format!("an order of values of the type {shown}"));
            }
            // A column of what has been refused, or a name of the select list.
            None if !matches!(value, Expr::Column { .. } | Expr::Literal(_)) => {
                let _ = rw.expr(value);
                super::unknown_type(rw, value);
            }
            _ => {}
        }
        let nulls = match key.nulls {
            Some(nulls) => Some(nulls),
            None if !rw.scope.nullable(value) => None,
            None if rw.scope.source() != aludel::sql::Syntax::Postgres => None,
            None if key.descending => Some(Nulls::First),
            None => Some(Nulls::Last),
        };
        let expr = match &key.expr {
            // A place in the select list, or a name of it.
            Expr::Literal(Literal::Number(_)) => key.expr.clone(),
            expr if expr != value => expr.clone(),
            expr => rw.expr(expr),
        };
        OrderBy {
            expr,
            descending: key.descending,
            nulls,
        }
    }
}

/// Refuses USING and NATURAL of a text of one kind and one of another, of which the first says here what is
/// equal.
fn no_mixed_names(rw: &mut Rewriter<'_>, on: &JoinOn) {
    let named: &[Ident] = match on {
        JoinOn::Using(names) => names,
        JoinOn::Natural => &[],
        _ => return,
    };
    let mut kinds: Vec<(&Ident, TextKind)> = Vec::new();
    let mut mixed = false;
    let relations = rw.scope.relations();
    for field in relations
        .iter()
        .flat_map(|relation| relation.fields.iter().flatten())
    {
        let Some(own) = field.ty.as_ref().and_then(TextKind::of) else {
            continue;
        };
        if *on != JoinOn::Natural && !named.contains(&field.name) {
            continue;
        }
        mixed |= kinds
            .iter()
            .any(|(name, kind)| **name == field.name && *kind != own);
        kinds.push((&field.name, own));
    }
    if mixed {
        refuse(
            rw,
            "USING and NATURAL of citext or char(n) and another text",
        );
    }
}

/// Texts that tell each other apart alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Caseless,
    Padded,
    Plain,
}

impl TextKind {
    fn of(ty: &Type) -> Option<Self> {
        match ty {
            Type::Citext => Some(Self::Caseless),
            Type::Char(_) => Some(Self::Padded),
            ty => (Family::of(ty) == Family::Text).then_some(Self::Plain),
        }
    }
}

/// The queries that UNION and its like put together; false, if SQLite does not.
fn arms_of<'b>(body: &'b SetExpr, arms: &mut Vec<&'b SetExpr>) -> bool {
    match body {
        SetExpr::Op { op, all: true, .. } if *op != SetOp::Union => false,
        SetExpr::Op { left, right, .. } => arms_of(left, arms) && arms_of(right, arms),
        // Constants, mostly, which take the type of what they meet.
        SetExpr::Values(_) => true,
        arm => {
            arms.push(arm);
            true
        }
    }
}

/// A query whose columns have the names that PostgreSQL gives them: SQLite gives none to most, and
/// what stands around it may use them.
pub(in crate::target) fn with_names(query: &Query) -> Query {
    let mut query = query.clone();
    let named = |expr: &Expr| Some(output_name(expr)).filter(|name| name != UNNAMED);
    name_results(&mut query.body, &named);
    query
}

/// `SELECT DISTINCT ON (k) … ORDER BY k, o` without DISTINCT ON: the first row of each, which a
/// window numbers. Still in the authored dialect's meaning. Any other query as it is.
pub(in crate::target) fn first_of_each(query: &Query) -> Result<Query, Refusal> {
    let SetExpr::Select(inner) = &query.body else {
        return Ok(query.clone());
    };
    let Some(Distinct::On(keys)) = &inner.distinct else {
        return Ok(query.clone());
    };
    let no_form = |why: &str| {
        Refusal::new(
            "no-form",
            format!("DISTINCT ON {why} has no counterpart on sqlite"),
        )
    };
    let mut names: Vec<Ident> = Vec::new();
    let mut items = Vec::new();
    for (place, item) in inner.items.iter().enumerate() {
        let SelectItem::Expr { expr, alias } = item else {
            return Err(no_form("beside `*`").help("name the columns"));
        };
        let name = match (alias, expr) {
            (Some(alias), _) => alias.clone(),
            (None, Expr::Column { column, .. }) => column.clone(),
            _ => format!("column{}", place + 1),
        };
        if names.contains(&name) {
            return Err(no_form("with two columns of one name"));
        }
        names.push(name.clone());
        items.push(SelectItem::Expr {
            expr: expr.clone(),
            alias: Some(name),
        });
    }
    if query.limit.is_some() || query.offset.is_some() || !inner.group_by.is_empty() {
        return Err(no_form("with LIMIT or GROUP BY"));
    }
    const PLACE: &str = "aludel_place";
    let over = Window {
        name: None,
        partition_by: keys.clone(),
        order_by: query.order_by.clone(),
        frame: None,
    };
    let number_of_row = Call {
        name: Name::bare("row_number"),
        args: Vec::new(),
        distinct: false,
        order_by: Vec::new(),
        filter: None,
        over: Some(over),
        separator: None,
    };
    items.push(SelectItem::Expr {
        expr: Expr::Call(Box::new(number_of_row)),
        alias: Some(PLACE.into()),
    });
    let numbered = Query {
        order_by: Vec::new(),
        body: SetExpr::Select(Box::new(Select {
            distinct: None,
            items,
            ..(**inner).clone()
        })),
        with: Vec::new(),
        ..query.clone()
    };
    let from = TableRef::Subquery {
        lateral: false,
        query: Box::new(numbered),
        alias: Some("numbered".into()),
        columns: Vec::new(),
    };
    let outer = names.into_iter().map(|name| SelectItem::Expr {
        expr: Expr::column(name),
        alias: None,
    });
    let first = Expr::binary(Expr::column(PLACE), BinaryOp::Eq, number(1));
    let mut result = select(outer.collect(), vec![from], Some(first));
    result.with.clone_from(&query.with);
    result.recursive = query.recursive;
    Ok(result)
}

pub(super) fn mentions_column(expr: &Expr) -> bool {
    use aludel::schema::Part;
    if matches!(expr, Expr::Column { .. }) {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => found |= mentions_column(expr),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => found = true,
    });
    found
}
