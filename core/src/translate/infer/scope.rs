//! What an expression can name.

use std::borrow::Cow;

use super::{NUMERIC, is_known};
use crate::schema::{
    Column, Cte, DataStatement, Expr, Ident, Name, PartMut, Query, Replay, Schema, Select,
    SelectItem, SetExpr, Table, TableRef, TrimSide, Type,
};
use crate::sql::Syntax;

/// A column that an expression can name.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its type, if it is known.
    pub ty: Option<Type>,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// Something in a FROM.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The alias or the name by which columns are qualified.
    pub name: Option<Name>,
    /// The table whose columns these are, under its own names for them.
    pub table: Option<Name>,
    /// Its columns; `None` if they are not known.
    pub fields: Option<Vec<Field>>,
    /// The function that gives it, if it is one of a single column, and perhaps of its number.
    pub function: Option<Ident>,
}

#[derive(Debug, Clone, Default)]
struct Frame {
    relations: Vec<Relation>,
    /// Common table expressions, visible from here inwards.
    ctes: Vec<Relation>,
}

/// The columns in sight of an expression: those of the query that it stands in, then those of
/// the queries around it.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    schema: &'a Schema,
    source: Syntax,
    /// Who knows what functions of the scripts' own give.
    replay: Option<&'a Replay>,
    frames: Vec<Frame>,
}

impl<'a> Scope<'a> {
    /// Nothing in sight but the schema's tables. `source` is the dialect in whose meaning
    /// expressions stand.
    pub fn new(schema: &'a Schema, source: Syntax) -> Self {
        Self {
            schema,
            source,
            replay: None,
            frames: Vec::new(),
        }
    }

    /// The same, where functions of the scripts' own have the type that they are said to give. What is
    /// written for a target has none of them.
    pub(crate) fn of_replay(replay: &'a Replay, source: Syntax) -> Self {
        Self {
            replay: Some(replay),
            ..Self::new(replay.schema(), source)
        }
    }

    /// The type of what a function of the scripts' own gives.
    pub(super) fn own_function(&self, name: &str) -> Option<Type> {
        let replay = self.replay.filter(|_| !is_known(name))?;
        replay.given_by(name).cloned()
    }

    /// The columns of one table in sight: for its defaults, its checks, its indexes.
    pub fn of_table(table: &Table, schema: &'a Schema, source: Syntax) -> Self {
        let mut scope = Self::new(schema, source);
        scope.enter();
        scope.add(Relation::of_table(table, None));
        scope
    }

