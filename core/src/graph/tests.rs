//! The contract's rules about targets and sets, one by one.

use super::*;

fn node(id: &str, parents: &[&str], depends_on: &[&str], labels: &[&str]) -> Node {
    Node {
        id: RevisionId::new(id).expect("an id"),
        name: format!("{id}_x"),
        parents: parents
            .iter()
            .map(|p| RevisionId::new(p).expect("an id"))
            .collect(),
        depends_on: depends_on.iter().map(|&d| d.to_owned()).collect(),
        labels: labels.iter().map(|&l| l.to_owned()).collect(),
        message: None,
    }
}

/// a - b - c - m, b - d - m, and e (label `side`) which depends on c.
fn diamond() -> Graph {
    Graph::build(vec![
        node("a", &[], &[], &[]),
        node("b", &["a"], &[], &[]),
        node("c", &["b"], &[], &["left"]),
        node("d", &["b"], &[], &["right"]),
        node("m", &["c", "d"], &[], &[]),
        node("e", &[], &["c"], &["side"]),
    ])
    .expect("a graph")
}

fn ids(graph: &Graph, nodes: &[NodeIx]) -> String {
    nodes
        .iter()
        .map(|&ix| graph.node(ix).id.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn upgrade(graph: &Graph, target: &str, applied: &[&str]) -> Result<String, TargetError> {
    let applied = Applied::new(graph, applied.iter().copied());
    graph
        .upgrade(target, &applied)
        .map(|set| ids(graph, &set.steps))
}

fn downgrade(graph: &Graph, target: &str, applied: &[&str]) -> Result<String, TargetError> {
    let applied = Applied::new(graph, applied.iter().copied());
    graph
        .downgrade(target, &applied, &|_| 0)
        .map(|steps| ids(graph, &steps))
}

#[test]
fn upgrade_applies_ancestors_and_dependencies() {
    let graph = diamond();
    assert_eq!(upgrade(&graph, "heads", &[]), Ok("a b c d e m".into()));
    assert_eq!(upgrade(&graph, "e", &[]), Ok("a b c e".into()));
    assert_eq!(upgrade(&graph, "d", &["a"]), Ok("b d".into()));
    assert_eq!(upgrade(&graph, "a_x", &[]), Ok("a".into()));
    assert_eq!(upgrade(&graph, "right", &["a", "b"]), Ok("d".into()));
    assert!(upgrade(&graph, "b+1", &[]).is_err(), "b forks");
    assert_eq!(upgrade(&graph, "left@b+1", &[]), Ok("a b c".into()));
    assert!(upgrade(&graph, "m-1", &[]).is_err(), "m merges");
    assert!(upgrade(&graph, "+1", &[]).is_err(), "two roots");
    assert!(matches!(
        upgrade(&graph, "head", &[]),
        Err(TargetError::MultipleHeads { .. })
    ));
}

#[test]
fn holes_are_filled_and_named() {
    let graph = diamond();
    let applied = Applied::new(&graph, ["a", "m", "gone"]);
    assert_eq!(applied.missing, ["gone"]);
    let set = graph.upgrade("m", &applied).expect("resolved");
    assert_eq!(ids(&graph, &set.steps), "b c d");
    assert_eq!(ids(&graph, &set.holes), "b c d");
}

#[test]
fn downgrade_reverts_descendants_and_dependents() {
    let graph = diamond();
    let all = ["a", "b", "c", "d", "e", "m"];
    assert_eq!(downgrade(&graph, "base", &all), Ok("m e d c b a".into()));
    assert_eq!(downgrade(&graph, "c", &all), Ok("m".into()));
    assert_eq!(downgrade(&graph, "b", &all), Ok("m e d c".into()));
    assert_eq!(downgrade(&graph, "left@b", &all), Ok("m e c".into()));
    assert_eq!(downgrade(&graph, "a", &["a"]), Ok(String::new()));
    assert!(matches!(
        downgrade(&graph, "-1", &all),
        Err(TargetError::Ambiguous { .. })
    ));
    assert!(matches!(
        downgrade(&graph, "d", &["a"]),
        Err(TargetError::NotAncestor { .. })
    ));
}

#[test]
fn downgrade_takes_the_newest_first_where_it_may_choose() {
    let graph = diamond();
    let applied = Applied::new(&graph, ["a", "b", "c", "d"]);
    let newest_c = |ix: NodeIx| u64::from(graph.node(ix).id.as_str() == "c");
    let steps = graph.downgrade("b", &applied, &newest_c).expect("resolved");
    assert_eq!(ids(&graph, &steps), "c d");
}

#[test]
fn stamp_sets_the_lines_it_touches() {
    let graph = diamond();
    let stamp = |targets: &[&str], applied: &[&str]| {
        let applied = Applied::new(&graph, applied.iter().copied());
        let targets: Vec<_> = targets.iter().map(|&t| t.to_owned()).collect();
        let change = graph.stamp(&targets, &applied).expect("resolved");
        (ids(&graph, &change.add), ids(&graph, &change.remove))
    };
    assert_eq!(stamp(&["c"], &[]), ("a b c".into(), String::new()));
    assert_eq!(
        stamp(&["b"], &["a", "b", "c", "d"]),
        (String::new(), "d c".into())
    );
    assert_eq!(stamp(&["c"], &["a", "b", "d"]), ("c".into(), String::new()));
    assert_eq!(stamp(&["base"], &["a", "b"]), (String::new(), "b a".into()));
}

#[test]
fn every_problem_is_reported_at_once() {
    let problems = Graph::build(vec![
        node("a", &["zz"], &["nothing"], &["head"]),
        node("b", &["b"], &["b"], &["one"]),
        node("c", &[], &[], &["one"]),
    ])
    .expect_err("many problems");
    assert_eq!(problems.len(), 6, "{problems:?}");
    let cycle = Graph::build(vec![
        node("a", &["c"], &[], &[]),
        node("b", &["a"], &[], &[]),
        node("c", &["b"], &[], &[]),
        node("x", &[], &["y"], &[]),
        node("y", &["x"], &[], &[]),
    ])
    .expect_err("two cycles");
    assert_eq!(cycle.len(), 2, "{cycle:?}");
}

#[test]
fn exact_names_win_over_arithmetic() {
    let mut dated = node("20260105101500", &[], &[], &[]);
    dated.name = "2026-01-05-101500_first".into();
    let graph = Graph::build(vec![dated]).expect("a graph");
    for target in [
        "2026-01-05-101500",
        "2026-01-05-101500_first",
        "20260105101500",
        "2",
        "2026",
    ] {
        assert_eq!(
            upgrade(&graph, target, &[]),
            Ok("20260105101500".into()),
            "{target}"
        );
    }
}

#[test]
fn twenty_thousand_revisions_are_no_burden() {
    let line = (0..20_000).map(|i| {
        let parent = format!("{:06}", i - 1);
        let parents = if i == 0 {
            vec![]
        } else {
            vec![parent.as_str()]
        };
        node(&format!("{i:06}"), &parents, &[], &[])
    });
    let graph = Graph::build(line.collect()).expect("a line");
    let none = Applied::new(&graph, []);
    assert_eq!(
        graph.upgrade("heads", &none).expect("resolved").steps.len(),
        20_000
    );
    assert_eq!(graph.history(":", &none).expect("drawn").len(), 20_000);
}

#[test]
fn a_history_is_drawn_newest_first() {
    let graph = diamond();
    let entries = graph
        .history("a:m", &Applied::new(&graph, []))
        .expect("a range");
    let mut text = String::new();
    for entry in &entries {
        for line in &entry.before {
            text.push_str(&format!("{line}\n"));
        }
        text.push_str(&format!("{}{}\n", entry.prefix, graph.node(entry.ix).id));
    }
    assert_eq!(text, "● m\n├─┐\n│ ● d\n● │ c\n├─┘\n● b\n● a\n");
}

/// a, and b on what is gone, and c on b.
fn gone() -> Graph {
    Graph::build_open(vec![
        node("a", &[], &[], &[]),
        node("b", &["gone"], &["lost"], &["left"]),
        node("c", &["b"], &[], &[]),
    ])
    .expect("what is gone may be applied")
}

#[test]
fn a_parent_whose_file_is_gone_stops_nothing_that_does_not_need_it() {
    let graph = gone();
    let codes = |problems: Vec<GraphProblem>| -> Vec<_> {
        problems.iter().map(GraphProblem::code).collect()
    };
    assert_eq!(
        codes(graph.unmet(|_| false)),
        ["graph-unknown-parent", "graph-unknown-dependency"]
    );
    assert_eq!(
        codes(graph.unmet(|id| id == "gone")),
        ["graph-unknown-dependency"]
    );
    assert_eq!(ids(&graph, &graph.naming("gone")), "b");
    assert_eq!(upgrade(&graph, "heads", &["a", "b"]), Ok("c".into()));
    assert_eq!(downgrade(&graph, "b", &["a", "b", "c"]), Ok("c".into()));
    assert_eq!(downgrade(&graph, "left@-1", &["a", "b"]), Ok("b".into()));
    assert_eq!(downgrade(&graph, "base", &["a"]), Ok("a".into()));
}

#[test]
fn a_downgrade_that_may_have_to_pass_what_is_gone_is_refused() {
    let graph = gone();
    for target in ["base", "left@base", "a", "left@-3"] {
        let refused = downgrade(&graph, target, &["a", "b", "c"]);
        assert!(
            matches!(refused, Err(TargetError::Gone { .. })),
            "{target}: {refused:?}"
        );
    }
}
