"""Why no plan can be made."""

from enum import StrEnum

from outages.workflow import Refused


class NoPlan(StrEnum):
    """The reasons, as codes for screens."""

    NO_NETWORK = "no_network"
    NO_PIPE = "no_pipe"  # the report is on no pipe yet
    NO_PIPES = "no_pipes"  # nobody said which pipes to work on
    UNKNOWN_ASSET = "unknown_asset"


class PlanningRefused(Refused):
    """There is nothing to plan on; `code` is a NoPlan."""

    codes = tuple(NoPlan)
