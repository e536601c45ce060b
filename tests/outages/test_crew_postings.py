"""The crew puts notices up and says so on the phone, with a photo, also when it is told twice."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gisapp.accounts.roles import sync_roles
from outages.models import Deadline, Event, Outage, OutageTask
from outages.policy.matrix import Task
from outages.services import duties
from tests.factories import crew, person
from tests.outages.conftest import Desk
from tests.outages.scenarios.test_outage_duties import with_persons


@pytest.fixture(autouse=True)
def _roles(db: None, settings: Any, tmp_path: Any) -> None:
    sync_roles()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def burst(desk: Desk) -> Outage:
    with_persons(100)
    back = timezone.now() + timedelta(hours=6)
    return desk.take(
        desk.approve(desk.propose(desk.report("p2")), estimated_restoration_at=back)
    ).outage


def phone(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("door.jpg", out.getvalue(), "image/jpeg")


def address(outage: Outage, duty: OutageTask) -> str:
    order = outage.work_orders.get()
    return reverse("outages:work-order-posting", args=[order.number, duty.pk])


def test_a_posting_is_ticked_on_the_phone_and_seen_by_the_dispatcher(
    desk: Desk, burst: Outage
) -> None:
    duty = burst.duties.get(task=Task.POSTING)
    order = burst.work_orders.get()
    client = phone(desk.cruz)
    shown = client.get(reverse("outages:work-order", args=[order.number])).content.decode()
    assert "施工现场" in shown and 'data-status="pending"' in shown
    bare = client.post(address(burst, duty), {"client_key": str(uuid4())}, follow=True)
    assert "凭证" in bare.content.decode(), "nothing shows it"
    told = {"client_key": str(uuid4()), "photo": photo()}
    assert client.post(address(burst, duty), told).status_code == 302
    duty.refresh_from_db()
    assert (duty.status, duty.done_by) == ("done", desk.cruz)
    assert duty.photo
    board = phone(desk.dana).get(reverse("outages:duties-of", args=[burst.pk])).content.decode()
    assert reverse("outages:duty-photo", args=[duty.pk]) in board
    clock = Deadline.objects.get(subject="duty", subject_id=duty.pk)
    assert clock.met_at is not None


def test_a_phone_that_tells_it_twice_and_late_tells_it_once_and_of_then(
    desk: Desk, burst: Outage
) -> None:
    duty = burst.duties.get(task=Task.POSTING)
    then = timezone.now() - timedelta(minutes=7)
    told = {"client_key": str(uuid4()), "done_at": int(then.timestamp() * 1000), "remark": "桥头"}
    client, json = phone(desk.cruz), {"Accept": "application/json"}
    for _again in range(2):
        answer = client.post(address(burst, duty), {**told, "photo": photo()}, headers=json)
        assert (answer.status_code, answer.json()) == (200, {})
    duty.refresh_from_db()
    assert abs(duty.done_at - then) < timedelta(seconds=1)
    done = Event.objects.filter(subject="duty", subject_id=duty.pk, verb="duty_status", new="done")
    assert done.get().facts["client_key"] == told["client_key"]


def test_another_crews_posting_and_another_duty_are_refused(desk: Desk, burst: Outage) -> None:
    crew("C2")
    posting = burst.duties.get(task=Task.POSTING)
    sheet = burst.duties.get(task=Task.OUTAGE_SHEET)
    told = {"client_key": str(uuid4()), "remark": "好"}
    other = phone(person("crew", crew="C2"))
    assert other.post(address(burst, posting), told).status_code == 404
    assert phone(desk.cruz).post(address(burst, sheet), told).status_code == 404
    with pytest.raises(duties.DutyRefused, match="duty_of_other"):
        duties.post_by_crew(
            posting,
            crew="C2",
            given=duties.Evidence(evidence="好"),
            client_key=uuid4(),
            done_at=desk.now,
            by=desk.cruz,
            at=desk.now,
        )


def test_a_picture_that_is_none_is_refused_with_words(desk: Desk, burst: Outage) -> None:
    duty = burst.duties.get(task=Task.POSTING)
    fake = SimpleUploadedFile("a.jpg", b"<svg onload=1>", "image/jpeg")
    answer = phone(desk.cruz).post(
        address(burst, duty),
        {"client_key": str(uuid4()), "photo": fake},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json()["error"]
    duty.refresh_from_db()
    assert duty.status == "pending"
