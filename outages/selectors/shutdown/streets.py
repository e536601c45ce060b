"""The streets of a plan's pipes without water, as the drawing names them."""

from network.models import Pipe
from outages.models import IsolationPlan


def streets_dry(plan: IsolationPlan) -> list[tuple[str, str]]:
    """Return (name, English name) of each street with a newly dry pipe. One query.

    By the drawing that the plan was computed on; pipes without a street are left out.
    """
    rows = Pipe.objects.filter(
        revision__number=plan.revision_number, asset_id__in=plan.answer["pipes_dry"]
    ).exclude(street="")
    return list(rows.order_by("street", "street_en").values_list("street", "street_en").distinct())
