"""Messages of the two centres: told by itself or by hand, answered, read."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from outages.choices import ExchangeDirection
from outages.models import (
    Event,
    ExchangeMessage,
    IntakeClient,
    Outage,
    lifecycle,
)
from outages.models.events import Actor
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.exchange.facts import Facts, facts_of
from outages.services.publishing import audience
from outages.services.rules.alerts import raise_alert, settle, to_role
from outages.services.rules.leaders import CALL_AGENT
from outages.services.rules.reasons import required_reason
from outages.workflow import DutyStatus, OutageKind, Refused

# What agents are alerted to until somebody reads it: a word of the dispatch centre, an anomaly.
ANSWERED: Final = "exchange_answered"


class ExchangeRefused(Refused):
    """A message to the dispatch centre lacks one of its four items; `items` names which."""

    codes = ("exchange_incomplete",)

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items
        super().__init__("exchange_incomplete", items=", ".join(items))


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
