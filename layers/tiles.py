"""Vector tiles straight from PostGIS: the network for staff, the background for everybody.

Geometry is stored in EPSG:4326 and transformed to web mercator per tile. Layers and properties
are those that the map's paint rules (gisapp/js/map/tile_style.js) draw by:

* `background`: kind, class, name, name_en, width (metres)
* `pipe`: id (the asset's), dn (millimetres), role, status, kind, one_way, material
* `valve`: id, state and operability as they hold now, operable, isolates, kind, dn, bearing
  (degrees clockwise from north of the pipe it stands on, 0-179), rotation (the same from east)
* `hydrant`: id
* `source`: id, name, name_en, kind, active

What a zoom shows is decided here and not in the browser. A tile is drawn 512 pixels wide, so the
tile of zoom z is what people see at zoom z + 1: trunk mains from 13 on the screen, all mains from
15, valves and hydrants from 16, service pipes from 17.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.db import connection

from layers.bearings import BEARING_SQL

MIN_ZOOM = 8
MAX_ZOOM = 20
TRUNK_ZOOM = 12
MAINS_ZOOM = 14
FITTINGS_ZOOM = 15
SERVICE_ZOOM = 16
# A main this wide counts as trunk where the source gave no role.
TRUNK_FROM_MM = 400
EXTENT = 4096
BUFFER = 128  # tile units drawn beyond the edge, so that lines and labels meet

TRUNK_PIPE = "(p.role = 'trunk' OR (p.role = '' AND p.diameter_mm >= %(trunk_mm)s))"
PIPE_FILTERS = (
    (SERVICE_ZOOM, "TRUE"),
    (MAINS_ZOOM, "p.role <> 'service'"),
    (TRUNK_ZOOM, TRUNK_PIPE),
)
# Land and water always, then the town grows as one comes nearer.
BACKGROUND_FILTERS = (
    (14, "TRUE"),
    (13, "b.kind <> 'building'"),
    (
        11,
        "(b.kind IN ('land', 'water', 'park', 'rail') OR (b.kind = 'street' AND b.width_m >= 12))",
    ),
    (0, "(b.kind IN ('land', 'water') OR (b.kind = 'street' AND b.width_m >= 20))"),
)

BACKGROUND_SQL = """
SELECT ST_AsMVT(t, 'background', {extent}, 'geom') FROM (
  SELECT b.kind, nullif(b.klass, '') AS class, nullif(b.name, '') AS name,
         nullif(b.name_en, '') AS name_en, b.width_m AS width,
         ST_AsMVTGeom(ST_Transform(b.geom, 3857), e.box, {extent}, {buffer}, true) AS geom
  FROM layers_backgroundfeature b, e
  WHERE b.geom && e.lonlat AND {where}
  ORDER BY array_position(ARRAY['land','block','park','water','rail','building','street','label'],
                          b.kind::text), b.width_m NULLS FIRST, b.id
) t WHERE geom IS NOT NULL
"""

PIPE_SQL = """
SELECT ST_AsMVT(t, 'pipe', {extent}, 'geom') FROM (
  SELECT p.asset_id AS id, p.diameter_mm::int AS dn, nullif(p.role, '') AS role, p.status, p.kind,
         p.flow = 'forward' AS one_way, nullif(p.material, '') AS material,
         ST_AsMVTGeom(ST_Transform(p.geom, 3857), e.box, {extent}, {buffer}, true) AS geom
  FROM network_pipe p, e
  WHERE p.revision_id = %(revision)s AND p.geom && e.lonlat AND {where}
  ORDER BY p.diameter_mm NULLS FIRST, p.id
) t WHERE geom IS NOT NULL
"""

VALVE_SQL = """
SELECT ST_AsMVT(t, 'valve', {extent}, 'geom') FROM (
  SELECT v.asset_id AS id, coalesce(c.state, v.state) AS state,
         coalesce(c.operability, v.operability) AS operability,
         coalesce(c.operability, v.operability) NOT IN ('inoperable', 'inaccessible') AS operable,
         mod(line.bearing + 90, 180) AS rotation, v.isolates,
         nullif(v.kind, '') AS kind, v.bore_mm::int AS dn, line.bearing,
         ST_AsMVTGeom(ST_Transform(v.geom, 3857), e.box, {extent}, {buffer}, true) AS geom
  FROM e, network_valve v
  LEFT JOIN network_valvecondition c ON c.asset_id = v.asset_id
  LEFT JOIN LATERAL ({bearing}) line ON TRUE
  WHERE v.revision_id = %(revision)s AND v.geom && e.lonlat
) t WHERE geom IS NOT NULL
"""

HYDRANT_SQL = """
SELECT ST_AsMVT(t, 'hydrant', {extent}, 'geom') FROM (
  SELECT h.asset_id AS id,
         ST_AsMVTGeom(ST_Transform(h.geom, 3857), e.box, {extent}, {buffer}, true) AS geom
  FROM network_hydrant h, e
  WHERE h.revision_id = %(revision)s AND h.geom && e.lonlat
) t WHERE geom IS NOT NULL
"""

SOURCE_SQL = """
SELECT ST_AsMVT(t, 'source', {extent}, 'geom') FROM (
  SELECT s.asset_id AS id, nullif(s.name, '') AS name, nullif(s.name_en, '') AS name_en,
         nullif(s.kind, '') AS kind, coalesce(a.is_active, s.is_active) AS active,
         ST_AsMVTGeom(ST_Transform(s.geom, 3857), e.box, {extent}, {buffer}, true) AS geom
  FROM e, network_source s LEFT JOIN network_sourceactivity a ON a.asset_id = s.asset_id
  WHERE s.revision_id = %(revision)s AND s.geom && e.lonlat
) t WHERE geom IS NOT NULL
"""

ENVELOPE_SQL = """
WITH e AS (
  SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
         ST_Transform(ST_Expand(ST_TileEnvelope(%(z)s, %(x)s, %(y)s),
                                40075016.7 / (2 ^ %(z)s) * {buffer} / {extent}), 4326) AS lonlat
)
"""

VERSION_SQL = """
SELECT (SELECT concat(id, '/', number) FROM network_networkrevision WHERE status = 'current'),
       (SELECT concat(count(*), '/', max(changed_at)) FROM network_valvecondition),
       (SELECT concat(count(*), '/', max(changed_at)) FROM network_sourceactivity),
       (SELECT concat(count(*), '/', max(id)) FROM layers_backgroundfeature)
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """An address of the web-mercator tile pyramid."""

    z: int
    x: int
    y: int

    @property
    def is_served(self) -> bool:
        """Whether this address exists and is one that a map of a town needs."""
        return MIN_ZOOM <= self.z <= MAX_ZOOM and self.x < 2**self.z and self.y < 2**self.z


