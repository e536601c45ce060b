"""The exchange with the dispatch centre: large outages told by themselves, anomalies told back."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Max

from network.models import Pipe
from network.selectors import current_revision
from outages.choices import AnomalyKind, Direction, ExchangeDirection
from outages.models import (
    Anomaly,
    Event,
    ExchangeMessage,
    IntakeClient,
    IsolationPlan,
    Outage,
    lifecycle,
)
from outages.models.events import Actor
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.publishing import audience
from outages.services.rules.alerts import raise_alert, settle, to_role
from outages.services.rules.leaders import CALL_AGENT
from outages.services.rules.reasons import required_reason
from outages.workflow import DutyStatus, OutageKind, Refused, StepStatus

# What agents are alerted to until somebody reads it: a word of the dispatch centre, an anomaly.
ANSWERED: Final = "exchange_answered"
TOLD: Final = "anomaly_told"
# Valves named one by one in a message; the rest is a count.
_NAMED: Final = 12


class ExchangeRefused(Refused):
    """A message to the dispatch centre lacks one of its four items; `items` names which."""

    codes = ("exchange_incomplete",)

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items
        super().__init__("exchange_incomplete", items=", ".join(items))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The four items of Art. 19. `valve_states` lists {valve, state}; state is open or closed."""

    leak_location: str
    pipe_diameter: str
    valve_states: list[dict[str, str]]
    affected_area: str
    expected_repair_at: datetime | None

    @property
    def valve_text(self) -> str:
        """Valves in words: closed ones first, as the centre reads them."""
        closed = [each["valve"] for each in self.valve_states if each["state"] == "closed"]
        still = [each["valve"] for each in self.valve_states if each["state"] != "closed"]
        if not self.valve_states:
            return "无需关阀"
        parts = []
        if closed:
            parts.append(f"已关{len(closed)}个：{'、'.join(closed[:_NAMED])}")
        if still:
            parts.append(f"未关{len(still)}个：{'、'.join(still[:_NAMED])}")
        return "；".join(parts)[:300]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items that are empty."""
        empty = {
            "leak_location": not self.leak_location.strip(),
            "pipe_diameter": not self.pipe_diameter.strip(),
            "affected_area": not self.affected_area.strip(),
            "expected_repair_at": self.expected_repair_at is None,
        }
        return tuple(name for name, is_empty in empty.items() if is_empty)


def facts_of(outage: Outage) -> Facts:
    """Read the four items off an outage; what the record lacks stays empty. Five queries."""
    plan = audience.telling_plan(outage)
    report = outage.reports.filter(duplicate_of__isnull=True).first()
    where = report.address if report and report.address else outage.place
    area = f"{outage.place}，{outage.customers}户，约{outage.persons}人" if outage.customers else ""
    return Facts(
        leak_location=where,
        pipe_diameter=_diameter(plan) if plan else "",
        valve_states=_valve_states(plan) if plan else [],
        affected_area=area,
        expected_repair_at=outage.estimated_restoration_at or outage.planned_end_at,
    )


def _diameter(plan: IsolationPlan) -> str:
    codes = [each["pipe"] for each in plan.burst_pipes]
    rows = Pipe.objects.filter(revision=current_revision(), asset_id__in=codes)
    bores = sorted({int(bore) for bore in rows.values_list("diameter_mm", flat=True) if bore})
    return "、".join(f"DN{bore}" for bore in reversed(bores))[:60]


def _valve_states(plan: IsolationPlan) -> list[dict[str, str]]:
    """How each valve of the plan stands: shut by its close step, open again by its open step."""
    states: dict[str, str] = {}
    steps = plan.operations.exclude(status=StepStatus.VOID).order_by("sequence")
    for step in steps:
        if step.direction == Direction.CLOSE:
            closed = step.status == StepStatus.DONE
            states.setdefault(step.valve, "closed" if closed else "open")
    for step in steps:
        if step.direction == Direction.OPEN and step.status == StepStatus.DONE:
            states[step.valve] = "open"
    return [{"valve": valve, "state": state} for valve, state in states.items()]


def tell_dispatch_centre(
    outage: Outage, *, cause: str, by: Actor, at: datetime
) -> ExchangeMessage | None:
    """Tell what changed, where the matrix asks for it; the same facts are not told twice.

    Part of another use case, for a locked outage. A message that lacks an item is not sent: its
    duty stays open for a person to fill in (`exchange_withheld`). None where nothing was sent.
    """
    if not _is_told(outage):
        return None
    facts = facts_of(outage)
    if facts.missing:
        refused = ExchangeRefused(facts.missing)
        Event.objects.append_refusal(outage, "exchange_withheld", refused, by=by, at=at)
        return None
    return _send(outage, facts, cause=cause, by=by, at=at)


def send_exchange(
    outage: Outage, *, facts: Facts, by: Actor, at: datetime, remark: str = ""
) -> ExchangeMessage | None:
    """Send a message by hand, of an outage of any size. Raises ExchangeRefused.

    None where exactly this was told already.
    """
    if facts.missing:
        raise ExchangeRefused(facts.missing)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        return _send(outage, facts, cause="by_hand", by=by, at=at, remark=remark)


def _is_told(outage: Outage) -> bool:
    """A planned outage is the call centre's to tell of once it knows of it."""
    if outage.kind == OutageKind.PLANNED and outage.handed_over_at is None:
        return False
    rows = outage.duties.filter(task=Task.EXCHANGE).exclude(status=DutyStatus.NOT_NEEDED)
    return rows.exists()


