"""A confidential report's name and number: its owner and supervision, nobody else, nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import Role
from outages.models import BurstReport, Event, WorkOrder
from outages.selectors.privacy.contacts import contact_of, may_know
from outages.services.desk.disclosures import ContactHidden, Why, show_caller_phone
from tests.factories import NOON, lay
from tests.gisapp.test_access import STANDINS, addresses
from tests.outages.conftest import Desk
from tests.outages.offices import client_of, member, ordered, told

pytestmark = pytest.mark.django_db
NAME, PHONE = "举报人甲", "13955556666"
WHY = Why("call_back")
SECRETS = (NAME, PHONE, "139****6666")


@pytest.fixture
def secret(desk: Desk) -> BurstReport:
    """A confidential complaint with an order to a department, and one with an order to a crew."""
    lay("(S) -p1- [V1] -p2- a -p3- [V2] -p4- b")
    owner = member("call_agent", department="call_centre", username="owner")
    protected = {"contact_name": NAME, "contact_phone": PHONE, "is_confidential": True, "by": owner}
    report = told("conduct", is_complaint=True, **protected)
    ordered(report, about="service_attitude")
    leak = told("low_pressure", **protected)
    ordered(leak, about="pipe_repair", crew=desk.crew)
    return report


def pages_of(client: Client) -> str:
    """Every page that opens by GET, with real keys where there are any.

    A search box repeats what was typed into it: those echoes are no leak and are taken out.
    """
    keys = {
        "number": list(WorkOrder.objects.values_list("number", flat=True)),
        "reference": list(BurstReport.objects.values_list("reference", flat=True)),
        "report_id": list(BurstReport.objects.values_list("pk", flat=True)),
    }
    text = ""
    for name, url in addresses():
        if name.startswith(("admin:", "public:")) or name == "logout":
            continue
        for filled in _filled(url, name, keys):
            answer = client.get(filled)
            if answer.status_code != 200 or answer.streaming:
                continue
            page = answer.content.decode("utf-8", "replace")
            _path, _mark, typed = filled.partition("?q=")
            text += page.replace(typed, "…") if typed else page
    return text


def _filled(url: str, name: str, keys: dict[str, list[Any]]) -> list[str]:
    """The address once for every record that it may be about."""
    if name in ("outages:order", "outages:work-order", "outages:work-order-map"):
        return [url.replace(f"/{STANDINS['str']}/", f"/{key}/") for key in keys["number"]]
    if name == "outages:case":
        return [url.replace(f"/{STANDINS['str']}/", f"/{key}/") for key in keys["reference"]]
    if name in ("outages:report", "outages:report-where"):
        return [url.replace(STANDINS["int"], str(key)) for key in keys["report_id"]]
    if name == "outages:search":
        return [f"{url}?q={PHONE}", f"{url}?q={NAME}"]
    if name == "outages:desk":
        return [url, f"{url}?q={PHONE}"]
    return [f"{url}?show=all"]


@pytest.mark.parametrize("role", [role for role in Role if role not in
                                  (Role.SUPERVISION, Role.ADMIN)])  # fmt: skip
def test_no_page_of_any_other_role_shows_who_told_us(secret: BurstReport, role: Role) -> None:
    crew = "C1" if role == Role.CREW else None
    department = {"department": "engineering"}.get(role, "") or "elsewhere"
    client = client_of(member(role.value, department=department, username="reader", crew=crew))
    text = pages_of(client)
    assert [word for word in SECRETS if word in text] == []
    # Where nothing else opens, the walk would prove nothing.
    assert role == Role.GIS_EDITOR or len(text) > 10_000
    phone = client.post(reverse("outages:case-phone", args=[secret.reference]))
    assert phone.status_code in (403, 404)


def test_the_department_that_handles_it_does_not_learn_it_either(secret: BurstReport) -> None:
    clerk = member("department", department="engineering")
    page = client_of(clerk).get(reverse("outages:case", args=[secret.reference])).content.decode()
    assert "保密，仅首问人和监督部门可见" in page
    assert not any(word in page for word in SECRETS)
    open_ = told("conduct", contact_name="陈阿姨", contact_phone="13911112222")
    ordered(open_, about="service_attitude")
    seen = contact_of(open_, clerk)
    assert (seen.name, seen.masked_phone) == ("陈阿姨", "139****2222")


def test_its_owner_and_supervision_see_the_name_and_reveal_the_number_on_record(
    secret: BurstReport,
) -> None:
    for reader in (secret.first_owner, member("supervision")):
        page = client_of(reader).get(reverse("outages:case", args=[secret.reference]))
        text = page.content.decode()
        assert NAME in text
        assert "139****6666" in text
        assert PHONE not in text
        assert show_caller_phone(secret, why=WHY, by=reader, at=NOON) == PHONE
    shown = Event.objects.filter(verb="phone_shown", report=secret)
    assert shown.count() == 2
    assert PHONE not in str(list(shown.values_list("facts", flat=True)))
    with pytest.raises(ContactHidden):
        show_caller_phone(secret, why=WHY, by=member("call_agent", username="other"), at=NOON)
    assert not may_know(secret, None)


def test_the_register_of_complaints_says_protected(secret: BurstReport) -> None:
    url = reverse("outages:complaint-file")
    other = client_of(member("call_agent", username="other")).get(url).content.decode()
    assert NAME not in other
    assert "保密" in other
    assert NAME in client_of(member("supervision")).get(url).content.decode()


def test_nobody_lifts_the_protection_to_see_the_name(secret: BurstReport) -> None:
    url = reverse("outages:case-marks", args=[secret.reference])
    bare = {"urgency": secret.urgency, "is_complaint": "on"}
    curious = client_of(member("call_agent", username="other"))
    assert curious.post(url, bare | {"is_confidential": "on", "is_major": "on"}).status_code == 302
    assert curious.post(url, bare).status_code == 409
    secret.refresh_from_db()
    assert (secret.is_major, secret.is_confidential) == (True, True)
    assert client_of(secret.first_owner).post(url, bare).status_code == 302
    secret.refresh_from_db()
    assert not secret.is_confidential
