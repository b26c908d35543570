//! The words of the model: how tables, expressions, statements and whole schemas cross the boundary.
//!
//! Each type of the model is described here once, with the words that stand for it in a message:
//! `record!` for one with fields, `choice!` for one of several kinds. The words are the boundary's own:
//! a field that is renamed in the core keeps its word here.
//!
//! # Invariants
//!
//! - **Nothing is lost silently.** A description names every field of its type, or does not compile.
//! - **A field that says nothing is left out**: false, null, an empty list. So a new field of the
//!   model changes no message until it is used.
//! - **A reader refuses what it does not know**, fields too: other than in the boundary's other
//!   messages they bear meaning (a table whose `invisible` columns are not understood is another
//!   table). An old driver goes on translating what does not use the new.
//! - A chain of operators is a list, so that a long one is not a deep one.

mod answer;
mod data;
mod expr;
mod query;
mod schema;
mod table;
mod target;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use schema::{Mirrored, Mirrors, Update};
pub use target::{
    Change, SchemaRequest, TargetAnswer, TargetRequest, Wanted, read_words, write_words,
};

use super::Unreadable;

/// The version of these words. A change of what a word means is another version, and so another
/// language: whoever does not speak it is not asked.
pub const WORDS: u32 = 1;

/// Something of the model that crosses the boundary.
pub trait Word: Sized {
    /// As it stands in a message.
    fn write(&self) -> Value;

    /// As it is read from one.
    ///
    /// # Errors
    ///
    /// If the value is of another form, or has fields or kinds that are not known.
    fn read(value: Value) -> Result<Self, Unreadable>;

    /// What a field holds that is left out. `None`: it must be there.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether a field that holds this is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

fn unreadable(message: impl Into<String>) -> Unreadable {
    Unreadable(message.into())
}

/// The form of a value, where another was expected.
fn instead(expected: &str, value: &Value) -> Unreadable {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    unreadable(format!("{found} instead of {expected}"))
}

/// The fields of a record that have not been read yet.
struct Fields {
    of: &'static str,
    rest: Map<String, Value>,
}

impl Fields {
    fn of(of: &'static str, value: Value) -> Result<Self, Unreadable> {
        match value {
            Value::Object(rest) => Ok(Self { of, rest }),
            other => Err(instead(of, &other)),
        }
    }

    fn take<T: Word>(&mut self, word: &str) -> Result<T, Unreadable> {
        match self.rest.remove(word) {
            Some(value) => {
                T::read(value).map_err(|Unreadable(why)| unreadable(format!("`{word}`: {why}")))
            }
            None => T::absent().ok_or_else(|| unreadable(format!("{} lacks `{word}`", self.of))),
        }
    }

    fn end(self) -> Result<(), Unreadable> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(word) => Err(unreadable(format!(
                "the field `{word}` of {} is not known here",
                self.of
            ))),
        }
    }
}

/// Adds a field to a record, unless it says nothing.
fn put<T: Word>(fields: &mut Map<String, Value>, word: &str, value: &T) {
    if !value.is_absent() {
        fields.insert(word.to_owned(), value.write());
    }
}

/// A kind with what belongs to it.
fn kind(word: &str, content: Value) -> Value {
    Value::Object(Map::from_iter([(word.to_owned(), content)]))
}

/// The word of a kind, and what belongs to it: null if nothing does.
fn kind_of(of: &str, value: Value) -> Result<(String, Value), Unreadable> {
    match value {
        Value::String(word) => Ok((word, Value::Null)),
        Value::Object(fields) if fields.len() == 1 => {
            fields.into_iter().next().ok_or_else(|| unreadable(of))
        }
        other => Err(instead(&format!("a kind of {of}"), &other)),
    }
}

/// Nothing belongs to a kind that is a word alone.
fn nothing(value: &Value) -> Result<(), Unreadable> {
    match value {
        Value::Null => Ok(()),
        other => Err(instead("nothing", other)),
    }
}

/// Does something in a frame of its own: all kinds of a large type in one frame would cost a nested
/// statement kilobytes of stack a level.
#[inline(never)]
fn apart<T>(does: impl FnOnce() -> T) -> T {
    does()
}

fn unknown(of: &str, word: &str) -> Unreadable {
    unreadable(format!("`{word}` is no kind of {of} that is known here"))
}

/// Describes a type with fields: a word for each, which is the field's name unless another is given.
macro_rules! record {
    ($type:path, $of:literal { $($field:ident $(as $word:literal)?),* $(,)? }) => {
        impl $crate::wire::model::Word for $type {
            fn write(&self) -> serde_json::Value {
                let Self { $($field),* } = self;
                let mut fields = serde_json::Map::new();
                $($crate::wire::model::put(&mut fields, $crate::wire::model::word!($field $(as $word)?), $field);)*
                serde_json::Value::Object(fields)
            }

            fn read(value: serde_json::Value) -> Result<Self, $crate::wire::Unreadable> {
                let mut fields = $crate::wire::model::Fields::of($of, value)?;
                let read = Self {
                    $($field: fields.take($crate::wire::model::word!($field $(as $word)?))?),*
                };
                fields.end()?;
                Ok(read)
            }
        }
    };
}

