//! What stands in a drawing, and that nothing of a file's escapes from its place.

use aludel::graph::{Graph, Node};
use aludel::revision::RevisionId;

use super::lanes::lay_out;
use super::{Picture, Syntax, draw};

fn node(id: &str, name: &str, parents: &[&str], depends_on: &[&str]) -> Node {
    let id_of = |id: &&str| RevisionId::new(id).expect("an id");
    Node {
        id: id_of(&id),
        name: name.to_owned(),
        parents: parents.iter().map(id_of).collect(),
        depends_on: depends_on.iter().map(|&id| id.to_owned()).collect(),
        labels: Vec::new(),
        message: None,
    }
}

/// a - b - c - m, b - d - m, where d depends on c.
fn small() -> Picture {
    let mut d = node("d", "d_right", &["b"], &["c"]);
    d.labels.push("right".to_owned());
    let mut m = node("m", "m_merge", &["c", "d"], &[]);
    m.message = Some("Merge".to_owned());
    let nodes = vec![
        node("a", "a_root", &[], &[]),
        node("b", "b_branch", &["a"], &[]),
        node("c", "c_left", &["b"], &[]),
        d,
        m,
    ];
    Picture::new("shop", &Graph::build(nodes).expect("a graph"))
}

#[test]
fn dot_has_every_revision_and_edge() {
    assert_eq!(
        draw(&[small()], Syntax::Dot),
        r#"digraph revisions {
  rankdir=BT;
  node [shape=box, style=rounded, fontname=monospace];
  d0r0 [label="m_merge (head)\nMerge", peripheries=2];
  d0r1 [label="d_right [right]"];
  d0r2 [label="c_left"];
  d0r3 [label="b_branch"];
  d0r4 [label="a_root"];
  d0r2 -> d0r0;
  d0r1 -> d0r0;
  d0r3 -> d0r1;
  d0r2 -> d0r1 [style=dashed];
  d0r3 -> d0r2;
  d0r4 -> d0r3;
}
"#
    );
}

#[test]
fn several_databases_are_parts_of_one_drawing() {
    let tiny = |title: &str| {
        let graph = Graph::build(vec![node("a", "a_x", &[], &[])]).expect("a graph");
        Picture::new(title, &graph)
    };
    let both = [tiny("one"), tiny("two \"2\"")];
    assert_eq!(
        draw(&both, Syntax::Mermaid),
        "flowchart BT\n  \
           subgraph d0 [\"one\"]\n    d0r0([\"a_x #40;head#41;\"])\n  end\n  \
           subgraph d1 [\"two #34;2#34;\"]\n    d1r0([\"a_x #40;head#41;\"])\n  end\n"
    );
    let dot = draw(&both, Syntax::Dot);
    assert!(dot.contains("subgraph cluster_1 {\n    label=\"two \\\"2\\\"\";"));
    let svg = draw(&both, Syntax::Svg);
    assert!(svg.contains("two &quot;2&quot;"), "{svg}");
    assert_eq!(svg.matches("1 revision, 1 head").count(), 2);
    let page = draw(&both, Syntax::Html);
    assert!(page.contains("<a href=\"#d1\">two &quot;2&quot;</a>"));
}

#[test]
fn what_files_say_is_text_in_every_syntax() {
    let nasty = "</text><script>alert(1)</script>\" --> x; %% `c` &amp; \\n ]] \u{1b}[31m\u{FFFE}";
    let mut it = node("a", nasty, &[], &[]);
    it.message = Some("1. *bold*\n- next".to_owned());
    it.labels.push("\"'<l>&".to_owned());
    let picture = Picture::new("<b>&\"", &Graph::build(vec![it]).expect("a graph"));
    let pictures = [picture];
    for syntax in [Syntax::Svg, Syntax::Html] {
        let text = draw(&pictures, syntax);
        assert!(!text.contains("<script"), "{text}");
        assert!(
            text.contains("&lt;/text&gt;&lt;script&gt;alert(1)"),
            "{text}"
        );
        assert!(text.contains("&amp;amp;"), "{text}");
        assert!(text.contains("[&quot;&#39;&lt;l&gt;&amp;]"), "{text}");
        assert!(text.contains("\\u{1b}[31m\u{FFFD}"), "{text}");
        let is_text = |c: char| c == '\n' || !c.is_control();
        assert!(text.chars().all(is_text), "{text}");
    }
    let dot = draw(&pictures, Syntax::Dot);
    let label = dot.lines().find(|line| line.contains("d0r0 [")).expect("a");
    assert!(
        label.contains("alert(1)</script>\\\" --> x; %% `c` &amp;amp; \\\\n ]]"),
        "{label}"
    );
    assert!(label.contains("\\n1. *bold*\\\\n- next\""), "{label}");
    let mermaid = draw(&pictures, Syntax::Mermaid);
    let label = mermaid.lines().nth(1).expect("a revision");
    let inside = label
        .strip_prefix("  d0r0([\"")
        .and_then(|l| l.strip_suffix("\"])"));
    let inside = inside.expect("one label").replace("<br/>", "");
    let plain = |c: char| c.is_alphanumeric() || " -_,#;".contains(c);
    assert!(inside.chars().all(plain), "{inside}");
    assert!(inside.contains("1#46; #42;bold#42;"), "{inside}");
}

