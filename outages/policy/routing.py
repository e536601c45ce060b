"""Which department, and which of its crews, an order goes to: by category and by place.

RULE 1  A rule that names the category goes before one for every category.
RULE 2  Among those, a rule that names a district where the place lies goes before one for
        everywhere; of several districts the first listed counts (callers list the smallest first).
RULE 3  A rule for another category, or for a district where the place does not lie, is out.
RULE 4  With no rule left, the category's own department.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RoutingRule:
    """`category` "" is every category, `district` "" everywhere; `crew` may be empty."""

    category: str
    district: str
    department: str
    crew: str = ""


@dataclass(frozen=True)
class Route:
    """Where an order is proposed to go. `why` is category, district or default."""

    department: str
    crew: str
    why: str


def propose_route(
    category: str, *, default: str, districts: Sequence[str], rules: Iterable[RoutingRule]
) -> Route:
    """Return the route of an order of `category` at a place inside `districts`, smallest first.

    `default` is the department of the category itself. Rules that are equally near keep the order
    they are given in.
    """
    nearness = {district: place for place, district in enumerate(districts)}  # RULE 2
    everywhere = len(nearness)
    fitting = [
        (rule.category != category, nearness.get(rule.district, everywhere), place, rule)
        for place, rule in enumerate(rules)
        if rule.category in ("", category) and (not rule.district or rule.district in nearness)
    ]
    if not fitting:
        return Route(default, "", "default")  # RULE 4
    _other, _near, _place, best = min(fitting, key=lambda each: each[:3])  # RULES 1 and 2
    return Route(best.department, best.crew, "district" if best.district else "category")
