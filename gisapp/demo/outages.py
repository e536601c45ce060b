"""The demo's last two months of outages: bursts and planned works, finished and filed.

Among them a night's works whose two streets came back apart, two outages that keep the same houses
dry, one that lasted past a day and one too short to count. Made through the services, as of
moments in the past; past.py lets the clocks run through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.contrib.auth import get_user_model
from django.utils import timezone

from gisapp.demo.crew_work import MINUTE, CrewWork
from network.choices import PipeRole, PipeStatus
from network.models import Pipe
from network.selectors import current_revision
from outages.choices import Cause, NoticeKind, ReportKind
from outages.models import Crew, Outage
from outages.planning.proposal import UNDECIDED
from outages.planning.supply_spells import reckon_supply
from outages.services import orders, outages
from outages.services.desk import reports
from outages.services.desk.reports import ReportFacts
from outages.services.papers import handing_over, permits
from outages.services.publishing import notices
from outages.services.shutdown import plans
from outages.workflow import OutageStatus

# Water is off so long after the call: a plan, a crew on its way, the valves.
_TO_SHUT: Final = timedelta(minutes=55)
_QUICK: Final = timedelta(minutes=4)


@dataclass(frozen=True)
class Burst:
    """What somebody reported, where (a share of the town's list of mains), for how long."""

    days_ago: int
    clock: time
    where: float
    dry: timedelta
    text: str
    found: str
    done: str
    cause: Cause = Cause.BURST
    has_phone: bool = True


@dataclass(frozen=True)
class Works:
    """Planned works on one or two mains; a long `pause` brings them back one after the other."""

    days_ago: int
    clock: time
    where: tuple[float, ...]
    lasts: timedelta
    done: str
    pause: timedelta = _QUICK


_HOUR: Final = timedelta(hours=1)
_ALL: Final[Sequence[Burst | Works]] = (
    Burst(54, time(6, 40), 0.98, 4.2 * _HOUR, "路面冒水，水一直流到人行道", "铸铁管环向断裂",
          "更换管段 1.2 米"),
    Works(48, time(22), (0.82, 0.84), 6.5 * _HOUR, "更换两条街的老旧管段", 75 * MINUTE),
    Burst(41, time(13, 10), 0.30, 1.8 * _HOUR, "阀门井里往外冒水", "阀门填料漏水", "更换填料",
          Cause.LEAK),
    Burst(36, time(18, 20), 0.34, 5.6 * _HOUR, "马路中间喷水，有一米多高", "接口脱开",
          "更换伸缩接头", has_phone=False),
    Burst(23, time(2, 15), 0.42, 12.7 * _HOUR, "路面塌了一块，下面有水声", "管底腐蚀穿孔",
          "换管 6 米，回填路基"),
    Burst(9, time(5, 50), 0.40, 24.4 * _HOUR, "整片没水，沟里全是水", "穿路套管内爆管",
          "另敷新管 18 米", has_phone=False),
    Works(4, time(9), (0.76,), 4.5 * _HOUR, "迁改管道，配合道路施工"),
)  # fmt: skip
# Two at the same time on one main: the second begins while the first is being mended.
_FIRST: Final = Burst(19, time(10), 0.46, 4.8 * _HOUR, "人行道边涌水", "管身纵裂", "更换管段 2 米")
_SECOND: Final = Burst(19, time(11, 35), 0.46, 6.4 * _HOUR, "隔壁路口也冒水了", "邻段接口震裂",
                       "更换接口", has_phone=False)  # fmt: skip


def load_outages(*, at: datetime) -> int:
    """Live through the outages of two months; return how many. An instance with any is left."""
    if Outage.objects.exists():
        return 0
    past = _Past(at)
    if len(past.mains) < len(_ALL) or not past.crews:
        return 0
    for each in sorted((*_ALL, _FIRST), key=lambda case: -case.days_ago):
        if each is _FIRST:
            past.two_at_once(_FIRST, _SECOND)
        elif isinstance(each, Burst):
            past.burst(each)
        else:
            past.works(each)
    reckon_supply(at=at)
    return Outage.objects.count()


class _Past:
    """The people of the demo, the mains of the town, and the days counted back from now."""

    def __init__(self, at: datetime) -> None:
        users = get_user_model().objects
        self.at = at
        self.people = {
            name: users.get(username=name) for name in ("call_agent", "dispatcher", "leader")
        }
        self.crews = list(Crew.objects.order_by("code"))
        rows = Pipe.objects.filter(
            revision=current_revision(),
            role=PipeRole.DISTRIBUTION,
            status=PipeStatus.IN_SERVICE,
            on_trunk_road=False,
            length_m__gte=60,
        )
        self.mains = list(rows.exclude(street="").order_by("asset_id"))

    def moment(self, days_ago: int, clock: time) -> datetime:
        day = timezone.localdate(self.at) - timedelta(days=days_ago)
        return datetime.combine(day, clock, timezone.get_default_timezone())

    def main(self, share: float) -> Pipe:
        return self.mains[int(share * len(self.mains))]

    def crew_work(self, outage: Outage, clock: datetime) -> CrewWork:
        crew = self.crews[clock.toordinal() % len(self.crews)]
        return CrewWork(outage, crew=crew, people=self.people, clock=clock, now=self.at)

    # -- Bursts --------------------------------------------------------------------------------

    def burst(self, case: Burst) -> None:
        begun = self.moment(case.days_ago, case.clock)
        at_work = self.shut(case, self.main(case.where), begun)
        self.mend(at_work, case, begun)

    def two_at_once(self, first: Burst, second: Burst) -> None:
        """The second bursts on the same main while the first's valves are shut, and keeps them."""
        main, begun = self.main(first.where), self.moment(first.days_ago, first.clock)
        one = self.shut(first, main, begun)
        later = self.moment(second.days_ago, second.clock)
        other = self.shut(second, main, later, along=0.85)
        self.mend(one, first, begun)
        self.take_on(other, at=one.clock)
        self.mend(other, second, later)

    def take_on(self, at_work: CrewWork, *, at: datetime) -> None:
        """The first is over: whoever is dry now is so for this one alone, and hears it."""
        newest = at_work.outage.plans.order_by("-version").first()
        at_work.clock = max(at_work.clock, at) + 5 * MINUTE
        if newest is not None and newest.status in UNDECIDED:
            plans.adopt_plan(newest, by=self.people["dispatcher"], at=at_work.clock)
        at_work.outage.refresh_from_db()
        handing_over.hand_over(
            at_work.outage, on_trunk_road=False, by=self.people["dispatcher"], at=at_work.after(5)
        )
        at_work.do_duties()

    def shut(self, case: Burst, main: Pipe, begun: datetime, *, along: float = 0.5) -> CrewWork:
        """From the call to the last valve shut."""
        place = main.geom.interpolate_normalized(along)
        facts = ReportFacts(
            lon=place.x,
            lat=place.y,
            pipe=main.asset_id,
            kind=ReportKind.LEAK if case.cause == Cause.LEAK else ReportKind.BURST,
            description=case.text,
            contact_name="路过群众",
            contact_phone=f"139000300{case.days_ago:02}" if case.has_phone else "",
        )
        report = reports.report_burst(facts=facts, by=self.people["call_agent"], at=begun)
        dispatcher = self.people["dispatcher"]
        plan = plans.propose_plan(report=report, by=dispatcher, at=begun + 2 * MINUTE)
        at_work = self.crew_work(Outage(), begun + 3 * MINUTE)
        approved = plans.approve_plan(
            plan,
            by=dispatcher,
            at=at_work.clock,
            estimated_restoration_at=begun + _TO_SHUT + case.dry,
            crew=at_work.crew,
            cause=case.cause,
            on_trunk_road=False,
        )
        at_work.outage = approved.outage
        assert approved.order is not None, "a crew was ordered"
        at_work.set_out(approved.order)
        at_work.clock = max(at_work.clock, begun + _TO_SHUT - 12 * MINUTE)
        at_work.shut()
        return at_work

    def mend(self, at_work: CrewWork, case: Burst, begun: datetime) -> None:
        """From the repair to the file."""
        at_work.clock = max(at_work.clock, begun + _TO_SHUT + case.dry - 25 * MINUTE)
        at_work.repair(found=case.found, done=case.done)
        at_work.reopen(_QUICK)
        at_work.end()

    # -- Planned works -------------------------------------------------------------------------

    def works(self, case: Works) -> None:
        """Announced days ahead, begun and ended at their time."""
        starts = self.moment(case.days_ago, case.clock)
        at_work = self.announced(case, starts)
        order = orders.issue_order(
            at_work.outage, crew=at_work.crew, by=self.people["dispatcher"], at=at_work.clock
        )
        at_work.clock = starts - 40 * MINUTE
        at_work.set_out(order)
        outages.start_outage(at_work.outage, by=self.people["dispatcher"], at=starts)
        at_work.clock = starts
        at_work.shut()
        at_work.clock = starts + case.lasts - max(2 * case.pause, 40 * MINUTE)
        at_work.repair(found="老旧管道", done=case.done)
        at_work.reopen(case.pause)
        at_work.end()

    def announced(self, case: Works, starts: datetime) -> CrewWork:
        """From the draft to the notice and to everybody who is told."""
        dispatcher, at = self.people["dispatcher"], starts - timedelta(days=5)
        mains = [self.main(share) for share in case.where]
        outage = outages.draft_planned_outage(
            place="、".join(dict.fromkeys(each.street for each in mains)),
            place_en=", ".join(dict.fromkeys(each.street_en for each in mains)),
            planned_start_at=starts,
            planned_end_at=starts + case.lasts,
            by=dispatcher,
            at=at,
        )
        pipes = [each.asset_id for each in mains]
        plan = plans.propose_plan(outage=outage, pipes=pipes, by=dispatcher, at=at)
        outages.confirm_impact(outage, plan=plan, by=dispatcher, at=at + 20 * MINUTE)
        at_work = self.crew_work(outage, at + 30 * MINUTE)
        outages.make_ready(outage, on_trunk_road=False, by=dispatcher, at=at_work.clock)
        outage.refresh_from_db()
        if outage.status == OutageStatus.AWAITING_PERMIT:
            self.permit(at_work)
        draft = outage.notices.order_by("-version").first() or notices.draft_notice(
            outage, kind=NoticeKind.FIRST, by=dispatcher, at=at_work.clock
        )
        notices.publish_notice(draft, by=self.people["call_agent"], at=at_work.after(60))
        outage.refresh_from_db()
        at_work.do_duties()
        return at_work

    def permit(self, at_work: CrewWork) -> None:
        outage, by = at_work.outage, self.people["dispatcher"]
        applied = at_work.after(30)
        permits.apply_for_permit(outage, applied_at=applied, by=by, at=applied)
        decided = at_work.after(22 * 60)
        number = f"城管{outage.code[-4:]}"
        permits.decide_permit(
            outage, approved=True, decided_at=decided, by=by, at=decided, number=number
        )
        outage.refresh_from_db()
