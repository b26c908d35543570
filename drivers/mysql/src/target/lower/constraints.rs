//! Constraints.

use aludel::schema::{
    Column, Constraint, ConstraintKind, Expr, ForeignKey, Ident, Name, ReferentialAction, Table,
    TriggerEvent, Type,
};
use aludel::translate::Refusal;
use aludel::translate::infer::Family;

use super::Lowering;
use super::columns::{
    blanks_name, check, drawn_apart, ends_in_no_blank, is_numbered, length_check, presence_check,
    referred_type, refers_to_text,
};
use crate::target::types::words;
use crate::target::{build, keys, names};

impl Lowering<'_, '_> {
    pub(super) fn constraints(&mut self, lowered: &mut Table) {
        for constraint in &self.table.constraints {
            if let Some(expr) = self.is_bypassed(constraint) {
                self.check_by_key(constraint, expr, lowered);
            } else if let Some(constraint) = self.constraint(constraint) {
                lowered.constraints.push(constraint);
            }
        }
        for column in &self.table.columns {
            let held = self.held.get(&column.name);
            if let Some(longest) = held.and_then(|held| held.longest) {
                let check = length_check(&self.table.name.name, &column.name, longest);
                lowered.constraints.push(check);
            }
            if held.is_some_and(|held| held.without_blanks) {
                let name = blanks_name(&self.table.name.name, &column.name);
                let condition = ends_in_no_blank(&column.name);
                if self.is_acted_on(&column.name) {
                    self.key_that_holds(&name, condition, lowered);
                } else {
                    lowered.constraints.push(check(name, condition));
                }
            }
            let generated = column.generated.as_ref();
            let generated = generated.filter(|_| !column.nullable && !column.is_full_text());
            let may_be_null =
                generated.is_some_and(|generated| self.rewriter.scope.nullable(&generated.expr));
            if may_be_null && !self.facts.generated_not_null {
                let check = presence_check(&self.table.name.name, &column.name);
                lowered.constraints.push(check);
            }
        }
    }

    fn constraint(&mut self, constraint: &Constraint) -> Option<Constraint> {
        let table = &self.table.name.name;
        let what = match &constraint.name {
            Some(name) => format!("constraint `{name}`"),
            None => format!("a constraint of `{table}`"),
        };
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && holds_by_itself(&self.table.name, key)
        {
            return None;
        }
        if constraint.deferrable {
            let code = match constraint.kind {
                ConstraintKind::ForeignKey(_) => "deferrable",
                _ => "deferrable-key",
            };
            self.omit(code, format!("DEFERRABLE of {what}: it is checked at once"));
        }
        let own = |name: &String| names::constraint(table, name);
        let name = constraint.name.as_ref();
        let (name, kind) = match &constraint.kind {
            ConstraintKind::PrimaryKey { .. } => (None, constraint.kind.clone()),
            // What it says of NULLs, indexes beside it do.
            ConstraintKind::Unique { columns, .. } => (
                name.map(|name| names::shorten(name)),
                ConstraintKind::Unique {
                    columns: columns.clone(),
                    nulls_not_distinct: false,
                },
            ),
            ConstraintKind::ForeignKey(key) => {
                let key = self.foreign_key(key, &what);
                (name.map(own), ConstraintKind::ForeignKey(key))
            }
            ConstraintKind::Check { expr, not_enforced } => {
                if let Some(message) = self.looks_at_numbered(expr, &what) {
                    self.refuse(Refusal::new("check-column", message));
                }
                let condition = self.meaning.condition(self.rewriter, expr);
                if build::changes(&condition) {
                    let message = format!(
                        "{what} looks at the time or at a random value, which no CHECK may on {}",
                        self.facts.name
                    );
                    self.refuse(Refusal::new("not-deterministic", message));
                }
                let kind = ConstraintKind::Check {
                    expr: self.condition_of_check(condition),
                    not_enforced: *not_enforced,
                };
                (name.map(own), kind)
            }
            _ => {
                let message = format!("{what} excludes rows, which only PostgreSQL does");
                self.refuse(Refusal::new("exclusion", message));
                return None;
            }
        };
        Some(Constraint {
            name,
            kind,
            deferrable: false,
            initially_deferred: false,
            // There is no constraint here that the rows do not keep.
            not_valid: false,
            named: constraint.named,
        })
    }

