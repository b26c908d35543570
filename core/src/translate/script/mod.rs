//! Translating scripts one after the other, in the order of their revisions.

mod audience;
mod change;
mod function;
mod mysql;
mod routines;
mod translated;

use std::collections::HashSet;
use std::sync::Arc;

use super::aside::{self, Aside};
use super::block::{Act, Block, answer, block, run};
use super::carry::Carrier;
use super::drawn::Drawn;
use super::expand::expand;
use super::if_there::{self, IfThere};
use super::infer::makes_nothing;
use super::inline::inline;
use super::named::name_columns;
use super::plain::Plain;
use super::session::Session;
use super::sets;
use super::target::{Omission, Refusal, Target};
use super::unread::Unread;
use super::vacancy::{self, Facts};
use crate::driver::Dialect;
use crate::schema::{
    Change, DataStatement, Effect, Function, Ident, Name, Programs, Replay, ReplayProblem, Schema,
    TableEffect,
};
use crate::sql::{self, Syntax};
use routines::Routines;
use translated::finish;

pub use audience::{Audience, audience};
pub(in crate::translate) use change::without_effect;
pub use translated::Translated;

/// Translates scripts of one dialect into another, keeping both schemas.
///
/// Scripts are given in the order in which their revisions are applied, from base: what a script
/// means depends on what was there before.
#[derive(Clone)]
pub struct Translator<'a> {
    authored: Replay,
    programs: Programs,
    /// What code that no replay understands may have made.
    unread: Unread,
    /// Tables that have another name until they go.
    aside: Aside,
    /// Tables all of whose triggers are switched off, those that are foreign keys too.
    unenforced: HashSet<Name>,
    /// Functions and procedures of the scripts', by their names without the schema.
    routines: Routines,
    /// The names of aggregates.
    aggregates: HashSet<String>,
    /// Functions with which something was made that lasts, written out.
    inlined: Vec<Name>,
    /// Functions that are code, by the statements of this script that make them.
    made_here: Vec<(usize, Name, Vec<Vec<String>>)>,
    /// What of this script asks whether something is there, by its statements.
    asking: Vec<(usize, IfThere)>,
    /// What this script has set for its session.
    session: Session,
    /// Columns of the statement at hand that are sets of MySQL's.
    sets: Vec<Ident>,
    /// Which sequences have given a number in the script at hand.
    drawn: Drawn,
    /// What the authored engine holds, without domains.
    plain: Plain,
    source: &'a dyn Dialect,
    dialect: &'a dyn Dialect,
    carrier: Carrier<'a>,
}

impl<'a> Translator<'a> {
    /// A translator from `source`'s dialect to `dialect`'s, from an empty schema. `None` if
    /// `dialect` is no target of translations.
    pub fn new(source: &'a dyn Dialect, dialect: &'a dyn Dialect) -> Option<Self> {
        let target: &'a dyn Target = dialect.target()?;
        Some(Self {
            authored: Replay::new(source.syntax())
                .flavour(source.server().flavour())
                .version(source.server().version()),
            programs: Programs::default(),
            unread: Unread::default(),
            aside: Aside::default(),
            unenforced: HashSet::new(),
            routines: Routines::default(),
            aggregates: HashSet::new(),
            inlined: Vec::new(),
            made_here: Vec::new(),
            asking: Vec::new(),
            session: Session::default(),
            sets: Vec::new(),
            drawn: Drawn::default(),
            plain: Plain::default(),
            source,
            dialect,
            carrier: Carrier::new(
                target,
                source.syntax(),
                dialect.syntax(),
                match dialect.syntax() {
                    Syntax::Sqlite => Schema::ignoring_case(),
                    Syntax::Postgres | Syntax::Mysql => Schema::default(),
                },
            ),
        })
    }

    /// Takes every table for one with rows: what has no form where there are some is refused, also if
    /// no script puts any there.
    #[must_use]
    pub fn expecting_rows(mut self) -> Self {
        self.carrier.filled.add_any();
        self
    }

