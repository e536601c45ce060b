"""Two months behind the demo's desk, and the last monthly report, issued with comments and actions.

Made through the services, as of moments in the past, so that clocks and breaches are real ones;
past.py lets the clocks run through them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils import timezone

from gisapp.demo import answers
from network.models import Customer
from network.selectors import current_revision
from outages.choices import NETWORK_KINDS, Channel, MonthlySection, ReportKind
from outages.models import (
    BurstReport,
    Department,
    MonthlyReport,
    OrderCategory,
    WorkOrder,
)
from outages.policy.monthly.periods import month_drafted_by
from outages.policy.organisation import category_for
from outages.selectors import monthly as reports_of
from outages.selectors.rules.departments import proposed_route
from outages.services import monthly, orders
from outages.services.callbacks.following import open_callbacks
from outages.services.desk import reports
from outages.services.orders import OrderFacts, ResultFacts

DAYS: Final = 57
# What people called about, how often, and in which words.
_MATTERS: Final = (
    (ReportKind.LOW_PRESSURE, 9, "早晚高峰水压小，六楼上不去水"),
    (ReportKind.WATER_QUALITY, 6, "水发黄，有铁锈味"),
    (ReportKind.WORKMANSHIP, 6, "路面修复后又塌陷"),
    (ReportKind.CHARGES, 6, "本期水费比上期高出一倍"),
    (ReportKind.METERING, 4, "水表走字快，申请校验"),
    (ReportKind.CONDUCT, 3, "上门人员态度生硬"),
    (ReportKind.NO_WATER, 4, "整栋楼停水，没有接到通知"),
    (ReportKind.CONSULTATION, 5, "咨询过户手续"),
    (ReportKind.SUGGESTION, 2, "建议停水通知提前一天发短信"),
    (ReportKind.PRAISE, 1, "表扬抢修队连夜修好水管"),
)
_COMPLAIN: Final = frozenset(
    {ReportKind.WORKMANSHIP, ReportKind.CONDUCT, ReportKind.NO_WATER, ReportKind.WATER_QUALITY}
)
_CHANNELS: Final = (
    *(Channel.PHONE,) * 7,
    *(Channel.MAYOR_HOTLINE,) * 2,
    Channel.ONLINE,
    Channel.WALK_IN,
    Channel.LETTER,
)
_COMMENTS: Final = {
    MonthlySection.COMPLAINTS: (
        "本期投诉集中在路面修复和停水未通知两类，均已落实到部门。黄水投诉由管网末梢冲洗不及时引起。"
    ),
    MonthlySection.CALL_BACKS: "电话回访中用户对维修速度满意，对路面恢复时间意见较多。",
    MonthlySection.ANALYSIS: (
        "水压低的来电集中在老城区高峰时段，建议生产部调整泵站早晚高峰压力；路面修复需与路政约定时限。"
    ),
}


def load_months(*, at: datetime) -> int:
    """Fill the two months before `at`; return how many contacts. A filled one is left alone."""
    if MonthlyReport.objects.exists():
        return 0
    past = _Past(at)
    taken = past.contacts()
    for report in taken:
        past.handle(report)
    past.report()
    return len(taken)


class _Past:
    """The people of the demo and a drawn, repeatable course of two months."""

    def __init__(self, at: datetime) -> None:
        users = get_user_model().objects
        self.at = at
        self.chance = random.Random(26)  # noqa: S311 - a drawn course, the same each time
        self.agent = users.get(username="call_agent")
        self.leader = users.get(username="shift_leader")
        rows = Customer.objects.filter(revision=current_revision()).exclude(address="")
        self.homes = list(rows.order_by("asset_id")[:4000:25])

    def contacts(self) -> list[BurstReport]:
        """Take the calls, the oldest first, on days and at hours when people call."""
        matters = [(kind, text) for kind, often, text in _MATTERS for _ in range(often)]
        self.chance.shuffle(matters)
        zone = timezone.get_default_timezone()
        today = timezone.localtime(self.at, zone).date()
        moments = sorted(
            datetime.combine(
                today - timedelta(days=self.chance.randint(1, DAYS)),
                time(self.chance.randint(7, 21), self.chance.randint(0, 59)),
                zone,
            )
            for _ in matters
        )
        return [
            self._contact(nth, kind, text, moment)
            for nth, ((kind, text), moment) in enumerate(zip(matters, moments, strict=True))
        ]

    def _contact(self, nth: int, kind: ReportKind, text: str, moment: datetime) -> BurstReport:
        told: dict[str, Any] = {
            "kind": kind,
            "description": text,
            "contact_name": f"用户{nth + 1:02d}",
            # A third left a number, so that the demo does not ask a whole town.
            "contact_phone": f"1370001{nth:04d}" if nth % 3 == 0 else "",
            "channel": self.chance.choice(_CHANNELS),
            "is_complaint": kind in _COMPLAIN and self.chance.random() < 0.6,
        }
        if self.homes:
            # Two parts of the town have more trouble than the rest.
            some = self.homes[: len(self.homes) // 8]
            home = self.chance.choice(some if self.chance.random() < 0.55 else self.homes)
            told |= {"address": home.address, "customer": home.asset_id}
            if kind in NETWORK_KINDS:
                told |= {"lon": home.geom.x, "lat": home.geom.y}
        facts = reports.ReportFacts(**told)
        return reports.report_burst(facts=facts, by=self.agent, at=moment)

    def handle(self, report: BurstReport) -> None:
        """Answer a question; order the rest and carry the order through, sometimes too late."""
        began = report.received_at
        if report.kind in (ReportKind.CONSULTATION, ReportKind.SUGGESTION, ReportKind.PRAISE):
            reports.answer_report(
                report, text="已答复，感谢来电。", by=self.agent, at=self._later(began, 1, 20)
            )
            return
        about = OrderCategory.objects.select_related("department").get(
            code=category_for(report.kind)
        )
        route = proposed_route(about, report.geom)
        place = report.geom or (self.homes[0].geom if self.homes else None)
        facts = OrderFacts(category=about, department=route.department, geom=place)
        when = self._later(began, 1, 3)
        order = orders.issue_for_report(report, facts=facts, by=self.agent, at=when)
        when = self._later(when, 1, 4)
        order = orders.notify_department(order, method="recorded_call", by=self.agent, at=when)
        self._work(order, when)

    def _work(self, order: WorkOrder, when: datetime) -> None:
        slow = self.chance.random() < 0.2
        when = self._later(when, 3, 70 if slow else 15)
        order = orders.accept_order(order, by=None, at=when, assignee="王师傅")
        when = self._later(when, 30, 500 if slow else 200)
        order = orders.start_work(order, by=None, at=when)
        if slow:
            orders.urge_order(order, by=self.agent, at=when, text="用户再次来电催促")
        when = self._later(when, 60, 2600 if slow else 500)
        orders.contact_user(order, method="visit", by=None, at=when, note="上门处理")
        result = ResultFacts(
            result="已现场处理，用户认可。",
            cause_found="现场核实",
            action_taken="已处理",
            leak_check_passed=True if order.category.needs_leak_check else None,
        )
        order = orders.enter_result(order, facts=result, by=None, at=self._later(when, 5, 40))
        when = self._later(when, 45, 120)
        order = orders.feed_back(order, by=self.agent, at=when, told="已电话告知处理结果")
        called_at = self._later(when, 900, 3000)
        text = "1" if self.chance.random() < 0.6 else ""
        over = answers.settle(order, text, called_at=called_at, by=self.agent, now=self._latest)
        if over is not None and not open_callbacks(order):
            orders.archive_order(order, by=self.agent, at=self._later(over, 10, 600))

    @property
    def _latest(self) -> datetime:
        """Nothing of the past is later."""
        return self.at - timedelta(minutes=1)

    def _later(self, moment: datetime, least: int, most: int) -> datetime:
        """So many minutes later, never after now."""
        after = moment + timedelta(minutes=self.chance.randint(least, most))
        return min(after, self._latest)

    def report(self) -> None:
        """Draft, comment on and issue the last report, in its time, and agree two actions."""
        _choice, draft_day = reports_of.period_choice(at=self.at)
        month = month_drafted_by(timezone.localdate(self.at), draft_day=draft_day)
        dates = reports_of.report_dates(month, at=self.at)
        drafted = min(dates.drafted_at + timedelta(minutes=1), self.at)
        report = monthly.draft_month(month, by=None, at=drafted)
        for section, text in _COMMENTS.items():
            monthly.comment(
                report, section=section, text=text, by=self.agent, at=self._later(drafted, 500, 900)
            )
        departments = {each.code: each for each in Department.objects.all()}
        due = timezone.localdate(self.at) + timedelta(days=9)
        for topic, task, code, owner in _AGREED:
            monthly.agree_action(
                report,
                topic=topic,
                task=task,
                department=departments[code],
                owner=owner,
                due_on=due,
                by=self.leader,
                at=self._later(drafted, 1000, 1200),
            )
        monthly.issue(report, by=self.leader, at=self._later(drafted, 1300, 1500))


_AGREED: Final[Sequence[tuple[str, str, str, str]]] = (
    ("水压低", "早晚高峰提高城东泵站出口压力，每日记录", "production", "何志强"),
    ("路面修复", "与路政约定三日内恢复路面，逾期上报", "engineering", "农国强"),
)
