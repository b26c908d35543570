//! Functions of the authored dialect: no target holds one.

use super::Translator;
use crate::schema::{Change, DroppedFunction, Function};
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
        } = change
        else {
            return;
        };
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
            // Nobody else's session sees it.
            Function::Code if name.schema.as_deref() == Some("pg_temp") => Omission::new(
                "function",
                format!("the function `{name}` of the script's own"),
            ),
            Function::Code if self.is_nobodys(&name.name) => Omission::new(
                "function",
                format!(
                    "the function `{name}`: a script that calls it is refused, and what an application calls fails"
                ),
            ),
            Function::Code => {
                self.made_here
                    .push((index, name.clone(), arguments.clone()));
                let message = format!(
                    "the function `{name}` is code that its own engine only understands, and a call of it may mean another one of that name"
                );
                self.carrier.flush(self.authored.schema());
                self.carrier.refuse(index, Refusal::new(FUNCTION, message));
                return;
            }
        };
        self.carrier.omit(index, omission);
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

    /// A function that its own script drops again is nobody's but the script's, and what the script
    /// does with it is refused where it does.
    pub(super) fn functions_dropped(&mut self, index: usize, functions: &[DroppedFunction]) {
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
