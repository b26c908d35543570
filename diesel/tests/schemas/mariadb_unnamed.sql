-- The types that MariaDB 10.11 has and Diesel has no name for: what its program prints of them does not compile.

CREATE TABLE places (
    id uuid NOT NULL PRIMARY KEY,
    anything geometry,
    point_ point NOT NULL,
    line_ linestring,
    polygon_ polygon,
    points multipoint,
    lines_ multilinestring,
    polygons multipolygon,
    everything geometrycollection,
    host inet6,
    host_old inet4,
    medium mediumint,
    medium_unsigned mediumint unsigned,
    year_ year,
    year_four year(4)
);
