"""`manage isolate --explain --alternatives --restore` on a street between two waterworks.

(S) -p1- [V] -p2- [W] -p3- [X closed] -p4- (T)      100 m each; a hydrant at S and at T
"""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command

from network.choices import AreaKind
from network.models import Area
from tests.network.small_networks import Layers, line, lon_lat, point, write_folder

pytestmark = pytest.mark.django_db

ANSWER = [
    *("id", "pipe", "isolatable", "segment_pipes", "boundary_valves", "valves_to_close"),
    *("valves_already_closed", "sources_to_shut", "pipes_dry", "customers_isolated"),
    *("customers_unintended", "customers_already_dry", "hydrants_dry", "customers", "persons"),
    "warnings",
]


def street() -> Layers:
    at = [(100.0 * n, 0.0) for n in range(5)]
    return {
        "nodes": [point(f"n{n}", x, y) for n, (x, y) in enumerate(at)],
        "pipes": [
            line(f"p{n}", at[n - 1], at[n], from_node=f"n{n - 1}", to_node=f"n{n}")
            for n in range(1, 5)
        ],
        "valves": [
            point(name, *at[n], node=f"n{n}", kind="gate", bore_mm=200, state=state, operable=True)
            for n, (name, state) in enumerate([("V", "open"), ("W", "open"), ("X", "closed")], 1)
        ],
        "hydrants": [point("H0", *at[0], node="n0"), point("H4", *at[4], node="n4")],
        "sources": [
            point("S", *at[0], node="n0", kind="plant"),
            point("T", *at[4], node="n4", kind="plant"),
        ],
        "customers": [
            point(
                f"c{n}", 100.0 * n - 50, 4, pipe=f"p{n}", account=f"a{n}", persons=n,
                special_user="hospital" if n == 3 else "",
            )
            for n in range(1, 5)
        ],
    }  # fmt: skip


@pytest.fixture
def imported(tmp_path: Path, settings: Any) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    folder = write_folder(street(), tmp_path / "street")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())


def ask(*options: str) -> str:
    out = io.StringIO()
    call_command("isolate", "--pipe", "p2", *options, stdout=out)
    return out.getvalue()


def ask_json(*options: str) -> dict[str, Any]:
    return json.loads(ask("--json", *options))


@pytest.mark.usefixtures("imported")
class TestKeys:
    def test_the_answer_s_own_keys_stay_as_they_are(self) -> None:
        plain = ask_json()
        assert list(plain) == ANSWER
        argued = ask_json("--explain", "--alternatives", "3", "--restore")
        assert list(argued) == [*ANSWER, "explanation", "alternatives", "restore"]
        assert {key: argued[key] for key in ANSWER} == plain

    def test_why(self) -> None:
        found = ask_json("--explain")["explanation"]
        (close,) = found["close"]
        assert close["way"] == {
            "source": "S",
            "in_order": True,
            "steps": [
                {"pipes": ["p1"], "count": 1},
                {"valve": "V"},
                {"pipes": ["p2"], "count": 1},
            ],
        }
        (left,) = found["leave_open"]
        assert (left["valve"], left["code"]) == ("W", "fed_through_zone")
        cut_off = found["customers"][1]
        assert cut_off["customers"] == ["c3"]
        assert (cut_off["shut_valves"], cut_off["from_zone"]) == (["X"], True)

    def test_one_customer(self) -> None:
        found = ask_json("--customer", "c4", "c3")["explanation"]["asked_customers"]
        assert [each["code"] for each in found] == ["supplied", "cut_off"]
        assert found[0]["way"]["source"] == "T"
        assert found[1]["group"]["holding"] == ["X"]

    def test_another_plan_saves_the_hospital(self) -> None:
        plans = ask_json("--alternatives", "3")["alternatives"]["plans"]
        assert plans[0]["moves"] == [{"kind": "open", "asset": "X"}]
        assert plans[0]["against_plain"]["special_users"] == -1
        assert plans[0]["special_users"] == []
        assert plans[0]["minutes"] == pytest.approx(3 * (3 + 25.6 / 24) + 200 / 78, abs=0.2)

    def test_a_valve_held_shut_for_another_reason_is_not_opened(self) -> None:
        found = ask_json("--open", "X", "--closed", "W", "--alternatives", "3", "--restore")
        moves = [each["moves"] for each in found["alternatives"]["plans"]]
        assert [{"kind": "open", "asset": "W"}] not in moves
        assert found["restore"]["options"] == []

    def test_possible_stops_change_no_plan_without_one(self) -> None:
        without = ask_json("--alternatives", "9")["alternatives"]
        found = ask_json("--alternatives", "9", "--stops")["alternatives"]
        assert found["tried"] > without["tried"]
        assert [each for each in found["plans"] if not each["temporary_stops"]] == without["plans"]

    def test_water_back(self) -> None:
        found = ask_json("--restore")["restore"]
        (option,) = found["options"]
        assert (option["open"], option["close_first"]) == (["X"], ["W"])
        assert (option["customers"], option["persons"]) == (["c3"], 3)
        assert found["rest"] == ["c2"]
        (place,) = found["points"]
        assert place["place"] == "H0"
        assert place["farthest_m"] == pytest.approx(150, abs=1)

    def test_pressure_zones_on_both_sides_are_named(self) -> None:
        for code, west in (("low", -50.0), ("high", 300.0)):
            ring = [(west, -50.0), (west + 345, -50.0), (west + 345, 50.0), (west, 50.0)]
            shape = Polygon(lon_lat(*ring, ring[0]), srid=4326)
            Area.objects.create(
                kind=AreaKind.PRESSURE_ZONE, code=code, name=code, geom=MultiPolygon(shape)
            )
        (option,) = ask_json("--restore")["restore"]["options"]
        assert option["pressure_zones"] == ["high", "low"]
        assert option["joins_pressure_zones"]


@pytest.mark.usefixtures("imported")
class TestText:
    def test_it_reads_well(self) -> None:
        text = ask("--explain", "--alternatives", "2", "--restore", "--customer", "c1")
        assert "Close V: S > p1 > V > p2" in text
        assert "Leave W open: what lies beyond gets its water only through the zone" in text
        assert "cut off by shut X, the zone" in text
        assert "c1 keeps water by S > p1" in text
        assert "close W, then open X: 1 customers, 3 persons" in text
        assert "1. open X" in text

    def test_an_unknown_customer_is_named(self) -> None:
        with pytest.raises(CommandError, match="unknown customer: nobody"):
            ask("--customer", "nobody")

    def test_a_negative_number_of_plans_is_refused(self) -> None:
        with pytest.raises(CommandError, match="must not be negative"):
            ask("--alternatives", "-1")


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["inaccessible", "buried", "找不到井"])
def test_a_valve_that_nobody_can_reach_is_walked_through(
    word: str, tmp_path: Path, settings: Any
) -> None:
    """W stands between p2 and p3, open and buried: a burst on p3 takes p2 as well."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    layers = street()
    layers["valves"][1]["properties"]["operable"] = word
    folder = write_folder(layers, tmp_path / "street")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())
    out = io.StringIO()
    call_command("isolate", "--pipe", "p3", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["segment_pipes"] == ["p2", "p3"]
    assert answer["valves_to_close"] == ["V"]
    assert answer["warnings"] == [
        {
            "code": "inoperable_valves",
            "text": "Water passes valves that cannot be closed: W.",
        }
    ]
