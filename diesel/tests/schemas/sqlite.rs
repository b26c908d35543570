// @generated automatically by Diesel CLI.

diesel::table! {
    ROWID_UPPER (rowid) {
        rowid -> Integer,
        ROWID -> Nullable<Text>,
        b -> Nullable<Integer>,
    }
}

diesel::table! {
    big_key (id) {
        id -> BigInt,
        a -> Nullable<Text>,
    }
}

diesel::table! {
    blobs (id) {
        id -> Nullable<Binary>,
        a -> Binary,
        b -> Nullable<Binary>,
        c -> Nullable<Binary>,
        d -> Nullable<Binary>,
        e -> Nullable<Binary>,
    }
}

diesel::table! {
    down (id) {
        id -> Nullable<Integer>,
        a -> Nullable<Text>,
    }
}

diesel::table! {
    generated (id) {
        id -> Nullable<Integer>,
        price -> Integer,
        double_price -> Nullable<Integer>,
        triple_price -> Integer,
    }
}

diesel::table! {
    int_key (id) {
        id -> Nullable<Integer>,
        a -> Nullable<Text>,
    }
}

diesel::table! {
    integers (id) {
        id -> Nullable<Integer>,
        a -> Integer,
        b -> Nullable<Bool>,
        c -> Nullable<SmallInt>,
        d -> Nullable<Integer>,
        e -> Nullable<BigInt>,
        f -> Nullable<BigInt>,
        g -> Nullable<SmallInt>,
        h -> Nullable<BigInt>,
        i -> Nullable<Integer>,
    }
}

diesel::table! {
    keyless (rowid) {
        rowid -> Integer,
        a -> Nullable<Text>,
        b -> Integer,
    }
}

diesel::table! {
    more_integers (id) {
        id -> Nullable<Integer>,
        j -> BigInt,
        k -> Nullable<BigInt>,
        l -> Nullable<Bool>,
        m -> Bool,
        n -> Nullable<Bool>,
        o -> Nullable<SmallInt>,
        p -> Nullable<Integer>,
    }
}

diesel::table! {
    oid_taken (_rowid_) {
        _rowid_ -> Integer,
        rowid -> Nullable<Text>,
        oid -> Nullable<Integer>,
    }
}

diesel::table! {
    pairs (a, c) {
        a -> Nullable<Integer>,
        b -> Nullable<Text>,
        c -> Nullable<Integer>,
    }
}

diesel::table! {
    pairs_alone (a, b) {
        a -> Integer,
        b -> Text,
    }
}

diesel::table! {
    reals (id) {
        id -> Integer,
        a -> Nullable<Float>,
        b -> Double,
        c -> Nullable<Double>,
        d -> Nullable<Float>,
        e -> Nullable<Double>,
        f -> Double,
        g -> Nullable<Double>,
        h -> Nullable<Double>,
        i -> Nullable<Float>,
    }
}

diesel::table! {
    rowid_taken (oid) {
        oid -> Integer,
        rowid -> Nullable<Text>,
        b -> Nullable<Integer>,
    }
}

diesel::table! {
    strict_ones (id) {
        id -> Nullable<Integer>,
        a -> Integer,
        b -> Nullable<Float>,
        c -> Nullable<Text>,
        d -> Nullable<Binary>,
    }
}

diesel::table! {
    texts (id) {
        id -> Text,
        a -> Nullable<Text>,
        b -> Text,
        c -> Nullable<Text>,
        d -> Nullable<Text>,
        e -> Nullable<Text>,
        f -> Nullable<Text>,
        g -> Nullable<Text>,
        h -> Nullable<Text>,
        i -> Nullable<Text>,
        j -> Nullable<Text>,
    }
}

diesel::table! {
    times (id) {
        id -> Nullable<Integer>,
        a -> Nullable<Date>,
        b -> Time,
        c -> Timestamp,
        d -> Nullable<Timestamp>,
        e -> Nullable<Timestamp>,
        f -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    ROWID_UPPER,
    big_key,
    blobs,
    down,
    generated,
    int_key,
    integers,
    keyless,
    more_integers,
    oid_taken,
    pairs,
    pairs_alone,
    reals,
    rowid_taken,
    strict_ones,
    texts,
    times,
);
