//! `CREATE TRIGGER`: kept as text, and of PostgreSQL's what it calls.

use super::cursor::{Cursor, Parsed, Source, Unclear};
use super::lex::{self, Lex};
use super::steps;
use crate::schema::{Change, Ident, Ignored, Name, RowTrigger, TriggerEvent};
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
        Syntax::Postgres => Some(Box::new(call(&name, event, rest, constraint)?)),
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

/// `… RENAME TO …`, after `ALTER TRIGGER`.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Change> {
    let name = c.ident()?;
    c.expect("ON")?;
    let table = c.name()?;
    c.expect("RENAME")?;
    c.expect("TO")?;
    let to = c.ident()?;
    Ok(Change::RenameTrigger { name, table, to })
}

/// The statement that makes a trigger, with another name for it.
pub(crate) fn trigger_named(text: &str, name: &str) -> Option<String> {
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let is_trigger = |tok: &&lex::Tok| text[tok.start..tok.end].eq_ignore_ascii_case("TRIGGER");
    let mut toks = toks.iter().skip_while(|tok| !is_trigger(tok)).skip(1);
    let old = toks.next()?;
    let name = name.replace('"', "\"\"");
    Some(format!(
        "{}\"{name}\"{}",
        &text[..old.start],
        &text[old.end..]
    ))
}

/// The statement that makes a trigger, with another function for it to call.
pub(crate) fn trigger_calling(text: &str, function: &Name) -> Option<String> {
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let is = |tok: &lex::Tok, word: &str| text[tok.start..tok.end].eq_ignore_ascii_case(word);
    let calls = |pair: &[lex::Tok]| {
        is(&pair[0], "EXECUTE") && (is(&pair[1], "FUNCTION") || is(&pair[1], "PROCEDURE"))
    };
    let execute = toks.windows(2).rposition(calls)?;
    let name = toks.get(execute + 2..)?;
    let arguments = name.iter().position(|tok| is(tok, "("))?;
    let (first, last) = (name.first()?, name.get(arguments.checked_sub(1)?)?);
    let quoted = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    let schema = function.schema.as_deref();
    let schema = schema.map_or_else(String::new, |schema| quoted(schema) + ".");
    let (before, after) = (&text[..first.start], &text[last.end..]);
    Some(format!("{before}{schema}{}{after}", quoted(&function.name)))
}

/// What a trigger calls, and when. `event` stands before the table, `rest` after it.
fn call(
    name: &Ident,
    mut event: Cursor<'_>,
    mut rest: Cursor<'_>,
    constraint: bool,
) -> Parsed<RowTrigger> {
    let mut unclear = constraint.then(|| "it is a constraint".to_owned());
    let written = event.as_written().to_owned();
    let runs = runs(&mut event).unwrap_or_else(|| {
        unclear.get_or_insert_with(|| format!("it runs {written}"));
        Runs::default()
    });
    let mut how = rest.until(|c| c.is_any(&["WHEN", "EXECUTE"]));
    // What a constraint is checked with, and what a trigger calls the statement's rows.
    let plain = how.until(|c| c.is("FOR")).done();
    how.eat("FOR");
    how.eat("EACH");
    let by_row = how.eat("ROW") && how.done();
    if !by_row {
        unclear.get_or_insert_with(|| "it runs for a whole statement".into());
    } else if !plain {
        unclear.get_or_insert_with(|| "it is told of all rows of its statement".into());
    }
    let mut condition = None;
    if rest.eat("WHEN") {
        match steps::condition(rest.group()?) {
            Ok(expr) => condition = Some(expr),
            Err(Unclear(why)) => {
                unclear.get_or_insert_with(|| format!("its condition: {why}"));
            }
        }
    }
    rest.expect("EXECUTE")?;
    if !rest.eat("FUNCTION") {
        rest.expect("PROCEDURE")?;
    }
    let function = rest.name()?;
    let arguments = arguments(rest.group()?).unwrap_or_else(|Unclear(why)| {
        unclear.get_or_insert_with(|| format!("what it hands to its function: {why}"));
        Vec::new()
    });
    rest.finish()?;
    Ok(RowTrigger {
        name: Some(name.clone()),
        function,
        arguments,
        code: String::new(),
        before: runs.before,
        events: if by_row { runs.events } else { Vec::new() },
        of: runs.of,
        condition,
        sets: Vec::new(),
        or_old: false,
        variables: Vec::new(),
        steps: Vec::new(),
        tells: false,
        copies: false,
        unclear,
        constraint: None,
        fails: None,
    })
}

/// What a function is given: constants, or words that stand for themselves.
fn arguments(c: Cursor<'_>) -> Parsed<Vec<String>> {
    if c.done() {
        return Ok(Vec::new());
    }
    c.each(|c| match c.kind(0) {
        Some(Lex::Text) => c.string(),
        Some(Lex::Number) => c.number::<u32>().map(|number| number.to_string()),
        _ => c.ident(),
    })
}

/// When a trigger runs.
#[derive(Default)]
struct Runs {
    before: bool,
    events: Vec<TriggerEvent>,
    of: Vec<Ident>,
}

/// `BEFORE INSERT OR UPDATE [OF a, b]`; nothing for an event that is none of a row's.
fn runs(event: &mut Cursor<'_>) -> Option<Runs> {
    let before = event.eat("BEFORE");
    if !before && !event.eat("AFTER") {
        return None;
    }
    let mut runs = Runs {
        before,
        ..Runs::default()
    };
    loop {
        if event.eat("INSERT") {
            runs.events.push(TriggerEvent::Insert);
        } else if event.eat("UPDATE") {
            runs.events.push(TriggerEvent::Update);
            if event.eat("OF") {
                runs.of = event.list(Cursor::ident).ok()?;
            }
        } else if event.eat("DELETE") {
            runs.events.push(TriggerEvent::Delete);
        } else {
            return None;
        }
        if !event.eat("OR") {
            return event.done().then_some(runs);
        }
    }
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

/// A trigger that runs for a whole statement, and is told of the rows that it changed.
pub(crate) struct StatementTrigger {
    /// For what it runs.
    pub(crate) events: Vec<TriggerEvent>,
    /// What it calls the rows.
    pub(crate) rows: Vec<Ident>,
}

impl StatementTrigger {
    /// What a trigger's text says, if it is `AFTER … REFERENCING … TABLE AS name [FOR EACH STATEMENT]`.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let source = Source::new(Syntax::Postgres, text);
        let toks = lex::tokens(Syntax::Postgres, text).ok()?;
        let mut c = Cursor::new(&source, &toks);
        c.until(|c| c.is("TRIGGER"));
        c.skip(1);
        c.name().ok()?;
        let mut event = c.until(|c| c.is("ON"));
        c.expect("ON").ok()?;
        c.name().ok()?;
        let runs = runs(&mut event).filter(|runs| !runs.before && runs.of.is_empty())?;
        let mut how = c.until(|c| c.is_any(&["WHEN", "EXECUTE"]));
        let mut named = how.until(|c| c.is("FOR"));
        how.eat("FOR");
        how.eat("EACH");
        how.eat("STATEMENT");
        if !(how.done() && named.eat("REFERENCING")) {
            return None;
        }
        let mut rows = Vec::new();
        while named.eat_any(&["OLD", "NEW"]).is_some() {
            named.expect("TABLE").ok()?;
            named.eat("AS");
            rows.push(named.ident().ok()?);
        }
        named.done().then_some(Self {
            events: runs.events,
            rows,
        })
    }
}

impl From<Unclear> for String {
    fn from(Unclear(why): Unclear) -> Self {
        why
    }
}
