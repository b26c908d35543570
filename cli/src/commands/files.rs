//! Commands that read files alone: `heads`, `branches`, `history`, `show`, `check`.

use std::fmt::Write as _;

use aludel::graph::{Applied, HistoryEntry, NodeIx};
use aludel::revision::order_breaks;
use owo_colors::OwoColorize;
use serde_json::{Value, json};

use super::{Answer, reply};
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, count, printable};

pub(super) fn refused(
    target: &Target,
    error: aludel::graph::TargetError,
    words: &str,
) -> Vec<Problem> {
    Problem::of_run(error.into(), target, words)
}

pub(crate) fn heads(context: &Context) -> Answer {
    let targets = context.targets_to_read(Need::Files)?;
    let several = targets.len() > 1;
    let mut text = String::new();
    let mut found = Vec::new();
    for target in &targets {
        let graph = target.database.graph();
        let mut heads = graph.heads();
        heads.sort_by_key(|&ix| graph.node(ix).id.clone());
        let ids: Vec<_> = heads.iter().map(|&ix| graph.node(ix).id.as_str()).collect();
        found.push(json!({ "database": target.settings.name, "heads": ids }));
        if several {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        for &ix in &heads {
            let _ = writeln!(text, "{}", one_line(target, ix));
        }
    }
    reply(context, &text, found)?;
    Ok(Exit::Done)
}

/// Name, labels and message of a revision.
fn one_line(target: &Target, ix: NodeIx) -> String {
    let node = target.database.graph().node(ix);
    let mut line = node.name.clone();
    if !node.labels.is_empty() {
        let _ = write!(line, " ({})", node.labels.join(", "));
    }
    if let Some(message) = &node.message {
        let _ = write!(line, "  {}", printable(message).dimmed());
    }
    line
}

/// A revision of a drawn history, with what is special about it.
pub(super) fn line_of(target: &Target, entry: &HistoryEntry, mark: Option<&str>) -> String {
    let marks = [
        entry.head.then_some("head"),
        entry.branch_point.then_some("branchpoint"),
        entry.merge_point.then_some("mergepoint"),
        mark,
    ];
    let marks: Vec<&str> = marks.into_iter().flatten().collect();
    let mut line = one_line(target, entry.ix);
    if !marks.is_empty() {
        let _ = write!(line, " {}", format!("({})", marks.join(", ")).cyan());
    }
    line
}

pub(crate) fn branches(context: &Context) -> Answer {
    let targets = context.targets_to_read(Need::Files)?;
    let several = targets.len() > 1;
    let mut text = String::new();
    let mut found = Vec::new();
    for target in &targets {
        let graph = target.database.graph();
        if several {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        let mut points = Vec::new();
        for ix in graph.branch_points() {
            let _ = writeln!(text, "{}", one_line(target, ix));
            let children = graph.children(ix);
            for (index, &child) in children.iter().enumerate() {
                let corner = if index + 1 == children.len() {
                    "└─"
                } else {
                    "├─"
                };
                let _ = writeln!(text, "{corner} {}", one_line(target, child));
            }
            let ids: Vec<_> = children
                .iter()
                .map(|&c| graph.node(c).id.as_str())
                .collect();
            points.push(json!({ "revision": graph.node(ix).id.as_str(), "children": ids }));
        }
        found.push(json!({ "database": target.settings.name, "branches": points }));
    }
    reply(context, &text, found)?;
    Ok(Exit::Done)
}

pub(crate) fn history(context: &Context, range: Option<&str>, applied: Option<Applied>) -> Answer {
    let targets = context.targets_to_read(Need::Files)?;
    let answers: Vec<_> = targets
        .iter()
        .map(|target| (target, applied.clone()))
        .collect();
    print_history(context, range, &answers, Vec::new(), false)?;
    Ok(Exit::Done)
}

pub(crate) fn print_history(
    context: &Context,
    range: Option<&str>,
    answers: &[(&Target, Option<Applied>)],
    failed: Vec<Value>,
    indicate: bool,
) -> Result<(), Vec<Problem>> {
    let mut text = String::new();
    let mut found = Vec::new();
    for (target, applied) in answers {
        let graph = target.database.graph();
        let none = Applied::new(graph, []);
        let known = applied.as_ref().unwrap_or(&none);
        let entries = graph
            .history(range.unwrap_or(":"), known)
            .map_err(|error| refused(target, error, "history"))?;
        if answers.len() > 1 {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        let current = graph.current_heads(known);
        let mut revisions = Vec::new();
        for entry in &entries {
            let node = graph.node(entry.ix);
            let is_current = current.contains(&entry.ix);
            let mark = (indicate && is_current).then_some("current");
            let tick = match indicate {
                true if known.contains(entry.ix) => "✓ ",
                true => "· ",
                false => "",
            };
            for line in &entry.before {
                let _ = writeln!(text, "{line}");
            }
            let line = line_of(target, entry, mark);
            let _ = writeln!(text, "{}{tick}{line}", entry.prefix);
            let parents: Vec<_> = graph
                .parents(entry.ix)
                .iter()
                .map(|&p| graph.node(p).id.as_str())
                .collect();
            let mut revision = json!({
                "revision": node.id.as_str(),
                "name": node.name,
                "message": node.message,
                "parents": parents,
                "labels": node.labels,
                "depends_on": node.depends_on,
                "head": entry.head,
            });
            if let (true, Some(fields)) = (indicate, revision.as_object_mut()) {
                fields.insert("applied".into(), known.contains(entry.ix).into());
                fields.insert("current".into(), is_current.into());
            }
            revisions.push(revision);
        }
        let mut document = json!({ "database": target.settings.name, "history": revisions });
        if indicate {
            for id in &known.missing {
                let _ = writeln!(text, "✓ {id} (missing: its file is gone)");
            }
            document["missing"] = json!(known.missing);
        }
        found.push(document);
    }
    found.extend(failed);
    reply(context, &text, found)
}

pub(crate) fn show(context: &Context, wanted: &str) -> Answer {
    let targets = context.targets_to_read(Need::Files)?;
    let answers: Vec<_> = targets
        .iter()
        .map(|target| (target, Applied::new(target.database.graph(), [])))
        .collect();
    print_show(context, wanted, &answers, Vec::new())?;
    Ok(Exit::Done)
}

/// Shows a revision wherever it is: of several databases, usually one has it.
pub(crate) fn print_show(
    context: &Context,
    wanted: &str,
    answers: &[(&Target, Applied)],
    failed: Vec<Value>,
) -> Result<(), Vec<Problem>> {
    let mut text = String::new();
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for (target, applied) in answers {
        let graph = target.database.graph();
        let nodes = match wanted {
            "current" => graph.current_heads(applied),
            _ => match graph.resolve(wanted, applied) {
                Ok(nodes) => nodes,
                Err(error) => {
                    unknown.extend(refused(target, error, "show"));
                    continue;
                }
            },
        };
        if answers.len() > 1 && !nodes.is_empty() {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        let revisions: Vec<_> = nodes
            .iter()
            .map(|&ix| describe(target, ix, &mut text))
            .collect();
        found.push(json!({ "database": target.settings.name, "revisions": revisions }));
    }
    if found.is_empty() && !unknown.is_empty() {
        unknown.truncate(1);
        return Err(unknown);
    }
    found.extend(failed);
    reply(context, &text, found)
}

/// All about a revision, for people at the end of `text` and for programs.
fn describe(target: &Target, ix: NodeIx, text: &mut String) -> Value {
    let graph = target.database.graph();
    let node = graph.node(ix);
    let revision = target.database.revision(ix);
    let names = |nodes: &[NodeIx]| -> Vec<String> {
        nodes
            .iter()
            .map(|&n| graph.node(n).id.to_string())
            .collect()
    };
    let parents = names(graph.parents(ix));
    let children = names(graph.children(ix));
    let depends = names(graph.dependencies(ix));
    let created = revision.metadata.created.clone();
    let mut line = |what: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "{what:<12} {value}");
        }
    };
    line("revision", node.id.to_string());
    line(
        "message",
        printable(node.message.as_deref().unwrap_or_default()),
    );
    line("created", created.clone().unwrap_or_default());
    line(
        "parents",
        if parents.is_empty() {
            "base".into()
        } else {
            parents.join(", ")
        },
    );
    line("children", children.join(", "));
    line("depends on", depends.join(", "));
    line("labels", node.labels.join(", "));
    line("path", revision.path.display().to_string());
    text.push('\n');
    json!({
        "revision": node.id.as_str(),
        "name": node.name,
        "message": node.message,
        "created": created,
        "parents": parents,
        "children": children,
        "depends_on": depends,
        "labels": node.labels,
        "path": revision.path.display().to_string(),
    })
}

pub(crate) fn check(context: &Context) -> Answer {
    let targets = context.targets_to_check()?;
    let mut problems = Vec::new();
    let mut found = Vec::new();
    let mut text = String::new();
    for (target, notes) in &targets {
        let database = &target.database;
        let mut warnings: Vec<Value> = Vec::new();
        let mut warn = |code: &str, message: String| {
            warnings.push(json!({ "code": code, "message": message }));
        };
        for note in notes {
            let message = format!("its scripts are checked without its URL: {note}");
            warn("url-unknown", message);
        }
        for warning in database.revisions().warnings() {
            warn(warning.code(), warning.to_string());
        }
        let graph = database.graph();
        let edges: Vec<_> = graph
            .topological()
            .iter()
            .map(|&ix| {
                let before = graph.parents(ix).iter().chain(graph.dependencies(ix));
                (
                    graph.node(ix).id.clone(),
                    before.map(|&p| graph.node(p).id.clone()).collect(),
                )
            })
            .collect();
        for turned in order_breaks(&edges) {
            warn(
                "diesel-order",
                format!(
                    "Diesel, which runs in the order of ids, would run `{}` before `{}`, which it needs",
                    turned.child, turned.parent
                ),
            );
        }
        let heads = graph.heads();
        if heads.len() > 1 {
            let ids: Vec<_> = heads.iter().map(|&ix| graph.node(ix).id.as_str()).collect();
            warn(
                "several-heads",
                format!(
                    "there are several heads: {} (`aludel {}merge heads` joins them)",
                    ids.join(", "),
                    target.options
                ),
            );
        }
        let issues = database.check_all(&|name| context.dialect(name));
        let _ = writeln!(
            text,
            "{}: {}, {}, {}",
            target.settings.name,
            count(graph.len(), "revision"),
            count(issues.len(), "problem"),
            count(warnings.len(), "warning")
        );
        for warning in &warnings {
            let message = warning["message"].as_str().unwrap_or_default();
            let _ = writeln!(text, "  warning: {message}");
        }
        let issues: Vec<Problem> = issues.into_iter().map(Problem::from).collect();
        found.push(json!({
            "database": target.settings.name,
            "revisions": graph.len(),
            "warnings": warnings,
            "problems": issues.iter().map(|p| p.json(None)).collect::<Vec<_>>(),
        }));
        problems.extend(issues);
    }
    reply(context, &text, found)?;
    match problems.is_empty() {
        true => Ok(Exit::Done),
        // The document holds them.
        false if context.out.json() => Ok(Exit::Refused),
        false => Err(problems),
    }
}
