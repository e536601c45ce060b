"""The outage's own life: planned ones, estimates, repair, restored, closed, cancelled."""

from outages.services.outages.beginning import (
    NOT_BEGUN,
    NotPublished,
    WindowRefused,
    begin_due_outages,
    confirm_impact,
    draft_planned_outage,
    make_ready,
    postpone_outage,
    start_outage,
)
from outages.services.outages.course import (
    EditedMeanwhile,
    OutageOver,
    change_estimate,
    record_repair,
)
from outages.services.outages.ending import (
    RestoreRefused,
    cancel_outage,
    close_outage,
    restore_outage,
)

__all__ = [
    "NOT_BEGUN",
    "EditedMeanwhile",
    "NotPublished",
    "OutageOver",
    "RestoreRefused",
    "WindowRefused",
    "begin_due_outages",
    "cancel_outage",
    "change_estimate",
    "close_outage",
    "confirm_impact",
    "draft_planned_outage",
    "make_ready",
    "postpone_outage",
    "record_repair",
    "restore_outage",
    "start_outage",
]
