// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Enum"))]
    pub struct DocumentsMoodEnum;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Set"))]
    pub struct DocumentsMoodsSet;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Enum"))]
    pub struct StructCapitalEnum;
}

diesel::table! {
    authors (id) {
        id -> Integer,
        #[max_length = 50]
        name -> Varchar,
        best_book -> Nullable<Integer>,
    }
}

diesel::table! {
    books (id) {
        id -> Integer,
        author_id -> Integer,
    }
}

diesel::table! {
    decimals (id) {
        id -> Integer,
        whole -> Nullable<Integer>,
        exact -> Decimal,
        exact_unsigned -> Nullable<Unsigned<Decimal>>,
        exact_plain -> Nullable<Decimal>,
        single -> Nullable<Float>,
        single_unsigned -> Nullable<Unsigned<Float>>,
        single_digits -> Nullable<Float>,
        single_bits -> Nullable<Double>,
        double_ -> Nullable<Double>,
        double_unsigned -> Nullable<Unsigned<Double>>,
        double_digits -> Nullable<Unsigned<Double>>,
        doubled -> Nullable<Integer>,
        doubled_late -> Nullable<Integer>,
        bit_one -> Nullable<Bit>,
        bits -> Nullable<Bit>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::DocumentsMoodEnum;
    use super::sql_types::DocumentsMoodsSet;

    documents (id) {
        id -> Integer,
        object -> Nullable<Longtext>,
        #[max_length = 1]
        bytes_one -> Nullable<Binary>,
        #[max_length = 16]
        bytes -> Binary,
        #[max_length = 64]
        bytes_limited -> Nullable<Varbinary>,
        tiny_data -> Nullable<Tinyblob>,
        data -> Nullable<Blob>,
        medium_data -> Nullable<Mediumblob>,
        long_data -> Nullable<Longblob>,
        #[max_length = 5]
        mood -> DocumentsMoodEnum,
        #[max_length = 23]
        moods -> Nullable<DocumentsMoodsSet>,
    }
}

diesel::table! {
    loans (id) {
        id -> Integer,
        from -> Nullable<Unsigned<Bigint>>,
        to -> Bigint,
        book_id -> Integer,
        author_id -> Integer,
        time_id -> Nullable<Integer>,
    }
}

diesel::table! {
    mixed_case (id) {
        id -> Integer,
        struct_type -> Nullable<Integer>,
    }
}

diesel::table! {
    numbers (id) {
        id -> Unsigned<Bigint>,
        flag -> Bool,
        tiny -> Nullable<Tinyint>,
        tiny_one -> Nullable<Bool>,
        tiny_two -> Nullable<Tinyint>,
        tiny_unsigned -> Nullable<Unsigned<Tinyint>>,
        tiny_one_unsigned -> Nullable<Unsigned<Tinyint>>,
        small -> Smallint,
        small_unsigned -> Nullable<Unsigned<Smallint>>,
        whole -> Nullable<Integer>,
        whole_wide -> Nullable<Integer>,
        whole_unsigned -> Unsigned<Integer>,
        whole_filled -> Nullable<Unsigned<Integer>>,
        big -> Nullable<Bigint>,
        big_filled -> Nullable<Unsigned<Bigint>>,
    }
}

diesel::table! {
    parted (id, day) {
        id -> Integer,
        day -> Date,
    }
}

diesel::table! {
    reviews (reviewer, book_id) {
        book_id -> Integer,
        #[max_length = 50]
        reviewer -> Varchar,
        parent_book -> Nullable<Integer>,
        #[max_length = 50]
        parent_reviewer -> Nullable<Varchar>,
        stars -> Nullable<Smallint>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::StructCapitalEnum;

    #[sql_name = "struct"]
    struct_ (type_) {
        #[sql_name = "type"]
        type_ -> Integer,
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
        #[max_length = 1]
        Capital -> Nullable<StructCapitalEnum>,
        #[sql_name = "__hidden"]
        __hidden_ -> Nullable<Text>,
        #[sql_name = "self"]
        self_ -> Nullable<Text>,
    }
}

diesel::table! {
    texts (id) {
        #[max_length = 36]
        id -> Char,
        #[max_length = 1]
        one -> Nullable<Char>,
        #[max_length = 12]
        padded -> Char,
        #[max_length = 40]
        limited -> Varchar,
        #[max_length = 4000]
        long_limited -> Nullable<Varchar>,
        #[max_length = 20]
        latin -> Nullable<Varchar>,
        tiny -> Nullable<Tinytext>,
        plain -> Text,
        medium -> Nullable<Mediumtext>,
        long_ -> Nullable<Longtext>,
        #[max_length = 4]
        national -> Nullable<Char>,
        #[max_length = 3]
        hidden -> Nullable<Varchar>,
    }
}

diesel::table! {
    times (id) {
        id -> Integer,
        day -> Nullable<Date>,
        clock -> Nullable<Time>,
        clock_short -> Nullable<Time>,
        local -> Datetime,
        local_long -> Nullable<Datetime>,
        moment -> Timestamp,
        moment_short -> Nullable<Timestamp>,
    }
}

diesel::joinable!(loans -> numbers (from));
diesel::joinable!(loans -> times (time_id));
diesel::joinable!(mixed_case -> struct_ (struct_type));
diesel::joinable!(reviews -> books (book_id));

diesel::allow_tables_to_appear_in_same_query!(
    authors, books, decimals, documents, loans, mixed_case, numbers, parted, reviews, struct_,
    texts, times,
);
