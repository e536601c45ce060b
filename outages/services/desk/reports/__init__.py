"""What people tell us: taking a report, placing it, and what becomes of it."""

from outages.services.desk.reports.ending import answer_report, invalidate_report, reopen_report
from outages.services.desk.reports.merging import MergeRefused, merge_report, unmerge_report
from outages.services.desk.reports.moving import plan_on_commit, wants_plan
from outages.services.desk.reports.returning import wait_again
from outages.services.desk.reports.taking import (
    ReportFacts,
    ReportRefused,
    new_reference,
    place_report,
    report_burst,
    told_before,
)

__all__ = [
    "MergeRefused",
    "ReportFacts",
    "ReportRefused",
    "answer_report",
    "invalidate_report",
    "merge_report",
    "new_reference",
    "place_report",
    "plan_on_commit",
    "reopen_report",
    "report_burst",
    "told_before",
    "unmerge_report",
    "wait_again",
    "wants_plan",
]
