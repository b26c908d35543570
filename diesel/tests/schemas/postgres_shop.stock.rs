// @generated automatically by Diesel CLI.

pub mod stock {
    pub mod sql_types {
        #[derive(diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "level", schema = "stock"))]
        pub struct Level;

        #[derive(diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "state", schema = "stock"))]
        pub struct State;
    }

    diesel::table! {
        stock.boxes (id) {
            id -> Int4,
            place_id -> Int4,
            order_id -> Nullable<Uuid>,
            #[sql_name = "type"]
            type_ -> Nullable<Text>,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use super::sql_types::State;
        use super::sql_types::Level;

        /// Where things are.
        stock.places (id) {
            id -> Int4,
            name -> Text,
            parent -> Nullable<Int4>,
            state -> Nullable<State>,
            email -> Nullable<Citext>,
            level -> Nullable<Level>,
        }
    }

    diesel::joinable!(boxes -> places (place_id));

    diesel::allow_tables_to_appear_in_same_query!(boxes, places,);
}
