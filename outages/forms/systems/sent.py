"""What programs send: instants with their zone, a point, an outage by its code."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from outages.models import Outage

# What another system has kept for longer is no report any more but a file.
OLDEST = timedelta(days=7)
# A clock that runs ahead a little is no reason to lose a report.
AHEAD = timedelta(minutes=2)


class ZonedMoment(forms.Field):
    """A time as ISO 8601 with its zone."""

    default_error_messages = {"invalid": _("A time in ISO 8601 with its zone is needed.")}

    def to_python(self, value: Any) -> datetime | None:
        """Read it; None for nothing."""
        if value in self.empty_values:
            return None
        try:
            at = parse_datetime(value) if isinstance(value, str) else None
            # At either end of the calendar there is no such time in UTC, which is what is kept.
            if at is not None and at.tzinfo is not None:
                at.astimezone(UTC)
        except (ValueError, OverflowError):
            at = None
        if at is None or at.tzinfo is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return at


class PastMoment(ZonedMoment):
    """A time that was, at most 7 days ago; a clock that runs ahead a little is now."""

    def to_python(self, value: Any) -> datetime | None:
        """Read it and keep it within bounds."""
        at = super().to_python(value)
        now = timezone.now()
        if at is not None and at > now + AHEAD:
            raise forms.ValidationError(_("This is in the future."), code="future")
        if at is not None and at < now - OLDEST:
            raise forms.ValidationError(_("This is more than 7 days ago."), code="too_old")
        return at


class OutageCodeField(forms.CharField):
    """The code of an outage, as messages name it."""

    def clean(self, value: Any) -> Any:
        """Find it; None for nothing."""
        code = super().clean(value)
        if not code:
            return None
        outage = Outage.objects.filter(code=code).first()
        if outage is None:
            raise forms.ValidationError(_("There is no such outage."), code="outage_unknown")
        return outage


class PointForm(forms.Form):
    """A point in degrees, EPSG:4326, or none."""

    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none."""
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lon", forms.ValidationError(_("Give both or none."), code="half"))
        return data
