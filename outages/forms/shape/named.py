"""Records chosen by their name in the page's language."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from network.words import local


class NamedField(forms.ModelChoiceField):
    """Records with a Chinese and an English name, shown in the page's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Name the record."""
        return name_of(obj)


class CrewField(NamedField):
    """Crews that may be sent; who is on the roster now says so."""

    def label_from_instance(self, obj: Any) -> str:
        """Name the crew, and say that it is on duty at this hour."""
        name = name_of(obj)
        return f"{name} · {gettext('on duty now')}" if getattr(obj, "is_on_roster", False) else name


def name_of(record: Any) -> str:
    """Return the record's name in the page's language; Chinese where it has no other."""
    return local(record.name, record.name_en)
