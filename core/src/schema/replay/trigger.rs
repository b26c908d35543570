//! Triggers, and the functions that they call.
//!
//! A function is only known as far as a migration can do without it: see [`Function`]. It is no
//! part of the schema, but what triggers do is.

use std::sync::Arc;

use super::super::{
    DroppedFunction, Function, Ident, Name, RowTrigger, Trigger, TriggerFunction, TriggerStep,
    Type, ValueFunction,
};
use super::Replay;
use super::problem::{Step, problem};
use crate::sql::{trigger_calling, trigger_named, words_of};

/// Why a trigger is not understood whose text names a column by an old name.
pub(in crate::schema) const RENAMED: &str = "a column that it names was renamed";

/// Why a trigger of a partitioned table is not understood, whatever else is not.
pub(in crate::schema) const PARTITIONED: &str = "its table is partitioned: a row that goes from one partition to another is deleted and inserted for it";

/// A column that a trigger names has another name, which its text has not.
pub(super) fn renamed(does: &mut RowTrigger) {
    if does.unclear.as_deref() != Some(PARTITIONED) {
        does.unclear = Some(RENAMED.to_owned());
    }
}

/// A trigger whose function has another name.
pub(super) fn calling_renamed(mut trigger: Trigger, to: &Name) -> Step<Trigger> {
    let Some(text) = trigger_calling(&trigger.text, to) else {
        let name = &trigger.name;
        let message = format!("what makes the trigger `{name}` is not understood");
        return Err(problem("opaque", message));
    };
    trigger.text = text;
    if let Some(does) = &mut trigger.does {
        Arc::make_mut(does).function = to.clone();
    }
    Ok(trigger)
}

impl Replay {
    /// Creates or replaces a trigger.
    pub(super) fn create_trigger(
        &mut self,
        name: &Ident,
        table: &Name,
        text: &str,
        does: Option<&RowTrigger>,
    ) -> Step {
        let table = match self.find_view(table) {
            // What a view's triggers do is never understood.
            Some(view) => view.name.clone(),
            None => self.table(table)?.name.clone(),
        };
        self.forget_resting(&table, name);
        let does = does.map(|does| {
            let mut does = self.called(does.clone(), text);
            self.asked_otherwise(&table, &mut does);
            Arc::new(does)
        });
        self.put_trigger(Trigger {
            name: name.clone(),
            table,
            text: text.to_owned(),
            does,
        });
        Ok(())
    }

    /// Takes note that a guard stands for a trigger on the engine that the scripts are translated for; or,
    /// as it is given, that none does any more. It is no change of the schema.
    pub fn stands_for_trigger(&mut self, guard: Trigger) {
        let mut triggers = self.schema.triggers_of(&guard.table).iter();
        if triggers.any(|trigger| trigger.name == guard.name) {
            self.schema.put_trigger(guard);
        }
    }

    /// What a trigger does, now that it is known where its function is looked for.
    pub(super) fn called(&self, mut does: RowTrigger, text: &str) -> RowTrigger {
        does.function = self.found_function(&does.function);
        let function = match self.functions.get(&does.function) {
            Some(Function::Trigger(function)) => Some(function.clone()),
            Some(_) => None,
            None => TriggerFunction::of_extension(&does),
        };
        self.understood(does.calling(function.as_ref(), text))
    }

    /// What makes the table run a trigger in another way than the same table elsewhere would. A
    /// domain's CHECK is asked of what a statement gives, before a trigger puts something else in
    /// its place. A column's is asked after that.
    pub(super) fn asked_otherwise(&self, table: &Name, does: &mut RowTrigger) {
        let Some(table) = self.schema.table(table) else {
            return;
        };
        if table.options.partition_by.is_some() && !does.is_idle() {
            does.unclear = Some(PARTITIONED.to_owned());
        }
        if let Some(why) = does.mistaken(table) {
            does.unclear.get_or_insert(why);
        }
        if does.keeps_rows()
            && let Some(Function::Trigger(function)) = self.functions.get(&does.function)
            && let Some(missing) = function.columns.iter().find(|c| table.column(c).is_none())
        {
            // It fails, and there is nothing of it that would be found to fail here.
            let why = format!("its table has no column `{missing}`");
            does.unclear.get_or_insert(why);
        }
        let set = does.set_columns();
        let asked = set.into_iter().find(|name| {
            let column = table.column(name);
            column.is_some_and(|column| self.schema.checks_in_domains(&column.ty))
        });
        if let Some(column) = asked {
            let why = format!("the domain of `{column}` is asked before it is set");
            does.unclear.get_or_insert(why);
        }
    }

