//! Windows over all rows. MariaDB mixes up the rows of `OVER (PARTITION BY g)` where a query has
//! `OVER ()` and `OVER (ORDER BY n)` too (seen on 10.11): all rows are one partition there.

use aludel::schema::{Expr, PartMut, Select, SelectItem, Window};

use super::Meaning;
use crate::target::build;

impl Meaning<'_> {
    /// A SELECT whose windows are told apart.
    pub(super) fn windows_apart(&self, select: &Select) -> Option<Select> {
        if !self.facts.mixes_windows {
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
                each_window(expr, &mut each);
            }
        }
        for (_, window) in &mut apart.windows {
            each(window);
        }
        (whole > 0 && all > whole).then_some(apart)
    }
}

pub(super) fn each_window(expr: &mut Expr, each: &mut dyn FnMut(&mut Window)) {
    if let Expr::Call(call) = expr
        && let Some(window) = &mut call.over
    {
        each(window);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            each_window(expr, each);
        }
    });
}
