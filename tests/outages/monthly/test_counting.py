"""Contacts and orders counted by type, department and stage: nothing lost, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.choices import Channel, ReportKind
from outages.policy.monthly import figures
from outages.policy.monthly.counting import (
    NO_TROUBLE,
    STAGE_OF_ORDER,
    STAGE_OF_REPORT,
    ContactRow,
    OrderRow,
    by_source,
    complaint_cells,
    intake,
    order_cells,
    stage_of,
    themes,
)
from outages.policy.monthly.figures import Figures, LimitLine, Stage, tally
from outages.policy.monthly.spots import heat, metres_between, spots
from outages.workflow import ReportStatus, WorkOrderStatus

KINDS = ["leak", "no_water", "charges", "conduct", "praise", "suggestion", "consultation"]
DEPARTMENTS = ["engineering", "production"]
STATUSES = st.sampled_from(list(WorkOrderStatus))


@st.composite
def contacts(draw: st.DrawFn) -> list[ContactRow]:
    rows = []
    for key in range(draw(st.integers(0, 14))):
        placed = draw(st.booleans())
        rows.append(
            ContactRow(
                key,
                kind=draw(st.sampled_from(KINDS)),
                channel=draw(st.sampled_from(["phone", "letter", "media"])),
                status=draw(st.sampled_from(list(ReportStatus))),
                is_complaint=draw(st.booleans()),
                with_media=draw(st.booleans()),
                came_back=draw(st.integers(0, 2)),
                # Squares of some 100 m, so that some fall together.
                lon=110 + draw(st.integers(0, 9)) / 1000 if placed else None,
                lat=22 + draw(st.integers(0, 9)) / 1000 if placed else None,
                street=draw(st.sampled_from(["解放路", "人民路", ""])),
                orders=tuple(
                    draw(
                        st.lists(
                            st.tuples(st.sampled_from(DEPARTMENTS), STATUSES.map(str)), max_size=3
                        )
                    )
                ),
            )
        )
    return rows


@given(contacts())
def test_every_complaint_stands_in_one_cell(rows: list[ContactRow]) -> None:
    cells = complaint_cells(rows)
    assert tally(cells) == sum(row.is_complaint for row in rows)
    assert len({(cell.type, cell.department, cell.stage) for cell in cells}) == len(cells)
    for row in rows:
        department, stage = stage_of(row)
        if row.is_complaint:
            assert any(
                (cell.type, cell.department, cell.stage) == (row.kind, department, stage)
                for cell in cells
            )


@given(st.lists(st.builds(OrderRow, st.sampled_from("ab"), st.sampled_from("de"), STATUSES)))
def test_every_order_stands_in_one_cell(rows: list[OrderRow]) -> None:
    cells = order_cells(rows)
    assert tally(cells) == len(rows)
    for cell in cells:
        assert cell.count == sum(
            (row.category, row.department, STAGE_OF_ORDER[row.status])
            == (cell.type, cell.department, cell.stage)
            for row in rows
        )


@given(contacts())
def test_channels_and_kinds_add_up(rows: list[ContactRow]) -> None:
    told = intake(rows, orders=0)
    assert told.total == len(rows) == sum(line.contacts for line in by_source(rows))
    assert told.complaints == sum(line.complaints for line in by_source(rows))
    valid = told.faults + told.consultations + told.suggestions + told.praise
    assert valid + told.void == told.total
    troubles = [row for row in rows if row.is_trouble]
    ranked = themes(rows, most=99)
    assert sum(line.contacts for line in ranked) == len(troubles)
    assert [line.complaints for line in ranked] == sorted(
        (line.complaints for line in ranked), reverse=True
    )


def test_all_states_and_kinds_have_a_place() -> None:
    assert set(STAGE_OF_ORDER) == set(WorkOrderStatus)
    assert set(STAGE_OF_REPORT) == set(ReportStatus)
    assert set(ReportKind.values) >= NO_TROUBLE
    assert Channel.MAYOR_HOTLINE in Channel.values


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ((), ("", Stage.WAITING)),
        ((("a", "void"),), ("", Stage.WAITING)),
        ((("a", "archived"), ("b", "accepted")), ("b", Stage.AT_WORK)),
        ((("a", "archived"), ("b", "void")), ("a", Stage.FILED)),
        ((("a", "fed_back"), ("b", "result_entered")), ("b", Stage.TO_TELL)),
    ],
)
def test_a_complaint_stands_where_its_last_order_stands(
    orders: tuple[tuple[str, str], ...], expected: tuple[str, Stage]
) -> None:
    row = ContactRow(1, "leak", "phone", "order_issued", is_complaint=True, orders=orders)
    assert stage_of(row) == expected


def weight(those: Sequence[ContactRow]) -> tuple[int, int]:
    return sum(row.is_complaint for row in those), sum(1 + row.came_back for row in those)


def disc(rows: Sequence[ContactRow], middle: ContactRow) -> list[ContactRow]:
    return [
        row
        for row in rows
        if row.kind == middle.kind
        and metres_between((row.lon or 0, row.lat or 0), (middle.lon or 0, middle.lat or 0)) <= 250
    ]


@given(contacts())
def test_spots_are_the_fullest_discs_one_after_another(rows: list[ContactRow]) -> None:
    found = spots(rows, most=3, radius_m=250)
    left = [row for row in rows if row.is_trouble and row.lat is not None]
    for spot in found:
        candidates = [disc(left, row) for row in left]
        best = max(weight(those) for those in candidates if weight(those)[1] > 1)
        assert (spot.complaints, spot.contacts + spot.came_back) == best
        held = next(
            those
            for those in candidates
            if weight(those) == best
            and those[0].kind == spot.kind
            and len(those) == spot.contacts
            and sum(row.lon or 0 for row in those) / len(those) == pytest.approx(spot.lon, abs=1e-5)
            and sum(row.lat or 0 for row in those) / len(those) == pytest.approx(spot.lat, abs=1e-5)
        )
        left = [row for row in left if row not in held]
    if len(found) < 3:
        assert all(weight(disc(left, row))[1] <= 1 for row in left)


@given(contacts())
def test_the_heat_counts_every_placed_trouble_once_and_away_from_doors(
    rows: list[ContactRow],
) -> None:
    cells = heat(rows)
    assert sum(cell.count for cell in cells) == sum(
        row.is_trouble and row.lat is not None for row in rows
    )
    for one, other in combinations(cells, 2):
        assert (one.lon, one.lat) != (other.lon, other.lat)


@given(contacts(), st.floats(0, 1e6))
def test_figures_come_back_from_the_database_as_they_went_in(
    rows: list[ContactRow], minutes: float
) -> None:
    kept = Figures(
        as_of="2026-11-26T00:00:00+08:00",
        intake=intake(rows, orders=3),
        complaints=complaint_cells(rows),
        sources=by_source(rows),
        themes=themes(rows, most=5),
        spots=spots(rows, most=3),
        heat=heat(rows),
        limits=(LimitLine("dispatch_notify", "call_centre", 3, 4),),
        dry=figures.Dry(minutes, 2, 5, 0),
    )
    assert Figures.from_json(json.loads(json.dumps(kept.to_json()))) == kept


def test_what_an_older_report_lacks_reads_as_nothing() -> None:
    old = {"as_of": "2025-01-26T00:00:00", "intake": {"total": 3, "gone_since": 1}, "gone": []}
    read = Figures.from_json(old)
    assert (read.intake.total, read.intake.orders, read.limits) == (3, 0, ())


def test_the_league_begins_with_who_overstepped_most() -> None:
    kept = Figures(
        as_of="",
        limits=(
            LimitLine("a", "production", 9, 10),
            LimitLine("a", "engineering", 5, 10),
            LimitLine("b", "engineering", 4, 4),
            LimitLine("b", "call_centre", 1, 2),
        ),
    )
    assert [(line.department, line.breached, line.total) for line in kept.league] == [
        ("engineering", 5, 14),
        ("call_centre", 1, 2),
        ("production", 1, 10),
    ]
