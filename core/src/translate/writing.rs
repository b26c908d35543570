//! A WITH that changes rows, as statements one after the other.
//!
//! PostgreSQL shows all parts of such a statement the rows as they were before it, and hands what one
//! part has written to the others by RETURNING alone. So what a part gives back is kept in a temporary
//! table: what an INSERT inserts, before it does; which rows an UPDATE or DELETE is about to change. So
//! is what a part only reads, where another asks for it after the rows have changed, or where it would
//! be another each time.
//!
//! # Invariants
//!
//! - What is written by one part is read by no other, but through RETURNING.
//! - A table that a part of WITH writes has no triggers, and what refers to it does nothing by itself:
//!   when those run, and what they see, would be another time than there.
//! - What has no such form stays as it is, for a target to refuse.
//!
//! Source: PostgreSQL's manual, section 7.8.4, "Data-Modifying Statements in WITH".

use std::collections::HashSet;

use super::block::calls_known;
use super::expand::made_of_query;
use super::infer::gives_the_same;
use crate::schema::{
    Change, Column, ColumnDef, CreateTable, Cte, DataStatement, Delete, Expr, Ident, Insert,
    InsertSource, Name, Options, Part, Query, ReferentialAction, Replay, Schema, Select,
    SelectItem, SetExpr, Table, TableRef, Type, Update, named_tables, sequence_of,
};
use crate::sql::Syntax;

/// The statements that do the same, if a part of its WITH changes rows.
pub(super) fn apart(
    statement: &DataStatement,
    replay: &Replay,
    source: Syntax,
) -> Option<Vec<Change>> {
    let writes = |cte: &Cte| !matches!(*cte.body, DataStatement::Query(_));
    if !statement.with().iter().any(writes) || statement.is_recursive() {
        return None;
    }
    // What calls code that nobody knows may fail, after the parts before it are done.
    if !calls_known(Part::Data(statement)) {
        return None;
    }
    let mut statement = statement.clone();
    let parts = std::mem::take(statement.with_mut()?);
    let mut apart = Apart::new(replay);
    let mut parts = parts.into_iter();
    while let Some(mut cte) = parts.next() {
        if writes(&cte) {
            apart.part(cte)?;
            continue;
        }
        apart.reads(&cte.body)?;
        let body = apart.knowing((*cte.body).clone())?;
        let later = parts.as_slice().iter().filter(|cte| writes(cte));
        cte.body = Box::new(match apart.is_another_later(&body, later) {
            true => apart.read_first(&cte.name, body, source)?,
            false => body,
        });
        apart.known.push(cte);
    }
    apart.reads(&statement)?;
    apart.before.push(Change::Data(apart.knowing(statement)?));
    apart.before.append(&mut apart.after);
    Some(apart.before)
}

/// What a statement of one row gives back, in a temporary table of its own.
pub(super) struct Kept {
    /// What keeps it, the statement among them.
    pub(super) changes: Vec<Change>,
    /// The table, which is there until somebody drops it.
    pub(super) table: Name,
    /// What each item of RETURNING is, with its type.
    pub(super) columns: Vec<(Expr, Type)>,
}

/// An INSERT of one row, and what it gives back; `name`: what the table is called by.
pub(super) fn kept(statement: &DataStatement, replay: &Replay, name: &str) -> Option<Kept> {
    let DataStatement::Insert(insert) = statement else {
        return None;
    };
    let one = matches!(&insert.source, InsertSource::Query(query)
        if matches!(&query.body, SetExpr::Values(rows) if rows.len() == 1));
    let resolved = replay.resolve(statement.clone());
    let (table, _) = target(&resolved)?;
    let table = replay.schema().table(table)?.clone();
    let given = returned(&insert.returning, &table)?;
    let holder = Name::bare(format!("aludel_{name}"));
    if !one || replay.schema().relation(&holder).is_some() {
        return None;
    }
    let mut apart = Apart::new(replay);
    apart.part(Cte {
        name: name.to_owned(),
        columns: Vec::new(),
        body: Box::new(statement.clone()),
    })?;
    let DataStatement::Query(query) = *apart.known.pop()?.body else {
        return None;
    };
    let columns: Vec<Column> = given
        .iter()
        .map(|(column, name)| Column::new(name.clone(), column.ty.clone()))
        .collect();
    let mut changes = apart.before;
    changes.push(temporary(&holder, &columns.iter().collect::<Vec<_>>()));
    let names = columns.iter().map(|column| column.name.clone()).collect();
    changes.push(Change::Data(filled(&holder, names, *query)));
    changes.append(&mut apart.after);
    let value = |column: &Column| {
        let names = std::slice::from_ref(&column.name);
        let query = Box::new(columns_of(&holder, names).into());
        (Expr::Subquery(query), column.ty.clone())
    };
    let columns = columns.iter().map(value).collect();
    Some(Kept {
        changes,
        table: holder,
        columns,
    })
}

