"""Settings of processes that are killed: the application's own, with the places to die at."""

from gisapp.settings import *  # noqa: F403

KILL_POINTS = True
SENDERS_PER_CHANNEL = 4
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
