"""Where migration 0035 looks for a column's default; the models are in `systems`."""

from outages.models.systems.clients import reports_alone

__all__ = ["reports_alone"]
