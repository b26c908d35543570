//! Carrying over one change that a script makes.

use super::{Translator, replay_refusal};
use crate::schema::{
    Change, DataStatement, Effect, Ignored, Name, Opaque, TableAction, TableEffect,
};
use crate::sql::Syntax;
use crate::translate::if_there::IfThere;
use crate::translate::members::write_members;
use crate::translate::ordered::name_what_orders;
use crate::translate::partition::{self, Part};
use crate::translate::plain::plain_casts;
use crate::translate::present::present_moments;
use crate::translate::target::{Omission, Refusal};
use crate::translate::unenforced::{acts_on_others, acts_unchecked};
use crate::translate::unfold::unfold;
use crate::translate::vacancy::{self, Facts};
use crate::translate::{extension, inserted};

impl Translator<'_> {
    /// Makes a change, which `body` is or a part of it.
    pub(super) fn change(&mut self, index: usize, mut change: Change, body: &str) {
        self.aside.follow(&mut change, &self.authored);
        self.note(&change, body);
        if let Change::Ignored(Ignored::Extension) = change
            && let Some(refusal) = extension::dropped_along(body, self.authored.schema())
        {
            self.carrier.refuse(index, refusal);
            return;
        }
        self.make_change(index, change);
        self.mark_guards();
    }

    pub(super) fn make_change(&mut self, index: usize, change: Change) {
        let says_nothing = matches!(
            change,
            Change::Data(_) | Change::Ignored(_) | Change::Setting { .. } | Change::Transaction(_)
        );
        if !says_nothing {
            self.drawn.forget();
        }
        match change {
            Change::Opaque(opaque) => {
                if let Some(omission) = without_effect(self.source.syntax(), &opaque) {
                    self.carrier.omit(index, omission);
                    return;
                }
                self.carrier.flush(self.plain.of(self.authored.schema()));
                let mut message = format!("{} is understood by its own engine only", opaque.what);
                if let Some(why) = &opaque.why {
                    message = format!("{} is not understood here: {why}", opaque.what);
                }
                self.carrier.refuse(index, Refusal::new("opaque", message));
                // It marks the tables it names; it has no effects.
                self.apply(&Change::Opaque(opaque)).ok();
            }
            Change::CreateFunction { .. } => {
                self.function(index, &change);
                match self.apply(&change) {
                    Ok(effects) => {
                        for effect in &effects {
                            self.carrier.effect(
                                index,
                                effect,
                                self.plain.of(self.authored.schema()),
                            );
                        }
                    }
                    Err(problem) => self.carrier.refuse(index, replay_refusal(problem)),
                }
            }
            Change::Ignored(ignored) => self.carrier.omit(index, omission(ignored)),
            Change::Setting { name, value } => self.setting(index, &name, value.as_deref()),
            // The target runs the whole script in one transaction: see `docs/translation.md`.
            Change::Transaction("ROLLBACK" | "ROLLBACK TO") => {
                let message =
                    "ROLLBACK takes back what comes before it, which is not followed here";
                let refusal =
                    Refusal::new("opaque", message).help("leave out what is taken back, and this");
                self.carrier.refuse(index, refusal);
            }
            Change::Transaction(_) => {}
            Change::Data(statement) => self.on_rows(index, statement, None),
            change => {
                if let Change::DropFunctions { functions, cascade } = &change {
                    self.functions_dropped(index, functions, *cascade);
                }
                if let Change::RenameFunction { function, to } = &change {
                    self.function_renamed(index, function, to);
                }
                let divided = |name: &Name| self.authored.has_partitions(name);
                if let Some(refusal) = partition::of_the_whole_alone(&change, &divided) {
                    self.carrier.refuse(index, refusal);
                }
                self.only_there(index, &change);
                self.asking
                    .extend(IfThere::of(&change).map(|asks| (index, asks)));
                // What is pending speaks of types, and their members, by the names that they have now.
                if let Change::RenameType { .. }
                | Change::DropTypes { .. }
                | Change::RenameEnumMember { .. } = change
                {
                    self.carrier.flush(self.plain.of(self.authored.schema()));
                }
                match self.apply(&change) {
                    Ok(effects) => {
                        if let Change::CreateDomain(domain) = &change
                            && domain.opaque.is_none()
                        {
                            let message = format!(
                                "the domain `{}`: columns of it have the type below, and say what it says",
                                domain.name
                            );
                            self.carrier.omit(index, Omission::new("type", message));
                        }
                        if let Change::RenameEnumMember { .. } = change {
                            self.unsure_of_member(index, &effects);
                        }
                        for effect in &effects {
                            if let Effect::Table(table) = effect
                                && let Some(refusal) = self.session.converts(table)
                            {
                                self.carrier.refuse(index, refusal);
                            }
                            self.carrier.effect(
                                index,
                                effect,
                                self.plain.of(self.authored.schema()),
                            );
                        }
                        self.partitions(index);
                    }
                    Err(problem) => self.carrier.refuse(index, replay_refusal(problem)),
                }
            }
        }
    }

    /// Refuses tables in which it is not certain where a member stands that has another name.
    fn unsure_of_member(&mut self, index: usize, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Table(TableEffect {
                before: Some(before),
                after: Some(after),
                ..
            }) = effect
                && before.opaque.is_none()
                && let Some(why) = &after.opaque
            {
                let message = format!("`{}` is not understood from here on: {why}", after.name);
                let refusal = Refusal::new("renamed-member", message)
                    .help("drop what compares with the member before, and make it again after");
                self.carrier.refuse(index, refusal);
            }
        }
    }

    /// A statement on rows; `message`: an error, if it gives a row.
    pub(super) fn on_rows(
        &mut self,
        index: usize,
        statement: DataStatement,
        message: Option<&str>,
    ) {
        let mut statement = self.authored.resolve(statement);
        let otherwise = partition::named(&statement, self.authored.schema()).or_else(|| {
            self.session
                .does_otherwise(&statement, self.authored.schema())
        });
        if let Some(refusal) = otherwise {
            self.carrier.refuse(index, refusal);
            return;
        }
        if self.source.syntax() == Syntax::Postgres
            && let Some(refusal) = inserted::otherwise(&statement, self.authored.schema())
        {
            self.carrier.refuse(index, refusal);
            return;
        }
        if !self.unenforced.is_empty() && acts_on_others(&statement, self.authored.schema()) {
            let message = "foreign keys of the tables whose triggers are all switched off do nothing to other rows there, and do here";
            self.carrier.refuse(index, Refusal::new("opaque", message));
            return;
        }
        if self.authored.is_unchecked() && acts_unchecked(&statement, self.authored.schema()) {
            let message =
                "foreign keys are not enforced there, and do something to other rows here";
            let help = "change the rows that refer to it too, and do not switch foreign keys off";
            self.carrier
                .refuse(index, Refusal::new("unchecked", message).help(help));
            return;
        }
        if self.source.syntax() == Syntax::Postgres {
            let schema = self.authored.schema();
            self.drawn.write_out(&mut statement, schema);
            self.drawn.note(&statement, schema);
        }
        plain_casts(&mut statement, self.authored.schema());
        write_members(&mut statement, self.authored.schema());
        if self.source.syntax() == Syntax::Postgres {
            present_moments(&mut statement, self.authored.schema());
            name_what_orders(&mut statement);
        }
        let schema = self.plain.of(self.authored.schema());
        unfold(&mut statement, schema, self.source.syntax());
        let code = self.carrier.code.clone();
        let facts = Facts {
            schema,
            code: &code,
        };
        match message {
            None => self.carrier.data(index, &statement, facts),
            Some(message) => self.carrier.assertion(index, &statement, message, facts),
        }
    }

    /// What of a table's change is left out, or only its own engine understands.
    fn only_there(&mut self, index: usize, change: &Change) {
        self.of_columns(index, change);
        let Change::AlterTable { table, actions, .. } = change else {
            return;
        };
        for action in actions {
            let what = match action {
                TableAction::Opaque(what) => what,
                TableAction::Ignored(ignored) => {
                    self.carrier.omit(index, omission(*ignored));
                    continue;
                }
                TableAction::SwitchTriggers {
                    keys: true, runs, ..
                } => {
                    let name = self.authored.table_name(table);
                    if *runs {
                        self.unenforced.remove(&name);
                    } else {
                        self.unenforced.insert(name);
                    }
                    continue;
                }
                _ => continue,
            };
            let message = format!("ALTER TABLE … {what} is understood by its own engine only");
            self.carrier.refuse(index, Refusal::new("opaque", message));
        }
    }

    /// What has become of partitions, of which the target has none.
    fn partitions(&mut self, index: usize) {
        for part in self.plain.take_parts() {
            match part {
                Part::Omitted(omission) => self.carrier.omit(index, omission),
                Part::Refused(refusal) => self.carrier.refuse(index, refusal),
                Part::Gone(of, refusal) => {
                    let vacancy = vacancy::Vacancy::of(&of);
                    let schema = self.plain.of(self.authored.schema());
                    if !self.carrier.leave_out(index, &vacancy, &refusal, schema) {
                        self.carrier.refuse(index, refusal);
                    }
                }
            }
        }
    }
}

