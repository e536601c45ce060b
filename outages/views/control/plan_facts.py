"""What the plan panel says of a plan: steps, reasons, key users, differences. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from network.models import Customer, Source, ValveCondition
from network.words import GROUNDS, bore, local
from outages.choices import CannotReason, Direction, Effect
from outages.models import AffectedCustomer, IsolationPlan, ValveOperation
from outages.policy.needs import URGENT_NEEDS
from outages.selectors import mask_phone, plan_steps
from outages.selectors.rules import policy
from outages.selectors.shutdown import step_words
from outages.selectors.shutdown.pressure import finished_pressure
from outages.selectors.shutdown.steps import minutes_of
from outages.services.field.work import OPENED
from outages.services.shutdown.in_force import compare_plans
from outages.views.words.needs import need_in_words
from outages.workflow import StepStatus

# A panel shows the first of these; the whole list is behind a link.
SHOWN_KEY_USERS: Final = 6
SHOWN_REASONS: Final = 5


Row = dict[str, Any]

STEP_STATES: Final = {
    StepStatus.DONE: "done",
    StepStatus.FAILED: "cannot",
    StepStatus.VOID: "void",
    StepStatus.LEFT_CLOSED: "void",
}


@dataclass(frozen=True)
class Reason:
    """Why a valve is not among those to close."""

    glyph: str
    valve: str
    text: str


@dataclass(frozen=True)
class KeyUser:
    """Someone to be told by telephone; the number is masked."""

    asset_id: str
    name: str
    need: str
    is_unintended: bool
    masked_phone: str
    reveal_url: str


def impact_of(plan: IsolationPlan, *, with_list: bool) -> Row:
    """Return the arguments of the `impact` component; the lists are for who may see customers."""
    customers = reverse("outages:plan-customers", args=[plan.pk])
    return {
        "customers": plan.customers_in_zone + plan.customers_unintended,
        "persons": plan.persons,
        "key_users": plan.key_users,
        "unintended": plan.customers_unintended,
        "hydrants": len(plan.answer["hydrants_dry"]),
        "weak": weak_count(plan),
        "dry_before": plan.customers_already_dry,
        "threshold": large_from(plan),
        "list_url": customers if with_list else "",
    }


def weak_count(plan: IsolationPlan) -> int | None:
    """Customers whom a plan leaves with less than 10 m that had it before; None: not known."""
    run = finished_pressure(plan)
    return run.counts["new_under_7"] + run.counts["new_under_10"] if run else None


def step_rows(
    plan: IsolationPlan, steps: Iterable[ValveOperation], directions: Collection[str]
) -> list[Row]:
    """Return a plan's steps of some directions as the `plan_steps` component takes them."""
    rows = [step_row(step) for step in steps if step.direction in directions]
    why = reverse("outages:plan-why", args=[plan.pk])
    return [{**row, "why_url": why} if row["direction"] == Direction.CLOSE else row for row in rows]


def way_of(steps: Iterable[ValveOperation], directions: Collection[str]) -> str:
    """Say how far it is on foot over the steps of some directions; "" where nobody knows."""
    taken = [s for s in steps if s.direction in directions and s.status != StepStatus.VOID]
    return step_words.total_way(taken)


def closing_minutes(plan: IsolationPlan, steps: Iterable[ValveOperation]) -> int:
    """The minutes estimated when the steps were made; made now where none are stored yet."""
    return plan.closing_minutes if plan.steps_to_make is None else minutes_of(steps)


# What the list's own heading says of a step already.
_PLAIN: Final = (Direction.CLOSE, Direction.OPEN)


def step_row(step: ValveOperation) -> Row:
    """Word one step: where, how large, how many turns, and how it went."""
    facts = step.facts
    shuts = step.direction in (Direction.CLOSE, Direction.SHUT)
    waiting = "waiting" if shuts else "reopen"
    status = STEP_STATES.get(StepStatus(step.status), waiting)
    note, end = _progress_of(step)
    if not note:
        turns = facts.get("turns_to_close")
        amount = ngettext("%(n)d turn", "%(n)d turns", turns) % {"n": turns} if turns else ""
        kind = step_words.kind_words(step)
        note = " · ".join(part for part in (kind, bore(facts.get("bore_mm")), amount) if part)
        end = str(GROUNDS.get(facts.get("ground", ""), facts.get("ground", "")))
    return {
        "pk": step.pk,
        "direction": step.direction,
        "action": "" if step.direction in _PLAIN else step_words.action_words(step).name,
        "order_why": step_words.reasons(step),
        "number": step.sequence,
        "code": step.valve,
        "asset": step.valve,
        "where": local(facts.get("location") or "", facts.get("location_en") or ""),
        "status": status,
        "note": note,
        "end": end,
    }


