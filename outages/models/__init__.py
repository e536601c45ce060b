from outages.models.callbacks.asking import (
    CallBack,
    CallBackDraw,
    CallBackTry,
    Improvement,
    Rectification,
)
from outages.models.callbacks.ratings import RatingLink
from outages.models.desk.calls import CallNote, HotlineCall
from outages.models.desk.public_reports import PublicReport
from outages.models.desk.reports import BurstReport
from outages.models.duties.tasks import OutageTask
from outages.models.events import Event
from outages.models.field.crews import Crew
from outages.models.field.photos import OperationPhoto
from outages.models.monthly.reports import ActionItem, MonthlyComment, MonthlyReport
from outages.models.once import SentForm
from outages.models.orders.records import (
    Escalation,
    ExtensionRequest,
    FollowUp,
    OrderMilestone,
    OrderTransfer,
    Urge,
    UserContact,
)
from outages.models.orders.work import WorkOrder
from outages.models.outages import Outage, RestorationEstimate
from outages.models.papers.approvals import LeaderApproval
from outages.models.papers.permits import Permit
from outages.models.papers.sheets import OutageSheet
from outages.models.privacy.access import Disclosure
from outages.models.publishing.channels import (
    ChannelState,
    GatewayToken,
    OptOut,
    ProviderState,
    WebhookSubscriber,
)
from outages.models.publishing.inbound import InboundMessage
from outages.models.publishing.notices import Delivery, OutageNotice
from outages.models.rules.alerts import Alert
from outages.models.rules.deadlines import Deadline
from outages.models.rules.departments import (
    Acceptor,
    Department,
    District,
    OrderCategory,
    RoutingEntry,
)
from outages.models.rules.policy import CalendarDay, PolicyValue
from outages.models.shifts.handover import Handover, HandoverItem
from outages.models.shifts.hours import ShiftPlan, ShiftTemplate
from outages.models.shifts.on_duty import LogEntry, SelfCheck, Shift, ShiftReview
from outages.models.shifts.rosters import CrewDuty
from outages.models.shutdown.plans import AffectedCustomer, IsolationPlan, ValveOperation
from outages.models.shutdown.pressure import PressureRun, WeakPlace
from outages.models.supply.points import SupplyPoint
from outages.models.supply.spells import SupplyMoment, SupplyReckoning, SupplySpell
from outages.models.systems.clients import IntakeClient, IntakeRequest
from outages.models.systems.exchange import Anomaly, ExchangeMessage

__all__ = [
    "Acceptor",
    "ActionItem",
    "AffectedCustomer",
    "Alert",
    "Anomaly",
    "BurstReport",
    "CalendarDay",
    "CallBack",
    "CallBackDraw",
    "CallBackTry",
    "CallNote",
    "ChannelState",
    "Crew",
    "CrewDuty",
    "Deadline",
    "Delivery",
    "Department",
    "Disclosure",
    "District",
    "Escalation",
    "Event",
    "ExchangeMessage",
    "ExtensionRequest",
    "FollowUp",
    "GatewayToken",
    "Handover",
    "HandoverItem",
    "HotlineCall",
    "Improvement",
    "InboundMessage",
    "IntakeClient",
    "IntakeRequest",
    "IsolationPlan",
    "LeaderApproval",
    "LogEntry",
    "MonthlyComment",
    "MonthlyReport",
    "OperationPhoto",
    "OptOut",
    "OrderCategory",
    "OrderMilestone",
    "OrderTransfer",
    "Outage",
    "OutageNotice",
    "OutageSheet",
    "OutageTask",
    "Permit",
    "PolicyValue",
    "PressureRun",
    "ProviderState",
    "PublicReport",
    "RatingLink",
    "Rectification",
    "RestorationEstimate",
    "RoutingEntry",
    "SelfCheck",
    "SentForm",
    "Shift",
    "ShiftPlan",
    "ShiftReview",
    "ShiftTemplate",
    "SupplyMoment",
    "SupplyPoint",
    "SupplyReckoning",
    "SupplySpell",
    "Urge",
    "UserContact",
    "ValveOperation",
    "WeakPlace",
    "WebhookSubscriber",
    "WorkOrder",
]
