"""How a field of a form is to be drawn, asked by templates that draw whole forms."""

from django import forms, template
from django.forms import BoundField

register = template.Library()


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether the field is a row of buttons of which one, or some, are pressed."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the field is a box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)
