"""Customer-minutes: known by hand, and against counting minute by minute."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.interruptions import AT_LEAST, BANDS, Spell, account, interruptions

DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return DAY + hours * HOUR


def spell(name: str, outage: str, off: float, on: float | None) -> Spell:
    return Spell(name, outage, at(off), None if on is None else at(on))


def month(spells: list[Spell], *, now: float = 700, since: float = 0, until: float = 744):
    return account(interruptions(spells, now=at(now)), since=at(since), until=at(until))


def test_three_hours_count_with_all_their_minutes_and_a_second_less_counts_nothing():
    assert month([spell("a", "x", 1, 4)]).lost == 3 * HOUR
    short = Spell("a", "x", at(1), at(4) - timedelta(seconds=1))
    assert month([short]).lost == timedelta(0)


def test_two_outages_over_each_other_are_one_interruption_counted_once():
    #  x  1 ======= 3
    #  y      2 ======= 5      dry from 1 to 5: x has 2 hours of it, y the rest
    got = month([spell("a", "y", 2, 5), spell("a", "x", 1, 3)])
    assert got.lost == 4 * HOUR
    assert got.by_outage == {"x": 2 * HOUR, "y": 2 * HOUR}
    assert got.bands[3 * HOUR] == 1


def test_two_short_outages_that_touch_reach_three_hours_together():
    got = month([spell("a", "x", 1, 3), spell("a", "y", 3, 4.5)])
    assert got.lost == 3.5 * HOUR


def test_water_between_two_outages_makes_two_interruptions():
    got = month([spell("a", "x", 1, 3), spell("a", "x", 3.25, 6.25)])
    assert got.lost == 3 * HOUR  # the first lasted two hours only


def test_of_two_that_begin_together_the_first_code_is_charged_while_it_lasts():
    got = month([spell("a", "z", 1, 6), spell("a", "b", 1, 3)])
    assert got.by_outage == {"b": 2 * HOUR, "z": 3 * HOUR}


def test_a_part_restored_early_is_charged_until_its_own_water_is_back():
    got = month([spell("a", "x", 0, 4), spell("b", "x", 0, 10)])
    assert got.by_customer == {"a": 4 * HOUR, "b": 10 * HOUR}
    assert got.bands == {3 * HOUR: 2, 6 * HOUR: 1, 12 * HOUR: 0, 24 * HOUR: 0}


def test_an_interruption_over_midnight_of_the_last_day_is_shared_and_stands_in_one_band():
    spells = [spell("a", "x", -2, 2)]
    before, after = month(spells, since=-744, until=0), month(spells)
    assert (before.lost, after.lost) == (2 * HOUR, 2 * HOUR)
    assert (before.bands[3 * HOUR], after.bands[3 * HOUR]) == (0, 1)


def test_a_running_interruption_counts_until_now_and_stands_in_no_band():
    got = month([spell("a", "x", 690, None)])
    assert (got.lost, got.running, got.bands[3 * HOUR]) == (10 * HOUR, 1, 0)


def test_the_figure_is_minutes_for_each_property_served():
    assert month([spell("a", "x", 0, 4)]).minutes_per_property(120) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="no properties served"):
        month([]).minutes_per_property(0)


def test_a_spell_that_ends_before_it_begins_is_refused_by_name():
    with pytest.raises(ValueError, match="house 7, x"):
        interruptions([spell("house 7", "x", 3, 2)], now=at(9))


# -- Against counting minute by minute ---------------------------------------------------------

MINUTE = timedelta(minutes=1)
LAST = 60  # the oracle walks this many steps of ten minutes
STEP = 10 * MINUTE

one_spell = st.builds(
    lambda name, outage, off, length, ends: Spell(
        name, outage, DAY + off * STEP, DAY + (off + length) * STEP if ends else None
    ),
    st.sampled_from("ab"),
    st.sampled_from("xyz"),
    st.integers(0, LAST - 1),
    st.integers(0, 30),
    st.booleans(),
)


def counted_by_steps(spells, *, now, since, until):
    """Walk step by step: slow, and nothing to get wrong."""
    lost, by_outage, bands = timedelta(0), defaultdict(timedelta), dict.fromkeys(BANDS, 0)
    for name in {each.customer for each in spells}:
        runs, run = [], []
        for step in range(now + 1):
            moment = DAY + step * STEP
            dry = [
                (s.off_at, s.outage)
                for s in spells
                if s.customer == name
                and s.off_at <= moment
                and (s.on_at is None or moment < s.on_at)
            ]
            if dry and step < now:
                run.append((step, min(dry)[1]))
            elif run:
                runs.append((run, bool(dry)))
                run = []
        for run, goes_on in runs:
            if len(run) * STEP < AT_LEAST:
                continue
            inside = [outage for step, outage in run if since <= step < until]
            lost += len(inside) * STEP
            for outage in inside:
                by_outage[outage] += STEP
            ended = run[-1][0] + 1
            if not goes_on and since <= ended < until:
                for band in BANDS:
                    bands[band] += len(run) * STEP >= band
    return lost, dict(by_outage), bands


@given(st.lists(one_spell, max_size=8), st.integers(0, LAST), st.integers(0, LAST))
def test_equals_counting_step_by_step(spells, one, other):
    since, until = sorted((one, other))
    got = account(
        interruptions(spells, now=DAY + LAST * STEP),
        since=DAY + since * STEP,
        until=DAY + until * STEP,
    )
    assert (got.lost, dict(got.by_outage), dict(got.bands)) == counted_by_steps(
        spells, now=LAST, since=since, until=until
    )
    assert sum(got.by_customer.values(), timedelta(0)) == got.lost


@given(st.lists(one_spell, max_size=8), st.integers(0, LAST))
def test_two_periods_add_up_to_the_whole(spells, cut):
    found = interruptions(spells, now=DAY + LAST * STEP)
    end = DAY + 2 * LAST * STEP
    middle = DAY + cut * STEP
    whole = account(found, since=DAY, until=end)
    first, second = account(found, since=DAY, until=middle), account(found, since=middle, until=end)
    assert first.lost + second.lost == whole.lost
    assert {b: first.bands[b] + second.bands[b] for b in BANDS} == dict(whole.bands)