    /// The schema whose tables are in sight.
    pub fn schema(&self) -> &'a Schema {
        self.schema
    }

    /// The dialect in whose meaning expressions stand.
    pub fn source(&self) -> Syntax {
        self.source
    }

    /// Enters a query or a statement.
    pub fn enter(&mut self) {
        self.frames.push(Frame::default());
    }

    /// Leaves the query or statement entered last.
    pub fn leave(&mut self) {
        self.frames.pop();
    }

    /// Adds something to what the query entered last selects from.
    pub fn add(&mut self, relation: Relation) {
        if let Some(frame) = self.frames.last_mut() {
            frame.relations.push(relation);
        }
    }

    /// Adds a common table expression, visible from here inwards.
    pub fn add_cte(&mut self, cte: &Cte, recursive: bool) {
        let name = Some(Name::bare(cte.name.clone()));
        if recursive && let DataStatement::Query(query) = &*cte.body {
            // What stands before UNION says what it holds; the rest refers to itself.
            let first = match &query.body {
                SetExpr::Op { left, .. } => self.body_fields(left),
                body => self.body_fields(body),
            };
            let fields = renamed(first, &cte.columns);
            self.push_cte(Relation {
                name,
                table: None,
                fields,
                function: None,
            });
            return;
        }
        let fields = renamed(self.statement_fields(&cte.body), &cte.columns);
        self.push_cte(Relation {
            name,
            table: None,
            fields,
            function: None,
        });
    }

    fn push_cte(&mut self, relation: Relation) {
        if let Some(frame) = self.frames.last_mut() {
            frame.ctes.push(relation);
        }
    }

    /// Takes what the query entered last selects from out of sight, until it is put back.
    #[must_use]
    pub fn hide(&mut self) -> Vec<Relation> {
        match self.frames.last_mut() {
            Some(frame) => std::mem::take(&mut frame.relations),
            None => Vec::new(),
        }
    }

    /// Puts back what [`hide`](Self::hide) took out of sight.
    pub fn unhide(&mut self, relations: Vec<Relation>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.relations = relations;
        }
    }

    /// What the query entered last selects from.
    pub fn relations(&self) -> &[Relation] {
        self.frames
            .last()
            .map(|frame| frame.relations.as_slice())
            .unwrap_or_default()
    }

    /// Whether a name means a common table expression rather than a table.
    pub fn is_cte(&self, name: &Name) -> bool {
        self.cte(name).is_some()
    }

    fn cte(&self, name: &Name) -> Option<&Relation> {
        if name.schema.is_some() {
            return None;
        }
        let mut ctes = self
            .frames
            .iter()
            .rev()
            .flat_map(|frame| frame.ctes.iter().rev());
        ctes.find(|cte| cte.name.as_ref() == Some(name))
    }

    /// The column that a name means; nothing if it is not known, or not known for sure.
    pub fn column(&self, table: Option<&Name>, column: &str) -> Option<&Field> {
        for frame in self.frames.iter().rev() {
            for relation in &frame.relations {
                if table.is_some_and(|table| !relation.is_called(table)) {
                    continue;
                }
                match &relation.fields {
                    // It may be the one meant.
                    None => return None,
                    Some(fields) => {
                        let field = fields.iter().find(|field| field.name == column);
                        if field.is_some() || table.is_some() {
                            return field;
                        }
                    }
                }
            }
        }
        let whole = self.whole(column).filter(|_| table.is_none())?;
        whole.fields.as_ref()?.first()
    }

    /// The functions in FROM that are in sight, each of a single column but for its number.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        let relations = self.frames.iter().flat_map(|frame| &frame.relations);
        relations.filter_map(|relation| relation.function.as_deref())
    }

    /// The function in FROM that a name without a qualifier means, if it means no column: of a
    /// single column, the whole row is the value.
    pub fn whole(&self, name: &str) -> Option<&Relation> {
        let mut relations = self.frames.iter().rev().flat_map(|frame| &frame.relations);
        relations
            .clone()
            .all(|relation| relation.fields.is_some())
            .then_some(())?;
        let is_column = |relation: &Relation| {
            let mut fields = relation.fields.iter().flatten();
            fields.any(|field| field.name == name)
        };
        if relations.clone().any(is_column) {
            return None;
        }
        relations
            .find(|relation| relation.function.is_some() && relation.is_called(&Name::bare(name)))
    }

    /// The name of the relation that an unqualified column is of, if it is known.
    pub fn owner(&self, column: &str) -> Option<&Name> {
        for relation in self.frames.iter().rev().flat_map(|frame| &frame.relations) {
            let fields = relation.fields.as_ref()?;
            if fields.iter().any(|field| field.name == column) {
                return relation.name.as_ref();
            }
        }
        None
    }

    /// An expression whose columns are qualified, as far as it is known by what, so that it means
    /// the same inside another query.
    pub fn qualified(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        self.qualify(&mut expr);
        expr
    }

    fn qualify(&self, expr: &mut Expr) {
        if let Expr::Column {
            table: table @ None,
            column,
        } = expr
        {
            *table = self.owner(column).cloned();
        }
        expr.parts_mut(&mut |part| {
            if let PartMut::Expr(expr) = part {
                self.qualify(expr);
            }
        });
    }

    /// Whether a name means a column; nothing if that is not known.
    pub fn has(&self, table: Option<&Name>, column: &str) -> Option<bool> {
        let mut sure = true;
        for relation in self.frames.iter().rev().flat_map(|frame| &frame.relations) {
            if table.is_some_and(|table| !relation.is_called(table)) {
                continue;
            }
            match &relation.fields {
                None => sure = false,
                Some(fields) if fields.iter().any(|field| field.name == column) => {
                    return Some(true);
                }
                Some(_) => {}
            }
        }
        if table.is_none() && self.whole(column).is_some() {
            return Some(true);
        }
        sure.then_some(false)
    }

    /// The relation of a FROM that a name means.
    pub fn relation(&self, table: &Name) -> Option<&Relation> {
        let mut relations = self.frames.iter().rev().flat_map(|frame| &frame.relations);
        relations.find(|relation| relation.is_called(table))
    }

    /// The column that an expression is, with its table: none of a query's in FROM, and of nothing made.
    pub fn column_of_table(&self, expr: &Expr) -> Option<(&Table, &Column)> {
        let Expr::Column { table, column } = expr else {
            return None;
        };
        let called = match table {
            Some(table) => table,
            None => self.owner(column)?,
        };
        let table = self
            .schema()
            .table(self.relation(called)?.table.as_ref()?)?;
        let mut columns = table.columns.iter();
        let column = columns.find(|own| own.name.eq_ignore_ascii_case(column))?;
        Some((table, column))
    }

    /// Enters what a FROM names. Outer joins make nullable what they may leave empty.
    pub fn add_from(&mut self, items: &[TableRef]) {
        for item in items {
            let mut relations = Vec::new();
            self.item(item, false, &mut relations);
            for relation in relations {
                self.add(relation);
            }
        }
    }

    fn item(&mut self, item: &TableRef, optional: bool, out: &mut Vec<Relation>) {
        use crate::schema::JoinKind;
        let mut relation = match item {
            TableRef::Join {
                left, kind, right, ..
            } => {
                let (l, r) = match kind {
                    JoinKind::Left => (false, true),
                    JoinKind::Right => (true, false),
                    JoinKind::Full => (true, true),
                    JoinKind::Inner | JoinKind::Cross => (false, false),
                };
                let first = out.len();
                self.item(left, optional || l, out);
                // Its right sees what stands on its left.
                let lateral = sees_beside(right);
                if lateral {
                    self.enter();
                    for relation in &out[first..] {
                        self.add(relation.clone());
                    }
                }
                self.item(right, optional || r, out);
                if lateral {
                    self.leave();
                }
                return;
            }
            TableRef::Table {
                name,
                alias,
                columns,
            } => {
                let fields = renamed(self.table_fields(name), columns);
                let own = columns.is_empty() && !self.is_cte(name);
                let table = Some(name.clone()).filter(|_| own);
                let name = alias.clone().map_or_else(|| name.clone(), Name::bare);
                Relation {
                    name: Some(name),
                    table,
                    fields,
                    function: None,
                }
            }
            TableRef::Subquery {
                query,
                alias,
                columns,
                ..
            } => Relation {
                name: alias.clone().map(Name::bare),
                table: None,
                fields: renamed(self.query_fields(query), columns),
                function: None,
            },
            TableRef::Function {
                call,
                ordinality,
                alias,
                columns,
                ..
            } => self.function(call, *ordinality, alias.as_ref(), columns),
        };
        if optional {
            for field in relation.fields.iter_mut().flatten() {
                field.nullable = true;
            }
        }
        out.push(relation);
    }

    /// A function in FROM: some give one column.
    fn function(
        &self,
        call: &Expr,
        ordinality: bool,
        alias: Option<&Ident>,
        columns: &[Ident],
    ) -> Relation {
        let (name, args) = match call {
            Expr::Call(call) if call.name.schema.is_none() => {
                (Some(call.name.name.clone()), call.args.len())
            }
            _ => (None, 0),
        };
        let argument = || match call {
            Expr::Call(call) => self.argument(call, 0),
            _ => None,
        };
        // Its type, and what its column is called where it has a name of its own.
        let column = match (name.as_deref(), args) {
            (Some("unnest"), _) => Some((
                match argument() {
                    Some(Type::Array(item)) if args == 1 => Some(*item),
                    _ => None,
                },
                None,
            )),
            (Some("generate_series"), _) => Some((argument(), None)),
            (Some(name), 1) => super::elements(name).map(|ty| (Some(ty), Some("value"))),
            _ => None,
        };
        let fields = column.map(|(ty, own)| {
            let called = columns.first().cloned();
            let called = called.or_else(|| own.map(Ident::from));
            let called = called.or_else(|| alias.or(name.as_ref()).cloned());
            let mut fields = vec![Field {
                name: called.unwrap_or_default(),
                ty,
                nullable: true,
            }];
            if ordinality {
                let name = columns
                    .get(1)
                    .cloned()
                    .unwrap_or_else(|| "ordinality".into());
                fields.push(Field {
                    name,
                    ty: Some(Type::BIGINT),
                    nullable: false,
                });
            }
            fields
        });
        Relation {
            name: alias.cloned().or(name.clone()).map(Name::bare),
            table: None,
            function: name.filter(|_| fields.is_some()),
            fields,
        }
    }

    /// The columns of a table or view.
    pub(in crate::translate) fn table_fields(&self, name: &Name) -> Option<Vec<Field>> {
        if let Some(cte) = self.cte(name) {
            return cte.fields.clone();
        }
        if let Some(table) = self.schema.table(name) {
            return Relation::of_table(table, None).fields;
        }
        let view = self.schema.views().find(|view| view.name == *name)?;
        let scope = Scope {
            replay: self.replay,
            ..Scope::new(self.schema, self.source)
        };
        let fields = scope.query_fields(view.query.as_ref()?);
        renamed(fields, &view.columns)
    }

    /// What a query gives.
    pub fn query_fields(&self, query: &Query) -> Option<Vec<Field>> {
        let mut inner = Cow::Borrowed(self);
        if !query.with.is_empty() {
            let scope = inner.to_mut();
            scope.enter();
            for cte in &query.with {
                scope.add_cte(cte, query.recursive);
            }
        }
        inner.body_fields(&query.body)
    }

    pub(crate) fn body_fields(&self, body: &SetExpr) -> Option<Vec<Field>> {
        match body {
            SetExpr::Select(select) => self.select_fields(select),
            SetExpr::Query(query) => self.query_fields(query),
            SetExpr::Values(rows) => {
                let width = rows.first()?.len();
                Some(
                    (0..width)
                        .map(|place| self.values_field(rows, place))
                        .collect(),
                )
            }
            SetExpr::Op { left, right, .. } => {
                let (left, right) = (self.body_fields(left)?, self.body_fields(right)?);
                Some(
                    left.into_iter()
                        .zip(right)
                        .map(|(l, r)| met(l, &r))
                        .collect(),
                )
            }
        }
    }

    fn values_field(&self, rows: &[Vec<Expr>], place: usize) -> Field {
        let column = || rows.iter().filter_map(|row| row.get(place));
        Field {
            name: format!("column{}", place + 1),
            // Texts alone are texts.
            ty: self
                .together(column())
                .or_else(|| column().all(super::is_text_constant).then_some(Type::Text)),
            nullable: column().any(|value| self.nullable(value)),
        }
    }

    pub(super) fn select_fields(&self, select: &Select) -> Option<Vec<Field>> {
        let mut scope = self.clone();
        scope.enter();
        scope.add_from(&select.from);
        let mut fields = Vec::new();
        for item in &select.items {
            match item {
                SelectItem::Expr { expr, alias } => fields.push(Field {
                    name: alias.clone().unwrap_or_else(|| output_name(expr)),
                    // A constant that nothing gave a type is a text.
                    ty: scope
                        .ty(expr)
                        .or_else(|| super::is_text_constant(expr).then_some(Type::Text)),
                    nullable: scope.nullable(expr),
                }),
                SelectItem::Star => {
                    for relation in scope.relations() {
                        fields.extend(relation.fields.clone()?);
                    }
                }
                SelectItem::TableStar(table) => {
                    let mut relations = scope.relations().iter();
                    let relation = relations.find(|relation| relation.is_called(table))?;
                    fields.extend(relation.fields.clone()?);
                }
            }
        }
        Some(fields)
    }

    /// What a statement returns.
    fn statement_fields(&self, statement: &DataStatement) -> Option<Vec<Field>> {
        let (table, returning) = match statement {
            DataStatement::Query(query) => return self.query_fields(query),
            DataStatement::Insert(insert) => (&insert.table, &insert.returning),
            DataStatement::Update(update) => (&update.table, &update.returning),
            DataStatement::Delete(delete) => (&delete.table, &delete.returning),
            DataStatement::Truncate { .. } => return None,
        };
        self.select_fields(&Select {
            items: returning.clone(),
            from: vec![TableRef::Table {
                name: table.clone(),
                alias: None,
                columns: Vec::new(),
            }],
            ..Select::default()
        })
    }
}