    /// What a trigger does, with the tables that its function names as a session finds them that
    /// has set nothing.
    fn understood(&self, mut does: RowTrigger) -> RowTrigger {
        if does.unclear.is_some() || does.steps.is_empty() {
            return does;
        }
        let written = TriggerStep::tables(&does.steps);
        self.resolve_steps(&mut does.steps);
        let found = TriggerStep::tables(&does.steps);
        let mut both = written.iter().zip(&found);
        if let Some((name, _)) =
            both.find(|(written, found)| written.schema.is_none() && found.schema.is_some())
        {
            does.unclear = Some(format!("which table `{name}` is depends on the session"));
        }
        does
    }

    /// Creates or replaces a function. What triggers do that call it changes along.
    pub(super) fn create_function(&mut self, name: &Name, does: &Function) {
        let name = self.new_name(name, false);
        self.put_function(name, does);
    }

    fn put_function(&mut self, name: Name, does: &Function) {
        match does {
            // It may have the name of another one that has other arguments. Which of them is called
            // is not known any more.
            Function::Code | Function::Aggregate => {
                match self.functions.get(&name) {
                    None | Some(Function::Value(_)) => {}
                    Some(_) => return,
                }
                self.functions.insert(name, Function::Code);
                return;
            }
            Function::Value(value) => {
                let same = match self.functions.get(&name) {
                    None => true,
                    Some(Function::Value(other)) => other.parameters == value.parameters,
                    Some(_) => false,
                };
                if !same {
                    self.functions.insert(name, Function::Code);
                    return;
                }
            }
            Function::Defines(_) => {}
            Function::Trigger(function) => {
                self.functions.insert(name.clone(), does.clone());
                self.replace_function(&name, function);
                return;
            }
        }
        self.functions.insert(name, does.clone());
    }

    fn replace_function(&mut self, name: &Name, function: &TriggerFunction) {
        for trigger in self.calling(name) {
            let was = trigger.does.as_ref().and_then(|does| does.unclear.clone());
            let does = RowTrigger::of_text(&trigger.text).map(|mut does| {
                does.function = name.clone();
                if was.as_deref() == Some(RENAMED) {
                    does.unclear = was;
                }
                let mut does = self.understood(does.calling(Some(function), &trigger.text));
                self.asked_otherwise(&trigger.table, &mut does);
                Arc::new(does)
            });
            self.put_trigger(Trigger { does, ..trigger });
        }
    }

    /// A trigger's own condition and columns follow a new name, and what its function says does
    /// not: such a trigger is not understood any more.
    pub(super) fn column_of_triggers_renamed(&mut self, table: &Name, column: &Ident) {
        self.column_of_resting_renamed(table, column);
        for mut trigger in self.schema.triggers_of(table).to_vec() {
            let Some(does) = &mut trigger.does else {
                continue;
            };
            if does.is_idle() {
                continue;
            }
            if RowTrigger::of_text(&trigger.text).is_some_and(|own| own.names(column)) {
                renamed(Arc::make_mut(does));
                self.put_trigger(trigger);
            }
        }
    }

    /// A column is gone, or has another name: a trigger that changes nothing may name it.
    pub(super) fn column_of_triggers_gone(&mut self, table: &Name) {
        for mut trigger in self.schema.triggers_of(table).to_vec() {
            let Some(mut does) = trigger.does.clone().filter(|does| does.keeps_rows()) else {
                continue;
            };
            self.asked_otherwise(table, Arc::make_mut(&mut does));
            if !does.keeps_rows() {
                trigger.does = Some(does);
                self.put_trigger(trigger);
            }
        }
    }

    /// The triggers that call a function.
    fn calling(&self, name: &Name) -> Vec<Trigger> {
        let triggers = self.schema.triggers();
        let calling = triggers.filter(|trigger| {
            trigger
                .does
                .as_ref()
                .is_some_and(|does| does.function == *name)
        });
        calling.cloned().collect()
    }

