"""The work of making a plan: from what holds now to stored rows."""

from outages.planning.refusals import PlanningRefused
from outages.planning.whatif import WhatIf

__all__ = ["PlanningRefused", "WhatIf"]
