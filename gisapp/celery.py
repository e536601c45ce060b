"""The Celery application. Celery only wakes workers: every promise is a row in the database."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")

app = Celery("mainbreak")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def _keep_django_logging(**_kwargs: object) -> None:
    """Leave logging as settings.LOGGING made it: connecting is what stops Celery's own set-up."""


@heartbeat_sent.connect
def _show_a_sign_of_life(**_kwargs: object) -> None:
    """Touch the file that a container's health check looks at, where one is named."""
    if file := os.environ.get("WORKER_HEARTBEAT_FILE"):
        Path(file).touch()
