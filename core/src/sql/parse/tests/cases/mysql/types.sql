CREATE TABLE t (a tinyint, b tinyint(1), c bool, d boolean, e tinyint unsigned, f smallint(5) unsigned, g mediumint, h int, i integer(11) signed, j bigint unsigned);
CREATE TABLE t (a float, b float(30), c double, d double precision, e real, f decimal, g numeric(10), h dec(10, 2) unsigned, i fixed(3, 1), j bit, k bit(8));
CREATE TABLE t (a char, b char(3), c varchar(20), d character varying(5), e national varchar(6), f nchar(2), g tinytext, h text, i mediumtext, j longtext, k long varchar);
CREATE TABLE t (a binary, b binary(16), c varbinary(20), d tinyblob, e blob, f mediumblob, g longblob, h blob(100), i blob(70000));
CREATE TABLE t (a date, b time, c time(3), d datetime, e datetime(6), f timestamp, g timestamp(3), h year, i year(4), j json, k uuid, l geometry, m point);
CREATE TABLE t (a float(7, 3));
CREATE TABLE t (a float unsigned);
CREATE TABLE t (a text(100));
CREATE TABLE t (a frob);
