//! Names in Rust for names in SQL, as Diesel makes them.

/// What `syn` does not take for an identifier.
const KEYWORDS: &[&str] = &[
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "Self", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// What `table!` takes for its own.
const RESERVED: &[&str] = &["table", "columns", "is_nullable"];

/// A name in Rust. A column is never called as its table is (`of`, in Rust).
pub(super) fn rust_name(sql: &str, of: Option<&str>) -> String {
    let mut name = String::with_capacity(sql.len());
    if sql.starts_with(|c: char| c.is_ascii_digit()) {
        name.push('_');
    }
    let starts_with_digit = !name.is_empty();
    let mut replaced = starts_with_digit;
    for c in sql.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
            replaced = false;
        } else if !replaced {
            name.push('_');
            replaced = true;
        }
    }
    let reserved = name.is_empty()
        || KEYWORDS.contains(&name.as_str())
        || RESERVED.contains(&name.as_str())
        || name.starts_with("__") && !name.ends_with('_');
    if reserved || of == Some(name.as_str()) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::rust_name;

    #[test]
    fn names_are_those_of_diesel() {
        let cases = [
            ("id", "id"),
            ("type", "type_"),
            ("columns", "columns_"),
            ("1st", "_1st"),
            ("a-b c", "a_b_c"),
            ("a--b", "a_b"),
            ("naïve", "na_ve"),
            ("__x", "__x_"),
            ("__x_", "__x_"),
        ];
        for (sql, rust) in cases {
            assert_eq!(rust_name(sql, None), rust, "{sql}");
        }
        assert_eq!(rust_name("users", Some("users")), "users_");
    }
}
