// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "aclitem", schema = "pg_catalog"))]
    pub struct Aclitem;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "box", schema = "pg_catalog"))]
    pub struct Box;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "cid", schema = "pg_catalog"))]
    pub struct Cid;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "circle", schema = "pg_catalog"))]
    pub struct Circle;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "hstore"))]
    pub struct Hstore;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "int2vector", schema = "pg_catalog"))]
    pub struct Int2vector;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "jsonpath", schema = "pg_catalog"))]
    pub struct Jsonpath;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "level", schema = "more"))]
    pub struct Level;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "line", schema = "pg_catalog"))]
    pub struct Line;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "lseg", schema = "pg_catalog"))]
    pub struct Lseg;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood"))]
    pub struct Mood;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "name", schema = "pg_catalog"))]
    pub struct Name;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "Odd Mood"))]
    pub struct OddMood;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "oidvector", schema = "pg_catalog"))]
    pub struct Oidvector;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "pair"))]
    pub struct Pair;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "path", schema = "pg_catalog"))]
    pub struct Path;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "pg_snapshot", schema = "pg_catalog"))]
    pub struct PgSnapshot;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "point", schema = "pg_catalog"))]
    pub struct Point;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "polygon", schema = "pg_catalog"))]
    pub struct Polygon;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "positive"))]
    pub struct Positive;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "refcursor", schema = "pg_catalog"))]
    pub struct Refcursor;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regclass", schema = "pg_catalog"))]
    pub struct Regclass;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regcollation", schema = "pg_catalog"))]
    pub struct Regcollation;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regconfig", schema = "pg_catalog"))]
    pub struct Regconfig;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regdictionary", schema = "pg_catalog"))]
    pub struct Regdictionary;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regnamespace", schema = "pg_catalog"))]
    pub struct Regnamespace;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regoper", schema = "pg_catalog"))]
    pub struct Regoper;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regoperator", schema = "pg_catalog"))]
    pub struct Regoperator;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regproc", schema = "pg_catalog"))]
    pub struct Regproc;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regprocedure", schema = "pg_catalog"))]
    pub struct Regprocedure;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regrole", schema = "pg_catalog"))]
    pub struct Regrole;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "regtype", schema = "pg_catalog"))]
    pub struct Regtype;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "span"))]
    pub struct Span;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tid", schema = "pg_catalog"))]
    pub struct Tid;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "timetz", schema = "pg_catalog"))]
    pub struct Timetz;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsquery", schema = "pg_catalog"))]
    pub struct Tsquery;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "txid_snapshot", schema = "pg_catalog"))]
    pub struct TxidSnapshot;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "varbit", schema = "pg_catalog"))]
    pub struct Varbit;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "xid", schema = "pg_catalog"))]
    pub struct Xid;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "xid8", schema = "pg_catalog"))]
    pub struct Xid8;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "xml", schema = "pg_catalog"))]
    pub struct Xml;
}