    /// MySQL takes conditions only, by their form, and no value that is 1 or 0 (error 3812). A CHECK
    /// holds where it is not false.
    fn condition_of_check(&self, expr: Expr) -> Expr {
        let is_value = matches!(
            &expr,
            Expr::Column { .. } | Expr::Case { .. } | Expr::Call(_) | Expr::Cast { .. }
        );
        if !is_value || !self.facts.typed_checks {
            return expr;
        }
        Expr::IsBoolean {
            expr: Box::new(expr),
            value: Some(false),
            negated: true,
        }
    }

    fn foreign_key(&mut self, key: &ForeignKey, what: &str) -> ForeignKey {
        if [key.on_delete, key.on_update].contains(&ReferentialAction::SetDefault) {
            let message = format!("{what} sets a default, which InnoDB does not");
            self.refuse(Refusal::new("set-default", message));
        }
        if key.match_full && key.columns.len() > 1 {
            let message = format!("{what} is MATCH FULL, which InnoDB is not");
            self.refuse(Refusal::new("match-full", message));
        }
        if let Some((own, theirs)) = self.other_kind(key) {
            let message = format!(
                "{what} refers from {} to {}, which InnoDB does not",
                words(&own),
                words(&theirs)
            );
            self.refuse(Refusal::new("reference-type", message));
        }
        let held_still = !self.facts.cascades_null
            && (self.referred(key)).is_some_and(|there| cascades_null(key, self.table, there));
        if held_still {
            self.omit("cascade-null", self::held_still(what));
        }
        // What would set a column that takes no NULL to NULL fails there. Here it may not be
        // written: that the parent has to stay comes to the same.
        let takes_null = |name: &Ident| self.table.column(name).is_none_or(|c| c.nullable);
        let possible = |action| match action {
            ReferentialAction::SetNull if !key.columns.iter().all(takes_null) => {
                ReferentialAction::NoAction
            }
            action => action,
        };
        let mut lowered = ForeignKey {
            match_full: false,
            table: names::flat(&key.table),
            on_delete: possible(key.on_delete),
            on_update: match held_still {
                true => ReferentialAction::NoAction,
                false => possible(key.on_update),
            },
            ..key.clone()
        };
        self.order_reference(key, &mut lowered);
        self.guarded(&mut lowered, what);
        lowered
    }

    /// InnoDB runs no trigger for what a foreign key does to rows: one that would run a guard has no
    /// action, so that what would bring it about fails.
    fn guarded(&mut self, key: &mut ForeignKey, what: &str) {
        for guard in self.authored.triggers_of(&self.table.name) {
            let runs = |event| guard.fails_for(event);
            let deletes = key.on_delete == ReferentialAction::Cascade;
            let by_delete = match deletes {
                true => runs(TriggerEvent::Delete),
                false => key.on_delete.acts() && runs(TriggerEvent::Update),
            };
            let by_update = key.on_update.acts() && runs(TriggerEvent::Update);
            if by_delete {
                key.on_delete = ReferentialAction::NoAction;
            }
            if by_update {
                key.on_update = ReferentialAction::NoAction;
            }
            if by_delete || by_update {
                let message = format!(
                    "the action of {what}, which would not run the one that fails for the trigger `{}`: what needs it fails",
                    guard.name
                );
                self.omit("trigger", message);
            }
        }
    }

    /// The table that a foreign key refers to.
    fn referred(&self, key: &ForeignKey) -> Option<&Table> {
        if key.table == self.table.name {
            return Some(self.table);
        }
        self.authored.table(&key.table).map(AsRef::as_ref)
    }

    /// The types of columns that a foreign key compares, if they are held in two ways.
    fn other_kind(&self, key: &ForeignKey) -> Option<(Type, Type)> {
        let there = self.referred(key)?;
        // A number has the width of the first that it refers to.
        let types = |(own, theirs): (&Ident, &Ident)| {
            let (own, theirs) = (self.table.column(own)?, there.column(theirs)?);
            let held_alike = refers_to_text(self.authored, self.table, own)
                && !matches!(theirs.ty, Type::Char(_));
            let seen = (&own.ty, is_numbered(own));
            let own = referred_type(self.authored, self.table, own, 0);
            let theirs = referred_type(self.authored, there, theirs, 0);
            if shows(seen, theirs) {
                return Some((seen.0.clone(), theirs.clone()));
            }
            // One that refers to a `varchar` is held as one.
            let own = match (held_alike, own) {
                (true, Type::Char(length)) => Type::Varchar(*length),
                (_, own) => own.clone(),
            };
            Some((own, theirs.clone()))
        };
        let other = |(own, theirs): &(Type, Type)| {
            let (a, b) = (Family::of(own), Family::of(theirs));
            let citext = (*own == Type::Citext) != (*theirs == Type::Citext);
            // InnoDB finds no row of a CHAR by a VARCHAR that it refers to: it would stay when that goes or changes.
            let padded = |ty: &Type| matches!(ty, Type::Char(_));
            citext
                || (padded(own) && !padded(theirs))
                || match (a, b) {
                    _ if a.is_number() && b.is_number() => own != theirs,
                    (Family::Timestamp, Family::Timestamp) | (Family::Time, Family::Time) => {
                        digits(own) != digits(theirs)
                    }
                    _ => a != b,
                }
        };
        let pairs = key.columns.iter().zip(&key.referred);
        pairs.filter_map(types).find(other)
    }

