"""Every refusal has its words, in both languages; none is an English text on a Chinese screen."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.utils import translation

import outages.planning
import outages.services
from outages.choices import NoticeKind
from outages.models import Event, Outage
from outages.planning import NoPlan, PlanningRefused
from outages.services.publishing import notices
from outages.services.shutdown import plans
from outages.views.words import history, refusals
from outages.workflow import (
    ApprovalStatus,
    DeliveryStatus,
    DutyStatus,
    NoticeStatus,
    OutageStatus,
    PermitStatus,
    PlanStatus,
    Refused,
    ReportStatus,
    StepStatus,
    TransitionRefused,
    WorkOrderStatus,
)
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE

for _package in (outages.planning, outages.services):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        import_module(_module.name)


def _classes(base: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in base.__subclasses__():
        yield each
        yield from _classes(each)


CLASSES = sorted(_classes(), key=lambda each: each.__name__)
# As the services fill them in; `status` and `field` are words of ours and must be translated.
FACTS = {
    "reference": "R261122-1",
    "most": 4,
    "asset": "P-1",
    "key": "S",
    "minutes": 10,
    "day": "S",
    "items": "on_trunk_road, pipe_diameter",
    "owner": "engineering",
    "persons": 5001,
    "task": "portal",
    "counted": 3,
    "crew": "C1",
    "current": "in_effect",
    "department": "工程公司",
    "field": "estimated_restoration",
    "fresh": 2,
    "into": "R1",
    "leader": "何秀兰",
    "of": "R1",
    "count": 3,
    "lat": 1.0,
    "limit_mb": 12,
    "lon": 1.0,
    "name": "农国强",
    "newer": 3,
    "order": "W1",
    "original": "R2",
    "pipe": "P-1",
    "planned": 2,
    "report": "R3",
    "last": "2026-11-25",
    "newest": 2,
    "sources": "S",
    "status": "restored",
    "valves": "V1",
    "version": 1,
    "waiting": 2,
    "customers": 6000,
    "seen": "2 / 3",
    "why": "S",
}
# What stays in Latin letters on a Chinese screen: codes of assets and records, and these.
LATIN = re.compile(r"P-1|[RWCSV]\d|\bS\b|v3|MB|JPEG|PNG|WebP|PDF")


def test_there_is_a_class_for_what_each_module_refuses() -> None:
    names = {each.__name__ for each in CLASSES}
    assert {"OrderRefused", "StepRefused", "EstimateRefused", "PhotoRefused", "StalePlan"} <= names
    assert all(each.codes for each in CLASSES)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("refused", "code"),
    [(each, code) for each in CLASSES for code in each.codes],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_every_refusal_is_worded(refused: type[Refused], code: str, language: str) -> None:
    with translation.override(language):
        text = refusals.words_of(code, FACTS)
    assert text, f"{refused.__name__}: {code} has no words"
    assert "%(" not in text
    assert text != refusals.gettext("This cannot be done now.")
    if language == "zh-hans":
        assert re.search("[\u4e00-\u9fff]", text), text
        assert not re.search("[A-Za-z]{2,}", LATIN.sub("", text)), text


def test_codes_are_used_once_and_all_words_are_of_use() -> None:
    codes = [code for each in CLASSES for code in each.codes]
    assert len(codes) == len(set(codes))
    assert set(refusals.WORDS) == {str(code) for code in codes}


@pytest.mark.parametrize(
    "state",
    [
        state
        for table in (
            ReportStatus,
            PlanStatus,
            StepStatus,
            OutageStatus,
            WorkOrderStatus,
            NoticeStatus,
            DeliveryStatus,
            DutyStatus,
            PermitStatus,
            ApprovalStatus,
        )
        for state in table
    ],
)
def test_every_state_is_named_in_chinese(state: str) -> None:
    with translation.override("zh-hans"):
        text = refusals.in_words(TransitionRefused("x 1", state, "y", frozenset()))
    assert not re.search("[A-Za-z]", text), text


def test_why_a_notice_was_withheld_is_told_in_the_readers_language(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    desk.approve(plan, place="", place_en="")
    outage = Outage.objects.get()
    outage.place = outage.place_en = ""
    outage.save()
    notices.announce(outage, kind=NoticeKind.UPDATE, by=desk.dana, at=desk.now)
    event = Event.objects.get(verb="notice_withheld")
    for language, word in (("zh-hans", "地点"), ("en", "place")):
        with translation.override(language):
            [entry] = history.entries([event])
        assert word in entry["text"]


def test_a_plan_that_cannot_be_made_says_why_from_its_code(desk: Desk) -> None:
    lay(LINE)
    with pytest.raises(PlanningRefused) as refused:
        plans.propose_plan(pipes=["nowhere"], by=desk.dana, at=desk.now)
    assert (refused.value.code, refused.value.facts) == (NoPlan.UNKNOWN_ASSET, {"asset": "nowhere"})
