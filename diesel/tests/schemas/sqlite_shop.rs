// @generated automatically by Diesel CLI.

diesel::table! {
    #[sql_name = "Mixed Places"]
    Mixed_Places (ID) {
        ID -> Integer,
        parent -> Nullable<Integer>,
    }
}

diesel::table! {
    Upper (Id) {
        Id -> Integer,
        AUTHOR -> Nullable<Integer>,
    }
}

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
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
    by_row (rowid) {
        rowid -> Integer,
        note -> Nullable<Text>,
        number_id -> Nullable<Integer>,
    }
}

diesel::table! {
    #[sql_name = "it's"]
    it_s (id) {
        id -> Integer,
        #[sql_name = "it's"]
        it_s_ -> Nullable<Text>,
    }
}

diesel::table! {
    loans (id) {
        id -> Integer,
        from -> Nullable<Integer>,
        to -> BigInt,
        book_id -> Integer,
        author_id -> Integer,
        place -> Nullable<Integer>,
        gone -> Nullable<Integer>,
    }
}

diesel::table! {
    numbers (id) {
        id -> Integer,
    }
}

diesel::table! {
    of_pairs (a, b) {
        a -> Integer,
        b -> Integer,
        book -> Nullable<Integer>,
    }
}

diesel::table! {
    reviews (book_id, reviewer) {
        book_id -> Integer,
        reviewer -> Text,
        parent_book -> Nullable<Integer>,
        parent_reviewer -> Nullable<Text>,
        stars -> Nullable<SmallInt>,
    }
}

diesel::table! {
    search (rowid) {
        rowid -> Integer,
        title -> Nullable<Binary>,
        body -> Nullable<Binary>,
        #[sql_name = "search"]
        search_ -> Nullable<Binary>,
        rank -> Nullable<Binary>,
    }
}

diesel::table! {
    search_config (k) {
        k -> Binary,
        v -> Nullable<Binary>,
    }
}

diesel::table! {
    search_content (id) {
        id -> Nullable<Integer>,
        c0 -> Nullable<Binary>,
        c1 -> Nullable<Binary>,
    }
}

diesel::table! {
    search_data (id) {
        id -> Nullable<Integer>,
        block -> Nullable<Binary>,
    }
}

diesel::table! {
    search_docsize (id) {
        id -> Nullable<Integer>,
        sz -> Nullable<Binary>,
    }
}

diesel::table! {
    search_idx (segid, term) {
        segid -> Binary,
        term -> Binary,
        pgno -> Nullable<Binary>,
    }
}

diesel::table! {
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
        Capital -> Nullable<Text>,
        #[sql_name = "__hidden"]
        __hidden_ -> Nullable<Text>,
        #[sql_name = "self"]
        self_ -> Nullable<Text>,
        #[sql_name = "it's"]
        it_s -> Nullable<Text>,
        #[sql_name = r#"quote"d"#]
        quote_d -> Nullable<Text>,
        #[sql_name = r##"hash#"mark"##]
        hash_mark -> Nullable<Text>,
    }
}

diesel::table! {
    to_pairs (id) {
        id -> Integer,
        a -> Nullable<Integer>,
        b -> Nullable<Integer>,
    }
}

diesel::table! {
    typed_by_struct (id) {
        id -> Integer,
        struct_type -> Nullable<Integer>,
    }
}

diesel::joinable!(Upper -> authors (AUTHOR));
diesel::joinable!(by_row -> numbers (number_id));
diesel::joinable!(loans -> numbers (from));
diesel::joinable!(reviews -> books (book_id));
diesel::joinable!(typed_by_struct -> struct_ (struct_type));

diesel::allow_tables_to_appear_in_same_query!(
    Mixed_Places,
    Upper,
    authors,
    books,
    by_row,
    it_s,
    loans,
    numbers,
    of_pairs,
    reviews,
    search,
    search_config,
    search_content,
    search_data,
    search_docsize,
    search_idx,
    struct_,
    to_pairs,
    typed_by_struct,
);
