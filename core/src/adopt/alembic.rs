//! What `alembic upgrade head --sql` prints: one script in which comments part the revisions.
//!
//! Alembic's own statements about its version table, and the transaction around all, are left out;
//! everything else is the script of the revision in whose part it stands.

use std::collections::BTreeMap;
use std::path::Path;

use super::{AdoptProblem, Adopted, Tool};

/// One part of the printed script.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    from: Vec<String>,
    to: Vec<String>,
    text: String,
}

pub(super) fn read(source: &Path, down: Option<&Path>) -> Result<Vec<Adopted>, Vec<AdoptProblem>> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| {
            vec![AdoptProblem::Io {
                path: path.to_path_buf(),
                source,
            }]
        })
    };
    let ups = parts(&text(source)?, "upgrade");
    let mut downs = BTreeMap::new();
    if let Some(path) = down {
        for part in parts(&text(path)?, "downgrade") {
            if let [id] = part.from.as_slice() {
                downs.insert(id.clone(), part.text);
            }
        }
    }
    let mut adopted = Vec::new();
    for part in ups {
        let [id] = part.to.as_slice() else { continue };
        // Diesel and MySQL refuse a script without a statement; a merge has none.
        let filled = |text: String| match super::files::has_statement(&text) {
            true => text,
            false => "-- there is nothing to do\nSELECT 1;\n".to_owned(),
        };
        adopted.push(Adopted {
            name: format!("{id}_alembic"),
            up: filled(part.text),
            down: downs.remove(id).map(filled),
            in_transaction: true,
            parents: part.from,
            from: source.to_path_buf(),
        });
    }
    if adopted.is_empty() {
        return Err(vec![AdoptProblem::Nothing {
            path: source.to_path_buf(),
            tool: Tool::Alembic,
        }]);
    }
    Ok(adopted)
}

/// The parts of a printed script: `-- Running upgrade A, B -> C`.
fn parts(text: &str, verb: &str) -> Vec<Part> {
    let heading = format!("-- Running {verb} ");
    let mut parts: Vec<Part> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(edge) = line.strip_prefix(&heading)
            && let Some((from, to)) = edge.split_once("->")
        {
            parts.push(Part {
                from: ids(from),
                to: ids(to),
                text: String::new(),
            });
        } else if let Some(part) = parts.last_mut() {
            part.text.push_str(line);
        }
    }
    for part in &mut parts {
        part.text = without_alembics_own(&part.text);
    }
    parts
}

fn ids(text: &str) -> Vec<String> {
    let names = text.split(',').map(str::trim);
    names
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Drops the statements about Alembic's table, each on lines of its own, and its transactions.
fn without_alembics_own(text: &str) -> String {
    let mut kept = String::new();
    let mut dropping = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if !dropping {
            let about_it = [
                "INSERT INTO",
                "UPDATE",
                "DELETE FROM",
                "CREATE TABLE",
                "DROP TABLE",
            ]
            .iter()
            .any(|verb| {
                let rest = bare.strip_prefix(verb).map(str::trim_start);
                rest.is_some_and(|rest| {
                    let name = rest.trim_start_matches(['"', '`', '[']);
                    name.starts_with("alembic_version")
                })
            });
            if matches!(bare, "BEGIN;" | "COMMIT;" | "BEGIN TRANSACTION;" | "GO") {
                continue;
            }
            dropping = about_it;
        }
        if dropping {
            dropping = !bare.ends_with(';');
        } else {
            kept.push_str(line);
        }
    }
    let trimmed = kept.trim();
    if trimmed.is_empty() {
        String::new()
    } else {
        format!("{trimmed}\n")
    }
}
