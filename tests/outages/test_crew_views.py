"""The crew's screens through the test client: what each order shows, takes and refuses."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from gisapp.accounts.roles import sync_roles
from outages.models import Event, OperationPhoto, ValveOperation, WorkOrder
from outages.services.field import photos, reopening
from outages.services.shutdown import plans
from tests import factories
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""
# V2 stuck: the next valve on that side is V4.
LONG = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d |V4-p6- (T)
"""


@pytest.fixture
def client_of_crew(desk: Desk) -> Client:
    sync_roles()
    client = Client()
    client.force_login(desk.cruz)
    return client


def order_of(desk: Desk, *, accepted: bool = True, town: str = TOWN) -> WorkOrder:
    lay(town)
    order = desk.burst("p3", accepted=accepted).order
    assert order is not None
    return order


def page(client: Client, order: WorkOrder, **query: Any) -> str:
    answer = client.get(reverse("outages:work-order", args=[order.number]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def step(order: WorkOrder, valve: str, direction: str = "close") -> ValveOperation:
    plans_in_force = ["approved", "executing", "all_closed", "reopening"]
    return ValveOperation.objects.get(
        plan__outage=order.outage,
        plan__status__in=plans_in_force,
        valve=valve,
        direction=direction,
    )


def answer(client: Client, order: WorkOrder, operation: ValveOperation, **data: Any) -> Any:
    url = reverse("outages:work-order-step", args=[order.number, operation.pk])
    return client.post(url, {"client_key": str(uuid4()), **data})


def send(client: Client, order: WorkOrder, *items: dict[str, Any]) -> Any:
    url = reverse("outages:work-order-batch", args=[order.number])
    return client.post(url, json.dumps({"items": items}), content_type="application/json")


def tap(operation: ValveOperation, **more: Any) -> dict[str, Any]:
    given = {"result": "done", "done_at": int(NOON.timestamp() * 1000)}
    return {"operation": operation.pk, "client_key": str(uuid4()), **given, **more}


def test_the_list_holds_the_own_crews_orders_only(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    body = client_of_crew.get(reverse("outages:work-orders")).content.decode()
    assert order.number in body
    other = Client()
    other.force_login(factories.person("crew", crew="C2"))
    assert order.number not in other.get(reverse("outages:work-orders")).content.decode()


def test_a_new_order_asks_to_be_accepted_before_any_valve(
    desk: Desk, client_of_crew: Client
) -> None:
    order = order_of(desk, accepted=False)
    assert "data-step-form" not in page(client_of_crew, order)
    refused = answer(client_of_crew, order, step(order, "V1"), result="done")
    assert refused.status_code == 409
    assert step(order, "V1").status == "pending"
    queued = send(client_of_crew, order, tap(step(order, "V1"))).json()["outcomes"]
    assert queued[0]["code"] == "not_accepted"
    client_of_crew.post(
        reverse("outages:work-order-milestone", args=[order.number]), {"milestone": "accept"}
    )
    order.refresh_from_db()
    assert order.status == "accepted"
    assert "data-step-form" in page(client_of_crew, order)


def test_wo_32_every_step_of_the_crew_has_its_time_and_stands_in_the_history(
    desk: Desk, client_of_crew: Client
) -> None:
    order = order_of(desk, accepted=False)
    url = reverse("outages:work-order-milestone", args=[order.number])
    for milestone in ("accept", "set_out", "arrive"):
        assert client_of_crew.post(url, {"milestone": milestone}).status_code == 302
    desk.close_all(order.outage)
    repair = {"cause_found": "接口断裂", "action_taken": "换管", "leak_check_passed": "on"}
    client_of_crew.post(reverse("outages:work-order-repair", args=[order.number]), repair)
    order.refresh_from_db()
    times = [order.accepted_at, order.en_route_at, order.on_site_at, order.repaired_at]
    assert None not in times
    told = Event.objects.filter(subject="order", subject_id=order.pk).order_by("pk")
    verbs = [event.new or event.verb for event in told]
    steps = [verb for verb in verbs if verb in ("accepted", "en_route", "on_site", "repair_done")]
    assert steps[:3] == ["accepted", "en_route", "on_site"]
    assert Event.objects.filter(outage=order.outage, verb="repair_done").exists()


def test_the_first_open_step_fills_the_screen(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    body = page(client_of_crew, order)
    first = ValveOperation.objects.filter(plan__outage=order.outage).order_by("sequence")[0]
    current = body.split("data-current", 1)[1].split("</li>", 1)[0]
    assert first.valve in current
    assert "20 圈" in current
    assert "DN200" in current


def test_closing_by_form_moves_on_to_the_repair(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    for valve in ("V1", "V2"):
        done = answer(client_of_crew, order, step(order, valve), result="done", turns="21")
        assert done.status_code == 302
        assert (step(order, valve).status, step(order, valve).turns) == ("done", 21)
    body = page(client_of_crew, order)
    assert reverse("outages:work-order-repair", args=[order.number]) in body


def test_the_repair_needs_its_leak_check(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    desk.close_all(order.outage)
    url = reverse("outages:work-order-repair", args=[order.number])
    told = {"cause_found": "接口断裂", "action_taken": "换管"}
    assert client_of_crew.post(url, told).status_code == 422
    order.refresh_from_db()
    assert order.repaired_at is None
    assert client_of_crew.post(url, {**told, "leak_check_passed": "on"}).status_code == 302
    order.refresh_from_db()
    assert order.repaired_at is not None
    assert order.leak_check_passed


def test_cannot_needs_a_reason_and_shows_what_would_change(
    desk: Desk, client_of_crew: Client
) -> None:
    order = order_of(desk, town=LONG)
    assert answer(client_of_crew, order, step(order, "V2"), result="cannot").status_code == 422
    assert step(order, "V2").status == "pending"
    told = answer(client_of_crew, order, step(order, "V2"), cannot_reason="spindle_slips")
    assert told.status_code == 302
    assert step(order, "V2").cannot_reason == "spindle_slips"
    body = page(client_of_crew, order)
    stuck = body.split('class="card stack stuck"', 1)[1].split("</section>", 1)[0]
    assert "<del>V2</del>" in stuck
    assert "V4" in stuck


def test_a_replaced_plan_blocks_until_it_is_read(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk, town=LONG)
    desk.step(order.outage, "V1")
    outcome = desk.step(order.outage, "V2", result="cannot", cannot_reason="seized")
    assert outcome.proposal is not None
    plan = plans.adopt_plan(outcome.proposal, by=desk.dana, at=desk.now, reason="V2 锈死").plan
    body = page(client_of_crew, order)
    assert "data-superseded" in body
    assert "data-step-form" not in body
    assert "<del>V2</del>" in body
    assert "V4" in body
    url = reverse("outages:work-order-acknowledge", args=[order.number])
    # Somebody who still has an older page open has not read this plan.
    client_of_crew.post(url, {"plan": str(plan.pk + 1000)})
    assert "data-superseded" in page(client_of_crew, order)
    client_of_crew.post(url, {"plan": str(plan.pk)})
    client_of_crew.post(url, {"plan": str(plan.pk)})
    assert Event.objects.filter(verb="plan_acknowledged", subject_id=plan.pk).count() == 1
    body = page(client_of_crew, order)
    assert "data-superseded" not in body
    assert "V4" in body.split("data-current", 1)[1].split("</li>", 1)[0]


def test_a_batch_is_taken_once_however_often_it_is_sent(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    items = [tap(step(order, "V1"), turns=19), tap(step(order, "V2"))]
    first = send(client_of_crew, order, *items).json()
    again = send(client_of_crew, order, *items).json()
    assert [o["outcome"] for o in first["outcomes"]] == ["recorded", "recorded"]
    assert [o["outcome"] for o in again["outcomes"]] == ["repeated", "repeated"]
    assert Event.objects.filter(verb="valve_close_done").count() == 2
    assert step(order, "V1").turns == 19


def test_one_bad_item_stops_no_other(desk: Desk, client_of_crew: Client) -> None:
    order = order_of(desk)
    bad = tap(step(order, "V1"), result="perhaps")
    strange = {"operation": 10**9, "client_key": str(uuid4()), "result": "done", "done_at": 5}
    outcomes = send(client_of_crew, order, bad, strange, tap(step(order, "V2"))).json()["outcomes"]
    assert [o["outcome"] for o in outcomes] == ["refused", "refused", "recorded"]
    assert outcomes[0]["client_key"] == bad["client_key"]
    assert step(order, "V1").status == "pending"


@pytest.mark.parametrize("body", ["", "[]", '{"items": 3}', '{"items": ["x"]}', "{", "[" * 100_000])
def test_a_batch_that_cannot_be_read_is_refused(
    desk: Desk, client_of_crew: Client, body: str
) -> None:
    order = order_of(desk)
    url = reverse("outages:work-order-batch", args=[order.number])
    answered = client_of_crew.post(url, body, content_type="application/json")
    assert answered.status_code == 400


def test_a_phone_clock_that_cannot_be_right_is_not_believed(
    desk: Desk, client_of_crew: Client
) -> None:
    order = order_of(desk)
    send(client_of_crew, order, tap(step(order, "V1"), done_at=10**17))
    operation = step(order, "V1")
    assert operation.done_at == operation.recorded_at


def test_reopening_shows_the_slow_refill_and_may_leave_a_valve_closed(
    desk: Desk, client_of_crew: Client
) -> None:
    from outages.services.field import reopening

    order = order_of(desk)
    desk.close_all(order.outage)
    desk.repair(order.outage)
    steps = reopening.plan_reopening(order.outage, by=desk.dana, at=desk.now).steps
    vent, *_rest = steps
    opening = [each for each in steps if each.direction == "open"]
    first, last = (step(order, each.valve, "open") for each in (opening[0], opening[-1]))
    answer(client_of_crew, order, step(order, vent.valve, "vent"), result="done")
    assert "慢慢充水" in page(client_of_crew, order)
    answer(client_of_crew, order, first, result="done")
    no_reason = answer(client_of_crew, order, last, result="left_closed")
    assert no_reason.status_code == 422
    answer(client_of_crew, order, last, result="left_closed", remark="阀后还在施工")
    last.refresh_from_db()
    assert (last.status, last.remark) == ("left_closed", "阀后还在施工")


def test_the_leak_is_back_by_one_button_and_the_new_plan_comes_up(
    desk: Desk, client_of_crew: Client
) -> None:
    order = order_of(desk)
    assert order.outage is not None
    desk.close_all(order.outage)
    address = reverse("outages:work-order-leak-back", args=[order.number])
    assert address not in page(client_of_crew, order), "nothing is repaired yet"
    desk.repair(order.outage)
    reopening.plan_reopening(order.outage, by=desk.dana, at=desk.now)
    desk.step(order.outage, "V1", direction="open")
    assert address in page(client_of_crew, order)

    assert client_of_crew.post(address, {"found": " "}).status_code == 422
    assert client_of_crew.post(address, {"found": "焊缝又漏"}).status_code == 302
    assert client_of_crew.post(address, {"found": "焊缝又漏"}).status_code == 302
    assert Event.objects.filter(verb="repair_failed").count() == 1
    shown = page(client_of_crew, order)
    assert "V1" in shown
    assert address not in shown
    client_of_crew.post(
        reverse("outages:work-order-acknowledge", args=[order.number]),
        {"plan": order.outage.plans.latest("version").pk},
    )
    answer(client_of_crew, order, step(order, "V1"), result="done")
    desk.repair(order.outage)


def photo_file(**save: Any) -> SimpleUploadedFile:
    out = BytesIO()
    picture = Image.new("RGB", (3000, 1000), "red")
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif[0x0112] = 6  # lies on its side
    picture.save(out, "JPEG", exif=exif, **save)
    return SimpleUploadedFile("x.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_photo_keeps_its_picture_and_nothing_else(
    desk: Desk, client_of_crew: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    order = order_of(desk)
    operation = step(order, "V1")
    url = reverse("outages:work-order-step-photo", args=[order.number, operation.pk])
    assert client_of_crew.post(url, {"photo": photo_file()}).status_code == 200
    kept = OperationPhoto.objects.get(operation=operation)
    with Image.open(kept.image.path) as image:
        assert image.size == (533, 1600)
        assert not image.getexif()
    assert b"SecretPhone" not in Path(kept.image.path).read_bytes()
    # A phone that heard no answer sends it again.
    assert client_of_crew.post(url, {"photo": photo_file()}).json() == {"photo": kept.pk}
    assert OperationPhoto.objects.count() == Event.objects.filter(verb="photo_added").count() == 1
    shown = client_of_crew.get(reverse("outages:work-order-photo", args=[kept.pk]))
    assert shown["Content-Type"] == "image/jpeg"
    other = Client()
    other.force_login(factories.person("crew", crew="C2"))
    assert other.get(reverse("outages:work-order-photo", args=[kept.pk])).status_code == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a not a photo", b"<svg onload=alert(1)>"])
def test_what_is_no_photo_is_refused(desk: Desk, client_of_crew: Client, content: bytes) -> None:
    order = order_of(desk)
    url = reverse("outages:work-order-step-photo", args=[order.number, step(order, "V1").pk])
    file = SimpleUploadedFile("x.jpg", content, content_type="image/jpeg")
    assert client_of_crew.post(url, {"photo": file}).status_code == 422
    assert not OperationPhoto.objects.exists()


def test_a_photo_of_too_many_pixels_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MAX_PIXELS", 1000)
    with pytest.raises(photos.PhotoRefused, match="pixels"):
        photos.reencoded(photo_file())


def test_the_worker_comes_from_the_folder_that_it_serves(client_of_crew: Client) -> None:
    answered = client_of_crew.get(reverse("outages:work-orders-service-worker"))
    assert answered["Content-Type"].startswith("text/javascript")
    assert answered.request["PATH_INFO"].startswith(reverse("outages:work-orders"))


def test_another_crews_order_is_not_there(desk: Desk) -> None:
    order = order_of(desk)
    sync_roles()
    for crew in ("C2", None):
        stranger = Client()
        stranger.force_login(factories.person("crew", crew=crew))
        operation = step(order, "V1")
        assert stranger.get(reverse("outages:work-order", args=[order.number])).status_code == 404
        assert answer(stranger, order, operation, result="done").status_code == 404
        assert send(stranger, order, tap(operation)).status_code == 404
        for name in ("milestone", "acknowledge", "repair", "result"):
            url = reverse(f"outages:work-order-{name}", args=[order.number])
            assert stranger.post(url).status_code == 404, name
        assert step(order, "V1").status == "pending"
