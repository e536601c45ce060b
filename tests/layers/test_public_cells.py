"""Successive public areas single out nobody: not one by one, and not by comparing them.

Random towns, random outages that widen, shrink and meet; whoever holds every snapshot may unite,
intersect and subtract the published shapes as they like, and finds no home or at least k of them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from layers.public.areas import public_area
from layers.public.cells import Cells

Home = tuple[float, float, int]
# About 1.2 km: a few dozen hexagons across.
TOWN_STEPS = 120
WEST, SOUTH = 110.05, 22.93
STEP = 0.0001  # the grid that places stand on

steps = st.integers(0, TOWN_STEPS)
homes = st.tuples(steps, steps, st.sampled_from([1, 1, 1, 1, 2, 6, 48]))
towns = st.lists(homes, min_size=1, max_size=250)
streets = st.lists(st.tuples(steps, steps), min_size=2, max_size=5)


def place(x: float, y: float) -> tuple[float, float]:
    return (round(WEST + x * STEP, 4), round(SOUTH + y * STEP, 4))


def town_of(rows: list[tuple[int, int, int]]) -> list[Home]:
    return [(*place(x, y), count) for x, y, count in rows]


def dry_area(street: list[tuple[int, int]]) -> BaseGeometry:
    """What is off around a dry street, before anything is generalised."""
    return shapely.LineString([place(x, y) for x, y in street]).buffer(0.00035)


def homes_in(shape: BaseGeometry, town: list[Home]) -> int:
    """How many homes lie in a shape, asked of the geometry and not of the cells."""
    lons, lats, counts = (np.array(column) for column in zip(*town, strict=True))
    return int(counts[shapely.intersects_xy(shape, lons, lats)].sum())


def published(area: BaseGeometry, cells: Cells) -> BaseGeometry:
    return shapely.geometry.shape(public_area(area, cells))


def atoms(shapes: list[BaseGeometry], town: list[Home]) -> dict[tuple[bool, ...], int]:
    """Homes by the shapes that they are in: the finest that comparing all of them can tell."""
    lons, lats, counts = (np.array(column) for column in zip(*town, strict=True))
    inside = np.array([shapely.intersects_xy(shape, lons, lats) for shape in shapes]).T
    found: dict[tuple[bool, ...], int] = {}
    for row, count in zip(inside.tolist(), counts.tolist(), strict=True):
        found[tuple(row)] = found.get(tuple(row), 0) + count
    return found


@settings(max_examples=150)
@given(rows=towns, history=st.lists(streets, min_size=1, max_size=6), k=st.integers(5, 20))
def test_no_comparison_of_snapshots_isolates_fewer_than_k(
    rows: list[tuple[int, int, int]], history: list[list[tuple[int, int]]], k: int
) -> None:
    town = town_of(rows)
    total = sum(count for _x, _y, count in town)
    cells = Cells.of(town, minimum=k)
    shapes = [published(dry_area(street), cells) for street in history]
    least = min(k, total)  # a town with fewer homes is told of as a whole
    for held_in, count in atoms(shapes, town).items():
        if any(held_in):
            assert count >= least, held_in
    for before, after in pairwise(shapes):
        for change in (before - after, after - before, before & after, before | after):
            count = homes_in(change.buffer(-1e-8), town)
            assert count == 0 or count >= least


@settings(max_examples=100)
@given(rows=towns, street=streets, k=st.integers(5, 20))
def test_every_home_that_is_off_is_in_the_published_area(
    rows: list[tuple[int, int, int]], street: list[tuple[int, int]], k: int
) -> None:
    town = town_of(rows)
    area = dry_area(street)
    shape = published(area, Cells.of(town, minimum=k))
    assert shape.is_valid
    for lon, lat, _count in town:
        point = shapely.Point(lon, lat)
        assert not area.contains(point) or shape.intersects(point)


@settings(max_examples=60)
@given(rows=towns, k=st.integers(5, 20), seed=st.randoms())
def test_equal_towns_have_equal_cells(rows: list[tuple[int, int, int]], k: int, seed: Any) -> None:
    town = town_of(rows)
    shuffled = list(town)
    seed.shuffle(shuffled)
    first, second = Cells.of(town, minimum=k), Cells.of(shuffled, minimum=k)
    assert first.groups == second.groups
    assert sum(first.homes) == sum(count for _x, _y, count in town)
    assert len(first.groups) == 1 or min(first.homes) >= k


def test_the_test_would_notice_a_tight_shape() -> None:
    """The negative control: areas as they are, without cells, do single homes out."""
    town = town_of([(x, 0, 1) for x in range(0, TOWN_STEPS, 2)])
    before, after = dry_area([(0, 0), (60, 0)]), dry_area([(0, 0), (64, 0)])
    assert 0 < homes_in(after - before, town) < 10


def test_an_outage_where_nobody_lives_is_drawn_where_it_is() -> None:
    cells = Cells.of(town_of([(x, 0, 3) for x in range(40)]), minimum=10)
    area = dry_area([(60, 60), (90, 60)])
    shape = published(area, cells)
    assert shape.covers(area)
    assert homes_in(shape, town_of([(x, 0, 3) for x in range(40)])) == 0


def test_a_town_without_customers_still_draws_its_outages() -> None:
    area = dry_area([(0, 0), (10, 0)])
    assert published(area, Cells.of([], minimum=10)).covers(area)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_fewer_homes_than_k_are_one_group(count: int) -> None:
    cells = Cells.of(town_of([(x * 12, 0, 1) for x in range(count)]), minimum=10)
    assert len(cells.groups) == 1
