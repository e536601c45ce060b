"""What starts and what stops each limit. Use cases tell what happened; the rules stand here.

    report taken ── dispatch_notify ──► department told ── accept_normal ──► order taken
    report taken ── repair_start ──► on site,  ── repair_finish ──► repaired
    leak back, or not accepted ── repair_finish ──► repaired again
    complaint ── accept_complaint ──► taken,  ── complaint_reply ──► user told
    question ── consult_reply ──► answered or told
    transferred ── transfer_followup_call ──► user called
    completed ── callback_phone_due ──► user asked
    sheet received ── publish_after_receipt, publish_in_shift ──► published
    planned ── public_notice_lead, key_user_notice ──► published, key users told (before the start)
    duty listed ── duty_at_once, publish_after_receipt, duty_before_start ──► done by everybody

Every function belongs to the transaction of its caller, who appends the event of what happened.
"""

from outages.services.rules.clocks.callbacks import (
    callback_made,
    callback_over,
    callback_owed,
    rectification_owed,
    rectified,
)
from outages.services.rules.clocks.calls import call_made, call_owed, reply_due_at
from outages.services.rules.clocks.orders import (
    department_told,
    extend,
    limit_of,
    limits_of,
    limits_of_report,
    on_site,
    order_issued,
    order_over,
    order_taken,
    order_taken_over,
    order_transferred,
    repair_failed,
    repaired,
    user_told,
)
from outages.services.rules.clocks.outages import (
    duty_over,
    duty_owed,
    key_users_spared,
    key_users_to_tell,
    key_users_told,
    outage_moved,
    outage_opened,
    outage_over,
    outage_planned,
    published,
    ready_to_publish,
)
from outages.services.rules.clocks.reports import (
    complaint_made,
    complaint_withdrawn,
    report_moved,
    report_taken,
)

__all__ = [
    "call_made",
    "call_owed",
    "callback_made",
    "callback_over",
    "callback_owed",
    "complaint_made",
    "complaint_withdrawn",
    "department_told",
    "duty_over",
    "duty_owed",
    "extend",
    "key_users_spared",
    "key_users_to_tell",
    "key_users_told",
    "limit_of",
    "limits_of",
    "limits_of_report",
    "on_site",
    "order_issued",
    "order_over",
    "order_taken",
    "order_taken_over",
    "order_transferred",
    "outage_moved",
    "outage_opened",
    "outage_over",
    "outage_planned",
    "published",
    "ready_to_publish",
    "rectification_owed",
    "rectified",
    "repair_failed",
    "repaired",
    "reply_due_at",
    "report_moved",
    "report_taken",
    "user_told",
]
