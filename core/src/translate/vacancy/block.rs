//! When a `DO` block with variables and loops does nothing.

use std::collections::HashSet;

use super::{Facts, Vacancy, computes, is_quiet, of_statement, only_computes};
use crate::schema::{
    BinaryOp, Change, Cte, DataStatement, Expr, Literal, Name, Part, Replay, Schema, Table, Trigger,
};
use crate::sql::{self, Doing, StatementTrigger, Syntax};

/// When a block does nothing; `None` if the statement is no block that is read.
pub(in crate::translate) fn of_block(
    statement: &str,
    replay: &Replay,
    facts: Facts<'_>,
) -> Option<Vacancy> {
    let doings = sql::doings(statement)?;
    let block = Block {
        replay,
        facts,
        level: None,
    };
    Some(block.all(&doings))
}

/// Whether a trigger that runs for a whole statement does nothing where that changes no row: what it is
/// told of is all that it goes by.
pub(in crate::translate) fn is_idle_without_rows(
    trigger: &Trigger,
    schema: &Schema,
    code: &HashSet<String>,
) -> bool {
    const TAG: &str = "$aludel$";
    let whole = StatementTrigger::of_text(&trigger.text);
    let (Some(whole), Some(does)) = (whole, &trigger.does) else {
        return false;
    };
    let Some(table) = schema.table(&trigger.table) else {
        return false;
    };
    if does.code.is_empty() || does.code.contains(TAG) {
        return false;
    }
    let mut schema = schema.clone();
    for name in &whole.rows {
        let mut rows = Table::new(Name::bare(name.clone()));
        rows.columns.clone_from(&table.columns);
        schema.put_table(rows);
    }
    let replay = Replay::on(Syntax::Postgres, schema.clone());
    let facts = Facts {
        schema: &schema,
        code,
    };
    let text = format!("DO {TAG}{}{TAG}", does.code);
    let block = Block {
        replay: &replay,
        facts,
        level: Some("STATEMENT"),
    };
    let doings = sql::doings(&text);
    let vacancy = doings.map(|doings| block.all(&doings));
    vacancy.is_some_and(|vacancy| {
        let is_told = |name: &Name| name.schema.is_none() && whole.rows.contains(&name.name);
        vacancy.tables(is_told).is_some()
    })
}

/// Whether a part of a WITH changes rows.
fn writes(cte: &Cte) -> bool {
    !matches!(*cte.body, DataStatement::Query(_))
}

/// When the parts of a query's WITH do nothing.
fn of_parts(statement: &DataStatement, facts: Facts<'_>) -> Vacancy {
    if !is_quiet(statement, facts) {
        return Vacancy::never();
    }
    let parts = statement.with().iter().filter(|cte| writes(cte));
    parts.fold(Vacancy::always(), |all, cte| {
        all.and(of_statement(&cte.body, facts))
    })
}

#[derive(Clone, Copy)]
struct Block<'a> {
    replay: &'a Replay,
    facts: Facts<'a>,
    /// What `TG_LEVEL` is, in a trigger's function.
    level: Option<&'a str>,
}

impl Block<'_> {
    fn all(self, doings: &[Doing]) -> Vacancy {
        let each = doings.iter().map(|doing| self.one(doing));
        each.fold(Vacancy::always(), Vacancy::and)
    }

    fn one(self, doing: &Doing) -> Vacancy {
        match doing {
            Doing::Reads(text) => self.reads(text),
            Doing::Statement(text) => match self.data(text) {
                // What it gives goes to variables, or nowhere: it does what its parts do.
                Some(statement @ DataStatement::Query(_))
                    if statement.with().iter().any(writes) =>
                {
                    of_parts(&statement, self.facts)
                }
                Some(statement @ DataStatement::Query(_))
                    if only_computes(Part::Data(&statement), self.facts) =>
                {
                    Vacancy::always()
                }
                Some(statement) => of_statement(&statement, self.facts),
                None => Vacancy::never(),
            },
            Doing::Branches(branches) => {
                let each = branches.iter().map(|(condition, doings)| {
                    let Some(condition) = condition else {
                        return self.all(doings);
                    };
                    if self.is_of_another_level(condition) {
                        return Vacancy::always();
                    }
                    // A condition is what a row without a FROM is filtered by.
                    let asked = self.data(&format!("SELECT 1 WHERE {condition}"));
                    let skipped =
                        asked.map_or_else(Vacancy::never, |asked| of_statement(&asked, self.facts));
                    self.reads(condition).and(self.all(doings).or(skipped))
                });
                each.fold(Vacancy::always(), Vacancy::and)
            }
            Doing::Loop(None, doings) => self.all(doings),
            Doing::Loop(Some(query), doings) => {
                let Some(statement @ DataStatement::Query(_)) = self.data(query) else {
                    return Vacancy::never();
                };
                if !is_quiet(&statement, self.facts) {
                    return Vacancy::never();
                }
                let no_rows = of_statement(&statement, self.facts);
                let changes = statement.with().iter().any(writes);
                match !changes && only_computes(Part::Data(&statement), self.facts) {
                    true => no_rows.or(self.all(doings)),
                    false => no_rows,
                }
            }
            Doing::Other => Vacancy::never(),
        }
    }

    /// `TG_LEVEL = 'ROW'`, where it is not.
    fn is_of_another_level(self, condition: &str) -> bool {
        let Ok(Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        }) = sql::parse_expr(Syntax::Postgres, condition)
        else {
            return false;
        };
        let (
            Expr::Column {
                table: None,
                column,
            },
            Expr::Literal(Literal::Text(level)),
        ) = (*left, *right)
        else {
            return false;
        };
        column == "tg_level" && self.level.is_some_and(|own| own != level)
    }

    fn reads(self, text: &str) -> Vacancy {
        match sql::calls(text, &|name| computes(name, self.facts)) {
            true => Vacancy::always(),
            false => Vacancy::never(),
        }
    }

    /// The one statement on rows that a text is, its names resolved.
    fn data(self, text: &str) -> Option<DataStatement> {
        let mut changes = sql::parse(Syntax::Postgres, text);
        match (changes.pop(), changes.is_empty()) {
            (Some(Change::Data(statement)), true) => Some(self.replay.resolve(statement)),
            _ => None,
        }
    }
}
