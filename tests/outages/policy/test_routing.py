"""Where orders go: every category to its department, rules by nearness, against brute force."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from outages.choices import ReportKind
from outages.policy import organisation
from outages.policy.routing import Route, RoutingRule, propose_route

ENGINEERINGS_TWELVE = {
    "engineering_quality", "material_quality", "pipe_construction", "user_installation",
    "pipe_repair", "road_reinstatement", "hydrant_replacement", "valve_chamber",
    "network_renewal", "service_attitude", "service_time", "other_facilities",
}  # fmt: skip


def test_engineering_has_its_twelve_categories_and_the_others_theirs() -> None:
    by_department = {
        code: {row.code for row in organisation.CATEGORIES if row.department == code}
        for code in {row.department for row in organisation.CATEGORIES}
    }
    assert by_department[organisation.ENGINEERING] == ENGINEERINGS_TWELVE
    assert by_department[organisation.PRODUCTION] >= {"plant", "booster_station"}
    assert by_department[organisation.TECHNICAL] == {"design", "network_map", "water_quality"}
    assert by_department[organisation.BUSINESS] >= {"charges", "metering"}
    codes = Counter(row.code for row in organisation.CATEGORIES)
    assert set(codes.values()) == {1}


def test_pipes_valves_and_hydrants_are_dispatched_in_the_gis() -> None:
    needing = {row.code for row in organisation.CATEGORIES if row.needs_place}
    assert needing >= {"pipe_repair", "valve_chamber", "hydrant_replacement", "network_renewal"}
    forwarded = {row.code for row in organisation.CATEGORIES if row.forward_only}
    assert forwarded == {"charges", "metering", "user_installation"}


def test_every_kind_of_report_has_a_category_and_an_asset_says_more() -> None:
    known = {row.code for row in organisation.CATEGORIES}
    assert {organisation.category_for(kind) for kind in ReportKind.values} <= known
    assert organisation.category_for("other", "hydrant") == "hydrant_replacement"
    # A plant or a booster station goes to production whatever was reported of it.
    assert organisation.category_for("leak", "pumping_station") == "booster_station"


def test_a_rule_for_the_category_beats_a_rule_for_the_district() -> None:
    rules = [
        RoutingRule("", "east", "production"),
        RoutingRule("pipe_repair", "", "engineering", "crew-1"),
        RoutingRule("pipe_repair", "east", "engineering", "crew-3"),
        RoutingRule("pipe_repair", "west", "engineering", "crew-2"),
    ]

    def route(category: str, *districts: str) -> Route:
        return propose_route(category, default="technical", districts=districts, rules=rules)

    assert route("pipe_repair", "east") == Route("engineering", "crew-3", "district")
    assert route("pipe_repair", "north") == Route("engineering", "crew-1", "category")
    assert route("water_quality", "east") == Route("production", "", "district")
    assert route("water_quality", "north") == Route("technical", "", "default")
    assert route("pipe_repair") == Route("engineering", "crew-1", "category")


NAMES = st.sampled_from(["", "a", "b", "c"])
RULES = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from("xyz")).map(lambda row: RoutingRule(*row)), max_size=6
)


@given(category=st.sampled_from("abc"), districts=st.permutations(["a", "b", "c"]), rules=RULES,
       inside=st.integers(0, 3))  # fmt: skip
def test_the_nearest_rule_is_the_one_that_a_search_in_order_finds(
    category: str, districts: list[str], rules: list[RoutingRule], inside: int
) -> None:
    here = districts[:inside]
    found = propose_route(category, default="d", districts=here, rules=rules)
    # Oracle: ask, in this order, for exactly this category and exactly this place.
    for wanted in (category, ""):
        for place in [*here, ""]:
            for rule in rules:
                if (rule.category, rule.district) == (wanted, place):
                    assert (found.department, found.crew) == (rule.department, rule.crew)
                    return
    assert found == Route("d", "", "default")
