//! `graph`: the revisions drawn, in every language that drawings are written in.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::io::Write;
use std::process::{Command, Stdio};

use aludel_tests::desk::{Place, Ran};
use serde_json::json;

/// a - b - m, a - c - m, where c depends on b; names and messages that every syntax would misread.
fn drawn() -> Place {
    let place = Place::new();
    let nasty = "message = \"</text> <b> & \\\"x\\\" --> \\u001b[31m\"\n";
    for (name, metadata) in [
        ("001_a", "down_revision = []\n".to_owned()),
        (
            "002_b <&\"'>",
            format!("down_revision = [\"001\"]\n{nasty}"),
        ),
        (
            "003_c",
            "down_revision = [\"001\"]\ndepends_on = [\"002\"]\nbranch_labels = [\"side\"]\n"
                .to_owned(),
        ),
        ("004_m", "down_revision = [\"002\", \"003\"]\n".to_owned()),
    ] {
        place.revision(name, "SELECT 1;\n", "");
        place.metadata(name, &format!("run_in_transaction = true\n{metadata}"));
    }
    place
}

/// Runs Python on a text; its exit code says whether it liked it.
fn python(program: &str, text: &str) {
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success(), "{text}");
}

fn run(place: &Place, words: &str) -> Ran {
    let ran = place.run(&format!("--driver sqlite graph {words}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[test]
fn without_a_word_it_is_a_tree_of_lines() {
    let ran = run(&drawn(), "");
    assert_eq!(
        ran.stdout,
        "● 004_m (head, mergepoint)\n├─┐\n│ ● 003_c (side) (needs 002_b <&\"'>)\n\
         ● │ 002_b <&\"'>  </text> <b> & \"x\" --> \\u{1b}[31m\n├─┘\n● 001_a (branchpoint)\n"
    );
}

#[test]
fn a_picture_is_xml_whatever_files_say() {
    let svg = run(&drawn(), "--svg").stdout;
    python(
        "import sys, xml.dom.minidom\n\
         svg = xml.dom.minidom.parseString(sys.stdin.buffer.read())\n\
         rows = svg.getElementsByTagName('text')\n\
         words = [''.join(n.firstChild.data for n in row.getElementsByTagName('tspan')) for row in rows]\n\
         assert words[2] == '002_b <&\"\\'></text> <b> & \"x\" --> \\\\u{1b}[31m', words\n\
         dashed = [p for p in svg.getElementsByTagName('path') if 'dashed' in p.getAttribute('class')]\n\
         assert len(dashed) == 2, 'one edge and the legend'",
        &svg,
    );
}

#[test]
fn a_page_needs_nothing_else() {
    let page = run(&drawn(), "--html").stdout;
    python(
        "import sys, html.parser\n\
         class Page(html.parser.HTMLParser):\n    \
             open = []\n    \
             def handle_starttag(self, tag, attributes):\n        \
                 for name, value in attributes:\n            \
                     assert name not in ('src', 'href', 'style') and not name.startswith('on'), (name, value)\n        \
                 if tag != 'meta': self.open.append(tag)\n    \
             def handle_startendtag(self, tag, attributes): pass\n    \
             def handle_endtag(self, tag): assert self.open.pop() == tag, tag\n\
         page = Page()\n\
         page.feed(sys.stdin.read())\n\
         assert page.open == [], page.open",
        &page,
    );
    assert!(
        !page.contains("://")
            || page.matches("://").count() == page.matches("http://www.w3.org/2000/svg").count()
    );
}

#[test]
fn programs_get_the_edges_and_the_drawing() {
    let place = drawn();
    let found = place.run("--driver sqlite --format json graph").json();
    let revisions = found["databases"][0]["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 4, "{found}");
    assert_eq!(
        revisions[1],
        json!({"revision": "003", "name": "003_c", "message": null, "labels": ["side"],
               "parents": ["001"], "depends_on": ["002"], "head": false})
    );
    assert!(found.get("drawing").is_none(), "{found}");
    let found = place
        .run("--driver sqlite --format json graph --dot")
        .json();
    assert_eq!(found["drawing"]["syntax"], "dot");
    let dot = found["drawing"]["text"].as_str().unwrap();
    assert!(dot.contains("d0r2 -> d0r1 [style=dashed];"), "{dot}");
}

#[test]
fn several_databases_are_one_drawing_and_several_languages_are_refused() {
    let place = drawn();
    place.write(
        "aludel.toml",
        "[databases.one]\nmigrations = \"migrations\"\nurl = \"sqlite:one.db\"\n\
         [databases.two]\nmigrations = \"migrations\"\nurl = \"postgres://nowhere.invalid/two\"\n",
    );
    let mermaid = place.run("--all graph --mermaid");
    assert_eq!(mermaid.code, 0, "{mermaid:?}");
    assert!(
        mermaid.stdout.contains("subgraph d1 [\"two\"]"),
        "{mermaid:?}"
    );
    assert_eq!(place.run("--all graph --svg --dot").code, 2);
    let made = place.everything();
    assert!(
        made.iter().all(|(name, _)| name != "one.db"),
        "no database is made"
    );
}
