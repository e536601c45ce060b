"""A small town with a burst in it, seen by the maps and the public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Polygon
from django.test import Client

from gisapp.accounts.roles import sync_roles
from layers.choices import BackgroundKind
from layers.models import BackgroundFeature
from layers.public.snapshots import Published, publish_public_snapshot
from network.choices import OrganisationKind
from network.models import Customer, Organisation
from outages.models import IsolationPlan, Outage
from tests.factories import NORTH, STEP_DEG, WEST, lay, person
from tests.outages.conftest import (  # noqa: F401 - fixtures
    Desk,
    _no_broker,
    _own_snapshots,
    desk,
)

# p3 bursts: V1 and V2 close it in; p4 hangs on it and goes dry beside the zone. V9 is stuck.
TOWN = """
(S) -p1- a -p2-V1| b -p3/V9?/- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""
# Strings that must never reach the public: marked, so that a search finds any of them.
SECRETS = {
    "name": "秘密甲某",
    "phone": "13987654321",
    "account": "ACC777001",
    "address": "解放路128号 桂花苑3栋2单元501",
}


@pytest.fixture
def _public_folder(settings: Any, tmp_path: Path) -> Path:
    settings.PUBLIC_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def _public_addresses(settings: Any) -> None:
    """The public process's own addresses and middleware, with the tests' database."""
    settings.ROOT_URLCONF = "gisapp.public_side.urls"
    absent = ("auth.", "accounts.", "axes.", "messages.", "sessions.", "django_htmx.")
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not any(part in name for part in absent)
    ]


def lay_background() -> None:
    """A street, a block along it, a park and a building."""
    west, north, step = WEST, NORTH, STEP_DEG
    rows = [
        (BackgroundKind.STREET, "解放路", "Jiefang Road", 20.0,
         LineString((west - step, north), (west + 8 * step, north), srid=4326)),
        (BackgroundKind.BLOCK, "", "", None, box(west, north, west + 3 * step, north + step)),
        (BackgroundKind.PARK, "人民公园", "Renmin Park", None,
         box(west + 20 * step, north, west + 21 * step, north + step)),
        (BackgroundKind.BUILDING, "", "", None,
         box(west + step, north, west + 1.2 * step, north + 0.2 * step)),
    ]  # fmt: skip
    for kind, name, name_en, width, geom in rows:
        BackgroundFeature.objects.create(
            kind=kind, name=name, name_en=name_en, width_m=width, geom=geom
        )


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """A rectangle in degrees."""
    shape = Polygon.from_bbox((west, south, east, north))
    shape.srid = 4326
    return shape


@dataclass
class Burst:
    """A burst that was approved and so published."""

    desk: Desk
    plan: IsolationPlan
    outage: Outage

    def publish(self, **later: float) -> Published:
        return publish_public_snapshot(self.desk.now + timedelta(**later))


@pytest.fixture
def burst(db: None, desk: Desk, _public_folder: Path) -> Burst:  # noqa: F811
    """p3 bursts at twelve; the plan is approved and the outage published at once."""
    sync_roles()
    lay(TOWN)
    burst_customer = Customer.objects.filter(asset_id="c.p3")
    burst_customer.update(**SECRETS, key_user=True, category="hospital", persons=400)
    Customer.objects.filter(asset_id="c.p4").update(special_user="dialysis", name="秘密乙某")
    lay_background()
    Organisation.objects.create(
        code="O1",
        kind=OrganisationKind.COMPOUND,
        name="桂花苑",
        name_en="Guihua Court",
        phone="07005550000",
        geom=box(WEST + 2 * STEP_DEG, NORTH - 0.0001, WEST + 3 * STEP_DEG, NORTH + 0.0001),
    )
    report = desk.report("p3", address="解放路128号", contact_phone="13812349999")
    approval = desk.take(desk.approve(desk.propose(report)))
    outage = approval.outage
    outage.refresh_from_db()
    return Burst(desk, IsolationPlan.objects.get(outage=outage), outage)


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """Return a function that gives a browser signed in as a role."""

    def sign_in(role: str, *, crew: str | None = None) -> Client:
        sync_roles()
        client = Client()
        client.force_login(person(role, crew=crew))
        return client

    return sign_in
