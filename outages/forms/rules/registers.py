"""The registers: who accepts orders, and where they go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.shape.named import NamedField
from outages.forms.shape.panel import PanelForm
from outages.forms.shape.phones import PhoneField
from outages.models import Crew, Department, District, OrderCategory


class AcceptorForm(PanelForm):
    """Somebody who takes orders for a department."""

    mark = "acceptor"

    name = forms.CharField(label=_("Name"), max_length=80)
    phone = PhoneField(label=_("Telephone"))
    is_liaison = forms.BooleanField(label=_("Liaison around the clock"), required=False)
    from_hour = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    to_hour = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )


class RouteForm(PanelForm):
    """A routing rule; an empty category or district means every one."""

    mark = "route"

    category = NamedField(
        label=_("Category"),
        queryset=OrderCategory.objects.none(),
        required=False,
        empty_label=_("every category"),
    )
    district = NamedField(
        label=_("District"),
        queryset=District.objects.none(),
        required=False,
        empty_label=_("everywhere"),
    )
    department = NamedField(label=_("Department"), queryset=Department.objects.none())
    crew = NamedField(
        label=_("Crew"), queryset=Crew.objects.none(), required=False, empty_label=_("none")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "category": OrderCategory.objects.all(),
            "district": District.objects.order_by("code"),
            "department": Department.objects.filter(takes_orders=True).order_by("pk"),
            "crew": Crew.objects.order_by("code"),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