    /// Drops functions, and with CASCADE the triggers that call them.
    pub(super) fn drop_functions(&mut self, functions: &[DroppedFunction], cascade: bool) -> Step {
        for function in functions {
            let name = self.found_function(&function.name);
            let of_trigger = matches!(self.functions.get(&name), Some(Function::Trigger(_)));
            if of_trigger && !function.takes_nothing() {
                continue;
            }
            let calling = match function.takes_nothing() {
                true => self.calling(&name),
                false => Vec::new(),
            };
            // One that is not understood may have gone with code that is not understood either.
            let known = |does: &RowTrigger| does.unclear.is_none();
            let mut depends = calling.iter();
            let depends = depends.find(|trigger| trigger.does.as_deref().is_some_and(known));
            if let (Some(trigger), false) = (depends, cascade) {
                let message = format!(
                    "the trigger `{}` on `{}` calls `{name}`",
                    trigger.name, trigger.table
                );
                return Err(problem("dependent-trigger", message));
            }
            for trigger in calling {
                self.remove_trigger(&trigger.table, &trigger.name);
            }
            self.resting_without(&name);
            if self.functions.get(&name) != Some(&Function::Code) {
                self.functions.remove(&name);
            }
        }
        Ok(())
    }

    /// Gives a function another name, or another schema. Triggers go on calling it; code that calls
    /// it by its old name does not find it any more.
    pub(super) fn rename_function(&mut self, function: &DroppedFunction, to: &Name) -> Step {
        let name = self.found_function(&function.name);
        let to = match &to.schema {
            Some(_) => self.canonical(to),
            None => Name {
                schema: name.schema.clone(),
                name: to.name.clone(),
            },
        };
        if name == to {
            return Ok(());
        }
        let of_trigger =
            |name: &Name| matches!(self.functions.get(name), Some(Function::Trigger(_)));
        let takes_nothing = function.takes_nothing();
        if takes_nothing && of_trigger(&name) && of_trigger(&to) {
            let message = format!("there is a function `{to}` already");
            return Err(problem("duplicate-function", message));
        }
        let does = match self.functions.get(&name) {
            // It is another one of that name.
            Some(Function::Trigger(_)) if !takes_nothing => Function::Code,
            Some(Function::Code | Function::Aggregate) | None => Function::Code,
            Some(_) => self.functions.remove(&name).unwrap_or(Function::Code),
        };
        if let Some(ty) = self.returns.get(&name.name).cloned() {
            self.function_gives(&to.name, ty.as_ref());
        }
        // What calls `to` calls what it has called, or fails.
        match does {
            Function::Trigger(_) | Function::Defines(_) => {
                self.functions.insert(to.clone(), does);
            }
            does => self.put_function(to.clone(), &does),
        }
        if takes_nothing {
            for trigger in self.calling(&name) {
                let trigger = calling_renamed(trigger, &to)?;
                self.put_trigger(trigger);
            }
            self.resting_calling(&name, &to)?;
        }
        Ok(())
    }

    /// The function that a call means by its name, if it gives one expression of its arguments and
    /// is the only one of that name.
    #[must_use]
    pub fn value_function(&self, name: &Name) -> Option<(Name, &ValueFunction)> {
        let name = self.found_function(name);
        match self.functions.get(&name)? {
            Function::Value(function) => Some((name, function)),
            _ => None,
        }
    }

    /// Takes note that functions may be others than they were, by their names.
    pub fn functions_reached(&mut self, reached: &dyn Fn(&str) -> bool) {
        let functions = self.functions.iter();
        let values = functions.filter(|(_, does)| matches!(does, Function::Value(_)));
        let names: Vec<Name> = values.map(|(name, _)| name.clone()).collect();
        let given = self.returns.iter().map(|(name, _)| name.clone());
        let given: Vec<Ident> = given.collect();
        for name in given.into_iter().filter(|name| reached(name)) {
            self.returns.insert(name, None);
        }
        for name in names {
            if reached(&name.name) {
                self.functions.insert(name, Function::Code);
            }
        }
    }

    /// Whether there is such a function.
    #[must_use]
    pub fn has_value_functions(&self) -> bool {
        let mut functions = self.functions.values();
        functions.any(|function| matches!(function, Function::Value(_)))
    }

