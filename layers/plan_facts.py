"""A plan in words and numbers, for documents that leave the application: paper and offline file.

Counts and places alone: no customer's name and no telephone number of one is ever in it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from layers.plan_picture import Mark, burst_pipes, is_over, marks_by_role, plan_marks
from network.words import local, utility_name
from outages.choices import REOPENING, SHUTDOWN, Direction
from outages.models import IsolationPlan, ValveOperation
from outages.selectors import leave_shut, plan_steps
from outages.selectors.shutdown import step_words
from outages.selectors.shutdown.working_order import reopening_preview
from outages.workflow import PlanStatus, StepStatus

SUPERSEDED = frozenset({PlanStatus.SUPERSEDED, PlanStatus.ABORTED})
GONE_STEPS = frozenset({StepStatus.VOID})


@dataclass(frozen=True, slots=True)
class Step:
    """One valve to turn. `turning` says which way and how often."""

    sequence: int
    valve: str
    where: str
    detail: str
    bore: str
    turning: str
    is_done: bool
    has_failed: bool
    action: str = ""
    at_outlet: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a document says of a plan, in the language it was asked for in."""

    title: str
    code: str
    version: int
    outage_code: str
    heads: tuple[str, ...]
    is_approved: bool
    is_superseded: bool
    is_over: bool
    over_since: datetime | None
    newest_version: int
    is_isolatable: bool
    sources_to_shut: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    closing: tuple[Step, ...]
    reopening: tuple[Step, ...]
    leave_shut: tuple[str, ...]
    why: tuple[str, ...]
    tell: tuple[str, ...]
    utility: str
    hotline: str
    printed_at: datetime
    marks: tuple[Mark, ...]


def plan_facts(plan: IsolationPlan, *, at: datetime) -> PlanFacts:
    """Collect the facts of a plan for a document printed or saved at `at`."""
    marks = plan_marks(plan, with_names=False)
    steps = [step for step in plan_steps(plan) if step.status not in GONE_STEPS]
    closing = [step for step in steps if step.direction in SHUTDOWN]
    back = [step for step in steps if step.direction in REOPENING]
    newest = newest_of(plan)
    outage_code = plan.outage.code if plan.outage else ""
    return PlanFacts(
        title=_title(plan, marks),
        code=f"{outage_code or plan.pk} · v{plan.version}",
        version=plan.version,
        outage_code=outage_code,
        heads=tuple(_heads(plan)),
        is_approved=plan.approved_at is not None,
        is_superseded=plan.status in SUPERSEDED or newest.pk != plan.pk,
        is_over=is_over(plan),
        over_since=plan.outage.restored_at if plan.outage else None,
        newest_version=newest.version,
        is_isolatable=plan.is_isolatable,
        sources_to_shut=tuple(
            local(mark.label, str(mark.facts.get("name_en", "")))
            for mark in marks_by_role(marks, "source_to_shut")
        ),
        numbers=tuple(_numbers(plan, marks)),
        closing=tuple(_step(step) for step in closing),
        reopening=tuple(_step(step) for step in back or reopening_preview(plan)),
        leave_shut=tuple(leave_shut(plan)),
        why=tuple(_why(plan, marks)),
        tell=tuple(_tell(plan, marks)),
        utility=utility_name(),
        hotline=str(settings.HOTLINE),
        printed_at=at,
        marks=tuple(marks),
    )


def newest_of(plan: IsolationPlan) -> IsolationPlan:
    """The newest approved or executed version after this one, or this one itself.

    A version that is only proposed supersedes nothing until it is adopted.
    """
    adopted = set(PlanStatus) - {PlanStatus.COMPUTED, PlanStatus.ADJUSTED, PlanStatus.ABORTED}
    newest, seen = plan, {plan.pk}
    current: IsolationPlan | None = plan
    while current is not None:
        current = IsolationPlan.objects.filter(replaces=current).exclude(pk__in=seen).first()
        if current is not None:
            seen.add(current.pk)
            if current.status in adopted:
                newest = current
    return newest


def _title(plan: IsolationPlan, marks: Sequence[Mark]) -> str:
    place = ""
    if plan.report and plan.report.address:
        place = plan.report.address
    elif plan.outage:
        place = local(plan.outage.place, plan.outage.place_en)
    bore = _burst_bore(plan, marks)
    return " · ".join(part for part in (place, bore) if part) or gettext("Planned works")


def _burst_bore(plan: IsolationPlan, marks: Sequence[Mark]) -> str:
    for mark in marks_by_role(marks, "zone_pipe"):
        if mark.asset_id in burst_pipes(plan) and mark.facts.get("dn"):
            return f"DN{mark.facts['dn']:.0f}"
    return ""