    /// The columns of a foreign key stand in the order of the key that they refer to.
    fn order_reference(&self, authored: &ForeignKey, key: &mut ForeignKey) {
        let Some(there) = self.referred(authored) else {
            return;
        };
        let whole = keys::unique_keys(there);
        let same = |columns: &&Vec<Ident>| {
            columns.len() == key.referred.len()
                && columns.iter().all(|column| key.referred.contains(column))
        };
        let Some(order) = whole.iter().find(same) else {
            return;
        };
        let pairs: Vec<(Ident, Ident)> = order
            .iter()
            .filter_map(|referred| {
                let place = key.referred.iter().position(|name| name == referred)?;
                Some((key.columns.get(place)?.clone(), referred.clone()))
            })
            .collect();
        if pairs.len() == key.columns.len() {
            (key.columns, key.referred) = pairs.into_iter().unzip();
        }
    }

    /// A column that numbers itself, in what a generated column or a key is made of.
    pub(super) fn refuse_numbered(&mut self, expr: &Expr, what: &str) {
        if let Some(message) = self.looks_at_numbered(expr, what) {
            self.refuse(Refusal::new("numbering", message));
        }
    }

    /// Why an expression can be no key and no generated column: it looks at a column that numbers
    /// itself.
    pub(super) fn looks_at_numbered(&self, expr: &Expr, what: &str) -> Option<String> {
        let columns = keys::columns_of(expr);
        let mut columns = columns.iter().filter_map(|name| self.table.column(name));
        let apart = |column: &Column| drawn_apart(self.table, column, self.facts).is_some();
        let column = columns.find(|column| is_numbered(column) && !apart(column))?;
        Some(format!(
            "{what} is made of `{}`, which numbers itself: {} allows no such expression",
            column.name, self.facts.name
        ))
    }
}

/// Whether a foreign key refers from columns to the same ones: a row has what it refers to in itself,
/// and InnoDB takes none. Of MATCH FULL, that all are NULL or none is more than that.
fn holds_by_itself(table: &Name, key: &ForeignKey) -> bool {
    let full = key.match_full && key.columns.len() > 1;
    let mut pairs = key.columns.iter().zip(&key.referred);
    key.table == *table && !full && pairs.all(|(own, theirs)| own == theirs)
}

/// What a foreign key says that does not carry a NULL to where none is taken.
pub(crate) fn held_still(what: &str) -> String {
    format!(
        "ON UPDATE CASCADE of {what}, which refers from a column that takes no NULL to one that does: while a row refers to it, a key does not change"
    )
}

/// Whether ON UPDATE CASCADE may carry a NULL to where none is taken.
pub(crate) fn cascades_null(key: &ForeignKey, own: &Table, there: &Table) -> bool {
    let nullable =
        |table: &Table, name: &Ident| table.column(name).is_some_and(|column| column.nullable);
    let mut pairs = key.columns.iter().zip(&key.referred);
    key.on_update == ReferentialAction::Cascade
        && pairs.any(|(column, theirs)| !nullable(own, column) && nullable(there, theirs))
}

/// Digits of a second.
fn digits(ty: &Type) -> Option<u32> {
    match ty {
        Type::Time { precision, .. } | Type::Timestamp { precision, .. } => {
            Some(precision.unwrap_or(6))
        }
        _ => None,
    }
}

/// Whether it shows that a number is held as one of the type that it refers to: other digits after the
/// point, or numbers of its own that are no integers.
fn shows((own, numbers_itself): (&Type, bool), held: &Type) -> bool {
    let scale = |ty: &Type| match ty {
        Type::Numeric { precision, .. } => Some(precision.map(|(_, scale)| scale)),
        ty if ty.is_integer() => Some(Some(0)),
        _ => None,
    };
    let scales = scale(own).zip(scale(held));
    scales.is_some_and(|(own, held)| own != held) || (numbers_itself && !held.is_integer())
}
