from outages.models.access import Disclosure
from outages.models.alerts import Alert
from outages.models.callbacks import (
    CallBack,
    CallBackDraw,
    CallBackTry,
    Improvement,
    Rectification,
)
from outages.models.calls import CallNote, HotlineCall
from outages.models.channels import (
    ChannelState,
    GatewayToken,
    OptOut,
    ProviderState,
    WebhookSubscriber,
)
from outages.models.deadlines import Deadline
from outages.models.departments import (
    Acceptor,
    Department,
    District,
    OrderCategory,
    RoutingEntry,
)
from outages.models.duties import LeaderApproval, OutageSheet, OutageTask, Permit
from outages.models.events import Event
from outages.models.exchange import Anomaly, ExchangeMessage
from outages.models.inbound import InboundMessage
from outages.models.intake import IntakeClient, IntakeRequest
from outages.models.monthly import ActionItem, MonthlyComment, MonthlyReport
from outages.models.notices import Delivery, OutageNotice
from outages.models.order_records import (
    Escalation,
    ExtensionRequest,
    FollowUp,
    OrderMilestone,
    OrderTransfer,
    Urge,
    UserContact,
)
from outages.models.outages import Outage, RestorationEstimate
from outages.models.plans import AffectedCustomer, IsolationPlan, ValveOperation
from outages.models.policy import CalendarDay, PolicyValue
from outages.models.pressure import PressureRun, WeakPlace
from outages.models.public_reports import PublicReport
from outages.models.ratings import RatingLink
from outages.models.reports import BurstReport
from outages.models.shifts import (
    CrewDuty,
    Handover,
    HandoverItem,
    LogEntry,
    SelfCheck,
    Shift,
    ShiftPlan,
    ShiftReview,
    ShiftTemplate,
)
from outages.models.supply import SupplyMoment, SupplyReckoning, SupplySpell
from outages.models.supply_points import SupplyPoint
from outages.models.work import Crew, OperationPhoto, WorkOrder

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
