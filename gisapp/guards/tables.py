"""What the database itself keeps: one list of every table, and the triggers that hold it.

A row of an appended table is never changed and never deleted, one of a kept table never deleted:
it is voided, cancelled or superseded with a reason. Neither is ever emptied. Every model stands on
the list or is excused with a reason; `tests/gisapp/test_guards.py` walks it and tries.

The triggers are raised after each migration, so a new table needs its line here and nothing else.
They protect from the product's own mistakes and from a hand at the console. Only the owner of the
tables can take them off, which the product does not run as (`application_role`, whose rights are
drawn from this list); `manage check --database default` tells of one that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import sql


class Change(StrEnum):
    """What a guard may refuse."""

    UPDATE = "UPDATE"
    DELETE = "DELETE"
    TRUNCATE = "TRUNCATE"


# Facts: what was said, seen, done or decided at a moment.
APPENDED: Final = frozenset(
    [
        "network.SourceActivityChange",
        "network.ValveStateChange",
        "outages.AffectedCustomer",
        "outages.CalendarDay",
        "outages.CallBackTry",
        "outages.CallNote",
        "outages.Disclosure",
        "outages.Event",
        "outages.HotlineCall",
        "outages.Improvement",
        "outages.LogEntry",
        "outages.IntakeRequest",
        "outages.MonthlyComment",
        "outages.OptOut",
        "outages.OrderTransfer",
        "outages.PolicyValue",
        "outages.RestorationEstimate",
        "outages.ShiftPlan",
        "outages.ShiftReview",
        "outages.Urge",
        "outages.UserContact",
    ]
)
# Records that live: their states change by services, each change with an event.
KEPT: Final = frozenset(
    [
        "accounts.User",
        "network.ImportRun",
        "network.NetworkRevision",
        "outages.Acceptor",
        "outages.ActionItem",
        "outages.Alert",
        "outages.Anomaly",
        "outages.BurstReport",
        "outages.CallBack",
        "outages.CallBackDraw",
        "outages.ChannelState",
        "outages.Crew",
        "outages.CrewDuty",
        "outages.Deadline",
        "outages.Delivery",
        "outages.Department",
        "outages.Escalation",
        "outages.ExchangeMessage",
        "outages.ExtensionRequest",
        "outages.FollowUp",
        "outages.Handover",
        "outages.HandoverItem",
        "outages.InboundMessage",
        "outages.IntakeClient",
        "outages.IsolationPlan",
        "outages.LeaderApproval",
        "outages.MonthlyReport",
        "outages.OperationPhoto",
        "outages.OrderCategory",
        "outages.OrderMilestone",
        "outages.Outage",
        "outages.OutageNotice",
        "outages.OutageSheet",
        "outages.OutageTask",
        "outages.Permit",
        "outages.ProviderState",
        "outages.PublicReport",
        "outages.RatingLink",
        "outages.Rectification",
        "outages.RoutingEntry",
        "outages.SelfCheck",
        "outages.Shift",
        "outages.ShiftTemplate",
        "outages.SupplyPoint",
        "outages.ValveOperation",
        "outages.WebhookSubscriber",
        "outages.WorkOrder",
    ]
)
_OF_A_REVISION = "drawn anew with each import; the revisions keep their record, not their rows"
_RECKONED = "reckoned from the network, and reckoned again whenever it changes"
_SPELLS = "reckoned from signed valve steps and reports, which are kept"
_BACKGROUND = "a picture behind the map, loaded anew as a whole"
_STATE = "the state now; how it came about is an appended history of its own"
_OF_DJANGO = "the framework's own table of what the program can do"
_OF_AXES = "failed sign-ins, which the library itself forgets after a while"
# Model -> why its rows may go.
MAY_GO: Final[dict[str, str]] = {
    **dict.fromkeys(
        [
            "network.Junction",
            "network.Pipe",
            "network.PipeSplit",
            "network.Valve",
            "network.Hydrant",
            "network.Source",
            "network.Customer",
            "network.Area",
            "network.Organisation",
        ],
        _OF_A_REVISION,
    ),
    "network.CheckFinding": "goes with the import run that found it, and that is kept",
    **dict.fromkeys(
        [
            "network.CriticalityRun",
            "network.PipeCriticality",
            "network.ValveCriticality",
            "network.BestValvePlace",
            "outages.PressureRun",
            "outages.WeakPlace",
        ],
        _RECKONED,
    ),
    **dict.fromkeys(
        ["outages.SupplySpell", "outages.SupplyMoment", "outages.SupplyReckoning"], _SPELLS
    ),
    **dict.fromkeys(
        ["network.TrunkRoad", "layers.BackgroundFeature", "layers.PublicPlace"], _BACKGROUND
    ),
    **dict.fromkeys(["network.ValveCondition", "network.SourceActivity"], _STATE),
    "outages.SentForm": "keeps a form that is sent twice from counting twice, for a day",
    "outages.District": "a drawn area; what was routed by it names its department itself",
    "outages.GatewayToken": "a key of a gateway, worth nothing after an hour",
    "outages.Shift_people": "who sits at a desk now; who came and went is in the duty log",
    "accounts.User_groups": "who may what now; the roles' rights are a table in the program",
    "accounts.User_user_permissions": "who may what now; no role uses it",
    **dict.fromkeys(
        ["auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"],
        _OF_DJANGO,
    ),
    "admin.LogEntry": "what the administration site did; the framework's own",
    "sessions.Session": "ends when its owner signs out",
    **dict.fromkeys(
        [
            "axes.AccessAttempt",
            "axes.AccessAttemptExpiration",
            "axes.AccessFailureLog",
            "axes.AccessLog",
        ],
        _OF_AXES,
    ),
    **dict.fromkeys(
        ["gis.PostGISGeometryColumns", "gis.PostGISSpatialRefSys"], "the extension's own"
    ),
}

# Only the tests' clean-up sets this; no setting of the product does.
MAY_EMPTY: Final = "mainbreak.may_empty"
_REFUSES: Final = {
    Change.UPDATE: "outages_refuse_change",
    Change.DELETE: "outages_refuse_deletion",
    Change.TRUNCATE: "outages_refuse_emptying",
}
# Bits of pg_trigger.tgtype.
_BITS: Final = {Change.UPDATE: 16, Change.DELETE: 8, Change.TRUNCATE: 32}
_STANDING = """
    SELECT c.relname, t.tgtype
    FROM pg_class c
    LEFT JOIN (
        pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname LIKE '%%\\_refuse\\_%%'
    ) ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgqual IS NULL AND t.tgenabled = 'O'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY(%s)