    /// Takes every view for one that an application reads: one that has no form is refused. It is left
    /// out otherwise, and said.
    #[must_use]
    pub fn expecting_readers(mut self) -> Self {
        self.carrier.needs_views = true;
        self
    }

    /// Takes every table for one that an application writes: a trigger that has no form is refused. One
    /// that fails stands for it otherwise, and that is said.
    #[must_use]
    pub fn expecting_writers(mut self) -> Self {
        self.carrier.needs_triggers = true;
        self
    }

    /// Names the revision whose script comes next, for what is said when it runs.
    pub fn in_revision(&mut self, name: &str) {
        self.carrier.revision = Some(name.to_owned());
    }

    /// What the authored engine holds by now.
    pub fn authored(&self) -> &Schema {
        self.authored.schema()
    }

    /// What the target holds by now.
    pub fn held(&self) -> &Schema {
        self.carrier.held()
    }

    /// Translates a script.
    ///
    /// `statements` are those that either engine runs, each with the number by which the answer
    /// speaks of it.
    pub fn translate<'s>(
        &mut self,
        statements: impl IntoIterator<Item = (usize, &'s str, Audience)>,
    ) -> Translated {
        let statements: Vec<(usize, &str, Audience)> = statements.into_iter().collect();
        let two =
            self.source.syntax() == Syntax::Postgres && self.dialect.syntax() != Syntax::Postgres;
        let droppings = match two {
            true => aside::droppings(&statements),
            false => Vec::new(),
        };
        for (place, (index, body, audience)) in statements.iter().enumerate() {
            let authored = &self.authored;
            let made = (self.aside).make_way(&statements, place, &droppings, authored);
            for change in made {
                self.make_change(*index, change);
            }
            self.statement(*index, body, *audience);
        }
        self.carrier.flush(self.plain.of(self.authored.schema()));
        self.carrier
            .make_all_again(self.plain.of(self.authored.schema()));
        self.mark_guards();
        self.end_script();
        let mut translated = finish(self.carrier.take());
        let asking = std::mem::take(&mut self.asking);
        if_there::say(&mut translated.statements, &asking, self.dialect.syntax());
        translated
    }

    /// Takes note of a revision that the target runs as a script of its own: both schemas follow,
    /// each by its own script. What is wrong with either is for whoever runs it to say.
    pub fn overridden(&mut self, authored: &[String], own: &[String]) {
        self.follow_both(authored, own);
    }

    /// What a script of the authored engine's and one of the target's own do, each to its own; what the
    /// first did.
    fn follow_both(&mut self, authored: &[String], own: &[String]) -> Vec<TableEffect> {
        let mut touched = Vec::new();
        for body in authored {
            self.replay(body, &mut touched);
        }
        self.end_script();
        let replaced = self.replay_own(own);
        self.carrier
            .settle(&touched, &replaced, self.plain.of(self.authored.schema()));
        self.mark_guards();
        if !own.is_empty() {
            self.carrier
                .settle_views(self.plain.of(self.authored.schema()));
        }
        self.carrier.take();
        touched
    }

    /// Takes note of a revision that was refused: the authored engine has run it, the target has not. What
    /// comes after it and stands on what it was to make is refused.
    pub fn passed_over(&mut self, authored: &[String]) {
        let touched = self.follow_both(authored, &[]);
        self.carrier.pass_over(&touched);
    }

    /// Takes note of the triggers for which guards stand now.
    fn mark_guards(&mut self) {
        for guard in self.carrier.take_marked() {
            self.authored.stands_for_trigger(guard);
        }
    }

    /// Takes note of a statement that is not understood.
    fn unread(&mut self, body: &str) {
        if self.source.syntax() == Syntax::Postgres {
            let known = |name: &str| makes_nothing(name) && !self.carrier.code.contains(name);
            let reach = sql::reach(body, &known);
            self.reached(reach);
        }
    }

    fn reached(&mut self, reach: sql::Reach) {
        self.drawn.forget();
        self.unread.add(reach);
        let unread = &self.unread;
        self.authored
            .functions_reached(&|name| unread.reaches(name));
        self.routines.reached(&|name| unread.reaches(name));
    }

