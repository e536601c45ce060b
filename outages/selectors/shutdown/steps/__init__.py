"""Steps of a plan: how one is made, and all of them in order."""

from outages.selectors.shutdown.steps.closing import (
    MadeSteps,
    StepsToMake,
    plan_steps,
    steps_to_store,
)
from outages.selectors.shutdown.steps.making import (
    copy_done,
    minutes_of,
    opposite_step,
    order_facts,
    outlet_rows,
    outlet_step,
)

__all__ = [
    "MadeSteps",
    "StepsToMake",
    "copy_done",
    "minutes_of",
    "opposite_step",
    "order_facts",
    "outlet_rows",
    "outlet_step",
    "plan_steps",
    "steps_to_store",
]
