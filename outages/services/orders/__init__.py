"""Orders to departments and crews: issued, taken, worked off, told, filed. One idea a module."""

from outages.services.orders.archive import archive_order, void_order
from outages.services.orders.contact import contact_user, feed_back
from outages.services.orders.escalation import escalate_order, resolve_escalation
from outages.services.orders.extension import ask_extension, decide_extension
from outages.services.orders.issue import (
    OrderFacts,
    draft_order,
    issue_draft,
    issue_for_report,
    issue_order,
    open_order,
)
from outages.services.orders.life import (
    accept_order,
    arrive,
    begin_if_accepted,
    expect_arrival,
    notify_crew,
    notify_department,
    set_out,
    start_work,
)
from outages.services.orders.locked import OrderRefused
from outages.services.orders.milestones import finish_milestone, plan_milestones
from outages.services.orders.overdue import escalate_overdue
from outages.services.orders.results import (
    ResultFacts,
    complete_repair,
    enter_result,
    send_back,
)
from outages.services.orders.transfer import transfer_order
from outages.services.orders.urging import urge_order

__all__ = [
    "OrderFacts",
    "OrderRefused",
    "ResultFacts",
    "accept_order",
    "archive_order",
    "arrive",
    "ask_extension",
    "begin_if_accepted",
    "complete_repair",
    "contact_user",
    "decide_extension",
    "draft_order",
    "enter_result",
    "escalate_order",
    "escalate_overdue",
    "expect_arrival",
    "feed_back",
    "finish_milestone",
    "issue_draft",
    "issue_for_report",
    "issue_order",
    "notify_crew",
    "notify_department",
    "open_order",
    "plan_milestones",
    "resolve_escalation",
    "send_back",
    "set_out",
    "start_work",
    "transfer_order",
    "urge_order",
    "void_order",
]
