"""What a crew and the desk do in one outage of the demo's past: valves, duties, repair, the end.

Made through the services, each at its moment. Only that messages left long ago is written by
hand: the demo's gateways would send them now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db.models import F

from gisapp.demo import answers
from outages.choices import CallResult
from outages.models import Crew, Delivery, Outage, ValveOperation, WorkOrder
from outages.policy.matrix import Task
from outages.selectors import plan_in_force
from outages.services import duties, orders, outages
from outages.services.callbacks.following import open_callbacks
from outages.services.duties import DutyRefused, Evidence
from outages.services.field import reopening, work
from outages.services.orders import ResultFacts
from outages.workflow import DeliveryStatus, DutyStatus, StepStatus, WorkOrderStatus

MINUTE: Final = timedelta(minutes=1)
_A_STEP: Final = 4 * MINUTE
_PROOF: Final = Evidence(
    evidence_url="https://portal.example/gg/1", evidence="现场张贴", told_to="值班室"
)
# What nobody ticks off: its own record does.
_BY_RECORD: Final = frozenset(
    {Task.OUTAGE_SHEET, Task.PERMIT, Task.LEADER_APPROVAL, Task.SMS, Task.EXCHANGE}
)


class CrewWork:
    """One outage that is dealt with by one crew; `clock` is when the last thing was done."""

    def __init__(
        self, outage: Outage, *, crew: Crew, people: dict[str, Any], clock: datetime, now: datetime
    ) -> None:
        self.outage, self.crew, self.people = outage, crew, people
        self.clock, self.now = clock, now

    def after(self, minutes: float) -> datetime:
        """Let so many minutes pass."""
        self.clock += minutes * MINUTE
        return self.clock

    def do_duties(self) -> None:
        """Tick off whatever waits, each by whom it belongs to."""
        for duty in self.outage.duties.filter(status=DutyStatus.PENDING).order_by("pk"):
            if duty.task in _BY_RECORD:
                continue
            at = self.after(0.3)
            try:
                if duty.task.startswith(("phone_", "tell_", "notify_")):
                    duties.record_call(
                        duty, result=CallResult.REACHED, given=_PROOF, by=None, at=at
                    )
                else:
                    duties.complete(duty, given=_PROOF, by=None, at=at)
            except DutyRefused:
                continue

    def set_out(self, order: WorkOrder) -> None:
        """The crew hears of it, and then everybody else; it takes the order and drives there."""
        order = orders.notify_crew(order, by=self.people["dispatcher"], at=self.after(1))
        self.do_duties()
        order = orders.accept_order(order, by=None, at=self.after(3))
        order = orders.set_out(order, by=None, at=self.after(3))
        orders.arrive(order, by=None, at=self.after(16))

    def turn(self, steps: list[ValveOperation], pause: timedelta = _A_STEP) -> None:
        """Sign these steps, one after the other."""
        for step in steps:
            self.clock += pause
            step.refresh_from_db()
            if step.status != StepStatus.PENDING:
                continue
            work.record_valve_operation(
                step, result="done", done_at=self.clock, client_key=uuid4(), by=None, at=self.clock
            )

    def shut(self) -> None:
        plan = plan_in_force(self.outage)
        assert plan is not None, "the outage was approved"
        self.turn(list(plan.operations.filter(direction="close").order_by("sequence")))
        order = orders.open_order(self.outage)
        # Where all the valves were shut for another outage already, no step has begun it.
        if order is not None and order.status == WorkOrderStatus.ON_SITE:
            orders.start_work(order, by=None, at=self.after(1))

    def repair(self, *, found: str, done: str) -> None:
        """Mend it; the leak check passes."""
        order = orders.open_order(self.outage)
        assert order is not None, "a crew was ordered"
        work.complete_repair(
            order,
            cause_found=found,
            action_taken=done,
            leak_check_passed=True,
            by=None,
            at=self.clock,
        )

    def reopen(self, pause: timedelta) -> None:
        """Open valve by valve; a long pause brings some parts of the area back before others."""
        plan = reopening.plan_reopening(self.outage, by=self.people["dispatcher"], at=self.after(3))
        self.turn(list(plan.steps), pause)

    def end(self) -> None:
        """Water is back, everybody is told, the order and the outage are filed."""
        self.outage.refresh_from_db()
        outages.restore_outage(self.outage, by=self.people["dispatcher"], at=self.after(5))
        self.do_duties()
        order = orders.open_order(self.outage)
        if order is not None:
            result = ResultFacts(result="已修复，冲洗后恢复供水。", leak_check_passed=True)
            order = orders.enter_result(order, facts=result, by=None, at=self.after(20))
            order = orders.feed_back(
                order, told="已告知恢复供水", by=self.people["call_agent"], at=self.after(15)
            )
            self.ask_and_file(order)
        self.outage.refresh_from_db()
        outages.close_outage(self.outage, by=self.people["dispatcher"], at=self.after(30))
        messages_left(self.outage)

    def ask_and_file(self, order: WorkOrder) -> None:
        """Ask the user, who is content; file the order where nothing is owed."""
        agent, now = self.people["call_agent"], self.now
        called_at = self.clock + timedelta(hours=20)
        over = answers.settle(order, "1", called_at=called_at, by=agent, now=now)
        if over is not None and not open_callbacks(order):
            orders.archive_order(order, by=agent, at=min(over + timedelta(hours=1), now))


def messages_left(outage: Outage) -> None:
    """Let the notices' messages have gone out when they were due."""
    waiting = Delivery.objects.filter(notice__outage=outage, status=DeliveryStatus.PENDING)
    waiting.update(status=DeliveryStatus.ACCEPTED, accepted_at=F("due_at"))
