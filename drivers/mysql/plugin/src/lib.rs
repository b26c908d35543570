//! The mysql and mariadb driver as a library to load.

aludel_plugin::export_driver!(aludel_mysql::MysqlDriver);
