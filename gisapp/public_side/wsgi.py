"""WSGI entry point of the public process: `gunicorn gisapp.public_side.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

# Not setdefault: this process must never come up with the control room's settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "gisapp.public_side.settings"

application = get_wsgi_application()
