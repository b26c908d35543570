//! The sqlite driver as a library to load.

aludel_plugin::export_driver!(aludel_sqlite::SqliteDriver::new());
