"""What somebody found at a valve, or decided about a source."""

from typing import Any, Protocol

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from network.choices import Operability, ValveState

# What was found -> (attribute, value that it records, how it is said).
FOUND: dict[str, tuple[str, str, str | Promise]] = {
    "closed": ("state", ValveState.CLOSED, _("It is closed")),
    "open": ("state", ValveState.OPEN, _("It is open")),
    "inoperable": ("operability", Operability.INOPERABLE, _("It is seized")),
    "inaccessible": ("operability", Operability.INACCESSIBLE, _("It is buried or out of reach")),
    "operable": ("operability", Operability.OPERABLE, _("It turns")),
}
MOST_REASON = 200


class Standing(Protocol):
    """One attribute of a valve as it holds."""

    @property
    def value(self) -> str: ...


class Record(Protocol):
    """A valve as it stands now."""

    @property
    def state(self) -> Standing: ...
    @property
    def operability(self) -> Standing: ...


def _reason(example: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=MOST_REASON,
        help_text=example,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ValveForm(forms.Form):
    """What was found. `confirmed` names the state that the consequences shown were true of."""

    found = forms.ChoiceField(label=_("What you found"), widget=forms.RadioSelect)
    reason = _reason(_("Who saw it, on what occasion"))
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holds = {"state": record.state.value, "operability": record.operability.value}
        # What already holds is nothing to record.
        self.fields["found"].choices = [  # type: ignore[attr-defined]
            (name, label)
            for name, (attribute, value, label) in FOUND.items()
            if holds[attribute] != value
        ]

    @property
    def attribute(self) -> str:
        """What the answer is about: state or operability."""
        return FOUND[self.cleaned_data["found"]][0]

    @property
    def value(self) -> str:
        """The value that the answer records."""
        return FOUND[self.cleaned_data["found"]][1]


class SourceForm(forms.Form):
    """Why a source is put out of action or back to work; `wanted` is which of both was meant."""

    wanted = forms.ChoiceField(
        choices=[("in_action", ""), ("out_of_action", "")],
        required=False,
        widget=forms.HiddenInput,
    )
    reason = _reason(_("What happened, who decided it"))
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
