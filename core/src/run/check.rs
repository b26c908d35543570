//! Everything that is wrong with the scripts, found without a database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Database, RunError, RunOptions, Runner, ScriptIssue, TranslatedRevision, prepare};
use crate::config::nearest;
use crate::driver::{Access, Dialect};
use crate::graph::NodeIx;
use crate::ledger::Direction;
use crate::revision::{Listing, Override};

/// What has been seen of overrides while directories were listed for something else.
#[derive(Default)]
struct Overrides {
    /// The revisions whose directories could be listed.
    listed: HashSet<NodeIx>,
    /// Those that have some.
    found: HashMap<NodeIx, Vec<Override>>,
}

impl Overrides {
    fn note(&mut self, database: &Database, ix: NodeIx, listing: &Listing) {
        let revision = database.revision(ix);
        let own = database.revisions.overrides(revision, listing);
        self.listed.insert(ix);
        if !own.is_empty() {
            self.found.insert(ix, own);
        }
    }
}

impl Database {
    /// Everything that is wrong with the scripts of all revisions: for this driver, and, once more, with
    /// those that are for one driver or flavour alone (`up.<name>.sql`), whichever driver this database
    /// has. Of these it is a name that nobody knows, and what the dialect of that name says. Where
    /// `dialect` knows none, the file is read and no more.
    pub fn check_all(
        &self,
        dialect: &dyn Fn(&str) -> Option<Arc<dyn Dialect>>,
    ) -> Vec<ScriptIssue> {
        let mut overrides = Overrides::default();
        let mut issues = self.check_own(&mut overrides);
        for issue in self.check_overrides(overrides, dialect) {
            // This driver may have found it already.
            if !issues.contains(&issue) {
                issues.push(issue);
            }
        }
        issues
    }

    /// Everything that is wrong with the scripts of all revisions, for this driver. What it sees of
    /// overrides on the way is noted.
    fn check_own(&self, overrides: &mut Overrides) -> Vec<ScriptIssue> {
        let Ok(dialect) = self.offline_dialect() else {
            return Vec::new();
        };
        let mut issues = Vec::new();
        // Having no down script is a choice, not a mistake.
        let mut add = |found: Vec<ScriptIssue>| {
            issues.extend(found.into_iter().filter(|i| i.code != "irreversible"));
        };
        if self.options.authored.is_some() {
            let mut each = |ix, listed: Result<Arc<Listing>, _>, revision: TranslatedRevision| {
                revision.up.err().map(&mut add);
                revision.down.and_then(Result::err).map(&mut add);
                if let Ok(listing) = listed {
                    overrides.note(self, ix, &listing);
                }
            };
            // A target that is refused is said elsewhere.
            self.translate_each("heads", dialect.as_ref(), false, &mut each)
                .ok();
            return issues;
        }
        for &ix in self.graph.topological() {
            for direction in [Direction::Up, Direction::Down] {
                if let Err(found) = prepare::script(self, dialect.as_ref(), ix, direction, true) {
                    add(found);
                }
            }
        }
        issues
    }

    /// Sees that the up scripts of some revisions, by their directories' names, can be prepared for the server
    /// that is there: before something is destroyed that they are to make again. `None`: of all.
    ///
    /// # Errors
    ///
    /// [`RunError::Scripts`] with all that is wrong; [`RunError::Session`] without a connection, as when there
    /// is no database.
    pub async fn check_up_scripts(
        &self,
        names: Option<&[String]>,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<(), RunError> {
        let (session, dialect) = self.connect(Access::Read, options, runner).await?;
        session.close().await;
        let dialect = dialect.as_ref();
        let wanted = |name: &String| names.is_none_or(|names| names.contains(name));
        let mut issues = Vec::new();
        if self.options.authored.is_some() {
            let revisions = self.translate("heads", dialect)?.into_iter();
            for revision in revisions.filter(|revision| wanted(&revision.name)) {
                issues.extend(revision.up.err().into_iter().flatten());
            }
        } else {
            let all = self.graph.topological().iter();
            for &ix in all.filter(|&&ix| wanted(&self.graph.node(ix).name)) {
                let script = prepare::script(self, dialect, ix, Direction::Up, true);
                issues.extend(script.err().into_iter().flatten());
            }
        }
        if issues.is_empty() {
            Ok(())
        } else {
            Err(RunError::Scripts(issues))
        }
    }

    fn check_overrides(
        &self,
        mut seen: Overrides,
        dialect: &dyn Fn(&str) -> Option<Arc<dyn Dialect>>,
    ) -> Vec<ScriptIssue> {
        let mut issues = Vec::new();
        for &ix in self.graph.topological() {
            if !seen.listed.contains(&ix) {
                let listed = self.revisions.listing(self.revision(ix));
                match listed {
                    Ok(listing) => seen.note(self, ix, &listing),
                    Err(problem) => issues.push(problem.into()),
                }
            }
            for own in seen.found.remove(&ix).unwrap_or_default() {
                let found = self.check_override(ix, &own, dialect);
                issues.extend(found.err().unwrap_or_default());
            }
        }
        issues
    }

    fn check_override(
        &self,
        ix: NodeIx,
        own: &Override,
        dialect: &dyn Fn(&str) -> Option<Arc<dyn Dialect>>,
    ) -> Result<(), Vec<ScriptIssue>> {
        let known = &self.options.names;
        if !known.contains(&own.name.as_str()) {
            return Err(vec![ScriptIssue {
                code: "script-unknown-driver",
                message: format!(
                    "`{}` is for no driver that is known, and never runs",
                    own.path.display().to_string().escape_debug()
                ),
                path: own.path.clone(),
                text: None,
                span: 0..0,
                line: 0,
                column: 0,
                help: Some(match nearest(&own.name, known.iter().copied()) {
                    Some(name) => format!("did you mean `{}.{name}.sql`?", own.direction),
                    None => format!("drivers and flavours are: {}", known.join(", ")),
                }),
            }]);
        }
        let revision = self.revision(ix);
        let names = [own.name.as_str()];
        let read = self.revisions.script(revision, own.direction, &names);
        let file = read.map_err(|problem| vec![problem.into()])?;
        if let (Some(file), Some(dialect)) = (file, dialect(&own.name)) {
            prepare::as_it_stands(self, dialect.as_ref(), ix, &file)?;
        }
        Ok(())
    }
}
