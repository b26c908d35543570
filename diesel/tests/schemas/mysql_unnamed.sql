-- The types that MySQL 9 has and Diesel has no name for: what its program prints of them does not compile.

CREATE TABLE places (
    id binary(16) NOT NULL PRIMARY KEY,
    vector_ vector(3),
    anything geometry,
    point_ point NOT NULL,
    line_ linestring,
    polygon_ polygon,
    points multipoint,
    lines_ multilinestring,
    polygons multipolygon,
    everything geometrycollection,
    medium mediumint,
    medium_unsigned mediumint unsigned,
    year_ year,
    year_four year(4)
);