struct Apart<'r> {
    replay: &'r Replay,
    /// What the names of WITH stand for by now.
    known: Vec<Cte>,
    /// Tables that a part has written.
    written: Vec<Name>,
    before: Vec<Change>,
    /// What goes in the end.
    after: Vec<Change>,
}

impl<'r> Apart<'r> {
    fn new(replay: &'r Replay) -> Self {
        Self {
            replay,
            known: Vec::new(),
            written: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Whether what a part reads is something else once the parts after it have changed rows, or is so
    /// each time it is read.
    fn is_another_later<'c>(
        &self,
        body: &DataStatement,
        mut later: impl Iterator<Item = &'c Cte>,
    ) -> bool {
        let read = self.read_by(body);
        let writes = |cte: &Cte| {
            let part = self.replay.resolve((*cte.body).clone());
            target(&part).is_some_and(|(table, _)| read.contains(table))
        };
        later.any(writes) || !gives_the_same_again(Part::Data(body))
    }

    /// Keeps what a part reads, and reads that from then on.
    fn read_first(
        &mut self,
        name: &Ident,
        body: DataStatement,
        source: Syntax,
    ) -> Option<DataStatement> {
        let kept = Name::bare(format!("aludel_with_{name}"));
        let DataStatement::Query(query) = body else {
            return None;
        };
        if self.replay.schema().relation(&kept).is_some() {
            return None;
        }
        let Change::CreateTable(mut made) = temporary(&kept, &[]) else {
            return None;
        };
        made.query = Some(*query);
        let changes = made_of_query(&made, self.replay, source)?;
        let [Change::CreateTable(table), _] = changes.as_slice() else {
            return None;
        };
        let names: Vec<Ident> = (table.columns.iter())
            .map(|column| column.name.clone())
            .collect();
        let mut distinct = HashSet::new();
        if !names.iter().all(|name| distinct.insert(name)) {
            return None;
        }
        self.before.extend(changes);
        self.after.push(dropped(&kept));
        let all = columns_of(&kept, &names);
        Some(DataStatement::Query(Box::new(all.into())))
    }

    /// One part that changes rows.
    fn part(&mut self, cte: Cte) -> Option<()> {
        self.reads(&cte.body)?;
        let statement = self.replay.resolve((*cte.body).clone());
        let (table, _) = target(&statement)?;
        let schema = self.replay.schema();
        let table = schema.table(table)?.clone();
        if !schema.triggers_of(&table.name).is_empty() {
            return None;
        }
        let kept = Name::bare(format!("aludel_with_{}", cte.name));
        if schema.relation(&kept).is_some() {
            return None;
        }
        // What an INSERT gives back may be asked of the table itself, which has other rows then.
        if self.written.contains(&table.name) {
            return None;
        }
        let given = match statement {
            DataStatement::Insert(insert) => self.insert(*insert, &table, &kept)?,
            DataStatement::Update(update) => self.update(*update, &table, &kept)?,
            DataStatement::Delete(delete) => self.delete(*delete, &table, &kept)?,
            DataStatement::Query(_) | DataStatement::Truncate { .. } => return None,
        };
        self.written.push(table.name.clone());
        self.known.push(Cte {
            body: Box::new(DataStatement::Query(Box::new(given.into()))),
            ..cte
        });
        self.after.push(dropped(&kept));
        Some(())
    }

    /// Keeps what is inserted, then inserts it.
    fn insert(&mut self, mut insert: Insert, table: &Table, kept: &Name) -> Option<Select> {
        let returned = returned(&insert.returning, table)?;
        let InsertSource::Query(query) = &insert.source else {
            return None;
        };
        let plain = insert.on_conflict.is_none() && insert.with.is_empty() && !insert.overriding;
        let left_open = matches!(&query.body, SetExpr::Values(rows) if rows.iter().flatten().any(|v| *v == Expr::Default));
        if !plain || left_open || insert.columns.is_empty() {
            return None;
        }
        let given = insert.columns.clone();
        let defaults = returned.iter().map(|(column, _)| *column);
        let defaults: Vec<&Column> = defaults
            .filter(|column| !given.contains(&column.name))
            .collect();
        // A number that is yet to be given is above all that there are.
        if let [part] = table.primary_key()
            && defaults
                .iter()
                .any(|c| c.name == part.column && is_numbered(c))
        {
            return self.numbered(insert, table, kept, &part.column.clone(), &returned);
        }
        let open = |column: &&Column| column.generated.is_some() || is_numbered(column);
        if defaults.iter().any(open) {
            return None;
        }
        let mut columns = Vec::new();
        for name in &given {
            columns.push(table.column(name)?);
        }
        for column in defaults {
            if !columns.iter().any(|own: &&Column| own.name == column.name) {
                columns.push(column);
            }
        }
        self.before.push(temporary(kept, &columns));
        let source = std::mem::replace(&mut insert.source, InsertSource::Defaults);
        let fill = Insert {
            table: kept.clone(),
            alias: None,
            source,
            returning: Vec::new(),
            ..insert.clone()
        };
        let fill = self.knowing(DataStatement::Insert(Box::new(fill)))?;
        self.before.push(Change::Data(fill));
        let names: Vec<Ident> = columns.iter().map(|column| column.name.clone()).collect();
        insert.source = InsertSource::Query(Box::new(columns_of(kept, &names).into()));
        insert.columns = names;
        insert.returning.clear();
        let insert = DataStatement::Insert(Box::new(insert));
        self.before.push(Change::Data(insert));
        Some(given_back(&returned, vec![table_ref(kept)], None, kept))
    }

    /// Keeps the greatest number there is, inserts, and takes what is above it.
    fn numbered(
        &mut self,
        mut insert: Insert,
        table: &Table,
        kept: &Name,
        key: &Ident,
        returned: &[(&Column, Ident)],
    ) -> Option<Select> {
        let column = table.column(key)?;
        self.before.push(temporary(kept, &[column]));
        let greatest = Select {
            items: vec![item(Expr::call("max", [Expr::column(key.clone())]), None)],
            from: vec![table_ref(&table.name)],
            ..Select::default()
        };
        let note = filled(kept, vec![key.clone()], greatest.into());
        self.before.push(Change::Data(note));
        insert.returning.clear();
        let insert = self.knowing(DataStatement::Insert(Box::new(insert)))?;
        self.before.push(Change::Data(insert));
        let last = of(kept, key);
        let above = Expr::binary(
            Expr::IsNull {
                expr: Box::new(last.clone()),
                negated: false,
            },
            crate::schema::BinaryOp::Or,
            Expr::binary(of(&table.name, key), crate::schema::BinaryOp::Gt, last),
        );
        let from = vec![table_ref(&table.name), table_ref(kept)];
        Some(given_back(returned, from, Some(above), &table.name))
    }

    /// Keeps the keys of the rows that are about to change, then changes them.
    fn update(&mut self, mut update: Update, table: &Table, kept: &Name) -> Option<Select> {
        let returned = returned(&update.returning, table)?;
        let keys: Vec<Ident> = (table.primary_key().iter())
            .map(|part| part.column.clone())
            .collect();
        let mut set = update.assignments.iter().flat_map(|set| &set.columns);
        let plain = update.from.is_empty() && update.with.is_empty();
        if !plain || keys.is_empty() || set.any(|name| keys.contains(name)) {
            return None;
        }
        let columns: Option<Vec<&Column>> = keys.iter().map(|key| table.column(key)).collect();
        self.acts_on_nothing(table)?;
        self.keep(
            kept,
            &columns?,
            table,
            update.alias.clone(),
            update.filter.clone(),
        )?;
        update.returning.clear();
        let update = self.knowing(DataStatement::Update(Box::new(update)))?;
        self.before.push(Change::Data(update));
        let same = |key: &Ident| {
            let own = of(&table.name, key);
            Expr::binary(own, crate::schema::BinaryOp::Eq, of(kept, key))
        };
        let together = keys
            .iter()
            .map(same)
            .reduce(|all, one| Expr::binary(all, crate::schema::BinaryOp::And, one));
        let from = vec![table_ref(&table.name), table_ref(kept)];
        Some(given_back(&returned, from, together, &table.name))
    }

    /// Keeps what is about to go, then deletes it.
    fn delete(&mut self, mut delete: Delete, table: &Table, kept: &Name) -> Option<Select> {
        let returned = returned(&delete.returning, table)?;
        if !delete.using.is_empty() || !delete.with.is_empty() {
            return None;
        }
        self.acts_on_nothing(table)?;
        let mut columns: Vec<&Column> = Vec::new();
        for (column, _) in &returned {
            if !columns.iter().any(|own| own.name == column.name) {
                columns.push(*column);
            }
        }
        self.keep(
            kept,
            &columns,
            table,
            delete.alias.clone(),
            delete.filter.clone(),
        )?;
        delete.returning.clear();
        let delete = self.knowing(DataStatement::Delete(Box::new(delete)))?;
        self.before.push(Change::Data(delete));
        Some(given_back(&returned, vec![table_ref(kept)], None, kept))
    }

    /// Keeps columns of the rows that a condition is true of.
    fn keep(
        &mut self,
        kept: &Name,
        columns: &[&Column],
        table: &Table,
        alias: Option<Ident>,
        filter: Option<Expr>,
    ) -> Option<()> {
        self.before.push(temporary(kept, columns));
        let names: Vec<Ident> = columns.iter().map(|column| column.name.clone()).collect();
        let called = alias.clone().unwrap_or_else(|| table.name.name.clone());
        let rows = Select {
            items: (names.iter())
                .map(|name| item(of(&Name::bare(called.clone()), name), None))
                .collect(),
            from: vec![TableRef::Table {
                name: table.name.clone(),
                alias,
                columns: Vec::new(),
            }],
            filter,
            ..Select::default()
        };
        let fill = self.knowing(filled(kept, names, rows.into()))?;
        self.before.push(Change::Data(fill));
        Some(())
    }

    /// Whether no foreign key does something to rows of its own for what is done to this table's.
    fn acts_on_nothing(&self, table: &Table) -> Option<()> {
        let still = |action| {
            matches!(
                action,
                ReferentialAction::NoAction | ReferentialAction::Restrict
            )
        };
        let schema: &Schema = self.replay.schema();
        let mut keys = schema
            .referrers(&table.name)
            .flat_map(|child| child.foreign_keys());
        keys.all(|(_, key)| key.table != table.name || still(key.on_delete) && still(key.on_update))
            .then_some(())
    }

    /// Whether a statement reads nothing that a part before it has written.
    fn reads(&self, statement: &DataStatement) -> Option<()> {
        let read = self.read_by(statement);
        let statement = self.replay.resolve(statement.clone());
        let (own, inserts) = match target(&statement) {
            Some((table, inserts)) => (Some(table), inserts),
            None => (None, false),
        };
        // Rows may come to those that a part has inserted.
        let mut skipped = false;
        let mut clashes = read.iter().filter(|name| {
            if !skipped && inserts && Some(*name) == own {
                skipped = true;
                return false;
            }
            self.written.contains(name)
        });
        clashes.next().is_none().then_some(())
    }

    /// The tables that a statement names, and those that the views among them read.
    fn read_by(&self, statement: &DataStatement) -> Vec<Name> {
        let mut read = Vec::new();
        let statement = self.replay.resolve(statement.clone());
        named_tables(Part::Data(&statement), &mut read);
        let mut place = 0;
        while let Some(name) = read.get(place) {
            if let Some(view) = self.replay.schema().view(name) {
                let more: Vec<Name> = view
                    .reads
                    .iter()
                    .filter(|name| !read.contains(name))
                    .cloned()
                    .collect();
                read.extend(more);
            }
            place += 1;
        }
        read
    }

    /// A statement with what the names of WITH stand for that it uses.
    fn knowing(&self, mut statement: DataStatement) -> Option<DataStatement> {
        let mut named = Vec::new();
        let mut used: Vec<&Cte> = Vec::new();
        named_tables(Part::Data(&statement), &mut named);
        // The later of two may use the earlier.
        for cte in self.known.iter().rev() {
            let uses = |name: &Name| name.schema.is_none() && name.name == cte.name;
            if named.iter().any(uses) {
                named_tables(Part::Data(&cte.body), &mut named);
                used.push(cte);
            }
        }
        let mut used: Vec<Cte> = used.into_iter().rev().cloned().collect();
        let own = statement.with_mut()?;
        used.append(own);
        *own = used;
        Some(statement)
    }
}

/// A temporary table of columns as a table has them, with their defaults.
fn temporary(name: &Name, columns: &[&Column]) -> Change {
    let columns = columns.iter().map(|column| {
        let mut kept = ColumnDef::new(column.name.clone(), column.ty.clone());
        if !is_numbered(column) {
            kept.default.clone_from(&column.default);
        }
        kept
    });
    Change::CreateTable(Box::new(CreateTable {
        name: name.clone(),
        if_not_exists: false,
        columns: columns.collect(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        like: None,
        query: None,
        comment: None,
        options: Options {
            temporary: true,
            ..Options::default()
        },
    }))
}

fn dropped(name: &Name) -> Change {
    Change::DropTables {
        tables: vec![name.clone()],
        if_exists: false,
        cascade: false,
    }
}

/// Whether all that is called gives the same when it is called again.
fn gives_the_same_again(part: Part<'_>) -> bool {
    let mut same = match &part {
        Part::Expr(Expr::Call(call)) => gives_the_same(&call.name.name),
        _ => true,
    };
    part.parts(&mut |part| same = same && gives_the_same_again(part));
    same
}

/// `INSERT INTO table (columns)` of what a query gives.
fn filled(table: &Name, columns: Vec<Ident>, query: Query) -> DataStatement {
    DataStatement::Insert(Box::new(Insert {
        with: Vec::new(),
        recursive: false,
        table: table.clone(),
        alias: None,
        columns,
        overriding: false,
        source: InsertSource::Query(Box::new(query)),
        on_conflict: None,
        returning: Vec::new(),
    }))
}

/// The columns that RETURNING names, and what it calls them.
fn returned<'t>(items: &[SelectItem], table: &'t Table) -> Option<Vec<(&'t Column, Ident)>> {
    let mut all = Vec::new();
    for item in items {
        match item {
            SelectItem::Expr {
                expr: Expr::Column { column, .. },
                alias,
            } => {
                let name = alias.clone().unwrap_or_else(|| column.clone());
                all.push((table.column(column)?, name));
            }
            SelectItem::Star => {
                let columns = table.columns.iter();
                all.extend(columns.map(|column| (column, column.name.clone())));
            }
            _ => return None,
        }
    }
    (!all.is_empty()).then_some(all)
}

fn given_back(
    returned: &[(&Column, Ident)],
    from: Vec<TableRef>,
    filter: Option<Expr>,
    holder: &Name,
) -> Select {
    let items = returned.iter();
    Select {
        items: items
            .map(|(column, name)| item(of(holder, &column.name), Some(name.clone())))
            .collect(),
        from,
        filter,
        ..Select::default()
    }
}

fn columns_of(table: &Name, names: &[Ident]) -> Select {
    Select {
        items: (names.iter())
            .map(|name| item(Expr::column(name.clone()), None))
            .collect(),
        from: vec![table_ref(table)],
        ..Select::default()
    }
}

fn table_ref(name: &Name) -> TableRef {
    TableRef::Table {
        name: name.clone(),
        alias: None,
        columns: Vec::new(),
    }
}

fn item(expr: Expr, alias: Option<Ident>) -> SelectItem {
    SelectItem::Expr { expr, alias }
}

/// A column of a table that a query names.
fn of(table: &Name, column: &Ident) -> Expr {
    Expr::Column {
        table: Some(Name::bare(table.name.clone())),
        column: column.clone(),
    }
}

fn is_numbered(column: &Column) -> bool {
    column.identity.is_some() || column.default.as_ref().and_then(sequence_of).is_some()
}

/// The table that a statement writes, and whether it only adds to it.
fn target(statement: &DataStatement) -> Option<(&Name, bool)> {
    match statement {
        DataStatement::Insert(insert) => Some((&insert.table, insert.on_conflict.is_none())),
        DataStatement::Update(update) => Some((&update.table, false)),
        DataStatement::Delete(delete) => Some((&delete.table, false)),
        DataStatement::Query(_) | DataStatement::Truncate { .. } => None,
    }
}