/// Random graphs: no line runs through a revision that is not its own, or in another's lane.
#[test]
fn a_line_has_its_lane_to_itself() {
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).expect("31 bits") % below.max(1)
    };
    for _ in 0..200 {
        let size = 1 + random(30);
        let nodes = (0..size).map(|at| {
            let mut some = |most: usize| {
                let mut some: Vec<String> = (0..random(most + 1).min(at))
                    .map(|_| format!("r{}", random(at)))
                    .collect();
                some.sort();
                some.dedup();
                some
            };
            let (parents, needs) = (some(2), some(1));
            let refs =
                |all: &Vec<String>| all.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            let (parents, needs) = (refs(&parents), refs(&needs));
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let mut node = node(&format!("r{at}"), &format!("r{at}_x"), &[], &[]);
            node.parents = words(&parents)
                .iter()
                .map(|id| RevisionId::new(id).expect("an id"))
                .collect();
            node.depends_on = words(&needs);
            node
        });
        let graph = Graph::build(nodes.collect()).expect("a graph");
        let picture = Picture::new("x", &graph);
        let lanes = lay_out(&picture.marks);
        let edges: usize = picture
            .marks
            .iter()
            .map(|m| m.parents.len() + m.needs.len())
            .sum();
        assert_eq!(lanes.lines.len(), edges);
        for (at, line) in lanes.lines.iter().enumerate() {
            assert!(line.from < line.to && line.lane < lanes.width);
            for row in line.from + 1..line.to {
                assert_ne!(lanes.of[row], line.lane, "a revision in the way");
            }
            for other in &lanes.lines[..at] {
                let apart = line.to <= other.from || other.to <= line.from;
                assert!(apart || line.lane != other.lane, "two lines in one lane");
            }
        }
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let empty = || [Picture::new("x", &Graph::default())];
    for syntax in [Syntax::Svg, Syntax::Html, Syntax::Mermaid, Syntax::Dot] {
        assert!(!draw(&empty(), syntax).is_empty());
    }
    assert_eq!(draw(&empty(), Syntax::Mermaid), "flowchart BT\n");
}

/// A comb of lines with merges, as large as the largest projects.
#[test]
fn twenty_thousand_revisions_are_drawn() {
    const COUNT: usize = 20_000;
    let nodes = (0..COUNT).map(|at| {
        let parents = match at {
            0 => Vec::new(),
            _ if at % 50 == 0 => vec![format!("r{}", at - 1), format!("r{}", at - 25)],
            _ if at % 50 == 26 => vec![format!("r{}", at - 26)],
            _ => vec![format!("r{}", at - 1)],
        };
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        node(&format!("r{at}"), &format!("r{at}_x"), &parents, &[])
    });
    let graph = Graph::build(nodes.collect()).expect("a graph");
    let picture = [Picture::new("large", &graph)];
    let marks = [
        (Syntax::Svg, "<tspan class=\"name\">"),
        (Syntax::Html, "<tspan class=\"name\">"),
        (Syntax::Mermaid, "_x"),
        (Syntax::Dot, "label="),
    ];
    for (syntax, mark) in marks {
        assert_eq!(
            draw(&picture, syntax).matches(mark).count(),
            COUNT,
            "{syntax:?}"
        );
    }
    assert!(lay_out(&picture[0].marks).width < 10);
}
