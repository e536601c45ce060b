"""The desk's answer to one caller: the verdict, its facts and what may be told of the outage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network.models import Customer
from network.words import local
from outages.choices import Effect
from outages.models import BurstReport, Outage
from outages.selectors import Verdict
from outages.views.desk.script import WEAK, Script, scripts
from outages.workflow import RUNNING_OUTAGES, OutageKind, OutageStatus


@dataclass(frozen=True)
class Answer:
    """What the middle of the desk shows.

    `state` is off, soon (approved, valves not closed yet), returning, planned, weak (water, but
    an outage near by takes the pressure), restored or fine.
    """

    state: str
    tone: str
    title: str
    note: str
    outage: Outage | None
    others: tuple[Outage, ...]
    earlier_estimates: tuple[datetime, ...]  # times given up, newest first
    left: timedelta | None
    scripts: list[Script]
    told: list[dict[str, Any]]
    customer: Customer | None

    @property
    def estimate_changes(self) -> int:
        """How often the time was changed."""
        return len(self.earlier_estimates)

    @property
    def place(self) -> str:
        """Where the outage is, in the words that the public reads."""
        return local(self.outage.place, self.outage.place_en) if self.outage else ""


def answer(verdict: Verdict, *, now: datetime) -> Answer:
    """Turn a verdict into what the agent sees and says. Up to four queries for an outage."""
    outage = verdict.outages[0] if verdict.outages else None
    state = _state(outage)
    if outage is None and verdict.weak is not None:
        outage, state = verdict.weak.outage, WEAK
    elif outage is None and verdict.recent:
        outage, state = verdict.recent[0], "restored"
    effect = verdict.effects.get(outage.pk, "") if outage else ""
    tone, title = _headline(state, effect)
    eta = outage.estimated_restoration_at if outage else None
    return Answer(
        state=state,
        tone=tone,
        title=title,
        note=_weak_note(verdict) if state == WEAK else _note(effect),
        outage=outage,
        others=verdict.outages[1:],
        earlier_estimates=_earlier_estimates(outage) if outage else (),
        left=eta - now if eta and eta > now and state in ("off", "soon", WEAK) else None,
        scripts=scripts(state, outage, now=now, effect=WEAK if state == WEAK else effect),
        told=_told(outage, state) if outage else [],
        customer=verdict.customer,
    )


def _earlier_estimates(outage: Outage) -> tuple[datetime, ...]:
    times = outage.estimates.values_list("estimated_restoration_at", flat=True)
    return tuple(times)[1:]


def _state(outage: Outage | None) -> str:
    if outage is None:
        return "fine"
    if outage.status == OutageStatus.RESTORING:
        return "returning"
    if outage.status in RUNNING_OUTAGES:
        return "off"
    return "planned" if outage.kind == OutageKind.PLANNED else "soon"


def _headline(state: str, effect: str) -> tuple[str, str]:
    if effect == Effect.ALREADY_DRY:
        return "danger", _("No water here, since before this outage")
    return {
        "off": ("danger", _("Water is off at this address")),
        "soon": ("danger", _("Water goes off here now")),
        "returning": ("warn", _("Water is coming back here")),
        "planned": ("planned", _("Planned outage at this address")),
        WEAK: ("warn", _("Low pressure at this address")),
        "restored": ("ok", _("Water is back here")),
        "fine": ("ok", _("No outage at this address")),
    }[state]


def _note(effect: str) -> str:
    return {
        str(Effect.ZONE): "",
        str(Effect.UNINTENDED): _("outside the closed zone, but cut off by it"),
        str(Effect.ALREADY_DRY): _("it was dry before the valves were closed"),
    }.get(effect, "")


def _weak_note(verdict: Verdict) -> str:
    """How much is left there, as EPANET reckoned it for the plan in force."""
    if verdict.weak is None:
        return ""
    place = verdict.weak.place
    if place.before_m is None:
        return _("keeps water, reckoned at %(after).0f m") % {"after": place.after_m}
    facts = {"after": place.after_m, "before": place.before_m}
    return _("keeps water, reckoned at %(after).0f m instead of %(before).0f m") % facts


def _told(outage: Outage, state: str) -> list[dict[str, Any]]:
    """Return what may be said of an outage, oldest first: no valve, no name, no crew."""
    entries = [*_beginning(outage), *_ending(outage, state)]
    return sorted(entries, key=lambda entry: (entry["future"], entry["at"]))


def _entry(at: datetime, tone: str, text: str, *, future: bool = False) -> dict[str, Any]:
    return {"at": at, "tone": tone, "text": text, "future": future}


def _beginning(outage: Outage) -> list[dict[str, Any]]:
    found = []
    reports = BurstReport.objects.filter(outage=outage).order_by("received_at")
    if first := reports.first():
        found.append(_entry(first.received_at, "danger", _first_call(reports.count() - 1)))
    order = outage.work_orders.order_by("issued_at").first()
    if order is not None:
        found.append(_entry(order.issued_at, "warn", _("Repair crew sent out")))
        if order.on_site_at:
            found.append(_entry(order.on_site_at, "busy", _("Crew is on site")))
    if outage.started_at:
        found.append(
            _entry(outage.started_at, "busy", _("Valves are being closed, water goes off"))
        )
    elif outage.kind == OutageKind.PLANNED and outage.planned_start_at:
        start = outage.planned_start_at
        found.append(_entry(start, "planned", _("Planned to go off"), future=True))
    return found


def _first_call(more: int) -> str:
    if more < 1:
        return _("First report")
    text = ngettext("First report, then %(n)d more", "First report, then %(n)d more", more)
    return text % {"n": more}


def _ending(outage: Outage, state: str) -> list[dict[str, Any]]:
    found = []
    if outage.repaired_at:
        found.append(_entry(outage.repaired_at, "ok", _("Repair finished")))
    if outage.restored_at:
        found.append(_entry(outage.restored_at, "ok", _("Water is back")))
    elif outage.estimated_restoration_at:
        text = _("Expected back")
        estimate = outage.estimates.first()
        why = local(estimate.reason, estimate.reason_en) if estimate else ""
        said = f"{text} · {why}" if why else text
        found.append(_entry(outage.estimated_restoration_at, "draft", said, future=True))
    return found