impl Relation {
    /// A table, under its alias if it has one.
    pub fn of_table(table: &Table, alias: Option<&Ident>) -> Self {
        let fields = table.columns.iter().map(|column| Field {
            name: column.name.clone(),
            ty: Some(column.ty.clone()),
            nullable: column.nullable,
        });
        Self {
            name: Some(alias.map_or_else(|| table.name.clone(), |alias| Name::bare(alias.clone()))),
            table: Some(table.name.clone()),
            fields: Some(fields.collect()),
            function: None,
        }
    }

    /// Whether a name in a statement, qualified or not, means this one.
    pub fn is_called(&self, name: &Name) -> bool {
        self.name
            .as_ref()
            .is_some_and(|own| own == name || (name.schema.is_none() && own.name == name.name))
    }
}

/// Whether an item of FROM sees what stands beside it: a function, or what is LATERAL.
fn sees_beside(item: &TableRef) -> bool {
    match item {
        TableRef::Function { .. } => true,
        TableRef::Subquery { lateral, .. } => *lateral,
        TableRef::Join { left, right, .. } => sees_beside(left) || sees_beside(right),
        TableRef::Table { .. } => false,
    }
}

/// Fields under other names, as far as there are other names.
fn renamed(fields: Option<Vec<Field>>, names: &[Ident]) -> Option<Vec<Field>> {
    let unknown = |name: &Ident| Field {
        name: name.clone(),
        ty: None,
        nullable: true,
    };
    match fields {
        Some(mut fields) => {
            for (field, name) in fields.iter_mut().zip(names) {
                field.name.clone_from(name);
            }
            Some(fields)
        }
        None if names.is_empty() => None,
        None => Some(names.iter().map(unknown).collect()),
    }
}