def _filter_at(filters: tuple[tuple[int, str], ...], zoom: int) -> str | None:
    return next((condition for from_zoom, condition in filters if zoom >= from_zoom), None)


def _layers_at(zoom: int, *, network: bool) -> list[str]:
    """The queries of a zoom, each giving the bytes of one layer."""
    queries = [(BACKGROUND_SQL, _filter_at(BACKGROUND_FILTERS, zoom))]
    if network:
        queries.append((PIPE_SQL, _filter_at(PIPE_FILTERS, zoom)))
        queries.append((SOURCE_SQL, "TRUE" if zoom >= TRUNK_ZOOM else None))
        fittings = "TRUE" if zoom >= FITTINGS_ZOOM else None
        queries += [(HYDRANT_SQL, fittings), (VALVE_SQL, fittings)]
    return [
        sql.format(extent=EXTENT, buffer=BUFFER, where=where, bearing=BEARING_SQL)
        for sql, where in queries
        if where is not None
    ]


def data_version() -> str:
    """What the tiles are made of, as a short text: any change to it changes the text."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION_SQL)
        return sha256(repr(cursor.fetchone()).encode()).hexdigest()[:20]


def current_revision_pk() -> int | None:
    """The database key of the revision in force, None where no network was imported."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM network_networkrevision WHERE status = 'current'")
        row = cursor.fetchone()
    return row[0] if row else None


def render_tile(tile: Tile, *, network: bool) -> bytes:
    """The tile as Mapbox vector tile bytes, empty where there is nothing.

    `network` adds the assets of the current revision to the background; without one there are
    none to add.
    """
    revision = current_revision_pk() if network else None
    layers = _layers_at(tile.z, network=revision is not None)
    envelope = ENVELOPE_SQL.format(extent=EXTENT, buffer=BUFFER)
    # Composed of the constants above alone; every value travels as a parameter.
    sql = f"{envelope} SELECT {' || '.join(f'({layer})' for layer in layers)}"
    values = {
        **{"z": tile.z, "x": tile.x, "y": tile.y},
        **{"revision": revision, "trunk_mm": TRUNK_FROM_MM},
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bytes(cursor.fetchone()[0])
