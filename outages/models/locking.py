"""Transactions that wait for one another in one order, and go again where the database says so.

Locks are taken in this order: the decision lock, the network's revision, outages by key, report,
plan, step, order. Rows are locked FOR NO KEY UPDATE, so that an event which only points at a locked
row does not wait.
"""

import random
from collections.abc import Callable
from functools import wraps
from time import sleep
from typing import Final, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from network.choices import RevisionStatus
from outages.models.outages import Outage
from outages.workflow import OPEN_OUTAGES

P = ParamSpec("P")
R = TypeVar("R")

# Deadlock and serialization failure: the transaction did nothing, and may be run again.
_AGAIN: Final = frozenset({"40P01", "40001"})
_PAUSES_S: Final = (0.02, 0.1, 0.4)
# Any number that nothing else locks; held until the transaction ends.
_DECISIONS: Final = 7_130_002


def whole(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction; repeat all of it after a deadlock.

    Inside a transaction of the caller it is a savepoint and is not repeated: that one is lost.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        pauses = () if connection.in_atomic_block else _PAUSES_S
        for pause_s in pauses:
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _AGAIN:
                    raise
            sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - parts the rivals, no secret
        with transaction.atomic():
            return function(*args, **kwargs)

    return run


def lock_decisions() -> None:
    """Let one decision at a time change what outages hold: approve, adopt, reopen, restore.

    Two plans approved at once would each be computed without the other. The open outages are
    locked as well, so that no crew turns a valve between the look and the decision, and the
    network's revision is shared: an import that publishes the next one waits for the decision,
    or the decision for the import, and then sees that the plan is out of date. Neither waits long:
    an import touches that row just before it commits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DECISIONS])
        cursor.execute(
            "SELECT number FROM network_networkrevision WHERE status = %s FOR SHARE",
            [RevisionStatus.CURRENT],
        )
    rows = Outage.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(status__in=OPEN_OUTAGES).order_by("pk").values_list("pk", flat=True))
