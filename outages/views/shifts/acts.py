"""What may be done to a shift, each a form of its own, in one table."""

from typing import Any, Final

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outages.forms.shifts.handover import LeaderForm, NoteForm, PeopleForm, ToldAllForm
from outages.forms.shifts.keeping import FaultForm, LogForm, SelfCheckForm
from outages.models import Handover, Shift
from outages.services import shifts
from outages.views.shape.actor import acting
from outages.views.shape.acts import Act, Told, User

KEEPS: Final = ("outages.keep_shift",)
LEADS: Final = ("outages.lead_shift",)
Said = str | Promise


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": acting(request), "at": timezone.now()}


def handover_of(shift: Shift) -> Handover | None:
    """Return the hand-over of a shift, None before it is begun."""
    return Handover.objects.select_related("given_by", "taken_by").filter(shift=shift).first()


def _handover(shift: Shift) -> Handover:
    found = handover_of(shift)
    if found is None:
        raise Http404
    return found


def _is_open(shift: Shift, _user: User) -> bool:
    return shift.closed_at is None


def _is_asked(shift: Shift, _user: User) -> bool:
    return shift.closed_at is None and shift.self_checks.filter(done_at=None).exists()


def _is_not_asked(shift: Shift, user: User) -> bool:
    return _is_open(shift, user) and not _is_asked(shift, user)


def _is_begun(shift: Shift, user: User) -> bool:
    return _is_open(shift, user) and handover_of(shift) is not None


def _may_give(shift: Shift, user: User) -> bool:
    handover = handover_of(shift)
    is_leader = getattr(user, "pk", None) == shift.leader_id
    return shift.closed_at is None and handover is not None and not handover.given_at and is_leader


def _may_take(shift: Shift, user: User) -> bool:
    is_other = getattr(user, "pk", None) != shift.leader_id
    return _is_begun(shift, user) and is_other


def _log(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.write_log(shift, **told, **_now(request))
    return _("Written down.")


def _review(request: HttpRequest, shift: Shift, _told: Told) -> Said:
    shifts.review_previous(shift, **_now(request))
    return _("On record: looked through.")


def _check(request: HttpRequest, shift: Shift, told: Told) -> Said:
    waiting = shift.self_checks.filter(done_at=None).first()
    if waiting is None:
        raise shifts.ShiftRefused(code="self_check_done")
    shifts.record_self_check(waiting, **told, **_now(request))
    if told["result"] == "fault":
        return _("On record. Shift leader, administrator and department leader are alerted.")
    return _("On record: the telephone works.")


def _fault(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.report_fault(shift, **told, **_now(request))
    return _("On record. Shift leader, administrator and department leader are alerted.")


def _begin(request: HttpRequest, shift: Shift, _told: Told) -> Said:
    shifts.begin_handover(shift, **_now(request))
    return _("The list is up to date.")


def _tell_all(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.tell_items(_handover(shift), **told, **_now(request))
    return _("Ticked off.")


def _note(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.note_handover(_handover(shift), **told, **_now(request))
    return _("Written down.")


def _give(request: HttpRequest, shift: Shift, _told: Told) -> Said:
    shifts.give(_handover(shift), **_now(request))
    return _("Signed. Now the leader who comes signs.")


def _take(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.take_over(_handover(shift), **told, **_now(request))
    return _("The shift is yours.")


def _leader(request: HttpRequest, shift: Shift, told: Told) -> Said:
    shifts.change_leader(shift, **told, **_now(request))
    return _("Saved.")


def _noted(shift: Shift) -> dict[str, Any]:
    handover = handover_of(shift)
    if handover is None:
        return {}
    return {"note": handover.note, "discrepancy": handover.discrepancy}


SHIFT_ACTS: Final[tuple[Act[Shift], ...]] = (
    Act("check", KEEPS, _("Self-check of the telephone"), _("Put on record"), _check, _is_asked,
        SelfCheckForm, primary=True),
    Act("review", KEEPS, _("I have looked through them all"), "", _review, _is_open),
    Act("begin", KEEPS, _("Collect what is open"), "", _begin, _is_open),
    Act("told-all", KEEPS, _("All of these were told"), "", _tell_all, _is_begun, ToldAllForm),
    Act("note", KEEPS, _("Note for the next shift"), _("Save"), _note, _is_begun, NoteForm,
        initial=_noted),
    Act("give", LEADS, _("Sign as the leader who goes"), "", _give, _may_give, primary=True),
    Act("take", LEADS, _("Sign as the leader who comes"), _("Sign and take over"), _take,
        _may_take, PeopleForm, primary=True),
    Act("log", KEEPS, _("Write into the log"), _("Write down"), _log, _is_open, LogForm),
    Act("fault", KEEPS, _("The telephone does not work"), _("Alert"), _fault, _is_not_asked,
        FaultForm),
    Act("leader", LEADS, _("Another leads the shift"), _("Save"), _leader, _is_open, LeaderForm),
)  # fmt: skip
