//! `CREATE FUNCTION`, `ALTER FUNCTION` and `DROP FUNCTION` of PostgreSQL's, as far as a migration can do without the
//! function: one that only sets columns of a row, for a trigger, one that only defines things, and one that
//! gives an expression.

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::lex::{self, Lex};
use super::{other, parse_expr, record, steps, telling, value_function};
use crate::schema::{
    Assignment, Change, DroppedFunction, Expr, Function, Ident, Ignored, NEW, Name, OLD, Part,
    RowSets, TriggerDoes, TriggerFunction, TriggerStep, named_tables,
};
use crate::sql::Syntax;

/// `FUNCTION …`, after `CREATE [OR REPLACE]`.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    c.expect("FUNCTION")?;
    let name = c.name()?;
    let arguments = c.group()?;
    let takes = words(arguments);
    let rest = c.take_rest();
    let does = match returned(rest) {
        Returns::Trigger => Function::Trigger(match options(rest) {
            Ok(code) => TriggerFunction {
                does: does(&code, is_steady(rest)),
                columns: read(&code, |c| Ok(columns_of_rows(c))).unwrap_or_default(),
                code,
            },
            Err(why) => TriggerFunction {
                code: rest.as_written().to_owned(),
                columns: Vec::new(),
                does: Err(why.into()),
            },
        }),
        Returns::Nothing => defines(arguments, rest).map_or(Function::Code, Function::Defines),
        Returns::Something => value_function::read(arguments, rest)
            .map_or(Function::Code, |function| {
                Function::Value(Box::new(function))
            }),
    };
    Ok(vec![Change::CreateFunction {
        name,
        arguments: takes,
        returns: value_function::given(rest),
        does,
    }])
}

/// `AGGREGATE …`, after `CREATE [OR REPLACE]`: a function that is code.
pub(super) fn aggregate(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    c.expect("AGGREGATE")?;
    let name = c.name()?;
    let arguments = words(c.group()?);
    c.take_rest();
    Ok(vec![Change::CreateFunction {
        name,
        arguments,
        returns: None,
        does: Function::Aggregate,
    }])
}

/// `FUNCTION [IF EXISTS] a(integer), b [CASCADE]`, after `DROP`.
pub(super) fn drop(c: &mut Cursor<'_>) -> Parsed<Change> {
    c.expect("FUNCTION")?;
    c.if_exists();
    let functions = c.list(named)?;
    let cascade = c.cascade();
    Ok(Change::DropFunctions { functions, cascade })
}

fn named(c: &mut Cursor<'_>) -> Parsed<DroppedFunction> {
    let name = c.name()?;
    let arguments = match c.is_op("(") {
        true => Some(words(c.group()?)),
        false => None,
    };
    Ok(DroppedFunction { name, arguments })
}

/// `FUNCTION a(integer) RENAME TO b`, `SET SCHEMA b`, or what says nothing about what it gives, after
/// `ALTER`.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let start = *c;
    c.skip(1);
    let function = named(c)?;
    if c.eats(&["RENAME", "TO"]) {
        let to = Name::bare(c.ident()?);
        return Ok(vec![Change::RenameFunction { function, to }]);
    }
    if c.eats(&["SET", "SCHEMA"]) {
        let to = Name {
            schema: Some(c.ident()?),
            name: function.name.name.clone(),
        };
        return Ok(vec![Change::RenameFunction { function, to }]);
    }
    let mut ignored = Vec::new();
    while let Ok(what) = beside(c) {
        ignored.push(Change::Ignored(what));
    }
    c.eat("RESTRICT");
    if !ignored.is_empty() && c.done() {
        return Ok(ignored);
    }
    *c = start;
    other::altered(c)
}

/// What is said of a function that says nothing about what it gives.
fn beside(c: &mut Cursor<'_>) -> Parsed<Ignored> {
    let external = c.is("EXTERNAL");
    c.skip(external.into());
    if c.eats(&["SECURITY", "DEFINER"]) || c.eats(&["SECURITY", "INVOKER"]) {
        return Ok(Ignored::Privileges);
    }
    if c.eats(&["SET", "search_path"]) {
        return usual_path(c).map(|()| Ignored::Privileges);
    }
    if c.eat_any(&["COST", "ROWS"]).is_some() {
        c.number::<f64>()?;
        return Ok(Ignored::Maintenance);
    }
    if c.eat("PARALLEL") {
        c.ident()?;
        return Ok(Ignored::Maintenance);
    }
    c.eat("NOT");
    c.expect("LEAKPROOF")?;
    Ok(Ignored::Privileges)
}

/// Arguments, each as its words in lower case.
fn words(mut c: Cursor<'_>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    while !c.done() {
        let one = c.until(|c| c.is_op(","));
        let words = one.rest().iter().map(|tok| one.text_of(*tok));
        all.push(words.map(str::to_ascii_lowercase).collect());
        c.skip(1);
    }
    all
}

enum Returns {
    Trigger,
    Nothing,
    Something,
}

