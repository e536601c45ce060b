"""The area of an outage: metres, whatever the latitude, and nobody outside it."""

import pytest
from django.contrib.gis.geos import GEOSGeometry
from shapely import LineString, Point

from outages.selectors.shutdown.areas import LocalPlane, merged, outage_area


@pytest.mark.parametrize(("lon", "lat"), [(110.05, 22.93), (-70.0, -33.4), (25.0, 64.9)])
def test_a_buffer_is_as_wide_as_it_says_in_every_city(lon: float, lat: float) -> None:
    line = LineString([(lon, lat), (lon + 0.002, lat)])
    area = outage_area([line], [], buffer_m=20)
    assert area is not None
    assert area.valid
    west, south, east, north = area.extent
    _x, y1 = LocalPlane(lon, lat).metres(lon, south)
    _x, y2 = LocalPlane(lon, lat).metres(lon, north)
    # 20 m on either side, 2 m more so that simplifying cuts nobody off.
    assert 40 <= y2 - y1 <= 47
    assert west < lon < lon + 0.002 < east


def test_a_customer_across_the_street_is_inside() -> None:
    line = LineString([(110.05, 22.93), (110.052, 22.93)])
    far = Point(110.051, 22.9315)
    area = outage_area([line], [far], buffer_m=20)
    assert area is not None
    assert area.covers(GEOSGeometry(far.wkt, srid=4326))
    assert len(area) == 2, "a part of its own, not a bridge over dry land"


def test_gaps_too_narrow_for_a_map_are_closed() -> None:
    """A customer 40 m from the main leaves a strip of ten metres that is no dry land."""
    line = LineString([(110.05, 22.93), (110.052, 22.93)])
    near = Point(110.051, 22.93 + 42 / 110_800)
    area = outage_area([line], [near], buffer_m=20)
    assert area is not None
    assert len(area) == 1
    assert area.covers(GEOSGeometry(near.wkt, srid=4326))


def test_a_small_courtyard_is_filled_and_a_park_is_not() -> None:
    def block(side_deg: float) -> LineString:
        x, y = 110.05, 22.93
        return LineString(
            [(x, y), (x + side_deg, y), (x + side_deg, y + side_deg), (x, y + side_deg), (x, y)]
        )

    small = outage_area([block(0.0008)], [], buffer_m=20)
    large = outage_area([block(0.004)], [], buffer_m=20)
    assert small is not None
    assert large is not None
    assert len(small[0]) == 1
    assert len(large[0]) == 2


def test_nothing_dry_is_no_area() -> None:
    assert outage_area([], [], buffer_m=20) is None
    assert merged(None, None) is None
