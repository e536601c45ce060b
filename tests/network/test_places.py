"""From a point on the map to the pipe that lies there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from network.models import Pipe
from network.selectors.places import nearest_pipe
from tests.factories import lay

pytestmark = pytest.mark.django_db


def test_the_nearest_pipe_with_the_place_on_it() -> None:
    lay("(S) -p1- a -p2- b -p3- c")
    line = Pipe.objects.get(asset_id="p2").geom
    there = line.interpolate_normalized(0.25)
    found = nearest_pipe(there.x, there.y, within_m=5)
    assert found is not None
    assert (found.pipe, round(found.fraction, 3)) == ("p2", 0.25)
    assert nearest_pipe(there.x, there.y + 1, within_m=50) is None


def test_a_city_is_not_read_through_for_it() -> None:
    """The index is walked from the place outwards: the pipes are not sorted by distance."""
    lay("(S) -p1- a -p2- b")
    there = Pipe.objects.get(asset_id="p1").geom.interpolate_normalized(0.5)
    with CaptureQueriesContext(connection) as asked:
        nearest_pipe(there.x, there.y, within_m=50)
    with connection.cursor() as cursor:
        # Of two pipes the planner would read and sort both, as it must not in a city.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + asked[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Order By: (geom <-> " in plan
