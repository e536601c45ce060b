"""What is said in a shift: log, self-check, hand-over, who comes, and the crews' roster."""

from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from outages.choices import HandoverKind, LogKind, SelfCheckResult
from outages.forms.moments import MomentField
from outages.forms.panel import PanelForm
from outages.forms.plans import CrewField
from outages.models import Crew

# Names of groups: who sits at the desk.
DESK_ROLES: Final = ("call_agent", "shift_leader")
SELF_CHECK_ANSWERS: Final = [
    (result.value, result.label) for result in (SelfCheckResult.OK, SelfCheckResult.FAULT)
]
LOG_KINDS: Final = [(kind.value, kind.label) for kind in (LogKind.NOTE, LogKind.IMPORTANT)]


def desk_people(*roles: str) -> QuerySet[Any]:
    """Return who may sit at the desk, by name."""
    users = get_user_model().objects.filter(is_active=True, groups__name__in=roles or DESK_ROLES)
    return users.distinct().order_by("username")


class LogForm(PanelForm):
    """An entry of the duty log."""

    mark = "log"

    text = forms.CharField(
        label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=LOG_KINDS, widget=forms.RadioSelect, initial=LogKind.NOTE
    )


class SelfCheckForm(PanelForm):
    """What the self-check of the telephone showed."""

    mark = "check"

    result = forms.ChoiceField(
        label=_("The telephone system"), choices=SELF_CHECK_ANSWERS, widget=forms.RadioSelect
    )
    symptom = forms.CharField(label=_("What is wrong"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A fault is described."""
        data = super().clean() or {}
        if data.get("result") == SelfCheckResult.FAULT and not (data.get("symptom") or "").strip():
            self.add_error("symptom", _("Say what is wrong."))
        return data


class FaultForm(PanelForm):
    """A fault of the telephone system that somebody noticed."""

    mark = "fault"

    symptom = forms.CharField(label=_("What is wrong"), max_length=300)


class NoteForm(PanelForm):
    """What the next shift should know, and what is not as it should be."""

    mark = "note"

    note = forms.CharField(
        label=_("For the next shift"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    discrepancy = forms.CharField(
        label=_("What is not as it should be"),
        max_length=500,
        required=False,
        help_text=_("Goes into the log and to the head of the call centre."),
    )


class ToldForm(forms.Form):
    """One matter was told."""

    remark = forms.CharField(max_length=300, required=False)


class ToldAllForm(forms.Form):
    """Every matter of a kind was told."""

    kind = forms.ChoiceField(choices=HandoverKind.choices)


class PeopleForm(PanelForm):
    """Who is on the shift besides its leader."""

    mark = "people"

    people = forms.ModelMultipleChoiceField(
        label=_("On this shift with you"),
        queryset=get_user_model().objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = desk_people()  # type: ignore[attr-defined]


class LeaderForm(PanelForm):
    """Who leads the shift from now on, and why."""

    mark = "leader"

    leader = forms.ModelChoiceField(
        label=_("Shift leader"), queryset=get_user_model().objects.none()
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = desk_people("shift_leader")  # type: ignore[attr-defined]


class DutyForm(PanelForm):
    """A crew on the roster."""

    mark = "duty"

    crew = CrewField(label=_("Crew"), queryset=Crew.objects.none())
    starts_at = MomentField(label=_("On duty from"))
    ends_at = MomentField(label=_("Until"), future=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        crews = Crew.objects.filter(is_on_duty=True).order_by("code")
        self.fields["crew"].queryset = crews  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        data = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must come after the start."))
        return data
