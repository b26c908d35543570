//! Tables and what else a schema holds.

use aludel::schema::{
    Column, Constraint, ConstraintKind, Domain, EnumType, Fails, ForeignKey, Generated, Identity,
    Index, IndexKey, IndexPart, Name, Nulls, Options, Place, ReferentialAction, Returned,
    RowConstraint, RowTrigger, Sequence, SequenceOptions, Table, Trigger, TriggerEvent,
    TriggerStep, Type, Variable, View,
};

use super::{choice, record};

record!(Name, "a name" { schema, name });

record!(Table, "a table" { name, columns, constraints, indexes, comment, options, opaque });

record!(Options, "a table's options" {
    strict, without_rowid, unlogged, temporary, engine, charset, collation, auto_increment,
    partition_by, inherits, partition,
});

record!(Column, "a column" {
    name, ty as "type", nullable, default, identity, generated, collation, charset, on_update,
    invisible, comment,
});

record!(Identity, "an identity" { always, sequence, options });

record!(Generated, "a generated value" { expr, stored });

record!(Constraint, "a constraint" { name, kind, deferrable, initially_deferred, not_valid, named });

choice!(ConstraintKind, "constraint" {
    "primary_key" PrimaryKey { columns },
    "unique" Unique { columns, nulls_not_distinct },
    "foreign_key" ForeignKey(key),
    "check" Check { expr, not_enforced },
    "exclude" Exclude(text),
});

record!(ForeignKey, "a foreign key" { columns, table, referred, on_delete, on_update, match_full });

choice!(ReferentialAction, "referential action" {
    "no_action" NoAction,
    "restrict" Restrict,
    "cascade" Cascade,
    "set_null" SetNull,
    "set_default" SetDefault,
});

record!(IndexPart, "a column of a key" { column, length });

record!(Index, "an index" { name, unique, method, keys, include, filter, nulls_not_distinct, comment });

record!(IndexKey, "a key of an index" { expr, length, descending, nulls, collation, class });

choice!(Nulls, "place of nulls" { "first" First, "last" Last });

record!(EnumType, "an enum" { name, members });

record!(Domain, "a domain" { name, base, nullable, default, collation, constraints, opaque });

record!(Sequence, "a sequence" { name, owned_by, identity, options });

record!(SequenceOptions, "a sequence's options" {
    ty as "type", start, increment, min, max, cache, cycle,
});

record!(View, "a view" { name, columns, query, text, materialized, reads, indexes });

record!(Trigger, "a trigger" { name, table, text, does });

record!(RowTrigger, "what a trigger does" {
    name, function, arguments, code, before, events, of, condition, sets, or_old, variables, steps,
    tells, copies, unclear, constraint, fails,
});

record!(RowConstraint, "a constraint that a trigger stands for" {
    steps, violations, message, deferrable,
});

record!(Fails, "events that fail" { events, why, message });

record!(Variable, "a variable of a trigger" { name, ty as "type" });

choice!(TriggerEvent, "event of a trigger" {
    "insert" Insert, "update" Update, "delete" Delete,
});

choice!(TriggerStep, "step of a trigger" {
    "raise" Raise(message),
    "run" Run(statement),
    "if" If { whens, otherwise },
    "return" Return(row),
    "set" Set(place, value),
    "ask" Ask { query, into, strict },
    "execute" Execute { text, using, into },
    "each" Each(variable, steps),
});

choice!(Place, "place of a value" { "variable" Variable(name), "column" Column(name) });

choice!(Returned, "returned row" { "new" New, "old" Old, "either" Either, "null" Null });

choice!(Type, "type" {
    "boolean" Boolean,
    "tinyint" TinyInt { unsigned, width },
    "smallint" SmallInt { unsigned },
    "mediumint" MediumInt { unsigned },
    "integer" Integer { unsigned },
    "bigint" BigInt { unsigned },
    "real" Real,
    "double" Double,
    "numeric" Numeric { precision, unsigned },
    "money" Money,
    "char" Char(length),
    "varchar" Varchar(length),
    "text" Text,
    "tinytext" TinyText,
    "mediumtext" MediumText,
    "longtext" LongText,
    "citext" Citext,
    "name" Name,
    "binary" Binary(length),
    "varbinary" Varbinary(length),
    "blob" Blob,
    "tinyblob" TinyBlob,
    "mediumblob" MediumBlob,
    "longblob" LongBlob,
    "date" Date,
    "time" Time { precision, zoned },
    "timestamp" Timestamp { precision, zoned },
    "year" Year,
    "interval" Interval(fields),
    "uuid" Uuid,
    "json" Json,
    "jsonb" Jsonb,
    "xml" Xml,
    "bit" Bit(length),
    "varbit" Varbit(length),
    "inet" Inet,
    "cidr" Cidr,
    "macaddr" Macaddr,
    "tsvector" Tsvector,
    "tsquery" Tsquery,
    "hstore" Hstore,
    "array" Array(element),
    "enum" Enum(name),
    "inline_enum" InlineEnum(members),
    "inline_set" InlineSet(members),
    "named" Named(name),
    "other" Other(name),
    "absent" Absent,
});
