//! How PostgreSQL writes what the printer is given.

use aludel::schema::{Column, Literal, Table, Type};
use aludel::translate::Refusal;
use aludel::translate::print::{Printer, Spelling, Standard};

use crate::dialect::literal as quoted;

/// PostgreSQL's spelling, under either setting of `standard_conforming_strings`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words;

impl Spelling for Words {
    fn identifier(&self, name: &str) -> String {
        Standard.identifier(name)
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        match literal {
            Literal::Text(text) => text_literal(text),
            Literal::Typed(ty, text) => Ok(format!("{} {}", self.ty(ty)?, text_literal(text)?)),
            Literal::Bytes(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                Ok(format!("{}::bytea", quoted(&format!("\\x{digits}"))))
            }
            other => Standard.literal(other),
        }
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        let sized = |name: &str, size: Option<u32>| match size {
            Some(size) => format!("{name}({size})"),
            None => name.to_owned(),
        };
        Ok(match ty {
            Type::Blob => "bytea".into(),
            Type::Time {
                precision,
                zoned: false,
            } => sized("time", *precision),
            Type::Uuid => "uuid".into(),
            Type::Json => "json".into(),
            Type::Jsonb => "jsonb".into(),
            Type::Bit(length) => sized("bit", *length),
            other => Standard.ty(other)?,
        })
    }

    fn column(&self, printer: &mut Printer<'_>, column: &Column, _: &Table) -> Option<String> {
        let mut text = printer.plain_column(column);
        if let Some(start) = column.identity.as_ref().and_then(|i| i.options.start) {
            text.push_str(&format!(" (START WITH {start})"));
        }
        Some(text)
    }
}

fn text_literal(text: &str) -> Result<String, Refusal> {
    if text.contains('\0') {
        let message = "a text that holds a NUL has no counterpart on postgres";
        return Err(Refusal::new("no-form", message));
    }
    Ok(quoted(text))
}
