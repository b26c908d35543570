//! Code of a trigger's function that only tells somebody of a change: it sends notifications and
//! messages, or refreshes a materialized view, and neither rows nor the schema are others after it.

use super::cursor::{Cursor, Parsed, unclear};

/// What may stand before a parenthesis in a value: functions that do nothing but give one, and
/// words.
const HARMLESS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "array_to_json",
    "case",
    "cast",
    "coalesce",
    "concat",
    "concat_ws",
    "date_trunc",
    "else",
    "exists",
    "extract",
    "format",
    "hstore",
    "in",
    "json_build_array",
    "json_build_object",
    "json_strip_nulls",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_strip_nulls",
    "left",
    "length",
    "lower",
    "md5",
    "not",
    "now",
    "nullif",
    "numeric",
    "or",
    "pg_notify",
    "quote_ident",
    "replace",
    "right",
    "row",
    "row_to_json",
    "select",
    "substring",
    "then",
    "to_char",
    "to_json",
    "to_jsonb",
    "upper",
    "varchar",
    "when",
    "where",
];

/// `[DECLARE …] BEGIN … END`.
pub(super) fn code(c: &mut Cursor<'_>) -> Parsed<()> {
    if c.eat("DECLARE") {
        while !c.is("BEGIN") {
            value(c.until(|c| c.is_op(";")))?;
            c.expect_op(";")?;
        }
    }
    c.expect("BEGIN")?;
    statements(c)?;
    c.expect("END")
}

fn statements(c: &mut Cursor<'_>) -> Parsed<()> {
    while !c.is_any(&["END", "ELSE", "ELSIF", "ELSEIF"]) {
        if c.done() {
            return c.expected("END");
        }
        if c.eat("IF") {
            branches(c)?;
        } else {
            statement(c.until(|c| c.is_op(";")))?;
        }
        c.expect_op(";")?;
    }
    Ok(())
}

fn branches(c: &mut Cursor<'_>) -> Parsed<()> {
    loop {
        value(c.until(|c| c.is("THEN")))?;
        c.expect("THEN")?;
        statements(c)?;
        if c.eat("ELSIF") || c.eat("ELSEIF") {
            continue;
        }
        if c.eat("ELSE") {
            statements(c)?;
        }
        c.expect("END")?;
        return c.expect("IF");
    }
}

fn statement(mut c: Cursor<'_>) -> Parsed<()> {
    const LEVELS: &[&str] = &["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"];
    // A materialized view is always fresh where it is another engine's.
    let tells = c.starts(&["REFRESH", "MATERIALIZED", "VIEW"])
        || (c.is("PERFORM") && (c.is_at(1, "PG_NOTIFY")))
        || c.is_any(&["NOTIFY", "RETURN", "NULL"])
        || (c.is("RAISE") && LEVELS.iter().any(|level| c.is_at(1, level)));
    // A variable of its own, and not a column of the row.
    let sets = [":", ":=", "="].iter().any(|sign| c.is_op_at(1, sign));
    if !tells && !sets {
        return unclear("it does more than tell of a change");
    }
    c.skip(1);
    value(c)
}

/// A value, with nothing in it that may do something.
pub(super) fn value(c: Cursor<'_>) -> Parsed<()> {
    let words: Vec<String> = c
        .rest()
        .iter()
        .map(|tok| c.text_of(*tok).to_ascii_lowercase())
        .collect();
    let calls = words.windows(2).filter(|pair| pair[1] == "(");
    let is_word =
        |word: &str| word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"');
    for pair in calls {
        if is_word(&pair[0]) && !HARMLESS.contains(&pair[0].as_str()) {
            return unclear("it calls a function");
        }
    }
    let writes = ["insert", "update", "delete", "execute", "into", "merge"];
    match words.iter().any(|word| writes.contains(&word.as_str())) {
        true => unclear("it writes"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::{Change, Function};
    use crate::sql::{Syntax, parse};

    fn tells(code: &str) -> bool {
        let made = parse(
            Syntax::Postgres,
            &format!("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ {code} $f$"),
        );
        let [
            Change::CreateFunction {
                does: Function::Trigger(function),
                ..
            },
        ] = made.as_slice()
        else {
            panic!("{made:?}")
        };
        function.tells_only()
    }

    #[test]
    fn code_that_only_tells_is_read_and_no_other() {
        for code in [
            "BEGIN PERFORM pg_notify('a', NEW.id::text); RETURN NEW; END;",
            "DECLARE p json; BEGIN IF NEW.s = 'x' THEN p = json_build_object('q', NEW.q); \
             PERFORM pg_notify('a', p::text); ELSE RAISE NOTICE 'no'; END IF; RETURN NULL; END",
            "BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY v; REFRESH MATERIALIZED VIEW w; RETURN NULL; END",
        ] {
            assert!(tells(code), "{code}");
        }
        for code in [
            "BEGIN PERFORM f(NEW.id); RETURN NEW; END;",
            "BEGIN PERFORM pg_notify('a', f(NEW.id)); RETURN NEW; END;",
            "BEGIN NEW.a := 1; PERFORM pg_notify('a', ''); RETURN NEW; END;",
            "BEGIN INSERT INTO t VALUES (1); PERFORM pg_notify('a', ''); RETURN NEW; END;",
            "BEGIN RAISE EXCEPTION 'no'; END;",
            "BEGIN IF f() THEN NULL; END IF; RETURN NEW; END;",
            "DECLARE x int := f(); BEGIN RETURN NEW; END;",
            "BEGIN EXECUTE 'DROP TABLE t'; RETURN NEW; END;",
            "BEGIN REFRESH MATERIALIZED VIEW v; DELETE FROM t; RETURN NEW; END;",
        ] {
            assert!(!tells(code), "{code}");
        }
    }
}
