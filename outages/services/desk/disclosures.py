"""Showing what is masked: why somebody wants to see it, and the record of who saw what.

RULE 1  Nothing is shown without a reason; "another reason" says it in words.
RULE 2  Who may not know who told us is shown nothing (selectors.privacy).
RULE 3  Nobody is shown more than so many in so many minutes; whoever asks on is told to stop,
        and supervision hears of it once.
RULE 4  The record names the person, the time, the case and the customer's id, never the number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from network.models import Customer
from outages.choices import DisclosedThing, DisclosureReason
from outages.models import Alert, BurstReport, Disclosure, Event, Outage
from outages.selectors.privacy.contacts import may_know
from outages.selectors.privacy.disclosures import shown_since
from outages.services.rules.alerts import raise_alert, to_role
from outages.workflow import Refused

TOO_MANY: Final = "numbers_shown_often"
_VERBS: Final[dict[str, str]] = {
    DisclosedThing.NUMBER: "phone_shown",
    DisclosedThing.FILE: "file_opened",
    DisclosedThing.LIST: "list_taken",
}


class ContactHidden(Refused):
    """Who told us is protected, and the reader is neither its owner nor supervision."""

    codes = ("contact_hidden",)


class WhyMissing(Refused):
    """Nobody said why they want to see it."""

    codes = ("disclosure_reason_missing",)


class ShownTooMany(Refused):
    """Too much was shown to one person in a short time."""

    codes = ("shown_too_many",)


@dataclass(frozen=True)
class Why:
    """Why somebody wants to see it: one of DisclosureReason, and words where it is OTHER."""

    reason: str
    note: str = ""


TO_TELL: Final = Why(DisclosureReason.OUTAGE_NOTICE)
ON_SITE: Final = Why(DisclosureReason.ON_SITE)
UNASKED: Final = Why(DisclosureReason.UNASKED)
_ASKED: Final = frozenset(DisclosureReason.values) - {DisclosureReason.UNASKED}


def show_customer_phone(
    customer: Customer, *, why: Why, by: Any, at: datetime, outage: Outage | None = None
) -> str:
    """Return a customer's number in full. Raises WhyMissing, ShownTooMany."""
    _disclose(
        DisclosedThing.NUMBER, why=why, by=by, at=at, customer=customer.asset_id, outage=outage
    )
    return customer.phone


def show_caller_phone(report: BurstReport, *, why: Why, by: Any, at: datetime) -> str:
    """Return a caller's number in full. Raises ContactHidden, WhyMissing, ShownTooMany."""
    if not may_know(report, by):
        raise ContactHidden(report=report.reference)
    _disclose(DisclosedThing.NUMBER, why=why, by=by, at=at, report=report, customer=report.customer)
    return report.contact_phone


def open_file(customer: Customer, *, why: Why, by: Any, at: datetime) -> Disclosure:
    """Open a customer's whole file to one person for a while. Raises WhyMissing, ShownTooMany."""
    return _disclose(DisclosedThing.FILE, why=why, by=by, at=at, customer=customer.asset_id)


def note_list(*, rows: int, by: Any, at: datetime, outage: Outage | None = None) -> None:
    """Record that somebody took a list of customers away, numbers masked."""
    _record(DisclosedThing.LIST, why=UNASKED, by=by, at=at, rows=rows, outage=outage)


def _disclose(thing: str, *, why: Why, by: Any, at: datetime, **about: Any) -> Disclosure:
    unsaid = why.reason == DisclosureReason.OTHER and not why.note.strip()
    if unsaid or why.reason not in _ASKED:  # RULE 1
        raise WhyMissing
    _hold_back(by, at)  # RULE 3
    return _record(thing, why=why, by=by, at=at, **about)


def _record(thing: str, *, why: Why, by: Any, at: datetime, **about: Any) -> Disclosure:
    note = why.note.strip()[:200]
    with transaction.atomic():
        seen = Disclosure.objects.create(
            at=at, by=by, thing=thing, reason=why.reason, note=note, **about
        )
        facts = {"customer": seen.customer} if seen.customer else {}
        Event.objects.append(
            seen, _VERBS[thing], by=by, at=at, new=why.reason, reason=note, **facts
        )
    return seen


def _hold_back(by: Any, at: datetime) -> None:
    """RULE 3. Raises ShownTooMany."""
    within = timedelta(seconds=settings.DISCLOSURES_WITHIN_S)
    recent = shown_since(by, since=at - within)
    if recent.count() < settings.DISCLOSURES_AT_MOST:
        return
    told = Alert.objects.filter(code=TOO_MANY, created_at__gte=at - within)
    if not told.filter(facts__staff=by.username).exists():
        raise_alert(
            TOO_MANY,
            audience=to_role("supervision"),
            subject=recent[0],
            at=at,
            by=by,
            staff=by.username,
            count=settings.DISCLOSURES_AT_MOST,
            minutes=settings.DISCLOSURES_WITHIN_S // 60,
        )
    raise ShownTooMany(
        most=settings.DISCLOSURES_AT_MOST,
        minutes=settings.DISCLOSURES_WITHIN_S // 60,
    )
