"""What the templates of the monthly report ask for."""

from collections.abc import Mapping

from django import template
from django.forms import Form

register = template.Library()


@register.filter
def of_section(forms: Mapping[str, Form], section: str) -> Form:
    """Return the form of one section."""
    return forms[str(section)]
