//! Mermaid's flowchart: a subgraph for each database, the newest on top, arrows in the direction of an
//! upgrade.

use std::fmt::Write as _;

use super::{Mark, Picture};

pub(super) fn text(pictures: &[Picture]) -> String {
    let mut out = String::from("flowchart BT\n");
    for (d, picture) in pictures.iter().enumerate() {
        let several = pictures.len() > 1;
        if several {
            let title = escaped(&picture.title);
            let _ = writeln!(out, "  subgraph d{d} [\"{title}\"]");
        }
        let indent = if several { "    " } else { "  " };
        for (at, mark) in picture.marks.iter().enumerate() {
            let label = label(mark);
            let _ = match mark.head {
                true => writeln!(out, "{indent}d{d}r{at}([\"{label}\"])"),
                false => writeln!(out, "{indent}d{d}r{at}[\"{label}\"]"),
            };
        }
        for (at, mark) in picture.marks.iter().enumerate() {
            for parent in &mark.parents {
                let _ = writeln!(out, "{indent}d{d}r{parent} --> d{d}r{at}");
            }
            for needed in &mark.needs {
                let _ = writeln!(out, "{indent}d{d}r{needed} -.-> d{d}r{at}");
            }
        }
        if several {
            out.push_str("  end\n");
        }
    }
    out
}

fn label(mark: &Mark) -> String {
    let mut label = escaped(&mark.heading());
    if let Some(message) = &mark.message {
        let _ = write!(label, "<br/>{}", escaped(message));
    }
    label
}

/// A text of which Mermaid reads nothing as its own, as HTML or as Markdown: whatever is no letter, digit
/// or harmless sign is a numeric entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        let harmless = c.is_alphanumeric() || c == ' ' || at > 0 && matches!(c, '-' | '_' | ',');
        match harmless {
            true => escaped.push(c),
            false => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    escaped
}
