"""What a step report writes: the step as it was done, its event, and the valve in the network."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from network import services as network
from network.choices import Operability, ValveState
from outages.choices import CannotReason, Direction
from outages.models import Event, ValveOperation
from outages.models.events import Actor
from outages.services.field.step_order import StepReport
from outages.workflow import StepStatus


def verb_of(step: ValveOperation, report: StepReport) -> str:
    return f"valve_{step.direction}_{'done' if report.result == 'done' else 'failed'}"


def write_step(step: ValveOperation, report: StepReport, *, by: Actor, at: datetime) -> None:
    was = step.status
    done = report.result == "done"
    step.status = StepStatus.DONE if done else StepStatus.FAILED
    step.client_key = report.client_key
    # A phone's clock may run ahead; nothing was done later than it was told.
    step.done_at, step.recorded_at = min(report.done_at, at), at
    step.done_by_id = by.pk if by else None
    step.turns, step.remark = report.turns, report.remark[:300]
    step.cannot_reason = "" if done else str(report.cannot_reason or CannotReason.SEIZED)
    step.save()
    Event.objects.append(
        step,
        verb_of(step, report),
        by=by,
        at=at,
        old=was,
        new=step.status,
        reason=step.cannot_reason,
        valve=step.valve,
        turns=step.turns,
        told_at=report.done_at.isoformat(),
        client_key=str(report.client_key),
    )


def tell_turned(step: ValveOperation, *, by: Actor, at: datetime) -> None:
    """Record in the network how a step that is done leaves its valve."""
    shuts = step.direction in (Direction.CLOSE, Direction.SHUT)
    state = ValveState.CLOSED if shuts else ValveState.OPEN
    tell_network(step, partial(network.set_valve_state, state=state), by=by, at=at)


def tell_works_again(step: ValveOperation, *, by: Actor, at: datetime) -> None:
    """Take back that the valve cannot be turned: the crew tried again, and it moved."""
    works = partial(network.set_valve_operability, operability=Operability.OPERABLE)
    tell_network(step, works, by=by, at=at)


def tell_network(
    step: ValveOperation, record: Callable[..., bool], *, by: Actor, at: datetime
) -> None:
    """Record what the step says of its valve; one that is drawn no more is an event only.

    A new drawing may have come in meanwhile. The valve in the street was turned all the same.
    """
    try:
        record(
            step.valve,
            by=by,
            at=step.done_at or at,
            reason=f"{step.cannot_reason} {step.remark}".strip(),
            occasion=f"plan {step.plan.pk} v{step.plan.version} {step.plan.outage}",
        )
    except network.UnknownValve:
        Event.objects.append(step, "valve_not_drawn", by=by, at=at, valve=step.valve)
