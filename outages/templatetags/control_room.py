"""Small words and rows that the control room's templates need."""

from typing import Any

from django import template
from django.utils.translation import gettext, ngettext

from network.words import local
from outages.models import IsolationPlan, RestorationEstimate
from outages.views.control import plan_facts

register = template.Library()


@register.simple_tag
def localized(chinese: str, english: str) -> str:
    """Return the text in the page's language."""
    return local(chinese, english)


@register.simple_tag
def customers_lose(plan: IsolationPlan) -> str:
    """Say how many lose water by a plan, and how many of them are key users."""
    count = plan.customers_in_zone + plan.customers_unintended
    text = ngettext(
        "%(n)s customer loses water (%(persons)s people)",
        "%(n)s customers lose water (%(persons)s people)",
        count,
    ) % {"n": f"{count:,}", "persons": f"{plan.persons:,}"}
    if not plan.key_users:
        return text
    key = ngettext("among them %(n)d key user", "among them %(n)d key users", plan.key_users)
    return gettext("%(customers)s, %(key)s") % {
        "customers": text,
        "key": key % {"n": plan.key_users},
    }


# What may be assumed of a valve that the plan does not close.
OUTSIDE = ("added:", "opened:")


@register.simple_tag
def what_if_row(valve: str, where: str, chosen: dict[str, str], in_plan: bool) -> dict[str, Any]:
    """Return one row of the valve editor: what may be assumed of the valve, and what is."""
    assumed = chosen.get(valve, "")
    options = [
        ("", gettext("close") if in_plan else gettext("as it is"), assumed == ""),
        (f"inoperable:{valve}", gettext("stuck"), assumed == "inoperable"),
        (f"removed:{valve}", gettext("leave open"), assumed == "removed"),
        (f"added:{valve}", gettext("close as well"), assumed == "added"),
        (f"opened:{valve}", gettext("open to feed"), assumed == "opened"),
    ]
    if in_plan:
        options = [each for each in options if each[2] or not each[0].startswith(OUTSIDE)]
    return {"valve": valve, "where": where, "in_plan": in_plan, "options": options}


@register.filter
def of_outage(
    estimates: dict[int, list[RestorationEstimate]], outage_id: int
) -> list[RestorationEstimate]:
    """Return an outage's estimates, newest first."""
    return estimates.get(outage_id, [])


@register.simple_tag
def customers_of(plan: IsolationPlan) -> int:
    """Return how many customers lose water by a plan."""
    return plan.customers_in_zone + plan.customers_unintended


@register.filter
def reason(plan: IsolationPlan) -> str:
    """Say why a plan was made."""
    return plan_facts.reason_in_words(plan)
