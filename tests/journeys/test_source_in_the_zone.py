"""A burst at the outlet of a plant: valves alone cannot stop it, and every screen says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import people
from tests.journeys.conftest import Album, Arrival
from tests.journeys.people import panel
from tests.journeys.product import Product

pytestmark = [
    pytest.mark.slow,
]


def test_a_burst_that_valves_cannot_isolate_names_the_source(
    product: Product, arrive: Arrival, album: Album
) -> None:
    page, burst = arrive("dispatcher"), product.burst("plant-outlet")
    people.report_on_pipe(page, burst["pipe"])
    verdict = panel(page).get_by_text("算不出能关住的范围")
    expect(verdict).to_be_visible()
    names = product.rows(
        "SELECT name FROM network_source WHERE asset_id = ANY(%s)", burst["sources_to_shut"]
    )
    for row in names:
        expect(panel(page)).to_contain_text(re.compile(f"先.*{row['name']}"))
    assert sorted(people.steps(page)) == sorted(burst["valves_to_close"])
    album(page, "50-plant-outlet-1440")

    # Approving it all the same needs a reason in words.
    why = page.get_by_label("光靠阀门关不住，为什么还要批准")
    expect(why).to_have_attribute("required", "")
    people.approve(page, hours=6, why="水厂已停泵，阀门关好后再开")
    album(page, "51-plant-outlet-approved-1440")
    phone = arrive(phone=True, dark=True)
    phone.goto("/public/")
    album(phone, "52-public-dark-390", whole=True)
