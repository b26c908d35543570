//! Names: PostgreSQL has one name space for the tables, views, indexes and keys of a schema, and
//! cuts a name after 63 bytes.

use aludel::schema::{Ident, Name, Table, generated_name};
use aludel::translate::Refusal;
use aludel::translate::print::shortened;

/// The most bytes of a name.
const LONGEST: usize = 63;

/// The name that a table or view has here.
pub(crate) fn flat(name: &Name) -> Name {
    Name::bare(name.name.clone())
}

/// The name of an index or key whose name is its own in its table only. Here it is one among all
/// relations: one that does not begin with its table's name gets it in front. So the name follows
/// from the table alone, whatever else there is, and a table that is renamed frees its names.
pub(crate) fn of_table(table: &str, name: &str) -> Ident {
    let own = name
        .strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('_'));
    if own {
        return short(name);
    }
    short(&format!("{table}_{name}"))
}

/// A name that PostgreSQL does not cut.
pub(crate) fn short(name: &str) -> Ident {
    shortened(name, |name| name.len() <= LONGEST)
}

/// Names of one table, each given once.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Ident>);

impl Names {
    /// Takes a name that was written, or the first numbered one after it that is free.
    pub(crate) fn take(&mut self, name: Ident) -> Ident {
        let free = (2_u32..)
            .map(|number| short(&format!("{name}_{number}")))
            .find(|other| !self.0.contains(other));
        let name = match free {
            Some(free) if self.0.contains(&name) => free,
            _ => name,
        };
        self.0.push(name.clone());
        name
    }

    /// The name that PostgreSQL generates, as `table_columns_label`.
    pub(crate) fn generate<'c>(
        &mut self,
        table: &str,
        columns: impl IntoIterator<Item = &'c str>,
        label: &str,
    ) -> Ident {
        let columns: Vec<&str> = columns.into_iter().collect();
        let columns = Some(columns.join("_")).filter(|columns| !columns.is_empty());
        let taken = |name: &str| self.0.iter().any(|other| other == name);
        let name = generated_name(table, columns.as_deref(), label, taken);
        self.0.push(name.clone());
        name
    }
}

/// What stands in the way of a table's own names here.
pub(crate) fn clashes(table: &Table) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if table.name.schema.is_some() {
        let message = format!(
            "`{}` stands in a database of its own, which has no counterpart on postgres",
            table.name
        );
        refusals.push(Refusal::new("schemas", message));
    }
    let columns = table.columns.iter().map(|column| &column.name);
    for name in std::iter::once(&table.name.name).chain(columns) {
        if name.len() > LONGEST {
            let message = format!("`{name}`: postgres cuts names after {LONGEST} bytes");
            refusals.push(Refusal::new("name-too-long", message));
        }
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_of_two_tables_may_have_one_name() {
        assert_eq!(of_table("orders", "orders_at"), "orders_at");
        assert_eq!(of_table("orders", "idx_at"), "orders_idx_at");
        assert_eq!(of_table("order", "orders_at"), "order_orders_at");
        assert_eq!(of_table("t", &"x".repeat(70)).len(), 63);
    }

    #[test]
    fn a_table_gives_each_name_once() {
        let mut names = Names::default();
        assert_eq!(names.take("t_a".into()), "t_a");
        assert_eq!(names.take("t_a".into()), "t_a_2");
        assert_eq!(names.generate("t", ["a"], "key"), "t_a_key");
        assert_eq!(names.generate("t", ["a"], "key"), "t_a_key1");
        assert_eq!(names.generate("t", [], "pkey"), "t_pkey");
    }
}
