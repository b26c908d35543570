//! Rust's debug notation without what says nothing: `None`, `false`, empty lists, and the names
//! of wrappers that every case would repeat.

use std::fmt::Debug;

/// Fields whose absence is what a reader expects.
const NOTHING: &[&str] = &[
    "None",
    "false",
    "[]",
    "NoAction",
    "Options",
    "SequenceOptions",
];

pub(super) fn brief(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        rest = step(rest, &mut out);
    }
    out
}

/// Copies one string or character, or drops fields that say nothing at the end of what has been
/// copied.
fn step<'t>(rest: &'t str, out: &mut String) -> &'t str {
    if rest.starts_with('"') {
        let end = closing_quote(rest);
        out.push_str(&rest[..end]);
        return &rest[end..];
    }
    let c = rest.chars().next().unwrap();
    let dropped_first = matches!(c, ',' | '}') && drop_nothing(out);
    match c {
        // The next field brings its own space.
        ',' if dropped_first => {}
        '}' if !out.ends_with([' ', '{']) => out.push_str(" }"),
        _ => out.push(c),
    }
    if c == '}' {
        unwrap_name(out);
        drop_braces(out);
    }
    &rest[c.len_utf8()..]
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Takes back `field: None` at the end of the copy; says whether it was the first field left.
fn drop_nothing(out: &mut String) -> bool {
    let end = out.trim_end().len();
    let Some(start) = out[..end].rfind([',', '{']) else {
        return false;
    };
    let Some((_, value)) = out[start + 1..end].split_once(": ") else {
        return false;
    };
    if !NOTHING.contains(&value) {
        return false;
    }
    let first = out[start..].starts_with('{');
    out.truncate(if first { start + 1 } else { start });
    first
}

/// `Name { name: "t" }` is just the name.
fn unwrap_name(out: &mut String) {
    for (open, close) in [
        ("Name { name: ", " }"),
        ("Column { column: ", " }"),
        ("IndexPart { column: ", " }"),
    ] {
        if let Some(start) = out.rfind(open)
            && let Some(inner) = out[start + open.len()..].strip_suffix(close)
            && closing_quote(inner) == inner.len()
        {
            let inner = inner.to_owned();
            out.truncate(start);
            out.push_str(&inner);
        }
    }
}

/// `Integer {  }` is just `Integer`.
fn drop_braces(out: &mut String) {
    let kept = out.trim_end_matches(['{', '}', ' ']).len();
    let tail = &out[kept..];
    if tail.starts_with(" {") && tail.ends_with('}') && tail[2..tail.len() - 1].trim().is_empty() {
        out.truncate(kept);
    }
}
