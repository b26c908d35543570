//! What the engines do differently, as values.

use crate::sql::Syntax;

/// The rules of one engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// A constraint that was not given a name gets one, and its name is its own in the table.
    pub(super) names_constraints: bool,
    /// The columns of a primary key take no NULL.
    pub(super) keys_not_null: bool,
    /// What a foreign key refers to has to be there, and cannot be dropped while it does.
    pub(super) holds_references: bool,
    /// What a view reads cannot be dropped while it does.
    pub(super) holds_views: bool,
    /// A view is what its query was when it was made: `*` is written out, columns have to be there.
    pub(super) freezes_views: bool,
    /// Views follow what they read to its new name.
    pub(super) views_follow: bool,
    /// A column that numbers itself draws from a sequence.
    pub(super) has_sequences: bool,
    /// A key is an index with a name among those of the tables.
    pub(super) keys_are_relations: bool,
    /// A column goes with the indexes and constraints that involve it.
    pub(super) drops_along: bool,
}

impl Rules {
    pub(super) fn of(syntax: Syntax) -> Self {
        match syntax {
            Syntax::Postgres => Self {
                names_constraints: true,
                keys_not_null: true,
                holds_references: true,
                holds_views: true,
                freezes_views: true,
                views_follow: true,
                has_sequences: true,
                keys_are_relations: true,
                drops_along: true,
            },
            Syntax::Sqlite => Self {
                names_constraints: false,
                keys_not_null: false,
                holds_references: false,
                holds_views: false,
                freezes_views: false,
                views_follow: true,
                has_sequences: false,
                keys_are_relations: false,
                drops_along: false,
            },
            Syntax::Mysql => Self {
                names_constraints: true,
                keys_not_null: true,
                holds_references: true,
                holds_views: false,
                freezes_views: true,
                views_follow: false,
                has_sequences: false,
                keys_are_relations: false,
                drops_along: true,
            },
        }
    }
}
