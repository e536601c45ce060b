"""Waits of callers on pages."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def seconds(length: timedelta | None) -> str:
    """Write a wait: 34 s, or 1:05 from a minute on; a dash where there is none."""
    if length is None:
        return "—"
    whole = round(length / timedelta(seconds=1))
    return f"{whole // 60}:{whole % 60:02}" if whole >= 60 else gettext("%(n)d s") % {"n": whole}
