"""What services refuse, in the words of the screen. Anything not listed here is a defect."""

from typing import Final

from django.utils.translation import gettext

from outages.planning import NoPlan, PlanningRefused
from outages.services.audience import AudienceRefused
from outages.services.in_force import NotIsolating, ValvesShut
from outages.services.notices import PublishRefused
from outages.services.orders import OrderRefused
from outages.services.outages import (
    EditedMeanwhile,
    NotPublished,
    OutageOver,
    RestoreRefused,
    WindowRefused,
)
from outages.services.reasons import ReasonMissing
from outages.services.reopening import RepairNotDone
from outages.services.reports import MergeRefused, PlaceRefused, UnknownPipe
from outages.services.wording import MissingNoticeField
from outages.services.work import StepRefused
from outages.workflow import TransitionRefused

REFUSALS: Final = (
    AudienceRefused,
    EditedMeanwhile,
    MergeRefused,
    MissingNoticeField,
    NotIsolating,
    NotPublished,
    OrderRefused,
    OutageOver,
    PlaceRefused,
    PlanningRefused,
    PublishRefused,
    ReasonMissing,
    RepairNotDone,
    RestoreRefused,
    StepRefused,
    TransitionRefused,
    UnknownPipe,
    ValvesShut,
    WindowRefused,
)


def in_words(refused: Exception) -> str:
    """Say what was refused and what to do now, in the active language."""
    if isinstance(refused, PlanningRefused):
        return _no_plan(refused)
    if isinstance(refused, NotIsolating):
        sources = {"sources": ", ".join(refused.sources)}
        return gettext("Valves alone cannot stop this. Shut %(sources)s first.") % sources
    if isinstance(refused, RestoreRefused | ValvesShut):
        return _valves(refused)
    if isinstance(refused, MissingNoticeField):
        return gettext("The notice lacks: %(field)s. Fill it in first.") % {"field": refused.field}
    plain = {
        AudienceRefused: gettext(
            "Area or counts of the outage do not fit its plan: nobody is told."
        ),
        EditedMeanwhile: gettext("Somebody changed this meanwhile. Look again, then save."),
        MergeRefused: gettext("These two reports cannot be merged: look at both."),
        NotPublished: gettext("A planned outage begins only after its notice is out."),
        OrderRefused: gettext("The order does not allow this now."),
        OutageOver: gettext("This outage is over: nothing changes any more."),
        PlaceRefused: gettext("This is no place on Earth. Click on the map again."),
        PublishRefused: gettext("This notice cannot go out now: only the newest draft can."),
        ReasonMissing: gettext("Say why: the reason is kept with the record."),
        RepairNotDone: gettext("Record first that the repair is done."),
        StepRefused: gettext("This step is not open now."),
        UnknownPipe: gettext("There is no such pipe in the network."),
        WindowRefused: gettext("The works end before they begin: correct the times."),
    }
    text = plain.get(type(refused), gettext("Things have moved on: this step cannot follow now."))
    return f"{text} ({refused.current})" if isinstance(refused, TransitionRefused) else text


def _no_plan(refused: PlanningRefused) -> str:
    words = {
        NoPlan.NO_NETWORK: gettext("There is no network yet: import one first."),
        NoPlan.NO_PIPE: gettext("The report is on no pipe: choose the burst pipe first."),
        NoPlan.NO_PIPES: gettext("Name the pipes to work on."),
        NoPlan.UNKNOWN_ASSET: gettext("An asset named here is not in the network: %(text)s"),
    }
    return (
        words[refused.code] % {"text": refused}
        if "%(" in words[refused.code]
        else words[refused.code]
    )


def _valves(refused: RestoreRefused | ValvesShut) -> str:
    valves = {"valves": ", ".join(refused.valves)}
    if isinstance(refused, RestoreRefused):
        text = gettext("Still shut: %(valves)s. Open them, or leave each closed with a reason.")
        return text % valves
    return gettext("Valves are shut already (%(valves)s): plan the reopening instead.") % valves
