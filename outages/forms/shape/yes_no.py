"""Questions that are answered with yes or no, never by leaving them out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class TrunkRoadField(forms.TypedChoiceField):
    """Yes or no, and nothing chosen beforehand: it is asked, never guessed."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Works on a trunk road?"),
            "choices": YES_NO,
            "coerce": lambda value: value == "yes",
            "empty_value": None,
            "widget": forms.RadioSelect,
        }
        super().__init__(**{**given, **kwargs})
