"""Print docs/outage-duties.md from the matrix in force."""

from typing import Any

from django.core.management.base import BaseCommand

from outages.policy.duty_page import duty_page


class Command(BaseCommand):
    """`./run manage print_duties > docs/outage-duties.md`."""

    help = "Print the page of duties from the decision matrix"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write it to standard output."""
        self.stdout.write(duty_page(), ending="")
