//! DOT, the language of Graphviz: a cluster for each database, the newest on top, arrows in the direction
//! of an upgrade.

use std::fmt::Write as _;

use super::{Mark, Picture};

pub(super) fn text(pictures: &[Picture]) -> String {
    let mut out = String::from(
        "digraph revisions {\n  rankdir=BT;\n  node [shape=box, style=rounded, fontname=monospace];\n",
    );
    for (d, picture) in pictures.iter().enumerate() {
        let several = pictures.len() > 1;
        if several {
            let title = quoted(&picture.title);
            let _ = writeln!(out, "  subgraph cluster_{d} {{\n    label=\"{title}\";");
        }
        let indent = if several { "    " } else { "  " };
        for (at, mark) in picture.marks.iter().enumerate() {
            let _ = writeln!(out, "{indent}d{d}r{at} [{}];", attributes(mark));
        }
        for (at, mark) in picture.marks.iter().enumerate() {
            for parent in &mark.parents {
                let _ = writeln!(out, "{indent}d{d}r{parent} -> d{d}r{at};");
            }
            for needed in &mark.needs {
                let _ = writeln!(out, "{indent}d{d}r{needed} -> d{d}r{at} [style=dashed];");
            }
        }
        if several {
            out.push_str("  }\n");
        }
    }
    out.push_str("}\n");
    out
}

fn attributes(mark: &Mark) -> String {
    let mut label = quoted(&mark.heading());
    if let Some(message) = &mark.message {
        let _ = write!(label, "\\n{}", quoted(message));
    }
    let form = if mark.head { ", peripheries=2" } else { "" };
    format!("label=\"{label}\"{form}")
}

/// Inside a quoted label, where a backslash begins an escape and Graphviz reads HTML's entities.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '&' => quoted.push_str("&amp;"),
            c => quoted.push(c),
        }
    }
    quoted
}