fn returned(mut rest: Cursor<'_>) -> Returns {
    rest.until(|c| c.is("RETURNS"));
    rest.skip(1);
    match rest.eat_any(&["TRIGGER", "VOID"]) {
        Some("TRIGGER") => Returns::Trigger,
        Some(_) => Returns::Nothing,
        None => Returns::Something,
    }
}

/// What a trigger's function does.
fn does(code: &str, steady: bool) -> Result<TriggerDoes, String> {
    let without = record::without(code);
    let code = without.as_deref().unwrap_or(code);
    if let Ok(row) = read(code, row)
        && !row.sets.is_empty()
        && (!row.looks_further() || read(code, steps::code).is_err())
    {
        return Ok(TriggerDoes::Sets(row));
    }
    if read(code, telling::code).is_ok() {
        return Ok(TriggerDoes::Tells(read(code, steps::code).ok()));
    }
    let mut code = read(code, steps::code)?;
    code.copies = without.is_some();
    let mut asks = false;
    TriggerStep::each(&code.steps, &mut |part| match part {
        Part::Data(_) => asks = true,
        part => {
            let mut tables = Vec::new();
            named_tables(part, &mut tables);
            asks |= !tables.is_empty();
        }
    });
    match steady && asks {
        true => Err("it is said to be steady, and sees rows as they were before".into()),
        false => Ok(TriggerDoes::Steps(code)),
    }
}

/// What may differ from one table's trigger to another's.
const ELSEWHERE_OTHERS: &[&str] = &[
    "TG_ARGV",
    "TG_NAME",
    "TG_RELID",
    "TG_RELNAME",
    "TG_TABLE_NAME",
    "TG_TABLE_SCHEMA",
];

/// The columns of NEW and OLD that code names, to its end; none if what it does differs from table to table.
fn columns_of_rows(c: &mut Cursor<'_>) -> Vec<Ident> {
    let mut names = Vec::new();
    let mut differs = false;
    while !c.done() {
        differs |= ELSEWHERE_OTHERS.iter().any(|word| c.is(word));
        let row = c.eat_any(&["NEW", "OLD"]).is_some();
        if row && c.eat_op(".") {
            names.extend(c.ident());
        } else if !row {
            c.skip(1);
        }
    }
    names.retain(|_| !differs);
    names
}

/// Whether a function is said to give the same for the same: it may change no rows, and sees none
/// that its statement has changed.
fn is_steady(rest: Cursor<'_>) -> bool {
    let mut words = rest.rest().iter();
    words.any(|tok| {
        matches!(tok.kind, Lex::Word)
            && ["STABLE", "IMMUTABLE"]
                .iter()
                .any(|word| rest.text_of(*tok).eq_ignore_ascii_case(word))
    })
}

/// The code of a function in plpgsql, if everything else that is said of it does not matter.
fn options(mut c: Cursor<'_>) -> Parsed<String> {
    let mut code = None;
    let mut plpgsql = false;
    while !c.done() {
        if c.eat("RETURNS") {
            c.ident()?;
        } else if c.eat("LANGUAGE") {
            let language = match c.kind(0) {
                Some(Lex::Text) => c.string()?,
                _ => c.ident()?,
            };
            plpgsql = language.eq_ignore_ascii_case("plpgsql");
        } else if c.eat("AS") {
            code = Some(c.string()?);
        } else if c.eats(&["SECURITY", "DEFINER"]) || c.eats(&["SECURITY", "INVOKER"]) {
            // Whose rights it has says nothing about rows.
        } else if c.eats(&["SET", "search_path"]) {
            usual_path(&mut c)?;
        } else if c.eat_any(&["VOLATILE", "STABLE", "IMMUTABLE"]).is_none() {
            return c.expected("what a function is made of");
        }
    }
    match code {
        Some(code) if plpgsql => Ok(code),
        _ => unclear("its function is not in plpgsql"),
    }
}

/// `= public, pg_temp`: where names are looked for, as they are without it. With less than that a name
/// that is found is the same one.
fn usual_path(c: &mut Cursor<'_>) -> Parsed<()> {
    const USUAL: &[&str] = &["", "public", "pg_catalog", "pg_temp"];
    if !c.eat_op("=") {
        c.expect("TO")?;
    }
    loop {
        let schema = match c.kind(0) {
            Some(Lex::Text) => c.string()?,
            _ => c.ident()?,
        };
        if !USUAL.contains(&schema.as_str()) {
            return unclear("a function that looks for names elsewhere");
        }
        if !c.eat_op(",") {
            return Ok(());
        }
    }
}

/// Reads code to its end.
fn read<T>(code: &str, grammar: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>) -> Result<T, String> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code)?;
    let mut c = Cursor::new(&source, &toks);
    let read = grammar(&mut c)?;
    c.eat_op(";");
    c.finish()?;
    Ok(read)
}