    fn end_script(&mut self) {
        self.authored.end_script();
        self.plain.follow(self.authored.schema(), &mut Vec::new());
        self.programs.end_script();
        self.session.end();
        self.carrier.end_script();
        self.drawn.forget();
        self.made_here.clear();
        self.aside = Aside::default();
    }

    /// Replays an authored statement, which the authored engine alone runs: it will say itself what
    /// it does not take.
    fn replay(&mut self, body: &str, touched: &mut Vec<TableEffect>) {
        let followed = self.follow(body, &mut |this, act| match act {
            Act::Statement(text) => this.replay_one(&text, touched),
            Act::Data(statement) => {
                this.apply(&Change::Data(statement)).ok();
            }
            Act::Change(change) => {
                this.apply(&change).ok();
            }
            Act::Assert(..) => {}
        });
        if let Followed::Not | Followed::Unclear(_) = followed {
            self.replay_one(body, touched);
        }
    }

    fn replay_one(&mut self, body: &str, touched: &mut Vec<TableEffect>) {
        for change in self.changes(body) {
            self.note(&change, body);
            let effects = self.apply(&change).unwrap_or_default();
            self.plain.take_parts();
            for effect in effects {
                if let Effect::View {
                    after: Some(view), ..
                } = &effect
                {
                    self.carrier.forget_view(&view.name);
                }
                touched.extend(table_effect(effect));
            }
        }
    }

    /// Takes note of code that may make things which no replay knows of: a change that `body` is.
    fn note(&mut self, change: &Change, body: &str) {
        const HARMLESS: &[&str] = &[
            "CREATE PROCEDURE",
            "DROP PROCEDURE",
            "CREATE AGGREGATE",
            "CREATE DOMAIN",
            "ALTER FUNCTION",
            "ALTER PROCEDURE",
        ];
        self.routines.note(change, body);
        if let Change::CreateFunction { name, does, .. } = change {
            match does {
                // A call may be one of the aggregate, if others have its name too.
                Function::Aggregate => {
                    Arc::make_mut(&mut self.carrier.code).remove(&name.name);
                    self.aggregates.insert(name.name.clone());
                }
                Function::Code if !self.aggregates.contains(&name.name) => {
                    Arc::make_mut(&mut self.carrier.code).insert(name.name.clone());
                }
                _ => {}
            }
        }
        if let Change::RenameFunction { function, to } = change
            && self.carrier.code.contains(&function.name.name)
        {
            Arc::make_mut(&mut self.carrier.code).insert(to.name.clone());
        }
        match change {
            // What it calls may be known to change rows at most.
            Change::Opaque(opaque)
                if opaque.what == "CALL" && self.routines.calls_nothing(body) => {}
            Change::Opaque(opaque) if !HARMLESS.contains(&opaque.what.as_str()) => {
                self.unread(body);
            }
            Change::Data(_) if !self.carrier.code.is_empty() => {
                let known = |name: &str| {
                    !self.carrier.code.contains(name) || self.routines.makes_nothing(name)
                };
                if let reach @ sql::Reach::Anything = sql::reach(body, &known) {
                    self.reached(reach);
                }
            }
            _ => {}
        }
    }

