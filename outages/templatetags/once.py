"""The number of a form that counts once."""

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from outages.views.shape.once import FIELD

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """Write the hidden field with a number of its own for each form of each page."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4())
