//! `CREATE TABLE`.

use super::options;
use crate::schema::{Change, CreateTable, Name, Options, TableLike};
use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Parsed, unclear};
use crate::sql::parse::{adapter, column, constraint, index, view};

/// What stands after `CREATE`.
pub(in crate::sql::parse) fn create(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let mut table = CreateTable {
        name: Name::bare(""),
        if_not_exists: false,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        like: None,
        query: None,
        comment: None,
        options: Options::default(),
    };
    c.eat_any(&["GLOBAL", "LOCAL"]);
    table.options.temporary = c.eat_any(&["TEMP", "TEMPORARY"]).is_some();
    table.options.unlogged = c.eat("UNLOGGED");
    c.expect("TABLE")?;
    table.if_not_exists = c.if_not_exists();
    table.name = c.name()?;
    if c.starts(&["PARTITION", "OF"]) {
        return partition(c, table);
    }
    if c.eat("OF") {
        return unclear("a table of a composite type");
    }
    if c.eat("LIKE") {
        // MySQL's, without parentheses.
        table.like = Some(TableLike {
            table: c.name()?,
            including: vec!["ALL".to_owned()],
        });
        return finish(c, table);
    }
    if c.is_op("(") {
        let inside = c.group()?;
        if inside.is_any(&["SELECT", "WITH", "VALUES"]) && !is_column(&inside) {
            table.query = Some(adapter::query(&inside)?);
            return finish(c, table);
        }
        elements(inside, &mut table)?;
    }
    finish(c, table)
}

/// Whether `select`, `with` or `values` begins a column's definition.
fn is_column(c: &Cursor<'_>) -> bool {
    let mut look = *c;
    look.until(|c| c.is_op(","));
    c.is("VALUES") && !c.is_op_at(1, "(") && look.rest().len() < c.rest().len()
}

/// The columns and constraints in parentheses.
fn elements(mut inside: Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    if inside.done() {
        return Ok(());
    }
    loop {
        element(&mut inside, table)?;
        // SQLite lets the comma between two constraints go.
        let comma = inside.eat_op(",");
        if inside.done() && !comma {
            return Ok(());
        }
        if !comma && (inside.syntax() != Syntax::Sqlite || table.constraints.is_empty()) {
            return inside.expected(",");
        }
    }
}

fn element(c: &mut Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    if c.syntax() == Syntax::Postgres && c.is("LIKE") {
        return like(c, table);
    }
    if c.syntax() == Syntax::Mysql
        && let Some(index) = index::inline(c, &table.name)?
    {
        table.indexes.push(index);
        return Ok(());
    }
    if let Some(name) = constraint::not_null(c)? {
        let column = table.columns.iter_mut().find(|column| column.name == name);
        match column {
            Some(column) => column.nullable = Some(false),
            None => return unclear("NOT NULL of a column that is not there"),
        }
        return Ok(());
    }
    if let Some(constraint) = constraint::of_table(c)? {
        table.constraints.push(constraint);
        return Ok(());
    }
    table.columns.push(column::column(c)?);
    Ok(())
}

/// What `INCLUDING ALL` includes.
const LIKE_ALL: [&str; 9] = [
    "COMMENTS",
    "COMPRESSION",
    "CONSTRAINTS",
    "DEFAULTS",
    "GENERATED",
    "IDENTITY",
    "INDEXES",
    "STATISTICS",
    "STORAGE",
];

/// PostgreSQL's `LIKE other INCLUDING …`, within the parentheses.
fn like(c: &mut Cursor<'_>, table: &mut CreateTable) -> Parsed<()> {
    c.expect("LIKE")?;
    if table.like.is_some() || !table.columns.is_empty() {
        return unclear("LIKE beside columns");
    }
    let mut like = TableLike {
        table: c.name()?,
        including: Vec::new(),
    };
    while let Some(word) = c.eat_any(&["INCLUDING", "EXCLUDING"]) {
        let what = c.upper()?;
        // The last word on a thing counts.
        if word == "INCLUDING" {
            like.including.push(what);
        } else if what == "ALL" {
            like.including.clear();
        } else {
            if like.including.iter().any(|w| w == "ALL") {
                like.including = LIKE_ALL.map(str::to_owned).to_vec();
            }
            like.including.retain(|w| *w != what);
        }
    }
    table.like = Some(like);
    Ok(())
}

/// `PARTITION OF parent …`: a part of a table that only its own engine divides.
fn partition(c: &mut Cursor<'_>, mut table: CreateTable) -> Parsed<Vec<Change>> {
    c.skip(2);
    table.options.inherits = Some(c.name()?);
    table.options.partition = true;
    if c.is_op("(") {
        return unclear("a partition with constraints of its own");
    }
    if c.eat("DEFAULT") || c.eats(&["FOR", "VALUES"]) {
        c.until(|c| {
            c.starts(&["PARTITION", "BY"])
                || c.is("TABLESPACE")
                || c.is("WITH") && c.is_op_at(1, "(") && !c.is_any(&["MODULUS"])
        });
        // `FOR VALUES WITH (modulus 4, remainder 0)` is the bound itself.
        if c.is("WITH") {
            c.skip(1);
            c.group()?;
        }
    }
    finish(c, table)
}

/// What stands after the parentheses.
fn finish(c: &mut Cursor<'_>, mut table: CreateTable) -> Parsed<Vec<Change>> {
    match c.syntax() {
        Syntax::Postgres => options::postgres(c, &mut table)?,
        Syntax::Sqlite => options::sqlite(c, &mut table)?,
        Syntax::Mysql => options::mysql_table(c, &mut table)?,
    }
    if c.eat("AS") || (c.syntax() == Syntax::Mysql && c.is("SELECT")) {
        let body = c.until(view::with_data);
        let inner = if body.is_op("(") && body.rest().len() > 2 {
            let mut look = body;
            let inner = look.group()?;
            if look.done() { inner } else { body }
        } else {
            body
        };
        let parts = table.columns.len() + table.constraints.len() + table.indexes.len();
        if c.syntax() == Syntax::Mysql && parts > 0 {
            // What the query gives that is called like one of them goes there, and what is not is put
            // after them.
            return unclear("CREATE TABLE of columns that also are those of a query");
        }
        table.query = Some(adapter::query(&inner)?);
        if c.eats(&["WITH", "NO", "DATA"]) {
            return unclear("CREATE TABLE AS … WITH NO DATA");
        }
        c.eats(&["WITH", "DATA"]);
    }
    if table.columns.is_empty()
        && table.query.is_none()
        && table.like.is_none()
        && c.syntax() != Syntax::Postgres
    {
        return c.expected("columns");
    }
    Ok(vec![Change::CreateTable(Box::new(table))])
}