diesel::table! {
    #[sql_name = "Mixed Case"]
    Mixed_Case (id) {
        id -> Int4,
        struct_type -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;

    arrays (id) {
        id -> Int4,
        wholes -> Array<Nullable<Int4>>,
        texts -> Nullable<Array<Nullable<Text>>>,
        limited -> Nullable<Array<Nullable<Varchar>>>,
        nested -> Nullable<Array<Nullable<Int4>>>,
        fixed -> Nullable<Array<Nullable<Int4>>>,
        moods -> Nullable<Array<Nullable<Mood>>>,
        ids -> Array<Nullable<Uuid>>,
        moments -> Nullable<Array<Nullable<Timestamptz>>>,
        objects -> Nullable<Array<Nullable<Jsonb>>>,
        exact -> Nullable<Array<Nullable<Numeric>>>,
        flags -> Nullable<Array<Nullable<Bool>>>,
        any_case -> Nullable<Array<Nullable<Citext>>>,
    }
}

diesel::table! {
    authors (id) {
        id -> Int4,
        name -> Text,
        best_book -> Nullable<Int4>,
    }
}

diesel::table! {
    books (id) {
        id -> Int4,
        author_id -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Regclass;
    use super::sql_types::Regcollation;
    use super::sql_types::Regconfig;
    use super::sql_types::Regdictionary;
    use super::sql_types::Regnamespace;
    use super::sql_types::Regoper;
    use super::sql_types::Regoperator;
    use super::sql_types::Regproc;
    use super::sql_types::Regprocedure;
    use super::sql_types::Regrole;
    use super::sql_types::Regtype;

    catalogs (id) {
        id -> Int4,
        class -> Nullable<Regclass>,
        collation_ -> Nullable<Regcollation>,
        config -> Nullable<Regconfig>,
        dictionary -> Nullable<Regdictionary>,
        namespace -> Nullable<Regnamespace>,
        operator -> Nullable<Regoper>,
        operator_of -> Nullable<Regoperator>,
        function -> Nullable<Regproc>,
        function_of -> Nullable<Regprocedure>,
        role -> Nullable<Regrole>,
        #[sql_name = "type"]
        type_ -> Nullable<Regtype>,
    }
}

diesel::table! {
    decimals (id) {
        id -> Int4,
        plain -> Nullable<Numeric>,
        exact -> Numeric,
        rounded -> Nullable<Numeric>,
        single -> Nullable<Float4>,
        double -> Nullable<Float8>,
        short_float -> Nullable<Float4>,
        cash -> Nullable<Money>,
        identified -> Nullable<Oid>,
        flag -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Varbit;
    use super::sql_types::Xml;
    use super::sql_types::Jsonpath;
    use super::sql_types::Tsvector;
    use super::sql_types::Tsquery;

    documents (id) {
        id -> Int4,
        #[max_length = 1]
        bit_one -> Nullable<Bit>,
        #[max_length = 8]
        bits -> Nullable<Bit>,
        bits_free -> Nullable<Varbit>,
        #[max_length = 16]
        bits_limited -> Nullable<Varbit>,
        markup -> Nullable<Xml>,
        object -> Nullable<Json>,
        document -> Jsonb,
        path -> Nullable<Jsonpath>,
        words -> Nullable<Tsvector>,
        search -> Nullable<Tsquery>,
    }
}

diesel::table! {
    fleeting (id) {
        id -> Int4,
    }
}

diesel::table! {
    loans (id) {
        id -> Int4,
        from -> Nullable<Int8>,
        to -> Int8,
        book_id -> Int4,
        author_id -> Int4,
        place_id -> Nullable<Int4>,
    }
}

diesel::table! {
    numbers (id) {
        id -> Int8,
        small -> Int2,
        small_numbered -> Int2,
        whole -> Nullable<Int4>,
        whole_numbered -> Int4,
        big -> Nullable<Int8>,
        always -> Int4,
        by_default -> Int8,
        doubled -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;
    use super::sql_types::OddMood;
    use super::sql_types::Pair;
    use super::sql_types::Positive;
    use super::sql_types::Level;

    own_types (id) {
        id -> Int4,
        mood -> Mood,
        odd -> Nullable<OddMood>,
        pair -> Nullable<Pair>,
        positives -> Nullable<Array<Nullable<Positive>>>,
        level -> Nullable<Level>,
        levels -> Nullable<Array<Nullable<Level>>>,
    }
}

diesel::table! {
    parted (id, day) {
        id -> Int4,
        day -> Date,
        author_id -> Nullable<Int4>,
    }
}

diesel::table! {
    parted_2024 (id, day) {
        id -> Int4,
        day -> Date,
        author_id -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;
    use super::sql_types::Line;
    use super::sql_types::Lseg;
    use super::sql_types::Box;
    use super::sql_types::Path;
    use super::sql_types::Polygon;
    use super::sql_types::Circle;

    places (id) {
        id -> Int4,
        point -> Nullable<Point>,
        line -> Nullable<Line>,
        segment -> Nullable<Lseg>,
        #[sql_name = "box"]
        box_ -> Nullable<Box>,
        path -> Nullable<Path>,
        polygon -> Nullable<Polygon>,
        circle -> Nullable<Circle>,
        host -> Nullable<Inet>,
        network -> Nullable<Cidr>,
        hardware -> Nullable<Macaddr>,
        hardware_long -> Nullable<Macaddr8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Span;

    ranges (id) {
        id -> Int4,
        whole -> Nullable<Int4range>,
        big -> Nullable<Int8range>,
        exact -> Nullable<Numrange>,
        local -> Nullable<Tsrange>,
        moments -> Nullable<Tstzrange>,
        days -> Nullable<Daterange>,
        wholes -> Nullable<Int4multirange>,
        bigs -> Nullable<Int8multirange>,
        exacts -> Nullable<Nummultirange>,
        locals -> Nullable<Tsmultirange>,
        many_moments -> Nullable<Tstzmultirange>,
        many_days -> Nullable<Datemultirange>,
        own -> Nullable<Span>,
    }
}

diesel::table! {
    reviews (reviewer, book_id) {
        book_id -> Int4,
        reviewer -> Text,
        parent_book -> Nullable<Int4>,
        parent_reviewer -> Nullable<Text>,
        stars -> Nullable<Int2>,
    }
}

diesel::table! {
    #[sql_name = "struct"]
    struct_ (type_) {
        #[sql_name = "type"]
        type_ -> Int4,
        #[sql_name = "columns"]
        columns_ -> Nullable<Text>,
        #[sql_name = "table"]
        table_ -> Nullable<Text>,
        #[sql_name = "is_nullable"]
        is_nullable_ -> Nullable<Text>,
        #[sql_name = "two words"]
        two_words -> Nullable<Text>,
        #[sql_name = "ünïcode"]
        _n_code -> Nullable<Text>,
        #[sql_name = "3d"]
        _3d -> Nullable<Text>,
        Capital -> Nullable<Text>,
        #[sql_name = "__hidden"]
        __hidden_ -> Nullable<Text>,
        #[sql_name = "self"]
        self_ -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Name;
    use super::sql_types::Hstore;

    texts (id) {
        id -> Uuid,
        plain -> Text,
        free -> Nullable<Varchar>,
        #[max_length = 40]
        limited -> Varchar,
        #[max_length = 1]
        one -> Nullable<Bpchar>,
        #[max_length = 12]
        padded -> Nullable<Bpchar>,
        byte -> Nullable<Char>,
        blanks -> Nullable<Bpchar>,
        internal -> Nullable<Name>,
        any_case -> Nullable<Citext>,
        pairs -> Nullable<Hstore>,
        data -> Nullable<Bytea>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Timetz;

    times (id) {
        id -> Int4,
        day -> Nullable<Date>,
        clock -> Nullable<Time>,
        clock_short -> Nullable<Time>,
        clock_zoned -> Nullable<Timetz>,
        clock_zoned_short -> Nullable<Timetz>,
        local -> Timestamp,
        local_short -> Nullable<Timestamp>,
        moment -> Timestamptz,
        moment_short -> Nullable<Timestamptz>,
        length -> Nullable<Interval>,
        length_fields -> Nullable<Interval>,
        length_short -> Nullable<Interval>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tid;
    use super::sql_types::Xid;
    use super::sql_types::Xid8;
    use super::sql_types::Cid;
    use super::sql_types::PgSnapshot;
    use super::sql_types::TxidSnapshot;
    use super::sql_types::Refcursor;
    use super::sql_types::Aclitem;
    use super::sql_types::Int2vector;
    use super::sql_types::Oidvector;

    transactions (id) {
        id -> Int4,
        row -> Nullable<Tid>,
        transaction -> Nullable<Xid>,
        transaction_long -> Nullable<Xid8>,
        command -> Nullable<Cid>,
        snapshot -> Nullable<PgSnapshot>,
        snapshot_old -> Nullable<TxidSnapshot>,
        position -> Nullable<PgLsn>,
        cursor -> Nullable<Refcursor>,
        right_of -> Nullable<Aclitem>,
        numbers -> Nullable<Int2vector>,
        oids -> Nullable<Oidvector>,
    }
}

diesel::joinable!(Mixed_Case -> struct_ (struct_type));
diesel::joinable!(loans -> numbers (from));
diesel::joinable!(loans -> places (place_id));
diesel::joinable!(parted -> authors (author_id));
diesel::joinable!(parted_2024 -> authors (author_id));
diesel::joinable!(reviews -> books (book_id));

diesel::allow_tables_to_appear_in_same_query!(
    Mixed_Case,
    arrays,
    authors,
    books,
    catalogs,
    decimals,
    documents,
    fleeting,
    loans,
    numbers,
    own_types,
    parted,
    parted_2024,
    places,
    ranges,
    reviews,
    struct_,
    texts,
    times,
    transactions,
);
