"""One product for all journeys, and people who sit down at it, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.journeys import product as products
from tests.journeys.product import Product

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PICTURES = Path("test-results") / "journey"

Arrival = Callable[..., Page]
Album = Callable[..., None]


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """The running product on the demo town; journeys share it and burst different streets."""
    with products.running_product() as made:
        yield made


@pytest.fixture
def arrive(product: Product, new_context: Callable[..., BrowserContext]) -> Arrival:
    """Return a function that opens a browser for somebody, signed in where a name is given."""

    def opened(
        name: str = "", *, phone: bool = False, english: bool = False, dark: bool = False
    ) -> Page:
        options: dict[str, Any] = {"base_url": product.url, **(PHONE if phone else {})}
        if english:
            options["locale"] = "en-GB"
        if dark:
            options["color_scheme"] = "dark"
        page = new_context(**options).new_page()
        if name:
            page.goto("/sign-in")
            page.locator("[name=username]").fill(name)
            page.locator("[name=password]").fill(product.password)
            page.locator("form button[type=submit].button--primary").click()
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    return opened


@pytest.fixture(scope="package")
def album() -> Album:
    """Return a function that photographs a page at a key moment: `album(page, "name")`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()

    def keep(page: Page, name: str, *, whole: bool = False, dark: bool = False) -> None:
        if dark:
            page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(400)  # tiles and the 150 ms fades
        page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
        if dark:
            page.emulate_media(color_scheme="light")

    return keep
