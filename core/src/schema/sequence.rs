//! How an expression draws from a sequence: `nextval('name')`.

use super::{Call, CallArg, Expr, Literal, Name, Part};

/// Collects the sequences that an expression draws from.
pub(super) fn sequences_in(expr: &Expr, found: &mut Vec<Name>) {
    found.extend(sequence_of(expr));
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            sequences_in(expr, found);
        }
    });
}

/// The sequence that an expression draws from: `nextval('name')`, also with the cast to
/// `regclass` that PostgreSQL prints.
pub fn sequence_of(expr: &Expr) -> Option<Name> {
    let Expr::Call(call) = expr else { return None };
    let Call { name, args, .. } = &**call;
    let [CallArg::Expr(argument)] = args.as_slice() else {
        return None;
    };
    if name.name != "nextval" {
        return None;
    }
    let text = match argument {
        Expr::Literal(Literal::Text(text)) => text,
        Expr::Cast { expr, .. } => match &**expr {
            Expr::Literal(Literal::Text(text)) => text,
            _ => return None,
        },
        _ => return None,
    };
    parse(text)
}

/// `nextval('name')`, the name quoted where it has to be.
pub fn nextval(name: &Name) -> Expr {
    let text = match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    };
    Expr::call("nextval", [Expr::text(text)])
}

/// A name as PostgreSQL reads it in a text: folded, unless it is quoted.
fn parse(text: &str) -> Option<Name> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = if let Some(inner) = rest.strip_prefix('"') {
            let mut part = String::new();
            let mut chars = inner.char_indices();
            let after = loop {
                let (at, c) = chars.next()?;
                if c != '"' {
                    part.push(c);
                } else if inner[at + 1..].starts_with('"') {
                    part.push('"');
                    chars.next();
                } else {
                    break &inner[at + 1..];
                }
            };
            (part, after)
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            (rest[..end].trim().to_lowercase(), &rest[end..])
        };
        parts.push(part);
        match after.trim_start().strip_prefix('.') {
            Some(after) => rest = after,
            None if after.trim().is_empty() => break,
            None => return None,
        }
    }
    let name = parts.pop()?;
    Some(Name {
        schema: parts.pop(),
        name,
    })
}

fn quoted(ident: &str) -> String {
    let starts = |c: char| c.is_ascii_lowercase() || c == '_';
    let goes_on = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
    if ident.starts_with(starts) && ident.chars().all(goes_on) {
        ident.to_owned()
    } else {
        format!("\"{}\"", ident.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_found_by_the_name_in_its_text() {
        let names = [
            Name::bare("t_c_seq"),
            Name::bare("T \"c\" seq"),
            Name::qualified("a.b", "C"),
        ];
        for name in names {
            assert_eq!(sequence_of(&nextval(&name)), Some(name));
        }
        let folded = Expr::call("nextval", [Expr::text("Public . T_Seq")]);
        assert_eq!(
            sequence_of(&folded),
            Some(Name::qualified("public", "t_seq"))
        );
        let odd = Expr::call("nextval", [Expr::text("\"unterminated")]);
        assert_eq!(sequence_of(&odd), None);
    }
}
