//! The statements of one message, made of several units.
//!
//! On an engine that commits DDL by itself a revision ends with a transaction of its last rows, and
//! the next one begins with rows of its own, which are committed before its script. In one message
//! both share a commit: the disk is waited for once where it was twice. If one of the next revision's
//! rows fails, the session takes all of them back; those that end the revision before are then sent
//! again ([`Composed::taken_back`]), for its script has run.

use std::ops::Range;

use crate::plan::{Atomicity, Delivery, Role, Step, Unit};

/// Statements, and where each comes from.
pub(super) struct Composed<'a> {
    /// The first of the units, as an index of the plan.
    from: usize,
    pub(super) texts: Vec<&'a str>,
    /// Unit and step of each text.
    places: Vec<(usize, usize)>,
    /// Where units lie that are one transaction.
    pub(super) transactions: Vec<Range<usize>>,
    /// The text after which a unit is committed, for each.
    committed_by: Vec<usize>,
}

impl<'a> Composed<'a> {
    /// `units` from `from` up to `to`. `own`: transactions are ours to commit.
    pub(super) fn of(units: &'a [Unit], from: usize, to: usize, own: bool, shares: bool) -> Self {
        let mut message = Self {
            from,
            texts: Vec::new(),
            places: Vec::new(),
            transactions: Vec::new(),
            committed_by: Vec::new(),
        };
        // The step that commits the unit before, where it is still to come.
        let mut open: Option<(usize, usize)> = None;
        for (index, unit) in units.iter().enumerate().take(to).skip(from) {
            let begin = message.texts.len();
            let next = units[..to].get(index + 1);
            let left_open = shares && own && next.is_some_and(|next| may_share(unit, next));
            let steps = unit.steps.len() - usize::from(left_open);
            for (number, step) in unit.steps.iter().enumerate().take(steps) {
                message.push(index, number, step);
                if number + 1 == OPENING.len()
                    && let Some((before, commit)) = open.take()
                {
                    message.committed_by.push(message.texts.len());
                    message.push(before, commit, &units[before].steps[commit]);
                }
            }
            if left_open {
                open = Some((index, steps));
                continue;
            }
            // Inside an application's transaction nothing is committed.
            if own && unit.is_plain_transaction() {
                message.transactions.push(begin..message.texts.len());
            }
            let after = unit.steps.len() - 1 - unit.committed_by();
            message.committed_by.push(message.texts.len() - 1 - after);
        }
        message
    }

    fn push(&mut self, unit: usize, number: usize, step: &'a Step) {
        self.texts.push(&step.sql);
        self.places.push((unit, number));
    }

    /// Unit and step of a text. Beyond the last it is the last.
    pub(super) fn place(&self, text: usize) -> (usize, usize) {
        self.places[text.min(self.places.len() - 1)]
    }

    /// The unit to go on with after `texts` statements of the message are done.
    pub(super) fn after(&self, texts: usize, to: usize) -> usize {
        self.places.get(texts).map_or(to, |&(unit, _)| unit)
    }

    /// The index after the last unit that is committed if the first `completed` statements ran.
    pub(super) fn committed(&self, completed: usize) -> usize {
        let done = self.committed_by.iter();
        self.from + done.take_while(|&&text| text < completed).count()
    }

    /// The unit whose last rows were taken back, where statement `failed` of another one failed
    /// while they waited for a commit that both share.
    pub(super) fn taken_back(&self, failed: usize) -> Option<usize> {
        let unit = self.committed(failed);
        (self.place(failed).0 == unit + 1).then_some(unit)
    }
}

/// With what a unit begins that lets the one before it commit later: rows of ours, of which each
/// revision has its own.
const OPENING: [Role; 2] = [Role::Guard, Role::Journal];

/// Whether the last rows of a unit may be committed with the first of the next one.
fn may_share(unit: &Unit, next: &Unit) -> bool {
    let in_steps = |unit: &Unit| {
        matches!(unit.atomicity, Atomicity::Stepwise(_)) && unit.delivery != Delivery::PerStatement
    };
    let last = unit.steps.last();
    let opening = next.steps.iter().map(|step| &step.role).take(OPENING.len());
    in_steps(unit)
        && in_steps(next)
        && last.is_some_and(|step| step.role == Role::Commit)
        && opening.eq(OPENING.iter())
}

impl Unit {
    /// The transaction of a unit's last rows.
    pub(super) fn ending(&self) -> impl Iterator<Item = &str> {
        let begin = self.steps.iter().rposition(|step| step.role == Role::Begin);
        let ending = &self.steps[begin.unwrap_or(0)..];
        ending.iter().map(|step| step.sql.as_str())
    }
}
