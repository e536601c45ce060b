"""The duties of an outage as rows: whom, by when, what shows it, and what may be done now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from network.models import Customer, Organisation
from network.selectors import current_revision
from network.words import local
from outages.models import OutageTask
from outages.policy.matrix import Due, Task
from outages.selectors import mask_phone
from outages.selectors.duties.numbers import Contact, contacts_for
from outages.selectors.rules import policy
from outages.services.duties.doing import BY_RECORD, EVIDENCE, PHONE_TASKS, is_told, may_do
from outages.views.duties.words import GATES, STATUSES, owner_names, reason_words, task_name
from outages.views.words.needs import need_in_words
from outages.views.words.wording import Chip
from outages.workflow import DutyStatus

User = AbstractBaseUser | AnonymousUser
# Where the record is that does the duty by itself.
_RECORDS: Final[dict[str, str]] = {
    Task.OUTAGE_SHEET: "outages:sheet",
    Task.EXCHANGE: "outages:exchange-outage",
}


@dataclass(frozen=True)
class DutyRow:
    """One duty in words. `phone` is masked for customers; `call_url` reveals it, on record."""

    duty: OutageTask
    name: str
    target: str
    detail: str
    phone: str
    reveal_url: str
    owner: str
    chip: Chip
    gate: str
    ends_at: datetime | None
    evidence: str
    may_act: bool
    is_call: bool
    by_record: str
    wants: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits to be done."""
        return self.duty.status == DutyStatus.PENDING

    @property
    def can_retry(self) -> bool:
        """Whether it failed and may be taken up again."""
        return self.duty.status == DutyStatus.FAILED and self.may_act


@dataclass(frozen=True)
class OwnerGroup:
    """The duties of one department."""

    owner: str
    label: str
    rows: list[DutyRow]
    left: int
    late: int


def rows_of(duties: Iterable[OutageTask], user: User) -> list[DutyRow]:
    """Word duties, their addressees looked up. Four queries besides the duties'."""
    listed = list(duties)
    sees_names = user.has_perm("outages.view_customers")  # type: ignore[union-attr]
    customers = _customers(listed)
    organisations = _organisations(listed)
    now = timezone.now()
    facts: dict[str, Any] = {
        "sees_names": sees_names,
        "contacts": contacts_for((duty.task for duty in listed), at=now),
        "at_once": _at_once(now),
        "owners": owner_names(),
    }
    return [_row(duty, user, customers, organisations, **facts) for duty in listed]


def groups_of(rows: Sequence[DutyRow], *, at: datetime) -> list[OwnerGroup]:
    """Group rows by department, those with most to do late first."""
    found: dict[str, list[DutyRow]] = {}
    for row in rows:
        found.setdefault(row.duty.owner, []).append(row)
    groups = [
        OwnerGroup(
            owner=owner,
            label=each[0].owner,
            rows=sorted(each, key=urgency),
            left=sum(row.is_open for row in each),
            late=sum(is_late(row, at) for row in each),
        )
        for owner, each in found.items()
    ]
    return sorted(groups, key=lambda group: (-group.late, -group.left, group.owner))


def urgency(row: DutyRow) -> tuple[bool, datetime, int]:
    """Open ones first, by when they are due; a call nobody answered waits its time."""
    duty = row.duty
    due = duty.due_at or duty.made_at
    if duty.due_at is None and row.is_open:
        due = due.replace(year=due.year + 50)
    return not row.is_open, max(due, duty.again_at or due), duty.pk


def ends_at(duty: OutageTask, at_once: timedelta) -> datetime | None:
    """When it counts as late; what is due at once has `at_once` (the policy's) to be done in."""
    if duty.due_at is None or duty.due != Due.AT_ONCE:
        return duty.due_at
    return max(duty.due_at, duty.made_at) + at_once


def is_late(row: DutyRow, at: datetime) -> bool:
    """Whether it waits and its time is over."""
    return row.is_open and row.ends_at is not None and row.ends_at < at


def _at_once(at: datetime) -> timedelta:
    return policy.length("duty_at_once", at=at) or timedelta(0)