def _progress_of(step: ValveOperation) -> tuple[str, str]:
    if step.status == StepStatus.DONE:
        shared = step.facts.get("shared_with")
        words = gettext("shut for %(code)s") % {"code": ", ".join(shared)} if shared else ""
        at = f"{timezone.localtime(step.done_at):%H:%M}" if step.done_at else ""
        done = str(step_words.action_words(step).done)
        turns = (
            ngettext("%(n)d turn", "%(n)d turns", step.turns) % {"n": step.turns}
            if step.turns
            else ""
        )
        remark = step.remark if step_words.is_at_outlet(step) else ""
        return words or " · ".join(
            filter(None, [done, turns, remark])
        ), f"{at} {step.done_by or ''}".strip()
    if step.status == StepStatus.FAILED:
        return f"{gettext('cannot')} · {step.get_cannot_reason_display()}", step.remark
    if step.status == StepStatus.LEFT_CLOSED and step.direction == Direction.SHUT:
        return gettext("left open · %(why)s") % {"why": step.remark}, ""
    if step.status == StepStatus.LEFT_CLOSED:
        return gettext("left closed · %(why)s") % {"why": step.remark}, ""
    if step.status == StepStatus.VOID:
        return gettext("not needed any more"), ""
    return "", ""


def reasons_of(plan: IsolationPlan) -> tuple[list[Reason], int]:
    """Return why other valves stay as they are, and how many reasons were left out."""
    answer, assumed = plan.answer, plan.what_if
    # A valve that another outage shut as well is a step of this plan: it is not said twice.
    steps = {step.valve for step in plan_steps(plan)}
    found = [*_walked_through(plan, answer["valves_walked_through"])]
    found += [
        Reason("valve-open", valve, gettext("is left open by choice: water goes round."))
        for valve in assumed.get("removed", [])
    ]
    found += [
        Reason("valve-closed", valve, gettext("is normally closed: opened to feed, last of all."))
        for valve in assumed.get("opened", [])
        if valve not in steps
    ]
    found += [
        Reason("valve-closed", valve, gettext("is closed already and stays so."))
        for valve in answer["valves_already_closed"]
        if valve not in steps
    ]
    found += [
        Reason(
            "valve-open",
            valve,
            gettext("stays open: no source behind it, closing changes nothing."),
        )
        for valve in answer["valves_not_needed"]
    ]
    return found[:SHOWN_REASONS], max(0, len(found) - SHOWN_REASONS)


def _walked_through(plan: IsolationPlan, valves: Iterable[str]) -> Iterable[Reason]:
    recorded = dict(
        ValveCondition.objects.filter(asset_id__in=list(valves)).values_list(
            "asset_id", "changed_at"
        )
    )
    assumed = {*plan.what_if.get("inoperable", [])}
    for valve in valves:
        if valve in plan.what_if.get("removed", []):
            continue
        if valve in assumed:
            text = gettext("is assumed stuck: water goes round.")
        elif since := recorded.get(valve):
            day = {"day": f"{timezone.localtime(since):%m-%d}"}
            text = gettext("is stuck (recorded %(day)s): water goes round.") % day
        else:
            text = gettext("is stuck by the register: water goes round.")
        yield Reason("valve-inoperable", valve, text)


def key_users_of(plan: IsolationPlan, *, with_names: bool) -> list[KeyUser]:
    """Return the key and large users that the plan leaves dry, those of greatest need first."""
    effects = dict(
        AffectedCustomer.objects.filter(
            plan=plan, effect__in=[Effect.ZONE, Effect.UNINTENDED]
        ).values_list("customer", "effect")
    )
    rows = Customer.objects.filter(
        Q(key_user=True) | Q(large_user=True),
        revision__number=plan.revision_number,
        asset_id__in=effects,
    )
    urgent = sorted(rows, key=lambda row: (row.special_user not in URGENT_NEEDS, row.asset_id))
    return [_key_user(plan, row, effects[row.asset_id], with_names=with_names) for row in urgent]


