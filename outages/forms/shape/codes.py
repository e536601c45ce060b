"""Codes of assets, typed in a row."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from network.models import Pipe, Source, Valve
from network.selectors import current_revision


def typed_codes(text: str) -> list[str]:
    """Return the codes, each once, in the order typed; blanks, commas and their like part them."""
    return list(dict.fromkeys(code for code in re.split(r"[\s,，;；、]+", text) if code))


def require_known(model: type[Pipe] | type[Source] | type[Valve], codes: Iterable[str]) -> None:
    """Raise ValidationError naming the codes that the network in force does not have."""
    asked = list(codes)
    rows = model._default_manager.filter(revision=current_revision(), asset_id__in=asked)
    known = set(rows.values_list("asset_id", flat=True))
    if unknown := [code for code in asked if code not in known]:
        text = _("Not in the network: %(codes)s")
        raise ValidationError(text % {"codes": ", ".join(unknown)})