"""


@dataclass(frozen=True, order=True)
class Guard:
    """One change that one table refuses."""

    table: str
    change: Change
    is_appended: bool = False

    @property
    def raising(self) -> sql.Composed:
        """The statement that raises it."""
        by_change = self.is_appended and self.change != Change.TRUNCATE
        each = "STATEMENT" if self.change == Change.TRUNCATE else "ROW"
        return sql.SQL(
            "CREATE OR REPLACE TRIGGER {} BEFORE {} ON {} FOR EACH {} EXECUTE FUNCTION {}()"
        ).format(
            sql.Identifier(f"{self.table}_no_{self.change.lower()}"),
            sql.SQL(self.change),
            sql.Identifier(self.table),
            sql.SQL(each),
            sql.Identifier(_REFUSES[Change.UPDATE if by_change else self.change]),
        )


def guards() -> Iterator[Guard]:
    """Return every guard of the list."""
    for label in sorted(APPENDED | KEPT):
        table = apps.get_model(label)._meta.db_table
        for change in Change:
            if change != Change.UPDATE or label in APPENDED:
                yield Guard(table, change, label in APPENDED)


def missing_guards(*, using: str = DEFAULT_DB_ALIAS) -> list[Guard]:
    """Return the guards that do not stand; of tables that are not made yet, none. One query."""
    wanted = list(guards())
    bits: dict[str, int] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(_STANDING, [sorted({guard.table for guard in wanted})])
        for table, kind in cursor.fetchall():
            bits[table] = bits.get(table, 0) | (kind or 0)
    return [
        guard
        for guard in wanted
        if guard.table in bits and not bits[guard.table] & _BITS[guard.change]
    ]


def raise_guards(*, using: str = DEFAULT_DB_ALIAS) -> list[Guard]:
    """Raise the guards that are missing, and return them. Safe to repeat."""
    raised = missing_guards(using=using)
    if not raised:
        return []
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proname = %s", [_REFUSES[Change.TRUNCATE]]
        )
        if not cursor.fetchone()[0]:  # half-way through the migrations
            return []
        for guard in raised:
            cursor.execute(guard.raising)
    return raised