def _row(
    duty: OutageTask,
    user: User,
    customers: dict[str, Customer],
    organisations: dict[str, Organisation],
    *,
    sees_names: bool,
    contacts: dict[str, Contact],
    at_once: timedelta,
    owners: dict[str, str],
) -> DutyRow:
    customer = customers.get(duty.target)
    organisation = organisations.get(duty.target)
    phone, reveal = "", ""
    if customer is not None and customer.phone and sees_names:
        phone, reveal = mask_phone(customer.phone), reverse("outages:duty-phone", args=[duty.pk])
    elif organisation is not None:
        phone = organisation.phone
    elif duty.task in contacts:
        phone = contacts[duty.task].phone
    target, detail = _addressee(duty, customer, organisation, sees_names=sees_names)
    detail = detail or _contact(duty, contacts.get(duty.task))
    record = _RECORDS.get(duty.task)
    return DutyRow(
        duty=duty,
        name=_name(duty),
        target=target,
        detail=detail,
        phone=phone,
        reveal_url=reveal,
        owner=owners[duty.owner],
        chip=_chip(duty),
        gate=str(GATES.get(duty.gate, "")),
        ends_at=ends_at(duty, at_once),
        evidence=evidence_of(duty),
        may_act=may_do(duty, user) and is_told(duty) and duty.task not in BY_RECORD,
        is_call=duty.task in PHONE_TASKS,
        by_record=reverse(record, args=[duty.outage_id]) if record else "",
        wants=EVIDENCE.get(duty.task, ()),
    )


def _name(duty: OutageTask) -> str:
    name = task_name(duty.task)
    return f"{name} · {duty.get_about_display()}" if duty.round else name


def _addressee(
    duty: OutageTask,
    customer: Customer | None,
    organisation: Organisation | None,
    *,
    sees_names: bool,
) -> tuple[str, str]:
    """Return (who or where, what is said besides): the name only to who may see it."""
    if customer is not None:
        address = local(customer.address, customer.address_en)
        if not sees_names:
            return customer.asset_id, ""
        return customer.name or address or customer.asset_id, _need(customer, address)
    if organisation is not None:
        named = local(organisation.name, organisation.name_en)
        return named, " · ".join(
            filter(None, [organisation.get_kind_display(), organisation.contact])
        )
    named = local(duty.target_name, duty.target_name_en)
    return named or duty.target.partition(":")[2], ""


def _contact(duty: OutageTask, contact: Contact | None) -> str:
    if contact is not None:
        liaison = gettext("24-hour liaison") if contact.is_liaison else ""
        return " · ".join(filter(None, [contact.name, liaison]))
    if duty.task == Task.PHONE_LEADER:
        return gettext("Company leaders' numbers stand on no page: ring by the duty list.")
    return ""


def _need(customer: Customer, address: str) -> str:
    kinds = [
        gettext("key user") if customer.key_user else "",
        gettext("large user") if customer.large_user else "",
        need_in_words(customer.special_user),
    ]
    return " · ".join(filter(None, [*kinds, address if customer.name else ""]))


def _chip(duty: OutageTask) -> Chip:
    tone, label = STATUSES[duty.status]
    if duty.status == DutyStatus.PENDING and duty.call_result == "no_answer":
        return "warn", gettext("no answer, %(n)d tried") % {"n": duty.attempts}
    if duty.status == DutyStatus.PENDING and duty.due_at is None:
        return "draft", gettext("not yet")
    return tone, label


def evidence_of(duty: OutageTask) -> str:
    """What shows that it was done, in one line."""
    if duty.status == DutyStatus.NOT_NEEDED:
        return reason_words(duty)
    parts = [duty.told_to, duty.evidence, duty.evidence_url, duty.recording]
    if duty.status == DutyStatus.FAILED:
        parts = [reason_words(duty), *parts]
    return " · ".join(part for part in parts if part)


def _customers(duties: Sequence[OutageTask]) -> dict[str, Customer]:
    codes = [d.target.partition(":")[2] for d in duties if d.target.startswith("customer:")]
    if not codes:
        return {}
    rows = Customer.objects.filter(revision=current_revision(), asset_id__in=codes)
    return {f"customer:{row.asset_id}": row for row in rows}


def _organisations(duties: Sequence[OutageTask]) -> dict[str, Organisation]:
    codes = [d.target.partition(":")[2] for d in duties if d.target.startswith("org:")]
    if not codes:
        return {}
    rows = Organisation.objects.filter(code__in=codes)
    return {f"org:{row.code}": row for row in rows}
