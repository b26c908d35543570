//! Windows over all rows. MariaDB mixes up the rows of `OVER (PARTITION BY g)` where a query has
//! `OVER ()` and `OVER (ORDER BY n)` too (seen on 10.11): all rows are one partition there.

use aludel::schema::{Expr, Nulls, Part, PartMut, Select, SelectItem, Window};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;

/// The words of a frame that reaches to no distance.
const FRAME: [&str; 9] = [
    "RANGE",
    "BETWEEN",
    "AND",
    "UNBOUNDED",
    "PRECEDING",
    "FOLLOWING",
    "CURRENT",
    "ROW",
    "EXCLUDE",
];

impl Meaning<'_> {
    /// Refuses frames that reach to a value's distance from the row's own, where another key says where
    /// NULLs stand: such a frame has one key.
    pub(super) fn refuse_frames(&self, rw: &mut Rewriter<'_>, select: &Select) {
        let by_distance = |window: &Window| {
            let frame = window.frame.as_ref();
            frame.is_some_and(|frame| {
                let frame = frame.0.to_ascii_uppercase();
                frame.starts_with("RANGE")
                    && frame.split_whitespace().any(|word| !FRAME.contains(&word))
            })
        };
        let found = windows(select)
            .iter()
            .filter(|window| by_distance(window))
            .any(|window| {
                window.order_by.iter().any(|key| {
                    let first = key
                        .nulls
                        .map_or(key.descending, |nulls| nulls == Nulls::First);
                    first == key.descending && rw.scope.nullable(&key.expr)
                })
            });
        if found {
            self.refuse(
                rw,
                "no-form",
                "a frame by distance over values that may be NULL",
            );
        }
    }

    /// A SELECT whose windows are told apart.
    pub(super) fn windows_apart(&self, select: &Select) -> Option<Select> {
        if !self.facts.mixes_windows || windows(select).len() < 2 {
            return None;
        }
        let mut apart = select.clone();
        let (mut all, mut whole) = (0, 0);
        let mut each = |window: &mut Window| {
            all += 1;
            let named = window.name.is_some();
            if !named && window.partition_by.is_empty() && window.order_by.is_empty() {
                whole += 1;
                window.partition_by.push(build::number(1_u32));
            }
        };
        for item in &mut apart.items {
            if let SelectItem::Expr { expr, .. } = item {
                each_window_mut(expr, &mut each);
            }
        }
        for (_, window) in &mut apart.windows {
            each(window);
        }
        (whole > 0 && all > whole).then_some(apart)
    }
}

/// The windows of a SELECT.
fn windows(select: &Select) -> Vec<Window> {
    fn of(expr: &Expr, found: &mut Vec<Window>) {
        if let Expr::Call(call) = expr {
            found.extend(call.over.clone());
        }
        expr.parts(&mut |part| {
            if let Part::Expr(expr) = part {
                of(expr, found);
            }
        });
    }
    let named = select.windows.iter().map(|(_, window)| window.clone());
    let mut found: Vec<Window> = named.collect();
    for item in &select.items {
        if let SelectItem::Expr { expr, .. } = item {
            of(expr, &mut found);
        }
    }
    found
}

pub(super) fn each_window_mut(expr: &mut Expr, each: &mut dyn FnMut(&mut Window)) {
    if let Expr::Call(call) = expr
        && let Some(window) = &mut call.over
    {
        each(window);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            each_window_mut(expr, each);
        }
    });
}
