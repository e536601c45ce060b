"""Settings of the tests: the application's own, with what a test must not touch moved aside."""

import os
from pathlib import Path

# A demo that runs in the same state folder keeps its Redis and its files. The environment is
# changed, not only the settings, because tests start workers as processes of their own.
# The shares of a whole run stand side by side on one instance (deploy/local/test.sh). 8 is the
# journeys' product (tests/journeys/product.py).
_share = os.environ.get("TEST_SHARE", "1")
_server, _slash, _database = os.environ["REDIS_URL"].rpartition("/")
_redis_number = {"1": 9, "2": 7, "3": 6}[_share]
os.environ["REDIS_URL"] = f"{_server}/{_redis_number}"
_state = Path(os.environ.get("MAINBREAK_STATE", os.environ["STATE_DIR"]))
os.environ["STATE_DIR"] = str(_state / f"test-{_share}")
os.environ.update(HTTPS="false", DEBUG="false", GATEWAYS="{}")

from gisapp.settings import *  # noqa: E402, F403
from gisapp.settings import DATABASES, STATE_DIR  # noqa: E402

STATE_DIR.mkdir(exist_ok=True)
BACKUP_DIR = STATE_DIR / "backups"
DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{_share}"}
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
# Between tests whole tables are emptied, which the database refuses everybody else.
DATABASES["default"]["OPTIONS"]["options"] += " -c mainbreak.may_empty=yes"
# No collected static files are needed to render a page.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Tests sign in hundreds of times; Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# `client.login` has no request to lock; the tests of the lock-out switch it on.
AXES_ENABLED = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A test's rows are seen by its own connection alone: one channel after another, without threads.
SENDERS_PER_CHANNEL = 0
# Senders that tests start may be told to die at a certain place.
KILL_POINTS = True
