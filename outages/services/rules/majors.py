"""Marking cases as major by the rule of the policy `major_when`.

RULE 1  When a case is taken: the press or a regulator, or the account of a key or large user.
RULE 2  When its outage changes: as many persons as the threshold, or a key or large user dry.
RULE 3  Once a case, and never against a person: a mark that somebody took off stays off.
RULE 4  The leaders hear of it with the mark, one alert for each of them and each case.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import Q

from network.models import Customer
from network.selectors import current_revision
from outages.choices import Channel
from outages.models import BurstReport, Event, Outage
from outages.policy import social_impact
from outages.policy.matrix import Facts
from outages.selectors.rules import policy
from outages.services.rules import leaders

MARKED: Final = "major_by_rule"
_KEY_USER: Final = Q(key_user=True) | Q(large_user=True)


def judge_case(report: BurstReport, *, at: datetime) -> bool:
    """Mark a case that was just taken or marked (RULE 1). Whether it was done."""
    wanted = _wanted(at)
    told = social_impact.Told(
        with_media=report.with_media or report.channel == Channel.MEDIA,
        of_key_user=social_impact.KEY_USER in wanted and _is_key_user(report.customer),
    )
    return _mark(report, social_impact.of_case(told, wanted), at=at)


def judge_outage(outage: Outage, *, facts: Facts, at: datetime) -> int:
    """Mark the cases of an outage that grew (RULE 2); return how many. No query without cases."""
    cases = list(outage.reports.filter(duplicate_of=None, is_major=False))
    if not cases:
        return 0
    limits = policy.limits(at=outage.created_at)
    reasons = social_impact.of_outage(facts, limits, _wanted(outage.created_at))
    return sum(_mark(case, reasons, at=at) for case in cases)


def _wanted(at: datetime) -> Collection[str]:
    value = policy.value("major_when", at=at)
    return value if isinstance(value, tuple) else ()


def _is_key_user(customer: str) -> bool:
    if not customer:
        return False
    rows = Customer.objects.filter(_KEY_USER, revision=current_revision(), asset_id=customer)
    return rows.exists()


def _was_judged(report: BurstReport) -> bool:
    off_by_hand = Q(verb="marked", facts__now__is_major=False)
    return report.events.filter(Q(verb=MARKED) | off_by_hand).exists()


def _mark(report: BurstReport, reasons: tuple[str, ...], *, at: datetime) -> bool:
    if not reasons or report.is_major or _was_judged(report):  # RULE 3
        return False
    report.is_major = True
    report.save(update_fields=["is_major"])
    Event.objects.append(report, MARKED, by=None, at=at, new=reasons[0], reasons=list(reasons))
    leaders.tell_major(report, at=at)  # RULE 4
    return True