    /// Whether a function is one that triggers call.
    pub(crate) fn is_of_triggers(&self, function: &DroppedFunction) -> bool {
        let does = self.functions.get(&self.found_function(&function.name));
        function.takes_nothing() && matches!(does, Some(Function::Trigger(_)))
    }

    /// Whether the code of a function that triggers call, or will call, has a name among its words.
    pub(crate) fn triggers_code_names(&self, name: &str) -> bool {
        self.functions.values().any(|does| match does {
            Function::Trigger(function) => {
                let words = words_of(&function.code).unwrap_or_default();
                words.iter().any(|word| word == name)
            }
            _ => false,
        })
    }

    /// Whether a script has made a function of this name.
    pub(crate) fn has_function(&self, function: &Name) -> bool {
        self.functions.contains_key(&self.found_function(function))
    }

    /// Takes note of the type of what a function gives: all of that name have to give that one.
    pub(super) fn function_gives(&mut self, name: &Ident, ty: Option<&Type>) {
        let ty = match self.returns.get(name) {
            None => ty,
            Some(before) => ty.filter(|ty| before.as_ref() == Some(ty)),
        };
        self.returns.insert(name.clone(), ty.cloned());
    }

    /// The type of what a function of the scripts' gives, whichever of its name it is.
    #[must_use]
    pub fn given_by(&self, function: &str) -> Option<&Type> {
        self.returns.get(function)?.as_ref()
    }

    /// What a call of a function with one constant comes to, if it only defines things.
    pub fn defined_by(&self, function: &Name, argument: &str) -> Option<Vec<String>> {
        match self.functions.get(&self.found_function(function))? {
            Function::Defines(statements) => {
                let filled = statements.iter().map(|parts| parts.join(argument));
                Some(filled.collect())
            }
            Function::Trigger(_) | Function::Value(_) | Function::Code | Function::Aggregate => {
                None
            }
        }
    }

    /// Gives a trigger another name: one goes, and one that does the same comes. Triggers run in the
    /// order of their names.
    pub(super) fn rename_trigger(&mut self, name: &Ident, table: &Name, to: &Ident) -> Step {
        let table = match self.find_view(table) {
            Some(view) => view.name.clone(),
            None => self.table(table)?.name.clone(),
        };
        let named = |name: &Ident| {
            let mut own = self.schema.triggers_of(&table).iter();
            own.find(|trigger| trigger.name == *name).cloned()
        };
        let Some(trigger) = named(name) else {
            let message = format!("there is no trigger `{name}`");
            return Err(problem("unknown-trigger", message));
        };
        if named(to).is_some() {
            let message = format!("there is a trigger `{to}` already");
            return Err(problem("duplicate-trigger", message));
        }
        let Some(text) = trigger_named(&trigger.text, to) else {
            let message = format!("what makes the trigger `{name}` is not understood");
            return Err(problem("opaque", message));
        };
        self.remove_trigger(&table, name);
        let mut trigger = trigger;
        if let Some(does) = &mut trigger.does {
            Arc::make_mut(does).name = Some(to.clone());
        }
        self.put_trigger(Trigger {
            name: to.clone(),
            text,
            ..trigger
        });
        Ok(())
    }

    pub(super) fn drop_trigger(
        &mut self,
        name: &str,
        table: Option<&Name>,
        if_exists: bool,
    ) -> Step {
        let table: Option<Name> = match table {
            Some(table) => match self.find_view(table) {
                Some(view) => Some(view.name.clone()),
                None => match self.table(table) {
                    Ok(table) => Some(table.name.clone()),
                    Err(_) if if_exists => return Ok(()),
                    Err(problem) => return Err(problem),
                },
            },
            None => self
                .schema
                .triggers()
                .find(|trigger| trigger.name == name)
                .map(|trigger| trigger.table.clone()),
        };
        let known = table.as_ref().is_some_and(|table| {
            self.schema
                .triggers_of(table)
                .iter()
                .any(|t| t.name == name)
        });
        match table {
            Some(table) if self.forget_resting(&table, name) => Ok(()),
            Some(table) if known => {
                self.remove_trigger(&table, name);
                Ok(())
            }
            _ if if_exists => Ok(()),
            _ => Err(problem(
                "unknown-trigger",
                format!("there is no trigger `{name}`"),
            )),
        }
    }
}
