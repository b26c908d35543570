//! Types of function calls.

use super::scope::Scope;
use super::{Family, NUMERIC, TIMESTAMP, TIMESTAMPTZ, is_zoned};
use crate::schema::{Call, CallArg, Expr, Type};
use crate::sql::Syntax;
use crate::translate::exclusion::{DOCUMENT_CLEAR, DOCUMENTS_EQUAL};
use crate::translate::ranges::{HeldRange, RangePart, range_part};

impl Scope<'_> {
    /// The type of an argument.
    pub(super) fn argument(&self, call: &Call, place: usize) -> Option<Type> {
        match call.args.get(place)? {
            CallArg::Expr(expr) => self.ty(expr),
            CallArg::Named(..) | CallArg::Star => None,
        }
    }

    fn arguments<'c>(&self, call: &'c Call) -> impl Iterator<Item = &'c Expr> + Clone + use<'c> {
        call.args.iter().filter_map(|arg| match arg {
            CallArg::Expr(expr) | CallArg::Named(_, expr) => Some(expr),
            CallArg::Star => None,
        })
    }

    pub(super) fn call_type(&self, call: &Call) -> Option<Type> {
        if call
            .name
            .schema
            .as_deref()
            .is_some_and(|schema| schema != "pg_catalog")
        {
            return self.own_function(&call.name.name);
        }
        let first = || self.argument(call, 0);
        if let Some(part) = range_part(&call.name.name) {
            return match part {
                RangePart::Lower | RangePart::Upper => Some(HeldRange::of(&first()?)?.bounds()),
                _ => Some(Type::Boolean),
            };
        }
        if [DOCUMENTS_EQUAL, DOCUMENT_CLEAR].contains(&call.name.name.as_str()) {
            return Some(Type::Boolean);
        }
        let mysql = self.source() == Syntax::Mysql;
        Some(match call.name.name.as_str() {
            "coalesce" | "greatest" | "least" | "ifnull" => {
                return self.together_or_text(self.arguments(call));
            }
            "nullif" => return first(),
            "unix_timestamp" if mysql => Type::BIGINT,
            "json_extract" | "json_set" | "json_insert" | "json_replace" | "json_remove"
            | "json_array" | "json_object"
                if mysql =>
            {
                Type::Json
            }
            "json_unquote" | "json_quote" | "json_type" if mysql => Type::Text,
            "json_valid" | "json_contains_path" if mysql => Type::Boolean,
            "if" => return self.together_or_text(self.arguments(call).skip(1)),
            "now"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "clock_timestamp"
            | "to_timestamp" => {
                if mysql {
                    TIMESTAMP
                } else {
                    TIMESTAMPTZ
                }
            }
            "sysdate" | "utc_timestamp" | "current_timestamp" | "from_unixtime" => TIMESTAMP,
            "curdate" | "utc_date" | "current_date" | "make_date" | "to_date" | "date" => {
                Type::Date
            }
            "unix_timestamp" => Type::BIGINT,
            "timezone" => match self.argument(call, 1) {
                Some(ty) if is_zoned(&ty) => TIMESTAMP,
                Some(ty) if Family::of(&ty) == Family::Timestamp => TIMESTAMPTZ,
                _ => return None,
            },
            "date_trunc" => match self.argument(call, 1)? {
                ty if Family::of(&ty) == Family::Timestamp => ty,
                _ => TIMESTAMPTZ,
            },
            "age" | "make_interval" | "justify_hours" | "justify_days" => Type::Interval(None),
            "date_part" => Type::Double,
            "gen_random_uuid" | "uuid_generate_v4" | "uuid_generate_v1" | "uuid_in"
            | "uuid_generate_v1mc" | "uuid_generate_v5" | "uuid_nil" => Type::Uuid,
            "random" | "pi" | "exp" | "ln" | "sqrt" | "rand" => match first() {
                Some(ty) if Family::of(&ty) == Family::Numeric => NUMERIC,
                _ => Type::Double,
            },
            "lower"
            | "upper"
            | "initcap"
            | "concat"
            | "concat_ws"
            | "replace"
            | "substr"
            | "left"
            | "right"
            | "lpad"
            | "rpad"
            | "ltrim"
            | "rtrim"
            | "btrim"
            | "trim"
            | "repeat"
            | "reverse"
            | "md5"
            | "to_hex"
            | "to_char"
            | "split_part"
            | "regexp_replace"
            | "translate"
            | "quote_ident"
            | "quote_literal"
            | "encode"
            | "string_agg"
            | "group_concat"
            | "format"
            | "json_typeof"
            | "jsonb_typeof"
            | "json_extract_path_text"
            | "jsonb_extract_path_text"
            | "array_to_string"
            | "chr"
            | "overlay"
            | "hex"
            | "to_base64"
            | "pg_typeof"
            | "version"
            | "uuid" => Type::Text,
            "length" | "char_length" | "character_length" | "octet_length" | "bit_length"
            | "strpos" | "position" | "ascii" | "num_nonnulls" | "num_nulls" | "array_length"
            | "cardinality" | "array_position" | "array_upper" | "array_lower"
            | "json_array_length" | "jsonb_array_length" | "instr" | "locate" => Type::INTEGER,
            "count" | "row_number" | "rank" | "dense_rank" | "nextval" | "currval" | "setval"
            | "lastval" | "txid_current" => Type::BIGINT,
            "ntile" => Type::INTEGER,
            "percent_rank" | "cume_dist" => Type::Double,
            "sum" => match first()? {
                ty if ty == Type::BIGINT || mysql => NUMERIC,
                ty if Family::of(&ty) == Family::Integer => Type::BIGINT,
                Type::Real => Type::Real,
                ty => ty,
            },
            "avg" => match first()? {
                ty if Family::of(&ty) == Family::Float => Type::Double,
                ty if Family::of(&ty).is_number() => NUMERIC,
                ty => ty,
            },
            "min" | "max" | "first_value" | "last_value" | "nth_value" | "lag" | "lead"
            | "any_value" | "abs" => return first(),
            "ceil" | "ceiling" | "floor" | "round" | "trunc" | "sign" => match first()? {
                ty if Family::of(&ty) == Family::Float => Type::Double,
                ty if Family::of(&ty) == Family::Integer && call.args.len() == 1 => Type::Double,
                _ => NUMERIC,
            },
            "power" | "pow" | "log" => match first()? {
                ty if Family::of(&ty) == Family::Numeric => NUMERIC,
                ty if Family::of(&ty) == Family::Integer
                    && call.args.len() == 2
                    && call.name.name == "log" =>
                {
                    NUMERIC
                }
                _ => Type::Double,
            },
            "mod" => return self.together(self.arguments(call)),
            "bool_and"
            | "bool_or"
            | "every"
            | "starts_with"
            | "has_table_privilege"
            | "pg_input_is_valid"
            | "jsonb_exists"
            | "isnull" => Type::Boolean,
            "unnest" if call.args.len() == 1 => match first()? {
                Type::Array(item) => *item,
                _ => return None,
            },
            "enum_range" if call.args.len() == 1 => Type::Array(Box::new(first()?)),
            "array_agg" => Type::Array(Box::new(first()?)),
            "array_append" | "array_remove" | "array_replace" => return first(),
            "array_prepend" => return self.argument(call, 1),
            "array_cat" => return first(),
            "string_to_array" | "regexp_split_to_array" => Type::Array(Box::new(Type::Text)),
            "json_agg" | "json_build_object" | "json_build_array" | "to_json" | "row_to_json"
            | "json_object_agg" | "json_object" | "json_extract_path" | "json_strip_nulls" => {
                Type::Json
            }
            "jsonb_agg" | "jsonb_build_object" | "jsonb_build_array" | "to_jsonb" | "jsonb_set"
            | "jsonb_insert" | "jsonb_object_agg" | "jsonb_object" | "jsonb_extract_path"
            | "jsonb_strip_nulls" | "hstore_to_jsonb" | "jsonb_set_lax" => Type::Jsonb,
            "hstore_to_json" => Type::Json,
            "decode" | "convert_to" | "gen_random_bytes" | "digest" | "hmac" | "sha256"
            | "sha512" | "unhex" => Type::Blob,
            "current_user" | "session_user" | "current_database" | "current_schema" => Type::Name,
            name => return self.own_function(name),
        })
    }

    pub(super) fn call_nullable(&self, call: &Call) -> bool {
        match call.name.name.as_str() {
            // NULL only if all of them are; MySQL's extremes are if one of them is.
            "greatest" | "least" if self.source() == Syntax::Mysql => {
                self.arguments(call).any(|expr| self.nullable(expr))
            }
            "coalesce" | "greatest" | "least" | "ifnull" => {
                self.arguments(call).all(|expr| self.nullable(expr))
            }
            "concat" if self.source() == Syntax::Mysql => {
                self.arguments(call).any(|expr| self.nullable(expr))
            }
            "count"
            | "now"
            | "gen_random_uuid"
            | "uuid_generate_v4"
            | "uuid_nil"
            | "random"
            | "concat"
            | "row_number"
            | "rank"
            | "dense_rank"
            | "ntile"
            | "clock_timestamp"
            | "statement_timestamp"
            | "transaction_timestamp"
            | "jsonb_build_object"
            | "jsonb_build_array"
            | "json_build_object"
            | "json_build_array" => false,
            "to_json" | "to_jsonb" | "lower" | "upper" | "length" | "char_length" | "replace"
            | "btrim" | "ltrim" | "rtrim" | "trim" | "substr" | "left" | "right" | "encode"
            | "decode" | "md5" | "to_hex" | "abs" | "date_trunc" => {
                self.arguments(call).any(|expr| self.nullable(expr))
            }
            _ => true,
        }
    }
}
