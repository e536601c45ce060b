"""Which drawing of the network holds."""

from network.choices import RevisionStatus
from network.models import NetworkRevision


def current_revision() -> NetworkRevision | None:
    """The revision in force, or None before the first import. One indexed query."""
    return NetworkRevision.objects.filter(status=RevisionStatus.CURRENT).first()
