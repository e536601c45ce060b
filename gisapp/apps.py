"""The project as an application: its checks, templates and static files."""

from django.apps import AppConfig


class GisappConfig(AppConfig):
    """Registers the deployment checks when Django starts."""

    name = "gisapp"
    verbose_name = "Mainbreak"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from gisapp import checks  # noqa: F401
