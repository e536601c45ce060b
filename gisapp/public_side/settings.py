"""Settings of the public process: the product's, less everything that signs in, sends or asks.

Its environment is its own: `DATABASE_URL` names the public's role (`manage grant_public` makes
it), `SECRET_KEY` is another one than the control room's, and there is no Redis.
"""

import os

# Nothing here sends a task; a broker that lives in this process keeps Celery from naming another.
os.environ["REDIS_URL"] = "memory://"

from gisapp.settings import *  # noqa: F403
from gisapp.settings import INSTALLED_APPS, MIDDLEWARE

_ABSENT = (
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    "axes",
    "django_htmx",
)
_MIDDLEWARE_ABSENT = ("auth.", "accounts.", "axes.", "messages.", "sessions.", "django_htmx.")

INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in _ABSENT]
MIDDLEWARE = [name for name in MIDDLEWARE if not any(part in name for part in _MIDDLEWARE_ABSENT)]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
        },
    },
]
ROOT_URLCONF = "gisapp.public_side.urls"
WSGI_APPLICATION = "gisapp.public_side.wsgi.application"
AUTHENTICATION_BACKENDS = []
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The form's own cookie is all the state there is, and it goes nowhere but here.
CSRF_COOKIE_NAME = "mainbreak_public_csrf"
CSRF_COOKIE_PATH = "/public/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # bytes; the form is a few hundred
DATA_UPLOAD_MAX_NUMBER_FILES = 1
