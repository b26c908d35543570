// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Enum"))]
    pub struct CustomersKindEnum;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Set"))]
    pub struct CustomersKindsSet;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Enum"))]
    pub struct MemoriesEnumEnum;
}

diesel::table! {
    #[sql_name = "crate"]
    crate_ (Crate) {
        Crate -> Integer,
        union -> Nullable<Text>,
        #[sql_name = "dyn"]
        dyn_ -> Nullable<Text>,
        default -> Nullable<Text>,
        #[sql_name = "try"]
        try_ -> Nullable<Text>,
        #[sql_name = "async"]
        async_ -> Nullable<Text>,
        #[sql_name = "abstract"]
        abstract_ -> Nullable<Text>,
        Self_ -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::CustomersKindEnum;
    use super::sql_types::CustomersKindsSet;

    customers (id) {
        id -> Unsigned<Bigint>,
        #[max_length = 190]
        email -> Varchar,
        #[max_length = 80]
        name -> Nullable<Varchar>,
        #[max_length = 200]
        full_name -> Nullable<Varchar>,
        #[max_length = 3]
        kind -> CustomersKindEnum,
        #[max_length = 5]
        kinds -> Nullable<CustomersKindsSet>,
        Active -> Bool,
        visits -> Nullable<Unsigned<Integer>>,
        balance -> Unsigned<Decimal>,
        rate -> Nullable<Decimal>,
        ratio -> Nullable<Double>,
        ratio_two -> Nullable<Double>,
        referred_by -> Nullable<Unsigned<Bigint>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MemoriesEnumEnum;

    memories (id) {
        id -> Integer,
        #[max_length = 1]
        enum_ -> Nullable<MemoriesEnumEnum>,
    }
}

diesel::table! {
    order_items (order_id, line) {
        #[max_length = 16]
        order_id -> Binary,
        line -> Unsigned<Smallint>,
        #[max_length = 30]
        sku -> Varchar,
    }
}

diesel::table! {
    orders (id) {
        #[max_length = 16]
        id -> Binary,
        customer_id -> Unsigned<Bigint>,
        order -> Nullable<Integer>,
        #[sql_name = "user-name"]
        user_name -> Nullable<Text>,
        #[sql_name = r#"quote"d"#]
        quote_d -> Nullable<Text>,
        #[sql_name = r##"hash#"mark"##]
        hash_mark -> Nullable<Text>,
        #[sql_name = "back`tick"]
        back_tick -> Nullable<Text>,
        _id -> Nullable<Integer>,
        #[sql_name = "orders"]
        orders_ -> Nullable<Integer>,
        placed_at -> Datetime,
        changed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    #[sql_name = r#"quote"d"#]
    quote_d (id) {
        id -> Integer,
        #[sql_name = "#"]
        __ -> Nullable<Text>,
    }
}

diesel::table! {
    shipments (order_id) {
        #[max_length = 16]
        order_id -> Binary,
        #[max_length = 16]
        line_order -> Nullable<Binary>,
        line -> Nullable<Unsigned<Smallint>>,
    }
}

diesel::table! {
    spellings (id) {
        id -> Integer,
        tiny -> Nullable<Tinyint>,
        small -> Nullable<Smallint>,
        medium_text -> Nullable<Mediumtext>,
        medium_blob -> Nullable<Mediumblob>,
        big -> Nullable<Bigint>,
        #[max_length = 9]
        letters -> Nullable<Varchar>,
        #[max_length = 0]
        sign -> Nullable<Char>,
        #[max_length = 0]
        blank -> Nullable<Varchar>,
        sized_text -> Nullable<Tinytext>,
        sized_blob -> Nullable<Tinyblob>,
        note -> Nullable<Longtext>,
        bits -> Nullable<Bit>,
    }
}

diesel::joinable!(order_items -> orders (order_id));
diesel::joinable!(orders -> customers (customer_id));
diesel::joinable!(shipments -> orders (order_id));

diesel::allow_tables_to_appear_in_same_query!(
    crate_,
    customers,
    memories,
    order_items,
    orders,
    quote_d,
    shipments,
    spellings,
);
