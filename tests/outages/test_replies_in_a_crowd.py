"""After a notice to thousands hundreds write back: who answers a call-back is heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outages.selectors import callbacks as lists
from outages.services.callbacks import hearing
from tests.factories import NOON
from tests.outages.callbacks import by_sms, reply

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("sender", ["+8613900001111", "8613900001111", "139 0000 1111"])
def test_an_answer_does_not_wait_behind_what_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setattr(hearing, "MOST_AT_ONCE", 2)
    callback = by_sms()
    for nth in range(3):
        reply("收到", at=NOON + nth * MINUTE, sender=f"+861370000000{nth}")
    reply("2", at=NOON + 5 * MINUTE, sender=sender)
    assert hearing.take_replies(at=NOON + 10 * MINUTE) == 1
    callback.refresh_from_db()
    assert (callback.status, callback.verdict) == ("to_call", "unsatisfied")
    assert lists.replies_to_read().count() == 3, "the others wait for a person"


def test_a_reply_that_cannot_be_taken_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    callback, other = by_sms(), by_sms(phone="13900002222")
    broken = reply("2", at=NOON + MINUTE)
    reply("1", at=NOON + 2 * MINUTE, sender="+8613900002222")
    take = hearing._take

    def fails(row: Any, *, at: Any) -> bool:
        if row == broken:
            raise ValueError("nobody thought of this reply")
        return take(row, at=at)

    monkeypatch.setattr(hearing, "_take", fails)
    assert hearing.take_replies(at=NOON + 10 * MINUTE) == 1
    other.refresh_from_db()
    callback.refresh_from_db()
    assert (other.verdict, callback.verdict) == ("satisfied", "")


def test_words_to_the_call_back_itself_are_found_in_the_crowd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "MOST_AT_ONCE", 1)
    callback = by_sms()
    reply("1", at=NOON + MINUTE, sender="+8613700000000")
    reply("来得晚", at=NOON + 5 * MINUTE)
    hearing.take_replies(at=NOON + 10 * MINUTE)
    said = lists.replies_to_read().get(text="来得晚")
    assert said.callback == callback


def test_sms_that_wait_for_their_answer_cost_nothing(
    django_assert_max_num_queries: Any,
) -> None:
    """Hundreds wait for three days, and are looked after four times a minute."""
    waiting = [by_sms(phone=f"1390000222{nth}") for nth in range(3)]
    with django_assert_max_num_queries(4):
        assert hearing.watch(at=NOON + timedelta(days=2)) == 0
    assert hearing.watch(at=NOON + timedelta(days=3, minutes=1)) == len(waiting)
