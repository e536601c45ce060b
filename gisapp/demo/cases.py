"""The demo desk: some of a morning's calls and orders, each in another state.

Made through the services, so that clocks, alerts and history are those of real ones. The times
are counted back from the moment of loading.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model

from network.models import Customer
from network.selectors import current_revision
from outages.choices import NETWORK_KINDS, EscalationReason, ReportKind, Urgency
from outages.models import BurstReport, OrderCategory, WorkOrder
from outages.policy.organisation import category_for
from outages.selectors.rules.departments import proposed_route
from outages.services import orders
from outages.services.desk import follow_ups, marking, reports
from outages.services.desk.reports import ReportFacts
from outages.services.orders import OrderFacts, ResultFacts
from outages.services.rules import clocks

_CALLERS: Final = (
    ("陈秀英", "13900010001"),
    ("李建华", "13900010002"),
    ("王丽", "13900010003"),
    ("黄国庆", "13900010004"),
    ("韦小燕", "13900010005"),
    ("覃芳", "13900010006"),
    ("梁志明", "13900010007"),
    ("莫桂花", "13900010008"),
)


def load_cases(*, at: datetime) -> int:
    """Fill an empty desk; return how many cases were made. An instance with any is left alone."""
    if WorkOrder.objects.exists() or BurstReport.objects.exists():
        return 0
    desk = DemoDesk(at)
    made = [
        desk.question(),
        desk.guided(),
        desk.pressure(),
        desk.attitude(),
        desk.meter(),
        desk.road(),
        desk.quality(),
        desk.slow_repair(),
    ]
    return len(made)


class DemoDesk:
    """Who takes the calls, at which homes, and the clock they look at."""

    def __init__(self, at: datetime) -> None:
        users = get_user_model().objects
        self.at = at
        self.agent = users.get(username="call_agent")
        self.clerk = users.get(username="engineering")
        rows = Customer.objects.filter(revision=current_revision()).exclude(address="")
        self.homes = list(rows.order_by("asset_id")[: 40 * len(_CALLERS) : 40])

    def ago(self, minutes: float) -> datetime:
        return self.at - timedelta(minutes=minutes)

    def call(self, place: int, kind: str, text: str, minutes: float, **facts: Any) -> BurstReport:
        """Take a call, so many minutes ago, from the home at `place` of the list."""
        name, phone = _CALLERS[place]
        told = ReportFacts(kind=kind, description=text, contact_name=name, contact_phone=phone)
        if self.homes:
            home = self.homes[place % len(self.homes)]
            told = replace(told, address=home.address, customer=home.asset_id)
            if kind in NETWORK_KINDS:
                told = replace(told, lon=home.geom.x, lat=home.geom.y)
        told = replace(told, **facts)
        return reports.report_burst(facts=told, by=self.agent, at=self.ago(minutes))

    def order(
        self, report: BurstReport, minutes: float, category: str = "", **facts: Any
    ) -> WorkOrder:
        """Order its department, as the routing proposes, but no crew."""
        code = category or category_for(report.kind)
        about = OrderCategory.objects.select_related("department").get(code=code)
        route = proposed_route(about, report.geom)
        told = OrderFacts(category=about, department=route.department, **facts)
        return orders.issue_for_report(report, facts=told, by=self.agent, at=self.ago(minutes))

    def told(self, order: WorkOrder, minutes: float) -> WorkOrder:
        return orders.notify_department(
            order, method="recorded_call", by=self.agent, at=self.ago(minutes)
        )

    def taken(self, order: WorkOrder, minutes: float, who: str) -> WorkOrder:
        return orders.accept_order(order, by=None, at=self.ago(minutes), assignee=who)

    # -- The cases -----------------------------------------------------------------------------

    def question(self) -> BurstReport:
        """A question that was answered at once."""
        report = self.call(0, ReportKind.CONSULTATION, "过户要带什么材料", 95)
        text = "带身份证、房产证和最近一期水费单，到营业厅办理。"
        return reports.answer_report(report, text=text, by=self.agent, at=self.ago(94))

    def guided(self) -> BurstReport:
        """A fault behind the meter: the caller was guided."""
        report = self.call(
            1, ReportKind.LEAK, "厨房水龙头接口漏水", 80, meter_side="after", triage="customer_side"
        )
        text = "表后漏水：请先关表后阀，联系物业或水电工更换接头。"
        return reports.answer_report(report, text=text, by=self.agent, at=self.ago(78))

    def pressure(self) -> BurstReport:
        """Low pressure: production has it, and is at work."""
        report = self.call(2, ReportKind.LOW_PRESSURE, "早上六点起水压很小", 150)
        order = self.taken(self.told(self.order(report, 148), 147), 140, "何志强")
        order = orders.start_work(order, by=None, at=self.ago(120))
        at = self.ago(110)
        orders.contact_user(order, method="phone", by=None, at=at, note="已说明正在查泵站")
        return report

    def attitude(self) -> BurstReport:
        """A confidential complaint that nobody has accepted yet."""
        report = self.call(
            3,
            ReportKind.CONDUCT,
            "施工人员态度恶劣，要求保密",
            32,
            is_complaint=True,
            is_confidential=True,
            urgency=Urgency.IMPORTANT,
        )
        self.told(self.order(report, 30), 29)
        return marking.note_dissatisfied(report, by=self.agent, at=self.ago(28))

    def meter(self) -> BurstReport:
        """A meter reading: forwarded, and its result is to be told."""
        report = self.call(4, ReportKind.METERING, "水表读数与账单不符", 240)
        order = self.taken(self.told(self.order(report, 238), 237), 230, "廖丽华")
        order = orders.start_work(order, by=None, at=self.ago(200))
        orders.contact_user(order, method="visit", by=None, at=self.ago(90), note="上门核对")
        facts = ResultFacts(result="已转营业系统，核减 12 吨，下期账单调整。")
        orders.enter_result(order, facts=facts, by=None, at=self.ago(60))
        return report

    def road(self) -> BurstReport:
        """A road that is still open: urged, and more time is asked for."""
        report = self.call(5, ReportKind.WORKMANSHIP, "修完水管路面没恢复", 420, is_complaint=True)
        point = self.homes[5 % len(self.homes)].geom if self.homes else None
        order = self.order(
            report, 418, "road_reinstatement", geom=point, task="恢复人行道路面，约 6 平方米"
        )
        order = self.taken(self.told(order, 417), 400, "农国强")
        order = orders.start_work(order, by=self.clerk, at=self.ago(300))
        orders.urge_order(order, by=self.agent, at=self.ago(120), text="用户再次来电催促")
        follow_ups.owe_call(
            report, kind="promised", by=self.agent, at=self.ago(20), text="告诉用户恢复路面的时间"
        )
        limit = next(iter(clocks.limits_of(order)), None)
        if limit is not None:
            orders.ask_extension(
                order,
                key=limit.key,
                wanted_until=max(limit.due_at, self.at) + timedelta(hours=24),
                plan="沥青明天上午到货，明天下午恢复",
                reason="等沥青到货",
                by=self.clerk,
                at=self.ago(15),
            )
        return report

    def quality(self) -> BurstReport:
        """Yellow water: issued just now, nobody is told yet."""
        report = self.call(6, ReportKind.WATER_QUALITY, "自来水发黄，放了十分钟还黄", 3)
        self.order(report, 2)
        return report

    def slow_repair(self) -> BurstReport:
        """A complaint that needs several departments: before supervision."""
        report = self.call(
            7, ReportKind.OTHER, "消防栓漏水，反映三次没人修", 1500, is_complaint=True
        )
        order = self.order(report, 1498, "hydrant_replacement")
        order = self.taken(self.told(order, 1496), 1450, "农国强")
        orders.escalate_order(
            order,
            reason=EscalationReason.SEVERAL_DEPARTMENTS,
            note="要和消防部门、路政一起处理",
            by=self.agent,
            at=self.ago(200),
        )
        return report