/// Describes a type of several kinds, a word for each: alone, with one value, with several, or with
/// fields. What stands after `;` is written and read by functions.
macro_rules! choice {
    ($type:path, $of:literal {
        $($word:literal $variant:ident $({ $($field:ident),* $(,)? })? $(($($item:ident),*))?),* $(,)?
        $(; $special:literal $by_hand:ident => $write:ident, $read:ident)?
    }) => {
        impl $crate::wire::model::Word for $type {
            fn write(&self) -> serde_json::Value {
                match self {
                    $(Self::$variant $({ $($field),* })? $(($($item),*))? => {
                        $crate::wire::model::apart(|| {
                            $crate::wire::model::variant!(write $word $({ $($field),* })? $(($($item),*))?)
                        })
                    })*
                    $(Self::$by_hand { .. } => $crate::wire::model::kind($special, $write(self)),)?
                }
            }

            fn read(value: serde_json::Value) -> Result<Self, $crate::wire::Unreadable> {
                let (word, content) = $crate::wire::model::kind_of($of, value)?;
                match word.as_str() {
                    $($word => {
                        $crate::wire::model::apart(|| {
                            $crate::wire::model::variant!(read content $word $variant, $({ $($field),* })? $(($($item),*))?)
                        })
                    })*
                    $($special => $read(content),)?
                    other => Err($crate::wire::model::unknown($of, other)),
                }
            }
        }
    };
}

macro_rules! word {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident as $word:literal) => {
        $word
    };
}

macro_rules! variant {
    (write $word:literal) => {
        serde_json::Value::String($word.to_owned())
    };
    (write $word:literal ($item:ident)) => {
        $crate::wire::model::kind($word, $item.write())
    };
    (write $word:literal ($($item:ident),*)) => {
        $crate::wire::model::kind($word, serde_json::Value::Array(vec![$($item.write()),*]))
    };
    (write $word:literal { $($field:ident),* }) => {{
        let mut fields = serde_json::Map::new();
        $($crate::wire::model::put(&mut fields, stringify!($field), $field);)*
        $crate::wire::model::kind($word, serde_json::Value::Object(fields))
    }};
    (read $content:ident $word:literal $variant:ident,) => {{
        $crate::wire::model::nothing(&$content)?;
        Ok(Self::$variant)
    }};
    (read $content:ident $word:literal $variant:ident, ($item:ident)) => {
        Ok(Self::$variant($crate::wire::model::Word::read($content)?))
    };
    (read $content:ident $word:literal $variant:ident, ($($item:ident),*)) => {{
        let mut items = $crate::wire::model::items($content)?.into_iter();
        let read = Self::$variant($({
            let $item = items.next().unwrap_or(serde_json::Value::Null);
            $crate::wire::model::Word::read($item)?
        }),*);
        match items.next() {
            None => Ok(read),
            Some(more) => Err($crate::wire::model::instead("the end of a list", &more)),
        }
    }};
    (read $content:ident $word:literal $variant:ident, { $($field:ident),* }) => {{
        let mut fields = $crate::wire::model::Fields::of($word, $content)?;
        $(let $field = fields.take(stringify!($field))?;)*
        fields.end()?;
        Ok(Self::$variant { $($field),* })
    }};
}

use {choice, record, variant, word};

fn items(value: Value) -> Result<Vec<Value>, Unreadable> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(instead("a list", &other)),
    }
}

impl Word for bool {
    fn write(&self) -> Value {
        Value::Bool(*self)
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        value
            .as_bool()
            .ok_or_else(|| instead("a truth value", &value))
    }

    fn absent() -> Option<Self> {
        Some(false)
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

impl Word for String {
    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(instead("a text", &other)),
        }
    }
}

/// Words that the core keeps for ever: keywords, codes.
impl Word for &'static str {
    fn write(&self) -> Value {
        Value::String((*self).to_owned())
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        Ok(crate::intern::text(&String::read(value)?))
    }
}

impl Word for char {
    fn write(&self) -> Value {
        Value::String(self.to_string())
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        let text = String::read(value)?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(unreadable(format!("`{text}` instead of one character"))),
        }
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Word for $type {
            fn write(&self) -> Value {
                Value::from(*self)
            }

            fn read(value: Value) -> Result<Self, Unreadable> {
                serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))
            }
        }
    )*};
}

numbers!(u8, u32, i32, u64, i64);

impl<T: Word> Word for Option<T> {
    fn write(&self) -> Value {
        match self.as_ref().map(T::write) {
            None => Value::Null,
            // There, and null: `RESTART` without a number.
            Some(Value::Null) => Value::Array(vec![Value::Null]),
            Some(value) => value,
        }
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        match value {
            Value::Null => Ok(None),
            Value::Array(items) if items == [Value::Null] => T::read(Value::Null).map(Some),
            value => T::read(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Word> Word for Vec<T> {
    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        items(value)?.into_iter().map(T::read).collect()
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<T: Word> Word for $pointer<T> {
            fn write(&self) -> Value {
                T::write(self)
            }

            fn read(value: Value) -> Result<Self, Unreadable> {
                T::read(value).map($pointer::new)
            }
        }
    )*};
}

pointers!(Box, Arc);

impl<A: Word, B: Word> Word for (A, B) {
    fn write(&self) -> Value {
        Value::Array(vec![self.0.write(), self.1.write()])
    }

    fn read(value: Value) -> Result<Self, Unreadable> {
        match <[Value; 2]>::try_from(items(value)?) {
            Ok([a, b]) => Ok((A::read(a)?, B::read(b)?)),
            Err(items) => Err(unreadable(format!("{} values instead of two", items.len()))),
        }
    }
}