def _heads(plan: IsolationPlan) -> list[str]:
    """The small lines under the title."""
    heads = []
    if plan.outage:
        heads.append(gettext("Outage %(code)s") % {"code": plan.outage.code})
        orders = plan.outage.work_orders.select_related("crew").order_by("-issued_at")
        crews = [order.crew for order in orders.filter(crew__isnull=False)[:1]]
        heads += [local(crew.name, crew.name_en) for crew in crews if crew is not None]
    if plan.approved_by:
        name = getattr(plan.approved_by, "display_name", "") or plan.approved_by.get_username()
        approved = {"name": name, "time": _local_time(plan.approved_at)}
        heads.append(gettext("approved %(time)s by %(name)s") % approved)
    elif plan.approved_at is None:
        heads.append(gettext("not approved"))
    if plan.outage and plan.outage.estimated_restoration_at:
        back = _local_time(plan.outage.estimated_restoration_at)
        heads.append(gettext("water back around %(time)s") % {"time": back})
    heads.append(gettext("network r%(number)s") % {"number": plan.revision_number})
    return heads


def _local_time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}" if at else ""


def _numbers(plan: IsolationPlan, marks: Sequence[Mark]) -> list[tuple[str, str]]:
    """The line of impact: number and what it counts."""
    homes = plan.connections or plan.customers_in_zone + plan.customers_unintended
    return [
        (f"{homes:,}", gettext("homes off")),
        (f"{plan.persons:,}", gettext("persons (estimate)")),
        (f"{plan.customers_unintended:,}", gettext("customers outside the zone")),
        (f"{plan.key_users:,}", gettext("key users")),
        (str(len(marks_by_role(marks, "hydrant_dry"))), gettext("hydrants dry")),
    ]


def _step(step: ValveOperation) -> Step:
    facts = step.facts
    at_outlet = step_words.is_at_outlet(step)
    turns = facts.get("turns_to_close")
    clockwise = facts.get("closes_clockwise", True) is (
        step.direction in (Direction.CLOSE, Direction.SHUT)
    )
    direction = gettext("clockwise") if clockwise else gettext("anticlockwise")
    detail = [ground_word(str(facts.get("ground") or ""))]
    if facts.get("chamber"):
        detail.append(gettext("cover %(number)s") % {"number": facts["chamber"]})
    plain = step.direction == Direction.CLOSE
    return Step(
        sequence=step.sequence,
        valve=step.valve,
        where=local(str(facts.get("location") or ""), str(facts.get("location_en") or "")),
        detail=" · ".join(part for part in detail if part),
        bore=step_words.kind_words(step) or _bore(facts.get("bore_mm")),
        turning="—" if at_outlet else f"{direction} · {turns}" if turns else direction,
        is_done=step.status == StepStatus.DONE,
        has_failed=step.status == StepStatus.FAILED,
        action="" if plain else str(step_words.action_words(step).name),
        at_outlet=at_outlet,
        why=" ".join(step_words.reasons(step)),
    )


def _bore(bore_mm: float | None) -> str:
    return f"DN{bore_mm:.0f}" if bore_mm else "—"


def ground_word(ground: str) -> str:
    """What a valve's cover lies in; a word that is not ours stays as the utility wrote it."""
    return {
        "carriageway": gettext("carriageway"),
        "pavement": gettext("pavement"),
        "verge": gettext("verge"),
    }.get(ground, ground)


def _why(plan: IsolationPlan, marks: Sequence[Mark]) -> list[str]:
    """Why these valves and not the nearer ones."""
    lines = [
        gettext("%(valve)s cannot be turned: water passes it, so the next ones are closed.")
        % {"valve": mark.asset_id}
        for mark in marks_by_role(marks, "valve_inoperable")
    ]
    lines += [
        gettext("%(valve)s stays open: no source behind it, closing changes nothing.")
        % {"valve": mark.asset_id}
        for mark in marks_by_role(marks, "valve_not_needed")
    ]
    lines += [
        gettext("%(valve)s is closed already: keep it closed.") % {"valve": mark.asset_id}
        for mark in marks_by_role(marks, "valve_closed")
    ]
    if plan.customers_already_dry:
        dry = plan.customers_already_dry
        text = ngettext(
            "%(count)d was dry before (not counted).",
            "%(count)d were dry before (not counted).",
            dry,
        )
        lines.append(text % {"count": dry})
    if plan.override_reason:
        lines.append(gettext("Changed by hand: %(reason)s") % {"reason": plan.override_reason})
    return lines


def user_kind(symbol: str) -> str:
    """What a key user is, in words."""
    return {
        "hospital": gettext("hospital or dialysis"),
        "school": gettext("school"),
        "care": gettext("care home"),
        "enterprise": gettext("large user"),
    }.get(symbol, gettext("key user"))


def _tell(plan: IsolationPlan, marks: Sequence[Mark]) -> list[str]:
    """Whom to tell, by kind and number: names stay with the call desk."""
    kinds = Counter(
        str(mark.facts["symbol"]) for mark in marks_by_role(marks, "key_user", "special_user")
    )
    lines = [f"{user_kind(symbol)} × {count}" for symbol, count in kinds.most_common()]
    if lines:
        lines.append(gettext("The call desk has names and numbers and calls them."))
    if marks_by_role(marks, "hydrant_dry"):
        lines.append(gettext("Fire service: hydrants without water."))
    if plan.on_trunk_road:
        lines.append(gettext("Trunk road: production and the leader in charge."))
    return lines
