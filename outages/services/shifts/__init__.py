"""The desk's shifts: opened, kept a log of, handed over with two signatures."""

from outages.services.shifts.handover import (
    begin_handover,
    give,
    note_handover,
    take_over,
    tell_item,
    tell_items,
)
from outages.services.shifts.keeping import ShiftRefused, review_previous, write_log
from outages.services.shifts.opening import change_leader, open_first_shift, ship_shifts
from outages.services.shifts.self_check import (
    record_self_check,
    report_fault,
    watch_for_silence,
)
from outages.services.shifts.times import set_times

__all__ = [
    "ShiftRefused",
    "begin_handover",
    "change_leader",
    "give",
    "note_handover",
    "open_first_shift",
    "record_self_check",
    "report_fault",
    "review_previous",
    "set_times",
    "ship_shifts",
    "take_over",
    "tell_item",
    "tell_items",
    "watch_for_silence",
    "write_log",
]
