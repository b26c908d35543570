//! What a run does, given what the ledger holds. Pure but for reading scripts; online and offline
//! decide by the same code.

use std::collections::HashSet;

use super::translation::Omitted;
use super::{Database, RunError, RunOptions, lent, prepare};
use crate::driver::{Dialect, Tenure};
use crate::graph::{Applied, NodeIx};
use crate::ledger::{Direction, FORMAT, Snapshot};
use crate::plan::{self, Plan, Stamp};

/// What a run is to do.
pub(super) enum Intent<'a> {
    Upgrade(&'a str),
    Downgrade(&'a str),
    Stamp {
        targets: &'a [String],
        purge: bool,
    },
    Forget(&'a [String]),
    /// Say of a part-way revision whether it is applied, and nothing of any other.
    Repair {
        revision: &'a str,
        applied: bool,
    },
    Ensure,
    /// Record as applied what another tool applied, and the checksums of what is recorded without.
    Adopt(&'a [String]),
}

/// A decision: a plan, and what to tell about it.
pub(super) struct Decision {
    pub(super) plan: Plan,
    pub(super) revisions: Vec<String>,
    pub(super) holes: Vec<String>,
    /// What translations leave out.
    pub(super) omitted: Vec<Omitted>,
    /// Applied revisions whose files are gone, where they are to be told.
    pub(super) missing: Vec<String>,
    pub(super) direction: Option<Direction>,
}

impl Database {
    /// Decides for a connection of some tenure, or for none: offline.
    pub(super) fn decide(
        &self,
        intent: &Intent<'_>,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
        on: Option<Tenure>,
        options: &RunOptions,
    ) -> Result<Decision, RunError> {
        let offline = on.is_none();
        let mut decision = self.decide_freely(intent, snapshot, dialect, offline, options)?;
        let tenure = on.unwrap_or_default();
        lent::check(&decision.plan, dialect, tenure)?;
        if tenure != Tenure::Own {
            decision.plan.lend(dialect, tenure == Tenure::InTransaction);
        }
        Ok(decision)
    }

    fn decide_freely(
        &self,
        intent: &Intent<'_>,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
        offline: bool,
        options: &RunOptions,
    ) -> Result<Decision, RunError> {
        let setup =
            !(snapshot.ledger_exists && snapshot.journal_exists && snapshot.format.is_some());
        let applied = self.applied(snapshot);
        let tables = &snapshot.tables;
        let by = &options.identity;
        match intent {
            Intent::Upgrade(target) => {
                let set = self.graph.upgrade(target, &applied)?;
                refuse_part_way(snapshot)?;
                if options.no_holes && !set.holes.is_empty() {
                    let holes: Vec<_> = set.holes.iter().map(|&ix| self.name(ix)).collect();
                    return Err(RunError::Refused {
                        code: "holes",
                        message: format!("these revisions would fill holes: {}", holes.join(", ")),
                        help: "leave out `--no-holes` to apply them".into(),
                    });
                }
                let (steps, holes) = (&set.steps, &set.holes);
                let prepared = prepare::works(
                    self,
                    dialect,
                    &applied,
                    steps,
                    Direction::Up,
                    holes,
                    offline,
                )?;
                let works = prepared.works;
                Ok(Decision {
                    omitted: prepared.omitted,
                    revisions: works.iter().map(|work| work.name.clone()).collect(),
                    holes: set.holes.iter().map(|&ix| self.name(ix)).collect(),
                    direction: Some(Direction::Up),
                    missing: applied.missing,
                    plan: plan::build(dialect, tables, setup, works, by)?,
                })
            }
            Intent::Downgrade(target) => {
                let recorded = snapshot.recorded();
                let recency = |ix: NodeIx| {
                    recorded
                        .get(self.graph.node(ix).id.as_str())
                        .map_or(0, |row| row.number)
                };
                let steps = self.graph.downgrade(target, &applied, &recency)?;
                refuse_part_way(snapshot)?;
                let gone = match *target {
                    "base" => applied.missing.iter().collect(),
                    _ => self.passed(&steps, &applied),
                };
                if !gone.is_empty() {
                    let gone: Vec<_> = gone.into_iter().map(String::as_str).collect();
                    return Err(RunError::Refused {
                        code: "missing",
                        message: format!(
                            "the files of these applied revisions are gone, so they cannot be reverted: {}",
                            gone.join(", ")
                        ),
                        help: "restore the files, or `aludel stamp --forget ID` for each".into(),
                    });
                }
                let prepared = prepare::works(
                    self,
                    dialect,
                    &applied,
                    &steps,
                    Direction::Down,
                    &[],
                    offline,
                )?;
                let works = prepared.works;
                // A ledger of another tool alone needs no journal as long as nothing is written.
                let setup = setup && !works.is_empty();
                Ok(Decision {
                    revisions: works.iter().map(|work| work.name.clone()).collect(),
                    omitted: prepared.omitted,
                    holes: Vec::new(),
                    direction: Some(Direction::Down),
                    missing: applied.missing,
                    plan: plan::build(dialect, tables, setup, works, by)?,
                })
            }
            Intent::Stamp { targets, purge } => {
                let stamp = self.decide_stamp(targets, *purge, &applied, snapshot, dialect)?;
                let plan = plan::stamp(dialect, tables, setup, stamp, by)?;
                Ok(Decision::quiet(plan))
            }
            Intent::Forget(ids) => {
                let unknown: Vec<_> = ids
                    .iter()
                    .filter(|id| !applied.missing.contains(id))
                    .cloned()
                    .collect();
                if !unknown.is_empty() {
                    return Err(RunError::Refused {
                        code: "not-missing",
                        message: format!("no row without a file has the id {}", unknown.join(", ")),
                        help: if applied.missing.is_empty() {
                            "the ledger has no such rows".into()
                        } else {
                            format!("such rows are: {}", applied.missing.join(", "))
                        },
                    });
                }
                let stamp = Stamp {
                    remove: ids.to_vec(),
                    ..Stamp::default()
                };
                let plan = plan::stamp(dialect, tables, setup, stamp, by)?;
                Ok(Decision::quiet(plan))
            }
            Intent::Repair {
                revision,
                applied: is_applied,
            } => {
                let stamp =
                    self.decide_repair(revision, *is_applied, &applied, snapshot, dialect)?;
                let plan = plan::stamp(dialect, tables, setup, stamp, by)?;
                Ok(Decision::quiet(plan))
            }
            Intent::Adopt(ids) => {
                let stamp = self.decide_adoption(ids, snapshot, dialect);
                let recorded = stamp.add.iter().chain(&stamp.renew);
                let recorded = recorded.map(|(id, _)| id.clone()).collect();
                let plan = plan::stamp(dialect, tables, setup && !stamp.is_empty(), stamp, by)?;
                Ok(Decision {
                    revisions: recorded,
                    ..Decision::quiet(plan)
                })
            }
            Intent::Ensure => {
                let plan = plan::stamp(dialect, tables, setup, Stamp::default(), by)?;
                Ok(Decision::quiet(plan))
            }
        }
    }

    /// Applied revisions without a file that stand on what is to be reverted, as far as the order
    /// of a plain directory tells: there each revision stands on all that sort before it.
    fn passed<'s>(&self, steps: &[NodeIx], applied: &'s Applied) -> Vec<&'s String> {
        let implicit = steps
            .iter()
            .filter(|ix| !self.revision(**ix).explicit_parents);
        let lowest = implicit.map(|&ix| self.graph.node(ix).id.as_str()).min();
        let missing = applied.missing.iter();
        missing
            .filter(|id| lowest.is_some_and(|lowest| id.as_str() > lowest))
            .collect()
    }

    fn decide_adoption(&self, ids: &[String], snapshot: &Snapshot, dialect: &dyn Dialect) -> Stamp {
        let recorded = snapshot.recorded();
        let mut stamp = Stamp::default();
        for id in ids {
            let checksum = self
                .graph
                .ix(id)
                .and_then(|ix| prepare::checksum(self, dialect, ix));
            let known = recorded.get(id.as_str());
            if !snapshot.applied.contains(id) {
                stamp.add.push((id.clone(), checksum));
            } else if known.is_none_or(|row| row.checksum.is_none()) && checksum.is_some() {
                stamp.renew.push((id.clone(), checksum));
            }
        }
        stamp
    }

    fn decide_repair(
        &self,
        revision: &str,
        is_applied: bool,
        applied: &Applied,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
    ) -> Result<Stamp, RunError> {
        let parts = snapshot.part_way();
        // The row of a revision whose file is gone has its id alone.
        let named = match parts.iter().find(|part| part.revision == revision) {
            Some(part) => Some(part.revision.clone()),
            None => match self.graph.resolve(revision, applied)?.as_slice() {
                [ix] => Some(self.graph.node(*ix).id.to_string()),
                _ => None,
            },
        };
        let part = parts
            .iter()
            .find(|part| Some(&part.revision) == named.as_ref());
        let Some(part) = part else {
            let ids: Vec<_> = parts.iter().map(|part| part.revision.as_str()).collect();
            return Err(RunError::Refused {
                code: "not-part-way",
                message: format!("`{revision}` is not part-way"),
                help: match ids.as_slice() {
                    [] => "no revision is: `aludel status` says where the database is".into(),
                    _ => format!("such revisions are: {}", ids.join(", ")),
                },
            });
        };
        let id = part.revision.clone();
        let mut stamp = Stamp::default();
        match (is_applied, snapshot.applied.contains(&id)) {
            // It went down part of the way and is up again: with the script it went up by.
            (true, true) => {
                let recorded = snapshot.recorded();
                let row = recorded.get(id.as_str());
                let checksum = row.and_then(|row| row.checksum.clone());
                stamp.renew.push((id, checksum));
            }
            (true, false) => {
                let ix = self.graph.ix(&id);
                let checksum = ix.and_then(|ix| prepare::checksum(self, dialect, ix));
                stamp.add.push((id, checksum));
            }
            (false, true) => stamp.remove.push(id),
            (false, false) => stamp.settle.push(id),
        }
        Ok(stamp)
    }

    fn decide_stamp(
        &self,
        targets: &[String],
        purge: bool,
        applied: &Applied,
        snapshot: &Snapshot,
        dialect: &dyn Dialect,
    ) -> Result<Stamp, RunError> {
        let start = if purge {
            Applied::new(&self.graph, [])
        } else {
            applied.clone()
        };
        let change = self.graph.stamp(targets, &start)?;
        let is_applied = |id: &str| snapshot.applied.iter().any(|row| row == id);
        let id = |ix: &NodeIx| self.graph.node(*ix).id.to_string();
        let mut stamp = Stamp::default();
        let added: Vec<String> = change.add.iter().map(id).collect();
        if purge {
            let kept = |row: &&String| !added.contains(row);
            stamp.remove = snapshot.applied.iter().filter(kept).cloned().collect();
        } else {
            stamp.remove = change.remove.iter().map(id).collect();
        }
        for &ix in &change.add {
            let id = self.graph.node(ix).id.to_string();
            let checksum = prepare::checksum(self, dialect, ix);
            if is_applied(&id) {
                stamp.renew.push((id, checksum));
            } else {
                stamp.add.push((id, checksum));
            }
        }
        // A target that was applied already is confirmed as its file stands now: this is how an
        // edited file is accepted, one revision at a time and on the record.
        let recorded = snapshot.recorded();
        for target in targets {
            for ix in self.graph.resolve(target, &start).unwrap_or_default() {
                let id = self.graph.node(ix).id.to_string();
                let known = recorded
                    .get(id.as_str())
                    .and_then(|row| row.checksum.clone());
                let checksum = prepare::checksum(self, dialect, ix);
                let listed = stamp.renew.iter().chain(&stamp.add).any(|(i, _)| *i == id);
                if is_applied(&id)
                    && !stamp.remove.contains(&id)
                    && !listed
                    && checksum.is_some()
                    && known != checksum
                {
                    stamp.renew.push((id, checksum));
                }
            }
        }
        // Whoever stamps says where the database is on these lines; a part-way revision of theirs is
        // settled by that.
        let lines: HashSet<NodeIx> = change.lines.iter().copied().collect();
        for part in snapshot.part_way() {
            let id = part.revision;
            let is_meant = |ix: NodeIx| lines.contains(&ix);
            if !purge && !self.graph.ix(&id).is_some_and(is_meant) {
                continue;
            }
            if stamp.add.iter().chain(&stamp.renew).any(|(i, _)| *i == id) {
                continue;
            }
            if is_applied(&id) && !stamp.remove.contains(&id) {
                let checksum = recorded
                    .get(id.as_str())
                    .and_then(|row| row.checksum.clone());
                stamp.renew.push((id, checksum));
            } else if !stamp.remove.contains(&id) {
                stamp.settle.push(id);
            }
        }
        Ok(stamp)
    }
}

impl Decision {
    fn quiet(plan: Plan) -> Self {
        Self {
            plan,
            omitted: Vec::new(),
            missing: Vec::new(),
            revisions: Vec::new(),
            holes: Vec::new(),
            direction: None,
        }
    }
}

impl Database {
    /// Refuses a ledger that a newer version wrote, and revisions that stand on what is neither
    /// there nor applied.
    pub(super) fn accept(&self, snapshot: &Snapshot) -> Result<(), RunError> {
        match snapshot.format {
            Some(found) if found > FORMAT => return Err(RunError::NewerLedger { found }),
            _ => {}
        }
        self.check_edges(|id| snapshot.applied.iter().any(|row| row == id))
    }

    /// Refuses revisions that stand on what is not there: no ledger says that it is applied.
    pub(super) fn closed(&self) -> Result<(), RunError> {
        self.check_edges(|_| false)
    }

    fn check_edges(&self, is_applied: impl Fn(&str) -> bool) -> Result<(), RunError> {
        match self.graph.unmet(is_applied) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(RunError::Graph(problems)),
        }
    }
}

fn refuse_part_way(snapshot: &Snapshot) -> Result<(), RunError> {
    match snapshot.part_way().into_iter().next() {
        Some(part) => Err(RunError::PartWay(part)),
        None => Ok(()),
    }
}
