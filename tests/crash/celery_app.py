"""The worker of the crash harness: the application's own, as impatient as its other senders."""

from celery.signals import worker_process_init

from gisapp.celery import app

__all__ = ["app"]


@worker_process_init.connect
def _be_impatient(**_kwargs: object) -> None:
    from tests.outages import sender

    sender.prepare(unfenced=False)
