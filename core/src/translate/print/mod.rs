//! Printing: expressions, queries, statements and tables as SQL text.
//!
//! The printer is syntax alone. What it is given is already in the meaning of the engine whose
//! SQL it prints; turning one engine's meaning into another's is the work of
//! [`rewrite`](super::rewrite) and of a [`Target`](super::Target). How a dialect writes things
//! is a [`Spelling`]; where it says nothing, the printer writes standard SQL as PostgreSQL
//! reads it.
//!
//! # Invariants
//!
//! - Never ambiguous: where the engines differ in an operator's precedence, there are
//!   parentheses; where they all agree (`OR`, `AND`, comparisons, `+`, `*`), there are none that
//!   are not needed.
//! - Every node that a dialect has no syntax for is a [`Refusal`]; all of them are collected.
//! - The same input gives the same text.
//!
//! # Example
//!
//! ```
//! use aludel::schema::{BinaryOp, Expr, Literal};
//! use aludel::translate::print::{Standard, print};
//!
//! let sum = Expr::binary(Expr::column("a"), BinaryOp::Plus, Expr::column("order"));
//! let two = Expr::Literal(Literal::Number("2".into()));
//! let product = Expr::binary(sum, BinaryOp::Multiply, two);
//! assert_eq!(print(&Standard, |p| p.expr(&product)).as_deref(), Ok("(a + \"order\") * 2"));
//! ```

mod data;
mod expr;
mod identifier;
mod query;
mod spelling;
mod table;

#[cfg(test)]
mod tests;

pub use expr::{Level, Sql};
pub use identifier::{is_plain, quote_if_needed, shortened};
pub(crate) use spelling::STANDARD_WORDS;
pub use spelling::{Conflict, Spelling, Standard};

use super::Refusal;
use crate::schema::{Ident, Name};

/// Prints with one dialect's spelling, and collects what has none.
///
/// Its methods never fail: what cannot be printed leaves a gap in the text and a refusal in the
/// printer, so that the rest is looked at too. [`print()`] gives the text only if there is no gap.
pub struct Printer<'a> {
    spelling: &'a dyn Spelling,
    refusals: Vec<Refusal>,
}

/// The text that `write` makes with a printer.
///
/// # Errors
///
/// All refusals met, each once, in the order in which they were met.
pub fn print<T: Into<String>>(
    spelling: &dyn Spelling,
    write: impl FnOnce(&mut Printer<'_>) -> T,
) -> Result<String, Vec<Refusal>> {
    let mut printer = Printer {
        spelling,
        refusals: Vec::new(),
    };
    let text = write(&mut printer).into();
    if printer.refusals.is_empty() {
        Ok(text)
    } else {
        Err(printer.refusals)
    }
}

impl Printer<'_> {
    /// Notes a refusal, and answers with the gap that it leaves.
    pub fn refuse(&mut self, refusal: Refusal) -> String {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
        String::new()
    }

    /// An identifier, quoted if it has to be.
    pub fn ident(&self, name: &str) -> String {
        self.spelling.identifier(name)
    }

    /// Identifiers, joined by commas.
    pub fn idents(&self, names: &[Ident]) -> String {
        join(names, |name| self.spelling.identifier(name))
    }

    /// The name of a table, a view, an index …
    pub fn name(&mut self, name: &Name) -> String {
        let text = self.spelling.name(name);
        self.take(text)
    }

    fn take(&mut self, text: Result<String, Refusal>) -> String {
        text.unwrap_or_else(|refusal| self.refuse(refusal))
    }

    /// What is written only where there is something to write, with what stands before it.
    fn optional<T>(
        &mut self,
        before: &str,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> String,
    ) -> String {
        match value {
            Some(value) => format!("{before}{}", write(self, value)),
            None => String::new(),
        }
    }
}

/// Texts of several things, joined by commas.
fn join<T>(items: &[T], write: impl FnMut(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}
