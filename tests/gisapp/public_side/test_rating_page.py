"""The page of a rating link, and the rating on the page of a report: each once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.public_side.views import token_of
from outages.choices import Channel
from outages.models import CallBack, PublicReport, RatingLink
from outages.services.callbacks import rating
from tests.factories import NORTH, WEST
from tests.outages.callbacks import by_sms, finished
from tests.outages.test_ratings import token_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("_public_addresses", "_public_folder"),
]


def test_the_public_page_takes_one_rating_and_thanks() -> None:
    now = timezone.now()
    callback = by_sms(now)
    here = reverse("public:rate", args=[token_in(callback)])
    public = Client()
    page = public.get(here).content.decode()
    assert 'name="verdict"' in page
    assert "13900001111" not in page
    assert public.post(here, {}).status_code == 422
    assert public.post(here, {"verdict": "maybe"}).status_code == 422
    assert public.post(here, {"verdict": "satisfied", "words": "快"}).status_code == 302
    assert 'name="verdict"' not in public.get(here).content.decode()
    assert public.post(here, {"verdict": "unsatisfied"}).status_code == 302
    assert RatingLink.objects.get().verdict == "satisfied"
    assert public.get(reverse("public:rate", args=["nobody"])).status_code == 404


def test_whoever_reported_by_the_public_form_rates_on_the_page_of_the_report() -> None:
    now = timezone.now()
    order = finished(at=now, channel=Channel.PUBLIC_FORM, contact_phone="")
    callback = CallBack.objects.get(order=order)
    assert callback.status == "no_contact"
    PublicReport.objects.create(
        client_key="0" * 32, reference="R261122-TEST", received_at=now, kind="leak",
        geom=f"SRID=4326;POINT({WEST} {NORTH})", report=callback.report, stage="done",
    )  # fmt: skip
    token = token_of("R261122-TEST")
    page = Client().get(reverse("public:report-status", args=["R261122-TEST", token]))
    assert 'name="verdict"' in page.content.decode()
    send = reverse("public:rate-report", args=["R261122-TEST", token])
    assert Client().post(send, {"verdict": "unsatisfied", "words": "又漏了"}).status_code == 302
    wrong = reverse("public:rate-report", args=["R261122-TEST", "x"])
    assert Client().post(wrong, {"verdict": "satisfied"}).status_code == 404
    rating.take_ratings(at=timezone.now())
    callback.refresh_from_db()
    # Nobody can be called; what was said is heard all the same.
    assert (callback.status, callback.attempts.get().opinion) == ("no_contact", "又漏了")
