"""How bad an outage is, and when planned works are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import OutageSeverity
from outages.forms.shape.moments import MomentField


class SeverityForm(forms.Form):
    """How bad it is, and why."""

    severity = forms.ChoiceField(label=_("Severity"), choices=OutageSeverity.choices)
    reason = forms.CharField(label=_("Why"), max_length=200)


class PostponeForm(forms.Form):
    """Another time for planned works."""

    planned_start_at = MomentField(label=_("From"), future=True)
    planned_end_at = MomentField(label=_("Until"), future=True)
    reason = forms.CharField(label=_("Reason for the public (Chinese)"), max_length=200)
    reason_en = forms.CharField(
        label=_("Reason for the public (English)"), max_length=200, required=False
    )
