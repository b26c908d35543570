//! `${VAR}` in a URL. A variable's value is taken as it is: it is not expanded again, and not
//! percent-encoded, so a variable that holds a bare password must hold it encoded.

/// Why a text cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A `${` without a name and `}`.
    Malformed,
    /// These variables are not set.
    Unset(Vec<String>),
}

/// The text with its variables replaced, and their names in order of appearance.
pub(super) fn expand(
    text: &str,
    vars: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, Vec<String>), Failure> {
    let mut expanded = String::with_capacity(text.len());
    let mut names: Vec<String> = Vec::new();
    let mut unset: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(Failure::Malformed)?;
        if !is_name(name) {
            return Err(Failure::Malformed);
        }
        expanded.push_str(before);
        let list = match vars(name) {
            Some(value) => {
                expanded.push_str(&value);
                &mut names
            }
            None => &mut unset,
        };
        if !list.iter().any(|seen| seen == name) {
            list.push(name.to_owned());
        }
        rest = after;
    }
    expanded.push_str(rest);
    if unset.is_empty() {
        Ok((expanded, names))
    } else {
        Err(Failure::Unset(unset))
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded_once() {
        let vars = |name: &str| match name {
            "A" => Some("${B}".to_owned()),
            "_b1" => Some("x".to_owned()),
            _ => None,
        };
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let ok = |text: &str, list: &[&str]| Ok((text.to_owned(), names(list)));
        for (text, expected) in [
            ("plain $A {A}", ok("plain $A {A}", &[])),
            ("${A}-${_b1}-${A}", ok("${B}-x-${B}", &["A", "_b1"])),
            ("${C}${A}${D}${C}", Err(Failure::Unset(names(&["C", "D"])))),
            ("${A", Err(Failure::Malformed)),
            ("${}", Err(Failure::Malformed)),
            ("${A B}", Err(Failure::Malformed)),
        ] {
            assert_eq!(expand(text, &vars), expected, "{text}");
        }
    }
}
