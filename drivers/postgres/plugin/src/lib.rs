//! The postgres driver as a library to load.

aludel_plugin::export_driver!(aludel_postgres::PostgresDriver);
