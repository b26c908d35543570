//! From what is wrong with files to problems to show: configuration, revisions, graph, scripts.

use aludel::config::ConfigProblem;
use aludel::graph::GraphProblem;
use aludel::revision::{self, LoadProblem, RevisionSet};
use aludel::run::ScriptIssue;

use super::{Place, Problem};

impl From<&ConfigProblem> for Problem {
    fn from(problem: &ConfigProblem) -> Self {
        // No text: a line of the configuration may hold a password.
        Self::placed(problem.code(), &problem.to_string(), problem.place())
    }
}

impl From<&LoadProblem> for Problem {
    fn from(problem: &LoadProblem) -> Self {
        let mut shown = Self::placed(problem.code(), &problem.to_string(), problem.place());
        if let (Some(place), LoadProblem::Metadata(_)) = (&mut shown.place, problem) {
            place.draw();
        }
        match problem {
            LoadProblem::MissingDirectory { .. } => {
                shown.help(
                    "make it, or name another with `--migrations DIR` or `migrations` in aludel.toml; a new project begins with `aludel init`",
                )
            }
            LoadProblem::Id { .. } => shown.help(
                "the id is the directory's name up to the first `_`, hyphens removed: rename the directory",
            ),
            LoadProblem::DuplicateId { .. } => {
                shown.help("rename one of the directories: an id is the name up to the first `_`")
            }
            LoadProblem::LeadsNowhere { .. } => {
                shown.help("bring back what it leads to, or remove it")
            }
            LoadProblem::NoUpScript { .. } => shown.help("write its up.sql, or remove the directory"),
            _ => shown,
        }
    }
}

impl From<ScriptIssue> for Problem {
    fn from(issue: ScriptIssue) -> Self {
        let mut problem = Self::refused(issue.code, &issue.message);
        // A message about the file as a whole names it.
        if issue.line > 0 {
            problem.place = Some(Place {
                path: issue.path,
                text: issue.text.map(|text| text.to_string()),
                span: issue.span,
                line: issue.line,
                column: issue.column,
                label: None,
            });
        }
        problem.help = issue.help;
        problem
    }
}

impl Problem {
    /// Problems of the graph, at the places in the metadata that they come from.
    pub(crate) fn of_graph(problems: &[GraphProblem], revisions: &RevisionSet) -> Vec<Self> {
        let shown = problems.iter();
        shown.map(|p| Self::of_edge(p, revisions)).collect()
    }

    fn of_edge(problem: &GraphProblem, revisions: &RevisionSet) -> Self {
        let mut shown = Self::refused(problem.code(), problem).help(problem.help());
        let mentions = problem.mentions();
        for passage in mentions.iter().filter_map(|m| revisions.locate(m)) {
            if shown.place.is_some() {
                shown.facts.push(format!("see also {}", passage.place));
                continue;
            }
            shown.place = Some(Place {
                path: passage.place.file,
                text: Some(passage.text.to_string()),
                span: passage.span,
                line: passage.place.line,
                column: passage.place.column,
                label: None,
            });
        }
        shown
    }

    /// A problem whose text begins with its place.
    fn placed(code: &str, text: &str, place: Option<&revision::Place>) -> Self {
        let Some(place) = place else {
            return Self::refused(code, text);
        };
        let mut problem = Self::refused(code, place.strip(text));
        problem.place = Some(Place {
            path: place.file.clone(),
            text: None,
            span: 0..0,
            line: place.line,
            column: place.column,
            label: None,
        });
        problem
    }
}
