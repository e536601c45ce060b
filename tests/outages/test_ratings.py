"""Rating by a link: told in the SMS, used once, and worth what an answer by SMS is (CB-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from outages.choices import Channel
from outages.models import Alert, CallBack, RatingLink
from outages.selectors.callbacks import opinions
from outages.services.callbacks import public_rating, rating
from outages.services.rules import policy
from tests.outages.callbacks import by_phone, by_sms
from tests.outages.offices import client_of, member

pytestmark = pytest.mark.django_db


def token_in(callback: CallBack) -> str:
    """The token as the user has it: in the message, and nowhere else."""
    assert callback.delivery is not None
    text = str(callback.delivery.text)
    return text.partition("/public/rate/")[2].partition("/")[0]


def rated(callback: CallBack, verdict: str, words: str = "") -> CallBack:
    asked = public_rating.digest_of(token_in(callback))
    assert public_rating.file_rating(asked, verdict=verdict, words=words)
    assert rating.take_ratings(at=timezone.now()) == 1
    callback.refresh_from_db()
    return callback


@pytest.fixture
def now() -> Any:
    return timezone.now()


def test_cb_12_satisfied_by_the_link_ends_the_call_back_and_stands_as_its_answer(now: Any) -> None:
    callback = by_sms(now)
    token = token_in(callback)
    assert token not in str(RatingLink.objects.values())
    callback = rated(callback, "satisfied", "师傅很好")
    assert (callback.status, callback.verdict) == ("satisfied", "satisfied")
    said = callback.attempts.get()
    assert (said.method, said.overall, said.opinion) == ("link", "satisfied", "师傅很好")
    assert said in opinions()
    assert RatingLink.objects.get().words == "", "they stand in the answer now"
    assert rating.take_ratings(at=now) == 0


def test_dissatisfied_by_the_link_is_called_and_its_word_is_final(now: Any) -> None:
    callback = rated(by_sms(now), "unsatisfied")
    assert (callback.status, callback.turned) == ("to_call", "dissatisfied")
    assert Alert.objects.filter(code="callback_dissatisfied", acknowledged_at=None).exists()
    again = public_rating.digest_of(token_in(callback))
    assert not public_rating.file_rating(again, verdict="satisfied", words="")
    assert public_rating.asked_rating(again).is_rated
    assert rating.take_ratings(at=timezone.now()) == 0


def test_a_complaint_is_called_whatever_the_link_said(now: Any) -> None:
    callback = by_phone(now, channel=Channel.PUBLIC_FORM)
    RatingLink.objects.update(verdict="satisfied", rated_at=now)
    rating.take_ratings(at=now)
    callback.refresh_from_db()
    assert (callback.status, callback.attempts.get().method) == ("to_call", "link")


def test_a_link_ends_after_30_days_and_an_unknown_one_is_nothing(now: Any) -> None:
    callback = by_sms(now - timedelta(days=31))
    asked = public_rating.digest_of(token_in(callback))
    assert public_rating.asked_rating(asked) is None
    assert not public_rating.file_rating(asked, verdict="satisfied", words="")
    assert public_rating.asked_rating("") is None


def test_the_utility_may_do_without_links(now: Any) -> None:
    since = now - timedelta(hours=1)
    policy.set_policy(
        "callback_rating_link", False, effective_from=since, source="公司规定", by=None, at=since
    )
    callback = by_sms(now)
    assert "/public/rate/" not in callback.delivery.text
    assert not RatingLink.objects.exists()


def test_the_page_of_a_call_back_says_that_it_was_rated_by_the_link(now: Any) -> None:
    callback = rated(by_sms(now), "satisfied", "很快")
    agent = client_of(member("call_agent", department="call_centre", username="ada"))
    shown = agent.get(reverse("outages:callback", args=[callback.order.number])).content.decode()
    assert "评价链接" in shown and "很快" in shown


def test_the_rates_leave_as_a_file_with_the_lines_of_the_page(now: Any) -> None:
    rated(by_sms(now), "satisfied")
    boss = client_of(member("supervision"))
    page = boss.get(reverse("outages:callback-rates"))
    assert "format=csv" in page.content.decode()
    told = boss.get(reverse("outages:callback-rates"), {"format": "csv"}).content.decode()
    [total] = [line for line in told.splitlines() if line.startswith("rates,全部")]
    drawn = str(CallBack.objects.count())  # one may have been drawn for the telephone before
    assert total.split(",")[3:8] == [drawn, "1", "1", "1", "1"]
    workbook = boss.get(reverse("outages:callback-rates"), {"format": "xlsx"})
    assert workbook["Content-Disposition"].startswith("attachment")
