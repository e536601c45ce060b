"""Dates with times, in the browser's own picker, in the utility's time zone."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Half a year typed is one too: 2 or 202 for 2026. No clock of ours could reckon with it.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100


class MomentField(forms.DateTimeField):
    """An instant to the minute. With `future=True` the past is refused."""

    def __init__(self, *, future: bool = False, **kwargs: Any) -> None:
        self.future = future
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        """Return the instant, aware."""
        at: datetime | None = super().clean(value)
        if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValidationError(_("This year cannot be right."), code="year")
        if self.future and at is not None and at <= timezone.now() - timedelta(minutes=1):
            raise ValidationError(_("This time has passed already."), code="past")
        return at