/// `BEGIN [IF condition THEN] NEW.a := b; … [RETURN NEW; ELSE RETURN OLD; END IF;] RETURN NEW; END`, with
/// messages that are no errors.
fn row(c: &mut Cursor<'_>) -> Parsed<RowSets> {
    c.expect("BEGIN")?;
    let mut row = RowSets::default();
    let mut returned = false;
    if c.eat("IF") {
        let condition = steps::condition(c.until(|c| c.is("THEN")))?;
        c.expect("THEN")?;
        row.sets = assignments(c)?;
        returned = returns(c, NEW)?;
        if c.eat("ELSE") {
            row.or_old = returns(c, OLD)?;
            returned &= row.or_old || returns(c, NEW)?;
        } else {
            returned = false;
        }
        if row.or_old && !is_another(&condition) {
            return unclear("it writes the row before in the place of another one");
        }
        c.expect("END")?;
        c.expect("IF")?;
        c.expect_op(";")?;
        if !is_already(&condition, &row.sets) {
            row.condition = Some(condition);
        }
    } else {
        row.sets = assignments(c)?;
    }
    if !returned {
        c.expect("RETURN")?;
        c.expect("NEW")?;
        c.expect_op(";")?;
    }
    c.expect("END")?;
    Ok(row)
}

/// `RETURN row;`, if it stands there.
fn returns(c: &mut Cursor<'_>, row: &str) -> Parsed<bool> {
    let is = c.eats(&["RETURN", row]);
    if is {
        c.expect_op(";")?;
    }
    Ok(is)
}

/// `NEW IS DISTINCT FROM OLD`: where that does not hold, the two are equal.
fn is_another(condition: &Expr) -> bool {
    let is_row = |expr: &Expr, row: &str| *expr == Expr::column(row);
    matches!(condition, Expr::IsDistinct { left, right, negated: false }
        if (is_row(left, NEW) && is_row(right, OLD)) || (is_row(left, OLD) && is_row(right, NEW)))
}

/// Whether a condition only asks whether the one column that is set has another value than the moment
/// that it gets: moments that are equal are the same.
fn is_already(condition: &Expr, sets: &[Assignment]) -> bool {
    let [set] = sets else { return false };
    let is_now = match &set.value {
        Expr::Call(call) => call.name.name == "now",
        Expr::Keyword(word, None) => *word == "CURRENT_TIMESTAMP",
        _ => false,
    };
    let is_own = |expr: &Expr| {
        matches!(expr, Expr::Column { table: Some(row), column }
            if row.name == NEW && set.columns.first() == Some(column))
    };
    is_now
        && matches!(condition, Expr::IsDistinct { left, right, negated: false }
            if (is_own(left) && **right == set.value) || (is_own(right) && **left == set.value))
}

fn assignments(c: &mut Cursor<'_>) -> Parsed<Vec<Assignment>> {
    let mut all = Vec::new();
    loop {
        if steps::is_message(c) {
            c.until(|c| c.is_op(";"));
            c.expect_op(";")?;
            continue;
        }
        if !c.is(NEW) || !c.is_op_at(1, ".") {
            return Ok(all);
        }
        c.skip(2);
        let column = c.ident()?;
        if !c.eat_op("=") && !c.eat_op(":=") {
            c.expect_op(":")?;
            c.expect_op("=")?;
        }
        let value = expr(c.until(|c| c.is_op(";")))?;
        c.expect_op(";")?;
        all.push(Assignment {
            columns: vec![column],
            value,
        });
    }
}

fn expr(c: Cursor<'_>) -> Parsed<Expr> {
    parse_expr(Syntax::Postgres, c.as_written()).or_else(unclear)
}

/// What a function of one argument executes, if that is all it does.
fn defines(mut arguments: Cursor<'_>, rest: Cursor<'_>) -> Option<Vec<Vec<String>>> {
    let argument = arguments.ident().ok()?;
    if !arguments.eat("REGCLASS") || !arguments.done() {
        return None;
    }
    let code = options(rest).ok()?;
    let statements = read(&code, |c| {
        c.expect("BEGIN")?;
        let mut statements = Vec::new();
        while c.eat("EXECUTE") {
            statements.push(template(c.until(|c| c.is_op(";")), &argument)?);
            c.expect_op(";")?;
        }
        c.expect("END")?;
        Ok(statements)
    });
    statements.ok().filter(|statements| !statements.is_empty())
}

/// `format('… %s …', argument)`: what stands between the argument.
fn template(mut c: Cursor<'_>, argument: &Ident) -> Parsed<Vec<String>> {
    c.expect("FORMAT")?;
    let mut given = c.group()?;
    c.finish()?;
    let text = given.string()?;
    let parts: Vec<String> = text.split("%s").map(str::to_owned).collect();
    let defines = ["CREATE TRIGGER ", "DROP TRIGGER "];
    if parts.iter().any(|part| part.contains('%'))
        || !defines.iter().any(|verb| text.starts_with(verb))
    {
        return unclear("a statement that is not made of a table's name");
    }
    for _ in 1..parts.len() {
        given.expect_op(",")?;
        if given.ident()? != *argument {
            return unclear("a statement made of more than the argument");
        }
    }
    given.finish()?;
    Ok(parts)
}
