//! Functions of the authored dialect: no target holds one.

use super::Translator;
use crate::schema::{Change, DroppedFunction, Expr, Function, Name, Type, ValueFunction};
use crate::translate::infer::is_known;
use crate::translate::target::{Omission, Refusal};

/// The code of a refusal that a function is none of the target's.
const FUNCTION: &str = "opaque";

impl Translator<'_> {
    /// A function of the authored dialect: no target holds one.
    pub(super) fn function(&mut self, index: usize, change: &Change) {
        let Change::CreateFunction {
            name,
            arguments,
            does,
            ..
        } = change
        else {
            return;
        };
        self.refuse_replaced(index, name, does);
        let omission = match does {
            Function::Trigger(_) => Omission::new(
                "trigger-function",
                format!("the function `{name}`: what triggers do with it is translated with them"),
            ),
            Function::Defines(_) => Omission::new(
                "procedure",
                format!(
                    "the function `{name}`, which defines things: what its calls come to is translated"
                ),
            ),
            Function::Value(value) if self.is_nobodys(&name.name) || self.is_own(name, value) => {
                Omission::new(
                    "function",
                    format!(
                        "the function `{name}`: what a script calls is translated as what it gives, and what an application calls fails"
                    ),
                )
            }
            // Nobody else's session sees it.
            Function::Code | Function::Aggregate | Function::Value(_)
                if name.schema.as_deref() == Some("pg_temp") =>
            {
                Omission::new(
                    "function",
                    format!("the function `{name}` of the script's own"),
                )
            }
            Function::Code | Function::Aggregate if self.is_nobodys(&name.name) => Omission::new(
                "function",
                format!(
                    "the function `{name}`: a script that calls it is refused, and what an application calls fails"
                ),
            ),
            Function::Code | Function::Aggregate | Function::Value(_) => {
                self.made_here
                    .push((index, name.clone(), arguments.clone()));
                self.carrier.flush(self.plain.of(self.authored.schema()));
                self.carrier.refuse(index, another_of_that_name(name));
                return;
            }
        };
        self.carrier.omit(index, omission);
    }

    /// What lasts was made with a function as it was: with another one of its name it would mean
    /// something else from now on.
    fn refuse_replaced(&mut self, index: usize, name: &Name, does: &Function) {
        let Some((name, before)) = self.authored.value_function(name) else {
            self.refuse_again(index, name);
            return;
        };
        let same = matches!(does, Function::Value(after) if **after == *before);
        if !same && self.inlined.contains(&name) {
            let message = format!(
                "what was made with the function `{name}` as it was would mean something else now"
            );
            self.carrier
                .refuse(index, Refusal::new("function-replaced", message));
        }
    }

    /// A function of a name that another had before. Code finds functions when it runs: that of a trigger
    /// has the other one written out.
    fn refuse_again(&mut self, index: usize, name: &Name) {
        let written = self.inlined.iter().any(|other| other.name == name.name);
        if written && self.authored.triggers_code_names(&name.name) {
            let message = format!(
                "the code of a trigger was read with another function `{name}`, and calls this one from now on"
            );
            self.carrier
                .refuse(index, Refusal::new("function-replaced", message));
        }
    }

    /// Whether a function of the target's has this name, and gives the same: `iif`, which is a CASE.
    fn is_own(&self, name: &Name, function: &ValueFunction) -> bool {
        let argument = |n| Expr::column(ValueFunction::argument(n));
        let case = Expr::Case {
            operand: None,
            whens: vec![(argument(1), argument(2))],
            otherwise: Some(Box::new(argument(3))),
        };
        let own = self.dialect.target().and_then(|target| target.functions());
        name.name == "iif"
            && own.is_some_and(|own| own.contains(&"iif"))
            && function.parameters.first() == Some(&Type::Boolean)
            && !function.strict
            && function.body == case
    }

    /// Whether a call of a function of this name fails on the target, and is refused in a script:
    /// neither has a meaning for it.
    fn is_nobodys(&self, name: &str) -> bool {
        if is_known(name) {
            return false;
        }
        let own = self.dialect.target().and_then(|target| target.functions());
        own.is_some_and(|own| !own.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// A function has another name.
    pub(super) fn function_renamed(&mut self, index: usize, function: &DroppedFunction, to: &Name) {
        self.refuse_again(index, to);
        let meant = !self.is_nobodys(&to.name) && to.schema.as_deref() != Some("pg_temp");
        if meant && !self.authored.is_of_triggers(function) {
            self.carrier.refuse(index, another_of_that_name(to));
        }
        // What was made with it was made with one of either name.
        let used = self.authored.value_function(&function.name);
        if let Some((name, _)) = used.filter(|(name, _)| self.inlined.contains(name)) {
            let schema = to.schema.clone().or(name.schema);
            let name = to.name.clone();
            self.inlined.push(Name { schema, name });
        }
        for (_, name, arguments) in &mut self.made_here {
            if function.is(name, arguments) {
                *name = to.clone();
            }
        }
        let what = format!("the new name of a function, `{to}`");
        self.carrier.omit(index, Omission::new("function", what));
    }

    /// A function that its own script drops again is nobody's but the script's, and what the script
    /// does with it is refused where it does.
    pub(super) fn functions_dropped(
        &mut self,
        index: usize,
        functions: &[DroppedFunction],
        cascade: bool,
    ) {
        for function in functions {
            let used = self.authored.value_function(&function.name);
            if let Some((name, _)) = used.filter(|(name, _)| cascade && self.inlined.contains(name))
            {
                let message = format!("what was made with the function `{name}` goes with it");
                self.carrier
                    .refuse(index, Refusal::new("function-replaced", message));
            }
        }
        let what = "the dropping of a function";
        self.carrier.omit(index, Omission::new("function", what));
        for function in functions {
            let mut made = self.made_here.iter();
            let place = made.position(|(_, name, arguments)| function.is(name, arguments));
            if let Some(place) = place {
                let (made, name, _) = self.made_here.remove(place);
                let what = format!("the function `{name}`, which the script drops again");
                self.carrier
                    .forgive(made, FUNCTION, Omission::new("function", what));
            }
        }
    }
}

fn another_of_that_name(name: &Name) -> Refusal {
    let message = format!(
        "the function `{name}` is code that its own engine only understands, and a call of it may mean another one of that name"
    );
    Refusal::new(FUNCTION, message)
}
