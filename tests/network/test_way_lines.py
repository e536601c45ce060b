"""Ways of water as lines on the map: along their pipes, from the source to where they end."""

import pytest
import shapely

from network.models import NetworkRevision, Pipe
from network.selectors.revisions import current_revision
from network.selectors.way_lines import lines_of
from network.topology.argument.ways import Step, Way
from tests.factories import lay

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision() -> NetworkRevision:
    lay("(S) -p1- a -p2- b -p3- c -p4- d\nb -p5- e")
    found = current_revision()
    assert found is not None
    return found


def way(*pipes: str, in_order: bool = True) -> Way:
    return Way("S", (Step("pipes", pipes, len(pipes)),), in_order)


def shape(pipe: str) -> shapely.LineString:
    return shapely.from_wkb(bytes(Pipe.objects.get(asset_id=pipe).geom.wkb))


def metres_apart(line: list[list[float]], *pipes: str) -> float:
    """How far a line is from the pipes it should cover; a degree is some hundred kilometres."""
    whole = shapely.union_all([shape(pipe) for pipe in pipes])
    return shapely.hausdorff_distance(shapely.LineString(line), whole) * 100_000


def test_ways_that_share_their_course_are_drawn_whole(revision: NetworkRevision) -> None:
    long, short, branch = lines_of(
        revision, [way("p1", "p2", "p3", "p4"), way("p1", "p2", "p3"), way("p1", "p2", "p5")]
    )
    assert metres_apart(long, "p1", "p2", "p3", "p4") < 1
    assert metres_apart(short, "p1", "p2", "p3") < 1
    assert metres_apart(branch, "p1", "p2", "p5") < 1
    assert long[: len(short) - 1] == short[:-1]
    assert len({tuple(place) for place in long}) == len(long), "no place is named twice"


def test_it_ends_at_the_burst(revision: NetworkRevision) -> None:
    middle = shape("p3").interpolate(0.5, normalized=True)
    (line,) = lines_of(revision, [way("p1", "p2", "p3")], ends=[middle])
    assert shapely.Point(line[-1]).distance(middle) < 2e-6


def test_pipes_in_no_order_make_no_line(revision: NetworkRevision) -> None:
    unordered, ordered = lines_of(revision, [way("p2", "p1", in_order=False), way("p1")])
    assert unordered == []
    assert ordered
