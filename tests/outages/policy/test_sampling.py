"""The draw of call-backs: T16's counts, and the share in every window of a hundred."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.sampling import CallBackMethod, draw


def phones(count: int, *, start: int, percent: int) -> int:
    drawn = [draw(n, start=start, phone_percent=percent) for n in range(count)]
    return drawn.count(CallBackMethod.PHONE)


@pytest.mark.parametrize("start", [0, 1, 37, 99])
def test_of_200_orders_10_are_phoned_and_of_1000_50(start):
    assert phones(200, start=start, percent=5) == 10
    assert phones(1000, start=start, percent=5) == 50


@given(st.integers(0, 99), st.integers(0, 100), st.integers(0, 5_000))
def test_any_hundred_in_a_row_hold_exactly_the_percentage(start, percent, first):
    window = [draw(n, start=start, phone_percent=percent) for n in range(first, first + 100)]
    assert window.count(CallBackMethod.PHONE) == percent


def test_every_order_of_a_month_can_be_the_one_that_is_phoned():
    met = {
        n
        for start in range(100)
        for n in range(20)
        if draw(n, start=start, phone_percent=5) == CallBackMethod.PHONE
    }
    assert met == set(range(20))


@pytest.mark.parametrize(
    ("number", "start", "percent"), [(-1, 0, 5), (0, 100, 5), (0, -1, 5), (0, 0, 101)]
)
def test_what_is_out_of_range_is_refused(number, start, percent):
    with pytest.raises(ValueError, match="must"):
        draw(number, start=start, phone_percent=percent)