/// What only the authored engine understands, and the target is the same without.
pub(in crate::translate) fn without_effect(syntax: Syntax, opaque: &Opaque) -> Option<Omission> {
    match opaque.what.as_str() {
        // No function of the authored dialect is ever there to be dropped.
        "DROP FUNCTION" | "DROP PROCEDURE" | "DROP ROUTINE" | "DROP AGGREGATE" => {
            Some(Omission::new("function", "the dropping of a function"))
        }
        // No target has CALL find one by this name, and no type but its own.
        "CREATE PROCEDURE" if syntax == Syntax::Postgres => Some(Omission::new(
            "procedure",
            "a procedure: what calls it fails",
        )),
        "CREATE TYPE" | "CREATE DOMAIN" if syntax == Syntax::Postgres => Some(Omission::new(
            "type",
            "a type that is no enum: what has a value of it is refused",
        )),
        _ => None,
    }
}

fn omission(ignored: Ignored) -> Omission {
    let (code, what) = match ignored {
        Ignored::Extension => ("extension", "an extension"),
        Ignored::Privileges => ("privileges", "privileges"),
        Ignored::Owner => ("owner", "an owner"),
        Ignored::Role => ("role", "a role"),
        Ignored::Reindex => ("reindex", "a rebuild of indexes"),
        Ignored::Maintenance => ("maintenance", "maintenance of statistics and storage"),
        Ignored::Statistics => ("statistics", "statistics"),
        Ignored::Storage => ("storage", "a storage parameter"),
        Ignored::Lock => ("lock", "a table lock"),
        Ignored::Comment => ("comment", "a comment"),
        Ignored::Replication => ("replication", "replication"),
        Ignored::Policy => (
            "privileges",
            "a policy: which rows a role sees and changes is up to the application",
        ),
    };
    Omission::new(code, what)
}
