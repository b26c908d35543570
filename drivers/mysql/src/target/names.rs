//! Names that MySQL wants to be unique where the authored engine does not.

use aludel::schema::{Ident, Name};
use aludel::translate::print::shortened;

/// The most characters of a name.
const LONGEST: usize = 64;

/// The name that a table or view of any schema has here, where a database has no schemas.
pub(crate) fn flat(name: &Name) -> Name {
    Name::bare(name.name.clone())
}

/// The name of a foreign key or a CHECK. Such names are unique in a database here, in a table
/// elsewhere: one that does not begin with its table's name gets it in front. So the name follows
/// from the table alone, whatever else there is, and a table that is renamed frees its names.
pub(crate) fn constraint(table: &str, name: &str) -> Ident {
    let own = name
        .strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('_'));
    if own {
        return shorten(name);
    }
    shorten(&format!("{table}_{name}"))
}

/// A name of at most 64 characters; a longer one ends with a mark of the whole.
pub(crate) fn shorten(name: &str) -> Ident {
    shortened(name, |name| name.chars().count() <= LONGEST)
}

/// A name that is not among `taken`, which compare without regard to case.
pub(crate) fn free(name: &str, taken: &[&str]) -> Ident {
    let is_taken = |name: &str| taken.iter().any(|other| same(other, name));
    if !is_taken(name) {
        return name.to_owned();
    }
    (2_u32..)
        .map(|number| shorten(&format!("{name}_{number}")))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name.to_owned())
}

/// Whether two names are one to a server that ignores case in the names of columns, indexes and
/// (on some systems) tables.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_of_two_tables_may_have_one_name() {
        assert_eq!(
            constraint("orders", "orders_user_id_fkey"),
            "orders_user_id_fkey"
        );
        assert_eq!(constraint("orders", "fk_user"), "orders_fk_user");
        assert_eq!(constraint("order", "orders_check"), "order_orders_check");
    }

    #[test]
    fn long_names_stay_apart() {
        let (a, b) = ("x".repeat(70), format!("{}y", "x".repeat(69)));
        assert_eq!(shorten(&a).chars().count(), 64);
        assert_ne!(shorten(&a), shorten(&b));
    }
}
