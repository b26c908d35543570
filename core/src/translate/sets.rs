//! MySQL's `SET`: a text of some of its members, each once and in their order, so that it is one of so many
//! texts, as a value of an `ENUM` is.
//!
//! # Invariants
//!
//! - The texts stand in the order of the numbers that MySQL has for them, by which it orders them.

use crate::schema::{Change, ColumnDef, Ident, TableAction, Type};

/// How many members a set may have here: there are two to the power of that texts.
const MOST: usize = 6;

/// Makes the sets of a change enums of all that they can hold; which columns those are.
pub(super) fn as_members(change: &mut Change) -> Vec<Ident> {
    let mut found = Vec::new();
    let mut column = |column: &mut ColumnDef| {
        if made(&mut column.ty) {
            found.push(column.name.clone());
        }
    };
    match change {
        Change::CreateTable(create) => create.columns.iter_mut().for_each(column),
        Change::AlterTable { actions, .. } => {
            for action in actions {
                match action {
                    TableAction::AddColumn { column: one, .. }
                    | TableAction::RedefineColumn { column: one, .. } => column(one),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    found
}

fn made(ty: &mut Type) -> bool {
    let texts = match ty {
        Type::InlineSet(members) if members.len() <= MOST => texts(members),
        _ => return false,
    };
    *ty = Type::InlineEnum(texts);
    true
}

/// All that a set can hold.
fn texts(members: &[String]) -> Vec<String> {
    (0..1_usize << members.len())
        .map(|number| {
            let of = members.iter().enumerate();
            let some = of.filter(|(place, _)| number >> place & 1 == 1);
            let some: Vec<&str> = some.map(|(_, member)| member.as_str()).collect();
            some.join(",")
        })
        .collect()
}

/// Whether the members of an enum are what became of a set, which has no default by itself, as an `ENUM`
/// has; one whose members are the same has none here either.
pub fn may_be_set(all: &[String]) -> bool {
    let members: Vec<String> = (0..MOST)
        .map_while(|place| all.get(1 << place).cloned())
        .collect();
    all == texts(&members)
}
