//! Variables of a trigger's function that begin as the row after the change and are returned in its place:
//! whoever sets a field of one sets the row's.
//!
//! Such a variable is read as another name of `NEW`. That is the same while nobody looks at both: the row
//! itself stays what it was when a field of its copy is set.

use super::cursor::{Cursor, Source};
use super::lex::{self, Tok};
use crate::schema::{Ident, NEW};
use crate::sql::Syntax;

/// Code without variables that are the row, if it has any.
pub(super) fn without(code: &str) -> Option<String> {
    let mut without = None;
    // Each time one goes.
    while let Some(less) = without_one(without.as_deref().unwrap_or(code)) {
        without = Some(less);
    }
    without
}

fn without_one(code: &str) -> Option<String> {
    let source = Source::new(Syntax::Postgres, code);
    let toks = lex::tokens(Syntax::Postgres, code).ok()?;
    let tokens = Tokens {
        begin: Cursor::new(&source, &toks),
        toks: &toks,
    };
    let main = (0..toks.len()).find(|at| tokens.is(*at, "BEGIN"))?;
    let mut entry = 0;
    while entry < main {
        entry += usize::from(tokens.is(entry, "DECLARE"));
        let end = (entry..main).find(|at| tokens.is(*at, ";"))?;
        let found = tokens.record(entry, end, main);
        if let Some(text) = found.and_then(|record| tokens.put(code, &record)) {
            return Some(text);
        }
        entry = end + 1;
    }
    None
}

/// A variable that begins as the row: its name, and the tokens that make it so.
struct Record {
    name: Ident,
    declared: (usize, usize),
    assigned: Option<(usize, usize)>,
}

struct Tokens<'t> {
    begin: Cursor<'t>,
    toks: &'t [Tok],
}

impl Tokens<'_> {
    fn text(&self, at: usize) -> &str {
        self.toks.get(at).map_or("", |tok| self.begin.text_of(*tok))
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.text(at).eq_ignore_ascii_case(word)
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.text(at))
    }

    /// The name that stands somewhere.
    fn name(&self, at: usize) -> Option<Ident> {
        let mut c = self.begin;
        c.skip(at);
        c.ident().ok()
    }

    /// How many tokens `:= NEW;` has there.
    fn given(&self, at: usize) -> Option<usize> {
        let sign = match (self.text(at), self.text(at + 1)) {
            (":=" | "=", _) => 1,
            (":", "=") => 2,
            _ => return None,
        };
        (self.is(at + sign, NEW) && self.is(at + sign + 1, ";")).then_some(sign + 2)
    }

    /// `name record [:= NEW];`, and where it has no value there, `name := NEW;` as the first that is done.
    fn record(&self, entry: usize, end: usize, main: usize) -> Option<Record> {
        let name = self.name(entry)?;
        if !self.is(entry + 1, "record") {
            return None;
        }
        let declared = (entry, end + 1);
        if self
            .given(entry + 2)
            .is_some_and(|given| entry + 2 + given == end + 1)
        {
            return Some(Record {
                name,
                declared,
                assigned: None,
            });
        }
        if entry + 2 != end || self.name(main + 1)? != name {
            return None;
        }
        let given = self.given(main + 2)?;
        Some(Record {
            name,
            declared,
            assigned: Some((main + 1, main + 2 + given)),
        })
    }

    /// The code with the row in the place of a variable; nothing if the two may differ where it looks at
    /// them.
    fn put(&self, code: &str, record: &Record) -> Option<String> {
        let gone = |at: usize| {
            let parts = [Some(record.declared), record.assigned];
            let mut parts = parts.into_iter().flatten();
            parts.any(|(from, to)| (from..to).contains(&at))
        };
        let used = |at: &usize| !gone(*at) && self.before(*at) != ".";
        let own: Vec<usize> = (0..self.toks.len())
            .filter(|at| used(at) && self.name(*at).as_ref() == Some(&record.name))
            .collect();
        // As a table, a column or a value it is something else than the row.
        let is_field = |at: usize| self.text(at + 1) == "." && self.name(at + 2).is_some();
        let is_returned = |at: usize| self.before(at).eq_ignore_ascii_case("RETURN");
        let is_whole = |at: usize| is_returned(at) && self.text(at + 1) == ";";
        if !own.iter().all(|at| is_field(*at) || is_whole(*at)) {
            return None;
        }
        let fields: Vec<Ident> = own.iter().filter_map(|at| self.name(at + 2)).collect();
        let begins = record.assigned.map_or(0, |(_, end)| end);
        let mut row = (begins..self.toks.len()).filter(|at| used(at) && self.is(*at, NEW));
        let same = |at: usize| {
            let of_copy = self
                .name(at + 2)
                .is_some_and(|field| fields.contains(&field));
            !(self.is_given(at) || is_field(at) && of_copy)
        };
        if !row.all(same) {
            return None;
        }
        let mut text = String::new();
        let mut from = 0;
        for (at, tok) in self.toks.iter().enumerate() {
            let put = own.contains(&at);
            // Nobody declares anything else.
            let lone = self.is(at, "DECLARE")
                && record.declared == (at + 1, record.declared.1)
                && self.is(record.declared.1, "BEGIN");
            if put || lone || gone(at) {
                text.push_str(code.get(from..tok.start)?);
                text.push_str(if put { NEW } else { " " });
                from = tok.end;
            }
        }
        text.push_str(code.get(from..)?);
        Some(text)
    }

    /// Whether the row that stands somewhere is given a value, or is what is returned.
    fn is_given(&self, at: usize) -> bool {
        const BEGINNINGS: &[&str] = &[";", "THEN", "ELSE", "BEGIN", "LOOP"];
        let is_first = |at: usize| {
            let before = self.before(at);
            BEGINNINGS
                .iter()
                .any(|word| before.eq_ignore_ascii_case(word))
        };
        let first = (0..=at).rev().find(|at| is_first(*at)).unwrap_or(0);
        let into = (first..at).any(|at| self.is(at, "INTO"));
        let before = self.before(at);
        is_first(at)
            || self.is(first, "RETURN")
            || into
                && [",", "INTO", "STRICT"]
                    .iter()
                    .any(|word| before.eq_ignore_ascii_case(word))
    }
}
