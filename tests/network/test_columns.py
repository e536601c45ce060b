"""Columns read in blocks are what the database holds, whatever the text."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.choices import RevisionStatus
from network.models import Junction, NetworkRevision, Pipe
from network.selectors import columns
from network.selectors.columns import read_columns

pytestmark = pytest.mark.django_db

# PostgreSQL stores no NUL and no half of a surrogate pair; the separator is among the words.
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.just("\x1f"), max_size=6
)


def staged() -> NetworkRevision:
    """A revision without rows."""
    return NetworkRevision.objects.create(
        number=NetworkRevision.objects.count() + 1,
        status=RevisionStatus.STAGED,
        created_at=datetime.now(UTC),
        source_name="drawing",
        snap_tolerance_m=0.5,
    )


def junctions(revision: NetworkRevision, ids: list[str]) -> None:
    Junction.objects.bulk_create(
        Junction(revision=revision, asset_id=asset_id, geom=f"SRID=4326;POINT(120 {nth / 100})")
        for nth, asset_id in enumerate(ids)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(ids=st.lists(words, max_size=8, unique=True), block=st.integers(1, 5))
def test_any_text_comes_back_in_its_order(monkeypatch, ids: list[str], block: int) -> None:
    monkeypatch.setattr(columns, "BLOCK_ROWS", block)
    Junction.objects.all().delete()
    before, revision = staged(), staged()
    junctions(before, ["of another revision"])
    junctions(revision, ids)
    names, doubled = read_columns(
        Junction, revision, ["asset_id", "%s || asset_id"], ["x"], only="asset_id <> %s", of=["-"]
    )
    expected = [each for each in ids if each != "-"]
    assert [each.decode() for each in names.tolist()] == expected
    assert [each.decode() for each in doubled.tolist()] == [f"x{each}" for each in expected]


def test_numbers_and_truths_come_as_text() -> None:
    revision = staged()
    junctions(revision, ["J1", "J2", "J3"])
    numbers, truths = read_columns(Junction, revision, ["ST_Y(geom) * 25", "asset_id > %s"], ["J1"])
    assert numbers.astype(np.float64).tolist() == [0.0, 0.25, 0.5]
    assert (truths == b"true").tolist() == [False, True, True]


def test_no_rows_are_empty_columns() -> None:
    empty = read_columns(Pipe, staged(), ["asset_id", "flow"])
    assert [len(column) for column in empty] == [0, 0]
