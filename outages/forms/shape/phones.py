"""Telephone numbers as people type them."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outages.policy.addresses import FEWEST_FIGURES, written_phone

_SHAPE: Final = re.compile(r"\+?[0-9\s()-]{6,20}", re.ASCII)


class PhoneField(forms.CharField):
    """6 to 20 figures, blanks, `+ - ( )`, of which six are figures; kept as `written_phone` says.

    It is a mobile number's eleven figures however it was typed: who calls again is found by it.
    """

    default_error_messages = {"invalid": _("This is no telephone number.")}

    def to_python(self, value: Any) -> str:
        """Return the number as it is kept."""
        return written_phone(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        """Refuse what nobody could ring."""
        super().validate(value)
        if value and not (
            _SHAPE.fullmatch(value) and len(re.sub(r"[^0-9]", "", value)) >= FEWEST_FIGURES
        ):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