def _key_user(plan: IsolationPlan, row: Customer, effect: str, *, with_names: bool) -> KeyUser:
    return KeyUser(
        asset_id=row.asset_id,
        name=row.name if with_names else row.asset_id,
        need=need_in_words(row.special_user),
        is_unintended=effect == Effect.UNINTENDED,
        masked_phone=mask_phone(row.phone) if with_names and row.phone else "",
        reveal_url=reverse("outages:plan-phone", args=[plan.pk, row.asset_id]),
    )


def source_names(plan: IsolationPlan, sources: Iterable[str]) -> list[str]:
    """Return sources by name."""
    ids = list(sources)
    rows = Source.objects.filter(revision__number=plan.revision_number, asset_id__in=ids)
    names = {row.asset_id: local(row.name, row.name_en) for row in rows}
    return [names.get(asset_id) or asset_id for asset_id in ids]


def difference_rows(before: IsolationPlan, after: IsolationPlan) -> list[Row]:
    """Return what changes between two plans, as the `plan_diff` component takes it."""
    change = compare_plans(before, after)
    rows: list[Row] = []
    if change.valves_added or change.valves_removed:
        delta = len(change.valves_added) - len(change.valves_removed)
        rows.append(
            {
                "label": gettext("Valves"),
                "before": ", ".join(before.answer["valves_to_close"]) or "—",
                "removed": change.valves_removed,
                "added": change.valves_added,
                "delta": _signed(delta),
            }
        )
    rows += [
        _count_row(gettext("Customers"), _customers(before), _customers(after)),
        _count_row(
            gettext("Persons"),
            before.persons,
            after.persons,
            _threshold(change.threshold_crossed, after),
        ),
        _count_row(gettext("Key users"), before.key_users, after.key_users),
        _count_row(gettext("Still to close, minutes"), minutes_left(before), minutes_left(after)),
    ]
    return [row for row in rows if row]


def minutes_left(plan: IsolationPlan) -> int:
    """Estimate the minutes for the valves of a plan that nobody has shut yet.

    A plan's stored minutes are of the moment it was made: of two plans made at different moments
    only what is left of each can be compared.
    """
    return minutes_of(plan_steps(plan))


def _customers(plan: IsolationPlan) -> int:
    return plan.customers_in_zone + plan.customers_unintended


def _count_row(label: str, before: int, after: int, note: str = "") -> Row:
    if before == after:
        return {}
    return {
        "label": label,
        "before": f"{before:,}",
        "after": f"{after:,} {note}".strip(),
        "delta": _signed(after - before),
        "worse": after > before,
    }


def large_from(plan: IsolationPlan) -> int:
    """From how many persons on an outage is large, by the policy of the plan's time. One query."""
    return policy.number("big_outage_persons", at=plan.computed_at)


def _threshold(crossed: str, plan: IsolationPlan) -> str:
    if not crossed:
        return ""
    limit = {"limit": f"{large_from(plan):,}"}
    if crossed == "up":
        return gettext("(reaches %(limit)s)") % limit
    return gettext("(below %(limit)s again)") % limit


def _signed(value: int) -> str:
    return f"+{value:,}" if value > 0 else f"{value:,}".replace("-", "−")


def reason_in_words(plan: IsolationPlan) -> str:
    """Return why a plan was made: a dispatcher's words, or what the crew reported of a valve."""
    valve, _colon, code = plan.override_reason.partition(": ")
    if code in CannotReason.values:
        words = {"valve": valve, "why": CannotReason(code).label}
        if valve in (plan.replaces.what_if.get("opened", ()) if plan.replaces else ()):
            return gettext("%(valve)s cannot be opened: %(why)s") % words
        return gettext("%(valve)s cannot be closed: %(why)s") % words
    if code == OPENED:
        return gettext("%(valve)s was opened without signal") % {"valve": valve}
    return plan.override_reason


def automatic_version(plan: IsolationPlan) -> IsolationPlan | None:
    """Return the version that nobody had changed, which an override stands beside."""
    older = plan.replaces
    while older is not None and older.what_if:
        older = older.replaces
    return older
