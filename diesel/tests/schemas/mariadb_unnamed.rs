// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Geometry"))]
    pub struct PlacesAnythingGeometry;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Geometrycollection"))]
    pub struct PlacesEverythingGeometrycollection;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Inet6"))]
    pub struct PlacesHostInet6;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Inet4"))]
    pub struct PlacesHostOldInet4;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Uuid"))]
    pub struct PlacesIdUuid;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Linestring"))]
    pub struct PlacesLineLinestring;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Multilinestring"))]
    pub struct PlacesLinesMultilinestring;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Mediumint"))]
    pub struct PlacesMediumMediumint;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Mediumint"))]
    pub struct PlacesMediumUnsignedMediumint;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Point"))]
    pub struct PlacesPointPoint;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Multipoint"))]
    pub struct PlacesPointsMultipoint;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Polygon"))]
    pub struct PlacesPolygonPolygon;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Multipolygon"))]
    pub struct PlacesPolygonsMultipolygon;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Year"))]
    pub struct PlacesYearFourYear;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Year"))]
    pub struct PlacesYearYear;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::PlacesIdUuid;
    use super::sql_types::PlacesAnythingGeometry;
    use super::sql_types::PlacesPointPoint;
    use super::sql_types::PlacesLineLinestring;
    use super::sql_types::PlacesPolygonPolygon;
    use super::sql_types::PlacesPointsMultipoint;
    use super::sql_types::PlacesLinesMultilinestring;
    use super::sql_types::PlacesPolygonsMultipolygon;
    use super::sql_types::PlacesEverythingGeometrycollection;
    use super::sql_types::PlacesHostInet6;
    use super::sql_types::PlacesHostOldInet4;
    use super::sql_types::PlacesMediumMediumint;
    use super::sql_types::PlacesMediumUnsignedMediumint;
    use super::sql_types::PlacesYearYear;
    use super::sql_types::PlacesYearFourYear;

    places (id) {
        id -> PlacesIdUuid,
        anything -> Nullable<PlacesAnythingGeometry>,
        point_ -> PlacesPointPoint,
        line_ -> Nullable<PlacesLineLinestring>,
        polygon_ -> Nullable<PlacesPolygonPolygon>,
        points -> Nullable<PlacesPointsMultipoint>,
        lines_ -> Nullable<PlacesLinesMultilinestring>,
        polygons -> Nullable<PlacesPolygonsMultipolygon>,
        everything -> Nullable<PlacesEverythingGeometrycollection>,
        host -> Nullable<PlacesHostInet6>,
        host_old -> Nullable<PlacesHostOldInet4>,
        medium -> Nullable<PlacesMediumMediumint>,
        medium_unsigned -> Nullable<Unsigned<PlacesMediumUnsignedMediumint>>,
        year_ -> Nullable<PlacesYearYear>,
        year_four -> Nullable<PlacesYearFourYear>,
    }
}