def _send(
    outage: Outage, facts: Facts, *, cause: str, by: Actor, at: datetime, remark: str = ""
) -> ExchangeMessage | None:
    digest = _digest(outage, facts, remark, with_valves=cause == "by_hand")
    told = outage.exchanges.filter(direction=ExchangeDirection.TO_DISPATCH)
    if told.order_by("-number").values_list("digest", flat=True).first() == digest:
        return None
    message = ExchangeMessage.objects.create(
        outage=outage,
        number=_next_number(outage),
        direction=ExchangeDirection.TO_DISPATCH,
        cause=cause,
        outage_status=outage.status,
        valve_text=facts.valve_text,
        persons=outage.persons,
        remark=remark.strip()[:300],
        digest=digest,
        sent_at=at,
        sent_by=by,
        **asdict(facts),
    )
    Event.objects.append(message, "exchange_sent", by=by, at=at, number=message.number, cause=cause)
    duties.meet(outage, Task.EXCHANGE, by=by, at=at, evidence=f"#{message.number}")
    return message


def _digest(outage: Outage, facts: Facts, remark: str, *, with_valves: bool) -> str:
    """Tell two messages apart. One a valve would be noise: the stages of the closing are told."""
    plan = audience.telling_plan(outage)
    told: dict[str, Any] = asdict(facts) | {
        "status": outage.status,
        "stage": plan.status if plan else "",
        "repaired": outage.repaired_at is not None,
        "remark": remark.strip(),
    }
    if not with_valves:
        del told["valve_states"]
    text = json.dumps(told, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _next_number(outage: Outage) -> int:
    return (outage.exchanges.aggregate(last=Max("number"))["last"] or 0) + 1


def answer_exchange(outage: Outage, *, text: str, by: Actor, at: datetime) -> ExchangeMessage:
    """Answer from the dispatch centre. Raises ReasonMissing for an empty text."""
    said = required_reason(text)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        message = ExchangeMessage.objects.create(
            outage=outage,
            number=_next_number(outage),
            direction=ExchangeDirection.TO_CALL_CENTRE,
            cause="answer",
            outage_status=outage.status,
            remark=said[:300],
            sent_at=at,
            sent_by=by,
        )
        Event.objects.append(
            message, "exchange_sent", by=by, at=at, number=message.number, cause="answer"
        )
        raise_alert(
            ANSWERED, audience=to_role(CALL_AGENT), subject=message, at=at, number=message.number
        )
    return message


def read_exchange(
    message: ExchangeMessage, *, by: Actor, at: datetime, system: IntakeClient | None = None
) -> ExchangeMessage:
    """Record that the other side has seen a message; the first who says so stays.

    `system` is the program that fetched it, where no person read it.
    """
    with transaction.atomic():
        rows = ExchangeMessage.objects.select_for_update(of=("self",), no_key=True)
        row = rows.get(pk=message.pk)
        if row.read_at is None:
            row.read_at, row.read_by, row.read_by_system = at, by, system
            row.save(update_fields=["read_at", "read_by", "read_by_system"])
            name = system.name[:40] if system else ""
            Event.objects.append(row, "exchange_read", by=by, at=at, new=name, number=row.number)
            settle(row, ANSWERED, at=at)
    return row


def report_anomaly(
    *,
    kind: AnomalyKind | str,
    place: str,
    text: str,
    observed_at: datetime,
    client_key: UUID,
    by: Actor,
    at: datetime,
    at_place: tuple[float, float] | None = None,
    outage: Outage | None = None,
) -> Anomaly:
    """Take an anomaly from the dispatch centre; sent twice with one key, it is one.

    `at_place` is (lon, lat) in degrees. Raises ReasonMissing for an empty text.
    """
    said = required_reason(text)
    with transaction.atomic():
        anomaly, created = Anomaly.objects.get_or_create(
            client_key=client_key,
            defaults={
                "kind": kind,
                "place": place[:200],
                "text": said[:500],
                "geom": Point(*at_place, srid=4326) if at_place else None,
                "observed_at": min(observed_at, at),
                "received_at": at,
                "told_by": by,
                "outage": outage,
            },
        )
        if created:
            Event.objects.append(anomaly, "anomaly_told", by=by, at=at, kind=str(kind))
            raise_alert(
                TOLD, audience=to_role(CALL_AGENT), subject=anomaly, at=at, place=anomaly.place
            )
    return anomaly


def acknowledge_anomaly(anomaly: Anomaly, *, by: Actor, at: datetime) -> Anomaly:
    """Record which agent has taken note; the first who says so stays."""
    with transaction.atomic():
        row = Anomaly.objects.select_for_update(of=("self",), no_key=True).get(pk=anomaly.pk)
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = at, by
            row.save(update_fields=["acknowledged_at", "acknowledged_by"])
            Event.objects.append(row, "anomaly_acknowledged", by=by, at=at)
            settle(row, TOLD, at=at)
    return row