fn met(mut left: Field, right: &Field) -> Field {
    left.nullable |= right.nullable;
    left.ty = match (left.ty, &right.ty) {
        (Some(left), Some(right)) => super::common(&left, right),
        _ => None,
    };
    left
}

/// The name that PostgreSQL gives to a column of a select list; `?column?` where it has none.
pub fn output_name(expr: &Expr) -> Ident {
    match expr {
        Expr::Column { column, .. } => column.clone(),
        Expr::Call(call) => call.name.name.clone(),
        Expr::Cast { expr, .. } | Expr::Collate { expr, .. } => output_name(expr),
        Expr::Keyword(word, _) => word.to_lowercase(),
        Expr::Case { otherwise, .. } => match otherwise.as_deref().map(output_name) {
            Some(name) if name != UNNAMED => name,
            _ => "case".into(),
        },
        Expr::Exists(_) => "exists".into(),
        Expr::Array(_) | Expr::ArrayQuery(_) => "array".into(),
        Expr::Row(_) => "row".into(),
        Expr::Extract { .. } => "extract".into(),
        Expr::Position { .. } => "position".into(),
        Expr::Substring { .. } => "substring".into(),
        Expr::Trim { side, .. } => match side {
            TrimSide::Both => "btrim",
            TrimSide::Leading => "ltrim",
            TrimSide::Trailing => "rtrim",
        }
        .into(),
        Expr::AtTimeZone { .. } => "timezone".into(),
        Expr::Subscript { expr, .. } => output_name(expr),
        Expr::Subquery(query) => first_name(&query.body),
        _ => UNNAMED.into(),
    }
}

/// What PostgreSQL calls a column without a name.
pub const UNNAMED: &str = "?column?";

fn first_name(body: &SetExpr) -> Ident {
    match body {
        SetExpr::Select(select) => match select.items.first() {
            Some(SelectItem::Expr {
                alias: Some(alias), ..
            }) => alias.clone(),
            Some(SelectItem::Expr { expr, alias: None }) => output_name(expr),
            _ => UNNAMED.into(),
        },
        SetExpr::Query(query) => first_name(&query.body),
        SetExpr::Op { left, .. } => first_name(left),
        SetExpr::Values(_) => "column1".into(),
    }
}

/// The type of a number as it is written.
pub(super) fn number(digits: &str) -> Type {
    if let Ok(value) = digits.parse::<i64>() {
        return if i32::try_from(value).is_ok() {
            Type::INTEGER
        } else {
            Type::BIGINT
        };
    }
    NUMERIC
}
