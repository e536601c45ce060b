"""The way of an outage from its plan to the public, as a chain: what is done, who must act."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

from outages.models import Outage, OutageTask
from outages.policy.matrix import Gate, Task
from outages.views.duties.words import owner_name
from outages.workflow import DutyStatus, OutageKind, OutageStatus

_TASKS = (Task.OUTAGE_SHEET, Task.LEADER_APPROVAL, Task.PERMIT)


@dataclass(frozen=True)
class Link:
    """One link: state is done, now, ahead or warn; `who` must act, `url` is where."""

    label: str | Promise
    state: str
    who: str = ""
    at: datetime | None = None
    note: str = ""
    url: str = ""


def chain_of(outage: Outage) -> list[Link]:
    """Return the chain of a planned outage; an unplanned one has no gates, only what it did."""
    if outage.status == OutageStatus.CANCELLED:
        return []
    papers = {row.task: row for row in outage.duties.filter(task__in=_TASKS, round=0)}
    links = [Link(gettext("Impact confirmed"), _done(outage.status != OutageStatus.DRAFT))]
    for task in _TASKS:
        row = papers.get(task)
        if row is not None and row.status != DutyStatus.NOT_NEEDED:
            links.append(_paper(outage, row))
    links.append(
        Link(
            pgettext("gate", "Notice published"),
            _done(outage.published_at is not None),
            who=owner_name("call_centre"),
            at=outage.published_at,
            url=reverse("outages:notices"),
        )
    )
    if outage.kind == OutageKind.PLANNED:
        begun = outage.started_at is not None
        links.append(
            Link(gettext("Works begin"), _done(begun), at=outage.started_at, who=_crew(outage))
        )
    return _with_now(links, outage)


def _crew(outage: Outage) -> str:
    order = outage.work_orders.select_related("crew").first()
    return order.crew.name if order and order.crew else ""


def _done(is_done: bool) -> str:
    return "done" if is_done else "ahead"


def _paper(outage: Outage, row: OutageTask) -> Link:
    url = {
        Task.OUTAGE_SHEET: reverse("outages:sheet", args=[outage.pk]),
        Task.LEADER_APPROVAL: reverse("outages:approvals"),
        Task.PERMIT: reverse("outages:duties-of", args=[outage.pk]) + "#permit",
    }[Task(row.task)]
    labels = {
        Task.OUTAGE_SHEET: pgettext("gate", "Sheet handed over"),
        Task.LEADER_APPROVAL: pgettext("gate", "Leader approves"),
        Task.PERMIT: pgettext("gate", "Permit granted"),
    }
    warns = row.gate == Gate.WARN and row.status != DutyStatus.DONE
    state = "warn" if warns else _done(row.status == DutyStatus.DONE)
    note = gettext("publishing without it is put on record") if warns else ""
    return Link(labels[Task(row.task)], state, owner_name(row.owner), row.done_at, note, url)


def _with_now(links: list[Link], outage: Outage) -> list[Link]:
    """Mark the first link that is not done as the one that waits now."""
    waits = next((n for n, link in enumerate(links) if link.state == "ahead"), None)
    if waits is None:
        return links
    now = links[waits]
    links[waits] = Link(now.label, "now", now.who, now.at, now.note, now.url)
    return links
