//! What MySQL does with a statement that no other engine does.

use aludel::schema::{Assignment, Expr, Part};
use aludel::translate::Refusal;

/// There, assignments are made one after the other, and each sees what those before it have set.
///
/// # Errors
///
/// If one does.
pub(super) fn in_order(assignments: &[Assignment]) -> Result<(), Vec<Refusal>> {
    for (place, assignment) in assignments.iter().enumerate() {
        let mut before = assignments[..place].iter().flat_map(|a| &a.columns);
        if let Some(column) = before.find(|column| sees(&assignment.value, column)) {
            let message = format!(
                "`{column}` is set before a value looks at it: mysql gives the new one, postgres the old"
            );
            return Err(vec![
                Refusal::new("simultaneous", message).help("write two statements"),
            ]);
        }
    }
    Ok(())
}

/// Whether an expression may look at a column. What stands in a query is taken to.
fn sees(expr: &Expr, name: &str) -> bool {
    if let Expr::Column { table, column } = expr {
        let new = table.as_ref().is_some_and(|table| table.name == "excluded");
        return !new && column.eq_ignore_ascii_case(name);
    }
    let mut found = false;
    expr.parts(&mut |part| {
        found |= match part {
            Part::Expr(expr) => sees(expr, name),
            _ => true,
        };
    });
    found
}
