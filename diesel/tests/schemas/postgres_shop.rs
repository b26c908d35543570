// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "address"))]
    pub struct Address;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "ltree"))]
    pub struct Ltree;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "name", schema = "pg_catalog"))]
    pub struct Name;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = r#"Odd "Type""#, schema = "Odd Schema"))]
    pub struct OddType;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "point", schema = "pg_catalog"))]
    pub struct Point;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "positive"))]
    pub struct Positive;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "state", schema = "stock"))]
    pub struct State;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "temperature"))]
    pub struct Temperature;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "temperature_multirange"))]
    pub struct TemperatureMultirange;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;
}

diesel::table! {
    children (id) {
        id -> Int4,
        note -> Nullable<Text>,
        extra -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "crate"]
    crate_ (Crate) {
        Crate -> Int4,
        union_ -> Nullable<Text>,
        union -> Nullable<Text>,
        raw -> Nullable<Text>,
        #[sql_name = "dyn"]
        dyn_ -> Nullable<Text>,
        auto -> Nullable<Text>,
        default -> Nullable<Text>,
        macro_rules -> Nullable<Text>,
        #[sql_name = "try"]
        try_ -> Nullable<Text>,
        #[sql_name = "async"]
        async_ -> Nullable<Text>,
        #[sql_name = "await"]
        await_ -> Nullable<Text>,
        #[sql_name = "abstract"]
        abstract_ -> Nullable<Text>,
        #[sql_name = "final"]
        final_ -> Nullable<Text>,
        #[sql_name = "Self"]
        Self_ -> Nullable<Text>,
        #[sql_name = "static"]
        static_ -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Address;
    use super::sql_types::Positive;
    use super::sql_types::Tsvector;

    customers (id) {
        id -> Int8,
        email -> Citext,
        #[max_length = 30]
        name -> Nullable<Varchar>,
        #[max_length = 4]
        code -> Bpchar,
        address -> Nullable<Address>,
        addresses -> Nullable<Array<Nullable<Address>>>,
        tags -> Nullable<Array<Nullable<Text>>>,
        balance -> Numeric,
        visits -> Nullable<Positive>,
        referred_by -> Nullable<Int8>,
        search -> Nullable<Tsvector>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Positive;
    use super::sql_types::State;
    use super::sql_types::OddType;
    use super::sql_types::Temperature;
    use super::sql_types::TemperatureMultirange;
    use super::sql_types::Ltree;

    items (sku) {
        #[max_length = 30]
        sku -> Varchar,
        amount -> Int4,
        amounts -> Nullable<Array<Nullable<Positive>>>,
        level -> Nullable<Int2>,
        condition -> Nullable<State>,
        state -> State,
        odd -> Nullable<OddType>,
        odds -> Nullable<Array<Nullable<OddType>>>,
        kept_at -> Nullable<Temperature>,
        kept_ats -> Nullable<Array<Nullable<Temperature>>>,
        spans -> Nullable<TemperatureMultirange>,
        path -> Nullable<Ltree>,
        paths -> Nullable<Array<Nullable<Ltree>>>,
        #[max_length = 8]
        flags -> Nullable<Bit>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;
    use super::sql_types::Name;

    lists (id) {
        id -> Int4,
        prices -> Array<Nullable<Numeric>>,
        ranges -> Nullable<Array<Nullable<Int4range>>>,
        spots -> Nullable<Array<Nullable<Point>>>,
        hosts -> Nullable<Array<Nullable<Inet>>>,
        bits -> Nullable<Array<Nullable<Bit>>>,
        codes -> Nullable<Array<Nullable<Bpchar>>>,
        names -> Nullable<Array<Nullable<Name>>>,
    }
}

diesel::table! {
    order_items (order_id, line) {
        order_id -> Uuid,
        line -> Int2,
        #[max_length = 30]
        sku -> Varchar,
    }
}

diesel::table! {
    orders (id) {
        id -> Uuid,
        customer_id -> Int8,
        placed_at -> Timestamptz,
        order -> Nullable<Int4>,
        #[sql_name = "user-name"]
        user_name -> Nullable<Text>,
        #[sql_name = r#"quote"d"#]
        quote_d -> Nullable<Text>,
        #[sql_name = r##"hash#"mark"##]
        hash_mark -> Nullable<Text>,
        _id -> Nullable<Int4>,
        Orders -> Nullable<Int4>,
        #[sql_name = "orders"]
        orders_ -> Nullable<Int4>,
    }
}

diesel::table! {
    parents (id) {
        id -> Int4,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    partitioned (id) {
        id -> Int4,
        customer_id -> Nullable<Int8>,
    }
}

diesel::table! {
    partitioned_0 (id) {
        id -> Int4,
        customer_id -> Nullable<Int8>,
    }
}

diesel::table! {
    partitioned_1 (id) {
        id -> Int4,
        customer_id -> Nullable<Int8>,
    }
}

diesel::table! {
    #[sql_name = r#"quote"d"#]
    quote_d (id) {
        id -> Int4,
        #[sql_name = "#"]
        __ -> Nullable<Text>,
    }
}

diesel::table! {
    shipments (order_id) {
        order_id -> Uuid,
        line_order -> Nullable<Uuid>,
        line -> Nullable<Int2>,
    }
}

diesel::joinable!(order_items -> items (sku));
diesel::joinable!(order_items -> orders (order_id));
diesel::joinable!(orders -> customers (customer_id));
diesel::joinable!(partitioned -> customers (customer_id));
diesel::joinable!(partitioned_0 -> customers (customer_id));
diesel::joinable!(partitioned_1 -> customers (customer_id));
diesel::joinable!(shipments -> orders (order_id));

diesel::allow_tables_to_appear_in_same_query!(
    children,
    crate_,
    customers,
    items,
    lists,
    order_items,
    orders,
    parents,
    partitioned,
    partitioned_0,
    partitioned_1,
    quote_d,
    shipments,
);
