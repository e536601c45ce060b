"""A user asked whether the work was done well: the call, the visit, a reply read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.shape.panel import PanelForm
from outages.models.callbacks.asking import QUESTIONS, TryResult, Verdict


def _question(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=Verdict.choices, widget=forms.RadioSelect, required=False
    )


class AskedForm(PanelForm):
    """One try to ask: how it ended, and of whoever was reached the five answers."""

    mark = "asked"

    result = forms.ChoiceField(
        label=_("How did it end?"),
        choices=TryResult.choices,
        widget=forms.RadioSelect,
        initial=TryResult.REACHED,
    )
    quality = _question(_("Quality of the service"))
    attitude = _question(_("Attitude"))
    engineering = _question(_("Quality of the work"))
    timeliness = _question(_("Time it took"))
    overall = _question(_("All in all"))
    opinion = forms.CharField(
        label=_("What the user says, in their words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for every answer of somebody who was reached."""
        data = super().clean() or {}
        if data.get("result") == TryResult.REACHED:
            for question in QUESTIONS:
                if not data.get(question):
                    self.add_error(question, _("Satisfied or not?"))
        return data

    def questions(self) -> list[forms.BoundField]:
        """Return the five questions as they are drawn."""
        return [self[question] for question in QUESTIONS]


class VisitedForm(AskedForm):
    """The same, at the door."""

    mark = "visited"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = [  # type: ignore[attr-defined]
            (TryResult.REACHED, _("met")),
            (TryResult.NO_ANSWER, _("nobody at home")),
        ]


class ReadForm(forms.Form):
    """What a reply in words comes to; nothing chosen keeps it as an opinion."""

    verdict = forms.ChoiceField(choices=[("", ""), *Verdict.choices], required=False)
