"""Several forms stand in one panel: each has ids of its own, so that labels find their fields."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class PanelForm(forms.Form):
    """A form whose fields' ids begin with `mark`."""

    mark: ClassVar[str] = "id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.mark}-%s", **kwargs})


class ReasonForm(PanelForm):
    """A reason in words, kept with the record."""

    mark = "why"

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TextForm(PanelForm):
    """One line that stays on record."""

    mark = "text"

    text = forms.CharField(label=_("Text"), max_length=300)
