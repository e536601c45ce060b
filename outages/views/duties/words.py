"""How duties, gates and papers are worded. Texts only; nothing is decided here."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network.words import local
from outages.models import Department, OutageTask
from outages.policy.matrix import Gate, Owner, Task
from outages.views.words.wording import Chip
from outages.workflow import DutyStatus, PermitStatus

TASKS: Final[dict[str, str | Promise]] = {
    Task.OUTAGE_SHEET: _("Outage sheet, seven items"),
    Task.LEADER_APPROVAL: _("Leader approves the dispatch plan"),
    Task.PERMIT: _("Permit of the city"),
    Task.POSTING: _("Post the notice"),
    Task.WECHAT_AND_WEBSITE: _("WeChat account and website"),
    Task.SMS: _("SMS to those affected"),
    Task.PHONE_ORGANISATIONS: _("Ring the organisation"),
    Task.PHONE_KEY_USERS: _("Ring the key user"),
    Task.TELL_SPECIAL_USERS: _("Tell the special user"),
    Task.PHONE_PRODUCTION: _("Ring the production department"),
    Task.PHONE_LEADER: _("Ring the leader in charge"),
    Task.NOTIFY_BUREAU_SECTION: _("Notify the bureau's section"),
    Task.PORTAL: _("Notice on the city portal"),
    Task.NEWSPAPER: _("Notice in the newspapers"),
    Task.EXCHANGE: _("Message to the dispatch centre"),
    Task.REPORT_UPWARD: _("Report upwards"),
    Task.EMERGENCY_STEP: _("Emergency plan"),
}
OWNERS: Final[dict[str, str | Promise]] = {
    Owner.CALL_CENTRE: _("Call centre"),
    Owner.ENGINEERING: _("Engineering company"),
    Owner.PRODUCTION: _("Production department"),
    Owner.COMPANY_LEADER: _("Company leader"),
}
STATUSES: Final[dict[str, Chip]] = {
    DutyStatus.PENDING: ("warn", _("to do")),
    DutyStatus.DONE: ("ok", _("done")),
    DutyStatus.FAILED: ("danger", _("not possible")),
    DutyStatus.NOT_NEEDED: ("draft", _("not needed")),
}
GATES: Final[dict[str, str | Promise]] = {
    Gate.HAND_OVER: _("the call centre is told only then"),
    Gate.PUBLISH: _("nothing is published before"),
    Gate.START: _("the works wait for it"),
    Gate.WARN: _("publishing without it is put on record"),
}
PERMITS: Final[dict[str, Chip]] = {
    PermitStatus.REQUIRED: ("warn", pgettext_lazy("permit", "to be applied for")),
    PermitStatus.APPLIED: ("busy", pgettext_lazy("permit", "applied for")),
    PermitStatus.APPROVED: ("ok", pgettext_lazy("permit", "approved")),
    PermitStatus.REJECTED: ("danger", pgettext_lazy("permit", "rejected")),
}
# Why something is not needed any more, where the system says so; people's own words stay.
REASONS: Final[dict[str, str | Promise]] = {
    "no_longer_needed": _("the outage is different now"),
    "new_plan": _("the new plan does not need it"),
    "postponed": _("the works have another time"),
    "severity_changed": _("it is less severe now"),
    "newer_news": _("newer news replaced it"),
    "no_numbers": _("nobody affected has a mobile number"),
    "nobody_told": _("nobody had been told by SMS"),
    "all_clear": _("water is back"),
    "cancellation": _("the works are called off"),
    "cancelled": _("the works are called off"),
    "wrong_number": _("wrong number"),
}
ITEMS: Final[dict[str, str | Promise]] = {
    "area": _("Affected area"),
    "period": _("From and until"),
    "valve_count": _("Valves to close"),
    "valve_bores": _("Their bores"),
    "valve_codes": _("Their codes"),
    "valve_places": _("Their places"),
    "on_trunk_road": _("On a trunk road?"),
    # The four of the exchange with the dispatch centre.
    "leak_location": _("Leak location"),
    "pipe_diameter": _("Pipe diameter"),
    "affected_area": _("Area affected"),
    "expected_repair_at": _("Expected repair time"),
}


def task_name(task: str) -> str:
    """Name a row of the matrix."""
    return str(TASKS.get(task, task))


def owner_name(owner: str) -> str:
    """Name who does it, as the regulations do."""
    return str(OWNERS.get(owner, owner))


def owner_names() -> dict[str, str]:
    """Name every owner as its department is called here; the leader is a role. One query."""
    departments = {row.code: local(row.name, row.name_en) for row in Department.objects.all()}
    return {
        owner: owner_name(owner)
        if owner == Owner.COMPANY_LEADER
        else departments.get(owner) or owner_name(owner)
        for owner in Owner
    }


def reason_words(duty: OutageTask) -> str:
    """Say why a duty is not done: the system's words by code, people's as they are."""
    return str(REASONS.get(duty.reason, duty.reason))
