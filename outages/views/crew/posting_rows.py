"""Where the notice of an order's outage is to hang, as the crew's page shows it."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from network.words import local
from outages.choices import DutyAbout
from outages.models import OutageTask, WorkOrder
from outages.selectors.duties import postings_of


@dataclass(frozen=True)
class Posting:
    """One place: what the notice there is to say, and the key under which the phone tells."""

    duty: OutageTask
    place: str
    news: str
    client_key: UUID

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.duty.status == "pending"


def postings(order: WorkOrder) -> list[Posting]:
    """Return the postings of an order's outage: all that wait, and those done last."""
    if order.outage is None:
        return []
    return [
        Posting(
            duty=duty,
            place=local(duty.target_name, duty.target_name_en) or duty.target.partition(":")[2],
            news="" if duty.about == DutyAbout.FIRST else str(duty.get_about_display()),
            client_key=uuid4(),
        )
        for duty in postings_of(order.outage)
    ]
