"""The Django project: settings, start-up, Celery, accounts and what every page shares."""

from gisapp.celery import app as celery_app

__all__ = ["celery_app"]