    /// Gives what a block of PostgreSQL's comes to, or a program of MySQL's, statement after
    /// statement, each of which is to be replayed before the next is asked for.
    fn follow(&mut self, body: &str, each: &mut dyn FnMut(&mut Self, Act)) -> Followed {
        match self.source.syntax() {
            Syntax::Postgres => {
                let called = self.routines.called(body, &self.authored);
                let of_call = called.is_some();
                let found = match called {
                    Some((block, given)) => run(block, &given, &self.authored, &self.unread),
                    None => block(body, &self.authored, &self.unread),
                };
                return match found {
                    // A call that is not understood is refused as one.
                    Some(Block::Unclear(_)) if of_call => Followed::Not,
                    None => Followed::Not,
                    Some(Block::Idle(changes)) => Followed::Idle(changes),
                    Some(Block::Acts(acts)) => {
                        for act in acts {
                            each(self, act);
                        }
                        Followed::Whole
                    }
                    Some(Block::Unclear(why)) => Followed::Unclear(why),
                };
            }
            Syntax::Sqlite => return Followed::Not,
            Syntax::Mysql => {}
        }
        let Some(mut running) = self.programs.begin(body) else {
            return Followed::Not;
        };
        if running.defines() {
            let defined = self.programs.next(&mut running, self.authored.schema());
            return defined.map_or(Followed::Not, |_| Followed::Defined);
        }
        let mut begun = false;
        loop {
            match self.programs.next(&mut running, self.authored.schema()) {
                Ok(Some(text)) => {
                    begun = true;
                    each(self, Act::Statement(text));
                }
                Ok(None) => return Followed::Whole,
                Err(why) if begun => return Followed::Until(why),
                Err(_) => return Followed::Not,
            }
        }
    }

    /// What an authored statement does.
    fn changes(&mut self, body: &str) -> Vec<Change> {
        let syntax = self.source.syntax();
        let mut changes = sql::parse(syntax, body);
        for change in &mut changes {
            if syntax == Syntax::Postgres {
                name_columns(change);
            }
            inline(change, &self.authored, &mut self.inlined);
            if self.dialect.syntax() != Syntax::Mysql {
                self.sets.extend(sets::as_members(change));
            }
            self.answer(change);
        }
        let mut changes = changes.into_iter();
        // Nearly always it is one, and changes are large: they are not moved to another list.
        let first = changes.next();
        let mut all = first.map_or_else(Vec::new, |change| expand(change, &self.authored, syntax));
        all.extend(changes.flat_map(|change| expand(change, &self.authored, syntax)));
        all
    }

    /// Writes out what PostgreSQL's catalogues have for a statement on rows: no other engine has them.
    fn answer(&self, change: &mut Change) {
        let two =
            self.source.syntax() == Syntax::Postgres && self.dialect.syntax() != Syntax::Postgres;
        if let (Change::Data(statement), true) = (change, two) {
            answer(statement, &self.authored, &self.unread);
        }
    }

    /// Applies a change, and says what it did to the schema as targets see it.
    fn apply(&mut self, change: &Change) -> Result<Vec<Effect>, ReplayProblem> {
        let mut effects = self.authored.apply(change)?;
        self.plain.follow(self.authored.schema(), &mut effects);
        Ok(effects)
    }

    fn replay_own<S: AsRef<str>>(&mut self, own: &[S]) -> Vec<TableEffect> {
        let syntax = self.dialect.syntax();
        let server = self.dialect.server();
        let (mut replaced, mut data, mut anything) = (Vec::new(), Vec::new(), false);
        self.carrier.replace_held(|held| {
            let mut replay = Replay::on(syntax, held)
                .flavour(server.flavour())
                .version(server.version());
            for body in own {
                for change in sql::parse(syntax, body.as_ref()) {
                    match &change {
                        Change::Data(statement) => {
                            let statement = replay.resolve(statement.clone());
                            data.push(statement);
                        }
                        Change::Opaque(_) => anything = true,
                        _ => {}
                    }
                    let effects = replay.apply(&change).unwrap_or_default();
                    replaced.extend(effects.into_iter().filter_map(table_effect));
                }
            }
            replay.into_schema()
        });
        self.carrier.filled_by(&data, anything);
        replaced
    }

