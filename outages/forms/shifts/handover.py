"""A shift handed over: what the next should know, who comes, who leads."""

from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from outages.choices import HandoverKind
from outages.forms.shape.panel import PanelForm

# Names of groups: who sits at the desk.
DESK_ROLES: Final = ("call_agent", "shift_leader")


def desk_people(*roles: str) -> QuerySet[Any]:
    """Return who may sit at the desk, by name."""
    users = get_user_model().objects.filter(is_active=True, groups__name__in=roles or DESK_ROLES)
    return users.distinct().order_by("username")


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
