"""The work of making a plan: from what holds now to stored rows."""

from outages.planning.basis import Basis, current_basis
from outages.planning.proposal import is_current, plan_again, plan_isolation
from outages.planning.refusals import NoPlan, PlanningRefused
from outages.planning.steps import make_steps
from outages.planning.whatif import WhatIf

__all__ = [
    "Basis",
    "NoPlan",
    "PlanningRefused",
    "WhatIf",
    "current_basis",
    "is_current",
    "make_steps",
    "plan_again",
    "plan_isolation",
]