    fn statement(&mut self, index: usize, body: &str, audience: Audience) {
        if audience != Audience::Both {
            self.drawn.forget();
        }
        match audience {
            Audience::Target => {
                self.carrier.flush(self.plain.of(self.authored.schema()));
                self.carrier.verbatim(index, body);
                let replaced = self.replay_own(&[body]);
                self.carrier
                    .settle(&[], &replaced, self.plain.of(self.authored.schema()));
                self.carrier
                    .settle_views(self.plain.of(self.authored.schema()));
                self.mark_guards();
            }
            Audience::Authored => {
                self.carrier.flush(self.plain.of(self.authored.schema()));
                let mut touched = Vec::new();
                self.replay(body, &mut touched);
                self.carrier
                    .settle(&touched, &[], self.plain.of(self.authored.schema()));
                self.mark_guards();
            }
            Audience::Both => {
                if let Some(refusal) = self.session.reads_otherwise(body) {
                    self.carrier.refuse(index, refusal);
                }
                let followed = self.follow(body, &mut |this, act| this.act(index, act, body));
                match followed {
                    Followed::Whole => {}
                    Followed::Not => {
                        let refusal =
                            || Refusal::new("opaque", "DO is understood by its own engine only");
                        if !self.left_out(index, body, refusal) {
                            self.render(index, body);
                        }
                    }
                    Followed::Idle(changes) => {
                        for change in changes {
                            self.change(index, change, body);
                        }
                    }
                    Followed::Unclear(why) => {
                        self.drawn.forget();
                        let message = format!("DO is not understood here: {why}");
                        let refusal = Refusal::new("opaque", message);
                        if !self.left_out(index, body, || refusal.clone()) {
                            self.unread(body);
                            self.carrier.flush(self.plain.of(self.authored.schema()));
                            self.carrier.refuse(index, refusal);
                        }
                    }
                    Followed::Defined => {
                        let what = "a procedure that defines things: what a CALL of it comes to is translated";
                        self.carrier.omit(index, Omission::new("procedure", what));
                    }
                    Followed::Until(why) => {
                        let message = format!("a program is not understood here: {why}");
                        self.carrier.refuse(index, Refusal::new("opaque", message));
                    }
                }
            }
        }
    }

    /// Leaves a block out that does nothing for want of rows; false if it is no such block.
    fn left_out(&mut self, index: usize, body: &str, refusal: impl FnOnce() -> Refusal) -> bool {
        if self.source.syntax() != Syntax::Postgres {
            return false;
        }
        let schema = self.plain.of(self.authored.schema());
        let code = self.carrier.code.clone();
        let facts = Facts {
            schema,
            code: &code,
        };
        let vacancy = vacancy::of_block(body, &self.authored, facts);
        vacancy.is_some_and(|vacancy| {
            self.drawn.forget();
            let refusal = refusal();
            self.carrier.leave_out(index, &vacancy, &refusal, schema)
        })
    }

    /// Does what a block that `body` is comes to.
    fn act(&mut self, index: usize, act: Act, body: &str) {
        match act {
            Act::Statement(text) => self.render(index, &text),
            Act::Data(statement) => {
                let mut change = Change::Data(statement);
                inline(&mut change, &self.authored, &mut self.inlined);
                self.answer(&mut change);
                self.change(index, change, body);
            }
            Act::Change(change) => self.change(index, *change, body),
            Act::Assert(query, message) => {
                let mut change = Change::Data(DataStatement::Query(query));
                inline(&mut change, &self.authored, &mut self.inlined);
                if let Change::Data(statement) = change {
                    self.on_rows(index, statement, Some(&message));
                }
            }
        }
    }

    fn render(&mut self, index: usize, body: &str) {
        for change in self.changes(body) {
            self.change(index, change, body);
        }
    }
}

/// How far a statement was followed as a program.
#[derive(PartialEq)]
enum Followed {
    /// It is none, or not understood from its beginning.
    Not,
    /// It is a block that says nothing about tables and rows.
    Idle(Vec<Change>),
    /// It is a block that is read, and not understood.
    Unclear(String),
    /// It defines a procedure.
    Defined,
    /// To its end.
    Whole,
    /// Not to its end.
    Until(String),
}

fn replay_refusal(problem: ReplayProblem) -> Refusal {
    Refusal::new(problem.code, problem.message)
}

fn table_effect(effect: Effect) -> Option<TableEffect> {
    match effect {
        Effect::Table(effect) => Some(effect),
        _ => None,
    }
}
