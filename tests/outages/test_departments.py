"""The registers: who answers at which hour, where orders go, and who may change that."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.urls import reverse

from outages.models import Acceptor, Crew, Department, District, Event, OrderCategory
from outages.selectors.rules.departments import addressee, proposed_route
from outages.services import orders
from outages.services.orders import OrderFacts, OrderRefused
from outages.services.rules import departments
from outages.services.rules.departments import RegisterRefused, ship_organisation
from tests.factories import NOON, lay
from tests.outages.offices import category, client_of, member, office, ordered, told

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, 21, int(hour), int(minute), tzinfo=SHANGHAI)


def enter(code: str = "engineering", **facts: object) -> Acceptor:
    given = {"name": "农国强", "phone": "19600012001", "by": None, "at": NOON}
    return departments.add_acceptor(office(code), **{**given, **facts})  # type: ignore[arg-type]


@pytest.fixture
def staffed_by_day() -> None:
    enter(name="白班", from_hour=time(8), to_hour=time(18))
    enter(name="联络员", is_liaison=True)


def test_the_departments_and_categories_of_the_regulations_are_there_and_stay_as_changed() -> None:
    ship_organisation()
    assert Department.objects.count() == 8
    assert OrderCategory.objects.filter(department__code="engineering").count() == 12
    Department.objects.filter(code="engineering").update(name="维抢修队")
    ship_organisation()
    assert Department.objects.get(code="engineering").name == "维抢修队"
    assert Department.objects.count() == 8


@pytest.mark.usefixtures("staffed_by_day")
@pytest.mark.parametrize(
    ("clock", "who"),
    [("03:00", "联络员"), ("07:59", "联络员"), ("08:00", "白班"), ("17:59", "白班"),
     ("18:00", "联络员")],
)  # fmt: skip
def test_at_three_in_the_morning_the_liaison_answers(clock: str, who: str) -> None:
    found = addressee(office("engineering"), at=at(clock))
    assert found is not None
    assert found.name == who


def test_hours_may_run_over_midnight() -> None:
    enter(name="夜班", from_hour=time(20), to_hour=time(8))
    answers = {clock: addressee(office("engineering"), at=at(clock)) for clock in
               ("19:59", "20:00", "23:59", "00:00", "07:59", "08:00")}  # fmt: skip
    assert [clock for clock, found in answers.items() if found] == [
        "20:00", "23:59", "00:00", "07:59"
    ]  # fmt: skip


@pytest.mark.usefixtures("staffed_by_day")
def test_who_was_rung_up_is_resolved_from_the_register_at_dispatch_time() -> None:
    order = ordered(told("conduct"), about="service_attitude")
    order = orders.notify_department(order, method="recorded_call", by=None, at=at("03:00"))
    assert order.callee == "联络员"


def test_an_order_to_a_department_that_nobody_answers_for_is_refused() -> None:
    report = told("conduct")
    facts = OrderFacts(category=category("service_attitude"), department=office("technical"))
    with pytest.raises(OrderRefused) as refused:
        orders.issue_for_report(report, facts=facts, by=None, at=NOON)
    assert refused.value.code == "order_without_acceptor"
    person = enter("technical")
    order = orders.issue_for_report(report, facts=facts, by=None, at=NOON)
    # Retired, the register is empty again: a transfer there is refused as well.
    departments.retire_acceptor(person, reason="调离", by=None, at=NOON)
    other = ordered(told("conduct"), about="service_attitude")
    with pytest.raises(OrderRefused):
        orders.transfer_order(other, to=office("technical"), reason="换部门", by=None, at=NOON)
    assert order.department.code == "technical"
    with pytest.raises(OrderRefused) as leaders:
        orders.transfer_order(other, to=office("leaders"), reason="换", by=None, at=NOON)
    assert leaders.value.code == "department_takes_no_orders"


def test_a_department_has_one_liaison_who_has_no_hours() -> None:
    enter(is_liaison=True)
    for facts, code in (
        ({"is_liaison": True}, "liaison_exists"),
        ({"is_liaison": True, "from_hour": time(8), "to_hour": time(9)}, "liaison_has_hours"),
        ({"from_hour": time(8)}, "hours_incomplete"),
    ):
        with pytest.raises(RegisterRefused) as refused:
            enter(name="第二", **facts)
        assert refused.value.code == code
    assert Acceptor.objects.count() == 1


def square(west: float, south: float, size: float) -> MultiPolygon:
    ring = [(west, south), (west + size, south), (west + size, south + size),
            (west, south + size), (west, south)]  # fmt: skip
    return MultiPolygon(Polygon(ring), srid=4326)


def test_a_report_in_a_district_goes_to_the_crew_of_that_district() -> None:
    town = District.objects.create(code="town", name="全城", geom=square(110, 22, 1))
    east = District.objects.create(code="east", name="城东", geom=square(110.5, 22, 0.5))
    crews = {code: Crew.objects.create(code=code, name=code) for code in ("C1", "C3")}
    repair = category("pipe_repair")
    for district, crew in ((town, "C1"), (east, "C3")):
        departments.add_route(
            category=repair,
            district=district,
            department=office("engineering"),
            crew=crews[crew],
            by=None,
            at=NOON,
        )
    in_east, in_west = Point(110.7, 22.2, srid=4326), Point(110.2, 22.2, srid=4326)
    # The smaller district speaks first where both hold the place.
    assert proposed_route(repair, in_east).crew == crews["C3"]
    assert proposed_route(repair, in_west).crew == crews["C1"]
    assert proposed_route(repair, Point(0, 0, srid=4326)).why == "default"
    assert proposed_route(category("water_quality"), in_east).department.code == "technical"


def test_the_register_is_kept_by_who_may_and_read_by_all_staff() -> None:
    keeper = client_of(member("admin"))
    url = reverse("outages:acceptor-add", args=["engineering"])
    reader = client_of(member("call_agent"))
    assert reader.post(url, {"name": "甲", "phone": "0700-5550000"}).status_code == 403
    assert keeper.post(url, {"name": "", "phone": "x"}).status_code == 422
    added = {"name": "甲", "phone": "0700-5550000", "is_liaison": "on"}
    assert keeper.post(url, added).status_code == 302
    assert keeper.post(url, added | {"name": "乙"}).status_code == 409
    page = reader.get(reverse("outages:departments")).content.decode()
    assert "甲" in page
    assert "没有受理人：不能派单" in page
    person = Acceptor.objects.get()
    gone = reverse("outages:acceptor-retire", args=[person.pk])
    assert keeper.post(gone, {"reason": ""}).status_code == 422
    assert keeper.post(gone, {"reason": "调离"}).status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    page = reader.get(reverse("outages:departments")).content.decode()
    assert "甲 · 调离" in page, "who is off the register stays to be read, with the reason"
    assert list(Event.objects.filter(subject="acceptor").values_list("verb", flat=True)) == [
        "acceptor_added",
        "acceptor_retired",
    ]


def test_a_route_is_entered_and_taken_out_of_force_on_the_page() -> None:
    lay("(S) -p1- a")
    ship_organisation()
    keeper = client_of(member("admin"))
    told_route = {
        "category": category("water_quality").pk,
        "department": office("production").pk,
        "district": "",
        "crew": "",
    }
    assert keeper.post(reverse("outages:route-add"), told_route).status_code == 302
    found = proposed_route(category("water_quality"), None)
    assert (found.department.code, found.why) == ("production", "category")
    [route] = found.category.routes.all()
    keeper.post(reverse("outages:route-retire", args=[route.pk]))
    assert proposed_route(category("water_quality"), None).department.code == "technical"
