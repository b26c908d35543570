//! Arrays: `{1,NULL,"a b"}`.

use crate::schema::Type;

/// An element of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// NULL.
    Null,
    /// A value, as the text that its type reads.
    Text(String),
    /// An array in the array.
    Array(Vec<Item>),
}

/// An array: its elements.
///
/// ```
/// use aludel::translate::constant::{Item, array};
///
/// let items = array(r#"{a, "b c", NULL, "NULL"}"#);
/// let text = |text: &str| Item::Text(text.into());
/// assert_eq!(items, Some(vec![text("a"), text("b c"), Item::Null, text("NULL")]));
/// assert_eq!(array("{}"), Some(vec![]));
/// assert_eq!(array("a"), None);
/// ```
pub fn array(text: &str) -> Option<Vec<Item>> {
    let mut reader = Reader {
        rest: text.trim().chars().peekable(),
    };
    let items = reader.array()?;
    reader.rest.next().is_none().then_some(items)
}

/// The text of an array, as PostgreSQL writes it (manual, 8.15.6).
///
/// ```
/// use aludel::translate::constant::{array, array_text};
///
/// let items = array(r#"{a, "b \"c\"", NULL, "NULL", {}}"#).unwrap();
/// assert_eq!(array_text(&items), r#"{a,"b \"c\"",NULL,"NULL",{}}"#);
/// ```
pub fn array_text(items: &[Item]) -> String {
    let items = items.iter().map(|item| match item {
        Item::Null => "NULL".to_owned(),
        Item::Array(items) => array_text(items),
        Item::Text(text) if is_bare(text) => text.clone(),
        Item::Text(text) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
    });
    format!("{{{}}}", items.collect::<Vec<_>>().join(","))
}

fn is_bare(text: &str) -> bool {
    let special = |c: char| matches!(c, '{' | '}' | ',' | '"' | '\\') || c.is_ascii_whitespace();
    !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(special)
}

/// An array as JSON, its elements of this type.
///
/// ```
/// use aludel::schema::Type;
/// use aludel::translate::constant::array_json;
///
/// assert_eq!(array_json("{1,2}", &Type::INTEGER).as_deref(), Some("[1, 2]"));
/// assert_eq!(array_json("{t,NULL}", &Type::Boolean).as_deref(), Some("[true, null]"));
/// assert_eq!(array_json("{a\\\"b}", &Type::Text).as_deref(), Some(r#"["a\"b"]"#));
/// assert_eq!(array_json("{x}", &Type::INTEGER), None);
/// assert_eq!(array_json("{40000}", &Type::SMALLINT), None);
/// assert_eq!(array_json("{abcd}", &Type::Varchar(Some(3))), None);
/// ```
pub fn array_json(text: &str, item: &Type) -> Option<String> {
    json(&array(text)?, item)
}

fn json(items: &[Item], ty: &Type) -> Option<String> {
    let items: Option<Vec<String>> = items
        .iter()
        .map(|item| match item {
            Item::Null => Some("null".to_owned()),
            Item::Array(items) => json(items, ty),
            Item::Text(text) => scalar(text, ty),
        })
        .collect();
    Some(format!("[{}]", items?.join(", ")))
}

/// An element as JSON; `None` for types whose text differs from what it stands for.
fn scalar(text: &str, ty: &Type) -> Option<String> {
    match ty {
        Type::Boolean => super::boolean(text).map(|value| value.to_string()),
        ty if ty.is_integer() => {
            let value: i64 = text.trim().parse().ok()?;
            let holds = match ty {
                Type::SmallInt { unsigned: false } => i16::try_from(value).is_ok(),
                Type::Integer { unsigned: false } => i32::try_from(value).is_ok(),
                _ => true,
            };
            holds.then(|| value.to_string())
        }
        Type::Numeric { precision, .. } => {
            super::decimal(text).filter(|value| precision.is_none_or(|of| is_within(value, of)))
        }
        Type::Uuid => super::uuid(text).map(quoted),
        Type::Varchar(Some(most)) | Type::Char(Some(most))
            if text.chars().count() > *most as usize =>
        {
            None
        }
        Type::Text | Type::Varchar(_) | Type::Char(_) | Type::Citext | Type::Enum(_) => {
            Some(quoted(text.to_owned()))
        }
        _ => None,
    }
}

/// Whether a number has no more digits than it may, so that none is rounded away.
fn is_within(number: &str, (precision, scale): (u32, i32)) -> bool {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches(['-', '0']).len();
    let fraction = fraction.trim_end_matches('0').len();
    let Ok(scale) = u32::try_from(scale) else {
        return false;
    };
    fraction <= scale as usize && whole <= precision.saturating_sub(scale) as usize
}

fn quoted(text: String) -> String {
    serde_json::Value::String(text).to_string()
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(char::is_ascii_whitespace).is_some() {}
    }

    fn array(&mut self) -> Option<Vec<Item>> {
        self.rest.next_if_eq(&'{')?;
        let mut items = Vec::new();
        self.blanks();
        if self.rest.next_if_eq(&'}').is_some() {
            return Some(items);
        }
        loop {
            self.blanks();
            items.push(match self.rest.peek()? {
                '{' => Item::Array(self.array()?),
                '"' => Item::Text(self.quoted()?),
                _ => self.bare()?,
            });
            self.blanks();
            match self.rest.next()? {
                ',' => {}
                '}' => return Some(items),
                _ => return None,
            }
        }
    }

    fn quoted(&mut self) -> Option<String> {
        self.rest.next_if_eq(&'"')?;
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.rest.next()?),
                c => text.push(c),
            }
        }
    }

    fn bare(&mut self) -> Option<Item> {
        let mut text = String::new();
        // Blanks at the end are no part of it, but those that are escaped.
        let mut kept = 0;
        let mut escaped = false;
        while let Some(c) = self.rest.next_if(|c| !matches!(c, ',' | '}')) {
            match c {
                '{' | '"' => return None,
                '\\' => {
                    text.push(self.rest.next()?);
                    escaped = true;
                    kept = text.len();
                }
                c => {
                    text.push(c);
                    if !c.is_ascii_whitespace() {
                        kept = text.len();
                    }
                }
            }
        }
        text.truncate(kept);
        if text.is_empty() {
            return None;
        }
        Some(if !escaped && text.eq_ignore_ascii_case("null") {
            Item::Null
        } else {
            Item::Text(text)
        })
    }
}
