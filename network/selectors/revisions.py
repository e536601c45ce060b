"""Which drawing of the network holds."""

from network.choices import RevisionStatus
from network.models import NetworkRevision


class NoNetwork(Exception):
    """No network has been imported yet."""

    def __init__(self) -> None:
        super().__init__("no network has been imported yet: run import_network or load_demo first")


def current_revision() -> NetworkRevision | None:
    """The revision in force, or None before the first import. One indexed query."""
    return NetworkRevision.objects.filter(status=RevisionStatus.CURRENT).first()
