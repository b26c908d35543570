//! `CREATE TRIGGER`: kept as text, and of PostgreSQL's what it calls.

use super::cursor::{Cursor, Parsed, Source, Unclear};
use super::lex;
use super::parse_expr;
use crate::schema::{Change, Ident, Ignored, Name, RowTrigger};
use crate::sql::Syntax;

/// `[CONSTRAINT] TRIGGER …`, after `CREATE [OR REPLACE]`.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<Change> {
    if c.eat("DEFINER") {
        c.until(|c| c.is("TRIGGER"));
        c.ignore(Ignored::Owner);
    }
    let constraint = c.eat("CONSTRAINT");
    c.expect("TRIGGER")?;
    c.if_not_exists();
    let Name { schema: _, name } = c.name()?;
    let event = c.until(|c| c.is("ON"));
    c.expect("ON")?;
    let table = c.name()?;
    let rest = c.take_rest();
    let does = match c.syntax() {
        Syntax::Postgres => Some(Box::new(call(event, rest, constraint)?)),
        Syntax::Sqlite | Syntax::Mysql => None,
    };
    let text = c.statement().to_owned();
    Ok(Change::CreateTrigger {
        name,
        table,
        text,
        does,
    })
}

/// What a trigger calls, and when. `event` stands before the table, `rest` after it.
fn call(mut event: Cursor<'_>, mut rest: Cursor<'_>, constraint: bool) -> Parsed<RowTrigger> {
    let mut unclear = constraint.then(|| "it is a constraint".to_owned());
    let written = event.as_written().to_owned();
    let of = updates(&mut event).unwrap_or_else(|| {
        unclear.get_or_insert_with(|| format!("it runs {written}"));
        Vec::new()
    });
    let mut how = rest.until(|c| c.is_any(&["WHEN", "EXECUTE"]));
    if !(how.eat("FOR") && (how.eat("EACH") || how.is("ROW")) && how.eat("ROW") && how.done()) {
        unclear.get_or_insert_with(|| "it does not only run for each row".into());
    }
    let mut condition = None;
    if rest.eat("WHEN") {
        match parse_expr(Syntax::Postgres, rest.group()?.as_written()) {
            Ok(expr) => condition = Some(expr),
            Err(why) => {
                unclear.get_or_insert_with(|| format!("its condition: {why}"));
            }
        }
    }
    rest.expect("EXECUTE")?;
    if !rest.eat("FUNCTION") {
        rest.expect("PROCEDURE")?;
    }
    let function = rest.name()?;
    if !rest.group()?.done() {
        unclear.get_or_insert_with(|| "it hands arguments to its function".into());
    }
    rest.finish()?;
    Ok(RowTrigger {
        function,
        code: String::new(),
        of,
        condition,
        sets: Vec::new(),
        unclear,
    })
}

/// `BEFORE UPDATE [OF a, b]`, with the columns; nothing for any other event.
fn updates(event: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    if !event.eats(&["BEFORE", "UPDATE"]) {
        return None;
    }
    let columns = match event.eat("OF") {
        true => event.list(Cursor::ident),
        false => Ok(Vec::new()),
    };
    columns.ok().filter(|_| event.done())
}

impl RowTrigger {
    /// Whether a trigger's text says that it runs after a change: what it returns does nothing.
    pub(crate) fn runs_after(text: &str) -> bool {
        let source = Source::new(Syntax::Postgres, text);
        let Ok(toks) = lex::tokens(Syntax::Postgres, text) else {
            return false;
        };
        let mut c = Cursor::new(&source, &toks);
        c.until(|c| c.is("TRIGGER"));
        c.skip(1);
        c.name().is_ok() && c.is("AFTER")
    }

    /// What a trigger's text says that it calls.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let changes = super::parse(Syntax::Postgres, text);
        changes.into_iter().find_map(|change| match change {
            Change::CreateTrigger { does, .. } => does.map(|does| *does),
            _ => None,
        })
    }
}

impl From<Unclear> for String {
    fn from(Unclear(why): Unclear) -> Self {
        why
    }
}
