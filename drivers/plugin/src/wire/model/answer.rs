//! What a target answers.

use aludel::translate::{ColumnOrigin, Lowered, Omission, Refusal, Rendered};

use super::record;

record!(Rendered, "what was rendered" { before, statements, check, after, omissions, along });

record!(Lowered, "a table as the engine holds it" { table, omissions });

record!(Refusal, "a refusal" { code, message, help });

record!(Omission, "an omission" { code, message });

record!(ColumnOrigin, "the origin of a column" { column, from, using });
